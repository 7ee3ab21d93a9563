//! Who weighs how much: balances, locks and their expiry, standing locks.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::Zero;

use crate::{Problem, big};

/// One account's stake.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stake {
    pub(crate) balance: BigUint,
    pub(crate) boost: BigUint,
    locked: BigUint,
    standing: Lock,
    /// The duration of the standing lock, as long as there is one.
    standing_weeks: u64,
}

impl Stake {
    /// What it earns and votes by.
    pub(crate) fn weight(&self) -> BigUint {
        &self.balance + &self.boost
    }
}

/// What one account has locked until one time, or without end.
#[derive(Clone, Debug, Default)]
struct Lock {
    assets: BigUint,
    boost: BigUint,
}

/// Assets that leave a lock, and the boost that the log says leaves with them.
pub(crate) struct Taken {
    pub(crate) assets: BigUint,
    pub(crate) logged: U256,
}

impl Lock {
    fn add(&mut self, assets: &BigUint, boost: &BigUint) {
        self.assets += assets;
        self.boost += boost;
    }

    /// Takes assets, of which there are enough, and their part of the boost, rounded up.
    fn take(&mut self, account: Address, taken: &Taken) -> Result<BigUint, Problem> {
        let boost = (&self.boost * &taken.assets).div_ceil(&self.assets);
        if boost != big(taken.logged) {
            let expected = boost.to_string();
            return Err(Problem::BoostTaken { account, logged: taken.logged, expected });
        }
        self.assets -= &taken.assets;
        self.boost -= &boost;
        Ok(boost)
    }
}

impl Taken {
    /// Whether it is something, and not more than `locked`.
    fn is_part_of(&self, locked: &BigUint) -> bool {
        !self.assets.is_zero() && self.assets <= *locked
    }
}

/// Every account's stake at the present moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weights {
    stakes: BTreeMap<Address, Stake>,
    locks: BTreeMap<u64, BTreeMap<Address, Lock>>,
    total: BigUint,
}

impl Weights {
    /// Sum of all weights.
    pub(crate) const fn total(&self) -> &BigUint {
        &self.total
    }

    pub(crate) fn stake(&self, account: Address) -> Stake {
        self.stakes.get(&account).cloned().unwrap_or_default()
    }

    /// The earliest time at which a lock ends.
    pub(crate) fn next_expiry(&self) -> Option<u64> {
        self.locks.keys().next().copied()
    }

    pub(crate) fn mint(&mut self, to: Address, shares: &BigUint) {
        self.stakes.entry(to).or_default().balance += shares;
        self.total += shares;
    }

    /// Takes unlocked shares away.
    pub(crate) fn burn(&mut self, from: Address, shares: &BigUint) -> Result<(), Problem> {
        let stake = self.unlocked(from, shares)?;
        stake.balance -= shares;
        self.total -= shares;
        Ok(())
    }

    /// Locks unlocked shares.
    pub(crate) fn lock(
        &mut self,
        account: Address,
        unlock_time: u64,
        assets: BigUint,
        boost: BigUint,
    ) -> Result<(), Problem> {
        let stake = self.unlocked(account, &assets)?;
        stake.locked += &assets;
        stake.boost += &boost;
        self.total += &boost;
        let lock = self.locks.entry(unlock_time).or_default().entry(account).or_default();
        lock.add(&assets, &boost);
        Ok(())
    }

    /// Takes assets and their boost out of the lock of `account` that ends at `unlock_time`.
    pub(crate) fn reduce(
        &mut self,
        account: Address,
        unlock_time: u64,
        taken: &Taken,
    ) -> Result<(), Problem> {
        let locks = self.locks.get_mut(&unlock_time);
        let lock = locks.and_then(|locks| locks.get_mut(&account));
        let locked = lock.as_ref().map_or(BigUint::ZERO, |lock| lock.assets.clone());
        let Some(lock) = lock.filter(|_| taken.is_part_of(&locked)) else {
            let (locked, taken) = (locked.to_string(), taken.assets.to_string());
            return Err(Problem::LockTooSmall { account, unlock_time, locked, taken });
        };
        let boost = lock.take(account, taken)?;
        self.unlock(account, &taken.assets, &boost);
        Ok(())
    }

    /// Locks unlocked shares without end.
    pub(crate) fn stand(
        &mut self,
        account: Address,
        weeks: u64,
        assets: &BigUint,
        boost: &BigUint,
    ) -> Result<(), Problem> {
        let stake = self.unlocked(account, assets)?;
        if !stake.standing.assets.is_zero() && stake.standing_weeks != weeks {
            let (weeks, logged) = (stake.standing_weeks, weeks);
            return Err(Problem::StandingWeeks { account, weeks, logged });
        }
        stake.standing.add(assets, boost);
        stake.standing_weeks = weeks;
        stake.locked += assets;
        stake.boost += boost;
        self.total += boost;
        Ok(())
    }

    /// Takes assets and their boost out of the standing lock; returns its duration.
    pub(crate) fn unwind(&mut self, account: Address, taken: &Taken) -> Result<u64, Problem> {
        let stake = self.stakes.entry(account).or_default();
        let locked = &stake.standing.assets;
        if !taken.is_part_of(locked) {
            let (locked, taken) = (locked.to_string(), taken.assets.to_string());
            return Err(Problem::StandingTooSmall { account, locked, taken });
        }
        let boost = stake.standing.take(account, taken)?;
        let weeks = stake.standing_weeks;
        self.unlock(account, &taken.assets, &boost);
        Ok(weeks)
    }

    /// Counts `assets` as free again, and their boost as gone.
    fn unlock(&mut self, account: Address, assets: &BigUint, boost: &BigUint) {
        let stake = self.stakes.entry(account).or_default();
        stake.locked -= assets;
        stake.boost -= boost;
        self.total -= boost;
    }

    /// Ends the locks of `unlock_time`; returns the accounts whose weight changed.
    pub(crate) fn expire(&mut self, unlock_time: u64) -> Vec<Address> {
        let locks = self.locks.remove(&unlock_time).unwrap_or_default();
        for (account, lock) in &locks {
            self.unlock(*account, &lock.assets, &lock.boost);
        }
        locks.into_keys().collect()
    }

    fn unlocked(&mut self, account: Address, needed: &BigUint) -> Result<&mut Stake, Problem> {
        let stake = self.stakes.entry(account).or_default();
        let unlocked = &stake.balance - &stake.locked;
        if unlocked >= *needed {
            return Ok(stake);
        }
        let (unlocked, needed) = (unlocked.to_string(), needed.to_string());
        Err(Problem::NotUnlocked { account, unlocked, needed })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.total.is_zero()
    }
}
