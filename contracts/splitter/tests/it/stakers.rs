//! The stakers' share: set within bounds by one whom the owner names, for sources that follow it.

use alloy_primitives::{Address, U256};
use splitter::ISplitter;
use stage::Revert;

use super::{ACCOUNT, World, label, n};

/// What a source points at to follow the stakers' share.
const FOLLOW: U256 = U256::MAX;

/// A policy of 40 % for the stakers, 45 % and 15 % for others, and a ballot that may set 20 to 90 %.
struct Scene {
    world: World,
    stakers: Address,
    ballot: Address,
    base: U256,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let [stakers, team, fund, ballot] =
            ["stakers", "team", "fund", "ballot"].map(|name| world.stage.account(name));
        let payees = [(stakers, 4_000, ACCOUNT), (team, 4_500, ACCOUNT), (fund, 1_500, ACCOUNT)];
        let base = world.policy(&payees);
        let scene = Self { world, stakers, ballot, base };
        scene.world.call(scene.world.owner, scene.terms(0, 2_000, 9_000));
        scene.world.source(label("fees"), FOLLOW);
        scene
    }

    fn terms(&self, index: u64, min: u64, max: u64) -> ISplitter::setStakersShareTermsCall {
        ISplitter::setStakersShareTermsCall {
            setter: self.ballot,
            policyId: self.base,
            stakersIndex: n(index),
            minBps: n(min),
            maxBps: n(max),
        }
    }

    fn set(&self, bps: u64) -> U256 {
        self.world.call(self.ballot, ISplitter::setStakersShareCall { bps: n(bps) })
    }

    fn bps(&self, policy: U256) -> Vec<u32> {
        self.world.view(ISplitter::policyCall { policyId: policy }).bps
    }
}

#[test]
fn a_new_share_divides_later_revenue_and_leaves_the_proportions_of_the_others() {
    let scene = Scene::new();
    let (world, usd) = (&scene.world, scene.world.usd);
    world.deposit(usd, n(10_000));
    let raised = scene.set(6_000);
    assert_eq!(scene.bps(raised), [6_000, 3_000, 1_000]);
    world.deposit(usd, n(10_000));
    assert_eq!(
        world.owed(scene.base, 0, usd),
        n(4_000),
        "what came before stays divided as it was"
    );
    assert_eq!(world.owed(raised, 0, usd), n(6_000));
    let lowered = scene.set(2_000);
    assert_eq!(scene.bps(lowered), [2_000, 6_000, 2_000], "from the base policy, not the last one");
    let share = world.view(ISplitter::stakersShareCall {});
    assert_eq!((share.setter, share.minBps, share.maxBps), (scene.ballot, n(2_000), n(9_000)));
    assert_eq!((share.bps, share.policyId, share.basePolicyId), (n(2_000), lowered, scene.base));
    assert_eq!(world.view(ISplitter::policyCall { policyId: lowered }).payees[0], scene.stakers);
    world.assert_solvent(usd);
}

#[test]
fn a_change_tells_the_policy_and_the_share() {
    let scene = Scene::new();
    let world = &scene.world;
    let terms = &world.stage.events::<ISplitter::StakersShareTermsChanged>(world.splitter)[0];
    assert_eq!((terms.setter, terms.policyId), (scene.ballot, scene.base));
    assert_eq!((terms.stakersIndex, terms.minBps, terms.maxBps), (n(0), n(2_000), n(9_000)));
    let policy = scene.set(5_000);
    let changed = &world.stage.events::<ISplitter::StakersShareChanged>(world.splitter)[0];
    assert_eq!((changed.setter, changed.policyId, changed.bps), (scene.ballot, policy, n(5_000)));
    let created = world.stage.events::<ISplitter::PolicyCreated>(world.splitter);
    assert_eq!(created.last().map(|event| event.policyId), Some(policy));
    assert_eq!(world.view(ISplitter::sourceInfoCall { source: label("fees") }).policyId, FOLLOW);
}

#[test]
fn what_does_not_divide_goes_to_the_first_of_the_others_and_who_gets_nothing_is_left_out() {
    let scene = Scene::new();
    let world = &scene.world;
    let [stakers, team] = ["stakers", "team"].map(|name| world.stage.account(name));
    let payees = [(team, 3_333, ACCOUNT), (stakers, 6_666, ACCOUNT), (world.usd, 1, ACCOUNT)];
    let base = world.policy(&payees);
    let terms = ISplitter::setStakersShareTermsCall { policyId: base, ..scene.terms(1, 1, 10_000) };
    world.call(world.owner, terms);
    assert_eq!(scene.bps(scene.set(3_333)), [6_666, 3_333, 1], "6,665.0 and 1.99, and the rest");
    assert_eq!(scene.bps(scene.set(9_000)), [1_000, 9_000]);
    assert_eq!(scene.bps(scene.set(10_000)), [10_000], "everything to the stakers");
}

#[test]
fn only_the_setter_and_the_owner_set_the_share_and_only_within_the_bounds() {
    let scene = Scene::new();
    let world = &scene.world;
    let set = |bps| ISplitter::setStakersShareCall { bps };
    let stranger = world.treasury;
    let unauthorised = Revert::of(ISplitter::OwnableUnauthorizedAccount { account: stranger });
    assert_eq!(world.refused(stranger, set(n(5_000))), unauthorised);
    assert_eq!(world.refused(stranger, scene.terms(0, 1, 9_000)), unauthorised);
    let ballot = Revert::of(ISplitter::OwnableUnauthorizedAccount { account: scene.ballot });
    assert_eq!(world.refused(scene.ballot, scene.terms(0, 1, 10_000)), ballot);
    for bps in [n(0), n(1_999), n(9_001), U256::MAX, (U256::ONE << 32) + n(5_000)] {
        let (min, max) = (n(2_000), n(9_000));
        let refusal = Revert::of(ISplitter::StakersShareOutOfRange { bps, min, max });
        assert_eq!(world.refused(scene.ballot, set(bps)), refusal);
        assert_eq!(world.refused(world.owner, set(bps)), refusal);
    }
    world.call(world.owner, set(n(2_000)));
    let nobody = ISplitter::setStakersShareTermsCall {
        setter: Address::ZERO,
        ..scene.terms(0, 2_000, 9_000)
    };
    world.call(world.owner, nobody);
    assert_eq!(world.refused(scene.ballot, set(n(2_000))), ballot, "the right is taken back");
}

#[test]
fn terms_have_bounds_around_the_share_that_is_and_somebody_beside_the_stakers() {
    let scene = Scene::new();
    let (world, owner) = (&scene.world, scene.world.owner);
    let invalid = Revert::of(ISplitter::InvalidStakersShareTerms {});
    for (min, max) in [(0, 9_000), (5_000, 4_000), (1, 10_001)] {
        assert_eq!(world.refused(owner, scene.terms(0, min, max)), invalid);
    }
    let alone = world.policy(&[(scene.stakers, 10_000, ACCOUNT)]);
    let terms =
        ISplitter::setStakersShareTermsCall { policyId: alone, ..scene.terms(0, 1, 10_000) };
    assert_eq!(world.refused(owner, terms), invalid);
    let outside = Revert::of(ISplitter::StakersShareOutOfRange {
        bps: n(4_000),
        min: n(4_001),
        max: n(9_000),
    });
    assert_eq!(world.refused(owner, scene.terms(0, 4_001, 9_000)), outside);
    let unknown = ISplitter::UnknownPayee { policyId: scene.base, payeeIndex: n(3) };
    assert_eq!(world.refused(owner, scene.terms(3, 1, 9_000)), Revert::of(unknown));
}

#[test]
fn before_there_are_terms_nothing_follows_and_nothing_is_set() {
    let world = World::new();
    let policy = world.policy(&[(world.treasury, 10_000, ACCOUNT)]);
    let unknown = Revert::of(ISplitter::UnknownPolicy { policyId: FOLLOW });
    let add = ISplitter::addSourceCall { source: label("a"), name: label("a"), policyId: FOLLOW };
    assert_eq!(world.refused(world.owner, add), unknown);
    world.source(label("fees"), policy);
    let point = ISplitter::setSourcePolicyCall { source: label("fees"), policyId: FOLLOW };
    assert_eq!(world.refused(world.owner, point), unknown);
    let set = ISplitter::setStakersShareCall { bps: n(5_000) };
    let refusal = ISplitter::StakersShareOutOfRange { bps: n(5_000), min: n(0), max: n(0) };
    assert_eq!(world.refused(world.owner, set), Revert::of(refusal));
}

#[test]
fn a_source_can_leave_the_share_and_come_back() {
    let scene = Scene::new();
    let (world, usd) = (&scene.world, scene.world.usd);
    let fixed = world.policy(&[(world.treasury, 10_000, ACCOUNT)]);
    let point = |policy| ISplitter::setSourcePolicyCall { source: label("fees"), policyId: policy };
    world.call(world.owner, point(fixed));
    world.deposit(usd, n(100));
    assert_eq!(world.owed(fixed, 0, usd), n(100));
    let policy = scene.set(9_000);
    world.call(world.owner, point(FOLLOW));
    world.deposit(usd, n(100));
    assert_eq!(world.owed(policy, 0, usd), n(90));
}
