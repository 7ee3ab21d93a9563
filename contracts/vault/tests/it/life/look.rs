//! Looking at a life: what the vault shows, compared with the shadow at once and with the exact model in
//! the end.

use alloy_primitives::{Address, U256};
use model::{Moment, Nearness, Snapshot};
use stage::Revert;

use super::{ACCOUNTS, Life, history::Tallies};
use crate::{IVault, WEEK, n};

/// Everybody's claimable and paid revenue at a moment, and their votes.
pub(super) struct Note {
    earned: Vec<(Address, Address, U256)>,
    total_weight: U256,
    votes: Tallies,
}

impl Life {
    /// Compares what the vault shows with the shadow, and notes what everybody has earned.
    pub(super) fn look(&mut self) {
        let place = format!("seed {}, fact {}", self.seed, self.facts.len());
        let (scene, shadow) = (&self.scene, &self.shadow);
        for account in &self.accounts {
            let balance = shadow.balance(*account);
            assert_eq!(scene.shares(*account), balance, "{place}");
            assert_eq!(scene.unlocked(*account), shadow.unlocked(*account), "{place}");
            assert_eq!(scene.weight(*account), balance + shadow.boost(Some(*account)), "{place}");
            assert_eq!(scene.listed(*account), shadow.locks(*account), "{place}");
        }
        let (supply, total_weight) = (shadow.supply(), shadow.supply() + shadow.boost(None));
        assert_eq!(scene.read(IVault::totalSupplyCall {}), supply, "{place}");
        assert_eq!(scene.total_weight(), total_weight, "{place}");
        for token in &shadow.tokens {
            let state = scene.reward(*token);
            let staked = if *token == scene.asset { supply } else { n(0) };
            let there = scene.coins(*token, scene.vault) - shadow.strays(*token);
            assert_eq!(there, staked + state.received - state.paid, "{place}");
        }
        let votes = self.votes(&place);
        let earned = self.earned(&place);
        self.notes.push(Note { earned, total_weight, votes });
        self.moments.push(Moment { facts: self.facts.len(), time: self.shadow.now });
    }

    /// Everybody's votes now; and what the vault says of some moments of the past.
    fn votes(&mut self, place: &str) -> Tallies {
        let tallies = self.shadow.tallies();
        for account in self.accounts.iter().chain([&self.scene.vault]) {
            let votes = tallies.get(account).copied().unwrap_or_default();
            let call = IVault::getVotesCall { account: *account };
            assert_eq!(self.scene.read(call), votes, "{place}");
            assert_eq!(
                self.scene.read(IVault::delegatesCall { account: *account }),
                self.shadow.delegate(*account),
                "{place}"
            );
        }
        for _ in 0..4 {
            self.look_back(place);
        }
        tallies
    }

    /// Asks for the votes of somebody and the total at some time, most often one that has passed.
    fn look_back(&mut self, place: &str) {
        let now = self.shadow.now;
        let ago = match self.dice.below(8) {
            0 => 0,
            1 => 1,
            2 => now % WEEK,
            3 => now % WEEK + 1,
            _ => 1 + self.dice.magnitude(32).to::<u64>() % (now - stage::START + 3 * WEEK),
        };
        let (then, account) = (now - ago, self.dice.pick(&self.accounts));
        let timepoint = U256::from(then);
        let votes = IVault::getPastVotesCall { account, timepoint };
        let total = IVault::getPastTotalSupplyCall { timepoint };
        if ago == 0 {
            let clock = now.try_into().expect("48 bits");
            let expected = Revert::of(IVault::ERC5805FutureLookup { timepoint, clock });
            assert_eq!(self.scene.refused(account, votes), expected, "{place}");
            assert_eq!(self.scene.refused(account, total), expected, "{place}");
            return;
        }
        let past = &self.shadow.past;
        assert_eq!(self.scene.read(votes), past.votes(account, then), "{place}: {ago} s ago");
        let start = then / WEEK * WEEK;
        assert_eq!(self.scene.read(total), past.total(start), "{place}: {ago} s ago");
    }

    fn earned(&mut self, place: &str) -> Vec<(Address, Address, U256)> {
        let mut earned = Vec::new();
        for account in &self.accounts {
            for token in &self.shadow.tokens {
                let key = (*account, *token);
                let paid = self.paid.get(&key).copied().unwrap_or_default();
                let sum = paid + self.scene.claimable(*account, *token);
                let before = self.least.insert(key, sum).unwrap_or_default();
                assert!(sum >= before, "{place}: what was earned fell from {before} to {sum}");
                earned.push((*account, *token, sum));
            }
        }
        earned
    }

    /// Nobody has anything left, and of revenue less than a wei each is left.
    pub(super) fn assert_empty(&self) {
        assert_eq!(self.scene.total_weight(), n(0), "seed {}", self.seed);
        for token in &self.shadow.tokens {
            let state = self.scene.reward(*token);
            let held: U256 = state.heldQ128 >> 128;
            let dust = state.received - state.paid - held;
            assert!(dust <= n(ACCOUNTS as u128 + 1), "seed {}: {dust} left", self.seed);
        }
    }

    /// The exact model's judgement on every note.
    pub(super) fn reconcile(&self) {
        let snapshots = model::replay(&self.facts, &self.moments)
            .unwrap_or_else(|contradiction| panic!("seed {}: {contradiction}", self.seed));
        assert_eq!(snapshots.len(), self.notes.len());
        for (snapshot, note) in snapshots.iter().zip(&self.notes) {
            self.compare(snapshot, note);
        }
    }

    fn compare(&self, snapshot: &Snapshot, note: &Note) {
        let place = format!("seed {}, time {}", self.seed, snapshot.time);
        let exact = U256::from_be_slice(&snapshot.total_weight.to_bytes_be());
        assert_eq!(note.total_weight, exact, "{place}");
        for (delegate, votes) in &snapshot.votes {
            let noted = note.votes.get(delegate).copied().unwrap_or_default();
            assert_eq!(noted, U256::from_be_slice(&votes.to_bytes_be()), "{place}");
        }
        for (account, token, sum) in &note.earned {
            let standing = snapshot.accounts.get(account);
            let Some(exact) = standing.and_then(|standing| standing.earned.get(token)) else {
                assert!(sum.is_zero(), "{place}: somebody earned {sum} without a stake");
                continue;
            };
            assert_eq!(exact.judge(*sum), Nearness::Within, "{place}: {sum} of {exact:?}");
        }
    }
}
