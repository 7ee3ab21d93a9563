//! The vault against the exact model.

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256};
use model::{Exact, Nearness, Snapshot, Standing};
use num_bigint::BigUint;

use super::{AccountView, Observation, Subject, difference::Findings};

/// Compares what the model says with what the chain says of itself.
pub(crate) fn check(
    exact: &Snapshot,
    seen: &Observation,
    subject: &Subject,
    findings: &mut Findings<'_>,
) {
    findings.same(exact.total_weight.clone(), integer(seen.total_weight), || {
        "vault, total weight".to_owned()
    });
    let supply: BigUint = exact.accounts.values().map(|one| &one.balance).sum();
    findings.same(supply, integer(seen.total_supply), || "vault, total supply".to_owned());
    for (account, standing) in &exact.accounts {
        match seen.accounts.get(account) {
            Some(view) => check_account(*account, standing, view, subject, findings),
            None => {
                let name = subject.account(*account);
                findings.note(name, "an account of the audit".into(), "one unknown to it".into());
            }
        }
    }
    for (account, view) in &seen.accounts {
        if !exact.accounts.contains_key(account) {
            check_account(*account, &Standing::default(), view, subject, findings);
        }
    }
    for token in seen.tokens.keys() {
        check_token(*token, exact, seen, subject, findings);
    }
}

fn check_account(
    account: Address,
    exact: &Standing,
    seen: &AccountView,
    subject: &Subject,
    findings: &mut Findings<'_>,
) {
    let name = subject.account(account);
    findings.same(exact.balance.clone(), integer(seen.balance), || format!("{name}, shares"));
    findings.same(exact.weight(), integer(seen.weight), || format!("{name}, weight"));
    for (token, claimable) in &seen.claimable {
        let nothing = Exact::from(U256::ZERO);
        let earned = exact.earned.get(token).unwrap_or(&nothing);
        let got = exact.paid(*token) + claimable;
        let limit = match earned.judge(got) {
            Nearness::Within => continue,
            Nearness::Above => "at most",
            Nearness::Short => "at most one less than",
        };
        let what = format!("{name}, {} paid and claimable", subject.symbol(*token));
        findings.note(what, format!("{limit} {}", earned.decimal(9)), got.to_string());
    }
}

/// Received = paid + claimable + still to stream + held, to less than one unit for each account.
fn check_token(
    token: Address,
    exact: &Snapshot,
    seen: &Observation,
    subject: &Subject,
    findings: &mut Findings<'_>,
) {
    let Some(pot) = exact.tokens.get(&token) else { return };
    let paid: U256 = exact.accounts.values().map(|one| one.paid(token)).sum();
    let claimable: U256 = seen.accounts.values().map(|one| of(&one.claimable, token)).sum();
    let ahead = &pot.to_stream + &pot.held;
    let accounted = &Exact::from(paid + claimable) + &ahead;
    let slack = &accounted + &Exact::from(U256::from(exact.accounts.len()));
    let received = Exact::from(pot.received);
    if accounted > received || slack < received {
        let what = format!("vault, {} paid, claimable, to stream and held", subject.symbol(token));
        findings.note(what, format!("{} received", pot.received), accounted.decimal(9));
    }
}

fn of(amounts: &BTreeMap<Address, U256>, token: Address) -> U256 {
    amounts.get(&token).copied().unwrap_or_default()
}

fn integer(value: U256) -> BigUint {
    BigUint::from_bytes_be(&value.to_be_bytes::<32>())
}
