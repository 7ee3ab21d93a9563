//! A node that fails in every way a node fails: a proxy before a good one.

use std::{
    fmt,
    panic::resume_unwind,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy::{
    consensus::{
        Transaction as _, TxEnvelope,
        transaction::{Recovered, SignerRecoverable},
    },
    eips::eip2718::Decodable2718,
    primitives::{Bytes, keccak256},
    rpc::types::Transaction,
    transports::http::reqwest,
};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use eyre::Result;
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// How a request fails.
#[derive(Clone, Debug)]
pub(crate) enum Mood {
    /// No answer for longer than anyone waits.
    Hang,
    /// HTTP status 500.
    Broken,
    /// Half a JSON document.
    Garbage,
    /// The connection is dropped.
    Cut,
    /// The request is carried out, but its answer is lost.
    LostAnswer,
    /// A transaction is taken and thrown away.
    Swallow,
    /// Another result than the true one.
    Lie(Value),
    /// The true result, changed.
    Twist(Twist),
    /// A JSON-RPC error.
    Refuse(&'static str),
}

/// How a result is changed.
#[derive(Clone)]
pub(crate) struct Twist(Arc<dyn Fn(&mut Value) + Send + Sync>);

impl fmt::Debug for Twist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Twist")
    }
}

impl Mood {
    /// The true result, changed by `how`.
    pub(crate) fn twist(how: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::Twist(Twist(Arc::new(how)))
    }
}

/// Requests of a method, or of any if it is empty, that fail.
#[derive(Clone, Debug)]
struct Rule {
    method: &'static str,
    mood: Mood,
    times: usize,
}

/// The proxy; dropping it stops it.
pub(crate) struct Hostile {
    /// Where it is.
    pub(crate) url: String,
    rules: Arc<Mutex<Vec<Rule>>>,
    pool: Arc<Mutex<Pool>>,
    asked: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

#[derive(Clone)]
struct Inner {
    node: String,
    client: reqwest::Client,
    rules: Arc<Mutex<Vec<Rule>>>,
    pool: Arc<Mutex<Pool>>,
    asked: Arc<AtomicUsize>,
}

impl Hostile {
    /// A proxy before `node`, friendly until it is told otherwise.
    pub(crate) async fn before(node: &str) -> Result<Self> {
        let (rules, pool, asked) = (Arc::default(), Arc::default(), Arc::default());
        let inner = Inner {
            node: node.to_owned(),
            client: reqwest::Client::new(),
            rules: Arc::clone(&rules),
            pool: Arc::clone(&pool),
            asked: Arc::clone(&asked),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let app = Router::new().route("/", post(answer)).with_state(inner);
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Ok(Self { url, rules, pool, asked, server })
    }

    /// How many requests came so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    /// From now on, instead of what was before: the next `times` requests of `method` fail.
    pub(crate) fn set(&self, method: &'static str, mood: Mood, times: usize) {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        *rules = vec![Rule { method, mood, times }];
    }
}

impl Hostile {
    /// From now on a unit of gas costs `price`, as soon as a transaction was taken that offers less; none
    /// such is mined.
    pub(crate) fn spike(&self, price: u128) {
        lock(&self.pool).price = price;
    }

    /// What the versions of transactions that were taken and not mined offered, in order.
    pub(crate) fn kept(&self) -> Vec<u128> {
        lock(&self.pool).offers.clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Inner {
    fn mood(&self, method: &str) -> Option<Mood> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        let rule = rules
            .iter_mut()
            .find(|rule| rule.times > 0 && (rule.method.is_empty() || rule.method == method))?;
        rule.times -= 1;
        Some(rule.mood.clone())
    }

    async fn forward(&self, body: String) -> Response {
        self.twisted(body, |_| {}).await
    }

    /// The node's answer, with its result, if it has one, changed by `how`.
    async fn twisted(&self, body: String, how: impl Fn(&mut Value)) -> Response {
        let request = self.client.post(&self.node).header("content-type", "application/json");
        let answered = async { request.body(body).send().await?.json().await };
        let Ok(mut answer): Result<Value, _> = answered.await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        answer.get_mut("result").into_iter().for_each(how);
        Json(answer).into_response()
    }
}

/// Where transactions are that offer too little.
#[derive(Debug, Default)]
struct Pool {
    price: u128,
    waiting: Vec<Recovered<TxEnvelope>>,
    offers: Vec<u128>,
}

impl Pool {
    /// How a request is answered that the pool has something to say to.
    fn mood(&mut self, method: &str, parameter: &Value) -> Option<Mood> {
        match method {
            "eth_sendRawTransaction" => self.take(parameter.as_str()?.parse().ok()?),
            "eth_gasPrice" if !self.offers.is_empty() => {
                Some(Mood::Lie(json!(format!("{:#x}", self.price))))
            }
            "eth_getTransactionByHash" => {
                let asked = |one: &&Recovered<TxEnvelope>| json!(one.tx_hash()) == *parameter;
                let found = self.waiting.iter().find(asked)?.clone();
                Some(Mood::Lie(serde_json::to_value(pending(found)).ok()?))
            }
            _ => None,
        }
    }

    /// Keeps a transaction that offers too little, in the place of what waits under its number.
    fn take(&mut self, raw: Bytes) -> Option<Mood> {
        let transaction = TxEnvelope::decode_2718_exact(&raw).ok()?.try_into_recovered().ok()?;
        let number = |one: &Recovered<TxEnvelope>| (one.signer(), one.nonce());
        let same = |one: &Recovered<TxEnvelope>| number(one) == number(&transaction);
        let offer = transaction.max_fee_per_gas();
        let outbids = |one: &Recovered<TxEnvelope>| offer * 8 >= one.max_fee_per_gas() * 9;
        if self.waiting.iter().any(|one| same(one) && !outbids(one)) {
            return Some(Mood::Refuse("replacement transaction underpriced"));
        }
        self.waiting.retain(|one| !same(one));
        if offer >= self.price {
            return None;
        }
        self.offers.push(offer);
        self.waiting.push(transaction);
        Some(Mood::Lie(json!(keccak256(raw))))
    }
}

fn pending(inner: Recovered<TxEnvelope>) -> Transaction {
    Transaction {
        inner,
        block_hash: None,
        block_number: None,
        block_timestamp: None,
        transaction_index: None,
        effective_gas_price: None,
    }
}

async fn answer(State(inner): State<Inner>, body: String) -> Response {
    inner.asked.fetch_add(1, Ordering::Relaxed);
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let told = |rest: Value| {
        let mut answer = json!({ "jsonrpc": "2.0", "id": request["id"] });
        for (key, value) in rest.as_object().into_iter().flatten() {
            answer[key] = value.clone();
        }
        ([("content-type", "application/json")], answer.to_string()).into_response()
    };
    let method = request["method"].as_str().unwrap_or_default();
    match inner.mood(method).or_else(|| lock(&inner.pool).mood(method, &request["params"][0])) {
        None => inner.forward(body).await,
        Some(Mood::Hang) => {
            tokio::time::sleep(Duration::from_secs(20)).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        Some(Mood::Broken) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Mood::Garbage) => r#"{"jsonrpc":"2.0","res"#.into_response(),
        // Whoever serves the connection ends with it, and no panic is reported.
        Some(Mood::Cut) => resume_unwind(Box::new(())),
        Some(Mood::LostAnswer) => {
            inner.forward(body).await;
            resume_unwind(Box::new(()))
        }
        Some(Mood::Swallow) => {
            let raw: Bytes =
                request["params"][0].as_str().unwrap_or_default().parse().unwrap_or_default();
            told(json!({ "result": keccak256(raw) }))
        }
        Some(Mood::Twist(Twist(how))) => inner.twisted(body, |result| how(result)).await,
        Some(Mood::Lie(result)) => told(json!({ "result": result })),
        Some(Mood::Refuse(message)) => {
            told(json!({ "error": { "code": -32000, "message": message } }))
        }
    }
}
