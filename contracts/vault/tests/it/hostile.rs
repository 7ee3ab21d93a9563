//! Tokens that mean harm: each one hurts itself at most.
//!
//! - an asset that delivers less is refused; one that cannot be had fails with its name
//! - of a reward token, what arrives counts
//! - a broken reward token blocks neither stake, exit, nor other tokens

use alloy_primitives::U256;
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
