//! Who votes with what: the weights of all who delegate, and what the log says of them.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;

use crate::{Problem, big, weights::Weights};

/// The delegations, and the votes that the log told last.
#[derive(Default)]
pub(crate) struct Votes {
    delegates: BTreeMap<Address, Address>,
    told: BTreeMap<Address, BigUint>,
    /// Delegates whose votes have to be compared before time passes.
    doubtful: BTreeSet<Address>,
}

impl Votes {
    fn delegate(&self, account: Address) -> Address {
        self.delegates.get(&account).copied().unwrap_or_default()
    }

    /// The weight of `account` changed.
    pub(crate) fn weighed(&mut self, account: Address) {
        let delegate = self.delegate(account);
        if !delegate.is_zero() {
            self.doubtful.insert(delegate);
        }
    }

    /// A lock of `account` ended, which no log tells.
    pub(crate) fn expired(&mut self, account: Address, weights: &Weights) {
        let delegate = self.delegate(account);
        if !delegate.is_zero() {
            let votes = self.sum(delegate, weights);
            self.told.insert(delegate, votes);
        }
    }

    pub(crate) fn delegated(
        &mut self,
        account: Address,
        logged: Address,
        to: Address,
    ) -> Result<(), Problem> {
        let expected = self.delegate(account);
        if logged != expected {
            return Err(Problem::Delegate { account, logged, expected });
        }
        self.delegates.insert(account, to);
        self.doubtful.extend([logged, to].into_iter().filter(|delegate| !delegate.is_zero()));
        Ok(())
    }

    /// The log says what the votes of `delegate` were and are.
    pub(crate) fn changed(
        &mut self,
        delegate: Address,
        previous: U256,
        new: U256,
    ) -> Result<(), Problem> {
        let known = self.told.insert(delegate, big(new)).unwrap_or_default();
        self.doubtful.insert(delegate);
        same(delegate, &big(previous), &known)
    }

    /// What the log told last is what the rules give.
    pub(crate) fn check(&mut self, weights: &Weights) -> Result<(), Problem> {
        for delegate in std::mem::take(&mut self.doubtful) {
            let told = self.told.get(&delegate).cloned().unwrap_or_default();
            same(delegate, &told, &self.sum(delegate, weights))?;
        }
        Ok(())
    }

    /// The votes of everybody to whom somebody ever delegated.
    pub(crate) fn all(&self, weights: &Weights) -> BTreeMap<Address, BigUint> {
        let delegates: BTreeSet<Address> =
            self.delegates.values().chain(self.told.keys()).copied().collect();
        let named = delegates.into_iter().filter(|delegate| !delegate.is_zero());
        named.map(|delegate| (delegate, self.sum(delegate, weights))).collect()
    }

    fn sum(&self, delegate: Address, weights: &Weights) -> BigUint {
        let delegators = self.delegates.iter().filter(|(_, to)| **to == delegate);
        delegators.map(|(account, _)| weights.stake(*account).weight()).sum()
    }
}

fn same(delegate: Address, logged: &BigUint, expected: &BigUint) -> Result<(), Problem> {
    if logged == expected {
        return Ok(());
    }
    let (logged, expected) = (logged.to_string(), expected.to_string());
    Err(Problem::Votes { delegate, logged, expected })
}
