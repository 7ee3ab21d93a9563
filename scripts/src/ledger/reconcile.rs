//! The verdict.

use std::collections::BTreeMap;

use model::{Contradiction, Fact, Moment, Snapshot, replay};

use super::{
    Difference, Journal, Observation, Subject, difference::Findings, flows,
    splitter::SplitterBooks, vault,
};

/// What the audit found.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Everything that does not add up; empty if all is well.
    pub differences: Vec<Difference>,
    /// The exact books at each observation; none if the facts contradict the protocol.
    pub exact: Vec<Snapshot>,
    /// The splitter's books at the last observation.
    pub splitter: SplitterBooks,
}

impl Verdict {
    /// Whether everything adds up.
    #[must_use]
    pub const fn reconciled(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Judges what `journal` tells by what was seen at each of `observations`, in order of their blocks.
#[must_use]
pub fn reconcile(journal: &Journal, observations: &[Observation], subject: &Subject) -> Verdict {
    let mut differences = Vec::new();
    let exact = replayed(journal, observations).unwrap_or_else(|contradiction| {
        differences.push(contradicted(journal, &contradiction, subject));
        Vec::new()
    });
    let mut splitter = SplitterBooks::default();
    for (at, seen) in observations.iter().enumerate() {
        let findings = &mut Findings::new(&seen.label, &mut differences);
        splitter = SplitterBooks::until(journal, seen.block);
        splitter.check(seen, subject, findings);
        flows::check(journal, seen, subject, findings);
        if let Some(snapshot) = exact.get(at) {
            vault::check(snapshot, seen, subject, findings);
        }
    }
    Verdict { differences, exact, splitter }
}

fn replayed(
    journal: &Journal,
    observations: &[Observation],
) -> Result<Vec<Snapshot>, Contradiction> {
    let facts: Vec<Fact> = journal.facts.iter().map(|(_, fact)| fact.clone()).collect();
    let until = |block| journal.facts.partition_point(|(place, _)| place.block <= block);
    let moment = |seen: &Observation| Moment { facts: until(seen.block), time: seen.time };
    replay(&facts, &observations.iter().map(moment).collect::<Vec<_>>())
}

fn contradicted(journal: &Journal, found: &Contradiction, subject: &Subject) -> Difference {
    let place = journal.facts.get(found.fact).map_or_else(Default::default, |(place, _)| *place);
    Difference {
        when: format!("log {} of block {}, time {}", place.index, place.block, found.time),
        what: "the vault's log contradicts the protocol".to_owned(),
        expected: "what the rules allow".to_owned(),
        found: named(found.problem.to_string(), subject),
    }
}

/// `text` with names in place of addresses.
fn named(text: String, subject: &Subject) -> String {
    let tokens = subject.tokens.iter().map(|(address, (symbol, _))| (*address, symbol.clone()));
    let names: BTreeMap<_, _> = subject.accounts.clone().into_iter().chain(tokens).collect();
    let replace = |text: String, (address, name): (_, String)| {
        let address: alloy::primitives::Address = address;
        text.replace(&address.to_string(), &name)
    };
    names.into_iter().fold(text, replace)
}

#[cfg(test)]
mod tests {
    use alloy::{
        primitives::{Address, U256},
        rpc::types::Log,
        sol_types::SolEvent,
    };

    use super::*;
    use crate::{
        abi::{ISplitter, IVault},
        ledger::sample::{FIRST, SPLITTER, Sample, TOKEN, VAULT, sample},
    };

    fn verdict(sample: &Sample) -> Vec<String> {
        let journal = Journal::read(&sample.logs, &sample.subject).unwrap();
        let seen = std::slice::from_ref(&sample.seen);
        let verdict = reconcile(&journal, seen, &sample.subject);
        verdict.differences.iter().map(ToString::to_string).collect()
    }

    fn assert_named(found: &[String], what: &str) {
        assert!(found.iter().any(|line| line.contains(what)), "{what:?} is not among {found:#?}");
    }

    /// Rewrites the first log of an event of `address`.
    fn tamper<E: SolEvent>(sample: &mut Sample, address: Address, change: impl Fn(&mut E)) {
        let is_it =
            |log: &&mut Log| log.address() == address && log.topic0() == Some(&E::SIGNATURE_HASH);
        let log = sample.logs.iter_mut().find(is_it).unwrap();
        let mut event = E::decode_log(&log.inner).unwrap().data;
        change(&mut event);
        log.inner.data = event.encode_log_data();
    }

    fn remove<E: SolEvent>(sample: &mut Sample) {
        sample.logs.retain(|log| log.topic0() != Some(&E::SIGNATURE_HASH));
    }

    #[test]
    fn a_consistent_history_reconciles() {
        assert_eq!(verdict(&sample()), Vec::<String>::new());
    }

    #[test]
    fn a_claim_of_one_unit_more_is_seen_and_named() {
        let mut sample = sample();
        tamper::<IVault::RevenueClaimed>(&mut sample, VAULT, |claim| claim.amount += U256::ONE);
        let found = verdict(&sample);
        assert_named(&found, "first was paid");
        assert_named(&found, "vault, COIN sent out");
    }

    #[test]
    fn a_missing_claim_is_seen_and_named() {
        let mut sample = sample();
        remove::<IVault::RevenueClaimed>(&mut sample);
        let found = verdict(&sample);
        assert_named(&found, "the end: first, COIN paid and claimable: expected at most one less");
        assert_named(&found, "vault, COIN sent out");
    }

    #[test]
    fn a_holder_who_can_claim_one_unit_more_is_named() {
        let mut sample = sample();
        let view = sample.seen.accounts.get_mut(&FIRST).unwrap();
        *view.claimable.get_mut(&TOKEN).unwrap() += U256::ONE;
        assert_named(&verdict(&sample), "first, COIN paid and claimable: expected at most ");
    }

    #[test]
    fn a_holder_who_is_two_units_short_is_named() {
        let mut sample = sample();
        let view = sample.seen.accounts.get_mut(&FIRST).unwrap();
        *view.claimable.get_mut(&TOKEN).unwrap() -= U256::from(2);
        assert_named(
            &verdict(&sample),
            "first, COIN paid and claimable: expected at most one less",
        );
    }

    #[test]
    fn a_weight_that_is_off_by_one_is_named() {
        let mut sample = sample();
        sample.seen.accounts.get_mut(&FIRST).unwrap().weight += U256::ONE;
        assert_named(&verdict(&sample), "first, weight: expected 100, found 101");
    }

    #[test]
    fn a_payment_that_the_splitter_misreports_is_named() {
        let mut sample = sample();
        tamper::<ISplitter::PayeePaid>(&mut sample, SPLITTER, |paid| paid.amount += U256::ONE);
        let found = verdict(&sample);
        assert_named(&found, "splitter, COIN paid to vault: expected at most 600, found 601");
        assert_named(&found, "COIN from splitter to vault, as the splitter says");
    }

    #[test]
    fn revenue_that_the_splitter_keeps_silent_about_is_named() {
        let mut sample = sample();
        remove::<ISplitter::RevenueReceived>(&mut sample);
        let found = verdict(&sample);
        assert_named(&found, "splitter, COIN received from advertising: expected 0, found 1001");
    }

    #[test]
    fn revenue_that_the_vault_misreports_is_named() {
        let mut sample = sample();
        tamper::<IVault::RevenueNotified>(&mut sample, VAULT, |push| push.amount -= U256::ONE);
        assert_named(&verdict(&sample), "COIN from splitter to vault, as the vault says");
    }

    #[test]
    fn a_balance_that_does_not_match_the_books_is_named() {
        let mut sample = sample();
        sample.seen.tokens.get_mut(&TOKEN).unwrap().in_vault -= U256::ONE;
        assert_named(&verdict(&sample), "vault, balance of COIN");
    }

    #[test]
    fn a_holder_whom_the_audit_does_not_know_is_named() {
        let mut sample = sample();
        sample.seen.accounts.remove(&FIRST);
        assert_named(&verdict(&sample), "first: expected an account of the audit");
    }
}
