//! Owner, guardian and pause.
//!
//! - ownership is offered by the owner and taken by the one it was offered to; an offer to zero
//!   withdraws it
//! - the owner names the guardian; owner and guardian pause; the owner unpauses
//! - pausing twice is one event

use alloy_primitives::Address;
use components::standard::{
    EnforcedPause, GuardianChanged, OwnableUnauthorizedAccount, OwnershipTransferStarted,
    OwnershipTransferred, Paused, Unpaused,
};
use stage::Revert;

use crate::{Probe, Scene};

fn unauthorised(account: Address) -> Revert {
    Revert::of(OwnableUnauthorizedAccount { account })
}

#[test]
fn ownership_passes_in_two_steps() {
    let Scene { stage, probe, owner, stranger, .. } = Scene::new();
    stage.take_logs();
    let offer = Probe::transferOwnershipCall { newOwner: stranger };
    assert!(stage.call(owner, probe, offer).is_ok());
    assert_eq!(stage.view(probe, Probe::ownerCall {}), Ok(owner));
    assert_eq!(stage.view(probe, Probe::pendingOwnerCall {}), Ok(stranger));
    assert!(stage.call(stranger, probe, Probe::acceptOwnershipCall {}).is_ok());
    assert_eq!(stage.view(probe, Probe::ownerCall {}), Ok(stranger));
    assert_eq!(stage.view(probe, Probe::pendingOwnerCall {}), Ok(Address::ZERO));
    let offers = stage.events::<OwnershipTransferStarted>(probe);
    assert!(matches!(&offers[..], [event] if event.previousOwner == owner));
    let transfers = stage.events::<OwnershipTransferred>(probe);
    assert!(matches!(&transfers[..], [event] if event.newOwner == stranger));
}

#[test]
fn only_the_one_it_was_offered_to_becomes_owner() {
    let Scene { stage, probe, owner, guardian, stranger } = Scene::new();
    let accept = || Probe::acceptOwnershipCall {};
    assert_eq!(stage.refused(stranger, probe, accept()), unauthorised(stranger));
    let offer = Probe::transferOwnershipCall { newOwner: stranger };
    assert_eq!(stage.refused(stranger, probe, offer.clone()), unauthorised(stranger));
    assert!(stage.call(owner, probe, offer).is_ok());
    assert_eq!(stage.refused(guardian, probe, accept()), unauthorised(guardian));
    let withdraw = Probe::transferOwnershipCall { newOwner: Address::ZERO };
    assert!(stage.call(owner, probe, withdraw).is_ok());
    assert_eq!(stage.refused(stranger, probe, accept()), unauthorised(stranger));
}

#[test]
fn the_owner_names_the_guardian() {
    let Scene { stage, probe, owner, guardian, stranger } = Scene::new();
    let call = Probe::setGuardianCall { newGuardian: stranger };
    assert_eq!(stage.refused(guardian, probe, call.clone()), unauthorised(guardian));
    stage.take_logs();
    assert!(stage.call(owner, probe, call).is_ok());
    assert_eq!(stage.view(probe, Probe::guardianCall {}), Ok(stranger));
    let changes = stage.events::<GuardianChanged>(probe);
    assert!(matches!(&changes[..], [event]
        if event.previousGuardian == guardian && event.newGuardian == stranger));
}

#[test]
fn owner_and_guardian_pause_and_the_owner_unpauses() {
    let Scene { stage, probe, owner, guardian, stranger } = Scene::new();
    assert_eq!(stage.refused(stranger, probe, Probe::pauseCall {}), unauthorised(stranger));
    for account in [owner, guardian] {
        assert!(stage.call(account, probe, Probe::pauseCall {}).is_ok());
        assert_eq!(stage.refused(owner, probe, Probe::enterCall {}), Revert::of(EnforcedPause {}));
        assert_eq!(stage.refused(guardian, probe, Probe::unpauseCall {}), unauthorised(guardian));
        assert!(stage.call(owner, probe, Probe::unpauseCall {}).is_ok());
        assert!(stage.call(stranger, probe, Probe::enterCall {}).is_ok());
    }
}

#[test]
fn pausing_twice_is_said_once() {
    let Scene { stage, probe, owner, guardian, .. } = Scene::new();
    for account in [owner, guardian] {
        assert!(stage.call(account, probe, Probe::pauseCall {}).is_ok());
    }
    let paused = stage.events::<Paused>(probe);
    assert!(matches!(&paused[..], [event] if event.account == owner));
    for _ in 0..2 {
        assert!(stage.call(owner, probe, Probe::unpauseCall {}).is_ok());
    }
    assert_eq!(stage.events::<Unpaused>(probe).len(), 1);
}
