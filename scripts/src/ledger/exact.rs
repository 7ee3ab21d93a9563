//! The vault's history against the exact model.

use std::collections::BTreeMap;

use alloy::primitives::{Address, IntoLogData, U256};
use model::{Contradiction, Event, Exact, Fact, Moment, Nearness, Snapshot, Standing, replay};
use num_bigint::BigUint;

use super::{
    AccountView, Entry, Findings, Observation, Place, Subject, difference::Notes, entry::Told,
};

/// The facts that the model replays.
#[derive(Debug, Default)]
pub(crate) struct Facts(Vec<(Place, Fact)>);

impl Facts {
    /// Takes up what `entry` tells, if the model wants to know it. Compounding is a claim and then a
    /// stake, as the vault tells it.
    pub(crate) fn enter(&mut self, entry: &Entry) {
        let Told::Vault(event) = &entry.told else { return };
        // The model decodes for itself.
        let log = event.to_log_data();
        if let Some(event) = Event::read(log.topics(), &log.data) {
            self.0.push((entry.place, Fact { time: entry.time, event }));
        }
    }

    /// The exact books at each of `observations`, in order of their blocks; none if the facts contradict
    /// the protocol, which is noted.
    pub(crate) fn replay(
        &self,
        observations: &[Observation],
        findings: &mut Findings,
    ) -> Vec<Snapshot> {
        let facts: Vec<Fact> = self.0.iter().map(|(_, fact)| fact.clone()).collect();
        let until = |block| self.0.partition_point(|(place, _)| place.block <= block);
        let moment = |seen: &Observation| Moment { facts: until(seen.block), time: seen.time };
        let moments: Vec<_> = observations.iter().map(moment).collect();
        replay(&facts, &moments).unwrap_or_else(|contradiction| {
            self.contradicted(&contradiction, findings);
            Vec::new()
        })
    }

    fn contradicted(&self, found: &Contradiction, findings: &mut Findings) {
        let place = self.0.get(found.fact).map_or_else(Place::default, |(place, _)| *place);
        let mut notes = findings.at_log(place, found.time);
        let what = "the vault's log contradicts the protocol";
        notes.note(what, "what the rules allow", found.problem.to_string());
    }
}

/// Compares what the model says with what the chain says of itself.
pub(crate) fn judge(
    exact: &Snapshot,
    seen: &Observation,
    subject: &Subject,
    notes: &mut Notes<'_>,
) {
    notes.same(exact.total_weight.clone(), integer(seen.vault.total_weight), || {
        "vault, exact total weight".to_owned()
    });
    for (account, standing) in &exact.accounts {
        match seen.accounts.get(account) {
            Some(view) => judge_account(*account, standing, view, subject, notes),
            None => notes.note(account.to_string(), "an account of the audit", "one unknown to it"),
        }
    }
    for (account, view) in &seen.accounts {
        if !exact.accounts.contains_key(account) {
            judge_account(*account, &Standing::default(), view, subject, notes);
        }
    }
    for token in exact.tokens.keys() {
        judge_token(*token, exact, seen, notes);
    }
}

/// Each account: `exact − 1 ≤ paid + claimable ≤ exact`.
fn judge_account(
    account: Address,
    exact: &Standing,
    seen: &AccountView,
    subject: &Subject,
    notes: &mut Notes<'_>,
) {
    let weight = || format!("{account}, exact weight");
    notes.same(exact.weight(), integer(seen.weight), weight);
    for (token, claimable) in &seen.claimable {
        let nothing = Exact::from(U256::ZERO);
        let earned = exact.earned.get(token).unwrap_or(&nothing);
        let got = exact.paid(*token) + claimable;
        let limit = match earned.judge(got) {
            Nearness::Within => continue,
            Nearness::Above => "at most",
            Nearness::Short => "at most one less than",
        };
        let what = format!("{account}, {} paid and claimable", subject.symbol(*token));
        notes.note(what, format!("{limit} {}", earned.decimal(9)), got.to_string());
    }
}

/// Received = paid + claimable + still to stream + held, to less than one unit for each account.
fn judge_token(token: Address, exact: &Snapshot, seen: &Observation, notes: &mut Notes<'_>) {
    let Some(pot) = exact.tokens.get(&token) else { return };
    let paid: U256 = exact.accounts.values().map(|one| one.paid(token)).sum();
    let claimable: U256 = seen.accounts.values().map(|one| of(&one.claimable, token)).sum();
    let ahead = &pot.to_stream + &pot.held;
    let accounted = &Exact::from(paid + claimable) + &ahead;
    let slack = &accounted + &Exact::from(U256::from(exact.accounts.len()));
    let received = Exact::from(pot.received);
    if accounted > received || slack < received {
        let what = format!("vault, exact {token} paid, claimable, to stream and held");
        notes.note(what, format!("{} received", pot.received), accounted.decimal(9));
    }
}

fn of(amounts: &BTreeMap<Address, U256>, token: Address) -> U256 {
    amounts.get(&token).copied().unwrap_or_default()
}

fn integer(value: U256) -> BigUint {
    BigUint::from_bytes_be(&value.to_be_bytes::<32>())
}
