//! What the model tells.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;

use crate::Exact;

/// The books at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Unix seconds.
    pub time: u64,
    /// Sum of all weights.
    pub total_weight: BigUint,
    /// Every account that ever held a share.
    pub accounts: BTreeMap<Address, Standing>,
    /// Every reward token.
    pub tokens: BTreeMap<Address, Pot>,
    /// The votes of everybody to whom somebody ever delegated.
    pub votes: BTreeMap<Address, BigUint>,
}

/// One account at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Shares, locked ones included.
    pub balance: BigUint,
    /// Sum of the boosts of its unexpired locks.
    pub boost: BigUint,
    /// Everything it ever earned, by reward token.
    pub earned: BTreeMap<Address, Exact>,
    /// Everything it was ever paid, by reward token; absent means nothing.
    pub paid: BTreeMap<Address, U256>,
}

impl Standing {
    /// What it earns by.
    #[must_use]
    pub fn weight(&self) -> BigUint {
        &self.balance + &self.boost
    }

    /// Everything it was ever paid of `token`.
    #[must_use]
    pub fn paid(&self, token: Address) -> U256 {
        self.paid.get(&token).copied().unwrap_or_default()
    }
}

/// One reward token at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pot {
    /// Everything that ever arrived.
    pub received: U256,
    /// What has not fallen due yet.
    pub to_stream: Exact,
    /// What fell due while nobody was staked and waits for weight.
    pub held: Exact,
}
