//! Locks that change: standing, unwound, extended, left early.

use alloy_primitives::{Address, U256};
use model::{Contradiction, Event, Moment, Penalties, Problem, WEEK, replay, window_end};

use crate::story::{START, Story, account, earned};

fn n(amount: u128) -> U256 {
    U256::from(amount)
}

fn refusal(story: &Story) -> Problem {
    let moment = Moment { facts: story.facts.len(), time: story.facts.last().unwrap().time };
    let Contradiction { problem, .. } = replay(&story.facts, &[moment]).unwrap_err();
    problem
}

/// 1,000 shares of the first account, of which 800 are locked for 208 weeks: 2,400 of boost.
fn locked() -> (Story, u64) {
    let mut story = Story::new(1);
    story.stake(START, account(0), 1_000).lock(START, account(0), 800, 208);
    (story, window_end(START, 208))
}

fn reduced(unlock_time: u64, assets: u128, boost: u128) -> Event {
    Event::LockReduced { account: account(0), unlock_time, assets: n(assets), boost: n(boost) }
}

fn relocked(unlock_time: u64, assets: u128, boost: u128) -> Event {
    Event::Locked { account: account(0), unlock_time, assets: n(assets), boost: n(boost) }
}

fn stood(weeks: u64, assets: u128, boost: u128) -> Event {
    Event::StandingLocked { account: account(0), weeks, assets: n(assets), boost: n(boost) }
}

fn unwound(assets: u128, boost: u128) -> Event {
    Event::Unwound { account: account(0), assets: n(assets), boost: n(boost) }
}

fn exited(unlock_time: u64, assets: u128, penalty: u128) -> Event {
    let account = account(0);
    Event::ExitedEarly { account, unlock_time, assets: n(assets), penalty: n(penalty) }
}

/// A tenth of everything, whatever is left.
fn penalties() -> Event {
    Event::PenaltiesSet(Some(Penalties::new(vec![(0, 1_000)]).unwrap()))
}

#[test]
fn a_standing_lock_earns_for_ever_and_ends_its_weeks_after_it_is_unwound() {
    let mut story = Story::new(1);
    story.stake(START, account(0), 100).stake(START, account(1), 400);
    story.tell(START, stood(208, 100, 300));
    let later = START + 300 * WEEK;
    story.push(later, u128::from(2 * WEEK) * 8);
    let end = window_end(later + WEEK, 208);
    story.tell(later + WEEK, unwound(50, 150)).tell(later + WEEK, relocked(end, 50, 150));
    let then = story.at(later + 2 * WEEK);
    assert_eq!(earned(&then, 0), format!("{}.000000000", 8 * WEEK));
    assert_eq!(story.at(end - 1).accounts[&account(0)].boost, 300_u32.into());
    assert_eq!(story.at(end).accounts[&account(0)].boost, 150_u32.into());
    story.leave(end, account(0), 50);
    story.at(end);
    story.leave(end, account(0), 1);
    assert!(matches!(refusal(&story), Problem::NotUnlocked { .. }));
}

#[test]
fn a_standing_lock_has_one_duration_and_what_the_curve_gives() {
    let mut story = Story::new(1);
    story.stake(START, account(0), 1_000).tell(START, stood(208, 100, 300));
    let mut differs = story.clone();
    differs.tell(START, stood(207, 100, 298));
    let problem = Problem::StandingWeeks { account: account(0), weeks: 208, logged: 207 };
    assert_eq!(refusal(&differs), problem);
    let mut long = story.clone();
    long.tell(START, stood(209, 100, 300));
    assert!(matches!(refusal(&long), Problem::StandingWeeks { weeks: 208, logged: 209, .. }));
    let mut dear = story.clone();
    dear.tell(START, stood(208, 100, 301));
    assert!(matches!(refusal(&dear), Problem::Boost { weeks: 208, .. }));
    let mut much = story;
    much.tell(START, stood(208, 901, 2_703));
    assert!(matches!(refusal(&much), Problem::NotUnlocked { .. }));
}

#[test]
fn what_is_unwound_was_there_and_takes_its_boost_rounded_up() {
    let mut story = Story::new(1);
    story.stake(START, account(0), 1_000).tell(START, stood(1, 700, 10));
    for (assets, boost) in [(1, 0), (700, 9), (350, 6)] {
        let mut wrong = story.clone();
        wrong.tell(START, unwound(assets, boost));
        assert!(matches!(refusal(&wrong), Problem::BoostTaken { .. }), "{assets} {boost}");
    }
    for assets in [0, 701] {
        let mut wrong = story.clone();
        wrong.tell(START, unwound(assets, 10));
        assert!(matches!(refusal(&wrong), Problem::StandingTooSmall { .. }), "{assets}");
    }
    let end = window_end(START, 1);
    story.tell(START, unwound(1, 1)).tell(START, relocked(end, 1, 1));
    story.at(START);
}

#[test]
fn what_is_unwound_is_locked_next_with_the_boost_it_had() {
    let mut story = Story::new(1);
    story.stake(START, account(0), 1_000).tell(START, stood(208, 100, 300));
    story.tell(START, unwound(50, 150));
    assert!(matches!(refusal(&story), Problem::Sequence { .. }), "nothing follows");
    let end = window_end(START, 208);
    for next in [
        relocked(end, 50, 149),
        relocked(end, 51, 150),
        relocked(end + WEEK, 50, 150),
        unwound(50, 150),
    ] {
        let mut wrong = story.clone();
        wrong.tell(START, next);
        assert!(matches!(refusal(&wrong), Problem::Sequence { .. }));
    }
    story.tell(START, relocked(end, 50, 150)).at(START);
}

#[test]
fn an_extension_takes_a_part_and_gets_todays_boost() {
    let (mut story, end) = locked();
    let later = START + 4 * WEEK;
    story.tell(later, reduced(end, 400, 1_200));
    let new = window_end(later, 208);
    story.tell(later, relocked(new, 400, 1_200));
    let books = story.at(end);
    assert_eq!(books.accounts[&account(0)].boost, 1_200_u32.into());
    assert_eq!(story.at(new).total_weight, 1_000_u32.into());
}

#[test]
fn what_left_a_lock_goes_into_a_later_one_or_leaves() {
    let (mut story, end) = locked();
    story.tell(START, penalties()).tell(START, reduced(end, 400, 1_200));
    assert!(matches!(refusal(&story), Problem::Sequence { .. }), "nothing follows");
    let early = window_end(START, 100);
    for next in [
        relocked(end, 400, 1_200),
        relocked(early, 400, 576),
        relocked(end + WEEK, 399, 1_197),
        exited(end, 399, 40),
        exited(early, 400, 40),
        reduced(end, 1, 3),
    ] {
        let mut wrong = story.clone();
        wrong.tell(START, next);
        assert!(matches!(refusal(&wrong), Problem::Sequence { .. }));
    }
}

#[test]
fn more_than_is_in_a_lock_cannot_leave_it() {
    let (story, end) = locked();
    let too_small = |unlock_time, locked: u32, assets: u128| {
        let (locked, taken) = (locked.to_string(), assets.to_string());
        Problem::LockTooSmall { account: account(0), unlock_time, locked, taken }
    };
    for (unlock_time, locked, assets) in [(end, 800, 801), (end, 800, 0), (end - WEEK, 0, 1)] {
        let mut wrong = story.clone();
        wrong.tell(START, reduced(unlock_time, assets, 1));
        assert_eq!(refusal(&wrong), too_small(unlock_time, locked, assets));
    }
    let mut late = story.clone();
    late.tell(end, reduced(end, 1, 3));
    assert_eq!(refusal(&late), too_small(end, 0, 1), "it has ended");
    let mut wrong = story;
    wrong.tell(START, reduced(end, 400, 1_199));
    assert!(matches!(refusal(&wrong), Problem::BoostTaken { .. }));
}

#[test]
fn whoever_leaves_early_pays_what_the_curve_says_in_shares() {
    let (mut story, end) = locked();
    story.tell(START, penalties()).tell(START, reduced(end, 401, 1_203));
    let mut cheap = story.clone();
    cheap.tell(START, exited(end, 401, 40));
    let problem =
        Problem::Penalty { account: account(0), logged: n(40), expected: "41".to_owned() };
    assert_eq!(refusal(&cheap), problem);
    story.tell(START, exited(end, 401, 41));
    assert!(matches!(refusal(&story), Problem::Sequence { .. }), "nothing is burnt");
    let mut kept = story.clone();
    kept.leave(START, account(0), 40);
    assert!(matches!(refusal(&kept), Problem::Sequence { .. }), "too little is burnt");
    story.leave(START, account(0), 41);
    let books = story.at(START);
    assert_eq!(books.accounts[&account(0)].balance, 959_u32.into());
    assert_eq!(books.total_weight, (959_u32 + 1_197).into());
    story.leave(START, account(0), 960 - 400);
    assert_eq!(story.at(START).accounts[&account(0)].balance, 399_u32.into());
}

#[test]
fn nobody_leaves_early_without_a_price_or_without_a_lock() {
    let (mut story, end) = locked();
    let mut free = story.clone();
    free.tell(START, reduced(end, 1, 3)).tell(START, exited(end, 1, 1));
    assert_eq!(refusal(&free), Problem::NoEarlyExit { account: account(0) });
    let mut withdrawn = story.clone();
    withdrawn.tell(START, penalties()).tell(START, Event::PenaltiesSet(None));
    withdrawn.tell(START, reduced(end, 1, 3)).tell(START, exited(end, 1, 1));
    assert_eq!(refusal(&withdrawn), Problem::NoEarlyExit { account: account(0) });
    story.tell(START, penalties()).tell(START, exited(end, 1, 1));
    assert!(matches!(refusal(&story), Problem::LockTooSmall { .. }));
}

#[test]
fn what_has_to_follow_follows_at_once() {
    let (mut story, end) = locked();
    story.tell(START, penalties()).tell(START, reduced(end, 10, 30));
    story
        .tell(START + 1, exited(end, 10, 1))
        .tell(START + 1, Event::Moved { from: account(0), to: Address::ZERO, shares: n(1) });
    assert!(matches!(refusal(&story), Problem::Sequence { .. }), "time passed in between");
}
