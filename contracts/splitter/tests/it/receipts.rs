//! Revenue in, by every way it can come.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use splitter::ISplitter;
use stage::{Frame, Revert};

use super::{
    ACCOUNT, IToken, UNATTRIBUTED, World, balance,
    coin::{Coin, setBalanceCall},
    label, n,
};

fn world() -> (World, U256) {
    let world = World::new();
    let payee = world.stage.account("payee");
    let policy = world.fees(&[(payee, 7_500, ACCOUNT), (world.treasury, 2_500, ACCOUNT)]);
    (world, policy)
}

/// A token played by an actor, of which the treasury has 1,000,000.
fn install(world: &World, coin: Coin) -> Address {
    let token = world.stage.install("coin", coin);
    let mint = setBalanceCall { account: world.treasury, value: n(1_000_000) };
    world.stage.from(world.treasury).raw(token, mint.abi_encode()).unwrap();
    world.approve(token);
    token
}

#[test]
fn a_deposit_is_booked_for_its_source_and_the_policy_in_force() {
    let (world, policy) = world();
    assert_eq!(world.deposit(world.usd, n(1_001)), n(1_001));
    assert_eq!(world.owed(policy, 0, world.usd), n(750));
    assert_eq!(world.owed(policy, 1, world.usd), n(250));
    assert_eq!(world.undistributed(world.usd), n(1_001));
    let event = &world.stage.events::<ISplitter::RevenueReceived>(world.splitter)[0];
    assert_eq!(
        (event.source, event.token, event.sender),
        (label("fees"), world.usd, world.treasury)
    );
    assert_eq!((event.policyId, event.amount), (policy, n(1_001)));
    world.assert_solvent(world.usd);
}

#[test]
fn a_new_policy_touches_only_what_comes_later() {
    let (world, first) = world();
    world.deposit(world.usd, n(1_000));
    let heir = world.stage.account("heir");
    let second = world.policy(&[(heir, 10_000, ACCOUNT)]);
    let point = ISplitter::setSourcePolicyCall { source: label("fees"), policyId: second };
    world.call(world.owner, point);
    world.deposit(world.usd, n(10));
    assert_eq!(world.owed(first, 0, world.usd), n(750));
    assert_eq!(world.owed(second, 0, world.usd), n(10));
    let source = ISplitter::sourceReceivedCall { source: label("fees"), token: world.usd };
    assert_eq!(world.view(source), n(1_010));
    world.assert_solvent(world.usd);
}

#[test]
fn a_deposit_names_a_source_that_exists_and_brings_something() {
    let (world, _) = world();
    let deposit = |source, amount| ISplitter::depositCall { source, token: world.usd, amount };
    let unknown = world.refused(world.treasury, deposit(label("tips"), n(1)));
    assert_eq!(unknown, Revert::of(ISplitter::UnknownSource { source: label("tips") }));
    let nothing = world.refused(world.treasury, deposit(label("fees"), n(0)));
    assert_eq!(nothing, Revert::of(ISplitter::ZeroAmount {}));
}

#[test]
fn a_deposit_that_the_token_refuses_fails_with_the_tokens_name() {
    let (world, _) = world();
    let poor = world.stage.account("poor");
    let failed = |token| Revert::of(ISplitter::TokenTransferFailed { token });
    let call = |token| ISplitter::depositCall { source: label("fees"), token, amount: n(1) };
    assert_eq!(world.refused(poor, call(world.usd)), failed(world.usd));
    assert_eq!(world.refused(world.treasury, call(poor)), failed(poor), "no token at all");
    let liar = install(&world, Coin { refuses: true, ..Coin::default() });
    assert_eq!(world.refused(world.treasury, call(liar)), failed(liar));
}

#[test]
fn lifetime_totals_fit_128_bits() {
    let (world, policy) = world();
    let max = U256::from(u128::MAX);
    let too_large = |amount| Revert::of(ISplitter::AmountTooLarge { amount, max });
    let call = |amount| ISplitter::depositCall { source: label("fees"), token: world.usd, amount };
    assert_eq!(world.refused(world.treasury, call(max + n(1))), too_large(max + n(1)));
    world.deposit(world.usd, max);
    assert_eq!(world.owed(policy, 0, world.usd), max * n(3) / n(4));
    assert_eq!(world.refused(world.treasury, call(n(1))), too_large(max + n(1)));
    // Another policy has its own total, but the source's is full.
    let second = world.policy(&[(world.treasury, 10_000, ACCOUNT)]);
    let point = ISplitter::setSourcePolicyCall { source: label("fees"), policyId: second };
    world.call(world.owner, point);
    assert_eq!(world.refused(world.treasury, call(n(1))), too_large(max + n(1)));
}

#[test]
fn of_a_token_with_a_fee_counts_what_arrives() {
    let (world, policy) = world();
    let coin = install(&world, Coin { fee_bps: 100, ..Coin::default() });
    assert_eq!(world.deposit(coin, n(1_000)), n(990));
    assert_eq!(world.owed(policy, 0, coin), n(742));
    world.assert_solvent(coin);
}

#[test]
fn a_token_that_keeps_everything_brings_nothing() {
    let (world, _) = world();
    let coin = install(&world, Coin { fee_bps: 10_000, ..Coin::default() });
    let call = ISplitter::depositCall { source: label("fees"), token: coin, amount: n(5) };
    assert_eq!(world.refused(world.treasury, call), Revert::of(ISplitter::ZeroAmount {}));
}

#[test]
fn a_token_that_returns_nothing_is_taken() {
    let (world, policy) = world();
    let usdt = install(&world, Coin { like_usdt: true, ..Coin::default() });
    assert_eq!(world.deposit(usdt, n(1_000)), n(1_000));
    assert_eq!(world.release(policy, 0, usdt), n(750));
    world.assert_solvent(usdt);
}

#[test]
fn ether_is_wrapped_and_booked() {
    let (world, policy) = world();
    world.stage.fund(world.treasury, n(1_000));
    let native = || ISplitter::depositNativeCall { source: label("fees") };
    let received = world.stage.from(world.treasury).value(n(1_000)).call(world.splitter, native());
    assert_eq!(received, Ok(n(1_000)));
    assert_eq!(balance(&world.stage, world.weth, world.splitter), n(1_000));
    assert_eq!(world.owed(policy, 0, world.weth), n(750));
    assert_eq!(world.refused(world.treasury, native()), Revert::of(ISplitter::ZeroAmount {}));
    world.assert_solvent(world.weth);
}

#[test]
fn no_other_function_takes_ether() {
    let (world, policy) = world();
    world.stage.fund(world.treasury, n(1));
    let sent = world.stage.from(world.treasury).value(n(1));
    let call = ISplitter::distributeCall { policyId: policy, token: world.usd };
    assert!(sent.refused(world.splitter, call).is_silent());
}

#[test]
fn bare_ether_belongs_to_the_unattributed_source_once_there_is_one() {
    let (world, policy) = world();
    world.stage.fund(world.treasury, n(10));
    let send = || world.stage.from(world.treasury).value(n(10)).raw(world.splitter, Vec::new());
    assert_eq!(send(), Err(Revert::of(ISplitter::UnknownSource { source: UNATTRIBUTED })));
    assert_eq!(world.stage.balance(world.treasury), n(10));
    world.source(UNATTRIBUTED, policy);
    assert_eq!(send(), Ok(Vec::new()));
    let event = &world.stage.events::<ISplitter::RevenueReceived>(world.splitter)[0];
    assert_eq!((event.source, event.token, event.amount), (UNATTRIBUTED, world.weth, n(10)));
    world.assert_solvent(world.weth);
}

#[test]
fn ether_from_weth_itself_is_kept_and_found_by_sync() {
    let (world, policy) = world();
    world.source(UNATTRIBUTED, policy);
    world.stage.fund(world.weth, n(7));
    assert_eq!(
        world.stage.from(world.weth).value(n(7)).raw(world.splitter, Vec::new()),
        Ok(vec![])
    );
    assert_eq!(world.undistributed(world.weth), n(0));
    assert_eq!(world.call(world.treasury, ISplitter::syncCall { token: world.weth }), n(7));
    assert_eq!(world.stage.balance(world.splitter), n(0));
    world.assert_solvent(world.weth);
}

#[test]
fn sync_books_bare_transfers_once() {
    let (world, policy) = world();
    world.deposit(world.usd, n(100));
    let transfer = IToken::transferCall { to: world.splitter, value: n(40) };
    world.stage.call(world.treasury, world.usd, transfer).unwrap();
    let sync = || ISplitter::syncCall { token: world.usd };
    let unknown = Revert::of(ISplitter::UnknownSource { source: UNATTRIBUTED });
    assert_eq!(world.refused(world.treasury, sync()), unknown);
    world.source(UNATTRIBUTED, policy);
    assert_eq!(world.call(world.treasury, sync()), n(40));
    assert_eq!(world.refused(world.treasury, sync()), Revert::of(ISplitter::ZeroAmount {}));
    let source = ISplitter::sourceReceivedCall { source: UNATTRIBUTED, token: world.usd };
    assert_eq!(world.view(source), n(40));
    world.assert_solvent(world.usd);
}

#[test]
fn bare_transfers_are_not_taken_for_somebodys_deposit() {
    let (world, _) = world();
    let transfer = IToken::transferCall { to: world.splitter, value: n(40) };
    world.stage.call(world.treasury, world.usd, transfer).unwrap();
    assert_eq!(world.deposit(world.usd, n(100)), n(100));
}

#[test]
fn a_deposit_made_inside_a_deposit_is_counted_once() {
    let (world, _) = world();
    world.stage.allow_reentry(true);
    let (splitter, thief) = (world.splitter, world.stage.account("thief"));
    let coin = world.stage.account("coin");
    let enter = ISplitter::depositCall { source: label("fees"), token: coin, amount: n(500) };
    world.stage.install("thief", move |frame: &Frame<'_>| {
        let entered = frame.load(U256::ZERO);
        frame.store(U256::ZERO, entered + n(1));
        if entered == n(1) {
            frame.call(splitter, &enter)?;
        }
        Ok(Vec::new())
    });
    let coin = install(&world, Coin { hook: Some(thief), ..Coin::default() });
    for call in [
        setBalanceCall { account: thief, value: n(500) }.abi_encode(),
        IToken::approveCall { spender: splitter, value: n(500) }.abi_encode(),
    ] {
        world.stage.from(thief).raw(coin, call).unwrap();
    }
    // The first transfer's hook does nothing, the second's deposits.
    assert_eq!(world.deposit(coin, n(10)), n(10));
    assert_eq!(world.deposit(coin, n(1_000)), n(1_000));
    assert_eq!(world.undistributed(coin), n(1_510));
    world.assert_solvent(coin);
}

#[test]
fn a_sync_inside_a_deposit_books_nothing_twice() {
    let (world, policy) = world();
    world.source(UNATTRIBUTED, policy);
    world.stage.allow_reentry(true);
    let (splitter, coin) = (world.splitter, world.stage.account("coin"));
    let thief = world.stage.install("thief", move |frame: &Frame<'_>| {
        // Fails when there is nothing to pick up, which is no reason to fail the transfer.
        Ok(frame.call(splitter, &ISplitter::syncCall { token: coin }).map_or(vec![], |_| vec![]))
    });
    let coin = install(&world, Coin { hook: Some(thief), ..Coin::default() });
    let stray = setBalanceCall { account: splitter, value: n(30) };
    world.stage.from(thief).raw(coin, stray.abi_encode()).unwrap();
    assert_eq!(world.deposit(coin, n(100)), n(70), "the hook had 30 booked elsewhere");
    assert_eq!(world.undistributed(coin), n(100));
    assert_eq!(world.call(world.treasury, ISplitter::syncCall { token: coin }), n(30));
    assert_eq!(world.undistributed(coin), balance(&world.stage, coin, splitter));
}
