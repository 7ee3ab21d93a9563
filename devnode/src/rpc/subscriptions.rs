//! `eth_subscribe`: what a client on a WebSocket is told without asking.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use alloy::rpc::types::{
    Filter,
    pubsub::{Params, SubscriptionKind},
};
use jsonrpsee::{
    PendingSubscriptionSink, SubscriptionSink,
    core::{SubscriptionResult, traits::IdProvider},
    proc_macros::rpc,
    server::SubscriptionMessage,
    types::SubscriptionId,
};
use serde::Serialize;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{Api, blocks, error, view};
use crate::chain::Block;

/// The subscription method.
#[rpc(server, namespace = "eth")]
pub(super) trait Subscriptions {
    /// Tells of new heads, of logs that match a filter, or of the hashes of mined transactions.
    #[subscription(name = "subscribe" => "subscription", unsubscribe = "unsubscribe", item = serde_json::Value)]
    async fn subscribe(&self, kind: SubscriptionKind, params: Option<Params>)
    -> SubscriptionResult;
}

/// Subscription ids as Ethereum clients expect them: hexadecimal strings.
#[derive(Debug, Default)]
pub(super) struct HexIds(AtomicU64);

impl IdProvider for HexIds {
    fn next_id(&self) -> SubscriptionId<'static> {
        format!("{:#x}", self.0.fetch_add(1, Ordering::Relaxed) + 1).into()
    }
}

#[jsonrpsee::core::async_trait]
impl SubscriptionsServer for Api {
    async fn subscribe(
        &self,
        pending: PendingSubscriptionSink,
        kind: SubscriptionKind,
        params: Option<Params>,
    ) -> SubscriptionResult {
        let told = match (kind, params.unwrap_or_default()) {
            (SubscriptionKind::NewHeads, _) => Told::Heads,
            (SubscriptionKind::Logs, Params::Logs(filter)) => Told::Logs(filter),
            (SubscriptionKind::Logs, _) => Told::Logs(Box::default()),
            (SubscriptionKind::NewPendingTransactions, _) => Told::Transactions,
            _ => {
                pending.reject(error::bad_params("this node has no such subscription")).await;
                return Ok(());
            }
        };
        if let Told::Logs(filter) = &told
            && let Err(refusal) = blocks::check(filter)
        {
            pending.reject(refusal).await;
            return Ok(());
        }
        let heads = self.chain.heads();
        let sink = pending.accept().await?;
        tokio::spawn(tell(sink, heads, told));
        Ok(())
    }
}

/// What a subscriber wants to be told.
enum Told {
    Heads,
    Transactions,
    Logs(Box<Filter>),
}

/// Tells until the client leaves or the chain ends. A client that reads too slowly misses blocks.
async fn tell(sink: SubscriptionSink, mut heads: Receiver<Arc<Block>>, told: Told) {
    loop {
        let block = tokio::select! {
            () = sink.closed() => return,
            block = heads.recv() => block,
        };
        match block {
            Ok(block) => {
                if told.tell(&sink, &block).await.is_none() {
                    return;
                }
            }
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "a subscriber is too slow"),
            Err(RecvError::Closed) => return,
        }
    }
}

impl Told {
    /// Sends what there is to tell about `block`; `None` when the client has left.
    async fn tell(&self, sink: &SubscriptionSink, block: &Block) -> Option<()> {
        match self {
            Self::Heads => send(sink, &view::header(block)).await,
            Self::Transactions => {
                for mined in &block.transactions {
                    send(sink, &mined.hash()).await?;
                }
                Some(())
            }
            Self::Logs(filter) => {
                for log in view::matching_logs(block, filter) {
                    send(sink, &log).await?;
                }
                Some(())
            }
        }
    }
}

async fn send(sink: &SubscriptionSink, item: &impl Serialize) -> Option<()> {
    let (method, id) = (sink.method_name(), sink.subscription_id());
    let message = SubscriptionMessage::new(method, id, item).ok()?;
    sink.send(message).await.ok()
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{U64, bytes};
    use jsonrpsee::{MethodsError, core::server::Subscription};
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        chain::Chain,
        config::Config,
        rpc::{Api, methods},
    };

    /// Code that logs nothing under topic 7: PUSH1 7, PUSH1 0, PUSH1 0, LOG1.
    const LOGS: alloy::primitives::Bytes = bytes!("600760006000a1");

    fn chain() -> Arc<Chain> {
        Arc::new(Chain::new(&Config::default()))
    }

    async fn subscribed(
        chain: &Arc<Chain>,
        params: &[Value],
    ) -> Result<Subscription, MethodsError> {
        let methods = methods(Api::new(Arc::clone(chain))).unwrap();
        methods.subscribe_unbounded("eth_subscribe", params.to_vec()).await
    }

    async fn next(subscription: &mut Subscription) -> Value {
        subscription.next::<Value>().await.unwrap().unwrap().0
    }

    /// Calls code that logs; returns the transaction's hash.
    fn log(chain: &Chain) -> alloy::primitives::B256 {
        let contract = alloy::primitives::Address::repeat_byte(7);
        chain.set_code(contract, LOGS);
        let request = json!({ "from": chain.accounts()[0], "to": contract });
        chain.send(serde_json::from_value(request).unwrap()).unwrap()
    }

    #[tokio::test]
    async fn a_subscriber_is_told_of_every_head() {
        let chain = chain();
        let mut heads = subscribed(&chain, &["newHeads".into()]).await.unwrap();
        chain.mine(2, 0).unwrap();
        for number in 1..=2 {
            assert_eq!(next(&mut heads).await["number"], json!(U64::from(number)));
        }
    }

    #[tokio::test]
    async fn a_subscriber_is_told_of_the_logs_it_asked_for_only() {
        let chain = chain();
        let topic = alloy::primitives::B256::with_last_byte;
        let filter = |byte| [json!("logs"), json!({ "topics": [topic(byte)] })];
        let mut wanted = subscribed(&chain, &filter(7)).await.unwrap();
        let mut unwanted = subscribed(&chain, &filter(8)).await.unwrap();
        let hash = log(&chain);
        assert_eq!(next(&mut wanted).await["transactionHash"], json!(hash));
        let nothing = unwanted.next::<Value>();
        let wait = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(wait, nothing).await.is_err());
    }

    #[tokio::test]
    async fn a_subscriber_is_told_of_mined_transactions() {
        let chain = chain();
        let mut mined = subscribed(&chain, &["newPendingTransactions".into()]).await.unwrap();
        let hash = log(&chain);
        assert_eq!(next(&mut mined).await, json!(hash));
    }

    #[tokio::test]
    async fn a_subscription_that_does_not_exist_is_refused() {
        assert!(subscribed(&chain(), &["syncing".into()]).await.is_err());
        assert!(subscribed(&chain(), &["gossip".into()]).await.is_err());
    }
}
