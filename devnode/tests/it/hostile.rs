//! Requests that no honest client sends end in errors, and the node goes on.

use alloy::{
    primitives::{Bytes, bytes},
    providers::Provider,
    rpc::types::state::{AccountOverride, StateOverride},
};
use devnode::Node;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    contract,
    setup::{alice, client, node, refusal},
};

/// Asks for the chain id.
const ASK: &str = r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}"#;

/// Posts `body` to `url`; returns the status line and body of the answer.
async fn post(url: &str, body: &str) -> (String, String) {
    let address = url.strip_prefix("http://").expect("HTTP");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // A node that refuses a long body by its header closes before it has all been sent.
    let _ = stream.write_all(body.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (head.lines().next().unwrap_or_default().into(), body.into())
}

async fn code(node: &Node, body: &str) -> i64 {
    let (_, answer) = post(&node.url(), body).await;
    let answer: Value = serde_json::from_str(&answer).expect(&answer);
    answer["error"]["code"].as_i64().expect("an error")
}

async fn assert_alive(node: &Node) {
    assert_eq!(client(node).get_chain_id().await.unwrap(), node.chain_id());
}

#[tokio::test]
async fn what_is_not_json_is_a_parse_error() {
    let node = node().await;
    for body in ["", "{", "\u{0}", "not json at all"] {
        assert_eq!(code(&node, body).await, -32700, "{body:?}");
    }
    assert_alive(&node).await;
}

#[tokio::test]
async fn an_unknown_method_is_said_to_be_unknown() {
    let node = node().await;
    let error = client(&node).raw_request::<_, Value>("eth_nonsense".into(), ()).await.unwrap_err();
    assert_eq!(refusal(&error).0, -32601);
}

#[tokio::test]
async fn nonsense_parameters_are_invalid_parameters() {
    let node = node().await;
    let address = "0x3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E";
    let nonsense = [
        ("eth_getBalance", json!([])),
        ("eth_getBalance", json!(["0x1234"])),
        ("eth_getBalance", json!([address, "yesterday"])),
        ("eth_getStorageAt", json!([address, format!("0x{}", "f".repeat(65))])),
        ("eth_getBlockByNumber", json!(["0xfffffffffffffffffffff", true])),
        ("eth_getTransactionByHash", json!([7])),
        ("eth_call", json!(["what?"])),
        ("eth_call", json!([{ "to": address, "gas": "0xfffffffffffffffffff" }])),
        ("eth_call", json!([{ "to": address, "gasPrice": "0x1", "maxFeePerGas": "0x1" }])),
        ("eth_getLogs", json!([{ "topics": [[[[]]]] }])),
        ("eth_getLogs", json!([{ "blockHash": address }])),
        ("evm_increaseTime", json!([-5])),
        ("anvil_setBalance", json!([address, "a lot"])),
        ("eth_sendTransaction", json!([{ "value": "0x1" }])),
    ];
    for (method, params) in nonsense {
        let error =
            client(&node).raw_request::<_, Value>(method.into(), &params).await.unwrap_err();
        assert_eq!(refusal(&error).0, -32602, "{method} {params}: {error}");
    }
    assert_alive(&node).await;
}

#[tokio::test]
async fn bytes_that_are_no_transaction_are_refused() {
    let node = node().await;
    let client = client(&node);
    let nonsense: [Bytes; 6] = [
        Bytes::new(),
        bytes!("00"),
        bytes!("02c0"),
        bytes!("ff00ff00"),
        bytes!("7f"),
        vec![0xf8; 100_000].into(),
    ];
    for bytes in nonsense {
        let error = client.send_raw_transaction(&bytes).await.unwrap_err();
        assert_eq!(refusal(&error).0, -32000, "{error}");
    }
    assert_eq!(client.get_block_number().await.unwrap(), 0);
}

#[tokio::test]
async fn a_giant_batch_is_refused_and_a_reasonable_one_answered() {
    let node = node().await;
    let batch = |length| format!("[{}]", vec![ASK; length].join(","));

    let (_, answer) = post(&node.url(), &batch(100)).await;
    let answers: Vec<Value> = serde_json::from_str(&answer).unwrap();
    assert_eq!(answers.len(), 100);
    assert!(code(&node, &batch(1_001)).await < 0);
    assert_alive(&node).await;
}

#[tokio::test]
async fn a_request_too_long_is_refused() {
    let node = node().await;
    let (status, _) = post(&node.url(), &" ".repeat(20 << 20)).await;
    assert!(status.contains("413"), "{status:?}");
    assert_alive(&node).await;
}

#[tokio::test]
async fn deep_nesting_is_an_error_and_not_a_crash() {
    let node = node().await;
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"eth_call","params":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(code(&node, &deep).await < 0);
    assert_alive(&node).await;
}

#[tokio::test]
async fn slow_calls_do_not_hold_up_the_others() {
    let node = node().await;
    let client = client(&node);
    // JUMPDEST, PUSH1 0, JUMP: spends all the gas there is.
    let endless = AccountOverride::default().with_code(bytes!("5b600056"));
    let endless = StateOverride::from_iter([(alice(&node), endless)]);
    let slow = (0..8).map(|_| {
        let (client, endless, request) =
            (client.clone(), endless.clone(), contract::count(alice(&node)));
        tokio::spawn(async move { client.call(request).overrides(endless).await })
    });
    let slow: Vec<_> = slow.collect();

    for _ in 0..100 {
        client.get_balance(alice(&node)).await.unwrap();
    }

    for call in slow {
        assert_eq!(refusal(&call.await.unwrap().unwrap_err()).1, "out of gas");
    }
}

#[tokio::test]
async fn hundreds_of_clients_at_once_are_served() {
    let node = node().await;
    let clients = (0..400).map(|_| {
        let url = node.url();
        tokio::spawn(async move { post(&url, ASK).await })
    });
    for answer in clients.collect::<Vec<_>>() {
        let (_, body) = answer.await.unwrap();
        assert!(body.contains("\"result\":\"0x64aba\""), "{body}");
    }
}
