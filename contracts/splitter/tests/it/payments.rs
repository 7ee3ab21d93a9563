//! Revenue out to payees that behave.

use alloy_primitives::{Address, address};
use alloy_sol_types::SolCall;
use splitter::ISplitter;
use stage::Revert;

use super::{
    ACCOUNT, BURN, SPLITTER, STREAM, World, balance, deploy_splitter, label, n, payees, release,
};

const DEAD: Address = address!("000000000000000000000000000000000000dEaD");

#[test]
fn anyone_may_release_what_an_account_is_owed() {
    let world = World::new();
    let payee = world.stage.account("payee");
    let policy = world.fees(&[(payee, 7_500, ACCOUNT), (world.treasury, 2_500, ACCOUNT)]);
    world.deposit(world.usd, n(1_000));
    assert_eq!(world.release(policy, 0, world.usd), n(750));
    assert_eq!(balance(&world.stage, world.usd, payee), n(750));
    assert_eq!(world.owed(policy, 0, world.usd), n(0));
    assert_eq!(world.undistributed(world.usd), n(250));
    let event = &world.stage.events::<ISplitter::PayeePaid>(world.splitter)[0];
    assert_eq!((event.policyId, event.token, event.payee), (policy, world.usd, payee));
    assert_eq!((event.payeeIndex, event.amount), (n(0), n(750)));
    let again = world.refused(payee, release(policy, 0, world.usd));
    assert_eq!(again, Revert::of(ISplitter::ZeroAmount {}));
    world.assert_solvent(world.usd);
}

#[test]
fn distribute_pays_streams_splitters_and_the_fire_but_no_account() {
    let world = World::new();
    let vault = world.stage.install("vault", payees::honest);
    let account = world.stage.account("payee");
    let inner = deploy_splitter(&world.stage, "inner", (world.owner, world.guardian, world.weth));
    let inner = inner.unwrap();
    let policy = world.call(
        world.owner,
        ISplitter::createPolicyCall {
            name: label("all kinds"),
            payees: vec![account, vault, inner, DEAD],
            bps: vec![1_000, 4_000, 3_000, 2_000],
            kinds: vec![ACCOUNT, STREAM, SPLITTER, BURN],
            tags: [None, None, Some("from outer"), None]
                .map(|t| t.map(label).unwrap_or_default())
                .to_vec(),
        },
    );
    world.source(label("fees"), policy);
    // The inner splitter has its own policy for what comes from the outer one.
    let create = super::create(&[(account, 10_000, ACCOUNT)]);
    world.stage.call(world.owner, inner, create).unwrap();
    let add = ISplitter::addSourceCall {
        source: label("from outer"),
        name: label("from outer"),
        policyId: n(1),
    };
    let add = world.stage.call(world.owner, inner, add);
    assert!(add.is_ok());

    world.deposit(world.usd, n(10_000));
    assert_eq!(world.distribute(policy, world.usd), n(9_000));
    let has = |account| balance(&world.stage, world.usd, account);
    assert_eq!([vault, inner, DEAD, account].map(has), [n(4_000), n(3_000), n(2_000), n(0)]);
    let owed = ISplitter::owedCall { policyId: n(1), payeeIndex: n(0), token: world.usd };
    assert_eq!(world.stage.view(inner, owed), Ok(n(3_000)));
    let from_outer =
        ISplitter::sourceReceivedCall { source: label("from outer"), token: world.usd };
    assert_eq!(world.stage.view(inner, from_outer), Ok(n(3_000)));
    assert_eq!(world.undistributed(world.usd), n(1_000));
    assert_eq!(world.distribute(policy, world.usd), n(0), "nothing is owed any more");
    world.assert_solvent(world.usd);
}

#[test]
fn release_pays_a_stream_and_a_splitter_too() {
    let world = World::new();
    let vault = world.stage.install("vault", payees::honest);
    let policy = world.fees(&[(vault, 10_000, STREAM)]);
    world.deposit(world.usd, n(5));
    assert_eq!(world.release(policy, 0, world.usd), n(5));
    assert_eq!(balance(&world.stage, world.usd, vault), n(5));
}

#[test]
fn thirty_two_payees_are_paid_in_one_call() {
    let world = World::new();
    let vaults = (0..32).map(|i| world.stage.install(&format!("vault {i}"), payees::honest));
    let payees: Vec<_> = vaults.zip(1..).map(|(vault, i)| (vault, bps(i), STREAM)).collect();
    let policy = world.fees(&payees);
    world.deposit(world.usd, n(10_000_000));
    assert_eq!(world.distribute(policy, world.usd), n(10_000_000));
    for (vault, bps, _) in payees {
        assert_eq!(balance(&world.stage, world.usd, vault), n(u64::from(bps) * 1_000));
    }
    assert_eq!(world.undistributed(world.usd), n(0));
}

/// Shares that differ and add up to 10,000 over 32 payees: 1, 2, 3 … 31, and the rest.
fn bps(i: u32) -> u32 {
    if i < 32 { i } else { 10_000 - 31 * 32 / 2 }
}

#[test]
fn many_payees_of_any_kind_are_released_in_one_call() {
    let world = World::new();
    let [a, b, c] = ["a", "b", "c"].map(|name| world.stage.account(name));
    let vault = world.stage.install("vault", payees::honest);
    let shares = [(a, 1_000, ACCOUNT), (b, 2_000, ACCOUNT), (vault, 3_000, STREAM)];
    let policy = world.fees(&[shares[0], shares[1], shares[2], (c, 4_000, ACCOUNT)]);
    world.deposit(world.usd, n(10_000));
    world.release(policy, 1, world.usd);
    let many = |indices: &[u64]| ISplitter::releaseManyCall {
        policyId: policy,
        payeeIndices: indices.iter().map(|index| n(*index)).collect(),
        token: world.usd,
    };
    let paid = world.call(world.treasury, many(&[3, 1, 0, 2, 0]));
    assert_eq!(paid, n(8_000), "who was paid already, and who is named twice, is skipped");
    let has = |account| balance(&world.stage, world.usd, account);
    assert_eq!([a, b, vault, c].map(has), [n(1_000), n(2_000), n(3_000), n(4_000)]);
    assert_eq!(world.call(world.treasury, many(&[])), n(0));
    let unknown = ISplitter::UnknownPayee { policyId: policy, payeeIndex: n(4) };
    assert_eq!(world.refused(world.treasury, many(&[0, 4])), Revert::of(unknown));
    world.assert_solvent(world.usd);
}

#[test]
fn a_receipt_costs_the_same_for_two_payees_or_thirty_two() {
    assert_eq!(gas_of_a_receipt(2), gas_of_a_receipt(32));
}

/// The least gas, to the thousand, that a first deposit to so many payees needs. On this stage each
/// word that is written costs ten thousand, and each that is read one thousand.
fn gas_of_a_receipt(payees: u32) -> u64 {
    let share = 10_000 / payees;
    let enough = |thousands: &u64| {
        let world = World::new();
        let mut list = vec![(world.treasury, share, ACCOUNT); payees as usize];
        list[0].1 += 10_000 - share * payees;
        world.fees(&list);
        let call = ISplitter::depositCall { source: label("fees"), token: world.usd, amount: n(1) };
        let sent = world.stage.from(world.treasury).gas(thousands * 1_000);
        sent.raw(world.splitter, call.abi_encode()).is_ok()
    };
    (1..200).find(enough).expect("below 200,000 gas")
}

#[test]
fn one_policy_pays_in_every_token_apart() {
    let world = World::new();
    let policy = world.fees(&[(world.owner, 10_000, ACCOUNT)]);
    let eur = super::deploy_token(&world.stage, "eur", world.treasury);
    world.approve(eur);
    world.deposit(world.usd, n(3));
    world.deposit(eur, n(5));
    assert_eq!(world.release(policy, 0, world.usd), n(3));
    assert_eq!(world.owed(policy, 0, eur), n(5));
    assert_eq!(world.undistributed(eur), n(5));
}
