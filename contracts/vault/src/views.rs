//! What wallets, pages and auditors read. Nothing here writes.

use accrual::{MAX_AMOUNT, ONE_BPS, start_of, week_of};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use components::abi::Out;

use crate::{
    Result, Vault,
    lock::lock_weeks,
    storage::{Config, Reward, curve},
};

impl Vault {
    /// What can still be staked: zero while entering is paused.
    pub(crate) fn max_entry(&self) -> u128 {
        if Config::get(self.vm()).paused {
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
        let position = self.position(account);
        let week = week_of(self.now());
        let mut locks = self.buckets_until(account, &position, u64::MAX);
        locks.retain(|bucket| bucket.end > week);
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
        Ok(curve(self.vm()).multiplier(lock_weeks(weeks)?))
    }

    /// Durations and multipliers of the curve.
    pub(crate) fn encoded_curve(&self) -> Vec<u8> {
        let curve = curve(self.vm());
        Out::of(2)
            .array(curve.points().map(|point| point.0))
            .array(curve.points().map(|point| point.1))
            .done()
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
