//! Logs of the vault that come in twos, with one of the two missing.

use accrual::WEEK;
use alloy::primitives::{Address, U256};

use super::vault::VaultBooks;
use crate::{
    abi::IVault::{self, IVaultEvents as Event},
    ledger::Findings,
};

const HOLDER: Address = Address::repeat_byte(1);
const DELEGATE: Address = Address::repeat_byte(2);
const BEGIN: u64 = 2_900 * WEEK;
/// When a lock of four weeks from the beginning ends.
const END: u64 = BEGIN + 5 * WEEK;

fn n(number: u64) -> U256 {
    U256::from(number)
}

/// A vault in which a lock of four weeks counts twice.
struct Vault {
    books: VaultBooks,
    findings: Findings,
}

impl Vault {
    fn new() -> Self {
        let mut vault = Self { books: VaultBooks::default(), findings: Findings::default() };
        let (durations, multipliers) = (vec![0, 4], vec![10_000, 20_000]);
        let curve = IVault::CurveChanged { durations, multipliers };
        vault.tell(BEGIN, [Event::CurveChanged(curve)]);
        vault
    }

    /// Tells `events` in one block.
    fn tell(&mut self, time: u64, events: impl IntoIterator<Item = Event>) {
        let mut notes = self.findings.at("now");
        for event in events {
            self.books.enter(time, &event, &mut notes);
        }
        self.books.end_block(&mut notes);
    }

    fn found(&self) -> Vec<String> {
        self.findings.list().iter().map(ToString::to_string).collect()
    }
}

fn stake(shares: u64) -> [Event; 2] {
    let (from, to, value) = (Address::ZERO, HOLDER, n(shares));
    let deposit = IVault::Deposit { sender: HOLDER, owner: HOLDER, assets: value, shares: value };
    [Event::Transfer(IVault::Transfer { from, to, value }), Event::Deposit(deposit)]
}

fn lock(assets: u64, boost: u64) -> Event {
    let (account, assets, boost) = (HOLDER, n(assets), n(boost));
    Event::Locked(IVault::Locked { account, unlockTime: n(END), assets, boost })
}

fn reduce(assets: u64) -> Event {
    let (account, assets, boost) = (HOLDER, n(assets), n(assets));
    Event::LockReduced(IVault::LockReduced { account, unlockTime: n(END), assets, boost })
}

fn delegate() -> Event {
    let (from, to) = (Address::ZERO, DELEGATE);
    Event::DelegateChanged(IVault::DelegateChanged {
        delegator: HOLDER,
        fromDelegate: from,
        toDelegate: to,
    })
}

fn votes(previous: u64, new: u64) -> Event {
    let (previous, new) = (n(previous), n(new));
    Event::DelegateVotesChanged(IVault::DelegateVotesChanged {
        delegate: DELEGATE,
        previousVotes: previous,
        newVotes: new,
    })
}

#[test]
fn what_leaves_a_lock_has_to_go_somewhere() {
    let mut vault = Vault::new();
    vault.tell(BEGIN, stake(100));
    vault.tell(BEGIN, [lock(60, 60)]);
    assert_eq!(vault.found(), Vec::<String>::new());
    vault.tell(BEGIN + 1, [reduce(20)]);
    let what = format!("what became of 20 that left a lock of {HOLDER}");
    let found = vault.found();
    assert!(found.len() == 1 && found[0].contains(&what), "{found:#?}");
    assert!(found[0].contains("expected Locked or ExitedEarly, found no log of it"), "{found:#?}");
}

#[test]
fn nobody_leaves_a_lock_early_that_was_not_reduced() {
    let mut vault = Vault::new();
    let (account, receiver, assets) = (HOLDER, DELEGATE, n(20));
    let exit = IVault::ExitedEarly { account, unlockTime: n(END), receiver, assets, penalty: n(0) };
    vault.tell(BEGIN, [Event::ExitedEarly(exit)]);
    let found = vault.found();
    assert!(found[0].contains("expected LockReduced before it, found no log of it"), "{found:#?}");
}

#[test]
fn votes_are_the_weights_of_those_who_delegate_until_their_locks_end() {
    let mut vault = Vault::new();
    vault.tell(BEGIN, stake(100));
    vault.tell(BEGIN, [delegate(), votes(0, 100)]);
    vault.tell(BEGIN + 1, [lock(60, 60), votes(100, 160)]);
    // The boost of 60 has ended, and no log told it.
    let [minted, deposited] = stake(5);
    vault.tell(END, [minted, deposited, votes(100, 105)]);
    assert_eq!(vault.found(), Vec::<String>::new());
}

#[test]
fn votes_that_change_and_are_not_told_are_named() {
    let mut vault = Vault::new();
    vault.tell(BEGIN, stake(100));
    vault.tell(BEGIN, [delegate()]);
    let found = vault.found();
    let what = format!("votes of {DELEGATE} as the last log of their change tells");
    assert!(found.len() == 1 && found[0].contains(&what), "{found:#?}");
    assert!(found[0].contains("expected 100, found 0"), "{found:#?}");
}

#[test]
fn of_two_changes_of_votes_in_a_block_each_is_missed() {
    let all = [delegate(), votes(0, 100), lock(60, 60), votes(100, 160)];
    for lost in [1, 3] {
        let mut vault = Vault::new();
        vault.tell(BEGIN, stake(100));
        let told = all.iter().enumerate().filter(|(place, _)| *place != lost);
        vault.tell(BEGIN, told.map(|(_, event)| event.clone()));
        let found = vault.found();
        assert!(found.len() == 1 && found[0].contains("votes of"), "{lost}: {found:#?}");
    }
}
