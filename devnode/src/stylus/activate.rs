//! Activation: from WebAssembly bytes to a program that can run, with what that costs.

use std::fmt::Display;

use super::{
    Metrics, Module, Params, instrument::instrument, metrics::reading_gas, program::Program, rules,
    scan::Scan,
};

/// Why a program can't be activated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActivationError {
    /// The program breaks a rule.
    #[error("program activation failed: {0}")]
    Invalid(String),
    /// The gas does not cover the work of activating.
    #[error("out of gas")]
    OutOfGas,
}

impl ActivationError {
    pub(super) fn invalid(reason: impl Display) -> Self {
        Self::Invalid(reason.to_string())
    }
}

impl From<wasmparser::Error> for ActivationError {
    fn from(error: wasmparser::Error) -> Self {
        Self::invalid(error)
    }
}

impl From<wasm_encoder::reencode::Error> for ActivationError {
    fn from(error: wasm_encoder::reencode::Error) -> Self {
        Self::invalid(error)
    }
}

/// Validates, measures and compiles a program, paying for the work from `gas`.
///
/// `open_pages` are the pages that the transaction holds already; `debug` allows the imports of
/// debug chains.
///
/// # Errors
///
/// When the program breaks a rule or the gas runs out. The chain burns all remaining gas then.
pub fn activate(
    wasm: &[u8],
    params: &Params,
    open_pages: u16,
    debug: bool,
    gas: &mut u64,
) -> Result<(Module, Metrics), ActivationError> {
    let reading = reading_gas(wasm.len());
    buy(gas, reading)?;
    let (program, scans) = examine(wasm, params, open_pages, debug)?;
    let metrics = Metrics::of(&program, &scans)?;
    buy(gas, metrics.native_activation_gas - reading)?;
    Ok((compile(&program, &scans, params)?, metrics))
}

/// Compiles a program that was activated before. Charges nothing.
///
/// # Errors
///
/// When the program would not pass activation on its own.
pub fn load(wasm: &[u8], params: &Params, debug: bool) -> Result<Module, ActivationError> {
    let (program, scans) = examine(wasm, params, 0, debug)?;
    compile(&program, &scans, params)
}

fn buy(gas: &mut u64, cost: u64) -> Result<(), ActivationError> {
    *gas = gas.checked_sub(cost).ok_or(ActivationError::OutOfGas)?;
    Ok(())
}

fn examine<'a>(
    wasm: &'a [u8],
    params: &Params,
    open_pages: u16,
    debug: bool,
) -> Result<(Program<'a>, Vec<Scan>), ActivationError> {
    if wasm.len() > params.max_wasm_size as usize {
        let (actual, max) = (wasm.len() as u64, params.max_wasm_size.into());
        return Err(rules::too_many("bytes of wasm", actual, max));
    }
    let program = Program::parse(wasm)?;
    rules::check(&program, params, open_pages, debug)?;
    let scans =
        program.bodies.iter().map(|body| Scan::of(body, &program)).collect::<Result<_, _>>()?;
    Ok((program, scans))
}

fn compile(
    program: &Program<'_>,
    scans: &[Scan],
    params: &Params,
) -> Result<Module, ActivationError> {
    let footprint = program.memory().map_or(0, |memory| memory.initial);
    let footprint = u16::try_from(footprint).map_err(ActivationError::invalid)?;
    Module::compile(&instrument(program, scans)?, footprint, params)
}
