//! The share as an ERC-20.
//!
//! - transfer moves unlocked shares, to anybody but zero and the vault, and leaves past revenue behind
//! - transferFrom spends an allowance, unless it is infinite
//! - approve replaces the allowance

use alloy_primitives::{Address, U256};
use stage::Revert;

use crate::{IVault, Scene, n};

impl Scene {
    fn allow(&self, owner: Address, spender: Address, value: U256) {
        assert_eq!(self.call(owner, IVault::approveCall { spender, value }), Ok(true));
    }

    fn allowance(&self, owner: Address, spender: Address) -> U256 {
        self.read(IVault::allowanceCall { owner, spender })
    }

    /// Bob moves shares of Alice to Carol.
    fn pull(&self, value: U256) -> Result<bool, Revert> {
        let call = IVault::transferFromCall { from: self.alice, to: self.carol, value };
        self.call(self.bob, call)
    }
}

#[test]
fn a_transfer_moves_shares_and_weight() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.stage.take_logs();
    assert_eq!(scene.transfer(scene.alice, scene.bob, n(300)), Ok(true));
    assert_eq!((scene.shares(scene.alice), scene.shares(scene.bob)), (n(700), n(300)));
    assert_eq!((scene.weight(scene.alice), scene.weight(scene.bob)), (n(700), n(300)));
    assert_eq!(scene.read(IVault::totalSupplyCall {}), n(1_000));
    let [event] = &scene.stage.events::<IVault::Transfer>(scene.vault)[..] else {
        panic!("one Transfer expected")
    };
    assert_eq!((event.from, event.to, event.value), (scene.alice, scene.bob, n(300)));
}

#[test]
fn past_revenue_stays_with_the_sender() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 30).expect("revenue");
    scene.weeks(1);
    let earned = scene.claimable(scene.alice, scene.usd);
    assert_eq!(scene.transfer(scene.alice, scene.bob, n(1_024)), Ok(true));
    assert_eq!(scene.claimable(scene.alice, scene.usd), earned);
    assert_eq!(scene.claimable(scene.bob, scene.usd), n(0));
    scene.weeks(1);
    assert_eq!(scene.claimable(scene.alice, scene.usd), earned);
    let rest = scene.claimable(scene.bob, scene.usd);
    assert!(n((1 << 30) - 2) <= earned + rest && earned + rest <= n(1 << 30));
}

#[test]
fn a_transfer_of_nothing_is_fine_even_without_a_stake() {
    let scene = Scene::new();
    assert_eq!(scene.transfer(scene.alice, scene.bob, n(0)), Ok(true));
    assert_eq!(scene.shares(scene.bob), n(0));
}

#[test]
fn a_transfer_to_oneself_changes_nothing() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 30).expect("revenue");
    scene.stage.warp(12_345);
    let earned = scene.claimable(scene.alice, scene.usd);
    assert_eq!(scene.transfer(scene.alice, scene.alice, n(1_024)), Ok(true));
    assert_eq!(scene.shares(scene.alice), n(1_024));
    assert_eq!(scene.weight(scene.alice), scene.total_weight());
    assert_eq!(scene.claimable(scene.alice, scene.usd), earned);
}

#[test]
fn shares_do_not_go_where_nobody_can_use_them() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    for receiver in [Address::ZERO, scene.vault] {
        let refused = scene.transfer(scene.alice, receiver, n(1));
        assert_eq!(refused, Err(Revert::of(IVault::ERC20InvalidReceiver { receiver })));
    }
}

#[test]
fn a_transfer_of_more_than_the_balance_is_refused() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    for needed in [n(1_001), U256::MAX] {
        let (sender, balance) = (scene.alice, n(1_000));
        let expected = IVault::ERC20InsufficientBalance { sender, balance, needed };
        assert_eq!(scene.transfer(scene.alice, scene.bob, needed), Err(Revert::of(expected)));
    }
}

#[test]
fn locked_shares_do_not_move_and_the_error_says_how_many_could() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.lock(scene.alice, 600, 4).expect("a lock");
    let expected = IVault::SharesLocked { account: scene.alice, unlocked: n(400), needed: n(401) };
    assert_eq!(scene.transfer(scene.alice, scene.bob, n(401)), Err(Revert::of(expected)));
    assert_eq!(scene.transfer(scene.alice, scene.bob, n(400)), Ok(true));
}

#[test]
fn an_allowance_is_spent_as_it_is_used() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.allow(scene.alice, scene.bob, n(500));
    assert_eq!(scene.pull(n(200)), Ok(true));
    assert_eq!(scene.shares(scene.carol), n(200));
    assert_eq!(scene.allowance(scene.alice, scene.bob), n(300));
    let (spender, allowance, needed) = (scene.bob, n(300), n(301));
    let expected = IVault::ERC20InsufficientAllowance { spender, allowance, needed };
    assert_eq!(scene.pull(needed), Err(Revert::of(expected)));
}

#[test]
fn an_infinite_allowance_is_never_spent() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.allow(scene.alice, scene.bob, U256::MAX);
    assert_eq!(scene.pull(n(1_000)), Ok(true));
    assert_eq!(scene.allowance(scene.alice, scene.bob), U256::MAX);
}

#[test]
fn a_failed_pull_keeps_the_allowance() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.allow(scene.alice, scene.bob, n(2_000));
    assert!(scene.pull(n(1_001)).is_err_and(|e| e.is::<IVault::ERC20InsufficientBalance>()));
    assert_eq!(scene.allowance(scene.alice, scene.bob), n(2_000));
}

#[test]
fn nobody_can_allow_the_zero_address() {
    let scene = Scene::new();
    let call = IVault::approveCall { spender: Address::ZERO, value: n(1) };
    let expected = IVault::ERC20InvalidSpender { spender: Address::ZERO };
    assert_eq!(scene.refused(scene.alice, call), Revert::of(expected));
}

#[test]
fn ether_is_not_taken() {
    let scene = Scene::new();
    scene.stage.fund(scene.alice, n(2));
    let call = IVault::depositCall { assets: n(1), receiver: scene.alice };
    assert!(scene.stage.from(scene.alice).value(n(1)).refused(scene.vault, call).is_silent());
    assert!(scene.stage.from(scene.alice).value(n(1)).raw(scene.vault, Vec::new()).is_err());
}
