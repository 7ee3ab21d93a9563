//! Long random runs live on this host, so it has to be quick in the development profile too.

use std::time::{Duration, Instant};

use alloy_primitives::U256;
use alloy_sol_types::SolCall;
use stage::Stage;

use super::{number, probe, probe::IProbe};

#[test]
fn a_hundred_thousand_calls_take_seconds() {
    let stage = Stage::new();
    let (outer, inner) = (probe(&stage, "outer"), probe(&stage, "inner"));
    let alice = stage.account("alice");
    let started = Instant::now();
    for step in 0..50_000_u64 {
        let data = IProbe::setNumberCall { number: U256::from(step) }.abi_encode().into();
        let call = IProbe::setAndCallCall { number: U256::from(step), to: inner, data };
        assert_eq!(stage.call(alice, outer, call), Ok(true));
    }
    let taken = started.elapsed();
    println!("50,000 transactions of two frames each: {taken:?}");
    assert_eq!(number(&stage, inner), U256::from(49_999));
    assert!(taken < Duration::from_secs(30), "{taken:?}: something is cloned that should not be");
}
