//! The fuzzer's properties on a few inputs, the same in every run; `devnode/fuzz` tries millions.

use std::ops::Range;

use arbitrary::Unstructured;
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::properties::{program, request, shape};

crate::trials![
    arbitrary_bytes_are_loaded_or_refused_and_the_same_way_each_time,
    arbitrary_programs_end_within_their_gas_and_the_same_way_each_time,
    arbitrary_requests_are_answered,
];

/// Inputs per property.
const CASES: u32 = 64;
/// Gas of a run: enough for some hundred thousand instructions.
const GAS: u64 = 60_000;

fn with_bytes(length: Range<usize>, property: impl Fn(&[u8])) {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let strategy = vec(any::<u8>(), length);
    // The same inputs in every run: what these find must not come and go with the seed.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&strategy, |bytes| {
        property(&bytes);
        Ok(())
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}

fn arbitrary_bytes_are_loaded_or_refused_and_the_same_way_each_time() {
    with_bytes(0..256, |bytes| {
        program::loads_alike(bytes);
        program::loads_alike(&[b"\0asm\x01\0\0\0", bytes].concat());
    });
}

fn arbitrary_programs_end_within_their_gas_and_the_same_way_each_time() {
    let active = std::cell::Cell::new(0);
    with_bytes(512..4_096, |bytes| {
        let Ok(wasm) = shape::program(&mut Unstructured::new(bytes)) else { return };
        active.set(active.get() + u32::from(program::loads_alike(&wasm)));
        program::runs_alike(&wasm, &[7; 64], GAS);
    });
    assert!(active.get() > CASES / 4, "most are programs, but {} of {CASES}", active.get());
}

fn arbitrary_requests_are_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    with_bytes(0..2_048, |bytes| {
        let endpoint = request::endpoint();
        let methods = request::methods(&endpoint);
        let body = request::body(&mut Unstructured::new(bytes), &methods);
        request::is_answered(&runtime, &endpoint, body.unwrap_or_else(|_| bytes.to_vec()));
    });
}
