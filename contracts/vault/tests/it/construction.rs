//! Construction.
//!
//! - given a usable plan, everything reads back, and the roles and the curve are logged
//! - it reverts if the asset is no token, the owner is zero, or the curve is none
//! - a second one reverts with `AlreadyConstructed`, whatever the arguments

use alloy_primitives::{Address, U256};
use stage::{Revert, START, Stage};

use crate::{CURVE, IVault, Plan, Scene, coin::Coin, columns, n};

fn plan(stage: &Stage) -> Plan {
    let asset = stage.install("asset", Coin::default());
    let [owner, guardian] = ["owner", "guardian"].map(|name| stage.account(name));
    Plan { asset, owner, guardian, points: CURVE.to_vec() }
}

fn deploy(stage: &Stage, plan: &Plan) -> Result<Address, Revert> {
    stage.deploy("vault", vault::main, plan.calldata())
}

#[test]
fn the_plan_reads_back() {
    let scene = Scene::new();
    assert_eq!(scene.read(IVault::nameCall {}), "Staked BitHash");
    assert_eq!(scene.read(IVault::symbolCall {}), "stBITHASH");
    assert_eq!(scene.read(IVault::decimalsCall {}), 9, "the asset's");
    assert_eq!(scene.read(IVault::assetCall {}), scene.asset);
    assert_eq!(scene.read(IVault::ownerCall {}), scene.owner);
    assert_eq!(scene.read(IVault::pendingOwnerCall {}), Address::ZERO);
    assert_eq!(scene.read(IVault::guardianCall {}), scene.guardian);
    assert!(!scene.read(IVault::pausedCall {}));
    assert_eq!(scene.read(IVault::lastCheckpointCall {}), U256::from(START));
    let curve = scene.read(IVault::curveCall {});
    assert_eq!((curve.durations, curve.multipliers), columns(&CURVE));
    assert_eq!(scene.read(IVault::totalSupplyCall {}), n(0));
    assert_eq!(scene.total_weight(), n(0));
}

#[test]
fn roles_and_curve_are_logged() {
    let scene = Scene::new();
    let owners = scene.stage.events::<IVault::OwnershipTransferred>(scene.vault);
    assert_eq!((owners[0].previousOwner, owners[0].newOwner), (Address::ZERO, scene.owner));
    let guardians = scene.stage.events::<IVault::GuardianChanged>(scene.vault);
    assert_eq!(guardians[0].newGuardian, scene.guardian);
    let curves = scene.stage.events::<IVault::CurveChanged>(scene.vault);
    let first = curves.into_iter().next().expect("the first curve");
    assert_eq!((first.durations, first.multipliers), columns(&CURVE));
}

#[test]
fn a_vault_without_guardian_is_fine() {
    let stage = Stage::new();
    let vault = deploy(&stage, &Plan { guardian: Address::ZERO, ..plan(&stage) });
    assert_eq!(stage.view(vault.expect("valid"), IVault::guardianCall {}), Ok(Address::ZERO));
}

#[test]
fn an_asset_that_is_no_token_is_refused() {
    let stage = Stage::new();
    let valid = plan(&stage);
    for asset in [Address::ZERO, stage.account("nobody"), stage.account("vault")] {
        let refused = deploy(&stage, &Plan { asset, points: CURVE.to_vec(), ..valid });
        assert_eq!(refused, Err(Revert::of(IVault::InvalidAddress { account: asset })));
    }
}

#[test]
fn an_owner_of_zero_is_refused() {
    let stage = Stage::new();
    let refused = deploy(&stage, &Plan { owner: Address::ZERO, ..plan(&stage) });
    assert_eq!(refused, Err(Revert::of(IVault::OwnableInvalidOwner { owner: Address::ZERO })));
}

#[test]
fn a_plan_without_curve_is_refused() {
    let stage = Stage::new();
    let refused = deploy(&stage, &Plan { points: Vec::new(), ..plan(&stage) });
    assert_eq!(refused, Err(Revert::of(IVault::InvalidCurve {})));
}

#[test]
fn a_second_construction_is_refused_with_a_typed_error() {
    let scene = Scene::new();
    let Scene { asset, bob: owner, guardian, .. } = scene;
    let plan = Plan { asset, owner, guardian, points: vec![(0, 10_000)] };
    for calldata in [plan.calldata(), plan.calldata()[..4].to_vec()] {
        let refused = scene.stage.from(scene.bob).raw(scene.vault, calldata);
        assert_eq!(refused, Err(Revert::of(IVault::AlreadyConstructed {})));
    }
    assert_eq!(scene.read(IVault::ownerCall {}), scene.owner);
}
