//! What a wallet does: signing with the keys of the node's accounts.

use alloy::{
    dyn_abi::TypedData,
    eips::Encodable2718,
    primitives::{Address, B256, Bytes, eip191_hash_message},
    rpc::types::TransactionRequest,
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use serde_json::Value;

use super::{Api, error};

/// Methods that sign.
#[rpc(server)]
pub(super) trait Signing {
    /// Signs bytes as a message (EIP-191).
    #[method(name = "eth_sign")]
    fn sign(&self, address: Address, message: Bytes) -> RpcResult<Bytes>;

    /// Signs bytes as a message (EIP-191). The password, if there is one, is not looked at.
    #[method(name = "personal_sign")]
    fn personal_sign(
        &self,
        message: Bytes,
        address: Address,
        password: Option<String>,
    ) -> RpcResult<Bytes>;

    /// Signs structured data (EIP-712), given as JSON or as a string of JSON.
    #[method(
        name = "eth_signTypedData_v4",
        aliases = ["eth_signTypedData", "eth_signTypedData_v3"]
    )]
    fn sign_typed_data(&self, address: Address, data: Value) -> RpcResult<Bytes>;

    /// Signs a transaction, and returns it as `eth_sendRawTransaction` takes it.
    #[method(name = "eth_signTransaction")]
    async fn sign_transaction(&self, request: TransactionRequest) -> RpcResult<Bytes>;
}

impl Api {
    /// r, s, and 27 or 28.
    fn signature(&self, address: Address, hash: B256) -> RpcResult<Bytes> {
        Ok(self.chain.sign_hash(address, hash)?.as_bytes().into())
    }
}

#[jsonrpsee::core::async_trait]
impl SigningServer for Api {
    fn sign(&self, address: Address, message: Bytes) -> RpcResult<Bytes> {
        self.signature(address, eip191_hash_message(message))
    }

    fn personal_sign(
        &self,
        message: Bytes,
        address: Address,
        _password: Option<String>,
    ) -> RpcResult<Bytes> {
        self.sign(address, message)
    }

    fn sign_typed_data(&self, address: Address, data: Value) -> RpcResult<Bytes> {
        let hash = typed_data(data)
            .and_then(|data| data.eip712_signing_hash().map_err(|problem| problem.to_string()));
        self.signature(address, hash.map_err(|why| error::bad_params(format!("EIP-712: {why}")))?)
    }

    async fn sign_transaction(&self, request: TransactionRequest) -> RpcResult<Bytes> {
        let signed = self.run(move |chain| chain.sign_transaction(request)).await?;
        Ok(signed.inner().encoded_2718().into())
    }
}

fn typed_data(data: Value) -> Result<TypedData, String> {
    let parsed = match &data {
        Value::String(json) => serde_json::from_str(json),
        _ => serde_json::from_value(data),
    };
    parsed.map_err(|problem| problem.to_string())
}
