//! Who votes with what: as it follows from stakes and delegations, and as the vault tells it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy::primitives::{Address, U256};

use super::holder::Holder;
use crate::{abi::IVault::DelegateVotesChanged, ledger::difference::Notes};

/// The votes of one delegate.
#[derive(Clone, Debug, Default)]
struct Tally {
    /// The weights of those who delegate to it.
    due: u128,
    /// What the vault told last, less what has ended since, of which no log tells.
    told: u128,
    /// By week, the boosts among them that end at its start.
    ending: BTreeMap<u64, u128>,
}

impl Tally {
    /// Takes off what has ended by the start of `week`.
    fn expire(&mut self, week: u64) {
        while let Some(first) = self.ending.first_entry().filter(|first| *first.key() <= week) {
            let boost = first.remove();
            self.due = self.due.saturating_sub(boost);
            self.told = self.told.saturating_sub(boost);
        }
    }
}

/// All delegates.
#[derive(Clone, Debug, Default)]
pub(crate) struct Votes {
    tallies: HashMap<Address, Tally>,
    /// Those whose votes changed in this block.
    changed: BTreeSet<Address>,
}

impl Votes {
    /// The tally of `delegate` in `week`, about to be changed; none of nobody.
    fn tally(&mut self, delegate: Address, week: u64) -> Option<&mut Tally> {
        if delegate.is_zero() {
            return None;
        }
        self.changed.insert(delegate);
        let tally = self.tallies.entry(delegate).or_default();
        tally.expire(week);
        Some(tally)
    }

    /// `delegate` votes with `amount` more.
    pub(crate) fn add(&mut self, delegate: Address, week: u64, amount: u128) {
        if let Some(tally) = self.tally(delegate, week) {
            tally.due = tally.due.saturating_add(amount);
        }
    }

    /// `delegate` votes with `amount` less.
    pub(crate) fn take(&mut self, delegate: Address, week: u64, amount: u128) {
        if let Some(tally) = self.tally(delegate, week) {
            tally.due = tally.due.saturating_sub(amount);
        }
    }

    /// `boost` of the votes ends at the start of week `end`.
    pub(crate) fn schedule(&mut self, delegate: Address, end: u64, boost: u128) {
        if let Some(tally) = self.tallies.get_mut(&delegate) {
            *tally.ending.entry(end).or_default() += boost;
        }
    }

    /// `boost` of the votes ends no longer at the start of week `end`.
    pub(crate) fn unschedule(&mut self, delegate: Address, end: u64, boost: u128) {
        let tally = self.tallies.get_mut(&delegate);
        if let Some(ending) = tally.and_then(|tally| tally.ending.get_mut(&end)) {
            *ending = ending.saturating_sub(boost);
        }
    }

    /// What `holder` weighs in `week` votes for `to` and not for `from`.
    pub(crate) fn moved(&mut self, week: u64, holder: &Holder, from: Address, to: Address) {
        let (weight, locks) = holder.unexpired(week);
        self.take(from, week, weight);
        self.add(to, week, weight);
        for lock in locks {
            self.unschedule(from, lock.end, lock.boost);
            self.schedule(to, lock.end, lock.boost);
        }
    }

    /// Enters what the vault told.
    pub(crate) fn told(&mut self, week: u64, told: &DelegateVotesChanged, notes: &mut Notes<'_>) {
        let DelegateVotesChanged { delegate, previousVotes, newVotes } = *told;
        let Some(tally) = self.tally(delegate, week) else { return };
        let before = || format!("vault, votes of {delegate} before a log of their change");
        notes.same(U256::from(tally.told), previousVotes, before);
        tally.told = newVotes.saturating_to();
    }

    /// At the end of a block, what was told last has to be what follows.
    pub(crate) fn check(&mut self, notes: &mut Notes<'_>) {
        for delegate in std::mem::take(&mut self.changed) {
            let Some(tally) = self.tallies.get_mut(&delegate) else { continue };
            let what =
                || format!("vault, votes of {delegate} as the last log of their change tells");
            if !notes.same(tally.due, tally.told, what) {
                tally.told = tally.due;
            }
        }
    }
}
