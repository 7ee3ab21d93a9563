//! The one error type of contracts and components.

use alloc::vec::Vec;

use alloy_primitives::{B256, U256};
use alloy_sol_types::Panic;

use crate::{abi::message, fail};

/// Solidity's panic code of an arithmetic overflow.
const OVERFLOW: u64 = 0x11;

/// A failed call: the ABI encoding of the error that says why. Made by [`fail!`](crate::fail).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert(Vec<u8>);

impl Revert {
    /// An error by its selector and the words of its parameters.
    ///
    /// Out of line, because no error is raised on a path that succeeds.
    #[cold]
    #[inline(never)]
    pub(crate) fn new(selector: [u8; 4], words: &[B256]) -> Self {
        Self(message(selector, words))
    }

    /// No data: the call itself was malformed, as Solidity answers it.
    #[must_use]
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// `Panic(0x11)`, as Solidity's checked arithmetic reverts.
    #[must_use]
    pub fn overflow() -> Self {
        fail!(Panic, U256::from(OVERFLOW))
    }

    /// The revert data: four bytes of selector, then the arguments.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        &self.0
    }
}

impl From<Revert> for Vec<u8> {
    fn from(revert: Revert) -> Self {
        revert.0
    }
}
