//! Who calls whom with what: senders, value, static calls, re-entry, gas.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use stage::{Frame, MAX_DEPTH, Revert, Stage, gas};

use super::{number, probe, probe::IProbe};

fn n(value: u64) -> U256 {
    U256::from(value)
}

#[test]
fn a_nested_call_knows_its_sender_and_its_origin() {
    let stage = Stage::new();
    let (alice, probe) = (stage.account("alice"), probe(&stage, "probe"));
    let messenger = stage.install("messenger", move |frame: &Frame<'_>| {
        frame.call_raw(probe, U256::ZERO, u64::MAX, frame.calldata())
    });
    let who = stage.call(alice, messenger, IProbe::whoCall {}).unwrap();
    assert_eq!((who.sender, who.origin, who.me), (messenger, alice, probe));
}

#[test]
fn value_moves_and_cannot_be_made_up() {
    let stage = Stage::new();
    let (alice, probe) = (stage.account("alice"), probe(&stage, "probe"));
    let bob = stage.account("bob");
    stage.fund(alice, n(10));
    let pass_on =
        || IProbe::setAndCallCall { number: n(1), to: bob, data: alloy_primitives::Bytes::new() };
    assert!(stage.from(alice).value(n(6)).call(probe, pass_on()).unwrap());
    assert_eq!(
        (stage.balance(alice), stage.balance(probe), stage.balance(bob)),
        (n(4), n(0), n(6))
    );
    assert!(stage.from(alice).value(n(5)).refused(probe, pass_on()).is_silent());
    assert_eq!(stage.balance(alice), n(4));
}

#[test]
fn value_is_refused_by_a_method_that_is_not_payable() {
    let stage = Stage::new();
    let (alice, probe) = (stage.account("alice"), probe(&stage, "probe"));
    stage.fund(alice, n(1));
    let refused =
        stage.from(alice).value(n(1)).refused(probe, IProbe::setNumberCall { number: n(1) });
    assert!(refused.is_silent());
    assert_eq!(stage.balance(alice), n(1));
}

#[test]
fn a_static_call_refuses_writes_logs_and_value() {
    let stage = Stage::new();
    let (looker, probe) = (probe(&stage, "looker"), probe(&stage, "probe"));
    let logger = stage.install("logger", |frame: &Frame<'_>| {
        frame.emit(&IProbe::NumberSet { number: n(1) });
        Ok(Vec::new())
    });
    let writer = stage.install("writer", |frame: &Frame<'_>| {
        frame.store(n(0), n(1));
        Ok(Vec::new())
    });
    let payer = stage.install("payer", |frame: &Frame<'_>| {
        frame.call_raw(Address::ZERO, n(1), u64::MAX, Vec::new())
    });
    stage.fund(payer, n(1));
    let read = IProbe::numberCall {}.abi_encode();
    let write = IProbe::setNumberCall { number: n(1) }.abi_encode();
    let cases = [(probe, &read, true), (probe, &write, false), (logger, &read, false)];
    for (to, data, expected) in
        cases.into_iter().chain([(writer, &read, false), (payer, &read, false)])
    {
        let look = IProbe::lookAtCall { to, data: data.clone().into() };
        assert_eq!(stage.call(stage.account("alice"), looker, look), Ok(expected), "{to}");
    }
    assert!(stage.view(probe, IProbe::setNumberCall { number: n(1) }).is_err());
    assert_eq!(number(&stage, probe), n(0));
    assert!(stage.logs().is_empty());
}

#[test]
fn a_contract_is_not_entered_twice_unless_allowed() {
    let stage = Stage::new();
    let (alice, probe) = (stage.account("alice"), probe(&stage, "probe"));
    let data: alloy_primitives::Bytes = IProbe::setNumberCall { number: n(2) }.abi_encode().into();
    let enter_twice = || IProbe::setAndCallCall { number: n(1), to: probe, data: data.clone() };
    assert_eq!(stage.call(alice, probe, enter_twice()), Ok(false));
    assert_eq!(number(&stage, probe), n(1));
    stage.allow_reentry(true);
    assert_eq!(stage.call(alice, probe, enter_twice()), Ok(true));
    assert_eq!(number(&stage, probe), n(2));
}

#[test]
fn borrowed_code_acts_on_the_borrowers_storage() {
    let stage = Stage::new();
    let (borrower, lender) = (probe(&stage, "borrower"), probe(&stage, "lender"));
    let data = IProbe::setNumberCall { number: n(8) }.abi_encode().into();
    let borrow = IProbe::borrowCall { code: lender, data };
    assert_eq!(stage.call(stage.account("alice"), borrower, borrow), Ok(true));
    assert_eq!((number(&stage, borrower), number(&stage, lender)), (n(8), n(0)));
    assert_eq!(stage.events::<IProbe::NumberSet>(borrower).len(), 1);
}

#[test]
fn burnt_gas_is_gone_but_no_more_than_was_given() {
    let stage = Stage::new();
    let (alice, probe) = (stage.account("alice"), probe(&stage, "probe"));
    let burner = stage.install("burner", |frame: &Frame<'_>| frame.burn_all_gas());
    let spent = |gas| {
        let call = IProbe::callWithGasCall { to: burner, gas };
        stage.from(alice).gas(1_000_000).call(probe, call).unwrap()
    };
    let limited = spent(50_000);
    assert!(!limited.succeeded && (50_000..60_000).contains(&limited.spent), "{}", limited.spent);
    let unlimited = spent(u64::MAX);
    assert!((900_000..985_000).contains(&unlimited.spent), "{}", unlimited.spent);
    assert!(stage.from(alice).gas(10_000).raw(burner, Vec::new()).unwrap_err().is_silent());
}

#[test]
fn a_plain_account_accepts_every_call_and_an_unknown_function_is_refused() {
    let stage = Stage::new();
    let (alice, bob) = (stage.account("alice"), stage.account("bob"));
    assert_eq!(stage.from(alice).raw(bob, vec![1, 2, 3, 4]), Ok(Vec::new()));
    let probe = probe(&stage, "probe");
    assert_eq!(stage.from(alice).raw(probe, vec![1, 2, 3, 4]), Err(Revert(Vec::new())));
}

#[test]
fn calls_nest_to_the_limit_and_not_beyond() {
    let stage = Stage::new();
    let abyss = stage.install("abyss", |frame: &Frame<'_>| {
        let deeper = frame.call_raw(frame.address(), U256::ZERO, u64::MAX, Vec::new());
        let depth = deeper.map_or(U256::ZERO, |data| U256::from_be_slice(&data));
        Ok((depth + n(1)).to_be_bytes::<32>().to_vec())
    });
    let depth = stage.from(stage.account("alice")).gas(gas::DEFAULT).raw(abyss, Vec::new());
    assert_eq!(U256::from_be_slice(&depth.unwrap()), U256::from(MAX_DEPTH));
}

#[test]
fn contracts_nest_to_the_limit_on_the_stack_of_a_test_thread() {
    let stage = Stage::new();
    stage.allow_reentry(true);
    let probe = probe(&stage, "probe");
    let deepest = IProbe::setNumberCall { number: n(1) }.abi_encode();
    let nested = |levels: usize| {
        (0..levels).fold(deepest.clone(), |data, _| {
            IProbe::setAndCallCall { number: n(0), to: probe, data: data.into() }.abi_encode()
        })
    };
    let call = |levels| stage.from(stage.account("alice")).raw(probe, nested(levels));
    assert!(call(MAX_DEPTH).is_ok());
    assert_eq!(number(&stage, probe), n(0), "the deepest frame was one too many");
    assert!(call(MAX_DEPTH - 1).is_ok());
    assert_eq!(number(&stage, probe), n(1));
}

#[test]
fn the_clock_moves_only_when_told() {
    let stage = Stage::new();
    let clock =
        stage.install("clock", |frame: &Frame<'_>| Ok(frame.timestamp().to_be_bytes().to_vec()));
    let read = || {
        let data = stage.from(Address::ZERO).raw(clock, Vec::new()).unwrap();
        u64::from_be_bytes(data.try_into().unwrap())
    };
    assert_eq!(read(), stage::START);
    stage.warp(5);
    stage.warp_to(stage::START + 7);
    assert_eq!(read(), stage::START + 7);
}
