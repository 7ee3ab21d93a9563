//! Locks: bounds, unlock times, expiry without anybody's help, buckets.
//!
//! - lock: 1 to 208 weeks of unlocked shares; until the end of week `week(now) + weeks`
//! - a lock ends by itself: spendable exactly at its unlock time, boosted up to it and no longer
//! - locks of one week are one bucket; 208 buckets work; so does coming back after years

use alloy_primitives::U256;
use stage::{Revert, START};

use crate::{IVault, MAX, Scene, WEEK, coin, n};

#[test]
fn a_lock_gives_weight_and_takes_liquidity() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stage.take_logs();
    let unlock_time = scene.lock(scene.alice, 600, 52).expect("a year");
    assert_eq!(unlock_time, START + 53 * WEEK);
    assert_eq!(scene.shares(scene.alice), n(1_000));
    assert_eq!(scene.unlocked(scene.alice), n(400));
    assert_eq!(scene.weight(scene.alice), n(1_600));
    assert_eq!(scene.total_weight(), n(1_600));
    assert_eq!(scene.listed(scene.alice), [(unlock_time, n(600), n(600))]);
    let [event] = &scene.stage.events::<IVault::Locked>(scene.vault)[..] else {
        panic!("one Locked expected")
    };
    assert_eq!((event.account, event.unlockTime), (scene.alice, U256::from(unlock_time)));
    assert_eq!((event.assets, event.boost), (n(600), n(600)));
}

#[test]
fn the_boost_is_rounded_down() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    // One week weighs 10,192 basis points: a boost of 52.08 for each 52 × 52.08.
    scene.lock(scene.alice, 99, 1).expect("a lock");
    assert_eq!(scene.weight(scene.alice), n(1_000 + 1));
    scene.lock(scene.alice, 52, 1).expect("a lock");
    assert_eq!(scene.weight(scene.alice), n(1_000 + 1), "52 × 192 / 10,000 is less than one");
    assert_eq!(scene.unlocked(scene.alice), n(849));
}

#[test]
fn a_deposit_can_be_locked_at_once() {
    let scene = Scene::new();
    let call = IVault::depositAndLockCall { assets: n(500), durationWeeks: U256::from(208) };
    let unlock_time = scene.call(scene.alice, call).expect("four years");
    assert_eq!(unlock_time, U256::from(START + 209 * WEEK));
    assert_eq!((scene.shares(scene.alice), scene.unlocked(scene.alice)), (n(500), n(0)));
    assert_eq!(scene.weight(scene.alice), n(2_000));
}

#[test]
fn locks_last_one_to_208_weeks() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    for weeks in [U256::ZERO, U256::from(209), U256::from(1_u64 << 32), U256::MAX] {
        let (min, max) = (U256::from(1), U256::from(208));
        let expected = IVault::LockDurationOutOfRange { durationWeeks: weeks, min, max };
        let expected = Revert::of(expected);
        let lock = IVault::lockCall { assets: n(1), durationWeeks: weeks };
        assert_eq!(scene.refused(scene.alice, lock), expected);
        let both = IVault::depositAndLockCall { assets: n(1), durationWeeks: weeks };
        assert_eq!(scene.refused(scene.alice, both), expected);
    }
    for weeks in [1, 208] {
        assert_eq!(scene.lock(scene.alice, 1, weeks), Ok(START + (weeks + 1) * WEEK));
    }
}

#[test]
fn nothing_cannot_be_locked_nor_can_what_is_not_there_or_not_free() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let refused = scene.lock(scene.alice, 0, 4);
    assert_eq!(refused, Err(Revert::of(IVault::ZeroAmount {})));
    let (sender, balance, needed) = (scene.alice, n(1_000), n(1_001));
    let expected = IVault::ERC20InsufficientBalance { sender, balance, needed };
    assert_eq!(scene.lock(scene.alice, 1_001, 4), Err(Revert::of(expected)));
    scene.lock(scene.alice, 900, 4).expect("a lock");
    let expected = IVault::SharesLocked { account: sender, unlocked: n(100), needed: n(101) };
    assert_eq!(scene.lock(scene.alice, 101, 8), Err(Revert::of(expected)));
    assert_eq!(scene.listed(scene.alice).len(), 1);
}

#[test]
fn the_total_boost_never_passes_its_112_bits() {
    let scene = Scene::new();
    let third = (MAX - n(30)) / n(3);
    coin::give(&scene.stage, scene.asset, scene.alice, MAX);
    scene.deposit(scene.alice, MAX).expect("everything");
    let lock = |assets| IVault::lockCall { assets, durationWeeks: U256::from(208) };
    assert!(scene.call(scene.alice, lock(third)).is_ok());
    let left = MAX - third * n(3);
    let too_many = left / n(3) + n(1);
    let expected = IVault::AmountTooLarge { amount: too_many * n(3), max: left };
    assert_eq!(scene.refused(scene.alice, lock(too_many)), Revert::of(expected));
    let expected = IVault::AmountTooLarge { amount: (MAX - third) * n(3), max: left };
    assert_eq!(scene.refused(scene.alice, lock(MAX - third)), Revert::of(expected));
    assert!(scene.call(scene.alice, lock(left / n(3))).is_ok());
    assert_eq!(scene.total_weight(), scene.weight(scene.alice));
}

#[test]
fn a_lock_runs_from_the_week_it_is_made_in() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stage.warp(WEEK - 1);
    let sunday = scene.lock(scene.alice, 1, 1).expect("a lock");
    assert_eq!(sunday, START + 2 * WEEK, "a week and one second");
    scene.stage.warp(1);
    let monday = scene.lock(scene.alice, 1, 1).expect("a lock");
    assert_eq!(monday, START + 3 * WEEK, "two weeks");
}

#[test]
fn a_lock_is_spendable_exactly_at_its_unlock_time() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let unlock_time = scene.lock(scene.alice, 1_000, 3).expect("a lock");
    scene.stage.warp_to(unlock_time - 1);
    let (account, unlocked, needed) = (scene.alice, n(0), n(1));
    let expected = Revert::of(IVault::SharesLocked { account, unlocked, needed });
    assert_eq!(scene.withdraw(scene.alice, n(1)), Err(expected.clone()));
    assert_eq!(scene.transfer(scene.alice, scene.bob, n(1)), Err(expected));
    assert_eq!(scene.unlocked(scene.alice), n(0));
    scene.stage.warp(1);
    assert_eq!(scene.unlocked(scene.alice), n(1_000));
    assert_eq!(scene.listed(scene.alice), []);
    assert_eq!(scene.transfer(scene.alice, scene.bob, n(400)), Ok(true));
    assert_eq!(scene.withdraw(scene.alice, n(600)), Ok(n(600)));
}

#[test]
fn a_boost_stops_exactly_at_the_unlock_time_without_anybodys_help() {
    let scene = Scene::new();
    scene.stake(scene.alice, 512);
    scene.stake(scene.bob, 512);
    scene.lock(scene.alice, 512, 52).expect("a year, double weight");
    let end = scene.lock(scene.bob, 512, 1).expect("a week");
    let bobs = scene.weight(scene.bob);
    scene.stage.warp_to(end - 1);
    assert_eq!((scene.weight(scene.bob), scene.total_weight()), (bobs, n(1_024) + bobs));
    scene.stage.warp(1);
    assert_eq!((scene.weight(scene.bob), scene.total_weight()), (n(512), n(1_536)));
    // Three tokens a second from here, two of them for Alice.
    scene.push(scene.eth, u128::from(5 * WEEK) * 3).expect("revenue");
    scene.weeks(1);
    let alices = scene.claimable(scene.alice, scene.eth);
    assert!(alices + n(1) >= n(u128::from(2 * WEEK)) && alices <= n(u128::from(2 * WEEK)));
}

#[test]
fn revenue_claimed_long_after_expiry_pays_the_boost_up_to_the_boundary() {
    let prompt = |delay: u64| {
        let scene = Scene::new();
        scene.stake(scene.alice, 512);
        scene.stake(scene.bob, 512);
        let end = scene.lock(scene.alice, 512, 4).expect("a lock");
        scene.push(scene.eth, 1 << 60).expect("revenue that outlasts the lock");
        scene.stage.warp_to(end + WEEK / 2);
        scene.push(scene.eth, 1 << 60).expect("more revenue");
        scene.weeks(6);
        scene.stage.warp(delay);
        (scene.claim(scene.alice, scene.eth), scene.claim(scene.bob, scene.eth))
    };
    assert_eq!(prompt(0), prompt(150 * WEEK + 7));
}

#[test]
fn locks_that_end_in_one_week_are_one_bucket() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let first = scene.lock(scene.alice, 100, 53).expect("a lock");
    scene.weeks(1);
    let second = scene.lock(scene.alice, 200, 52).expect("a lock");
    assert_eq!(first, second);
    let [(time, assets, boost)] = scene.listed(scene.alice)[..] else { panic!("one bucket") };
    assert_eq!((time, assets), (first, n(300)));
    assert_eq!(scene.weight(scene.alice), n(1_000) + boost);
    scene.stage.warp_to(first);
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), Ok(n(1_000)));
}

#[test]
fn two_hundred_and_eight_buckets_expire_one_by_one() {
    let scene = Scene::new();
    scene.stake(scene.alice, 208);
    for weeks in 1..=208 {
        scene.lock(scene.alice, 1, weeks).expect("a lock");
    }
    assert_eq!((scene.listed(scene.alice).len(), scene.unlocked(scene.alice)), (208, n(0)));
    for expired in 0..208_u64 {
        scene.stage.warp_to(START + (expired + 1) * WEEK + 9);
        assert_eq!(scene.unlocked(scene.alice), n(u128::from(expired)));
        assert_eq!(scene.listed(scene.alice).len() as u64, 208 - expired);
        // A transfer to oneself settles what has expired.
        scene.transfer(scene.alice, scene.alice, n(0)).expect("nothing");
        assert_eq!(scene.unlocked(scene.alice), n(u128::from(expired)));
    }
    scene.stage.warp_to(START + 209 * WEEK);
    assert_eq!(scene.withdraw(scene.alice, n(208)), Ok(n(208)));
}

#[test]
fn somebody_back_after_five_years_finds_all_locks_expired() {
    let scene = Scene::new();
    scene.stake(scene.alice, 208 << 20);
    for weeks in 1..=208 {
        scene.lock(scene.alice, 1 << 20, weeks).expect("a lock");
    }
    scene.weeks(261);
    assert_eq!(scene.unlocked(scene.alice), n(208 << 20));
    assert_eq!(scene.weight(scene.alice), n(208 << 20));
    assert_eq!(scene.total_weight(), n(208 << 20));
    assert_eq!(scene.listed(scene.alice), []);
    assert_eq!(scene.withdraw(scene.alice, n(208 << 20)), Ok(n(208 << 20)));
    assert_eq!(scene.total_weight(), n(0));
}

#[test]
fn locks_made_after_the_set_of_weeks_has_wrapped_are_kept_apart() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.lock(scene.alice, 300, 200).expect("a lock");
    scene.weeks(256 + 150);
    // The bit of this end week is that of the expired one.
    let end = scene.lock(scene.alice, 500, 50).expect("a lock after expiry");
    assert_eq!(scene.listed(scene.alice), [(end, n(500), scene.weight(scene.alice) - n(1_000))]);
    assert_eq!(scene.unlocked(scene.alice), n(500));
    scene.stage.warp_to(end);
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), Ok(n(1_000)));
}

#[test]
fn expired_shares_can_be_locked_again() {
    let scene = Scene::new();
    scene.stake(scene.alice, 512);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    let first = scene.lock(scene.alice, 512, 52).expect("a year");
    scene.stage.warp_to(first);
    let second = scene.lock(scene.alice, 512, 208).expect("four more");
    assert_eq!(second, first + 209 * WEEK);
    assert_eq!(scene.weight(scene.alice), n(2_048));
    assert_eq!(scene.total_weight(), n(2_048));
    assert_eq!(scene.claim(scene.alice, scene.usd), Ok(n((1 << 40) - 1)));
}

#[test]
fn received_shares_are_free_whatever_the_receiver_has_locked() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stake(scene.bob, 1_000);
    let end = scene.lock(scene.bob, 1_000, 1).expect("a lock");
    scene.transfer(scene.alice, scene.bob, n(100)).expect("a gift");
    assert_eq!(scene.unlocked(scene.bob), n(100));
    scene.stage.warp_to(end);
    scene.transfer(scene.alice, scene.bob, n(100)).expect("a gift after expiry");
    assert_eq!(scene.unlocked(scene.bob), n(1_200));
    assert_eq!(scene.weight(scene.bob), n(1_200));
}

#[test]
fn a_lock_without_boost_is_a_lock() {
    let scene = Scene::new();
    let flat = IVault::setCurveCall { durations: vec![0], multipliers: vec![10_000] };
    assert!(scene.call(scene.owner, flat).is_ok());
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 10).expect("a lock");
    assert_eq!(scene.listed(scene.alice), [(end, n(1_000), n(0))]);
    assert_eq!((scene.weight(scene.alice), scene.unlocked(scene.alice)), (n(1_000), n(0)));
    scene.stage.warp_to(end);
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), Ok(n(1_000)));
}
