//! A node and a client for it.

use std::time::Duration;

use alloy::{
    network::EthereumWallet,
    primitives::Address,
    providers::{Provider, ProviderBuilder},
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::PrivateKeySigner,
    transports::{RpcError, TransportErrorKind},
};
use devnode::{Config, Node};

/// How a request can fail.
pub(crate) type Error = RpcError<TransportErrorKind>;

/// A fresh node on a port of its own.
pub(crate) async fn node() -> Node {
    Node::start(Config { port: 0, ..Config::default() }).await.expect("a free port")
}

/// A client that signs for all accounts of the node, the first by default.
pub(crate) fn client(node: &Node) -> impl Provider + Clone + use<> {
    let mut signers = node
        .accounts()
        .iter()
        .map(|account| PrivateKeySigner::from_bytes(&account.private_key).expect("a valid key"));
    let mut wallet = EthereumWallet::new(signers.next().expect("an account"));
    signers.for_each(|signer| wallet.register_signer(signer));
    let client = ProviderBuilder::new()
        .with_simple_nonce_management()
        .wallet(wallet)
        .connect_http(node.url().parse().expect("a URL"));
    client.client().set_poll_interval(Duration::from_millis(1));
    client
}

/// A client without keys: what it sends unsigned, the node has to sign.
pub(crate) fn keyless(node: &Node) -> impl Provider + Clone + use<> {
    let url = node.url().parse().expect("a URL");
    let client = ProviderBuilder::new().disable_recommended_fillers().connect_http(url);
    client.client().set_poll_interval(Duration::from_millis(1));
    client
}

/// An account of the node that is not the first.
pub(crate) fn alice(node: &Node) -> Address {
    node.accounts()[1].address
}

/// Sends and waits for the receipt.
pub(crate) async fn mined(
    client: &impl Provider,
    request: TransactionRequest,
) -> TransactionReceipt {
    let pending = client.send_transaction(request).await.expect("a valid transaction");
    pending.get_receipt().await.expect("a receipt")
}

/// Code and message of a refusal.
pub(crate) fn refusal(error: &Error) -> (i64, String) {
    let payload = error.as_error_resp().expect("an answer from the node");
    (payload.code, payload.message.to_string())
}
