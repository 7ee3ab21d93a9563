//! Whatever the body of a request is: the node answers in JSON or not at all, never admits to a fault
//! of its own, and answers the next one.

use arbitrary::{Arbitrary, Result, Unstructured};
use devnode::{Config, Endpoint};
use serde_json::{Map, Value, json};

/// JSON-RPC's code for "the fault is the server's", which is what a caught panic becomes.
const INTERNAL_ERROR: i64 = -32603;

/// What an honest client asks after every request.
const ASK: &str = r#"{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber"}"#;

/// The most requests in a made-up batch.
const BATCH: usize = 8;
/// The most parameters of a made-up request, and entries of a made-up object.
const PARAMETERS: usize = 5;
/// How deep made-up values nest.
const DEPTH: u32 = 3;

/// The words that requests are made of, and a few that none is.
const WORDS: [&str; 44] = [
    "0x",
    "0x0",
    "0x1",
    "0xff",
    "0x00",
    "0xg",
    "",
    "1",
    "-1",
    "latest",
    "earliest",
    "pending",
    "safe",
    "finalized",
    "newHeads",
    "logs",
    "newPendingTransactions",
    "callTracer",
    "prestateTracer",
    "0x3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E",
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x0000000000000000000000000000000000000000",
    "0x0000000000000000000000000000000000000064",
    "0x0000000000000000000000000000000000000071",
    "0x4e59b44847b379578588920cA78FbF26c0B4956C",
    "0x0000000000000000000000000000000000000000000000000000000000000000",
    "0x0000000000000000000000000000000000000000000000000000000000000001",
    "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "0xffffffffffffffff",
    "0x8000000000000000",
    "0x10000000000000000",
    "0x7fffffff",
    "0xffffffffffffffffffffffffffffffff",
    "0x5208",
    "0x58c780c2",
    "0x600760006000a1",
    "0x60206000f3",
    "0x3d602d80600a3d3981f3",
    "0xef0100",
    "0xeff00000",
    "0xeff00200",
    "0xef",
    "0x02c0",
    "\u{0}",
];

/// The keys of the objects that methods take.
const KEYS: [&str; 42] = [
    "from",
    "to",
    "gas",
    "gasPrice",
    "maxFeePerGas",
    "maxPriorityFeePerGas",
    "value",
    "data",
    "input",
    "nonce",
    "chainId",
    "type",
    "accessList",
    "authorizationList",
    "address",
    "storageKeys",
    "fromBlock",
    "toBlock",
    "blockHash",
    "blockNumber",
    "requireCanonical",
    "topics",
    "balance",
    "code",
    "state",
    "stateDiff",
    "number",
    "time",
    "timestamp",
    "blocks",
    "gasLimit",
    "baseFee",
    "coinbase",
    "tracer",
    "tracerConfig",
    "onlyTopCall",
    "withLog",
    "diffMode",
    "enableMemory",
    "yParity",
    "r",
    "s",
];

/// Sends a body, and then asks whether all is well.
pub fn is_answered(runtime: &tokio::runtime::Runtime, endpoint: &Endpoint, body: Vec<u8>) {
    let answer = runtime.block_on(endpoint.answer(body));
    if !answer.is_empty() {
        let answer: Value = serde_json::from_slice(&answer).expect("an answer in JSON");
        let all = answer.as_array().cloned().unwrap_or_else(|| vec![answer]);
        assert!(all.iter().all(|one| one["error"]["code"] != INTERNAL_ERROR), "{all:?}");
    }
    let well = runtime.block_on(endpoint.answer(ASK.into()));
    let well: Value = serde_json::from_slice(&well).expect("an answer in JSON");
    assert!(well["result"].is_string(), "{well}");
}

/// A chain for requests to come, whose time stands at its start.
pub fn endpoint() -> Endpoint {
    Endpoint::new(&Config { timestamp: Some(1_790_000_000), ..Config::default() })
}

/// The methods to try: all but those that push, which over HTTP get an internal error from the server
/// library for an answer.
pub fn methods(endpoint: &Endpoint) -> Vec<&'static str> {
    let mut methods: Vec<_> =
        endpoint.methods().filter(|name| !name.contains("ubscribe")).collect();
    methods.sort_unstable();
    methods
}

/// A body made of arbitrary data: one request or a batch of what looks like requests for `methods`,
/// or the data itself.
///
/// # Errors
/// When there is too little data.
pub fn body(data: &mut Unstructured<'_>, methods: &[&str]) -> Result<Vec<u8>> {
    let count = data.int_in_range(0..=BATCH)?;
    if count == 0 {
        return Ok(data.bytes(data.len())?.to_vec());
    }
    let mut batch = Vec::new();
    for _ in 0..count {
        batch.push(request(data, methods)?);
    }
    let body = if count == 1 { batch.remove(0) } else { batch.into() };
    Ok(body.to_string().into_bytes())
}

fn request(data: &mut Unstructured<'_>, methods: &[&str]) -> Result<Value> {
    let method = *data.choose(methods)?;
    let mut params = Vec::new();
    for _ in 0..data.int_in_range(0..=PARAMETERS)? {
        params.push(value(data, DEPTH)?);
    }
    Ok(json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }))
}

fn value(data: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    let kinds = if depth == 0 { 4 } else { 7 };
    Ok(match data.int_in_range(0..=kinds)? {
        0 => Value::Null,
        1 => bool::arbitrary(data)?.into(),
        2 => small(data)?.into(),
        3 | 4 => (*data.choose(&WORDS)?).into(),
        5 => format!("0x{:x}", small(data)?).into(),
        6 => list(data, depth - 1)?,
        _ => object(data, depth - 1)?,
    })
}

/// A number; small ones more often, since a large one may ask for a lot of work.
fn small(data: &mut Unstructured<'_>) -> Result<i64> {
    if data.ratio(1, 8)? { i64::arbitrary(data) } else { Ok(i8::arbitrary(data)?.into()) }
}

fn list(data: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    let mut items = Vec::new();
    for _ in 0..data.int_in_range(0..=PARAMETERS)? {
        items.push(value(data, depth)?);
    }
    Ok(items.into())
}

fn object(data: &mut Unstructured<'_>, depth: u32) -> Result<Value> {
    let mut entries = Map::new();
    for _ in 0..data.int_in_range(0..=PARAMETERS)? {
        let key = if data.ratio(1, 6)? { data.choose(&WORDS)? } else { data.choose(&KEYS)? };
        entries.insert((*key).to_owned(), value(data, depth)?);
    }
    Ok(entries.into())
}
