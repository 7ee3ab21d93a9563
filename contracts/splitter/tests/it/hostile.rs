//! Payees and tokens that mean harm: each one hurts itself at most.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use splitter::ISplitter;
use stage::{Actor, Frame, Revert};

use super::{
    ACCOUNT, IToken, STREAM, UNATTRIBUTED, World, balance,
    coin::{Coin, setBalanceCall},
    label, n,
    payees::{self, Stream},
    release,
};

/// A policy of a bad stream and a good one, half each, with 1,000 owed to each of them.
fn beside(bad: impl Actor + 'static) -> (World, U256, Address, Address) {
    let world = World::new();
    let bad = world.stage.install("bad", bad);
    let good = world.stage.install("good", payees::honest);
    let policy = world.fees(&[(bad, 5_000, STREAM), (good, 5_000, STREAM)]);
    world.deposit(world.usd, n(2_000));
    (world, policy, bad, good)
}

/// Asserts that `bad` failed without trace while the good payee was paid.
#[track_caller]
fn assert_skipped(world: &World, policy: U256, bad: Address, good: Address) {
    assert_eq!(balance(&world.stage, world.usd, good), n(1_000));
    assert_eq!(balance(&world.stage, world.usd, bad), n(0));
    assert_eq!(world.owed(policy, 0, world.usd), n(1_000));
    assert_eq!(allowance(world, world.usd, bad), n(0));
    let event = &world.stage.events::<ISplitter::PayeeSkipped>(world.splitter)[0];
    assert_eq!((event.policyId, event.token, event.payee), (policy, world.usd, bad));
    assert_eq!((event.payeeIndex, event.amount), (n(0), n(1_000)));
    let refused = world.refused(world.treasury, release(policy, 0, world.usd));
    assert_eq!(refused, Revert::of(ISplitter::PaymentFailed { payee: bad }));
    world.assert_solvent(world.usd);
}

fn allowance(world: &World, token: Address, spender: Address) -> U256 {
    let call = IToken::allowanceCall { owner: world.splitter, spender };
    world.stage.view(token, call).unwrap()
}

#[test]
fn a_payee_that_reverts_is_skipped_and_stays_owed() {
    let (world, policy, bad, good) = beside(payees::fickle);
    assert_eq!(world.distribute(policy, world.usd), n(1_000));
    assert_skipped(&world, policy, bad, good);
}

#[test]
fn a_payee_that_pulls_nothing_is_skipped_and_keeps_no_allowance() {
    let (world, policy, bad, good) = beside(payees::idle);
    assert_eq!(world.distribute(policy, world.usd), n(1_000));
    assert_skipped(&world, policy, bad, good);
}

#[test]
fn a_payee_that_fails_with_megabytes_is_skipped() {
    let (world, policy, bad, good) = beside(payees::whiner);
    let call = ISplitter::distributeCall { policyId: policy, token: world.usd };
    // Copying what was returned would cost four million gas on this stage.
    let paid = world.stage.from(world.treasury).gas(2_000_000).call(world.splitter, call);
    assert_eq!(paid, Ok(n(1_000)));
    assert_skipped(&world, policy, bad, good);
}

#[test]
fn a_payee_that_returns_megabytes_is_paid_without_reading_them() {
    let (world, policy, bad, _) = beside(payees::talker);
    let call = ISplitter::distributeCall { policyId: policy, token: world.usd };
    let paid = world.stage.from(world.treasury).gas(2_000_000).call(world.splitter, call);
    assert_eq!(paid, Ok(n(2_000)));
    assert_eq!(balance(&world.stage, world.usd, bad), n(1_000));
}

#[test]
fn a_payee_that_burns_all_gas_blocks_nobody() {
    let (world, policy, bad, good) = beside(payees::burner);
    let call = ISplitter::distributeCall { policyId: policy, token: world.usd };
    let paid = world.stage.from(world.treasury).gas(2_000_000).call(world.splitter, call);
    assert_eq!(paid, Ok(n(1_000)));
    assert_skipped(&world, policy, bad, good);
}

#[test]
fn a_distribution_with_too_little_gas_reverts_and_skips_nobody() {
    let (world, policy, ..) = beside(payees::idle);
    let call = ISplitter::distributeCall { policyId: policy, token: world.usd };
    let caller = world.stage.from(world.treasury).gas(1_400_000);
    let refused = caller.refused(world.splitter, call).decode::<ISplitter::NotEnoughGas>();
    let refused = refused.expect("a typed refusal");
    assert_eq!(refused.needed, n(500_000));
    assert!(refused.gasForPayee < refused.needed && refused.gasForPayee > n(400_000));
}

#[test]
fn thirty_one_payees_that_burn_all_gas_leave_enough_for_the_last() {
    let world = World::new();
    let burners = (0..31).map(|i| world.stage.install(&format!("burner {i}"), payees::burner));
    let mut list: Vec<_> = burners.map(|burner| (burner, 300, STREAM)).collect();
    let good = world.stage.install("good", payees::honest);
    list.push((good, 700, STREAM));
    let policy = world.fees(&list);
    world.deposit(world.usd, n(10_000));
    let call = ISplitter::distributeCall { policyId: policy, token: world.usd };
    let paid = world.stage.from(world.treasury).gas(30_000_000).call(world.splitter, call);
    assert_eq!(paid, Ok(n(700)));
    assert_eq!(balance(&world.stage, world.usd, good), n(700));
    world.assert_solvent(world.usd);
}

#[test]
fn a_payee_that_pulls_half_is_owed_the_other_half() {
    let (world, policy, bad, _) = beside(payees::half_hearted);
    assert_eq!(world.distribute(policy, world.usd), n(1_500));
    assert_eq!(balance(&world.stage, world.usd, bad), n(500));
    assert_eq!(world.owed(policy, 0, world.usd), n(500));
    assert_eq!(allowance(&world, world.usd, bad), n(0));
    world.assert_solvent(world.usd);
}

#[test]
fn a_payee_that_gives_back_is_owed_what_it_gave() {
    let (world, policy, bad, _) = beside(|frame: &Frame<'_>| {
        payees::honest(frame)?;
        let call = frame.decode::<Stream::notifyRevenueCall>()?;
        let back = IToken::transferCall { to: frame.sender(), value: n(400) };
        frame.call(call.token, &back)?;
        Ok(Vec::new())
    });
    assert_eq!(world.distribute(policy, world.usd), n(1_600));
    assert_eq!(world.owed(policy, 0, world.usd), n(400));
    assert_eq!(balance(&world.stage, world.usd, bad), n(600));
    assert_eq!(balance(&world.stage, world.usd, world.splitter), world.undistributed(world.usd));
}

/// A stream that, before and after it pulls, makes `call` to whoever pays it, and pulls on.
fn entering(call: Vec<u8>, first: bool) -> impl Fn(&Frame<'_>) -> stage::Answer {
    move |frame| {
        let enter = || frame.call_raw(frame.sender(), U256::ZERO, u64::MAX, call.clone());
        if first {
            drop(enter());
        }
        payees::honest(frame)?;
        if !first {
            drop(enter());
        }
        Ok(Vec::new())
    }
}

#[test]
fn a_payee_that_comes_back_is_not_paid_twice() {
    let usd = World::new().usd; // the same address on every stage
    let calls = [
        release(n(1), 0, usd).abi_encode(),
        ISplitter::distributeCall { policyId: n(1), token: usd }.abi_encode(),
        ISplitter::syncCall { token: usd }.abi_encode(),
    ];
    for (call, first, allowed) in calls.iter().flat_map(|call| {
        [(call, true, true), (call, false, true), (call, true, false), (call, false, false)]
    }) {
        let (world, policy, bad, good) = beside(entering(call.clone(), first));
        world.source(UNATTRIBUTED, policy);
        world.stage.allow_reentry(allowed);
        world.distribute(policy, usd);
        let has = |account| balance(&world.stage, usd, account);
        assert_eq!((has(bad), has(good)), (n(1_000), n(1_000)), "allowed: {allowed}");
        assert_eq!(world.undistributed(usd), n(0), "{first}");
        world.assert_solvent(usd);
    }
}

#[test]
fn tokens_on_their_way_out_are_not_taken_for_new_revenue() {
    let usd = World::new().usd;
    let sync = ISplitter::syncCall { token: usd }.abi_encode();
    let (world, policy, bad, _) = beside(entering(sync, true));
    world.source(UNATTRIBUTED, policy);
    world.stage.allow_reentry(true);
    // 300 strays lie about, which the payee has booked while it is paid.
    let stray = IToken::transferCall { to: world.splitter, value: n(300) };
    world.stage.call(world.treasury, usd, stray).unwrap();
    world.distribute(policy, usd);
    let source = ISplitter::sourceReceivedCall { source: UNATTRIBUTED, token: usd };
    assert_eq!(world.view(source), n(300));
    assert_eq!(balance(&world.stage, usd, bad), n(1_000));
    assert_eq!(balance(&world.stage, usd, world.splitter), world.undistributed(usd));
}

#[test]
fn a_payee_that_hides_behind_a_sync_keeps_no_allowance() {
    let world = World::new();
    let usd = world.usd;
    world.stage.allow_reentry(true);
    let bad = world.stage.install("bad", move |frame: &Frame<'_>| {
        frame.call(frame.sender(), &ISplitter::syncCall { token: usd })?;
        Ok(Vec::new())
    });
    let policy = world.fees(&[(bad, 10_000, STREAM)]);
    world.source(UNATTRIBUTED, policy);
    world.deposit(usd, n(1_000));
    let stray = IToken::transferCall { to: world.splitter, value: n(1_000) };
    world.stage.call(world.treasury, usd, stray).unwrap();
    // What was booked meanwhile makes it look as if the payee had pulled: its own loss, and the
    // tokens are still there for `sync`.
    assert_eq!(world.distribute(policy, usd), n(1_000));
    assert_eq!(allowance(&world, usd, bad), n(0));
    assert_eq!(balance(&world.stage, usd, bad), n(0));
    assert_eq!(world.call(world.treasury, ISplitter::syncCall { token: usd }), n(1_000));
    assert_eq!(balance(&world.stage, usd, world.splitter), world.undistributed(usd));
}

/// A policy of one account in a token played by `coin`, with 1,000 deposited.
fn owed_in(coin: Coin) -> (World, U256, Address, Address) {
    let world = World::new();
    let payee = world.stage.account("payee");
    let policy = world.fees(&[(payee, 10_000, ACCOUNT)]);
    let token = world.stage.install("coin", coin);
    set_balance(&world, token, world.treasury, 1_000_000);
    world.approve(token);
    world.deposit(token, n(1_000));
    (world, policy, payee, token)
}

fn set_balance(world: &World, token: Address, account: Address, value: u64) {
    let set = setBalanceCall { account, value: n(value) };
    world.stage.from(world.treasury).raw(token, set.abi_encode()).unwrap();
}

#[test]
fn a_fee_on_the_way_out_is_the_payees_own() {
    let (world, policy, payee, token) = owed_in(Coin { fee_bps: 1_000, ..Coin::default() });
    assert_eq!(world.undistributed(token), n(900));
    assert_eq!(world.release(policy, 0, token), n(900));
    assert_eq!(balance(&world.stage, token, payee), n(810));
    assert_eq!(world.undistributed(token), n(0));
}

#[test]
fn a_token_that_only_says_it_moved_pays_nobody() {
    let splitter = World::new().splitter;
    let (world, policy, payee, token) = owed_in(Coin { stuck: Some(splitter), ..Coin::default() });
    let refused = world.refused(payee, release(policy, 0, token));
    assert_eq!(refused, Revert::of(ISplitter::PaymentFailed { payee }));
    assert_eq!(world.owed(policy, 0, token), n(1_000));
    world.assert_solvent(token);
}

#[test]
fn a_token_that_loses_balance_hurts_its_own_payees_until_more_comes() {
    let (world, policy, payee, token) = owed_in(Coin::default());
    world.deposit(world.usd, n(50));
    world.source(UNATTRIBUTED, policy);
    set_balance(&world, token, world.splitter, 600);
    let refused = world.refused(payee, release(policy, 0, token));
    assert_eq!(refused, Revert::of(ISplitter::PaymentFailed { payee }));
    assert_eq!(world.release(policy, 0, world.usd), n(50), "other tokens are not concerned");
    // A bare transfer fills the gap first, and only the rest is revenue.
    set_balance(&world, token, world.splitter, 1_005);
    assert_eq!(world.call(payee, ISplitter::syncCall { token }), n(5));
    assert_eq!(world.release(policy, 0, token), n(1_005));
    assert_eq!(balance(&world.stage, token, payee), n(1_005));
}

#[test]
fn a_token_like_usdt_is_offered_again_after_a_failure() {
    let world = World::new();
    let stubborn = world.stage.install("stubborn", payees::half_hearted);
    let policy = world.fees(&[(stubborn, 10_000, STREAM)]);
    let token = world.stage.install("coin", Coin { like_usdt: true, ..Coin::default() });
    set_balance(&world, token, world.treasury, 1_000);
    world.approve(token);
    world.deposit(token, n(1_000));
    assert_eq!(world.distribute(policy, token), n(500));
    assert_eq!(world.distribute(policy, token), n(250));
    assert_eq!(allowance(&world, token, stubborn), n(0));
    world.assert_solvent(token);
}

#[test]
fn a_token_that_burns_gas_fails_alone() {
    let (world, policy, payee, token) =
        owed_in(Coin { burns_from: Some(1_001), ..Coin::default() });
    world.deposit(token, n(1_000));
    world.deposit(world.usd, n(50));
    let call = world.stage.from(payee).gas(1_000_000);
    assert!(call.raw(world.splitter, release(policy, 0, token).abi_encode()).is_err());
    assert_eq!(world.owed(policy, 0, token), n(2_000));
    assert_eq!(world.release(policy, 0, world.usd), n(50));
}

#[test]
fn a_payment_that_burns_all_gas_in_a_batch_leaves_enough_for_the_others() {
    let world = World::new();
    let [greedy, modest] = ["greedy", "modest"].map(|name| world.stage.account(name));
    let policy = world.fees(&[(greedy, 9_000, ACCOUNT), (modest, 1_000, ACCOUNT)]);
    let token = world.stage.install("coin", Coin { burns_from: Some(900), ..Coin::default() });
    world.approve(token);
    for amount in [899, 100, 800] {
        set_balance(&world, token, world.treasury, amount);
        world.deposit(token, n(amount));
    }
    let call =
        ISplitter::releaseManyCall { policyId: policy, payeeIndices: vec![n(0), n(1)], token };
    assert_eq!(world.call(modest, call), n(179), "the payment of 1,619 burns its part of the gas");
    assert_eq!(balance(&world.stage, token, modest), n(179));
    assert_eq!(world.owed(policy, 0, token), n(1_619));
    world.assert_solvent(token);
}

#[test]
fn what_is_skipped_once_is_paid_when_the_payee_recovers() {
    let world = World::new();
    let moody = world.stage.install("moody", |frame: &Frame<'_>| {
        // Calm from the second day on.
        if frame.timestamp() < stage::START + 86_400 {
            payees::idle(frame)
        } else {
            payees::honest(frame)
        }
    });
    let policy = world.fees(&[(moody, 10_000, STREAM)]);
    world.deposit(world.usd, n(600));
    assert_eq!(world.distribute(policy, world.usd), n(0));
    world.deposit(world.usd, n(400));
    world.stage.warp(86_400);
    assert_eq!(world.distribute(policy, world.usd), n(1_000));
    assert_eq!(
        world.view(ISplitter::sourceReceivedCall { source: label("fees"), token: world.usd }),
        n(1_000)
    );
}
