//! The stage's tariff: round numbers of the right order, so that rules about forwarding gas can
//! be tested. Prices are measured on real WASM, not here.

/// What a transaction gets unless it asks otherwise: far above any block, so that the coarse
/// tariff never fails a call that a chain would let through.
pub const DEFAULT: u64 = 1_000_000_000;

/// A host call that needs no state.
pub(crate) const HOST_CALL: u64 = 1;
/// A storage read that misses the frame's cache.
pub(crate) const LOAD: u64 = 1_000;
/// A dirty slot written by a flush.
pub(crate) const STORE: u64 = 10_000;
/// A log, whatever its length.
pub(crate) const LOG: u64 = 1_000;
/// A call, before what it forwards.
pub(crate) const CALL: u64 = 2_600;
/// A call that carries value, in addition.
pub(crate) const VALUE: u64 = 9_000;
/// Given to the callee on top when value moves.
pub(crate) const STIPEND: u64 = 2_300;
/// Each byte of return data copied into the caller.
pub(crate) const COPIED_BYTE: u64 = 1;
/// The `ecrecover` precompile.
pub(crate) const ECRECOVER: u64 = 3_000;
/// Units of ink in one gas.
pub(crate) const INK: u32 = 10_000;

/// What a call may forward of `left`: all but one 64th, and no more than `requested`.
pub(crate) fn forwarded(left: u64, requested: u64) -> u64 {
    (left - left / 64).min(requested)
}
