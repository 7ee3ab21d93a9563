//! What accounts own: balances, nonces, code, storage.

use std::sync::Arc;

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U64, U256},
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

use super::Api;
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
        Ok(U64::from(self.state(block)?.nonce(address)))
    }

    fn code(&self, address: Address, block: Option<BlockId>) -> RpcResult<Bytes> {
        Ok(self.state(block)?.code(address))
    }

    fn storage(&self, address: Address, slot: U256, block: Option<BlockId>) -> RpcResult<B256> {
        Ok(self.state(block)?.storage(address, slot).into())
    }
}
