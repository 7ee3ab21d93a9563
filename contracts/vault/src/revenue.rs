//! Revenue in and out: streams and claims.

use accrual::{MAX_AMOUNT, account, rate_q128, stream_end, tokens_q128, week_of};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use components::{emit, fail};
use stylus_sdk::prelude::*;

use crate::{
    IVault, Result, Vault,
    ledger::{Host, Ledger},
    stake::bounded,
    storage::{Config, MAX_REWARD_TOKENS, REWARD_IDS, ROLES, Reward, correction},
};

/// The longest stream, in weeks: a year.
pub(crate) const MAX_STREAM_WEEKS: u8 = 52;

/// `weeks` as the length of a stream.
///
/// *Reverts* with `StreamWeeksOutOfRange` unless it is 1 to 52.
fn stream_weeks(weeks: U256) -> Result<u8> {
    let fits = u8::try_from(weeks).ok().filter(|weeks| (1..=MAX_STREAM_WEEKS).contains(weeks));
    fits.ok_or_else(|| fail!(IVault::StreamWeeksOutOfRange, weeks, 1_u8, MAX_STREAM_WEEKS))
}

/// By how much a number modulo 2^256 has risen; zero if it fell.
pub(crate) const fn risen(before: U256, after: U256) -> U256 {
    let change = after.wrapping_sub(before);
    if change.bit(255) { U256::ZERO } else { change }
}

impl Vault {
    /// The number of reward token `token`.
    pub(crate) fn reward_id(&self, token: Address) -> Result<u8> {
        let numbered = REWARD_IDS.key(token).get(self.vm()).byte(0);
        numbered.checked_sub(1).ok_or_else(|| fail!(IVault::UnknownRewardToken, token))
    }

    /// The number of reward token `token`, which takes revenue.
    fn open_reward_id(&self, token: Address) -> Result<u8> {
        let id = self.reward_id(token)?;
        if Reward::number(id).terms(self.vm()).2 {
            return Err(fail!(IVault::RewardTokenIsRetired, token));
        }
        Ok(id)
    }

    /// Adds a reward token, or opens a retired one again; for the owner.
    pub(crate) fn add_reward(&mut self, token: Address, weeks: U256) -> Result<()> {
        // Check.
        ROLES.only_owner(self.vm())?;
        self.ensure_usable(token)?;
        let stream_weeks = stream_weeks(weeks)?;
        if self.open_reward_id(token).is_ok() {
            return Err(fail!(IVault::RewardTokenExists, token));
        }
        // Effect.
        let id = self.reward_id(token).or_else(|_| self.number_reward(token))?;
        Reward::number(id).set_terms(self.vm(), token, stream_weeks, false);
        // Log.
        emit!(self.vm(), IVault::RewardTokenAdded, [token], [weeks]);
        Ok(())
    }

    /// Numbers a token that never was a reward token. Numbers are few and for ever, so one that is no
    /// token gets none: *reverts* with `InvalidAddress`, or with `TooManyRewardTokens`.
    fn number_reward(&mut self, token: Address) -> Result<u8> {
        // Check.
        let (vm, here) = (self.vm(), self.vm().contract_address());
        components::balance_of(vm, token, here)
            .map_err(|_| fail!(IVault::InvalidAddress, token))?;
        let mut config = Config::get(vm);
        let id = config.reward_count;
        if id == MAX_REWARD_TOKENS {
            return Err(fail!(IVault::TooManyRewardTokens, MAX_REWARD_TOKENS));
        }
        // Effect.
        config.reward_count = id.saturating_add(1);
        REWARD_IDS.key(token).set(vm, U256::from(config.reward_count));
        config.set(vm);
        Ok(id)
    }

    /// Stops new revenue in a reward token; for the owner.
    pub(crate) fn retire_reward(&mut self, token: Address) -> Result<()> {
        let vm = self.vm();
        ROLES.only_owner(vm)?;
        let reward = Reward::number(self.reward_id(token)?);
        let (token, stream_weeks, _) = reward.terms(vm);
        reward.set_terms(vm, token, stream_weeks, true);
        emit!(vm, IVault::RewardTokenRetired, [token], []);
        Ok(())
    }

    /// Takes revenue in. What arrives counts, so the tokens are pulled before the books change.
    pub(crate) fn notify(&mut self, token: Address, amount: U256) -> Result<U256> {
        // Check.
        self.ensure_entering()?;
        let id = self.open_reward_id(token)?;
        bounded(amount, MAX_AMOUNT)?;
        // Interaction: first, because it tells the amount; the books are untouched until then. What
        // a token that calls back has made the books take in meanwhile is not counted again.
        let (sender, here) = (self.vm().msg_sender(), self.vm().contract_address());
        let before = self.unbooked(token, Some(id))?;
        components::safe_transfer_from(self.vm(), token, sender, here, amount)?;
        let arrived = risen(before, self.unbooked(token, Some(id))?);
        self.take_in(token, id, sender, arrived)
    }

    /// Takes in what was sent here without a word. While a call of the vault is under way, tokens on
    /// their way out may still lie here, paid by the books: a call that re-enters finds nothing.
    pub(crate) fn sync(&mut self, token: Address) -> Result<U256> {
        // Check.
        self.ensure_entering()?;
        let id = self.open_reward_id(token)?;
        let strays = if self.vm().msg_reentrant() {
            U256::ZERO
        } else {
            risen(U256::ZERO, self.unbooked(token, Some(id))?)
        };
        self.take_in(token, id, Address::ZERO, strays.min(U256::from(MAX_AMOUNT)))
    }

    /// Streams `arrived` of `token`, number `id`, from now. `sender` is who told, zero if nobody did.
    fn take_in(&mut self, token: Address, id: u8, sender: Address, arrived: U256) -> Result<U256> {
        // Check.
        let received = bounded(arrived, MAX_AMOUNT)?;
        // Effect.
        self.count_received(id, received)?;
        let mut ledger = self.open();
        let end = self.start_stream(&mut ledger, id, tokens_q128(received));
        self.close(&ledger);
        // Log.
        emit!(self.vm(), IVault::RevenueNotified, [token, sender], [arrived, end]);
        Ok(arrived)
    }

    /// What the vault has of `token`, reward token number `id` if it is one, beyond what its books say that
    /// it has, modulo 2^256. Only what comes or goes untold changes it: a call that re-enters while a token
    /// is called tells what it moved.
    pub(crate) fn unbooked(&self, token: Address, id: Option<u8>) -> Result<U256> {
        let balance = components::balance_of(self.vm(), token, self.vm().contract_address())?;
        let (received, paid) = id.map_or((0, 0), |id| Reward::number(id).totals(self.vm()));
        let staked = token == Config::get(self.vm()).asset;
        let staked = if staked { self.stored_pool().supply } else { 0 };
        let [received, paid, staked] = [received, paid, staked].map(U256::from);
        Ok(balance.wrapping_add(paid).wrapping_sub(received).wrapping_sub(staked))
    }

    /// Adds to the tokens ever notified, which have to stay below 2^128.
    fn count_received(&mut self, id: u8, amount: u128) -> Result<()> {
        let reward = Reward::number(id);
        let (received, paid) = reward.totals(self.vm());
        let Some(sum) = received.checked_add(amount) else {
            let max = u128::MAX.saturating_sub(received);
            return Err(fail!(IVault::AmountTooLarge, amount, max));
        };
        reward.set_totals(self.vm(), sum, paid);
        Ok(())
    }

    /// Streams `amount_q128` of token `id` from now; returns when it ends, in Unix seconds.
    fn start_stream(&mut self, ledger: &mut Ledger, id: u8, amount_q128: U256) -> u64 {
        let (now, reward) = (ledger.pool.updated, Reward::number(id));
        let end = stream_end(now, u64::from(reward.terms(self.vm()).1));
        let rate = rate_q128::<Host>(amount_q128, now, end);
        // A part of the sum of all rates: below 2^256.
        let ending = reward.rate_ending(week_of(end));
        ending.set(self.vm(), ending.get(self.vm()).wrapping_add(rate));
        ledger.add_rate(id, rate);
        end
    }

    /// Somebody is staked again: what fell due meanwhile streams anew.
    pub(crate) fn stream_held(&mut self, ledger: &mut Ledger) {
        for id in 0..Config::get(self.vm()).reward_count {
            let reward = Reward::number(id);
            let held = reward.held().get(self.vm());
            if !held.is_zero() {
                reward.held().set(self.vm(), U256::ZERO);
                let end = self.start_stream(ledger, id, held);
                let (token, ..) = reward.terms(self.vm());
                emit!(self.vm(), IVault::HeldRevenueStreamed, [token], [held, end]);
            }
        }
    }

    /// *Reverts* with `InvalidAddress` if `account` is zero or the vault itself.
    pub(crate) fn ensure_usable(&self, account: Address) -> Result<()> {
        if account.is_zero() || account == self.vm().contract_address() {
            return Err(fail!(IVault::InvalidAddress, account));
        }
        Ok(())
    }

    /// Pays `account` what it earned in `tokens`, to `receiver`.
    pub(crate) fn pay(
        &mut self,
        account: Address,
        tokens: &[Address],
        receiver: Address,
    ) -> Result<Vec<U256>> {
        // Check.
        self.ensure_usable(receiver)?;
        // Effect: all of them, before the first transfer.
        self.settle_before_pay(account);
        let mut amounts = Vec::with_capacity(tokens.len());
        for &token in tokens {
            let amount = U256::from(self.take_pending(account, self.reward_id(token)?));
            amounts.push(amount);
            if !amount.is_zero() {
                emit!(self.vm(), IVault::RevenueClaimed, [account, token, receiver], [amount]);
            }
        }
        // Interaction.
        for (&token, &amount) in tokens.iter().zip(&amounts) {
            if !amount.is_zero() {
                components::safe_transfer(self.vm(), token, receiver, amount)?;
            }
        }
        Ok(amounts)
    }

    /// Undoes [`Vault::take_pending`] after a transfer that failed.
    pub(crate) fn give_back(&mut self, account: Address, id: u8, amount: u128) {
        let slot = correction(account, id);
        slot.set(self.vm(), account::before_payment(slot.get(self.vm()), amount));
        let reward = Reward::number(id);
        let (received, paid) = reward.totals(self.vm());
        reward.set_totals(self.vm(), received, paid.saturating_sub(amount));
    }

    /// Passes the boundaries up to now and ends the expired locks of `account`, if there are any.
    pub(crate) fn settle_before_pay(&mut self, account: Address) {
        let stored = self.stored_pool();
        if stored.weight() == 0 || stored.next_boundary(self.now()).is_some() {
            self.bring_forward(self.now());
        }
        let mut position = self.position(account);
        let before = position;
        self.settle(account, &mut position);
        if position != before {
            self.store_position(account, position);
        }
    }

    /// Marks what `account` earned of token `id` as paid, and returns it.
    pub(crate) fn take_pending(&mut self, account: Address, id: u8) -> u128 {
        let amount = self.pending(account, id);
        if amount > 0 {
            let slot = correction(account, id);
            slot.set(self.vm(), account::after_payment(slot.get(self.vm()), amount));
            let reward = Reward::number(id);
            let (received, paid) = reward.totals(self.vm());
            // Never more than was received.
            reward.set_totals(self.vm(), received, paid.saturating_add(amount));
        }
        amount
    }
}
