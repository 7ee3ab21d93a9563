//! Two observations side by side, line by line.

use std::{collections::BTreeMap, fmt::Display};

use alloy::primitives::U256;

use super::{
    books::Roles,
    difference::Notes,
    observe::{AccountView, Observation, SplitterView, VaultView},
};

/// Everything that an observation says, by what it is about.
type Lines = BTreeMap<String, String>;

/// Notes every line in which `seen` is not what was `expected`.
pub(crate) fn compare(expected: &Observation, seen: &Observation, notes: &mut Notes<'_>) {
    let (expected, seen) = (lines(expected), lines(seen));
    for (what, value) in &expected {
        let found = seen.get(what).map_or("nothing", String::as_str);
        notes.same(value.as_str(), found, || what.clone());
    }
    for (what, found) in seen.iter().filter(|(what, _)| !expected.contains_key(*what)) {
        notes.note(what.clone(), "nothing", found.clone());
    }
}

fn lines(observation: &Observation) -> Lines {
    let mut lines = Lines::new();
    vault(&observation.vault, &mut lines);
    splitter(&observation.splitter, &mut lines);
    for (account, view) in &observation.accounts {
        holder(&account.to_string(), view, &mut lines);
    }
    for (token, view) in &observation.tokens {
        put(&mut lines, format!("vault, balance of {token}"), view.in_vault);
        put(&mut lines, format!("splitter, balance of {token}"), view.in_splitter);
        put(&mut lines, format!("splitter, {token} not paid out"), view.undistributed);
    }
    lines
}

fn put(lines: &mut Lines, what: impl Into<String>, value: impl Display) {
    lines.insert(what.into(), value.to_string());
}

fn roles(of: &str, roles: &Roles, lines: &mut Lines) {
    put(lines, format!("{of}, owner"), roles.owner);
    put(lines, format!("{of}, owner to be"), roles.pending_owner);
    put(lines, format!("{of}, guardian"), roles.guardian);
    put(lines, format!("{of}, paused"), roles.is_paused);
}

fn vault(view: &VaultView, lines: &mut Lines) {
    put(lines, "vault, total supply", view.total_supply);
    put(lines, "vault, total weight", view.total_weight);
    put(lines, "vault, curve", format!("{:?}", view.curve));
    put(lines, "vault, penalties", format!("{:?}", view.penalties));
    put(lines, "vault, receiver of penalties", format!("{:?}", view.penalty_receiver));
    put(lines, "vault, last checkpoint", view.last_checkpoint);
    roles("vault", &view.roles, lines);
    for (token, reward) in &view.rewards {
        let mut put =
            |what: &str, value: U256| put(lines, format!("vault, {token}, {what}"), value);
        put("rate in 2^-128 a second", reward.rate_q128);
        put("index in 2^-128", reward.index_q128);
        put("held in 2^-128", reward.held_q128);
        put("received", reward.received);
        put("paid", reward.paid);
        put("weeks of a stream", U256::from(reward.stream_weeks));
        put("retired", U256::from(u8::from(reward.retired)));
    }
}

fn holder(name: &str, view: &AccountView, lines: &mut Lines) {
    put(lines, format!("{name}, shares"), view.balance);
    put(lines, format!("{name}, unlocked shares"), view.unlocked);
    put(lines, format!("{name}, weight"), view.weight);
    put(lines, format!("{name}, locks"), format!("{:?}", view.locks));
    put(lines, format!("{name}, standing lock"), format!("{:?}", view.standing));
    put(lines, format!("{name}, payout"), format!("{:?}", view.payout));
    put(lines, format!("{name}, delegate"), view.delegate);
    put(lines, format!("{name}, votes"), view.votes);
    for (token, amount) in &view.claimable {
        put(lines, format!("{name}, {token} claimable"), amount);
    }
}

fn splitter(view: &SplitterView, lines: &mut Lines) {
    roles("splitter", &view.roles, lines);
    put(lines, "splitter, stakers' share", format!("{:?}", view.share));
    for (id, policy) in &view.policies {
        put(lines, format!("splitter, policy {id}"), format!("{policy:?}"));
    }
    for (source, (name, policy)) in &view.sources {
        put(lines, format!("splitter, source {source}"), format!("{name}, policy {policy}"));
    }
    for ((source, token), amount) in &view.by_source {
        put(lines, format!("splitter, {token} received from {source}"), amount);
    }
    for ((policy, token), amount) in &view.by_policy {
        put(lines, format!("splitter, {token} received for policy {policy}"), amount);
    }
    for (verb, amounts) in [("paid", &view.paid), ("owed", &view.owed)] {
        for ((policy, payee, token), amount) in amounts {
            let what = format!("splitter, {token} {verb} to payee {payee} of policy {policy}");
            put(lines, what, amount);
        }
    }
}
