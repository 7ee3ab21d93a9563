//! Facts that cannot be are named, with what would have been right.

use alloy_primitives::U256;
use model::{Contradiction, Event, Moment, Problem, WEEK, replay};

use crate::story::{START, Story, TOKEN, account};

fn refusal(story: &Story) -> Contradiction {
    replay(&story.facts, &[Moment { facts: story.facts.len(), time: u64::MAX }]).unwrap_err()
}

fn staked() -> Story {
    let mut story = Story::new(1);
    story.stake(START, account(0), 100);
    story
}

#[test]
fn locked_shares_cannot_move_before_their_lock_ends() {
    let mut story = staked();
    story.lock(START, account(0), 60, 1);
    let mut later = story.clone();
    story.transfer(START + 2 * WEEK - 1, account(0), account(1), 41);
    let (unlocked, needed) = ("40".to_owned(), "41".to_owned());
    let problem = Problem::NotUnlocked { account: account(0), unlocked, needed };
    assert_eq!(refusal(&story), Contradiction { fact: 4, time: START + 2 * WEEK - 1, problem });
    later.transfer(START + 2 * WEEK, account(0), account(1), 100).at(START + 3 * WEEK);
}

#[test]
fn a_boost_that_the_curve_does_not_give_is_refused() {
    let mut story = staked();
    story.lock(START, account(0), 100, 208);
    let Some(Event::Locked { boost, .. }) = story.facts.last_mut().map(|fact| &mut fact.event)
    else {
        unreachable!("the last fact is the lock")
    };
    *boost += U256::ONE;
    let (logged, expected) = (U256::from(301), "300".to_owned());
    assert_eq!(refusal(&story).problem, Problem::Boost { weeks: 208, logged, expected });
}

#[test]
fn an_unlock_time_off_the_weekly_grid_is_refused() {
    let mut story = staked();
    let unlock_time = START + 2 * WEEK + 1;
    let (assets, boost) = (U256::from(1), U256::ZERO);
    story.tell(START, Event::Locked { account: account(0), unlock_time, assets, boost });
    assert_eq!(refusal(&story).problem, Problem::UnlockTime { unlock_time });
}

#[test]
fn a_stream_that_ends_at_another_time_than_the_rules_say_is_refused() {
    let mut story = staked();
    let (logged, expected) = (START + WEEK, START + 2 * WEEK);
    story.tell(START, Event::Notified { token: TOKEN, amount: U256::from(7), end: logged });
    assert_eq!(refusal(&story).problem, Problem::StreamEnd { token: TOKEN, logged, expected });
}

#[test]
fn a_claim_of_one_unit_more_than_was_earned_is_refused() {
    let mut story = staked();
    story.push(START, 14);
    let claim = |amount| Event::Claimed { account: account(0), token: TOKEN, amount };
    story.tell(START + WEEK, claim(U256::from(7)));
    let mut greedy = story.clone();
    story.at(START + WEEK);
    greedy.tell(START + WEEK, claim(U256::from(1)));
    let (paid, earned) = ("8".to_owned(), "7.000000000".to_owned());
    let problem = Problem::PaidAboveEarned { account: account(0), token: TOKEN, paid, earned };
    assert_eq!(refusal(&greedy).problem, problem);
}

#[test]
fn held_revenue_must_be_streamed_when_there_is_weight_again_and_only_then() {
    let mut silent = Story::new(1);
    silent.push(START, 14).stake(START + WEEK, account(0), 1);
    let mut wrong = silent.clone();
    wrong.restream(START + WEEK, U256::from(8) << 128);
    let mut invented = staked();
    invented.restream(START + WEEK, U256::ONE);
    for story in [silent, wrong, invented] {
        assert!(matches!(refusal(&story).problem, Problem::Held { .. }));
    }
}

#[test]
fn time_that_runs_backwards_is_refused() {
    let mut story = staked();
    story.stake(START - 1, account(0), 1);
    assert_eq!(refusal(&story).problem, Problem::OutOfOrder { previous: START });
}
