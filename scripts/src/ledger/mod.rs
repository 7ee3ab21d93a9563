//! The audit: every wei accounted for, from the logs.
//!
//! [`fetch`] reads the logs of a system, [`Journal`] decodes them, and [`reconcile`] replays the vault's
//! facts in the exact [`model`] and compares what was really paid and what can be claimed with it, at
//! every [`Observation`]. It judges
//!
//! * each account: `exact − 1 ≤ paid + claimable ≤ exact`, its shares and its weight;
//! * the vault: what it received is what it paid, what can be claimed, what still streams and what it
//!   holds, to less than one unit per account, and its balance is what its books say;
//! * the splitter: what it received by source is what it paid and owes by payee, each payee is owed
//!   `⌊received × bps / 10,000⌋ − paid`, and its balance is what its books say;
//! * the way between them: what the splitter paid to the vault is what the vault was notified of, and
//!   what the tokens say they moved.
//!
//! Every [`Difference`] says where it is.

mod difference;
mod fetch;
mod flows;
mod journal;
mod observe;
mod reconcile;
#[cfg(test)]
mod sample;
mod splitter;
mod vault;

pub use difference::Difference;
pub use fetch::fetch;
pub use journal::{Journal, JournalError, Place};
pub use observe::{AccountView, Observation, TokenView, observe};
pub use reconcile::{Verdict, reconcile};
pub use splitter::{Line, SplitterBooks};

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256};

use crate::system::System;

/// What the audit has to know of a system: addresses, and names for messages.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The vault.
    pub vault: Address,
    /// The splitter.
    pub splitter: Address,
    /// What is staked.
    pub asset: Address,
    /// Reward tokens, with symbol and decimals.
    pub tokens: BTreeMap<Address, (String, u8)>,
    /// Names of accounts.
    pub accounts: BTreeMap<Address, String>,
    /// Names of sources.
    pub sources: BTreeMap<B256, String>,
}

impl Subject {
    /// What the audit has to know of `system`, with these tokens and accounts.
    #[must_use]
    pub fn new(
        system: &System,
        tokens: BTreeMap<Address, (String, u8)>,
        accounts: BTreeMap<Address, String>,
    ) -> Self {
        let sources = system.platform.sources.iter();
        Self {
            vault: system.vault(),
            splitter: system.splitter(),
            asset: system.address("token"),
            tokens,
            accounts,
            sources: sources.map(|source| (source.key(), source.name.clone())).collect(),
        }
    }

    /// The symbol of `token`, or its address.
    #[must_use]
    pub fn symbol(&self, token: Address) -> String {
        self.tokens.get(&token).map_or_else(|| token.to_string(), |(symbol, _)| symbol.clone())
    }

    /// The name of `account`, or its address.
    #[must_use]
    pub fn account(&self, account: Address) -> String {
        self.accounts.get(&account).cloned().unwrap_or_else(|| account.to_string())
    }

    /// The name of `source`, or its id.
    #[must_use]
    pub fn source(&self, source: B256) -> String {
        self.sources.get(&source).cloned().unwrap_or_else(|| source.to_string())
    }
}
