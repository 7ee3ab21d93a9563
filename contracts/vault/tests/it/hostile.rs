//! Tokens that mean harm: each one hurts itself at most.
//!
//! - an asset that delivers less is refused; one that cannot be had fails with its name
//! - of a reward token, what arrives counts
//! - a broken reward token blocks neither stake, exit, nor other tokens
//! - re-entry is refused by the SDK's guard; and without that guard, books stay right

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use stage::Revert;

use crate::{
    FORTUNE, IVault, Scene, WEEK,
    coin::{self, Coin, Vice},
    n,
};

/// Vices with which a transfer fails as a whole.
fn refusals() -> [Vice; 4] {
    [Vice::ReturnsFalse, Vice::Reverts, Vice::BurnsAllGas, Vice::RevertsWithMegabytes]
}

#[test]
fn an_asset_that_takes_a_fee_is_refused() {
    let scene = Scene::with_coins(&Coin::with(Vice::Fee(100)), &Coin::default());
    let expected = Revert::of(IVault::AssetShortfall { expected: n(1_000), received: n(990) });
    assert_eq!(scene.deposit(scene.alice, n(1_000)), Err(expected));
    assert_eq!(scene.read(IVault::totalSupplyCall {}), n(0));
    assert_eq!(scene.coins(scene.asset, scene.alice), n(FORTUNE));
}

#[test]
fn an_asset_that_refuses_fails_with_its_name() {
    for vice in refusals() {
        let coin = Coin::default();
        let scene = Scene::with_coins(&coin, &Coin::default());
        scene.stake(scene.bob, 500);
        coin.turn(vice.clone());
        let expected = Err(Revert::of(IVault::TokenTransferFailed { token: scene.asset }));
        assert_eq!(scene.deposit(scene.alice, n(10)), expected, "{vice:?}");
        assert_eq!(scene.withdraw(scene.bob, n(10)), expected, "{vice:?}");
        assert_eq!(scene.shares(scene.bob), n(500), "nothing was lost");
    }
}

#[test]
fn an_asset_that_returns_nothing_works() {
    let scene = Scene::with_coins(&Coin::with(Vice::ReturnsNothing), &Coin::default());
    scene.stake(scene.alice, 1_000);
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), Ok(n(1_000)));
}

#[test]
fn an_answer_of_a_megabyte_does_no_harm() {
    let usd = Coin::default();
    let scene = Scene::with_coins(&Coin::default(), &usd);
    scene.stake(scene.alice, 1_024);
    usd.turn(Vice::ReturnsMegabytes);
    assert_eq!(scene.push(scene.usd, 1 << 40), Ok(n(1 << 40)));
    scene.weeks(2);
    assert!(scene.claim(scene.alice, scene.usd).is_ok_and(|paid| paid + n(1) >= n(1 << 40)));
}

#[test]
fn of_revenue_what_arrives_counts() {
    let scene = Scene::with_coins(&Coin::default(), &Coin::with(Vice::Fee(100)));
    scene.stake(scene.alice, 1_024);
    assert_eq!(scene.push(scene.usd, 1_000_000), Ok(n(990_000)));
    assert_eq!(scene.reward(scene.usd).received, n(990_000));
    let [event] = &scene.stage.events::<IVault::RevenueNotified>(scene.vault)[..] else {
        panic!("one RevenueNotified expected")
    };
    assert_eq!(event.amount, n(990_000));
    scene.weeks(2);
    let due = scene.claimable(scene.alice, scene.usd);
    assert!(due <= n(990_000) && due + n(1) >= n(990_000));
    assert_eq!(scene.claim(scene.alice, scene.usd), Ok(due));
}

#[test]
fn revenue_of_which_nothing_arrives_is_none() {
    let scene = Scene::with_coins(&Coin::default(), &Coin::with(Vice::Fee(10_000)));
    scene.stake(scene.alice, 1_024);
    assert_eq!(scene.push(scene.usd, 1_000), Err(Revert::of(IVault::ZeroAmount {})));
}

#[test]
fn revenue_that_cannot_be_had_fails_with_the_tokens_name() {
    for vice in refusals() {
        let scene = Scene::with_coins(&Coin::default(), &Coin::with(vice.clone()));
        let expected = Revert::of(IVault::TokenTransferFailed { token: scene.usd });
        assert_eq!(scene.push(scene.usd, 1_000), Err(expected), "{vice:?}");
        assert_eq!(scene.reward(scene.usd).received, n(0));
    }
}

#[test]
fn a_token_that_is_none_takes_no_revenue() {
    let scene = Scene::new();
    let token = scene.stage.account("nobody");
    scene.add_token(token, 1).expect("the owner's mistake");
    let expected = Revert::of(IVault::TokenTransferFailed { token });
    assert_eq!(scene.push(token, 1), Err(expected));
}

#[test]
fn a_broken_reward_token_blocks_neither_exit_nor_other_tokens() {
    for vice in refusals() {
        let usd = Coin::default();
        let scene = Scene::with_coins(&Coin::default(), &usd);
        scene.stake(scene.alice, 1_024);
        scene.lock(scene.alice, 24, 1).expect("a lock");
        for token in [scene.usd, scene.eth, scene.asset] {
            scene.push(token, 1 << 40).expect("revenue");
        }
        scene.weeks(1);
        usd.turn(vice.clone());
        let due = scene.claimable(scene.alice, scene.usd);
        let expected = Revert::of(IVault::TokenTransferFailed { token: scene.usd });
        assert_eq!(scene.claim(scene.alice, scene.usd), Err(expected), "{vice:?}");
        assert!(scene.claim(scene.alice, scene.eth).is_ok_and(|paid| paid > n(0)));
        assert!(scene.claim(scene.alice, scene.asset).is_ok_and(|paid| paid > n(0)));
        scene.stake(scene.bob, 1_024);
        assert_eq!(scene.transfer(scene.alice, scene.bob, n(500)), Ok(true));
        assert_eq!(scene.withdraw(scene.alice, n(500)), Ok(n(500)));
        usd.turn(Vice::None);
        assert_eq!(scene.claim(scene.alice, scene.usd), Ok(due), "nothing was lost");
    }
}

#[test]
fn a_claim_of_all_tokens_fails_as_a_whole_and_loses_nothing() {
    let usd = Coin::default();
    let scene = Scene::with_coins(&Coin::default(), &usd);
    scene.stake(scene.alice, 1_024);
    scene.push(scene.eth, 1 << 40).expect("revenue");
    scene.push(scene.usd, 1 << 40).expect("revenue");
    scene.weeks(1);
    let due = [scene.eth, scene.usd].map(|token| scene.claimable(scene.alice, token));
    usd.turn(Vice::BurnsAllGas);
    let all = IVault::claimCall { tokens: vec![scene.eth, scene.usd] };
    let expected = Revert::of(IVault::TokenTransferFailed { token: scene.usd });
    assert_eq!(scene.refused(scene.alice, all), expected);
    assert_eq!([scene.eth, scene.usd].map(|token| scene.claimable(scene.alice, token)), due);
    assert_eq!(scene.coins(scene.eth, scene.alice), n(FORTUNE));
}

#[test]
fn a_reward_token_that_lost_its_balance_hurts_its_own_claims_only() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    scene.push(scene.eth, 1 << 40).expect("revenue");
    scene.weeks(1);
    coin::give(&scene.stage, scene.usd, scene.vault, n(0));
    assert!(scene.claim(scene.alice, scene.usd).is_err());
    assert!(scene.claim(scene.alice, scene.eth).is_ok());
    assert_eq!(scene.withdraw(scene.alice, n(1_024)), Ok(n(1_024)));
}

/// Calls by which a token may come back, when it holds shares and coins of its own.
fn comebacks(scene: &Scene, me: Address) -> Vec<Vec<u8>> {
    let (assets, receiver, owner) = (n(64), me, me);
    vec![
        IVault::depositCall { assets, receiver }.abi_encode(),
        IVault::depositAndLockCall { assets, durationWeeks: n(9) }.abi_encode(),
        IVault::withdrawCall { assets, receiver, owner }.abi_encode(),
        IVault::transferCall { to: scene.carol, value: assets }.abi_encode(),
        IVault::lockCall { assets, durationWeeks: n(9) }.abi_encode(),
        IVault::claimCall { tokens: vec![scene.usd, scene.asset, scene.eth] }.abi_encode(),
        IVault::notifyRevenueCall { token: scene.usd, amount: n(1_000) }.abi_encode(),
        IVault::notifyRevenueCall { token: scene.asset, amount: n(1_000) }.abi_encode(),
        IVault::checkpointCall { maxWeeks: U256::MAX }.abi_encode(),
    ]
}

/// A vault in which the coins hold shares, with revenue in both; and the two coins.
fn with_coins_that_stake() -> (Scene, Coin, Coin) {
    let (asset, usd) = (Coin::default(), Coin::default());
    let scene = Scene::with_coins(&asset, &usd);
    scene.stake(scene.alice, 1_024);
    for me in [scene.asset, scene.usd] {
        coin::give(&scene.stage, scene.asset, me, n(1 << 50));
        coin::give(&scene.stage, scene.usd, me, n(1 << 50));
        let call = IVault::depositCall { assets: n(256), receiver: me };
        assert_eq!(scene.call(scene.alice, call), Ok(n(256)));
    }
    for token in [scene.asset, scene.usd] {
        scene.push(token, 1 << 40).expect("revenue");
    }
    scene.weeks(1);
    (scene, asset, usd)
}

/// Each call by which `token` can be made to call back, made by Alice.
fn provocations(scene: &Scene, token: Address) -> Vec<Vec<u8>> {
    let (assets, alice) = (n(100), scene.alice);
    let mut calls = vec![
        IVault::notifyRevenueCall { token, amount: n(5_000) }.abi_encode(),
        IVault::claimCall { tokens: vec![token] }.abi_encode(),
    ];
    if token == scene.asset {
        calls.extend([
            IVault::depositCall { assets, receiver: alice }.abi_encode(),
            IVault::depositAndLockCall { assets, durationWeeks: n(3) }.abi_encode(),
            IVault::withdrawCall { assets, receiver: alice, owner: alice }.abi_encode(),
        ]);
    }
    calls
}

/// Everything the vault owes is there.
#[track_caller]
fn assert_solvent(scene: &Scene, what: &str) {
    let owed = |token| {
        let state = scene.reward(token);
        state.received - state.paid
    };
    let staked = scene.read(IVault::totalSupplyCall {});
    let assets = scene.coins(scene.asset, scene.vault);
    assert!(assets >= staked + owed(scene.asset), "{what}: assets");
    assert!(scene.coins(scene.usd, scene.vault) >= owed(scene.usd), "{what}: usd");
    let holders = [scene.alice, scene.bob, scene.carol, scene.asset, scene.usd];
    let sum = |read: fn(&Scene, Address) -> U256| {
        holders.iter().fold(n(0), |sum, who| sum + read(scene, *who))
    };
    assert_eq!(sum(Scene::shares), staked, "{what}: shares");
    assert_eq!(sum(Scene::weight), scene.total_weight(), "{what}: weight");
}

/// Plays every provocation against every comeback; `judge` sees the comeback's answer.
fn play(allowed: bool, judge: impl Fn(&Scene, &[stage::Answer], &str)) {
    let kinds = with_coins_that_stake().0;
    for of_asset in [true, false] {
        let token = |scene: &Scene| if of_asset { scene.asset } else { scene.usd };
        for (i, _) in provocations(&kinds, token(&kinds)).iter().enumerate() {
            for (j, _) in comebacks(&kinds, token(&kinds)).iter().enumerate() {
                let (scene, asset, usd) = with_coins_that_stake();
                let coin = if of_asset { asset } else { usd };
                let me = token(&scene);
                let calldata = comebacks(&scene, me).swap_remove(j);
                coin.turn(Vice::Calls { to: scene.vault, calldata });
                scene.stage.allow_reentry(allowed);
                let call = provocations(&scene, me).swap_remove(i);
                let _ = scene.stage.from(scene.alice).raw(scene.vault, call);
                let what = format!("provocation {i}, comeback {j}, asset {of_asset}");
                assert_solvent(&scene, &what);
                judge(&scene, &coin.answers(), &what);
            }
        }
    }
}

#[test]
fn a_token_that_calls_back_is_refused_by_the_guard() {
    play(false, |_, answers, what| {
        let [answer] = answers else { panic!("{what}: one comeback expected") };
        assert!(answer.as_ref().is_err_and(Revert::is_silent), "{what}");
    });
}

#[test]
fn without_the_guard_the_books_stay_right_all_the_same() {
    play(true, |scene, answers, what| {
        assert_eq!(answers.len(), 1, "{what}");
        scene.weeks(20);
        for who in [scene.alice, scene.asset, scene.usd, scene.carol] {
            for token in [scene.usd, scene.asset] {
                let claimed = scene.claim(who, token);
                assert!(claimed.is_ok(), "{what}: everybody is paid");
            }
            let stake = scene.unlocked(who);
            assert!(stake.is_zero() || scene.withdraw(who, stake) == Ok(stake), "{what}");
        }
        assert_eq!(scene.read(IVault::totalSupplyCall {}), n(0), "{what}");
    });
}

#[test]
fn a_view_read_in_mid_transfer_is_right() {
    let (scene, asset, _) = with_coins_that_stake();
    scene.stage.allow_reentry(true);
    let calldata = IVault::totalSupplyCall {}.abi_encode();
    asset.turn(Vice::Calls { to: scene.vault, calldata });
    assert_eq!(scene.withdraw(scene.alice, n(24)), Ok(n(24)));
    let [Ok(seen)] = &asset.answers()[..] else { panic!("one answer expected") };
    assert_eq!(U256::from_be_slice(seen), n(1_000 + 512));
}

#[test]
fn after_the_last_second_of_32_bits_time_stops_and_nothing_is_paid_twice() {
    let scene = Scene::new();
    let last = u64::from(u32::MAX);
    scene.stage.warp_to(last - WEEK);
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    scene.stage.warp_to(last);
    let due = scene.claimable(scene.alice, scene.usd);
    for _ in 0..5 {
        scene.weeks(1);
        scene.call(scene.bob, IVault::checkpointCall { maxWeeks: U256::MAX }).expect("anybody");
        assert_eq!(scene.claimable(scene.alice, scene.usd), due);
    }
    assert_eq!(scene.claim(scene.alice, scene.usd), Ok(due));
    assert_eq!(scene.withdraw(scene.alice, n(1_024)), Ok(n(1_024)));
}
