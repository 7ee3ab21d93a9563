//! What accounts own: balances, nonces, code, storage.

use std::sync::Arc;

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U64, U256},
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use serde_json::Value;

use super::{Api, error};
use crate::evm::State;

/// Methods that read the state after a block (the latest, without one).
#[rpc(server, namespace = "eth")]
pub(super) trait Accounts {
    /// The accounts that the node signs for.
    #[method(name = "accounts")]
    fn accounts(&self) -> RpcResult<Vec<Address>>;

    /// A balance in wei.
    #[method(name = "getBalance")]
    fn balance(&self, address: Address, block: Option<BlockId>) -> RpcResult<U256>;

    /// The nonce of an account's next transaction.
    #[method(name = "getTransactionCount")]
    fn nonce(&self, address: Address, block: Option<BlockId>) -> RpcResult<U64>;

    /// The code at an address, a Stylus program's prefix included.
    #[method(name = "getCode")]
    fn code(&self, address: Address, block: Option<BlockId>) -> RpcResult<Bytes>;

    /// One slot of an account's storage.
    #[method(name = "getStorageAt")]
    fn storage(&self, address: Address, slot: U256, block: Option<BlockId>) -> RpcResult<B256>;

    /// Refused: there is no trie to prove anything by.
    #[method(name = "getProof")]
    fn proof(
        &self,
        address: Address,
        slots: Vec<Value>,
        block: Option<BlockId>,
    ) -> RpcResult<Value>;
}

impl Api {
    fn state(&self, block: Option<BlockId>) -> RpcResult<Arc<State>> {
        Ok(self.chain.state(block.unwrap_or_default())?)
    }
}

impl AccountsServer for Api {
    fn accounts(&self) -> RpcResult<Vec<Address>> {
        Ok(self.chain.accounts().to_vec())
    }

    fn balance(&self, address: Address, block: Option<BlockId>) -> RpcResult<U256> {
        Ok(self.state(block)?.balance(address))
    }

    fn nonce(&self, address: Address, block: Option<BlockId>) -> RpcResult<U64> {
        if block.is_some_and(|block| block.is_pending()) {
            return Ok(U64::from(self.chain.pending_nonce(address)));
        }
        Ok(U64::from(self.state(block)?.nonce(address)))
    }

    fn code(&self, address: Address, block: Option<BlockId>) -> RpcResult<Bytes> {
        Ok(self.state(block)?.code(address))
    }

    fn storage(&self, address: Address, slot: U256, block: Option<BlockId>) -> RpcResult<B256> {
        Ok(self.state(block)?.storage(address, slot).into())
    }

    fn proof(&self, _: Address, _: Vec<Value>, _: Option<BlockId>) -> RpcResult<Value> {
        Err(error::refused(
            "eth_getProof is not supported: this node keeps no state trie, and its state roots are \
             zero; eth_getStorageAt and eth_getBalance show the same without proof",
        ))
    }
}
