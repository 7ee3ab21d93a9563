//! The hostile world: each of its tokens and situations ends in a clear error or in the right number, with
//! nothing lost.
//!
//! | what happens | the test that holds it |
//! |---|---|
//! | a token takes a fee | [`an_asset_that_takes_a_fee_is_refused`], [`of_revenue_what_arrives_counts`] |
//! | returns nothing (USDT) | [`an_asset_that_returns_nothing_works`] |
//! | returns false, reverts, burns all gas, reverts with megabytes | [`an_asset_that_refuses_fails_with_its_name`], [`revenue_that_cannot_be_had_fails_with_the_tokens_name`], [`a_broken_reward_token_blocks_neither_exit_nor_other_tokens`], `payouts::a_payee_that_cannot_be_paid_is_skipped_and_loses_nothing` |
//! | returns megabytes | [`an_answer_of_a_megabyte_does_no_harm`] |
//! | re-enters (ERC-777) | `reentry`: every call out, every way back in, with and without the SDK's guard |
//! | blacklists | [`whom_the_asset_blacklists_leaves_to_another_account`], [`whom_a_reward_token_blacklists_claims_to_another_account`], `payouts::a_payee_that_cannot_be_paid_is_skipped_and_loses_nothing` |
//! | changes balances by itself | [`an_asset_that_grows_by_itself_changes_nothing`], [`an_asset_that_shrinks_fails_its_last_withdrawals_only`], [`a_reward_token_that_lost_its_balance_hurts_its_own_claims_only`] |
//! | is no token | `reward_tokens::a_token_is_not_added_twice_nor_zero_nor_the_share`, `construction::an_asset_that_is_no_token_is_refused` |
//! | a splitter refuses, burns all gas, pulls too little or too much, has no code | `exits::the_splitter_gets_the_penalty_whatever_it_does_and_never_more` and those after it |
//! | a treasury pushes one wei a second | `exactness::a_wei_a_second_pushed_by_a_stranger_costs_nobody_anything` |
//! | a holder splits into a thousand accounts | `properties::a_thousand_accounts_earn_what_one_earns` |
//! | locks at 23:59:59 of a week | [`a_lock_made_in_the_last_second_of_a_week_lasts_what_was_asked_and_a_second`] |
//! | comes back after four years | `locks::somebody_back_after_five_years_finds_all_locks_expired` |
//! | keepers never come | [`whoever_comes_first_after_four_years_passes_all_weeks`], `streams::views_foresee_what_a_checkpoint_then_writes` |
//! | a sequencer's clock jumps | [`a_clock_that_jumps_ten_years_pays_each_second_once`], [`after_the_last_second_of_32_bits_time_stops_and_nothing_is_paid_twice`] |
//! | a program's activation has lapsed | `stake_outlives_a_lapsed_activation`, on the dev node (tests/it/deployment.rs) |

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

#[test]
fn whom_the_asset_blacklists_leaves_to_another_account() {
    let asset = Coin::default();
    let scene = Scene::with_coins(&asset, &Coin::default());
    scene.stake(scene.alice, 1_000);
    asset.turn(Vice::Reverts);
    asset.block(scene.alice);
    let failed = Err(Revert::of(IVault::TokenTransferFailed { token: scene.asset }));
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), failed);
    let (receiver, owner) = (scene.stage.account("another"), scene.alice);
    let call = IVault::withdrawCall { assets: n(1_000), receiver, owner };
    assert_eq!(scene.call(scene.alice, call), Ok(n(1_000)));
    assert_eq!(scene.coins(scene.asset, receiver), n(1_000));
}

#[test]
fn whom_a_reward_token_blacklists_claims_to_another_account() {
    let usd = Coin::default();
    let scene = Scene::with_coins(&Coin::default(), &usd);
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    scene.weeks(1);
    usd.turn(Vice::Reverts);
    usd.block(scene.alice);
    let due = scene.claimable(scene.alice, scene.usd);
    let failed = Err(Revert::of(IVault::TokenTransferFailed { token: scene.usd }));
    assert_eq!(scene.claim(scene.alice, scene.usd), failed);
    let receiver = scene.stage.account("another");
    let call = IVault::claimToCall { tokens: vec![scene.usd], receiver };
    assert_eq!(scene.call(scene.alice, call), Ok(vec![due]));
    assert_eq!(scene.coins(scene.usd, receiver), due);
}

#[test]
fn an_asset_that_grows_by_itself_changes_nothing() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    coin::give(&scene.stage, scene.asset, scene.vault, n(5_000));
    assert_eq!(scene.read(IVault::totalAssetsCall {}), n(1_000));
    assert_eq!(scene.deposit(scene.bob, n(10)), Ok(n(10)));
    assert_eq!(scene.push(scene.asset, 1 << 40), Ok(n(1 << 40)));
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), Ok(n(1_000)));
}

#[test]
fn an_asset_that_shrinks_fails_its_last_withdrawals_only() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stake(scene.bob, 1_000);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    coin::give(&scene.stage, scene.asset, scene.vault, n(1_500));
    scene.weeks(2);
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), Ok(n(1_000)));
    let failed = Err(Revert::of(IVault::TokenTransferFailed { token: scene.asset }));
    assert_eq!(scene.withdraw(scene.bob, n(1_000)), failed);
    assert_eq!(scene.withdraw(scene.bob, n(500)), Ok(n(500)));
    assert!(scene.claim(scene.bob, scene.usd).is_ok_and(|paid| paid > n(1 << 38)));
}

#[test]
fn a_lock_made_in_the_last_second_of_a_week_lasts_what_was_asked_and_a_second() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stage.warp(WEEK - 1);
    let made = scene.stage.timestamp();
    let end = scene.lock(scene.alice, 1_000, 1).expect("a lock");
    assert_eq!(end, made + WEEK + 1);
    scene.stage.warp_to(end - 1);
    assert_eq!(scene.unlocked(scene.alice), n(0));
    scene.stage.warp(1);
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), Ok(n(1_000)));
}

#[test]
fn whoever_comes_first_after_four_years_passes_all_weeks() {
    for first in 0..5 {
        let scene = Scene::new();
        scene.stake(scene.alice, 1_024);
        scene.stake(scene.bob, 1_024);
        scene.lock(scene.alice, 1_024, 208).expect("four years");
        scene.push(scene.usd, 1 << 40).expect("revenue");
        scene.weeks(209);
        let due = scene.claimable(scene.alice, scene.usd);
        match first {
            0 => assert_eq!(scene.claim(scene.alice, scene.usd), Ok(due)),
            1 => assert_eq!(scene.withdraw(scene.alice, n(1_024)), Ok(n(1_024))),
            2 => assert_eq!(scene.transfer(scene.alice, scene.bob, n(1_024)), Ok(true)),
            3 => assert_eq!(scene.push(scene.usd, 5), Ok(n(5))),
            _ => scene.stake(scene.carol, 7),
        }
        let paid = if first == 0 { due } else { n(0) };
        assert_eq!(scene.claimable(scene.alice, scene.usd) + paid, due);
        let fifth = n((1 << 40) / 5 * 4);
        assert!(due <= fifth + n(1) && due + n(1) >= fifth, "four fifths, not {due}");
    }
}

#[test]
fn a_clock_that_jumps_ten_years_pays_each_second_once() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    scene.stage.warp(1_000);
    let before = scene.claim(scene.alice, scene.usd).expect("a claim");
    scene.weeks(520);
    let rest = scene.claim(scene.alice, scene.usd).expect("a claim");
    assert!(before + rest <= n(1 << 40) && before + rest + n(1) >= n(1 << 40));
    scene.push(scene.usd, 1 << 40).expect("the books go on");
    scene.weeks(2);
    assert!(scene.claim(scene.alice, scene.usd).is_ok_and(|paid| paid + n(1) >= n(1 << 40)));
}
