//! Votes are the weights of those who delegate, at every moment, and the log says so.

use alloy_primitives::{Address, U256};
use model::{Event, Moment, Problem, Snapshot, WEEK, replay, window_end};

use crate::story::{START, Story, account};

fn refusal(story: &Story, time: u64) -> Problem {
    replay(&story.facts, &[Moment { facts: story.facts.len(), time }]).unwrap_err().problem
}

fn votes(snapshot: &Snapshot, number: u8) -> u128 {
    let votes = snapshot.votes.get(&account(number));
    votes.map_or(0, |votes| u128::try_from(votes).unwrap())
}

impl Story {
    fn delegate(&mut self, time: u64, number: u8, from: Address, to: Address) -> &mut Self {
        self.tell(time, Event::Delegated { account: account(number), from, to })
    }

    fn count(&mut self, time: u64, number: u8, previous: u128, new: u128) -> &mut Self {
        let (previous, new) = (U256::from(previous), U256::from(new));
        self.tell(time, Event::VotesChanged { delegate: account(number), previous, new })
    }
}

/// The second account votes with 100 shares and a lock of 60 for 208 weeks: 280.
fn delegated() -> Story {
    let mut story = Story::new(1);
    story.stake(START, account(0), 100).lock(START, account(0), 60, 208);
    story.delegate(START, 0, Address::ZERO, account(1)).count(START, 1, 0, 280);
    story
}

#[test]
fn a_delegate_has_the_weights_of_all_who_delegate_to_it() {
    let mut story = delegated();
    story.stake(START + 5, account(2), 7).delegate(START + 5, 2, Address::ZERO, account(1));
    story.count(START + 5, 1, 280, 287);
    assert_eq!(votes(&story.at(START + 5), 1), 287);
    let end = window_end(START, 208);
    assert_eq!(votes(&story.at(end - 1), 1), 287);
    assert_eq!(votes(&story.at(end), 1), 107, "the boost ended, and no log told it");
    story.leave(end + 1, account(2), 7).count(end + 1, 1, 107, 100);
    assert_eq!(votes(&story.at(end + 1), 1), 100);
}

#[test]
fn votes_go_where_they_are_delegated_next() {
    let mut story = delegated();
    story.delegate(START + 9, 0, account(1), account(2));
    story.count(START + 9, 1, 280, 0).count(START + 9, 2, 0, 280);
    let books = story.at(START + 9);
    assert_eq!((votes(&books, 1), votes(&books, 2)), (0, 280));
    story.delegate(START + WEEK, 0, account(2), Address::ZERO).count(START + WEEK, 2, 280, 0);
    assert_eq!(votes(&story.at(START + WEEK), 2), 0);
}

#[test]
fn a_delegation_away_from_somebody_who_was_not_the_delegate_is_refused() {
    let mut story = delegated();
    story.delegate(START + 9, 0, account(3), account(2));
    let (logged, expected) = (account(3), account(1));
    let problem = Problem::Delegate { account: account(0), logged, expected };
    assert_eq!(refusal(&story, START + 9), problem);
}

#[test]
fn votes_that_are_not_the_weights_are_refused_before_time_passes() {
    let later = START + 5;
    let mut untold = delegated();
    untold.stake(later, account(0), 7);
    let (mut too_many, mut from_elsewhere) = (untold.clone(), untold.clone());
    too_many.count(later, 1, 280, 288);
    from_elsewhere.count(later, 1, 281, 287);
    let (mut invented, mut empty) = (delegated(), delegated());
    invented.count(later, 1, 280, 281);
    empty.delegate(later, 2, Address::ZERO, account(0)).count(later, 0, 0, 1);
    for story in [untold, too_many, from_elsewhere, invented, empty] {
        assert!(matches!(refusal(&story, START + 5), Problem::Votes { .. }));
        assert!(matches!(refusal(&story, START + WEEK), Problem::Votes { .. }));
    }
}

#[test]
fn within_one_second_the_log_may_tell_votes_before_or_after_what_changes_them() {
    let mut story = delegated();
    story.count(START + 5, 1, 280, 281).stake(START + 5, account(0), 1);
    story.stake(START + 5, account(0), 1).count(START + 5, 1, 281, 282);
    assert_eq!(votes(&story.at(START + 6), 1), 282);
}
