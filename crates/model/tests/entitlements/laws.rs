//! Laws that hold for every history.
//!
//! That everything earned, still to stream and held adds up to everything received is asserted inside
//! [`model::replay`] at every snapshot, so each of these runs tests it too.

use std::time::{Duration, Instant};

use model::{Exact, Snapshot, WEEK};
use num_bigint::{BigInt, BigUint};
use proptest::prelude::*;

use crate::naive;
use crate::story::{START, Story, TOKEN, account};

/// One arbitrary action, `gap` seconds after the one before it.
#[derive(Clone, Debug)]
struct Act {
    gap: u64,
    who: u8,
    amount: u128,
    kind: u8,
    weeks: u64,
}

fn acts(count: usize) -> impl Strategy<Value = Vec<Act>> {
    let gap = prop_oneof![Just(0), Just(0), 1..1_000u64, 1..2 * WEEK];
    let one = (gap, 0..6u8, 1..u128::pow(10, 24), 0..4u8, 1..20u64)
        .prop_map(|(gap, who, amount, kind, weeks)| Act { gap, who, amount, kind, weeks });
    proptest::collection::vec(one, 1..count)
}

/// A story in which nobody ever leaves, so that any list of acts is allowed.
fn played(acts: &[Act], split: bool) -> (Story, u64) {
    let mut story = Story::new(2);
    let mut now = START;
    story.stake(now, account(9), 1);
    for act in acts {
        now += act.gap;
        let halves = [act.amount / 2, act.amount - act.amount / 2];
        match act.kind {
            0 if split => _ = story.push(now, halves[0]).push(now, halves[1]),
            0 => _ = story.push(now, act.amount),
            1 => _ = story.stake(now, account(act.who), act.amount),
            2 => {
                story.stake(now, account(act.who), act.amount);
                story.lock(now, account(act.who), act.amount, act.weeks);
            }
            _ => {
                story.stake(now, account(act.who), act.amount);
                story.transfer(now, account(act.who), account((act.who + 1) % 6), act.amount);
            }
        }
    }
    (story, now)
}

fn earnings(snapshot: &Snapshot) -> Vec<Exact> {
    snapshot.accounts.values().map(|one| one.earned[&TOKEN].clone()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn two_pushes_in_one_second_equal_their_sum(acts in acts(40)) {
        let ((whole, now), (split, _)) = (played(&acts, false), played(&acts, true));
        let later = now + WEEK;
        prop_assert_eq!(earnings(&whole.at(later)), earnings(&split.at(later)));
    }

    #[test]
    fn a_stake_split_over_two_accounts_earns_the_same(
        acts in acts(30),
        amount in 1..u128::pow(10, 24),
        part in 0..=100u128,
    ) {
        let mut whole = Story::new(2);
        whole.stake(START, account(20), amount);
        let mut split = Story::new(2);
        let first = amount * part / 100;
        split.stake(START, account(20), first).stake(START, account(21), amount - first);
        let (rest, now) = played(&acts, false);
        whole.facts.extend_from_slice(&rest.facts[2..]);
        split.facts.extend_from_slice(&rest.facts[2..]);
        let (whole, split) = (whole.at(now + WEEK), split.at(now + WEEK));
        let of = |snapshot: &Snapshot, who| snapshot.accounts[&account(who)].earned[&TOKEN].clone();
        prop_assert_eq!(of(&whole, 20), &of(&split, 20) + &of(&split, 21));
    }

    #[test]
    fn the_model_agrees_with_plain_fractions(acts in acts(25), wait in 0..4 * WEEK) {
        let (story, now) = played(&acts, false);
        let snapshot = story.at(now + wait);
        for (account, exact) in naive::earned(&story.facts, now + wait) {
            let scaled = exact * BigInt::from(10).pow(30);
            let scaled = scaled.floor().to_integer().to_string();
            let found = snapshot.accounts[&account].earned[&TOKEN].decimal(30).replace('.', "");
            prop_assert_eq!(found.trim_start_matches('0'), scaled.trim_start_matches('0'));
        }
    }

    #[test]
    fn what_happens_in_one_second_may_happen_in_any_order(acts in acts(40), swap in 0..40usize) {
        let acts: Vec<Act> = acts.into_iter().map(|act| Act { kind: act.kind % 2, ..act }).collect();
        let (story, now) = played(&acts, false);
        let mut turned = story.clone();
        let at = 3 + swap % acts.len();
        if at + 1 < story.facts.len() && story.facts[at].time == story.facts[at + 1].time {
            turned.facts.swap(at, at + 1);
        }
        let later = now + WEEK;
        prop_assert_eq!(earnings(&story.at(later)), earnings(&turned.at(later)));
    }

    #[test]
    fn all_weights_add_up_to_the_total(acts in acts(40), wait in 0..20 * WEEK) {
        let (story, now) = played(&acts, false);
        let snapshot = story.at(now + wait);
        let sum: BigUint = snapshot.accounts.values().map(model::Standing::weight).sum();
        prop_assert_eq!(sum, snapshot.total_weight);
    }

    #[test]
    fn when_every_stream_has_ended_everything_has_been_earned(acts in acts(40)) {
        let (story, now) = played(&acts, false);
        let pot = story.at(now + 3 * WEEK).tokens[&TOKEN].clone();
        prop_assert!(pot.to_stream.is_zero() && pot.held.is_zero());
    }
}

#[test]
fn four_thousand_events_of_forty_accounts_take_seconds_at_most() {
    let mut story = Story::new(3);
    story.stake(START, account(0), 1);
    for step in 0..4_000u64 {
        let (now, who) = (START + step * 997, account((step / 4 % 40) as u8));
        let amount = 1_000_000_007u128.pow(2) * u128::from(step + 1);
        match step % 4 {
            0 => _ = story.push(now, amount),
            1 => _ = story.stake(now, who, amount).lock(now, who, amount, step % 200 + 1),
            _ => _ = story.stake(now, who, amount),
        }
    }
    let begun = Instant::now();
    let snapshot = story.at(START + 4_000 * 997);
    assert_eq!(snapshot.accounts.len(), 40);
    assert!(begun.elapsed() < Duration::from_secs(10), "took {:?}", begun.elapsed());
}
