//! What waits: `txpool_*`, in geth's form.
//!
//! *Pending* is what could be mined now and isn't, because blocks are not made by themselves; *queued*
//! is what waits for the nonces before it.

use std::collections::BTreeMap;

use alloy::{
    consensus::{Transaction as _, TxEnvelope, transaction::Recovered},
    primitives::{Address, U64},
    rpc::types::Transaction,
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use serde::Serialize;

use super::{Api, view};

/// Both kinds of waiting transactions, in some form.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Waiting<T> {
    pending: T,
    queued: T,
}

/// Something for every waiting transaction, by nonce.
type ByNonce<T> = BTreeMap<String, T>;

/// The same, by sender.
type BySender<T> = BTreeMap<Address, ByNonce<T>>;

/// Methods that show what waits.
#[rpc(server, namespace = "txpool")]
pub(super) trait Pool {
    /// How many wait.
    #[method(name = "status")]
    fn status(&self) -> RpcResult<Waiting<U64>>;

    /// Those that wait.
    #[method(name = "content")]
    fn content(&self) -> RpcResult<Waiting<BySender<Transaction>>>;

    /// Those of one sender that wait.
    #[method(name = "contentFrom")]
    fn content_from(&self, sender: Address) -> RpcResult<Waiting<ByNonce<Transaction>>>;

    /// Those that wait, a line for each.
    #[method(name = "inspect")]
    fn inspect(&self) -> RpcResult<Waiting<BySender<String>>>;
}

impl PoolServer for Api {
    fn status(&self) -> RpcResult<Waiting<U64>> {
        Ok(self.waiting(|transactions| U64::from(transactions.len())))
    }

    fn content(&self) -> RpcResult<Waiting<BySender<Transaction>>> {
        Ok(self.waiting(|transactions| by_sender(transactions, view::waiting)))
    }

    fn content_from(&self, sender: Address) -> RpcResult<Waiting<ByNonce<Transaction>>> {
        Ok(self.waiting(|transactions| {
            by_sender(transactions, view::waiting).remove(&sender).unwrap_or_default()
        }))
    }

    fn inspect(&self) -> RpcResult<Waiting<BySender<String>>> {
        Ok(self.waiting(|transactions| by_sender(transactions, |transaction| line(&transaction))))
    }
}

impl Api {
    fn waiting<T>(&self, show: impl Fn(Vec<Recovered<TxEnvelope>>) -> T) -> Waiting<T> {
        let [pending, queued] = self.chain.waiting_transactions().map(show);
        Waiting { pending, queued }
    }
}

fn by_sender<T>(
    transactions: Vec<Recovered<TxEnvelope>>,
    show: impl Fn(Recovered<TxEnvelope>) -> T,
) -> BySender<T> {
    let mut senders = BySender::default();
    for transaction in transactions {
        let (sender, nonce) = (transaction.signer(), transaction.nonce().to_string());
        senders.entry(sender).or_default().insert(nonce, show(transaction));
    }
    senders
}

/// Receiver, value, gas limit and price.
fn line(transaction: &TxEnvelope) -> String {
    let to = transaction.to().map_or("contract creation".to_owned(), |to| to.to_string());
    let (value, gas) = (transaction.value(), transaction.gas_limit());
    let price = transaction.max_fee_per_gas();
    format!("{to}: {value} wei + {gas} gas × {price} wei")
}
