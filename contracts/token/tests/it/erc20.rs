//! Transfers and allowances.
//!
//! - transfer
//!   - it moves the value, all of it or none, also to oneself, and logs it
//!   - it reverts if the sender has less, or if the receiver is zero
//! - transferFrom
//!   - given an allowance, it spends it; given an infinite one, it does not
//!   - it reverts if less was allowed, and keeps the allowance if the transfer fails
//! - approve
//!   - it replaces the allowance and logs it; it reverts for the zero spender
//! - value sent along is refused

use alloy_primitives::{Address, U256};
use stage::Revert;

use crate::{IToken, SUPPLY, Scene, units};

#[test]
fn a_transfer_moves_exactly_its_value() {
    let scene = Scene::new();
    scene.stage.take_logs();
    let call = IToken::transferCall { to: scene.bob, value: units(300) };
    assert_eq!(scene.stage.call(scene.alice, scene.token, call), Ok(true));
    assert_eq!(scene.balance(scene.alice), SUPPLY - units(300));
    assert_eq!(scene.balance(scene.bob), units(300));
    assert_eq!(scene.total_supply(), SUPPLY);
    let [event] = &scene.stage.events::<IToken::Transfer>(scene.token)[..] else {
        panic!("one Transfer expected")
    };
    assert_eq!((event.from, event.to, event.value), (scene.alice, scene.bob, units(300)));
}

#[test]
fn a_transfer_to_oneself_changes_nothing() {
    let scene = Scene::new();
    let call = IToken::transferCall { to: scene.alice, value: SUPPLY };
    assert_eq!(scene.stage.call(scene.alice, scene.token, call), Ok(true));
    assert_eq!(scene.balance(scene.alice), SUPPLY);
}

#[test]
fn a_transfer_of_nothing_is_fine_even_without_a_balance() {
    let scene = Scene::new();
    let call = IToken::transferCall { to: scene.alice, value: U256::ZERO };
    assert_eq!(scene.stage.call(scene.bob, scene.token, call), Ok(true));
}

#[test]
fn a_transfer_of_more_than_the_balance_is_refused() {
    let scene = Scene::new();
    let needed = SUPPLY + units(1);
    let refused = scene.stage.refused(
        scene.alice,
        scene.token,
        IToken::transferCall { to: scene.bob, value: needed },
    );
    let expected =
        IToken::ERC20InsufficientBalance { sender: scene.alice, balance: SUPPLY, needed };
    assert_eq!(refused, Revert::of(expected));
}

#[test]
fn a_transfer_to_zero_is_refused() {
    let scene = Scene::new();
    let call = IToken::transferCall { to: Address::ZERO, value: units(1) };
    let refused = scene.stage.refused(scene.alice, scene.token, call);
    assert_eq!(refused, Revert::of(IToken::ERC20InvalidReceiver { receiver: Address::ZERO }));
}

#[test]
fn an_allowance_is_spent_as_it_is_used() {
    let scene = Scene::new();
    scene.approve(units(500));
    assert_eq!(scene.pull(units(200)), Ok(true));
    assert_eq!(scene.allowance(scene.alice, scene.bob), units(300));
    assert_eq!(scene.balance(scene.bob), units(200));
    let spender = scene.bob;
    let expected =
        IToken::ERC20InsufficientAllowance { spender, allowance: units(300), needed: units(301) };
    assert_eq!(scene.pull(units(301)), Err(Revert::of(expected)));
    assert_eq!(scene.pull(units(300)), Ok(true));
    assert_eq!(scene.allowance(scene.alice, scene.bob), U256::ZERO);
}

#[test]
fn an_infinite_allowance_is_never_spent() {
    let scene = Scene::new();
    scene.approve(U256::MAX);
    assert_eq!(scene.pull(SUPPLY), Ok(true));
    assert_eq!(scene.allowance(scene.alice, scene.bob), U256::MAX);
}

#[test]
fn a_failed_pull_keeps_the_allowance() {
    let scene = Scene::new();
    let needed = SUPPLY + units(1);
    scene.approve(needed);
    let expected =
        IToken::ERC20InsufficientBalance { sender: scene.alice, balance: SUPPLY, needed };
    assert_eq!(scene.pull(needed), Err(Revert::of(expected)));
    assert_eq!(scene.allowance(scene.alice, scene.bob), needed);
}

#[test]
fn an_approval_replaces_the_one_before() {
    let scene = Scene::new();
    scene.approve(units(500));
    scene.approve(units(20));
    assert_eq!(scene.allowance(scene.alice, scene.bob), units(20));
    assert_eq!(scene.allowance(scene.bob, scene.alice), U256::ZERO);
    let approvals = scene.stage.events::<IToken::Approval>(scene.token);
    let [_, last] = &approvals[..] else { panic!("two Approvals expected") };
    assert_eq!((last.owner, last.spender, last.value), (scene.alice, scene.bob, units(20)));
}

#[test]
fn nobody_can_allow_the_zero_address() {
    let scene = Scene::new();
    let call = IToken::approveCall { spender: Address::ZERO, value: units(1) };
    let refused = scene.stage.refused(scene.alice, scene.token, call);
    assert_eq!(refused, Revert::of(IToken::ERC20InvalidSpender { spender: Address::ZERO }));
}

#[test]
fn ether_is_not_taken() {
    let scene = Scene::new();
    scene.stage.fund(scene.alice, units(1));
    let call = IToken::transferCall { to: scene.bob, value: units(1) };
    assert!(scene.stage.from(scene.alice).value(units(1)).refused(scene.token, call).is_silent());
    assert!(scene.stage.from(scene.alice).value(units(1)).raw(scene.token, Vec::new()).is_err());
}

impl Scene {
    /// Alice allows Bob.
    fn approve(&self, value: U256) {
        let call = IToken::approveCall { spender: self.bob, value };
        assert_eq!(self.stage.call(self.alice, self.token, call), Ok(true));
    }

    /// Bob pulls from Alice.
    fn pull(&self, value: U256) -> Result<bool, Revert> {
        let call = IToken::transferFromCall { from: self.alice, to: self.bob, value };
        self.stage.call(self.bob, self.token, call)
    }
}
