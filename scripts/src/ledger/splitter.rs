//! The splitter's books, kept from its logs.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256, U256};

use super::{
    Observation, Subject,
    difference::Findings,
    journal::{Journal, Split},
};

const BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);

/// What came in by source and went out by payee, until some block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SplitterBooks {
    policies: BTreeMap<U256, Vec<(Address, u32)>>,
    by_source: BTreeMap<(B256, Address), U256>,
    by_policy: BTreeMap<(U256, Address), U256>,
    paid: BTreeMap<(U256, U256, Address), U256>,
}

/// One payee's part of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The policy.
    pub policy: U256,
    /// The payee's place in it.
    pub payee: U256,
    /// The payee.
    pub account: Address,
    /// Its share.
    pub bps: u32,
    /// The token.
    pub token: Address,
    /// What it was paid.
    pub paid: U256,
    /// What is its due, paid or not.
    pub due: U256,
}

impl Line {
    /// What it is owed; nothing if it was paid more than its due.
    #[must_use]
    pub const fn owed(&self) -> U256 {
        self.due.saturating_sub(self.paid)
    }
}

impl SplitterBooks {
    /// The books at the end of `block`.
    #[must_use]
    pub fn until(journal: &Journal, block: u64) -> Self {
        let mut books = Self::default();
        for (_, split) in journal.splits.iter().take_while(|(place, _)| place.block <= block) {
            books.enter(split);
        }
        books
    }

    fn enter(&mut self, split: &Split) {
        match split {
            Split::Policy(id, payees) => _ = self.policies.insert(*id, payees.clone()),
            Split::Received(source, token, policy, amount) => {
                *self.by_source.entry((*source, *token)).or_default() += *amount;
                *self.by_policy.entry((*policy, *token)).or_default() += *amount;
            }
            Split::Paid(policy, payee, _, token, amount) => {
                *self.paid.entry((*policy, *payee, *token)).or_default() += *amount;
            }
        }
    }

    /// What `source` ever brought of `token`.
    #[must_use]
    pub fn received_from(&self, source: B256, token: Address) -> U256 {
        self.by_source.get(&(source, token)).copied().unwrap_or_default()
    }

    /// What ever arrived of `token`.
    #[must_use]
    pub fn received(&self, token: Address) -> U256 {
        let sources = self.by_source.iter().filter(|((_, of), _)| *of == token);
        sources.map(|(_, amount)| *amount).sum()
    }

    /// What was ever paid of `token`.
    #[must_use]
    pub fn paid(&self, token: Address) -> U256 {
        let payees = self.paid.iter().filter(|((_, _, of), _)| *of == token);
        payees.map(|(_, amount)| *amount).sum()
    }

    /// Every payee's part of every token that arrived for it.
    #[must_use]
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for (&(policy, token), &received) in &self.by_policy {
            let payees = self.policies.get(&policy).map_or(&[][..], Vec::as_slice);
            for (place, &(account, bps)) in payees.iter().enumerate() {
                let payee = U256::from(place);
                let paid = self.paid.get(&(policy, payee, token)).copied().unwrap_or_default();
                let due = received * U256::from(bps) / BPS;
                lines.push(Line { policy, payee, account, bps, token, paid, due });
            }
        }
        lines
    }

    /// Compares the books with what the chain says of itself.
    pub(crate) fn check(&self, seen: &Observation, subject: &Subject, findings: &mut Findings<'_>) {
        self.check_payees(seen, subject, findings);
        self.check_sources(seen, subject, findings);
        for (&token, view) in &seen.tokens {
            let symbol = subject.symbol(token);
            let rest = self.received(token).saturating_sub(self.paid(token));
            findings.same(rest, view.undistributed, || format!("splitter, {symbol} not paid out"));
            findings.same(rest, view.in_splitter, || format!("splitter, balance of {symbol}"));
            self.check_sum(token, &symbol, findings);
        }
    }

    /// Everything received by source is paid or owed by payee, but for roundings below one unit each.
    fn check_sum(&self, token: Address, symbol: &str, findings: &mut Findings<'_>) {
        let lines = self.lines();
        let lines = lines.iter().filter(|line| line.token == token);
        let (count, sum) = lines.fold((0u64, U256::ZERO), |(count, sum), line| {
            (count + 1, sum + line.paid.max(line.due))
        });
        let received = self.received(token);
        if sum > received || received - sum >= U256::from(count.max(1)) {
            let what = format!("splitter, {symbol} paid and owed by payee");
            findings.note(what, format!("{received} received by source"), sum.to_string());
        }
    }

    fn check_payees(&self, seen: &Observation, subject: &Subject, findings: &mut Findings<'_>) {
        let lines = self.lines();
        for line in &lines {
            let (payee, symbol) = (subject.account(line.account), subject.symbol(line.token));
            if line.paid > line.due {
                let what = format!("splitter, {symbol} paid to {payee}");
                findings.note(what, format!("at most {}", line.due), line.paid.to_string());
            }
            let told = seen.owed.get(&(line.policy, line.payee, line.token)).copied();
            findings.same(line.owed(), told.unwrap_or_default(), || {
                format!("splitter, {symbol} owed to {payee} by policy {}", line.policy)
            });
        }
        let known: BTreeSet<_> = lines.iter().map(|l| (l.policy, l.payee, l.token)).collect();
        for (key, amount) in seen.owed.iter().filter(|(key, _)| !known.contains(key)) {
            findings.same(U256::ZERO, *amount, || {
                let symbol = subject.symbol(key.2);
                format!("splitter, {symbol} owed to payee {} of policy {}", key.1, key.0)
            });
        }
    }

    fn check_sources(&self, seen: &Observation, subject: &Subject, findings: &mut Findings<'_>) {
        for (&(source, token), &told) in &seen.sources {
            let (name, symbol) = (subject.source(source), subject.symbol(token));
            findings.same(self.received_from(source, token), told, || {
                format!("splitter, {symbol} received from {name}")
            });
        }
    }
}
