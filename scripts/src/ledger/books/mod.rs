//! The books of a system, kept from its logs, one log after the other.
//!
//! [`Books::enter`] takes the logs in order and keeps what they amount to: every holder, every payee,
//! every source and the vault's running figures. Memory grows with these, not with the number of logs.
//! Each log is judged as it comes by what came before it: a boost that the curve does not give, a payment
//! of something never earned, a total that does not follow. What is wrong is noted with its place.
//!
//! # Why the vault's own arithmetic
//! The vault's figures are worked out with [`accrual`], the integers that the contract itself computes
//! with, at the same moments. So what the books say of an account is what the contract has to say, to the
//! last of its 256 bits, and any difference at all is a finding. That these integers are the right
//! ones is not judged here: the exact [`model`] does that, in fractions, which grow with every log and
//! so serve thousands of logs but not millions. The demo and the tests put every history to both.

mod clock;
mod expect;
mod flows;
mod holder;
mod next;
mod opening;
mod roles;
mod settings;
mod splitter;
mod standing;
#[cfg(test)]
mod tests;
mod vault;
mod votes;

pub use opening::Opening;
pub use roles::Roles;
pub use splitter::{Line, PayeeKey, PayeeTerms, PolicyTerms, SplitterBooks, StakersShare};
pub use standing::{Account, Earnings, Pot, Standings};

use alloy::primitives::Address;

use super::{Contracts, Entry, Findings, Place, entry::Told};
use flows::Flows;
use vault::VaultBooks;

/// What a system must be like, given what it told.
#[derive(Clone, Debug)]
pub struct Books {
    contracts: Contracts,
    asset: Address,
    vault: VaultBooks,
    splitter: SplitterBooks,
    flows: Flows,
    opening: Option<Opening>,
    findings: Findings,
    last: Place,
    time: u64,
    entries: u64,
}

impl Books {
    /// Empty books of `contracts`, where `asset` is staked.
    #[must_use]
    pub fn new(contracts: Contracts, asset: Address) -> Self {
        Self {
            contracts,
            asset,
            vault: VaultBooks::default(),
            splitter: SplitterBooks::default(),
            flows: Flows::default(),
            opening: None,
            findings: Findings::default(),
            last: Place::default(),
            time: 0,
            entries: 0,
        }
    }

    /// Enters the next log.
    pub fn enter(&mut self, entry: &Entry) {
        let Entry { place, time, told } = entry;
        if place.block != self.last.block {
            self.end_block();
        }
        let mut notes = self.findings.at_log(*place, *time);
        if *time < self.time || (self.entries > 0 && *place <= self.last) {
            let Place { block, index } = self.last;
            let before = format!("after log {index} of block {block}, time {}", self.time);
            notes.note("order of the logs", before, "an earlier one");
        }
        (self.last, self.time, self.entries) = (*place, *time, self.entries + 1);
        match told {
            Told::Vault(event) => {
                self.vault.enter(*time, event, &mut notes);
                self.flows.told(event, self.contracts);
            }
            Told::Splitter(event) => self.splitter.enter(*time, event, &mut notes),
            Told::Moved(told) => self.flows.moved(told, self.contracts),
            Told::Nothing => {}
            Told::Unreadable(reason) => {
                notes.note(
                    "a log",
                    "an event of the interface",
                    format!("one that does not decode: {reason}"),
                );
            }
        }
    }

    /// What was told twice in a block has to agree at its end.
    fn end_block(&mut self) {
        self.vault.end_block(&mut self.findings.at_log(self.last, self.time));
    }

    /// Compares what the contracts say with what the tokens say, at the end of the last log. `when` is what
    /// the moment is called.
    pub fn balance(&mut self, when: &str) {
        self.end_block();
        let (tokens, wrong) = (self.tokens(), self.pots(&self.vault.clock_at(self.time)));
        let mut notes = self.findings.at(when);
        for token in tokens {
            let (received, paid) = (self.splitter.received_in(token), self.splitter.paid_in(token));
            let streamed = self.splitter.streamed_to(self.contracts.vault, token);
            self.flows.check(token, self.asset, (received, paid, streamed), &mut notes);
        }
        notes.pots(wrong);
    }

    /// Whether the vault takes `token`: what is staked, or a reward token, retired ones included.
    #[must_use]
    pub fn is_of_vault(&self, token: Address) -> bool {
        token == self.asset || self.vault.clock.number(token).is_some()
    }

    /// What does not add up.
    #[must_use]
    pub const fn findings(&self) -> &Findings {
        &self.findings
    }

    /// What does not add up, to add to.
    pub const fn findings_mut(&mut self) -> &mut Findings {
        &mut self.findings
    }

    /// How many logs were entered.
    #[must_use]
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// The splitter's side.
    #[must_use]
    pub const fn splitter(&self) -> &SplitterBooks {
        &self.splitter
    }
}
