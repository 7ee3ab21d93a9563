//! The vault's history against the exact model.

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256};
use model::{
    Contradiction, Curve, Event, Exact, Fact, Moment, Nearness, Penalties, Snapshot, Standing,
    replay,
};
use num_bigint::BigUint;

use super::{
    AccountView, Entry, Findings, Observation, Place, Subject, difference::Notes, entry::Told,
};
use crate::abi::IVault::IVaultEvents;

/// The facts that the model replays.
#[derive(Debug, Default)]
pub(crate) struct Facts(Vec<(Place, Fact)>);

impl Facts {
    /// Takes up what `entry` tells, if the model wants to know it. Compounding is a claim and then a
    /// stake, as the vault tells it.
    pub(crate) fn enter(&mut self, entry: &Entry) {
        let Told::Vault(event) = &entry.told else { return };
        if let Some(event) = fact(event) {
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

/// A fact for the model, if the event is one.
fn fact(event: &IVaultEvents) -> Option<Event> {
    Some(match event {
        IVaultEvents::CurveChanged(told) => {
            let points = told.durations.iter().zip(&told.multipliers);
            let points = points.map(|(weeks, bps)| ((*weeks).into(), (*bps).into()));
            // A list that is no curve is found by the books.
            Event::CurveSet(Curve::new(points.collect()).ok()?)
        }
        IVaultEvents::RewardTokenAdded(told) => {
            Event::TokenAdded { token: told.token, stream_weeks: told.streamWeeks.saturating_to() }
        }
        IVaultEvents::Transfer(told) => {
            Event::Moved { from: told.from, to: told.to, shares: told.value }
        }
        IVaultEvents::Locked(told) => Event::Locked {
            account: told.account,
            unlock_time: told.unlockTime.saturating_to(),
            assets: told.assets,
            boost: told.boost,
        },
        IVaultEvents::LockReduced(told) => Event::LockReduced {
            account: told.account,
            unlock_time: told.unlockTime.saturating_to(),
            assets: told.assets,
            boost: told.boost,
        },
        IVaultEvents::StandingLocked(told) => Event::StandingLocked {
            account: told.account,
            weeks: told.durationWeeks.saturating_to(),
            assets: told.assets,
            boost: told.boost,
        },
        IVaultEvents::Unwound(told) => {
            Event::Unwound { account: told.account, assets: told.assets, boost: told.boost }
        }
        IVaultEvents::ExitedEarly(told) => Event::ExitedEarly {
            account: told.account,
            unlock_time: told.unlockTime.saturating_to(),
            assets: told.assets,
            penalty: told.penalty,
        },
        other => return money(other),
    })
}

/// A fact about votes, penalties or revenue, if the event is one.
fn money(event: &IVaultEvents) -> Option<Event> {
    Some(match event {
        IVaultEvents::PenaltyCurveChanged(told) => {
            let points = told.durations.iter().zip(&told.penalties);
            let points = points.map(|(weeks, bps)| ((*weeks).into(), (*bps).into()));
            // A list that is no curve is found by the books.
            Event::PenaltiesSet(Penalties::new(points.collect()).ok())
        }
        IVaultEvents::DelegateChanged(told) => Event::Delegated {
            account: told.delegator,
            from: told.fromDelegate,
            to: told.toDelegate,
        },
        IVaultEvents::DelegateVotesChanged(told) => Event::VotesChanged {
            delegate: told.delegate,
            previous: told.previousVotes,
            new: told.newVotes,
        },
        IVaultEvents::RevenueNotified(told) => Event::Notified {
            token: told.token,
            amount: told.amount,
            end: told.end.saturating_to(),
        },
        IVaultEvents::HeldRevenueStreamed(told) => Event::HeldStreamed {
            token: told.token,
            amount_q128: told.amountQ128,
            end: told.end.saturating_to(),
        },
        IVaultEvents::RevenueClaimed(told) => {
            Event::Claimed { account: told.account, token: told.token, amount: told.amount }
        }
        _ => return None,
    })
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
