//! Edges that the mutation tests found unwatched (`docs/mutants.md`).
//!
//! - of two locks in weeks that share a slot either can be left, and the other stays
//! - a penalty curve has as many durations as penalties, none of either included
//! - a batch pays with just the gas that it asks for

use alloy_primitives::{Address, B256, U256};
use stage::Revert;

use crate::{IVault, Scene, WEEK, n};

#[test]
fn a_lock_that_is_left_takes_no_lock_of_the_week_beside_it_along() {
    // Weeks share slots in pairs: one of these durations ends in the even week of a pair.
    for (weeks, left) in [(10, 0), (10, 1), (11, 0), (11, 1)] {
        let scene = Scene::new();
        scene.with_till();
        scene.stake(scene.alice, 1_000);
        let ends = [weeks, weeks + 1].map(|w| scene.lock(scene.alice, 300, w).expect("a lock"));
        let (gone, stays) = (ends[left], ends[1 - left]);
        let exit = IVault::exitEarlyCall {
            unlockTime: U256::from(gone),
            assets: n(300),
            maxPenalty: U256::MAX,
        };
        let penalty = scene.call(scene.alice, exit).expect("the whole lock");
        let times: Vec<_> = scene.listed(scene.alice).iter().map(|lock| lock.0).collect();
        assert_eq!(times, [stays], "{weeks} {left}");
        scene.stage.warp_to(stays - 1);
        assert_eq!(scene.unlocked(scene.alice), n(700) - penalty);
        scene.stage.warp_to(stays);
        assert_eq!(scene.unlocked(scene.alice), n(1_000) - penalty, "{weeks} {left}");
        assert_eq!(scene.weight(scene.alice), n(1_000) - penalty);
    }
}

#[test]
fn a_penalty_curve_of_which_one_column_is_empty_is_refused() {
    let scene = Scene::new();
    let set = |durations: &[u32], penalties: &[u32]| {
        let (durations, penalties) = (durations.to_vec(), penalties.to_vec());
        let (splitter, source) = (scene.bob, B256::ZERO);
        let call = IVault::setPenaltyCurveCall { durations, penalties, splitter, source };
        scene.call(scene.owner, call).map(drop)
    };
    for (durations, penalties) in [(&[][..], &[1_000][..]), (&[0], &[])] {
        let invalid = Err(Revert::of(IVault::InvalidCurve {}));
        assert_eq!(set(durations, penalties), invalid, "{durations:?} {penalties:?}");
    }
    assert_eq!(set(&[], &[]), Ok(()), "no points: no early exit");
}

#[test]
fn a_batch_pays_with_just_the_gas_that_it_asks_for() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    scene.stage.warp(WEEK);
    let payout = IVault::setPayoutCall { payee: Address::ZERO, automatic: true };
    scene.call(scene.alice, payout).expect("automatic");
    let call = IVault::claimManyCall { accounts: vec![scene.alice], token: scene.usd };
    let with = |gas: u64| scene.stage.from(scene.treasury).gas(gas).call(scene.vault, call.clone());
    let left = |gas: u64| {
        let refused = with(gas).expect_err("too little gas").decode::<IVault::NotEnoughGas>();
        let IVault::NotEnoughGas { left, needed } = refused.expect("NotEnoughGas");
        (left.to::<u64>(), needed.to::<u64>())
    };
    let (rest, needed) = left(600_000);
    let enough = 600_000 + needed - rest;
    assert_eq!(left(enough - 1), (needed - 1, needed), "one unit short");
    assert!(with(enough).is_ok_and(|paid| paid[0] > n(0)), "exactly enough");
}
