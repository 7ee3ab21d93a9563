//! ERC-4626: in and out, one share for one asset.
//!
//! - conversions and previews are the identity, at any time
//! - deposit and mint stake for a receiver; they revert for nothing, for too much, for a receiver who
//!   cannot hold shares, and if the assets cannot be had
//! - withdraw and redeem pay a receiver; they revert for nothing, for more than there is or is
//!   unlocked, and without an allowance of the owner

use alloy_primitives::{Address, U256};
use stage::Revert;

use crate::{FORTUNE, IVault, MAX, Scene, coin, n};

#[test]
fn everything_converts_one_to_one_for_ever() {
    let scene = Scene::new();
    for amount in [n(0), n(1), n(1 << 90), U256::MAX] {
        scene.stake(scene.alice, 12_345);
        scene.push(scene.asset, 1 << 50).expect("revenue");
        scene.weeks(3);
        assert_eq!(scene.read(IVault::convertToSharesCall { assets: amount }), amount);
        assert_eq!(scene.read(IVault::convertToAssetsCall { shares: amount }), amount);
        assert_eq!(scene.read(IVault::previewDepositCall { assets: amount }), amount);
        assert_eq!(scene.read(IVault::previewMintCall { shares: amount }), amount);
        assert_eq!(scene.read(IVault::previewWithdrawCall { assets: amount }), amount);
        assert_eq!(scene.read(IVault::previewRedeemCall { shares: amount }), amount);
    }
    assert_eq!(scene.read(IVault::totalAssetsCall {}), n(4 * 12_345), "revenue is not an asset");
}

#[test]
fn a_deposit_stakes_for_its_receiver() {
    let scene = Scene::new();
    scene.stage.take_logs();
    let call = IVault::depositCall { assets: n(700), receiver: scene.bob };
    assert_eq!(scene.call(scene.alice, call), Ok(n(700)));
    assert_eq!((scene.shares(scene.alice), scene.shares(scene.bob)), (n(0), n(700)));
    assert_eq!(scene.coins(scene.asset, scene.alice), n(FORTUNE - 700));
    assert_eq!(scene.coins(scene.asset, scene.vault), n(700));
    let [event] = &scene.stage.events::<IVault::Deposit>(scene.vault)[..] else {
        panic!("one Deposit expected")
    };
    assert_eq!((event.sender, event.owner), (scene.alice, scene.bob));
    assert_eq!((event.assets, event.shares), (n(700), n(700)));
    let [minted] = &scene.stage.events::<IVault::Transfer>(scene.vault)[..] else {
        panic!("one Transfer expected")
    };
    assert_eq!((minted.from, minted.to, minted.value), (Address::ZERO, scene.bob, n(700)));
}

#[test]
fn a_mint_is_a_deposit_by_another_name() {
    let scene = Scene::new();
    let call = IVault::mintCall { shares: n(700), receiver: scene.bob };
    assert_eq!(scene.call(scene.alice, call), Ok(n(700)));
    assert_eq!(scene.shares(scene.bob), n(700));
    assert_eq!(scene.total_weight(), n(700));
}

#[test]
fn nothing_cannot_be_staked_or_taken_out() {
    let scene = Scene::new();
    let (zero, receiver, owner) = (n(0), scene.alice, scene.alice);
    let nothing = Revert::of(IVault::ZeroAmount {});
    let deposit = IVault::depositCall { assets: zero, receiver };
    assert_eq!(scene.refused(scene.alice, deposit), nothing);
    assert_eq!(scene.refused(scene.alice, IVault::mintCall { shares: zero, receiver }), nothing);
    let withdraw = IVault::withdrawCall { assets: zero, receiver, owner };
    assert_eq!(scene.refused(scene.alice, withdraw), nothing);
    let redeem = IVault::redeemCall { shares: zero, receiver, owner };
    assert_eq!(scene.refused(scene.alice, redeem), nothing);
}

#[test]
fn shares_are_not_staked_for_nobody_or_the_vault() {
    let scene = Scene::new();
    for receiver in [Address::ZERO, scene.vault] {
        let call = IVault::depositCall { assets: n(1), receiver };
        let expected = Revert::of(IVault::ERC20InvalidReceiver { receiver });
        assert_eq!(scene.refused(scene.alice, call), expected);
    }
}

#[test]
fn a_stake_that_cannot_be_paid_is_refused() {
    let scene = Scene::new();
    let expected = Revert::of(IVault::TokenTransferFailed { token: scene.asset });
    assert_eq!(scene.deposit(scene.alice, n(FORTUNE + 1)), Err(expected));
    assert_eq!(scene.read(IVault::totalSupplyCall {}), n(0));
}

#[test]
fn the_supply_never_passes_its_112_bits() {
    let scene = Scene::new();
    coin::give(&scene.stage, scene.asset, scene.alice, U256::MAX);
    let too_large = |amount, max| Err(Revert::of(IVault::AmountTooLarge { amount, max }));
    for amount in [MAX + n(1), U256::from(1) << 128, U256::MAX] {
        assert_eq!(scene.deposit(scene.alice, amount), too_large(amount, MAX));
    }
    assert_eq!(scene.read(IVault::maxDepositCall { receiver: scene.bob }), MAX);
    assert_eq!(scene.deposit(scene.alice, MAX - n(5)), Ok(MAX - n(5)));
    assert_eq!(scene.read(IVault::maxMintCall { receiver: scene.bob }), n(5));
    assert_eq!(scene.deposit(scene.bob, n(6)), too_large(n(6), n(5)));
    assert_eq!(scene.deposit(scene.bob, n(5)), Ok(n(5)));
    assert_eq!(scene.total_weight(), MAX);
    assert_eq!(scene.withdraw(scene.alice, MAX - n(5)), Ok(MAX - n(5)));
}

#[test]
fn a_withdrawal_pays_its_receiver() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stage.take_logs();
    let (receiver, owner) = (scene.stage.account("cold wallet"), scene.alice);
    let call = IVault::withdrawCall { assets: n(400), receiver, owner };
    assert_eq!(scene.call(scene.alice, call), Ok(n(400)));
    assert_eq!(scene.coins(scene.asset, receiver), n(400));
    assert_eq!(scene.shares(scene.alice), n(600));
    assert_eq!(scene.total_weight(), n(600));
    let [event] = &scene.stage.events::<IVault::Withdraw>(scene.vault)[..] else {
        panic!("one Withdraw expected")
    };
    assert_eq!((event.sender, event.receiver, event.owner), (owner, receiver, owner));
    assert_eq!((event.assets, event.shares), (n(400), n(400)));
}

#[test]
fn a_redemption_is_a_withdrawal_by_another_name() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let (receiver, owner) = (scene.bob, scene.alice);
    let call = IVault::redeemCall { shares: n(1_000), receiver, owner };
    assert_eq!(scene.call(scene.alice, call), Ok(n(1_000)));
    assert_eq!(scene.coins(scene.asset, scene.bob), n(FORTUNE + 1_000));
    assert_eq!(scene.coins(scene.asset, scene.vault), n(0));
}

#[test]
fn assets_are_not_paid_to_nobody_or_the_vault() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    for receiver in [Address::ZERO, scene.vault] {
        let call = IVault::withdrawCall { assets: n(1), receiver, owner: scene.alice };
        let expected = Revert::of(IVault::ERC20InvalidReceiver { receiver });
        assert_eq!(scene.refused(scene.alice, call), expected);
    }
}

#[test]
fn an_approved_spender_takes_out_what_it_was_allowed() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let (spender, owner) = (scene.bob, scene.alice);
    let take =
        |assets| scene.call(spender, IVault::withdrawCall { assets, receiver: spender, owner });
    let short = |allowance, needed| {
        Err(Revert::of(IVault::ERC20InsufficientAllowance { spender, allowance, needed }))
    };
    assert_eq!(take(n(1)), short(n(0), n(1)));
    assert_eq!(scene.call(owner, IVault::approveCall { spender, value: n(300) }), Ok(true));
    assert_eq!(take(n(200)), Ok(n(200)));
    assert_eq!(take(n(101)), short(n(100), n(101)));
    assert_eq!(scene.shares(scene.alice), n(800));
    assert_eq!(scene.coins(scene.asset, spender), n(FORTUNE + 200));
}

#[test]
fn nobody_takes_out_more_than_is_there_or_unlocked() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stake(scene.bob, 5_000);
    let (sender, balance, needed) = (scene.alice, n(1_000), n(1_001));
    let expected = IVault::ERC20InsufficientBalance { sender, balance, needed };
    assert_eq!(scene.withdraw(scene.alice, needed), Err(Revert::of(expected)));
    scene.lock(scene.alice, 999, 1).expect("a lock");
    let expected = IVault::SharesLocked { account: sender, unlocked: n(1), needed: n(2) };
    assert_eq!(scene.withdraw(scene.alice, n(2)), Err(Revert::of(expected)));
    assert_eq!(scene.read(IVault::maxWithdrawCall { owner: sender }), n(1));
    assert_eq!(scene.read(IVault::maxRedeemCall { owner: sender }), n(1));
    assert_eq!(scene.withdraw(scene.alice, n(1)), Ok(n(1)));
}

#[test]
fn what_can_be_taken_out_at_most_can_be_taken_out() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let unlock_time = scene.lock(scene.alice, 600, 2).expect("a lock");
    for (at, most) in [(unlock_time - 1, 400), (unlock_time, 1_000)] {
        scene.stage.warp_to(at);
        let max = scene.read(IVault::maxWithdrawCall { owner: scene.alice });
        assert_eq!(max, n(most));
        assert!(scene.withdraw(scene.alice, max + n(1)).is_err());
    }
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), Ok(n(1_000)));
}
