//! Calls that have to fail, and the reason as a client decodes it.

use alloy::{
    eips::BlockId,
    primitives::{Address, Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolError},
    transports::TransportResult,
};
use tributary::abi::explain;

use crate::World;

impl World {
    /// Makes sure that `call` of `from` fails with exactly `error`, as `eth_call` and as
    /// `eth_estimateGas` tell it.
    ///
    /// # Panics
    /// If it does anything else.
    pub async fn refused<C: SolCall, E: SolError>(
        &self,
        from: &PrivateKeySigner,
        to: Address,
        call: &C,
        error: E,
    ) {
        self.refused_with_value(from, to, &call.abi_encode(), U256::ZERO, &error.abi_encode())
            .await;
    }

    /// Makes sure that calldata with `value` wei fails with exactly the data `error`.
    ///
    /// # Panics
    /// If it does anything else.
    pub async fn refused_with_value(
        &self,
        from: &PrivateKeySigner,
        to: Address,
        calldata: &[u8],
        value: U256,
        error: &[u8],
    ) {
        let request = TransactionRequest::default().from(from.address()).to(to).value(value);
        let request = request.input(Bytes::copy_from_slice(calldata).into());
        let provider = self.chain.provider();
        // Left alone, both would be asked of the block to come, where the clock has run on.
        let called = provider.call(request.clone()).block(BlockId::latest());
        let estimated = provider.estimate_gas(request).block(BlockId::latest());
        let (called, estimated) = (revert_data(&called.await), revert_data(&estimated.await));
        for (method, found) in [("eth_call", called), ("eth_estimateGas", estimated)] {
            let found = found.unwrap_or_else(|| panic!("{method} should fail: {}", explain(error)));
            assert_eq!(
                found.as_ref(),
                error,
                "{method}: {}, not {}",
                explain(&found),
                explain(error)
            );
        }
    }
}

/// The data of a revert, empty if the node gave none; `None` if nothing failed.
///
/// # Panics
/// If the node did not answer at all.
pub fn revert_data<T>(answer: &TransportResult<T>) -> Option<Bytes> {
    let error = answer.as_ref().err()?;
    let response = error.as_error_resp().unwrap_or_else(|| panic!("the node is gone: {error}"));
    Some(response.as_revert_data().unwrap_or_default())
}
