//! What activating a program costs, by the rules of ArbOS 61, so that nobody has to ask a node that
//! refuses to tell.

use wasmparser::FuncType;

use crate::{Code, survey::Survey};

/// What the chain charges for an activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Gas of `activateProgram`, without that of the transaction and without what a chain's owner may
    /// have added (`ArbWasm.activationGas()`).
    pub gas: u64,
    /// Estimated bytes of native code, for each of which the chain asks a fee that moves with demand.
    pub native_bytes: u64,
}

/// Everything but the module itself: the fixed charge, and reading and writing the books of programs.
const FIXED_GAS: u64 = 1_748_626;
/// Gas of a microsecond of the module's compilation.
const GAS_PER_MICROSECOND: u64 = 28;
/// Reading a fragment for the first time, and each word of it.
const FRAGMENT_GAS: u64 = 2_600;
const FRAGMENT_WORD_GAS: u64 = 3;
const WORD: usize = 32;

impl Activation {
    pub(crate) fn of(survey: &Survey, code: &Code) -> Self {
        let fragments = code.fragments().iter();
        let words = |code: &Vec<u8>| code.len().div_ceil(WORD) as u64;
        let reading = fragments.map(|code| FRAGMENT_GAS + FRAGMENT_WORD_GAS * words(code));
        let gas = FIXED_GAS + GAS_PER_MICROSECOND * microseconds(survey) + reading.sum::<u64>();
        Self { gas, native_bytes: native_bytes(survey) }
    }
}

fn microseconds(survey: &Survey) -> u64 {
    let data = survey.data.bytes as u64;
    let pages: u64 = survey.memories.iter().map(|memory| memory.initial).sum();
    let instructions: u64 = survey.bodies.iter().map(|body| body.instrumented).sum();
    // Each is rounded down by itself.
    survey.wasm.len() as u64 * 31_733 / 100_000
        + survey.functions.len() as u64 * 17_263 / 100_000
        + data * 17_376 / 100_000
        + survey.elements.bytes as u64 * 17_376 / 100_000
        + pages * 2_217
        + instructions * 535 / 1_000
}

fn native_bytes(survey: &Survey) -> u64 {
    let words = |ty: &FuncType| ty.params().len() + ty.results().len();
    let types = survey.functions.iter().filter_map(|ty| survey.types.get(*ty as usize));
    let type_words: usize = types.map(words).sum();
    512_000
        + survey.functions.len() as u64 * 996_829 / 1_000
        + type_words as u64 * 11_416 / 1_000
        + survey.wasm.len() as u64 * 62_628 / 10_000
}
