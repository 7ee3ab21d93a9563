//! Extensions: a part of a lock moves into a later one.
//!
//! - extendLock gives up the assets' part of the old boost, rounded up, for the boost of today's curve
//! - the new lock ends later; the old one has what is asked for; entering is not paused

use alloy_primitives::{Address, U256};
use stage::{Revert, START};

use crate::{IVault, MAX, Scene, WEEK, coin, n};

fn extend(unlock_time: U256, assets: U256, weeks: u64) -> IVault::extendLockCall {
    let weeks = U256::from(weeks);
    IVault::extendLockCall { unlockTime: unlock_time, assets, durationWeeks: weeks }
}

impl Scene {
    fn extend(&self, who: Address, end: u64, assets: u128, weeks: u64) -> Result<u64, Revert> {
        self.call(who, extend(U256::from(end), n(assets), weeks)).map(|time| time.to())
    }
}

#[test]
fn an_extension_moves_a_part_into_a_later_lock_at_todays_curve() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 52).expect("double");
    scene.weeks(10);
    scene.stage.take_logs();
    let later = scene.extend(scene.alice, end, 300, 208).expect("fourfold");
    assert_eq!(later, START + (10 + 209) * WEEK);
    assert_eq!(scene.listed(scene.alice), [(end, n(700), n(700)), (later, n(300), n(900))]);
    assert_eq!((scene.weight(scene.alice), scene.total_weight()), (n(2_600), n(2_600)));
    assert_eq!((scene.shares(scene.alice), scene.unlocked(scene.alice)), (n(1_000), n(0)));
    let [reduced] = &scene.stage.events::<IVault::LockReduced>(scene.vault)[..] else {
        panic!("one LockReduced expected")
    };
    assert_eq!((reduced.account, reduced.unlockTime), (scene.alice, U256::from(end)));
    assert_eq!((reduced.assets, reduced.boost), (n(300), n(300)));
    let [locked] = &scene.stage.events::<IVault::Locked>(scene.vault)[..] else {
        panic!("one Locked expected")
    };
    assert_eq!((locked.account, locked.unlockTime), (scene.alice, U256::from(later)));
    assert_eq!((locked.assets, locked.boost), (n(300), n(900)));
    scene.stage.warp_to(end);
    assert_eq!((scene.weight(scene.alice), scene.unlocked(scene.alice)), (n(1_900), n(700)));
    scene.stage.warp_to(later);
    assert_eq!((scene.total_weight(), scene.unlocked(scene.alice)), (n(1_000), n(1_000)));
}

#[test]
fn an_extension_joins_the_lock_that_ends_then() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let early = scene.lock(scene.alice, 100, 1).expect("a lock");
    let late = scene.lock(scene.alice, 200, 52).expect("a lock");
    assert_eq!(scene.extend(scene.alice, early, 100, 52), Ok(late));
    assert_eq!(scene.listed(scene.alice), [(late, n(300), n(300))]);
    assert_eq!(scene.unlocked(scene.alice), n(700));
}

#[test]
fn a_worse_curve_makes_an_extension_weigh_less_and_never_touches_the_rest() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 52).expect("double");
    let flat = IVault::setCurveCall { durations: vec![0], multipliers: vec![10_000] };
    assert!(scene.call(scene.owner, flat).is_ok());
    let later = scene.extend(scene.alice, end, 400, 53).expect("no boost any more");
    assert_eq!(scene.listed(scene.alice), [(end, n(600), n(600)), (later, n(400), n(0))]);
    assert_eq!((scene.weight(scene.alice), scene.total_weight()), (n(1_600), n(1_600)));
    scene.weeks(60);
    assert_eq!(scene.total_weight(), n(1_000), "nothing ends twice");
}

#[test]
fn the_boost_given_up_is_the_assets_part_rounded_up() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 1).expect("a boost of 19");
    scene.stage.take_logs();
    scene.extend(scene.alice, end, 1, 2).expect("an extension");
    let events = scene.stage.events::<IVault::LockReduced>(scene.vault);
    assert_eq!(events[0].boost, n(1), "19 / 1,000, rounded up");
    assert_eq!(scene.weight(scene.alice), n(1_018));
}

#[test]
fn an_extension_ends_later() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 52).expect("a year");
    for (weeks, new) in [(1, START + 2 * WEEK), (51, end - WEEK), (52, end)] {
        let (old, new) = (U256::from(end), U256::from(new));
        let expected = IVault::LockNotExtended { unlockTime: old, newUnlockTime: new };
        assert_eq!(scene.extend(scene.alice, end, 1, weeks), Err(Revert::of(expected)));
    }
    assert_eq!(scene.extend(scene.alice, end, 1, 53), Ok(end + WEEK));
    scene.stage.warp_to(end - 1);
    assert_eq!(scene.extend(scene.alice, end, 1, 1), Ok(end + WEEK), "in its last second");
}

#[test]
fn only_what_is_in_a_lock_is_extended() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 600, 4).expect("a lock");
    let too_small = |time, locked, assets| {
        Revert::of(IVault::LockTooSmall { unlockTime: time, locked, assets })
    };
    for (time, locked, assets) in [
        (U256::from(end), 600, 601),
        (U256::from(end - WEEK), 0, 1),
        (U256::from(end + 5), 0, 1),
        (U256::MAX, 0, 1),
    ] {
        let refused = scene.refused(scene.alice, extend(time, n(assets), 9));
        assert_eq!(refused, too_small(time, n(locked), n(assets)));
    }
    let time = U256::from(end);
    assert_eq!(scene.refused(scene.bob, extend(time, n(1), 9)), too_small(time, n(0), n(1)));
    let nothing = Err(Revert::of(IVault::ZeroAmount {}));
    assert_eq!(scene.extend(scene.alice, end, 0, 9), nothing);
    scene.stage.warp_to(end);
    assert_eq!(scene.refused(scene.alice, extend(time, n(1), 9)), too_small(time, n(0), n(1)));
}

#[test]
fn an_extension_lasts_1_to_208_weeks_and_not_while_paused() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 600, 4).expect("a lock");
    for weeks in [0, 209, 1 << 33] {
        let (duration, min, max) = (U256::from(weeks), n(1), n(208));
        let expected = IVault::LockDurationOutOfRange { durationWeeks: duration, min, max };
        assert_eq!(scene.extend(scene.alice, end, 1, weeks), Err(Revert::of(expected)));
    }
    scene.pause();
    let paused = Err(Revert::of(IVault::EnforcedPause {}));
    assert_eq!(scene.extend(scene.alice, end, 1, 9), paused);
}

#[test]
fn an_extension_within_the_limit_counts_what_is_given_up() {
    let scene = Scene::new();
    let third = MAX / n(3);
    coin::give(&scene.stage, scene.asset, scene.alice, MAX);
    scene.deposit(scene.alice, MAX).expect("everything");
    let lock = IVault::lockCall { assets: third, durationWeeks: U256::from(208) };
    let end = scene.call(scene.alice, lock).expect("nearly all boost there can be");
    scene.weeks(1);
    assert!(scene.call(scene.alice, extend(end, third, 208)).is_ok(), "the same boost again");
    let rest = MAX - third * n(3);
    let lock = IVault::lockCall { assets: n(100), durationWeeks: n(1) };
    let short = scene.call(scene.alice, lock);
    assert_eq!(short, Err(Revert::of(IVault::AmountTooLarge { amount: n(1), max: rest })));
}

#[test]
fn boost_counts_to_the_second_before_and_after_an_extension() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stake(scene.bob, 1_000);
    let end = scene.lock(scene.alice, 1_000, 52).expect("double");
    scene.push(scene.usd, 2 * 3 * 5 * u128::from(2 * WEEK)).expect("30 a second");
    scene.stage.warp(100);
    scene.extend(scene.alice, end, 1_000, 208).expect("fourfold");
    scene.stage.warp(100);
    let earned = scene.claimable(scene.alice, scene.usd);
    let exact = n(100 * 20 + 100 * 24);
    assert!(earned <= exact && earned + n(1) >= exact, "{earned}");
}
