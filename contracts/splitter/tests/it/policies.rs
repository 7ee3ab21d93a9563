//! Policies, sources, roles: what the owner may do, and what nobody can.

use alloy_primitives::{Address, B256, U256, address};
use splitter::ISplitter;
use stage::{Revert, Stage, constructor};

use super::{ACCOUNT, BURN, SPLITTER, STREAM, World, create, deploy_splitter, label, n, payees};

const DEAD: Address = address!("000000000000000000000000000000000000dEaD");

fn someone(world: &World) -> Address {
    world.stage.account("someone")
}

#[test]
fn a_splitter_is_constructed_once_with_an_owner_and_a_weth_that_exist() {
    let stage = Stage::new();
    let owner = stage.account("owner");
    let weth = stage.deploy("weth", weth::main, Vec::new()).unwrap();
    let no_weth = deploy_splitter(&stage, "a", (owner, owner, owner)).unwrap_err();
    assert_eq!(no_weth, Revert::of(ISplitter::InvalidAddress { account: owner }));
    let no_owner = deploy_splitter(&stage, "b", (Address::ZERO, owner, weth)).unwrap_err();
    assert_eq!(no_owner, Revert::of(ISplitter::OwnableInvalidOwner { owner: Address::ZERO }));
    let splitter = deploy_splitter(&stage, "c", (owner, Address::ZERO, weth)).unwrap();
    let again = stage.from(owner).raw(splitter, constructor((owner, owner, weth)));
    assert_eq!(again, Err(Revert::of(ISplitter::AlreadyConstructed {})));
    assert_eq!(stage.view(splitter, ISplitter::wethCall {}), Ok(weth));
    assert_eq!(stage.view(splitter, ISplitter::ownerCall {}), Ok(owner));
}

#[test]
fn a_policy_reads_as_it_was_written() {
    let world = World::new();
    let stream = world.stage.install("stream", payees::honest);
    let payees = vec![someone(&world), stream, world.usd, DEAD];
    let (bps, kinds) = (vec![4_000, 3_000, 2_999, 1], vec![ACCOUNT, STREAM, SPLITTER, BURN]);
    let tags = vec![B256::ZERO, B256::ZERO, label("tag"), B256::ZERO];
    let name = label("name");
    let created = ISplitter::createPolicyCall {
        name,
        payees: payees.clone(),
        bps: bps.clone(),
        kinds: kinds.clone(),
        tags: tags.clone(),
    };
    assert_eq!(world.call(world.owner, created), n(1));
    let read = world.view(ISplitter::policyCall { policyId: n(1) });
    assert_eq!((read.name, &read.payees, &read.bps, &read.tags), (name, &payees, &bps, &tags));
    assert_eq!(read.kinds, kinds);
    let events = world.stage.events::<ISplitter::PolicyCreated>(world.splitter);
    assert_eq!((events[0].policyId, events[0].name), (n(1), name));
    assert_eq!((&events[0].payees, &events[0].bps), (&payees, &bps));
    assert_eq!((&events[0].kinds, &events[0].tags), (&kinds, &tags));
    assert_eq!(world.view(ISplitter::policyCountCall {}), n(1));
}

#[test]
fn a_policy_has_one_to_thirty_two_payees_and_lists_of_one_length() {
    let world = World::new();
    let payee = someone(&world);
    let count = |payees: &[(Address, u32, u8)]| world.refused(world.owner, create(payees));
    let error = |count| Revert::of(ISplitter::InvalidPayeeCount { count: n(count), max: n(32) });
    assert_eq!(count(&[]), error(0));
    assert_eq!(count(&[(payee, 303, ACCOUNT); 33]), error(33));
    for shorten in [
        |call: &mut ISplitter::createPolicyCall| call.bps.truncate(1),
        |call: &mut ISplitter::createPolicyCall| call.kinds.truncate(1),
        |call: &mut ISplitter::createPolicyCall| call.tags.truncate(1),
    ] {
        let mut call = create(&[(payee, 5_000, ACCOUNT); 2]);
        shorten(&mut call);
        assert_eq!(world.refused(world.owner, call), error(2));
    }
    world.policy(
        &[(payee, 312, ACCOUNT); 31].into_iter().chain([(payee, 328, ACCOUNT)]).collect::<Vec<_>>(),
    );
}

#[test]
fn every_payee_has_a_share_and_can_be_paid() {
    let world = World::new();
    let payee = someone(&world);
    let bad = [
        (Address::ZERO, 5_000, ACCOUNT),
        (world.splitter, 5_000, SPLITTER),
        (payee, 0, ACCOUNT),
        (payee, 5_000, 4),
        (payee, 5_000, BURN),
        (payee, 5_000, STREAM),
        (payee, 5_000, SPLITTER),
    ];
    for bad in bad {
        let refused = world.refused(world.owner, create(&[(payee, 5_000, ACCOUNT), bad]));
        assert_eq!(refused, Revert::of(ISplitter::InvalidPayee { payeeIndex: n(1) }), "{bad:?}");
    }
}

#[test]
fn shares_add_up_to_ten_thousand() {
    let world = World::new();
    let payee = someone(&world);
    for bps in [4_999, 5_001, u32::MAX] {
        let call = create(&[(payee, 5_000, ACCOUNT), (payee, bps, ACCOUNT)]);
        let sum = U256::from(5_000 + u64::from(bps));
        let refused = world.refused(world.owner, call);
        assert_eq!(refused, Revert::of(ISplitter::SharesDoNotAddUp { sum }));
    }
}

#[test]
fn sources_are_added_once_and_point_at_policies_that_exist() {
    let world = World::new();
    let policy = world.policy(&[(someone(&world), 10_000, ACCOUNT)]);
    let add = |source, policy_id| ISplitter::addSourceCall {
        source,
        name: label("name"),
        policyId: policy_id,
    };
    let unknown = |id| Revert::of(ISplitter::UnknownPolicy { policyId: n(id) });
    assert_eq!(world.refused(world.owner, add(label("a"), n(0))), unknown(0));
    assert_eq!(world.refused(world.owner, add(label("a"), n(2))), unknown(2));
    world.call(world.owner, add(label("a"), policy));
    let exists = Revert::of(ISplitter::SourceExists { source: label("a") });
    assert_eq!(world.refused(world.owner, add(label("a"), policy)), exists);
    let info = world.view(ISplitter::sourceInfoCall { source: label("a") });
    assert_eq!((info.name, info.policyId), (label("name"), policy));
    assert_eq!(world.view(ISplitter::sourceCountCall {}), n(1));
    assert_eq!(world.view(ISplitter::sourceAtCall { index: n(0) }), label("a"));
    let added = world.stage.events::<ISplitter::SourceAdded>(world.splitter);
    assert_eq!(
        (added[0].source, added[0].name, added[0].policyId),
        (label("a"), label("name"), policy)
    );
}

#[test]
fn a_source_is_pointed_at_a_policy_that_exists() {
    let world = World::new();
    let first = world.fees(&[(someone(&world), 10_000, ACCOUNT)]);
    let second = world.policy(&[(world.treasury, 10_000, ACCOUNT)]);
    let point = |source, policy_id| ISplitter::setSourcePolicyCall { source, policyId: policy_id };
    let unknown = world.refused(world.owner, point(label("tips"), second));
    assert_eq!(unknown, Revert::of(ISplitter::UnknownSource { source: label("tips") }));
    let unknown = world.refused(world.owner, point(label("fees"), n(3)));
    assert_eq!(unknown, Revert::of(ISplitter::UnknownPolicy { policyId: n(3) }));
    world.call(world.owner, point(label("fees"), second));
    let events = world.stage.events::<ISplitter::SourcePolicyChanged>(world.splitter);
    assert_eq!((events[0].previousPolicyId, events[0].policyId), (first, second));
    assert_eq!(world.view(ISplitter::sourceInfoCall { source: label("fees") }).policyId, second);
}

#[test]
fn only_the_owner_makes_policies_and_sources() {
    let world = World::new();
    let policy = world.fees(&[(someone(&world), 10_000, ACCOUNT)]);
    for caller in [world.guardian, someone(&world)] {
        let unauthorised = Revert::of(ISplitter::OwnableUnauthorizedAccount { account: caller });
        let create = create(&[(someone(&world), 10_000, ACCOUNT)]);
        assert_eq!(world.refused(caller, create), unauthorised);
        let add =
            ISplitter::addSourceCall { source: label("a"), name: label("a"), policyId: policy };
        assert_eq!(world.refused(caller, add), unauthorised);
        let point = ISplitter::setSourcePolicyCall { source: label("fees"), policyId: policy };
        assert_eq!(world.refused(caller, point), unauthorised);
        let heir = ISplitter::transferOwnershipCall { newOwner: caller };
        assert_eq!(world.refused(caller, heir), unauthorised);
        let guard = ISplitter::setGuardianCall { newGuardian: caller };
        assert_eq!(world.refused(caller, guard), unauthorised);
        assert_eq!(world.refused(caller, ISplitter::unpauseCall {}), unauthorised);
    }
}

#[test]
fn ownership_is_offered_and_accepted() {
    let world = World::new();
    let heir = someone(&world);
    world.call(world.owner, ISplitter::transferOwnershipCall { newOwner: heir });
    assert_eq!(world.view(ISplitter::pendingOwnerCall {}), heir);
    assert_eq!(world.view(ISplitter::ownerCall {}), world.owner);
    world.call(heir, ISplitter::acceptOwnershipCall {});
    assert_eq!(world.view(ISplitter::ownerCall {}), heir);
    world.call(heir, ISplitter::setGuardianCall { newGuardian: world.owner });
    assert_eq!(world.view(ISplitter::guardianCall {}), world.owner);
}

#[test]
fn pausing_stops_receipts_and_no_payment() {
    let world = World::new();
    let policy = world.fees(&[(someone(&world), 10_000, ACCOUNT)]);
    world.source(super::UNATTRIBUTED, policy);
    world.deposit(world.usd, n(100));
    assert!(
        world
            .refused(someone(&world), ISplitter::pauseCall {})
            .is::<ISplitter::OwnableUnauthorizedAccount>()
    );
    world.call(world.guardian, ISplitter::pauseCall {});
    assert!(world.view(ISplitter::pausedCall {}));
    let paused = Revert::of(ISplitter::EnforcedPause {});
    let deposit = ISplitter::depositCall { source: label("fees"), token: world.usd, amount: n(1) };
    assert_eq!(world.refused(world.treasury, deposit), paused);
    assert_eq!(world.refused(world.treasury, ISplitter::syncCall { token: world.usd }), paused);
    world.stage.fund(world.treasury, n(2));
    let native = ISplitter::depositNativeCall { source: label("fees") };
    let caller = || world.stage.from(world.treasury).value(n(1));
    assert_eq!(caller().refused(world.splitter, native), paused);
    assert_eq!(caller().raw(world.splitter, Vec::new()), Err(paused));
    assert_eq!(world.release(policy, 0, world.usd), n(100));
    world.call(world.owner, ISplitter::unpauseCall {});
    assert_eq!(world.deposit(world.usd, n(1)), n(1));
}

#[test]
fn what_does_not_exist_is_named() {
    let world = World::new();
    let policy = world.fees(&[(someone(&world), 10_000, ACCOUNT)]);
    let (view, usd) = (|call| world.stage.view(world.splitter, call).unwrap_err(), world.usd);
    let missing = ISplitter::owedCall { policyId: n(2), payeeIndex: n(0), token: usd };
    assert_eq!(view(missing), Revert::of(ISplitter::UnknownPolicy { policyId: n(2) }));
    let missing = ISplitter::owedCall { policyId: policy, payeeIndex: U256::MAX, token: usd };
    let unknown = ISplitter::UnknownPayee { policyId: policy, payeeIndex: U256::MAX };
    assert_eq!(view(missing), Revert::of(unknown));
    for id in [U256::ZERO, n(2), U256::MAX] {
        let unknown = Revert::of(ISplitter::UnknownPolicy { policyId: id });
        let distribute = ISplitter::distributeCall { policyId: id, token: usd };
        assert_eq!(world.refused(world.treasury, distribute), unknown);
        assert_eq!(world.refused(world.treasury, super::release(id, 0, usd)), unknown);
        let received = ISplitter::policyReceivedCall { policyId: id, token: usd };
        assert_eq!(world.refused(world.treasury, received), unknown);
        assert_eq!(world.refused(world.treasury, ISplitter::policyCall { policyId: id }), unknown);
    }
    let paid = ISplitter::payeePaidCall { policyId: policy, payeeIndex: n(1), token: usd };
    assert!(world.refused(world.treasury, paid).is::<ISplitter::UnknownPayee>());
    let info = ISplitter::sourceInfoCall { source: label("tips") };
    assert!(world.refused(world.treasury, info).is::<ISplitter::UnknownSource>());
    let beyond = world.refused(world.treasury, ISplitter::sourceAtCall { index: n(1) });
    let panic = beyond.decode::<alloy_sol_types::Panic>().unwrap();
    assert_eq!(panic.code, n(0x32));
}
