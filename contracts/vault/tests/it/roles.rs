//! Owner and guardian.
//!
//! - ownership moves in two steps; an offer can be replaced and withdrawn
//! - pausing: owner or guardian; unpausing: the owner alone
//! - while paused, entering is refused and leaving is not

use alloy_primitives::{Address, U256};
use stage::Revert;

use crate::{IVault, Scene, n};

fn unauthorised(account: Address) -> Revert {
    Revert::of(IVault::OwnableUnauthorizedAccount { account })
}

#[test]
fn ownership_is_offered_and_then_accepted() {
    let scene = Scene::new();
    let offer = |to| scene.call(scene.owner, IVault::transferOwnershipCall { newOwner: to });
    assert!(offer(scene.alice).is_ok());
    assert!(offer(scene.bob).is_ok(), "an offer replaces the one before");
    assert_eq!(scene.read(IVault::pendingOwnerCall {}), scene.bob);
    assert_eq!(scene.read(IVault::ownerCall {}), scene.owner, "nothing changed yet");
    let refused = scene.refused(scene.alice, IVault::acceptOwnershipCall {});
    assert_eq!(refused, unauthorised(scene.alice));
    assert!(scene.call(scene.bob, IVault::acceptOwnershipCall {}).is_ok());
    assert_eq!(scene.read(IVault::ownerCall {}), scene.bob);
    assert_eq!(scene.read(IVault::pendingOwnerCall {}), Address::ZERO);
    let refused = scene.refused(scene.owner, IVault::unpauseCall {});
    assert_eq!(refused, unauthorised(scene.owner), "the old owner is nobody now");
}

#[test]
fn an_offer_to_zero_withdraws_the_offer() {
    let scene = Scene::new();
    for to in [scene.bob, Address::ZERO] {
        assert!(scene.call(scene.owner, IVault::transferOwnershipCall { newOwner: to }).is_ok());
    }
    let refused = scene.refused(scene.bob, IVault::acceptOwnershipCall {});
    assert_eq!(refused, unauthorised(scene.bob));
}

#[test]
fn only_the_owner_does_what_owners_do() {
    let scene = Scene::new();
    let (to, token) = (scene.alice, scene.carol);
    for account in [scene.guardian, scene.alice] {
        let offer = IVault::transferOwnershipCall { newOwner: to };
        assert_eq!(scene.refused(account, offer), unauthorised(account));
        let guardian = IVault::setGuardianCall { newGuardian: to };
        assert_eq!(scene.refused(account, guardian), unauthorised(account));
        let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(1) };
        assert_eq!(scene.refused(account, add), unauthorised(account));
        let retire = IVault::retireRewardTokenCall { token: scene.usd };
        assert_eq!(scene.refused(account, retire), unauthorised(account));
        assert_eq!(scene.refused(account, IVault::unpauseCall {}), unauthorised(account));
    }
}

#[test]
fn owner_and_guardian_pause_and_strangers_do_not() {
    let scene = Scene::new();
    assert_eq!(scene.refused(scene.alice, IVault::pauseCall {}), unauthorised(scene.alice));
    for by in [scene.owner, scene.guardian] {
        scene.stage.take_logs();
        assert!(scene.call(by, IVault::pauseCall {}).is_ok());
        assert!(scene.call(by, IVault::pauseCall {}).is_ok(), "again is no error");
        let [event] = &scene.stage.events::<IVault::Paused>(scene.vault)[..] else {
            panic!("one Paused expected")
        };
        assert_eq!(event.account, by);
        assert!(scene.read(IVault::pausedCall {}));
        assert!(scene.call(scene.owner, IVault::unpauseCall {}).is_ok());
        assert!(!scene.read(IVault::pausedCall {}));
    }
}

#[test]
fn a_replaced_guardian_cannot_pause() {
    let scene = Scene::new();
    let call = IVault::setGuardianCall { newGuardian: scene.carol };
    assert!(scene.call(scene.owner, call).is_ok());
    assert_eq!(scene.refused(scene.guardian, IVault::pauseCall {}), unauthorised(scene.guardian));
    assert!(scene.call(scene.carol, IVault::pauseCall {}).is_ok());
}

#[test]
fn pausing_keeps_the_other_settings() {
    let scene = Scene::new();
    scene.pause();
    assert_eq!(scene.read(IVault::assetCall {}), scene.asset);
    assert_eq!(scene.read(IVault::decimalsCall {}), 9);
    assert_eq!(scene.read(IVault::rewardTokensCall {}), [scene.asset, scene.usd, scene.eth]);
}

#[test]
fn while_paused_nobody_enters() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.pause();
    let (assets, receiver, weeks) = (n(10), scene.alice, U256::from(4));
    let paused = Revert::of(IVault::EnforcedPause {});
    let deposit = IVault::depositCall { assets, receiver };
    assert_eq!(scene.refused(scene.alice, deposit), paused);
    assert_eq!(scene.refused(scene.alice, IVault::mintCall { shares: assets, receiver }), paused);
    let lock = IVault::lockCall { assets, durationWeeks: weeks };
    assert_eq!(scene.refused(scene.alice, lock), paused);
    let both = IVault::depositAndLockCall { assets, durationWeeks: weeks };
    assert_eq!(scene.refused(scene.alice, both), paused);
    assert_eq!(scene.push(scene.usd, 10), Err(paused));
    for max in [
        scene.read(IVault::maxDepositCall { receiver }),
        scene.read(IVault::maxMintCall { receiver }),
    ] {
        assert_eq!(max, n(0));
    }
}

#[test]
fn while_paused_everybody_leaves() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    scene.pause();
    scene.weeks(1);
    assert!(scene.claim(scene.alice, scene.usd).is_ok_and(|paid| paid > n(0)));
    assert_eq!(scene.transfer(scene.alice, scene.bob, n(24)), Ok(true));
    assert_eq!(scene.withdraw(scene.alice, n(1_000)), Ok(n(1_000)));
    assert_eq!(scene.withdraw(scene.bob, n(24)), Ok(n(24)));
    assert_eq!(scene.coins(scene.asset, scene.vault), n(0));
}
