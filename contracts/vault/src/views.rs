//! What wallets, pages and auditors read. Nothing here writes.

use accrual::{MAX_AMOUNT, ONE_BPS, portion, start_of, week_of};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use components::abi::Out;

use crate::{
    Result, Vault,
    ledger::Host,
    lock::lock_weeks,
    revenue::MAX_STREAM_WEEKS,
    stake::bounded,
    storage::{
        Config, Locks, PENALTY_SOURCE, PENALTY_SPLITTER, Payout, Reward, curve, penalty_curve,
    },
    words::Packed,
};

/// What stands for a whole in a share that is scaled by 1e18.
const ONE_E18: u128 = 1_000_000_000_000_000_000;

impl Vault {
    /// What can still be staked for `receiver`: zero while entering is paused, and for one that can
    /// hold no shares.
    pub(crate) fn max_entry(&self, receiver: Address) -> u128 {
        if Config::get(self.vm()).paused || self.ensure_holder(receiver).is_err() {
            0
        } else {
            MAX_AMOUNT.saturating_sub(self.stored_pool().supply)
        }
    }

    /// What `account` can move or withdraw now.
    pub(crate) fn unlocked_balance(&self, account: Address) -> u128 {
        let position = self.position(account);
        let unlocked = self.unlocked(account, &position);
        let expired = self.expired(account, &position);
        expired.iter().fold(unlocked, |sum, bucket| sum.saturating_add(bucket.assets))
    }

    /// Balance and boosts of unexpired locks of `account`, now.
    pub(crate) fn weight(&self, account: Address) -> u128 {
        let position = self.position(account);
        let expired = self.expired(account, &position);
        expired.iter().fold(position.weight(), |sum, bucket| sum.saturating_sub(bucket.boost))
    }

    /// Times, assets and boosts of the unexpired locks of `account`.
    pub(crate) fn encoded_locks(&self, account: Address) -> Vec<u8> {
        let locks = self.unexpired(account, &self.position(account));
        Out::of(3)
            .array(locks.iter().map(|bucket| start_of(bucket.end)))
            .array(locks.iter().map(|bucket| bucket.assets))
            .array(locks.iter().map(|bucket| bucket.boost))
            .done()
    }

    /// The multiplier of a lock of `weeks` today, in basis points; no lock is one.
    pub(crate) fn multiplier(&self, weeks: U256) -> Result<u32> {
        if weeks.is_zero() {
            return Ok(ONE_BPS);
        }
        Ok(curve(self.vm()).at(lock_weeks(weeks)?))
    }

    /// Assets, boost and weeks of the standing lock of `account`.
    pub(crate) fn encoded_standing(&self, account: Address) -> Vec<u8> {
        let standing = Packed::unpack(Locks::of(account).standing().get(self.vm()));
        Out::of(3).word(standing.first).word(standing.second).word(standing.tail).done()
    }

    /// The weight of a new deposit of `assets` locked for `weeks`, and its part of all weight, in
    /// units of 1e-18, rounded down.
    pub(crate) fn encoded_lock_preview(&self, assets: U256, weeks: U256) -> Result<Vec<u8>> {
        let assets = bounded(assets, MAX_AMOUNT)?;
        let boost = accrual::boost::<Host>(assets, self.multiplier(weeks)?);
        let weight = assets.saturating_add(boost);
        let total = self.foresee(0).0.weight().saturating_add(weight);
        Ok(Out::of(2).word(weight).word(portion::<Host>(ONE_E18, weight, total)).done())
    }

    /// Durations and multipliers of the curve.
    pub(crate) fn encoded_curve(&self) -> Vec<u8> {
        let curve = curve(self.vm());
        Out::of(2)
            .array(curve.points().map(|point| point.0))
            .array(curve.points().map(|point| point.1))
            .done()
    }

    /// Weeks and penalties of the penalty curve, and who gets the penalties.
    pub(crate) fn encoded_penalty_curve(&self) -> Vec<u8> {
        let curve = penalty_curve(self.vm());
        Out::of(4)
            .array(curve.points().map(|point| point.0))
            .array(curve.points().map(|point| point.1))
            .word(PENALTY_SPLITTER.get(self.vm()))
            .word(PENALTY_SOURCE.get(self.vm()))
            .done()
    }

    /// When the running streams of `token` end, and the rates that end then.
    pub(crate) fn encoded_streams(&self, token: Address) -> Result<Vec<u8>> {
        let reward = Reward::number(self.reward_id(token)?);
        let week = week_of(self.now());
        let last = week.saturating_add(u64::from(MAX_STREAM_WEEKS)).saturating_add(1);
        let streams: Vec<(u64, U256)> = (week.saturating_add(1)..=last)
            .map(|end| (start_of(end), reward.rate_ending(end).get(self.vm())))
            .filter(|stream| !stream.1.is_zero())
            .collect();
        let ends = streams.iter().map(|stream| stream.0);
        Ok(Out::of(2).array(ends).array(streams.iter().map(|stream| stream.1)).done())
    }

    /// Payee and whether payouts are automatic.
    pub(crate) fn encoded_payout(&self, account: Address) -> Vec<u8> {
        let payout = Payout::of(self.vm(), account);
        Out::of(2).word(payout.payee).word(payout.automatic).done()
    }

    /// The addresses of the reward tokens.
    pub(crate) fn encoded_reward_tokens(&self) -> Vec<u8> {
        let numbers = 0..Config::get(self.vm()).reward_count;
        Out::of(1).array(numbers.map(|id| Reward::number(id).terms(self.vm()).0)).done()
    }

    /// The books of `token`, brought forward to now.
    pub(crate) fn encoded_reward_state(&self, token: Address) -> Result<Vec<u8>> {
        let id = self.reward_id(token)?;
        let (_, running, noted) = self.foresee(id);
        let reward = Reward::number(id);
        let (received, paid) = reward.totals(self.vm());
        let (_, stream_weeks, retired) = reward.terms(self.vm());
        let encoded = Out::of(7)
            .word(running.rate)
            .word(running.index)
            .word(noted.held())
            .word(received)
            .word(paid)
            .word(stream_weeks)
            .word(retired);
        Ok(encoded.done())
    }
}
