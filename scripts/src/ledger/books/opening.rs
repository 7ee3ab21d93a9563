//! The books when the range of a report begins.

use std::collections::{BTreeMap, HashMap};

use alloy::primitives::{Address, U256};

use super::{Books, PayeeKey, standing::Earnings};

/// What was there before: a report on a range subtracts it.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    vault: Vec<(u128, u128)>,
    splitter: BTreeMap<Address, (U256, U256)>,
    payees: BTreeMap<PayeeKey, U256>,
    holders: HashMap<Address, Vec<Before>>,
}

/// What one holder had of one token.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    pub(crate) claimed: u128,
    pub(crate) claimable: u128,
}

impl From<&Earnings> for Before {
    fn from(earnings: &Earnings) -> Self {
        Self { claimed: earnings.claimed, claimable: earnings.claimable }
    }
}

impl Books {
    /// The range of the report begins after what has been entered so far, and after `time`, the last second
    /// before it.
    pub fn open(&mut self, time: u64) {
        let standings = self.at(time.max(self.time));
        let holders = standings.accounts();
        let holders =
            holders.map(|one| (one.address, one.earnings.iter().map(Into::into).collect()));
        let opening = Opening {
            vault: standings.pots().iter().map(|pot| (pot.received, pot.paid)).collect(),
            splitter: self
                .tokens()
                .into_iter()
                .map(|token| {
                    (token, (self.splitter.received_in(token), self.splitter.paid_in(token)))
                })
                .collect(),
            payees: self.splitter.paid.clone(),
            holders: holders.collect(),
        };
        self.splitter.weekly.clear();
        self.opening = Some(opening);
    }

    /// What the splitter had received and paid of `token` when the range began.
    #[must_use]
    pub fn splitter_before(&self, token: Address) -> (U256, U256) {
        let before = self.opening.as_ref().and_then(|opening| opening.splitter.get(&token));
        before.copied().unwrap_or_default()
    }

    /// What a payee had been paid when the range began.
    #[must_use]
    pub fn payee_before(&self, key: PayeeKey) -> U256 {
        let before = self.opening.as_ref().and_then(|opening| opening.payees.get(&key));
        before.copied().unwrap_or_default()
    }
}

impl Opening {
    /// What the vault had received and paid of token number `id`.
    pub(super) fn vault(&self, id: usize) -> (u128, u128) {
        self.vault.get(id).copied().unwrap_or_default()
    }

    /// What `account` had of token number `id`.
    pub(super) fn holder(&self, account: Address, id: usize) -> Before {
        let before = self.holders.get(&account).and_then(|tokens| tokens.get(id));
        before.copied().unwrap_or_default()
    }
}
