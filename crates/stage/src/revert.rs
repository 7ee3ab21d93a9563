//! What a failed call leaves behind.

use core::fmt;

use alloy_primitives::hex;
use alloy_sol_types::SolError;

/// The revert data of a failed call. Empty for a panic, exhausted gas, a refused re-entry, and
/// calldata that no function takes.
#[derive(Clone, PartialEq, Eq)]
pub struct Revert(pub Vec<u8>);

impl Revert {
    /// The revert that `error` makes: `assert_eq!(result, Err(Revert::of(ZeroAmount {})))`.
    pub fn of<E: SolError>(error: E) -> Self {
        Self(error.abi_encode())
    }

    /// Whether this is the error `E`, whatever its parameters.
    #[must_use]
    pub fn is<E: SolError>(&self) -> bool {
        self.0.starts_with(&E::SELECTOR)
    }

    /// The parameters of the error `E`, if this is one.
    #[must_use]
    pub fn decode<E: SolError>(&self) -> Option<E> {
        E::abi_decode(&self.0).ok()
    }

    /// Whether nothing was said.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Revert(0x{})", hex::encode(&self.0))
    }
}

impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_silent() {
            return write!(f, "the call failed without data");
        }
        write!(f, "the call reverted with 0x{}", hex::encode(&self.0))
    }
}

impl core::error::Error for Revert {}
