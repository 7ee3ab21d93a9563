//! One account's weight and revenue. The only code that changes a weight is here.

use accrual::{EndWeeks, account, week_of};
use alloc::vec::Vec;
use alloy_primitives::{Address, U256};

use crate::{
    Vault,
    ledger::{Boundaries, Ledger},
    storage::{Bucket, Config, Locks, Reward, correction},
    words::Position,
};

impl Vault {
    /// Gives `account` `amount` more weight from the ledger's time on.
    pub(crate) fn add_weight(&mut self, ledger: &Ledger, account: Address, amount: u128) {
        self.correct(ledger, account, amount, account::after_increase);
    }

    /// Takes `amount` of weight from `account` from the ledger's time on.
    pub(crate) fn remove_weight(&mut self, ledger: &Ledger, account: Address, amount: u128) {
        self.correct(ledger, account, amount, account::after_decrease);
    }

    /// Rewrites the corrections of `account`. A token that never streamed has index zero and
    /// corrects nothing.
    #[inline(never)]
    fn correct(
        &mut self,
        ledger: &Ledger,
        account: Address,
        amount: u128,
        changed: fn(U256, u128, U256) -> U256,
    ) {
        for (id, token) in ledger.tokens() {
            if !token.index.is_zero() && amount > 0 {
                let slot = correction(account, id);
                slot.set(self.vm(), changed(slot.get(self.vm()), amount, token.index));
            }
        }
    }

    /// Ends the expired locks of `account`: their assets are free again and their boosts counted
    /// up to their boundaries. Reads no lock storage if none can have expired. The caller stores
    /// `position`; the boundaries up to now have been passed.
    #[inline(never)]
    pub(crate) fn settle(&mut self, account: Address, position: &mut Position) {
        let week = week_of(self.now());
        if !position.has_locks || position.settled_week == week {
            return;
        }
        let locks = Locks::of(account);
        let expired = self.buckets_until(account, position, week);
        position.settled_week = week;
        if expired.is_empty() {
            return;
        }
        let (mut locked, mut ends) = locks.head(self.vm());
        for bucket in expired {
            ends = locks.empty_bucket(self.vm(), bucket.end, ends);
            locked = locked.saturating_sub(bucket.assets);
            position.boost = position.boost.saturating_sub(bucket.boost);
            self.end_boost(account, bucket);
        }
        position.has_locks = locked > 0;
        locks.set_head(self.vm(), locked, ends);
    }

    /// Counts an expired boost up to its boundary, in every token.
    fn end_boost(&mut self, account: Address, bucket: Bucket) {
        if bucket.boost == 0 {
            return;
        }
        for id in 0..Config::get(self.vm()).reward_count {
            let index = Reward::number(id).index_at(bucket.end).get(self.vm());
            if !index.is_zero() {
                let slot = correction(account, id);
                let ended = account::after_decrease(slot.get(self.vm()), bucket.boost, index);
                slot.set(self.vm(), ended);
            }
        }
    }

    /// What `account` can move, once its expired locks are settled.
    pub(crate) fn unlocked(&self, account: Address, position: &Position) -> u128 {
        if !position.has_locks {
            return position.balance;
        }
        position.balance.saturating_sub(Locks::of(account).head(self.vm()).0)
    }

    /// The buckets of `account` not settled yet, in order, that end not after the start of `until`.
    #[inline(never)]
    pub(crate) fn buckets_until(
        &self,
        account: Address,
        position: &Position,
        until: u64,
    ) -> Vec<Bucket> {
        let (vm, locks) = (self.vm(), Locks::of(account));
        let ends = if position.has_locks { locks.head(vm).1 } else { EndWeeks::default() };
        let buckets = ends.between(position.settled_week, until).map(|end| locks.bucket(vm, end));
        buckets.filter(|bucket| bucket.assets != 0).collect()
    }

    /// The buckets of `account` that have expired and are not settled yet.
    pub(crate) fn expired(&self, account: Address, position: &Position) -> Vec<Bucket> {
        self.buckets_until(account, position, week_of(self.now()))
    }

    /// The locks of `account` that have not expired, in order.
    pub(crate) fn unexpired(&self, account: Address, position: &Position) -> Vec<Bucket> {
        let week = week_of(self.now());
        let mut locks = self.buckets_until(account, position, u64::MAX);
        locks.retain(|bucket| bucket.end > week);
        locks
    }

    /// What `account` has earned of token `id` up to now and not been paid, in whole tokens.
    pub(crate) fn pending(&self, account: Address, id: u8) -> u128 {
        let (_, token, noted) = self.foresee(id);
        let (weight, correction) = self.after_expiry(account, id, &noted);
        account::whole(account::pending_q128(weight, token.index, correction))
    }

    /// Weight and correction of `account` as if its expired locks were settled.
    fn after_expiry(&self, account: Address, id: u8, noted: &Boundaries<'_>) -> (u128, U256) {
        let position = self.position(account);
        let (mut weight, mut correction) =
            (position.weight(), correction(account, id).get(self.vm()));
        for bucket in self.expired(account, &position) {
            weight = weight.saturating_sub(bucket.boost);
            let index = noted.index_at(bucket.end);
            correction = account::after_decrease(correction, bucket.boost, index);
        }
        (weight, correction)
    }
}
