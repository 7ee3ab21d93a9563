//! Who weighs how much: balances, locks and their expiry.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use num_bigint::BigUint;
use num_traits::Zero;

use crate::Problem;

/// One account's stake.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stake {
    pub(crate) balance: BigUint,
    pub(crate) boost: BigUint,
    locked: BigUint,
}

/// A lock that waits for its end.
#[derive(Clone, Debug)]
struct Lock {
    account: Address,
    assets: BigUint,
    boost: BigUint,
}

/// Every account's stake at the present moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weights {
    stakes: BTreeMap<Address, Stake>,
    locks: BTreeMap<u64, Vec<Lock>>,
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
        self.locks.entry(unlock_time).or_default().push(Lock { account, assets, boost });
        Ok(())
    }

    /// Ends the locks of `unlock_time`; returns the accounts whose weight changed.
    pub(crate) fn expire(&mut self, unlock_time: u64) -> Vec<Address> {
        let locks = self.locks.remove(&unlock_time).unwrap_or_default();
        for lock in &locks {
            let stake = self.stakes.entry(lock.account).or_default();
            stake.locked -= &lock.assets;
            stake.boost -= &lock.boost;
            self.total -= &lock.boost;
        }
        locks.into_iter().map(|lock| lock.account).collect()
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
