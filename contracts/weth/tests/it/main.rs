//! Wrapped ether on the native stage. Transfers and allowances are the shared components, which the
//! token's tests cover; here is what is WETH's own.
//!
//! - given ETH, `deposit` and a bare payment wrap it one to one and log it
//! - `withdraw` pays out what the caller has, and no more
//!   - it reverts, and keeps the balance, if the receiver refuses
//!   - a receiver that withdraws again while it is paid gets nothing twice
//! - the interface is routed, and nothing else is

use std::collections::BTreeSet;

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use components::{Routes, Selector};
use stage::{Frame, Revert, Stage};
use weth::Weth;

use self::IWeth::IWethCalls;

sol!("../../abi/IWeth.sol");

struct Scene {
    stage: Stage,
    weth: Address,
    alice: Address,
}

const PURSE: U256 = U256::from_limbs([1_000, 0, 0, 0]);

impl Scene {
    /// Alice has a purse of ETH and no WETH.
    fn new() -> Self {
        let stage = Stage::new();
        let alice = stage.account("alice");
        stage.fund(alice, PURSE);
        let weth = stage.deploy("weth", weth::main, Vec::new()).expect("there is no constructor");
        Self { stage, weth, alice }
    }

    fn wrap(&self, from: Address, value: U256) {
        let call = IWeth::depositCall {};
        assert!(self.stage.from(from).value(value).call(self.weth, call).is_ok());
    }

    fn balance(&self, account: Address) -> U256 {
        self.stage.view(self.weth, IWeth::balanceOfCall { account }).expect("a view")
    }

    fn total_supply(&self) -> U256 {
        self.stage.view(self.weth, IWeth::totalSupplyCall {}).expect("a view")
    }
}

fn wei(amount: u64) -> U256 {
    U256::from(amount)
}

#[test]
fn the_contract_answers_exactly_the_functions_of_the_interface() {
    let declared: BTreeSet<Selector> = IWethCalls::SELECTORS.iter().copied().collect();
    let routed: BTreeSet<Selector> = Weth::SELECTORS.iter().copied().collect();
    assert_eq!(routed, declared);
}

#[test]
fn the_metadata_is_that_of_wrapped_ether() {
    let Scene { stage, weth, .. } = Scene::new();
    assert_eq!(stage.view(weth, IWeth::nameCall {}), Ok("Wrapped Ether".into()));
    assert_eq!(stage.view(weth, IWeth::symbolCall {}), Ok("WETH".into()));
    assert_eq!(stage.view(weth, IWeth::decimalsCall {}), Ok(18));
}

#[test]
fn a_deposit_wraps_its_value() {
    let scene = Scene::new();
    scene.wrap(scene.alice, wei(400));
    assert_eq!(scene.balance(scene.alice), wei(400));
    assert_eq!(scene.total_supply(), wei(400));
    assert_eq!(scene.stage.balance(scene.weth), wei(400));
    let deposits = scene.stage.events::<IWeth::Deposit>(scene.weth);
    assert!(matches!(&deposits[..], [event] if event.to == scene.alice && event.value == wei(400)));
    let minted = scene.stage.events::<IWeth::Transfer>(scene.weth);
    assert!(matches!(&minted[..], [event] if event.from.is_zero() && event.value == wei(400)));
}

#[test]
fn bare_ether_is_wrapped_for_its_sender() {
    let scene = Scene::new();
    let sent = scene.stage.from(scene.alice).value(wei(5)).raw(scene.weth, Vec::new());
    assert_eq!(sent, Ok(Vec::new()));
    assert_eq!(scene.balance(scene.alice), wei(5));
}

#[test]
fn a_withdrawal_pays_out_in_ether() {
    let scene = Scene::new();
    scene.wrap(scene.alice, wei(400));
    let call = IWeth::withdrawCall { value: wei(150) };
    assert!(scene.stage.call(scene.alice, scene.weth, call).is_ok());
    assert_eq!(scene.stage.balance(scene.alice), PURSE - wei(250));
    assert_eq!(scene.balance(scene.alice), wei(250));
    assert_eq!(scene.total_supply(), wei(250));
    let withdrawals = scene.stage.events::<IWeth::Withdrawal>(scene.weth);
    assert!(matches!(&withdrawals[..], [event] if event.from == scene.alice));
}

#[test]
fn nobody_withdraws_more_than_they_have() {
    let scene = Scene::new();
    let bob = scene.stage.account("bob");
    scene.wrap(scene.alice, wei(400));
    let call = IWeth::withdrawCall { value: wei(1) };
    let expected =
        IWeth::ERC20InsufficientBalance { sender: bob, balance: U256::ZERO, needed: wei(1) };
    assert_eq!(scene.stage.refused(bob, scene.weth, call), Revert::of(expected));
}

#[test]
fn a_receiver_that_refuses_ether_keeps_its_balance() {
    let scene = Scene::new();
    let refuser = scene.stage.install("refuser", |_: &Frame<'_>| Err(Revert(vec![0xde, 0xad])));
    scene.stage.fund(refuser, wei(10));
    scene.wrap(refuser, wei(10));
    let call = IWeth::withdrawCall { value: wei(10) };
    let refused = scene.stage.refused(refuser, scene.weth, call);
    assert_eq!(refused, Revert::of(IWeth::EtherTransferFailed { receiver: refuser }));
    assert_eq!(scene.balance(refuser), wei(10));
}

#[test]
fn a_receiver_that_withdraws_again_is_not_paid_twice() {
    let scene = Scene::new();
    scene.stage.allow_reentry(true);
    let weth = scene.weth;
    let again = move |frame: &Frame<'_>| {
        frame.call(weth, &IWeth::withdrawCall { value: wei(10) }).map(|_| Vec::new())
    };
    let thief = scene.stage.install("thief", again);
    scene.stage.fund(thief, wei(10));
    scene.wrap(scene.alice, wei(100));
    scene.wrap(thief, wei(10));
    let call = IWeth::withdrawCall { value: wei(10) };
    let refused = scene.stage.refused(thief, scene.weth, call);
    assert_eq!(refused, Revert::of(IWeth::EtherTransferFailed { receiver: thief }));
    assert_eq!(scene.balance(thief), wei(10));
    assert_eq!(scene.stage.balance(scene.weth), wei(110));
}
