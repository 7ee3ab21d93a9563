//! What activation measures of a program, and what it charges for measuring.

use super::{ActivationError, program::Program, scan::Scan};

/// What activation measures of a program; prices of calls derive from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// Bytes of the program, decompressed.
    pub wasm_len: u32,
    /// Functions that the program defines.
    pub funcs: u32,
    /// Globals, with the four that metering adds.
    pub globals: u32,
    /// Parameters and results of all defined functions, added up.
    pub type_len: u32,
    /// Encoded bytes of data and element segments.
    pub data_len: u32,
    /// Pages of memory that the program starts with.
    pub footprint: u16,
    /// Stack words that each function uses.
    pub frames: Vec<u32>,
    /// Instructions of all functions once metering is added, as the chain counts them.
    pub instrumented_ops: u32,
    /// Measured cost of initialising the program, in gas before scaling.
    pub init_cost: u16,
    /// Measured cost of starting the program when cached, in gas before scaling.
    pub cached_cost: u16,
    /// Estimated size of the native code, in bytes.
    pub asm_estimate: u32,
    /// Gas charged for the work of activating.
    pub native_activation_gas: u64,
}

/// Gas per microsecond of activation: twice the chain's speed limit of 7,000,000 gas a second, on
/// machines taken to be half as fast as it reckons.
const GAS_PER_MICROSECOND: u64 = 28;
/// Bytes of native code that every program is taken to have.
const ASM_BASE: u64 = 512_000;

impl Metrics {
    /// Measures a program, before it is paid for.
    pub(super) fn of(program: &Program<'_>, scans: &[Scan]) -> Result<Self, ActivationError> {
        let size = Size::of(program)?;
        let [init_cost, cached_cost] =
            [size.init_cost(), size.cached_cost()].map(|cost| u16::try_from(cost).ok());
        let too_high = || ActivationError::invalid("init cost too high");
        let ops = scans.iter().fold(0_u32, |sum, scan| sum.saturating_add(scan.ops));
        let charges = Charges::of(&size, ops);
        Ok(Self {
            wasm_len: program.wasm_len,
            funcs: narrow(size.funcs),
            globals: narrow(size.globals),
            type_len: narrow(size.type_len),
            data_len: narrow(size.data_bytes + size.element_bytes),
            footprint: u16::try_from(size.pages).unwrap_or(u16::MAX),
            frames: scans.iter().map(|scan| scan.frame).collect(),
            instrumented_ops: ops,
            init_cost: init_cost.ok_or_else(too_high)?,
            cached_cost: cached_cost.ok_or_else(too_high)?,
            asm_estimate: narrow(size.asm_estimate()),
            native_activation_gas: charges.gas(),
        })
    }
}

/// The sizes that all formulas start from.
#[derive(Clone, Copy, Debug)]
struct Size {
    wasm_len: u64,
    funcs: u64,
    globals: u64,
    type_len: u64,
    /// Encoded bytes of data segments.
    data_bytes: u64,
    /// Bytes that the data segments hold.
    data_payload: u64,
    /// Encoded bytes of element segments.
    element_bytes: u64,
    pages: u64,
}

impl Size {
    fn of(program: &Program<'_>) -> Result<Self, ActivationError> {
        let globals = program.sections.globals.as_ref().map_or(0, |section| section.count());
        let arity = |ty: &wasmparser::FuncType| ty.params().len() + ty.results().len();
        let mut size = Self {
            wasm_len: program.wasm_len.into(),
            funcs: program.bodies.len() as u64,
            globals: u64::from(globals) + u64::from(super::instrument::OWN_GLOBALS),
            type_len: program.defined_types().map(arity).sum::<usize>() as u64,
            data_bytes: 0,
            data_payload: 0,
            element_bytes: 0,
            pages: program.memory().map_or(0, |memory| memory.initial),
        };
        for data in program.sections.data.iter().flat_map(Clone::clone) {
            let data = data?;
            size.data_bytes += data.range.end - data.range.start;
            size.data_payload += data.data.len() as u64;
        }
        for element in program.sections.elements.iter().flat_map(Clone::clone) {
            let range = element?.range;
            size.element_bytes += range.end - range.start;
        }
        Ok(size)
    }

    fn init_cost(&self) -> u64 {
        self.funcs * 8_252 / 1_000 + self.type_len * 1_059 / 1_000 + self.wasm_len * 1_286 / 10_000
    }

    fn cached_cost(&self) -> u64 {
        self.funcs * 13_420 / 100_000
            + self.type_len * 89 / 100_000
            + self.wasm_len * 122 / 100_000
            + self.globals * 1_628 / 1_000
            + (self.data_bytes + self.element_bytes) * 75_244 / 100_000
            + self.pages * 5
    }

    fn asm_estimate(&self) -> u64 {
        ASM_BASE
            + self.funcs * 996_829 / 1_000
            + self.type_len * 11_416 / 1_000
            + self.wasm_len * 62_628 / 10_000
    }
}

/// The work of activating a program, line by line, in microseconds.
pub(super) struct Charges([u64; 6]);

impl Charges {
    fn of(size: &Size, instrumented_ops: u32) -> Self {
        Self([
            size.wasm_len * 31_733 / 100_000,
            size.funcs * 17_263 / 100_000,
            size.data_payload * 17_376 / 100_000,
            size.element_bytes * 17_376 / 100_000,
            size.pages * 2_217,
            u64::from(instrumented_ops) * 535 / 1_000,
        ])
    }

    fn gas(&self) -> u64 {
        self.0.iter().map(|micros| micros * GAS_PER_MICROSECOND).sum()
    }
}

/// The gas that reading `len` bytes of WebAssembly costs; it is due before they are looked at.
pub(super) fn reading_gas(len: usize) -> u64 {
    (len as u64).saturating_mul(31_733) / 100_000 * GAS_PER_MICROSECOND
}

/// Sizes are bounded by the module's length, far below 2³²; this only keeps the types honest.
fn narrow(size: u64) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
