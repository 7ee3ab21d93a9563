//! A frame that fails takes back exactly what it did.

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use stage::{Frame, Revert, Stage};

use super::{number, probe, probe::IProbe};

fn n(value: u64) -> U256 {
    U256::from(value)
}

#[test]
fn an_error_undoes_storage_and_logs_and_keeps_its_data() {
    let stage = Stage::new();
    let probe = probe(&stage, "probe");
    stage.call(stage.account("alice"), probe, IProbe::setNumberCall { number: n(1) }).unwrap();
    let refused =
        stage.refused(stage.account("alice"), probe, IProbe::setAndRefuseCall { number: n(2) });
    assert_eq!(refused, Revert::of(IProbe::Refused { number: n(2) }));
    assert_eq!(number(&stage, probe), n(1));
    assert_eq!(stage.events::<IProbe::NumberSet>(probe).len(), 1);
}

#[test]
fn a_panic_undoes_everything_and_says_nothing() {
    let stage = Stage::new();
    let probe = probe(&stage, "probe");
    let panicked =
        stage.refused(stage.account("alice"), probe, IProbe::setAndPanicCall { number: n(2) });
    assert!(panicked.is_silent());
    assert_eq!(number(&stage, probe), n(0));
    assert!(stage.logs().is_empty());
}

#[test]
fn a_failing_callee_takes_nothing_of_its_caller_with_it() {
    let stage = Stage::new();
    let (outer, inner) = (probe(&stage, "outer"), probe(&stage, "inner"));
    stage.fund(stage.account("alice"), n(10));
    let data = IProbe::setAndPanicCall { number: n(7) }.abi_encode().into();
    let call = IProbe::setAndCallCall { number: n(5), to: inner, data };
    let succeeded = stage.from(stage.account("alice")).value(n(10)).call(outer, call).unwrap();
    assert!(!succeeded);
    assert_eq!((number(&stage, outer), number(&stage, inner)), (n(5), n(0)));
    assert_eq!((stage.balance(outer), stage.balance(inner)), (n(10), n(0)));
    assert_eq!(stage.logs().len(), 1);
}

#[test]
fn a_failing_caller_takes_its_callees_with_it() {
    let stage = Stage::new();
    let inner = probe(&stage, "inner");
    let fickle = stage.install("fickle", move |frame: &Frame<'_>| {
        frame.call(inner, &IProbe::setNumberCall { number: n(9) })?;
        frame.store(n(0), n(1));
        Err(Revert(b"on second thoughts".to_vec()))
    });
    let changed = stage.from(stage.account("alice")).raw(fickle, Vec::new());
    assert_eq!(changed, Err(Revert(b"on second thoughts".to_vec())));
    assert_eq!(number(&stage, inner), n(0));
    assert!(stage.stored(fickle, n(0)).is_zero());
    assert!(stage.logs().is_empty());
}

#[test]
fn writes_never_flushed_are_seen_by_nobody() {
    let stage = Stage::new();
    stage.allow_reentry(true);
    let probe = probe(&stage, "probe");
    let data: alloy_primitives::Bytes = IProbe::numberCall {}.abi_encode().into();
    let call = IProbe::writeUnflushedCall { number: n(3), to: probe, data };
    let seen = stage.call(stage.account("alice"), probe, call).unwrap();
    assert_eq!(seen, n(0), "the frame had not flushed when it called itself");
    assert_eq!(number(&stage, probe), n(3), "the entry point flushes at the end");
}

#[test]
fn a_cached_read_is_not_refreshed_by_what_a_callee_writes() {
    let stage = Stage::new();
    stage.allow_reentry(true);
    let probe = probe(&stage, "probe");
    let data = IProbe::setNumberCall { number: n(4) }.abi_encode().into();
    let call = IProbe::readAcrossCall { to: probe, data };
    let read = stage.call(stage.account("alice"), probe, call).unwrap();
    assert_eq!((read.before, read.after), (n(0), n(0)));
    assert_eq!(number(&stage, probe), n(4), "a slot only read is not written back");
}
