//! Everybody's votes at every second, and the total weight at the start of every week, written down
//! eagerly as time passes.

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};

/// Who has how many votes.
pub(crate) type Tallies = BTreeMap<Address, U256>;

/// The past, as it was when it was present.
#[derive(Default)]
pub(crate) struct History {
    /// By the second at whose end they were so, until the next entry.
    votes: BTreeMap<u64, Tallies>,
    /// By the start of a week; the weeks without entry are as the one before.
    totals: BTreeMap<u64, U256>,
}

impl History {
    /// At the end of second `time`, the votes are `tallies`.
    pub(crate) fn votes_were(&mut self, time: u64, tallies: Tallies) {
        if self.votes.values().next_back() != Some(&tallies) {
            self.votes.insert(time, tallies);
        }
    }

    /// At `start` of a week, before anybody did anything, the total weight is `total`.
    pub(crate) fn total_was(&mut self, start: u64, total: U256) {
        self.totals.insert(start, total);
    }

    /// The votes of `delegate` at the end of second `time`.
    pub(crate) fn votes(&self, delegate: Address, time: u64) -> U256 {
        let then = self.votes.range(..=time).next_back();
        then.and_then(|(_, tallies)| tallies.get(&delegate)).copied().unwrap_or_default()
    }

    /// The total weight at `start` of a week.
    pub(crate) fn total(&self, start: u64) -> U256 {
        self.totals.range(..=start).next_back().map(|(_, total)| *total).unwrap_or_default()
    }
}
