//! A chain that is asked in process, without a network.

use std::sync::Arc;

use jsonrpsee::server::Methods;

use crate::{chain::Chain, config::Config, rpc};

/// A chain behind the server's own decoder and methods, but behind no socket: a request's body goes
/// in, the answer's body comes out. It is what fuzzing works on, and a quick way to embed a chain.
///
/// There is no connection for it to push anything through, so subscriptions are refused.
#[derive(Clone, Debug)]
pub struct Endpoint(Methods);

impl Endpoint {
    /// The chain that `config` describes, whose host and port play no part.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self(rpc::methods_of(Arc::new(Chain::new(config))))
    }

    /// The name of every method, aliases included.
    pub fn methods(&self) -> impl Iterator<Item = &'static str> {
        self.0.method_names()
    }

    /// What the server answers to a POST with this body: JSON, an empty body for what asks for no
    /// answer, or a line of text for what is no request at all. Must be called inside a tokio
    /// runtime.
    pub async fn answer(&self, body: Vec<u8>) -> Vec<u8> {
        rpc::answer(self.0.clone(), body).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(body: &str) -> String {
        let answer = Endpoint::new(&Config::default()).answer(body.into()).await;
        String::from_utf8(answer).expect("text")
    }

    #[tokio::test]
    async fn it_answers_as_the_server_does() {
        let one = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#;
        let told = r#"{"jsonrpc":"2.0","id":1,"result":"0x64aba"}"#;
        assert_eq!(answer(one).await, told);
        assert_eq!(answer(&format!("[{one},{one}]")).await, format!("[{told},{told}]"));
        assert!(answer("{").await.contains("-32700"));
        assert_eq!(answer(r#"{"jsonrpc":"2.0","method":"eth_chainId"}"#).await, "");
    }

    #[test]
    fn it_names_its_methods() {
        let endpoint = Endpoint::new(&Config::default());
        assert!(endpoint.methods().any(|name| name == "eth_sendRawTransaction"));
    }
}
