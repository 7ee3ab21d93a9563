//! Revenue in, by the second, and out.
//!
//! - a push streams to the end of its window, by weight, and adds to what streams already
//! - what falls due while nobody is staked is held, and streams anew
//! - a claim pays what was earned, to whom it is told, and claiming often pays the same as once
//! - views agree with what a call then does, however long nobody touched the vault

use alloy_primitives::{Address, U256};
use stage::{Revert, START};

use crate::{FORTUNE, IVault, MAX, Scene, WEEK, coin, n};

/// Seconds that usd and asset stream when pushed in the first second of a week.
const WINDOW: u128 = 2 * WEEK as u128;

/// Within one below `exact`, and not above.
#[track_caller]
fn assert_due(amount: U256, exact: u128) {
    let (exact, due) = (n(exact), amount);
    assert!(due <= exact && due + n(1) >= exact, "{due} of {exact}");
}

#[test]
fn revenue_streams_by_the_second_to_the_end_of_its_window() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    assert_eq!(scene.push(scene.usd, WINDOW), Ok(n(WINDOW)));
    let [event] = &scene.stage.events::<IVault::RevenueNotified>(scene.vault)[..] else {
        panic!("one RevenueNotified expected")
    };
    assert_eq!((event.token, event.sender), (scene.usd, scene.treasury));
    assert_eq!((event.amount, event.end), (n(WINDOW), U256::from(START + 2 * WEEK)));
    for seconds in [0, 1, 59, 604_739, 604_800, 1_209_599, 1_209_600, 1_209_601, 90_000_000] {
        scene.stage.warp_to(START + seconds);
        assert_due(scene.claimable(scene.alice, scene.usd), u128::from(seconds).min(WINDOW));
    }
}

#[test]
fn a_push_in_the_last_second_of_a_week_streams_a_week_and_a_second() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.stage.warp(WEEK - 1);
    scene.push(scene.usd, u128::from(WEEK + 1)).expect("revenue");
    scene.stage.warp(WEEK);
    assert_due(scene.claimable(scene.alice, scene.usd), u128::from(WEEK));
    scene.stage.warp(1);
    assert_due(scene.claimable(scene.alice, scene.usd), u128::from(WEEK + 1));
    assert_eq!(scene.reward(scene.usd).rateQ128, n(0));
}

#[test]
fn streams_add_up_and_never_slow_each_other() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, WINDOW).expect("one a second for two weeks");
    let one_a_second = scene.reward(scene.usd).rateQ128;
    scene.weeks(1);
    scene.push(scene.usd, 3 * WINDOW).expect("three a second for two weeks");
    assert_eq!(scene.reward(scene.usd).rateQ128, one_a_second * n(4));
    scene.weeks(1);
    assert_due(scene.claimable(scene.alice, scene.usd), 5 * u128::from(WEEK));
    assert_eq!(scene.reward(scene.usd).rateQ128, one_a_second * n(3));
    scene.weeks(1);
    assert_due(scene.claimable(scene.alice, scene.usd), 4 * WINDOW);
}

#[test]
fn two_pushes_in_one_second_equal_their_sum() {
    let earned = |pushes: &[u128]| {
        let scene = Scene::new();
        scene.stake(scene.alice, 777);
        scene.stake(scene.bob, 1_001);
        for amount in pushes {
            scene.push(scene.usd, amount * WINDOW).expect("revenue");
        }
        scene.stage.warp(123_456);
        (scene.claimable(scene.alice, scene.usd), scene.claimable(scene.bob, scene.usd))
    };
    assert_eq!(earned(&[41, 59]), earned(&[100]));
}

#[test]
fn a_stake_of_one_second_earns_one_second() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.stage.warp(500);
    scene.stake(scene.bob, 1_024 * 1_023);
    scene.push(scene.usd, 1_024 * WINDOW - 500 * 1_024).expect("1,024 a second");
    scene.stage.warp(1);
    scene.withdraw(scene.bob, n(1_024 * 1_023)).expect("out again");
    assert_due(scene.claimable(scene.bob, scene.usd), 1_023);
    scene.weeks(3);
    assert_due(scene.claimable(scene.bob, scene.usd), 1_023);
}

#[test]
fn revenue_goes_by_weight() {
    let scene = Scene::new();
    scene.stake(scene.alice, 256);
    scene.stake(scene.bob, 256);
    scene.lock(scene.bob, 256, 208).expect("fourfold");
    scene.push(scene.usd, 5 * WINDOW).expect("five a second");
    scene.weeks(2);
    assert_due(scene.claimable(scene.alice, scene.usd), WINDOW);
    assert_due(scene.claimable(scene.bob, scene.usd), 4 * WINDOW);
}

#[test]
fn what_falls_due_while_nobody_is_staked_is_held_and_streams_anew() {
    let scene = Scene::new();
    scene.push(scene.usd, WINDOW).expect("revenue for nobody");
    scene.stage.warp(1_000);
    assert_eq!(scene.reward(scene.usd).heldQ128 >> 128, n(1_000));
    scene.stage.take_logs();
    scene.stake(scene.alice, 1_024);
    let [event] = &scene.stage.events::<IVault::HeldRevenueStreamed>(scene.vault)[..] else {
        panic!("one HeldRevenueStreamed expected")
    };
    assert_eq!((event.token, event.amountQ128 >> 128), (scene.usd, n(1_000)));
    assert_eq!(event.end, U256::from(START + 2 * WEEK));
    assert_eq!(scene.reward(scene.usd).heldQ128, n(0));
    assert_eq!(scene.claimable(scene.alice, scene.usd), n(0), "nothing at once");
    scene.stage.warp((2 * WEEK - 1_000) / 2);
    assert_due(scene.claimable(scene.alice, scene.usd), WINDOW / 2);
    scene.weeks(1);
    assert_due(scene.claimable(scene.alice, scene.usd), WINDOW);
}

#[test]
fn a_vault_deserted_in_mid_stream_holds_the_rest() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, WINDOW).expect("revenue");
    scene.weeks(1);
    scene.withdraw(scene.alice, n(1_024)).expect("everybody out");
    scene.weeks(30);
    assert_eq!(scene.reward(scene.usd).heldQ128 >> 128, n(u128::from(WEEK)));
    scene.push(scene.usd, 5).expect("revenue for nobody");
    assert_due(scene.claim(scene.alice, scene.usd).expect("a claim"), u128::from(WEEK));
    scene.stake(scene.bob, 3);
    scene.weeks(2);
    assert_due(scene.claimable(scene.bob, scene.usd), u128::from(WEEK) + 5);
    assert_eq!(scene.claimable(scene.alice, scene.usd), n(0));
}

#[test]
fn nothing_or_too_much_cannot_be_pushed() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1);
    assert_eq!(scene.push(scene.usd, 0), Err(Revert::of(IVault::ZeroAmount {})));
    let amount = MAX + n(1);
    let call = IVault::notifyRevenueCall { token: scene.usd, amount };
    let expected = IVault::AmountTooLarge { amount, max: MAX };
    assert_eq!(scene.refused(scene.treasury, call), Revert::of(expected));
    let expected = Revert::of(IVault::TokenTransferFailed { token: scene.usd });
    assert_eq!(scene.push(scene.usd, FORTUNE + 1), Err(expected));
}

#[test]
fn the_tokens_ever_pushed_never_pass_128_bits() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1);
    let push = |amount| {
        coin::give(&scene.stage, scene.usd, scene.treasury, MAX);
        coin::give(&scene.stage, scene.usd, scene.vault, n(0));
        scene.call(scene.treasury, IVault::notifyRevenueCall { token: scene.usd, amount })
    };
    for _ in 0..1 << 16 {
        assert_eq!(push(MAX), Ok(MAX));
    }
    let max = U256::from((1_u64 << 16) - 1);
    let amount = max + n(1);
    let expected = IVault::AmountTooLarge { amount, max };
    assert_eq!(push(amount), Err(Revert::of(expected)));
    assert_eq!(push(max), Ok(max));
    scene.weeks(2);
    assert!(scene.claimable(scene.alice, scene.usd) >= n(u128::MAX - 1));
}

#[test]
fn a_claim_pays_once_and_is_logged() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, WINDOW).expect("revenue");
    scene.weeks(1);
    let due = scene.claimable(scene.alice, scene.usd);
    scene.stage.take_logs();
    assert_eq!(scene.claim(scene.alice, scene.usd), Ok(due));
    assert_eq!(scene.coins(scene.usd, scene.alice), n(FORTUNE) + due);
    assert_eq!(scene.claimable(scene.alice, scene.usd), n(0));
    assert_eq!(scene.claim(scene.alice, scene.usd), Ok(n(0)), "nothing is no error");
    let [event] = &scene.stage.events::<IVault::RevenueClaimed>(scene.vault)[..] else {
        panic!("one RevenueClaimed expected")
    };
    assert_eq!((event.account, event.receiver), (scene.alice, scene.alice));
    assert_eq!((event.token, event.amount), (scene.usd, due));
    let state = scene.reward(scene.usd);
    assert_eq!((state.received, state.paid), (n(WINDOW), due));
}

#[test]
fn a_claim_of_several_tokens_pays_each_once_however_often_it_is_named() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, WINDOW).expect("revenue");
    scene.push(scene.eth, 5 * u128::from(WEEK)).expect("revenue");
    scene.weeks(1);
    let tokens = vec![scene.eth, scene.usd, scene.eth, scene.asset, scene.usd];
    let paid = scene.call(scene.alice, IVault::claimCall { tokens }).expect("a claim");
    let week = u128::from(WEEK);
    assert_due(paid[0], week);
    assert_due(paid[1], week);
    assert_eq!(paid[2..], [n(0), n(0), n(0)]);
    let none = scene.call(scene.alice, IVault::claimCall { tokens: vec![] });
    assert_eq!(none, Ok(vec![]));
}

#[test]
fn a_claim_can_be_paid_to_another() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, WINDOW).expect("revenue");
    scene.weeks(1);
    let to = |receiver| IVault::claimToCall { tokens: vec![scene.usd], receiver };
    for account in [Address::ZERO, scene.vault] {
        let expected = Revert::of(IVault::InvalidAddress { account });
        assert_eq!(scene.refused(scene.alice, to(account)), expected);
    }
    let cold = scene.stage.account("cold wallet");
    let paid = scene.call(scene.alice, to(cold)).expect("a claim");
    assert_due(paid[0], u128::from(WEEK));
    assert_eq!(scene.coins(scene.usd, cold), paid[0]);
    assert_eq!(scene.coins(scene.usd, scene.alice), n(FORTUNE));
}

#[test]
fn revenue_in_the_asset_never_mixes_with_stake() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.asset, WINDOW).expect("revenue");
    assert_eq!(scene.read(IVault::totalAssetsCall {}), n(1_024));
    assert_eq!(scene.shares(scene.alice), n(1_024));
    scene.weeks(2);
    assert_eq!(scene.withdraw(scene.alice, n(1_024)), Ok(n(1_024)));
    assert_due(scene.claim(scene.alice, scene.asset).expect("a claim"), WINDOW);
    assert!(scene.coins(scene.asset, scene.vault) <= n(1));
}

#[test]
fn tokens_sent_by_mistake_change_nothing() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    for token in [scene.asset, scene.usd] {
        coin::give(&scene.stage, token, scene.vault, scene.coins(token, scene.vault) + n(999));
    }
    scene.stake(scene.bob, 1_024);
    assert_eq!(scene.push(scene.usd, WINDOW), Ok(n(WINDOW)));
    scene.weeks(2);
    assert_due(scene.claimable(scene.bob, scene.usd), WINDOW / 2);
    assert_eq!(scene.read(IVault::totalAssetsCall {}), n(2_048));
}

/// A fortnight of Alice and Bob, with `also` at the end of each of its steps; what they got.
fn fortnight(also: impl Fn(&Scene)) -> [U256; 4] {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000_003);
    for (step, amount) in (1..40_u64).zip([1_u128, 999_999_937, 1 << 61, 12_345].iter().cycle()) {
        match step % 5 {
            0 => scene.stake(scene.bob, *amount),
            1 => drop(scene.push(scene.usd, *amount).expect("revenue")),
            2 => drop(scene.lock(scene.alice, 1_000, step).expect("a lock")),
            3 => drop(scene.push(scene.eth, *amount).expect("revenue")),
            _ => assert!(scene.transfer(scene.alice, scene.bob, n(77)).is_ok()),
        }
        scene.stage.warp(step * 7_919);
        also(&scene);
    }
    scene.weeks(60);
    let all = |who| {
        let mut paid = [scene.usd, scene.eth].map(|token| {
            scene.claim(who, token).expect("a claim");
            scene.coins(token, who) - n(FORTUNE)
        });
        paid.reverse();
        paid
    };
    let ([a, b], [c, d]) = (all(scene.alice), all(scene.bob));
    [a, b, c, d]
}

#[test]
fn claiming_often_pays_the_same_as_claiming_once() {
    let often = fortnight(|scene| {
        for who in [scene.alice, scene.bob] {
            for token in [scene.usd, scene.eth] {
                scene.claim(who, token).expect("a claim");
            }
        }
    });
    assert_eq!(often, fortnight(|_| ()));
}

#[test]
fn checkpoints_change_nothing() {
    let often = fortnight(|scene| {
        for max_weeks in [0, 1, 3] {
            let call = IVault::checkpointCall { maxWeeks: U256::from(max_weeks) };
            scene.call(scene.carol, call).expect("anybody may");
        }
    });
    assert_eq!(often, fortnight(|_| ()));
}

#[test]
fn a_checkpoint_goes_as_far_as_it_is_told() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.eth, 1 << 50).expect("revenue");
    scene.stage.warp(10 * WEEK + 55);
    let claimable = scene.claimable(scene.alice, scene.eth);
    let forward = |weeks: U256| scene.call(scene.carol, IVault::checkpointCall { maxWeeks: weeks });
    let reached = || scene.read(IVault::lastCheckpointCall {});
    for (weeks, left, at) in [
        (n(0), 10, 0),
        (n(3), 7, 3 * WEEK),
        (n(6), 1, 9 * WEEK),
        (U256::MAX, 0, 10 * WEEK + 55),
        (n(0), 0, 10 * WEEK + 55),
    ] {
        assert_eq!(forward(weeks), Ok(U256::from(left)));
        assert_eq!(reached(), U256::from(START + at));
        assert_eq!(scene.claimable(scene.alice, scene.eth), claimable);
    }
}

#[test]
fn views_foresee_what_a_checkpoint_then_writes() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stake(scene.bob, 5_000);
    for weeks in [1, 5, 9, 20] {
        scene.lock(scene.alice, 100, weeks).expect("a lock");
        scene.lock(scene.bob, 900, weeks + 2).expect("a lock");
    }
    for idle in [1, WEEK - 1, WEEK, 4 * WEEK + 3, 0, 30 * WEEK, 300 * WEEK] {
        scene.push(scene.usd, 1 << 55).expect("revenue");
        scene.push(scene.eth, 1 << 44).expect("revenue");
        scene.stage.warp(idle);
        let seen = look(&scene);
        scene.call(scene.carol, IVault::checkpointCall { maxWeeks: U256::MAX }).expect("anybody");
        assert_eq!(look(&scene), seen, "after {idle} seconds");
        for who in [scene.alice, scene.bob] {
            scene.transfer(who, who, n(0)).expect("settles the locks");
        }
        assert_eq!(look(&scene), seen, "settled after {idle} seconds");
    }
}

/// Everything that views say about Alice, Bob and the tokens.
fn look(scene: &Scene) -> Vec<U256> {
    let mut seen = vec![scene.total_weight()];
    for token in [scene.usd, scene.eth] {
        let state = scene.reward(token);
        seen.extend([state.rateQ128, state.indexQ128, state.heldQ128]);
        seen.extend([scene.alice, scene.bob].map(|who| scene.claimable(who, token)));
    }
    for who in [scene.alice, scene.bob] {
        let locks = scene.read(IVault::locksOfCall { account: who });
        seen.extend([scene.weight(who), scene.unlocked(who)]);
        seen.extend(locks.unlockTimes.iter().chain(&locks.assets).chain(&locks.boosts));
    }
    seen
}

#[test]
fn a_view_sees_what_is_held_before_anybody_writes_it() {
    let scene = Scene::new();
    scene.push(scene.usd, WINDOW).expect("revenue for nobody");
    scene.weeks(5);
    let seen = scene.reward(scene.usd).heldQ128;
    assert_eq!(seen >> 128, n(WINDOW));
    scene.call(scene.carol, IVault::checkpointCall { maxWeeks: n(2) }).expect("anybody");
    assert_eq!(scene.reward(scene.usd).heldQ128, seen);
    assert_eq!(scene.claim(scene.alice, scene.usd), Ok(n(0)));
    assert_eq!(scene.reward(scene.usd).heldQ128, seen);
}
