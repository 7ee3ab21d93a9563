//! What an auditor tried on the stakers' share: it moves nothing but later revenue.
//!
//! - set in the middle of a receipt or of a payment, it divides each receipt once
//! - a setter that never rests costs the payees less than a unit a policy

use alloy_primitives::{Address, U256};
use splitter::ISplitter;
use stage::Frame;

use super::{
    ACCOUNT, IToken, STREAM, World, balance,
    coin::{Coin, setBalanceCall},
    label, n, payees,
};

/// What a source points at to follow the stakers' share.
const FOLLOW: U256 = U256::MAX;

/// How often a restless setter sets the share.
const CHANGES: u64 = 50;

/// Sets the share to `bps` on behalf of whoever calls it.
fn ballot(splitter: Address, bps: u64) -> impl Fn(&Frame<'_>) -> stage::Answer {
    move |frame| {
        frame.call(splitter, &ISplitter::setStakersShareCall { bps: n(bps) })?;
        Ok(Vec::new())
    }
}

/// A world in which the source `"fees"` follows a share of 40 % that `setter` may set freely.
fn following(world: &World, setter: Address, stakers: (Address, u8)) -> U256 {
    let team = world.stage.account("team");
    let base = world.policy(&[(stakers.0, 4_000, stakers.1), (team, 6_000, ACCOUNT)]);
    let terms = ISplitter::setStakersShareTermsCall {
        setter,
        policyId: base,
        stakersIndex: n(0),
        minBps: n(1),
        maxBps: n(10_000),
    };
    world.call(world.owner, terms);
    world.source(label("fees"), FOLLOW);
    base
}

fn received(world: &World, policy: U256, token: Address) -> U256 {
    world.view(ISplitter::policyReceivedCall { policyId: policy, token })
}

#[test]
fn a_share_that_changes_in_the_middle_of_a_receipt_divides_it_once() {
    for allowed in [true, false] {
        let world = World::new();
        world.stage.allow_reentry(allowed);
        let setter = world.stage.install("ballot", ballot(world.splitter, 7_000));
        let base = following(&world, setter, (world.stage.account("stakers"), ACCOUNT));
        let coin = Coin { hook: Some(setter), ..Coin::default() };
        let token = world.stage.install("coin", coin);
        let rich = setBalanceCall { account: world.treasury, value: n(1_000_000) };
        world.stage.call(world.treasury, token, rich).unwrap();
        world.approve(token);
        let deposit = ISplitter::depositCall { source: label("fees"), token, amount: n(1_000) };
        let answer = world.stage.call(world.treasury, world.splitter, deposit);
        if !allowed {
            assert!(answer.is_err(), "the guard refuses the setter in between");
            assert_eq!(world.undistributed(token), n(0));
            continue;
        }
        assert_eq!(answer, Ok(n(1_000)));
        let latest = world.view(ISplitter::policyCountCall {});
        assert_eq!(
            (received(&world, base, token), received(&world, latest, token)),
            (n(0), n(1_000))
        );
        assert_eq!(world.owed(latest, 0, token), n(700), "by what was in force when it was booked");
        world.assert_solvent(token);
    }
}

#[test]
fn a_share_that_changes_in_the_middle_of_a_payment_changes_no_payment() {
    let world = World::new();
    world.stage.allow_reentry(true);
    let splitter = world.splitter;
    let stakers = world.stage.install("stakers", move |frame: &Frame<'_>| {
        ballot(splitter, 9_000)(frame)?;
        payees::honest(frame)
    });
    let base = following(&world, stakers, (stakers, STREAM));
    world.deposit(world.usd, n(1_000));
    assert_eq!(world.distribute(base, world.usd), n(400));
    assert_eq!(balance(&world.stage, world.usd, stakers), n(400));
    assert_eq!(world.owed(base, 1, world.usd), n(600));
    let latest = world.view(ISplitter::policyCountCall {});
    assert_eq!(latest, base + U256::ONE);
    assert_eq!(world.owed(latest, 0, world.usd), n(0), "nothing has arrived for it");
    world.assert_solvent(world.usd);
}

#[test]
fn a_setter_that_never_rests_costs_the_payees_less_than_a_unit_a_policy() {
    let world = World::new();
    let [setter, stakers, team] = ["ballot", "stakers", "team"].map(|n| world.stage.account(n));
    following(&world, setter, (stakers, ACCOUNT));
    for change in 0..CHANGES {
        let bps = n(3_333 + change % 7);
        world.call(setter, ISplitter::setStakersShareCall { bps });
        world.deposit(world.usd, n(101 + change));
    }
    let sum = (0..CHANGES).map(|change| n(101 + change)).sum::<U256>();
    for policy in 1..=world.view(ISplitter::policyCountCall {}).to::<u64>() {
        let release = ISplitter::releaseManyCall {
            policyId: n(policy),
            // One of them named twice.
            payeeIndices: vec![n(0), n(1), n(0)],
            token: world.usd,
        };
        world.call(team, release);
    }
    let paid = [stakers, team].map(|who| balance(&world.stage, world.usd, who));
    assert_eq!(paid[0] + paid[1] + world.undistributed(world.usd), sum);
    assert!(world.undistributed(world.usd) <= n(CHANGES), "less than a unit a payee");
    world.assert_solvent(world.usd);
}

#[test]
fn a_bare_transfer_of_a_followed_source_is_picked_up_once_by_the_latest_share() {
    let world = World::new();
    let [setter, stakers] = ["ballot", "stakers"].map(|n| world.stage.account(n));
    let base = following(&world, setter, (stakers, ACCOUNT));
    world.source(super::UNATTRIBUTED, FOLLOW);
    let stray = IToken::transferCall { to: world.splitter, value: n(1_000) };
    world.stage.call(world.treasury, world.usd, stray).unwrap();
    let latest = world.call(setter, ISplitter::setStakersShareCall { bps: n(10_000) });
    assert_eq!(world.call(setter, ISplitter::syncCall { token: world.usd }), n(1_000));
    assert_eq!(
        (received(&world, base, world.usd), received(&world, latest, world.usd)),
        (n(0), n(1_000))
    );
    assert_eq!(world.owed(latest, 0, world.usd), n(1_000));
    world.assert_solvent(world.usd);
}
