//! Nobody pays for what they do not use, by the stage's tariff or by the vault's slots: mutants that do
//! needless work change no number, and would survive every other test.
//!
//! - an account whose locks are over pays what one pays that never locked, whose position no claim
//!   writes
//! - votes keep one tally a second
//! - what nobody votes with is not written down, nor a week in which no boost ends

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;

use crate::{IVault, Scene, columns, n};

/// Roots of the vault's mappings of accounts to their positions, and of delegates to their votes.
const POSITIONS: u64 = 10;
const VOTES: u64 = 20;

/// What the vault's mapping with this root has for `account`.
fn entry(scene: &Scene, root: u64, account: Address) -> U256 {
    let slot = stage::slot((account, U256::from(root)));
    U256::from_be_bytes(scene.stage.stored(scene.vault, slot).0)
}

/// The last tally of `delegate`: how many came before, and the last week in which a boost ends.
fn tally(scene: &Scene, delegate: Address) -> (u64, u64) {
    let [times, earlier, ..] = entry(scene, VOTES, delegate).into_limbs();
    (earlier, times >> 32)
}

fn delegate(scene: &Scene, who: Address, delegatee: Address) {
    scene.call(who, IVault::delegateCall { delegatee }).expect("delegated");
}

/// The gas of a transfer of Alice, in a week after whatever `past` made of her 1,000 shares.
fn gas_of_a_transfer_after(past: impl Fn(&Scene)) -> u64 {
    let scene = Scene::new();
    scene.with_till();
    scene.stake(scene.alice, 1_000);
    past(&scene);
    for _ in 0..2 {
        scene.weeks(20);
        scene.transfer(scene.alice, scene.bob, n(1)).expect("settles what is over");
    }
    scene.weeks(1);
    let call = IVault::transferCall { to: scene.bob, value: n(1) };
    let (answer, gas) = scene.stage.from(scene.alice).metered(scene.vault, call.abi_encode());
    assert!(answer.is_ok(), "{answer:?}");
    gas
}

#[test]
fn an_account_whose_locks_are_over_pays_what_one_pays_that_never_locked() {
    let never = gas_of_a_transfer_after(|_| ());
    let expired = gas_of_a_transfer_after(|scene| {
        scene.lock(scene.alice, 100, 10).expect("a lock");
    });
    let left = gas_of_a_transfer_after(|scene| {
        let end = scene.lock(scene.alice, 100, 100).expect("a lock");
        let (unlock_time, max) = (U256::from(end), U256::MAX);
        let exit =
            IVault::exitEarlyCall { unlockTime: unlock_time, assets: n(100), maxPenalty: max };
        scene.call(scene.alice, exit).expect("all of it");
    });
    let locked = gas_of_a_transfer_after(|scene| {
        scene.lock(scene.alice, 100, 100).expect("a lock");
    });
    assert_eq!((expired, left), (never, never));
    assert!(locked > never, "the tariff tells them apart");
}

#[test]
fn a_claim_leaves_the_position_of_one_who_never_locked_as_it_was() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    let position = entry(&scene, POSITIONS, scene.alice);
    assert!(!position.is_zero());
    scene.weeks(2);
    assert!(scene.claim(scene.alice, scene.usd).is_ok_and(|paid| paid > n(0)));
    assert_eq!(entry(&scene, POSITIONS, scene.alice), position);
}

#[test]
fn votes_keep_one_tally_a_second() {
    let scene = Scene::new();
    scene.stake(scene.alice, 100);
    delegate(&scene, scene.alice, scene.bob);
    for _ in 0..3 {
        scene.stake(scene.alice, 1);
        assert_eq!(tally(&scene, scene.bob).0, 0, "the same second");
    }
    for seconds in 1..=3 {
        scene.stage.warp(1);
        for _ in 0..2 {
            scene.stake(scene.alice, 1);
            assert_eq!(tally(&scene, scene.bob).0, seconds);
        }
    }
}

#[test]
fn a_lock_with_which_nobody_votes_writes_no_votes() {
    let scene = Scene::new();
    scene.stake(scene.alice, 100);
    scene.lock(scene.alice, 50, 52).expect("a lock");
    assert_eq!(tally(&scene, Address::ZERO), (0, 0));
    delegate(&scene, scene.alice, scene.bob);
    assert!(tally(&scene, scene.bob).1 > 0, "its end is the delegate's");
}

#[test]
fn a_lock_without_boost_ends_no_votes() {
    let scene = Scene::new();
    let (durations, multipliers) = columns(&[(0, 10_000), (208, 10_000)]);
    let flat = IVault::setCurveCall { durations, multipliers };
    scene.call(scene.owner, flat).expect("locks weigh nothing more");
    scene.stake(scene.alice, 100);
    delegate(&scene, scene.alice, scene.bob);
    scene.lock(scene.alice, 50, 52).expect("a lock");
    assert_eq!(tally(&scene, scene.bob), (0, 0));
}
