//! Cases small enough to work out by hand.

use alloy_primitives::U256;
use model::WEEK;
use num_bigint::BigUint;

use crate::story::{START, Story, TOKEN, account, earned};

const DAY: u64 = 86_400;

#[test]
fn a_push_streams_evenly_to_the_end_of_next_week() {
    let mut story = Story::new(1);
    story.stake(START, account(0), 5).push(START, 14);
    assert_eq!(earned(&story.at(START + DAY), 0), "1.000000000");
    assert_eq!(earned(&story.at(START + 2 * WEEK), 0), "14.000000000");
    assert_eq!(earned(&story.at(START + 9 * WEEK), 0), "14.000000000");
}

#[test]
fn every_second_goes_to_all_by_weight() {
    let mut story = Story::new(1);
    story.stake(START, account(0), 1).stake(START, account(1), 3).push(START, 14);
    story.stake(START + 7 * DAY, account(1), 4);
    let end = story.at(START + 2 * WEEK);
    assert_eq!(earned(&end, 0), "2.625000000"); // 7/4 + 7/8
    assert_eq!(earned(&end, 1), "11.375000000");
}

#[test]
fn a_boost_stops_exactly_when_its_lock_ends() {
    let mut story = Story::new(3);
    story.stake(START, account(0), 208).stake(START, account(1), 208);
    story.lock(START, account(0), 208, 1).push(START, 28_000);
    // 208 shares locked for a week of a curve that gives 144 bps: a boost of 2, for two weeks.
    let day_before = story.at(START + 2 * WEEK - 1);
    assert_eq!(day_before.accounts[&account(0)].weight(), BigUint::from(210u8));
    let at_the_end = story.at(START + 2 * WEEK);
    assert_eq!(at_the_end.accounts[&account(0)].weight(), BigUint::from(208u8));
    assert_eq!(earned(&at_the_end, 0), "7033.492822966"); // 14000 × 210/418
    assert_eq!(earned(&story.at(START + 4 * WEEK), 0), "14033.492822966");
}

#[test]
fn a_transfer_leaves_past_revenue_with_the_sender() {
    let mut story = Story::new(1);
    story.stake(START, account(0), 10).push(START, 14);
    story.transfer(START + 3 * DAY, account(0), account(1), 10);
    let end = story.at(START + 2 * WEEK);
    assert_eq!(
        (earned(&end, 0).as_str(), earned(&end, 1).as_str()),
        ("3.000000000", "11.000000000")
    );
}

#[test]
fn what_falls_due_while_nobody_is_staked_streams_anew_when_somebody_is() {
    let mut story = Story::new(1);
    story.push(START, 14);
    let waiting = story.at(START + 6 * DAY);
    assert_eq!(waiting.tokens[&TOKEN].held.decimal(9), "6.000000000");
    // Back on day 6: 6 held stream over the 8 days to the end of week 1, beside the 8 still to come.
    story.stake(START + 6 * DAY, account(0), 1);
    story.restream(START + 6 * DAY, U256::from(6) << 128);
    assert_eq!(earned(&story.at(START + 7 * DAY), 0), "1.750000000");
    assert_eq!(earned(&story.at(START + 14 * DAY), 0), "14.000000000");
}

#[test]
fn revenue_held_twice_is_held_exactly() {
    let mut story = Story::new(1);
    story.push(START, 14).stake(START + 6 * DAY, account(0), 1);
    story.restream(START + 6 * DAY, U256::from(6) << 128);
    story.leave(START + 7 * DAY, account(0), 1);
    let held = story.at(START + 10 * DAY).tokens[&TOKEN].held.clone();
    assert_eq!(held.decimal(9), "5.250000000"); // 3 × (1 + 6/8)
    story.stake(START + 10 * DAY, account(1), 1);
    story.restream(START + 10 * DAY, U256::from(525) * (U256::ONE << 128) / U256::from(100));
    assert_eq!(earned(&story.at(START + 30 * DAY), 1), "12.250000000");
}
