//! The multiplier curve.
//!
//! - multiplier: linear between points, flat after the last; no lock is one
//! - setCurve
//!   - it changes later locks only, and is logged
//!   - it reverts for all but the owner, and for what is no curve

use alloy_primitives::U256;
use stage::Revert;

use crate::{CURVE, IVault, Scene, columns, n};

fn change(points: &[(u32, u32)]) -> IVault::setCurveCall {
    let (durations, multipliers) = columns(points);
    IVault::setCurveCall { durations, multipliers }
}

fn multiplier(scene: &Scene, weeks: u64) -> U256 {
    scene.read(IVault::multiplierCall { durationWeeks: U256::from(weeks) })
}

#[test]
fn the_multiplier_is_linear_between_points() {
    let scene = Scene::new();
    let read: Vec<U256> = [0, 1, 26, 52, 130, 208].map(|weeks| multiplier(&scene, weeks)).to_vec();
    // One week is a 52nd of the way from 10,000 to 20,000, rounded down.
    assert_eq!(read, [10_000, 10_192, 15_000, 20_000, 30_000, 40_000].map(U256::from));
}

#[test]
fn the_curve_is_flat_after_its_last_point() {
    let scene = Scene::new();
    assert!(scene.call(scene.owner, change(&[(0, 10_000), (4, 12_500)])).is_ok());
    assert_eq!(multiplier(&scene, 208), U256::from(12_500));
}

#[test]
fn there_is_no_multiplier_for_a_lock_that_cannot_be() {
    let scene = Scene::new();
    for weeks in [U256::from(209), U256::MAX] {
        let refused = scene.refused(scene.alice, IVault::multiplierCall { durationWeeks: weeks });
        assert_eq!(refused, Revert::of(out_of_range(weeks)));
    }
}

fn out_of_range(weeks: U256) -> IVault::LockDurationOutOfRange {
    let (min, max) = (U256::from(1), U256::from(208));
    IVault::LockDurationOutOfRange { durationWeeks: weeks, min, max }
}

#[test]
fn a_new_curve_leaves_existing_locks_as_they_are() {
    let scene = Scene::new();
    scene.stake(scene.alice, 2_000);
    scene.lock(scene.alice, 1_000, 52).expect("a year");
    assert_eq!(scene.weight(scene.alice), n(3_000));
    assert!(scene.call(scene.owner, change(&[(0, 10_000), (52, 50_000)])).is_ok());
    assert_eq!(scene.weight(scene.alice), n(3_000));
    scene.lock(scene.alice, 1_000, 52).expect("another year");
    assert_eq!(scene.weight(scene.alice), n(7_000), "the later lock weighs fivefold");
}

#[test]
fn a_new_curve_reads_back_and_is_logged() {
    let scene = Scene::new();
    let points: Vec<(u32, u32)> = (0..8).map(|i| (i * 29, 10_000 + i * 10_000)).collect();
    scene.stage.take_logs();
    assert!(scene.call(scene.owner, change(&points)).is_ok());
    let curve = scene.read(IVault::curveCall {});
    assert_eq!((curve.durations, curve.multipliers), columns(&points));
    let [event] = &scene.stage.events::<IVault::CurveChanged>(scene.vault)[..] else {
        panic!("one CurveChanged expected")
    };
    assert_eq!((event.durations.clone(), event.multipliers.clone()), columns(&points));
}

#[test]
fn what_is_no_curve_is_refused() {
    let scene = Scene::new();
    let long: Vec<(u32, u32)> = (0..9).map(|i| (i, 10_000 + i)).collect();
    let not_curves: [&[(u32, u32)]; 9] = [
        &[],
        &[(1, 10_000)],
        &[(0, 9_999)],
        &[(0, 10_001)],
        &[(0, 10_000), (0, 20_000)],
        &[(0, 10_000), (9, 20_000), (10, 19_999)],
        &[(0, 10_000), (209, 20_000)],
        &[(0, 10_000), (208, 100_001)],
        &long,
    ];
    for points in not_curves {
        let refused = scene.refused(scene.owner, change(points));
        assert_eq!(refused, Revert::of(IVault::InvalidCurve {}), "{points:?}");
    }
    let lopsided = IVault::setCurveCall { durations: vec![0, 1], multipliers: vec![10_000] };
    assert_eq!(scene.refused(scene.owner, lopsided), Revert::of(IVault::InvalidCurve {}));
    let curve = scene.read(IVault::curveCall {});
    assert_eq!((curve.durations, curve.multipliers), columns(&CURVE));
}

#[test]
fn only_the_owner_changes_the_curve() {
    let scene = Scene::new();
    for account in [scene.guardian, scene.alice] {
        let refused = scene.refused(account, change(&CURVE));
        assert_eq!(refused, Revert::of(IVault::OwnableUnauthorizedAccount { account }));
    }
}
