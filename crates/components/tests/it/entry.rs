//! The entry point: what it lets through, and what it says to the rest.
//!
//! - a second construction is refused with `AlreadyConstructed`; a failed first one can be repeated
//! - an unknown selector, half a selector, malformed arguments, bare ETH that nobody receives and ETH
//!   for a function that takes none are refused without data

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use components::standard::{AlreadyConstructed, OwnableInvalidOwner};
use stage::{Revert, Stage};

use crate::{Probe, Scene, main};

#[test]
fn a_second_construction_is_refused_with_a_typed_error() {
    let scene = Scene::new();
    let again = stage::constructor((scene.stranger, scene.stranger));
    let refused = scene.stage.from(scene.owner).raw(scene.probe, again);
    assert_eq!(refused, Err(Revert::of(AlreadyConstructed {})));
    assert_eq!(scene.stage.view(scene.probe, Probe::ownerCall {}), Ok(scene.owner));
}

#[test]
fn a_construction_that_failed_can_be_repeated() {
    let stage = Stage::new();
    let owner = stage.account("owner");
    let probe = stage.deploy("probe", main, Vec::new()).expect("nothing is called");
    let construct = |owner| {
        let arguments = stage::constructor((owner, Address::ZERO));
        stage.from(stage.account("deployer")).raw(probe, arguments)
    };
    let owner_zero = OwnableInvalidOwner { owner: Address::ZERO };
    assert_eq!(construct(Address::ZERO), Err(Revert::of(owner_zero)));
    assert_eq!(construct(owner), Ok(Vec::new()));
    assert_eq!(stage.view(probe, Probe::ownerCall {}), Ok(owner));
}

#[test]
fn what_no_function_takes_is_refused_without_data() {
    let Scene { stage, probe, owner, .. } = Scene::new();
    let mut dirty = Probe::setGuardianCall { newGuardian: owner }.abi_encode();
    dirty[4] = 1;
    let short = dirty[..20].to_vec();
    for calldata in [vec![], vec![1, 2, 3], vec![1, 2, 3, 4], dirty, short] {
        let refused = stage.from(owner).raw(probe, calldata.clone());
        assert_eq!(refused, Err(Revert(Vec::new())), "{calldata:02x?}");
    }
}

#[test]
fn ether_is_taken_only_where_it_is_declared() {
    let Scene { stage, probe, owner, .. } = Scene::new();
    let one = U256::from(1);
    stage.fund(owner, one);
    assert!(stage.from(owner).value(one).raw(probe, Vec::new()).is_err(), "nobody receives it");
    assert!(stage.from(owner).value(one).refused(probe, Probe::enterCall {}).is_silent());
    assert!(stage.from(owner).value(one).call(probe, Probe::fundCall {}).is_ok());
    assert_eq!(stage.balance(probe), one);
}
