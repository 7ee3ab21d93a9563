//! Valid modules that pass for programs, activated and run.

#![no_main]

#[path = "../../tests/siege/properties/program.rs"]
#[expect(dead_code, reason = "each target looks at some of the properties")]
mod program;
#[path = "../../tests/siege/properties/shape.rs"]
mod shape;

use arbitrary::Unstructured;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let mut data = Unstructured::new(bytes);
    let Ok(wasm) = shape::program(&mut data) else { return Corpus::Reject };
    program::loads_alike(&wasm);
    program::runs_alike(&wasm, &[7; 64], 100_000);
    Corpus::Keep
});
