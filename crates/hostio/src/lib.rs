//! # hostio
//!
//! The host functions of Nitro that the Stylus SDK does not wrap, as plain Rust functions.
//!
//! Nitro computes 256-bit division and modular arithmetic for a program at four to six gas a call.
//! The same work in WASM costs thousands of instructions, and links about eight kilobytes of
//! ruint's long division into the contract, once for every integer width that divides. So contracts
//! divide here, and never with `/` or `%` on a [`U256`].
//!
//! Compiled for anything but `wasm32`, each host function is its native twin with the same results,
//! so that contracts, and the tests of this crate, run anywhere. The division of zero by anything,
//! and of anything by zero, is zero on both sides, as in the EVM.
//!
//! On top of the host functions stands [`mul_div`], the full-width `a * b / d`.
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

mod math;
mod mul_div;

pub use math::{math_add_mod, math_div, math_mod, math_mul_mod};
pub use mul_div::mul_div;

/// Re-exported so that a caller names the same integer type.
pub use alloy_primitives::U256;
