//! Who the node is: `web3_clientVersion`, `net_*`, `eth_chainId`.

use alloy::primitives::{B256, Bytes, U64, keccak256};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

use super::Api;

/// Name and version of this software.
pub(super) const CLIENT_VERSION: &str =
    concat!(env!("CARGO_PKG_NAME"), "/v", env!("CARGO_PKG_VERSION"));

/// Methods that tell the node apart from others.
#[rpc(server)]
pub(super) trait Identity {
    /// Name and version of this software.
    #[method(name = "web3_clientVersion")]
    fn client_version(&self) -> RpcResult<String>;

    /// The keccak-256 hash of some bytes.
    #[method(name = "web3_sha3")]
    fn sha3(&self, bytes: Bytes) -> RpcResult<B256>;

    /// The chain id, in decimal.
    #[method(name = "net_version")]
    fn network(&self) -> RpcResult<String>;

    /// Whether the node takes part in a network: this one is a network of its own.
    #[method(name = "net_listening")]
    fn listening(&self) -> RpcResult<bool>;

    /// How many nodes it is connected to.
    #[method(name = "net_peerCount")]
    fn peers(&self) -> RpcResult<U64>;

    /// The id that transactions are signed for.
    #[method(name = "eth_chainId")]
    fn chain_id(&self) -> RpcResult<U64>;

    /// Whether the node is behind: never.
    #[method(name = "eth_syncing")]
    fn syncing(&self) -> RpcResult<bool>;
}

impl IdentityServer for Api {
    fn client_version(&self) -> RpcResult<String> {
        Ok(CLIENT_VERSION.into())
    }

    fn sha3(&self, bytes: Bytes) -> RpcResult<B256> {
        Ok(keccak256(bytes))
    }

    fn network(&self) -> RpcResult<String> {
        Ok(self.chain.chain_id().to_string())
    }

    fn listening(&self) -> RpcResult<bool> {
        Ok(true)
    }

    fn peers(&self) -> RpcResult<U64> {
        Ok(U64::ZERO)
    }

    fn chain_id(&self) -> RpcResult<U64> {
        Ok(U64::from(self.chain.chain_id()))
    }

    fn syncing(&self) -> RpcResult<bool> {
        Ok(false)
    }
}
