//! The audit: every wei accounted for, from the logs.
//!
//! ```text
//! node → History (cache) → Entry → Books → Statement
//!                            │       └──── compared with an Observation: what the chain says of itself
//!                            └── Facts ─── the exact model (demo and tests)
//! ```
//!
//! [`History`] reads the logs of a system off any node, and [`Books`] keep the vault's, the splitter's and
//! the tokens' accounts from them, log by log. They find
//!
//! * a log that does not follow from those before it: a boost that the curve does not give, a payment of
//!   something never earned, more paid to a payee than its due, a setting that was another before;
//! * what contracts and tokens tell differently: deposits, claims and payments against transfers, what the
//!   splitter paid the vault against what the vault was brought;
//! * with an [`Observation`], everything in which the chain's own figures are not those of the books, to
//!   which a missing log always leads.
//!
//! Before the books, [`History::prove`] holds the logs themselves against the chain's headers and receipts:
//! whatever a node withholds, alters, doubles or moves is named, even if it changes no figure.
//!
//! [`reconcile`] does all of this at several moments, and puts the vault's figures beside the exact
//! [`model`] too: `exact − 1 ≤ paid + claimable ≤ exact` for each account.
//!
//! Every [`Difference`] says where it is.

mod books;
mod compare;
mod difference;
mod entry;
mod exact;
mod history;
mod observe;
mod reconcile;
#[cfg(test)]
mod sample;

pub use books::{
    Account, Books, Earnings, Line, Opening, PayeeKey, PayeeTerms, PolicyTerms, Pot, Roles,
    SplitterBooks, StakersShare, Standings,
};
pub use difference::{Difference, Findings};
pub use entry::{Contracts, Entry, Manner, Place, TokenMove, Told};
pub(crate) use history::sweep;
pub use history::{
    Entries, Head, History, HistoryError, Identity, Node, Origin, Patience, Proof, Receipt, Source,
    Step, StoredLog, Stretch, Witness,
};
pub use observe::{
    AccountView, Observation, Observer, RewardView, SplitterView, TokenView, VaultView,
};
pub use reconcile::{Verdict, reconcile};

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256};

/// What a report has to know of a system beside its logs: what is staked, and names for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The contracts.
    pub contracts: Contracts,
    /// What is staked.
    pub asset: Address,
    /// Tokens, with symbol and decimals.
    pub tokens: BTreeMap<Address, (String, u8)>,
    /// Names of accounts.
    pub accounts: BTreeMap<Address, String>,
    /// Names of sources.
    pub sources: BTreeMap<B256, String>,
}

impl Subject {
    /// The symbol of `token`, or its address.
    #[must_use]
    pub fn symbol(&self, token: Address) -> String {
        self.tokens.get(&token).map_or_else(|| token.to_string(), |(symbol, _)| symbol.clone())
    }

    /// The decimals of `token`, or none.
    #[must_use]
    pub fn decimals(&self, token: Address) -> u8 {
        self.tokens.get(&token).map_or(0, |(_, decimals)| *decimals)
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

    /// `text` with names in place of addresses and ids.
    #[must_use]
    pub fn named(&self, text: &str) -> String {
        let tokens = self.tokens.iter().map(|(at, (symbol, _))| (at.to_string(), symbol));
        let accounts = self.accounts.iter().map(|(at, name)| (at.to_string(), name));
        let sources = self.sources.iter().map(|(id, name)| (id.to_string(), name));
        // Sources first: an id may begin like an address.
        let names = sources.chain(tokens).chain(accounts);
        names.fold(text.to_owned(), |text, (raw, name)| text.replace(&raw, name))
    }
}
