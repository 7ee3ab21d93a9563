//! Arbitrary bytes through decompression, validation, metering and compilation.

#![no_main]

#[path = "../../tests/siege/properties/program.rs"]
#[expect(dead_code, reason = "each target looks at some of the properties")]
mod program;

use devnode::stylus::{Params, code};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let no_fragments = |_| Vec::new();
    let unpacked = code::wasm(bytes, &Params::default(), no_fragments);
    if program::loads_alike(unpacked.as_deref().unwrap_or(bytes)) {
        program::runs_alike(bytes, &[], 100_000);
    }
});
