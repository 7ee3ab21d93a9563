//! Standing locks: full boost without end, until they are unwound.
//!
//! - lockStanding: like lock, but never expires; one duration an account; at today's curve
//! - unwind makes a part of it an ordinary lock of its duration from now, with its part of the boost,
//!   rounded up; also while paused
//! - what stands can neither move nor be withdrawn, nor be left or extended as a lock

use alloy_primitives::{Address, U256};
use stage::{Revert, START};

use crate::{IVault, MAX, Scene, WEEK, coin, n};

fn stand(assets: U256, weeks: u64) -> IVault::lockStandingCall {
    IVault::lockStandingCall { assets, durationWeeks: U256::from(weeks) }
}

impl Scene {
    pub(crate) fn stand(&self, who: Address, assets: u128, weeks: u64) -> Result<U256, Revert> {
        self.call(who, stand(n(assets), weeks))
    }

    fn unwind(&self, who: Address, assets: u128) -> Result<u64, Revert> {
        self.call(who, IVault::unwindCall { assets: n(assets) }).map(|time| time.to())
    }

    /// Assets, boost and weeks of the standing lock.
    #[track_caller]
    fn standing(&self, account: Address) -> (U256, U256, U256) {
        let lock = self.read(IVault::standingOfCall { account });
        (lock.assets, lock.boost, lock.durationWeeks)
    }
}

#[test]
fn a_standing_lock_keeps_its_boost_for_ever() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stake(scene.bob, 600);
    scene.stage.take_logs();
    assert_eq!(scene.stand(scene.alice, 600, 52), Ok(n(600)));
    let [event] = &scene.stage.events::<IVault::StandingLocked>(scene.vault)[..] else {
        panic!("one StandingLocked expected")
    };
    assert_eq!((event.account, event.durationWeeks), (scene.alice, n(52)));
    assert_eq!((event.assets, event.boost), (n(600), n(600)));
    for _ in 0..5 {
        scene.weeks(100);
        assert_eq!(scene.standing(scene.alice), (n(600), n(600), n(52)));
        assert_eq!((scene.weight(scene.alice), scene.total_weight()), (n(1_600), n(2_200)));
        assert_eq!((scene.unlocked(scene.alice), scene.listed(scene.alice)), (n(400), vec![]));
        scene.push(scene.usd, 2_200 * 1_000).expect("revenue");
        scene.weeks(2);
        let paid = scene.claim(scene.alice, scene.usd).expect("a claim");
        assert!(n(1_599_998) <= paid && paid <= n(1_600_001), "{paid}");
    }
}

#[test]
fn what_stands_does_not_move() {
    let scene = Scene::new();
    scene.with_till();
    scene.stake(scene.alice, 1_000);
    scene.stand(scene.alice, 600, 4).expect("a standing lock");
    scene.weeks(300);
    let locked = |needed| {
        let (account, unlocked) = (scene.alice, n(400));
        Revert::of(IVault::SharesLocked { account, unlocked, needed })
    };
    assert_eq!(scene.withdraw(scene.alice, n(401)), Err(locked(n(401))));
    assert_eq!(scene.transfer(scene.alice, scene.bob, n(500)), Err(locked(n(500))));
    assert_eq!(scene.lock(scene.alice, 401, 9), Err(locked(n(401))));
    assert_eq!(scene.stand(scene.alice, 401, 4), Err(locked(n(401))));
    let max = IVault::maxWithdrawCall { owner: scene.alice };
    assert_eq!(scene.read(max), n(400));
    let (unlock_time, assets) = (U256::ZERO, n(1));
    let nothing =
        || Revert::of(IVault::LockTooSmall { unlockTime: unlock_time, locked: n(0), assets });
    let exit = IVault::exitEarlyCall { unlockTime: unlock_time, assets, maxPenalty: assets };
    assert_eq!(scene.refused(scene.alice, exit), nothing());
    let extend = IVault::extendLockCall { unlockTime: unlock_time, assets, durationWeeks: n(9) };
    assert_eq!(scene.refused(scene.alice, extend), nothing());
    assert_eq!(scene.withdraw(scene.alice, n(400)), Ok(n(400)));
}

#[test]
fn what_is_unwound_ends_its_duration_from_then() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stand(scene.alice, 1_000, 52).expect("a standing lock");
    scene.weeks(70);
    scene.stage.take_logs();
    let end = scene.unwind(scene.alice, 300).expect("a part");
    assert_eq!(end, START + (70 + 53) * WEEK);
    let [unwound] = &scene.stage.events::<IVault::Unwound>(scene.vault)[..] else {
        panic!("one Unwound expected")
    };
    assert_eq!((unwound.account, unwound.assets, unwound.boost), (scene.alice, n(300), n(300)));
    let [locked] = &scene.stage.events::<IVault::Locked>(scene.vault)[..] else {
        panic!("one Locked expected")
    };
    assert_eq!((locked.account, locked.unlockTime), (scene.alice, U256::from(end)));
    assert_eq!((locked.assets, locked.boost), (n(300), n(300)));
    assert_eq!(scene.standing(scene.alice), (n(700), n(700), n(52)));
    assert_eq!(scene.listed(scene.alice), [(end, n(300), n(300))]);
    assert_eq!((scene.weight(scene.alice), scene.unlocked(scene.alice)), (n(2_000), n(0)));
    scene.stage.warp_to(end - 1);
    assert_eq!(scene.total_weight(), n(2_000));
    scene.stage.warp(1);
    assert_eq!((scene.total_weight(), scene.unlocked(scene.alice)), (n(1_700), n(300)));
    assert_eq!(scene.withdraw(scene.alice, n(300)), Ok(n(300)));
}

#[test]
fn what_is_unwound_joins_the_lock_of_its_week() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stand(scene.alice, 500, 52).expect("a standing lock");
    let end = scene.lock(scene.alice, 200, 52).expect("a lock");
    assert_eq!(scene.unwind(scene.alice, 500), Ok(end));
    assert_eq!(scene.listed(scene.alice), [(end, n(700), n(700))]);
    assert_eq!((scene.standing(scene.alice).0, scene.standing(scene.alice).1), (n(0), n(0)));
}

#[test]
fn unwinding_in_small_pieces_keeps_no_boost() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    // 1,000 × 192 / 10,000: a boost of 19.
    assert_eq!(scene.stand(scene.alice, 1_000, 1), Ok(n(19)));
    for _ in 0..19 {
        scene.unwind(scene.alice, 1).expect("one wei");
    }
    assert_eq!(scene.standing(scene.alice), (n(981), n(0), n(1)), "one wei takes one, rounded up");
    assert_eq!(scene.weight(scene.alice), n(1_019), "and ends with its lock");
    scene.weeks(2);
    assert_eq!(scene.weight(scene.alice), n(1_000));
}

#[test]
fn standing_locks_are_unwound_while_entering_is_paused_and_not_made() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stand(scene.alice, 600, 4).expect("a standing lock");
    scene.pause();
    let paused = Revert::of(IVault::EnforcedPause {});
    assert_eq!(scene.stand(scene.alice, 1, 4), Err(paused));
    assert_eq!(scene.unwind(scene.alice, 600), Ok(START + 5 * WEEK));
}

#[test]
fn a_standing_lock_has_one_duration_until_it_is_unwound() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stand(scene.alice, 300, 52).expect("a standing lock");
    let differs =
        Revert::of(IVault::StandingDurationDiffers { durationWeeks: n(52), asked: n(51) });
    assert_eq!(scene.stand(scene.alice, 300, 51), Err(differs));
    assert_eq!(scene.stand(scene.alice, 100, 52), Ok(n(100)));
    assert_eq!(scene.standing(scene.alice), (n(400), n(400), n(52)));
    scene.unwind(scene.alice, 400).expect("all of it");
    assert_eq!(scene.stand(scene.alice, 100, 208), Ok(n(300)));
    assert_eq!(scene.standing(scene.alice), (n(100), n(300), n(208)));
}

#[test]
fn what_is_added_gets_todays_curve_and_what_stands_keeps_its_own() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stand(scene.alice, 500, 52).expect("double");
    let flat = IVault::setCurveCall { durations: vec![0], multipliers: vec![10_000] };
    assert!(scene.call(scene.owner, flat).is_ok());
    assert_eq!(scene.stand(scene.alice, 500, 52), Ok(n(0)));
    assert_eq!(scene.standing(scene.alice), (n(1_000), n(500), n(52)));
    // Each wei has its part of it all.
    scene.unwind(scene.alice, 500).expect("a half");
    assert_eq!(scene.standing(scene.alice), (n(500), n(250), n(52)));
}

#[test]
fn standing_locks_are_asked_for_like_other_locks() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    for weeks in [0, 209, u64::MAX] {
        let (duration, min, max) = (U256::from(weeks), n(1), n(208));
        let expected = IVault::LockDurationOutOfRange { durationWeeks: duration, min, max };
        assert_eq!(scene.stand(scene.alice, 1, weeks), Err(Revert::of(expected)));
    }
    assert_eq!(scene.stand(scene.alice, 0, 4), Err(Revert::of(IVault::ZeroAmount {})));
    let (sender, balance, needed) = (scene.alice, n(1_000), n(1_001));
    let expected = IVault::ERC20InsufficientBalance { sender, balance, needed };
    assert_eq!(scene.stand(scene.alice, 1_001, 4), Err(Revert::of(expected)));
}

#[test]
fn nobody_unwinds_more_than_stands() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stand(scene.alice, 600, 4).expect("a standing lock");
    let too_small = |locked, assets| {
        Err(Revert::of(IVault::LockTooSmall { unlockTime: U256::ZERO, locked, assets }))
    };
    assert_eq!(scene.unwind(scene.alice, 601), too_small(n(600), n(601)));
    assert_eq!(scene.unwind(scene.bob, 1), too_small(n(0), n(1)));
    assert_eq!(scene.unwind(scene.alice, 0), Err(Revert::of(IVault::ZeroAmount {})));
}

#[test]
fn standing_boosts_count_in_the_limit_of_112_bits() {
    let scene = Scene::new();
    let third = (MAX - n(30)) / n(3);
    coin::give(&scene.stage, scene.asset, scene.alice, MAX);
    scene.deposit(scene.alice, MAX).expect("everything");
    assert_eq!(scene.call(scene.alice, stand(third, 208)), Ok(third * n(3)));
    let left = MAX - third * n(3);
    let too_many = left / n(3) + n(1);
    let expected = Revert::of(IVault::AmountTooLarge { amount: too_many * n(3), max: left });
    assert_eq!(scene.refused(scene.alice, stand(too_many, 208)), expected);
    let lock = IVault::lockCall { assets: too_many, durationWeeks: U256::from(208) };
    assert_eq!(scene.refused(scene.alice, lock), expected);
}
