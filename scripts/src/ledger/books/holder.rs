//! One account's stake and revenue.

use accrual::{U256, account, start_of, week_of};
use alloy::primitives::Address;

use super::clock::Clock;

/// Locks of one account that end at the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lock {
    /// The week at whose start it ends.
    pub(crate) end: u64,
    pub(crate) assets: u128,
    pub(crate) boost: u128,
}

/// A lock without end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) assets: u128,
    pub(crate) boost: u128,
    pub(crate) weeks: u64,
}

/// One account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holder {
    pub(crate) balance: u128,
    /// Of locks that are not settled yet, and of the standing one.
    pub(crate) boost: u128,
    /// In order of their ends; what has expired is settled when the account is looked at.
    pub(crate) locks: Vec<Lock>,
    pub(crate) standing: Standing,
    /// See [`accrual::account`]; one a token, or fewer: the missing ones are zero.
    corrections: Vec<U256>,
    /// What it was paid, by token.
    claimed: Vec<u128>,
    /// Who has its votes.
    pub(crate) delegate: Address,
    /// Who is paid for it, and whether by anyone.
    pub(crate) payout: (Address, bool),
}

/// The entry of token number `id`, made if it is missing.
fn at<T: Clone + Default>(list: &mut Vec<T>, id: usize) -> &mut T {
    if list.len() <= id {
        list.resize(id + 1, T::default());
    }
    &mut list[id]
}

impl Holder {
    pub(crate) const fn weight(&self) -> u128 {
        self.balance.saturating_add(self.boost)
    }

    /// Its weight in `week`, settled or not, and the locks that have not ended by then.
    pub(crate) fn unexpired(&self, week: u64) -> (u128, &[Lock]) {
        let expired = self.locks.partition_point(|lock| lock.end <= week);
        let (expired, locks) = self.locks.split_at(expired);
        let gone = expired.iter().map(|lock| lock.boost).fold(0, u128::saturating_add);
        (self.weight().saturating_sub(gone), locks)
    }

    /// Shares that cannot move, once settled.
    pub(crate) fn locked(&self) -> u128 {
        let locks = self.locks.iter().map(|lock| lock.assets);
        locks.fold(self.standing.assets, u128::saturating_add)
    }

    /// Shares that can move, once settled.
    pub(crate) fn unlocked(&self) -> u128 {
        self.balance.saturating_sub(self.locked())
    }

    /// Adds to what is locked until the start of week `end`.
    pub(crate) fn lock(&mut self, added: Lock) {
        self.boost = self.boost.saturating_add(added.boost);
        match self.locks.binary_search_by_key(&added.end, |lock| lock.end) {
            Ok(found) => {
                self.locks[found].assets += added.assets;
                self.locks[found].boost += added.boost;
            }
            Err(place) => self.locks.insert(place, added),
        }
    }

    /// What is locked until the start of week `end`.
    pub(crate) fn lock_until(&self, end: u64) -> Lock {
        let found = self.locks.binary_search_by_key(&end, |lock| lock.end);
        found.map_or_else(|_| Lock { end, ..Lock::default() }, |found| self.locks[found])
    }

    /// Takes from what is locked until the start of week `taken.end`, as far as it is there.
    pub(crate) fn unlock(&mut self, taken: Lock) {
        self.boost = self.boost.saturating_sub(taken.boost);
        if let Ok(found) = self.locks.binary_search_by_key(&taken.end, |lock| lock.end) {
            let lock = &mut self.locks[found];
            lock.assets = lock.assets.saturating_sub(taken.assets);
            lock.boost = lock.boost.saturating_sub(taken.boost);
            if lock.assets == 0 {
                self.locks.remove(found);
            }
        }
    }

    /// Ends the locks that have expired: their boosts count up to their boundaries.
    pub(crate) fn settle(&mut self, clock: &Clock) {
        let week = week_of(clock.pool.updated);
        let expired = self.locks.partition_point(|lock| lock.end <= week);
        for Lock { end, boost, .. } in self.locks.drain(..expired).collect::<Vec<_>>() {
            self.boost = self.boost.saturating_sub(boost);
            for (id, reward) in clock.rewards.iter().enumerate() {
                if let Some(index) = reward.index_at.get(&end).filter(|_| boost > 0) {
                    let correction = at(&mut self.corrections, id);
                    *correction = account::after_decrease(*correction, boost, *index);
                }
            }
        }
    }

    /// Counts `amount` more weight from the clock's time on.
    pub(crate) fn more(&mut self, clock: &Clock, amount: u128) {
        self.correct(clock, amount, account::after_increase);
    }

    /// Counts `amount` less weight from the clock's time on.
    pub(crate) fn less(&mut self, clock: &Clock, amount: u128) {
        self.correct(clock, amount, account::after_decrease);
    }

    fn correct(&mut self, clock: &Clock, amount: u128, changed: fn(U256, u128, U256) -> U256) {
        for (id, token) in clock.running.iter().enumerate() {
            if !token.index.is_zero() && amount > 0 {
                let correction = at(&mut self.corrections, id);
                *correction = changed(*correction, amount, token.index);
            }
        }
    }

    /// What it has earned of token number `id` at `index` and not been paid, in units of 2^-128; it is
    /// settled.
    pub(crate) fn pending(&self, id: usize, index: U256) -> U256 {
        let correction = self.corrections.get(id).copied().unwrap_or_default();
        account::pending_q128(self.weight(), index, correction)
    }

    /// Notes a payment. More than `earned` is not taken off, so that one wrong payment is found once.
    pub(crate) fn pay(&mut self, id: usize, amount: u128, earned: u128) {
        let claimed = at(&mut self.claimed, id);
        *claimed = claimed.saturating_add(amount);
        let correction = at(&mut self.corrections, id);
        *correction = account::after_payment(*correction, amount.min(earned));
    }

    /// What it was paid of token number `id`.
    pub(crate) fn claimed(&self, id: usize) -> u128 {
        self.claimed.get(id).copied().unwrap_or_default()
    }

    /// Its locks as the vault shows them: end in Unix seconds, assets, boost.
    pub(crate) fn shown_locks(&self) -> Vec<(u64, u128, u128)> {
        self.locks.iter().map(|lock| (start_of(lock.end), lock.assets, lock.boost)).collect()
    }
}
