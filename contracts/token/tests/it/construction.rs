//! Construction.
//!
//! - when it is the first
//!   - it mints the whole supply to the holder and logs it
//!   - it keeps name, symbol and decimals
//!   - it reverts if the holder is zero
//! - when it is the second, it reverts with `AlreadyConstructed`, whatever the arguments

use alloy_primitives::{Address, U256};
use stage::{Revert, Stage};

use crate::{DECIMALS, IToken, SUPPLY, Scene, constructor, units};

#[test]
fn the_whole_supply_is_the_holders() {
    let scene = Scene::new();
    assert_eq!(scene.balance(scene.alice), SUPPLY);
    assert_eq!(scene.total_supply(), SUPPLY);
    let [minted] = &scene.stage.events::<IToken::Transfer>(scene.token)[..] else {
        panic!("one Transfer expected")
    };
    assert_eq!((minted.from, minted.to, minted.value), (Address::ZERO, scene.alice, SUPPLY));
}

#[test]
fn the_metadata_reads_back() {
    let Scene { stage, token, .. } = Scene::new();
    assert_eq!(stage.view(token, IToken::nameCall {}), Ok("Bit Hash".into()));
    assert_eq!(stage.view(token, IToken::symbolCall {}), Ok("BITHASH".into()));
    assert_eq!(stage.view(token, IToken::decimalsCall {}), Ok(DECIMALS));
}

#[test]
fn a_holder_of_zero_is_refused() {
    let refused = Stage::new().deploy("token", token::main, constructor(Address::ZERO, SUPPLY));
    let expected = IToken::ERC20InvalidReceiver { receiver: Address::ZERO };
    assert_eq!(refused, Err(Revert::of(expected)));
}

#[test]
fn the_largest_supply_of_all_can_be_minted_and_moved() {
    let stage = Stage::new();
    let (alice, bob) = (stage.account("alice"), stage.account("bob"));
    let token = stage.deploy("token", token::main, constructor(alice, U256::MAX)).expect("valid");
    assert_eq!(
        stage.call(alice, token, IToken::transferCall { to: bob, value: U256::MAX }),
        Ok(true)
    );
    assert_eq!(stage.view(token, IToken::balanceOfCall { account: bob }), Ok(U256::MAX));
}

#[test]
fn a_second_construction_is_refused_with_a_typed_error() {
    let scene = Scene::new();
    for calldata in
        [constructor(scene.bob, units(1)), constructor(scene.bob, units(1))[..4].to_vec()]
    {
        let refused = scene.stage.from(scene.bob).raw(scene.token, calldata);
        assert_eq!(refused, Err(Revert::of(IToken::AlreadyConstructed {})));
    }
    assert_eq!(scene.balance(scene.bob), U256::ZERO);
}
