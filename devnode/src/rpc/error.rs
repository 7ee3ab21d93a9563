//! The chain's errors as JSON-RPC shows them.
//!
//! A revert is code 3 with the revert's bytes as `data`, which is what clients decode custom errors
//! from; everything else that went wrong with a transaction or call is code −32000 with a sentence,
//! and what was wrong with the request itself −32602, as in geth.

use alloy::{
    primitives::Bytes,
    sol_types::{Panic, Revert, SolError},
};
use jsonrpsee::types::{
    ErrorObjectOwned,
    error::{INTERNAL_ERROR_CODE, INVALID_PARAMS_CODE},
};

use crate::chain::ChainError;

/// The code geth gives an execution that reverted.
const REVERTED: i32 = 3;

/// The code of every other refusal.
const SERVER_ERROR: i32 = -32000;

impl From<ChainError> for ErrorObjectOwned {
    fn from(error: ChainError) -> Self {
        match error {
            ChainError::Reverted(data) => Self::owned(REVERTED, revert_text(&data), Some(data)),
            ChainError::Request(_)
            | ChainError::Dump(_)
            | ChainError::TimestampBeforeHead { .. }
            | ChainError::TooManyBlocks { .. } => bad_params(error.to_string()),
            _ => Self::owned(SERVER_ERROR, error.to_string(), None::<()>),
        }
    }
}

/// The request's parameters make no sense, and why.
pub(super) fn bad_params(reason: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INVALID_PARAMS_CODE, reason, None::<()>)
}

/// A refusal that is not the chain's.
pub(super) fn refused(reason: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(SERVER_ERROR, reason, None::<()>)
}

/// The node itself is at fault.
pub(super) fn internal(reason: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(INTERNAL_ERROR_CODE, reason, None::<()>)
}

/// "execution reverted", and Solidity's own reason if the data carries one.
fn revert_text(data: &Bytes) -> String {
    match reason(data) {
        Some(reason) => format!("execution reverted: {reason}"),
        None => "execution reverted".into(),
    }
}

/// The reason that Solidity gives for a revert, if the data carries one.
pub(super) fn reason(data: &Bytes) -> Option<String> {
    let reason = Revert::abi_decode(data)
        .map(|revert| revert.reason)
        .or_else(|_| Panic::abi_decode(data).map(|panic| panic.to_string()));
    reason.ok()
}

#[cfg(test)]
mod tests {
    use alloy::{primitives::bytes, sol_types::PanicKind};

    use super::*;

    #[test]
    fn a_revert_carries_its_data_and_code_3() {
        let error = ErrorObjectOwned::from(ChainError::Reverted(bytes!("deadbeef")));
        assert_eq!(error.code(), 3);
        assert_eq!(error.message(), "execution reverted");
        assert_eq!(error.data().unwrap().get(), "\"0xdeadbeef\"");
    }

    #[test]
    fn the_reason_of_a_solidity_error_is_spelled_out() {
        let data = Revert::from("not yours").abi_encode().into();
        let error = ErrorObjectOwned::from(ChainError::Reverted(data));
        assert_eq!(error.message(), "execution reverted: not yours");
    }

    #[test]
    fn a_panic_is_named() {
        let data = Panic::from(PanicKind::UnderOverflow).abi_encode().into();
        let error = ErrorObjectOwned::from(ChainError::Reverted(data));
        assert!(error.message().contains("overflow"), "{}", error.message());
    }
}
