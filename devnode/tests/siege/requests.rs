//! Hostile requests: each is answered with an error, or with what was asked for, within bounded
//! memory.

use serde_json::{Value, json};

use crate::{
    http::request,
    node::Node,
    properties::request::{endpoint, methods},
};

crate::trials![
    any_parameter_of_any_method_may_be_of_any_type,
    what_is_not_json_is_refused,
    what_is_not_json_rpc_is_refused,
    deep_nesting_overflows_no_stack_wherever_it_is,
    a_batch_of_batches_is_refused,
    a_full_batch_of_expensive_requests_is_answered,
    a_body_up_to_the_limit_is_read_and_a_longer_one_refused,
    absurd_ranges_of_blocks_are_empty_or_refused,
    fee_histories_of_absurd_size_are_refused,
    filters_of_absurd_size_are_refused,
    filters_without_end_are_refused,
    transactions_of_absurd_size_are_refused,
    numbers_beyond_their_type_are_refused,
];

const INVALID_PARAMS: i64 = -32602;
const INTERNAL_ERROR: i64 = -32603;

const ACCOUNT: &str = "0x3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E";

/// What a node may hold in memory after an attack, in MiB.
const MEMORY_MIB: u64 = 700;

/// A value of every kind, and the edges of numbers.
fn junk() -> Vec<Value> {
    let far = "f".repeat(10_000);
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("0x"),
        json!("0xzz"),
        json!("latest"),
        json!("ünïcödé\u{0}"),
        json!(ACCOUNT),
        json!(format!("0x{:064x}", 1)),
        json!(format!("0x{far}")),
        json!([]),
        json!([[[[[]]]]]),
        json!([ACCOUNT, null, {}]),
        json!({}),
        json!({ "": null }),
        json!({ "to": [], "from": {}, "data": 7, "topics": "x", "fromBlock": [], "address": 1 }),
    ]
}

fn any_parameter_of_any_method_may_be_of_any_type() {
    let mut node = Node::start();
    let mut client = node.client();
    let (junk, methods) = (junk(), methods(&endpoint()));
    assert!(methods.len() > 50, "{methods:?}");
    for method in methods {
        for (index, one) in junk.iter().enumerate() {
            let other = &junk[(index * 7 + 3) % junk.len()];
            let lists = [json!([one]), json!([ACCOUNT, one]), json!([one, other, one, other])];
            for params in lists.iter().chain([one]) {
                let answer = client.post(request(method, params).as_bytes());
                let code = answer.json()["error"]["code"].as_i64();
                assert_ne!(code, Some(INTERNAL_ERROR), "{method} {params}");
            }
        }
    }
    node.assert_alive();
}

fn what_is_not_json_is_refused() {
    let mut node = Node::start();
    let mut client = node.client();
    for body in [
        &b"{"[..],
        b"[",
        b"[,]",
        b"{]",
        b"{\"a\":}",
        b"[1 2]",
        b"{\"jsonrpc\":\"2.0\"",
        b"[\"\\ud800\"]",
        b"{\"\xff\xfe\": 1}",
        b"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\"},]",
    ] {
        let answer = client.post(body).json();
        let error = answer.get(0).unwrap_or(&answer)["error"]["code"].as_i64();
        assert!(error.is_some_and(|code| code < 0), "{}: {answer}", String::from_utf8_lossy(body));
    }
    for body in [&b""[..], b"\0", b"   ", b"null", b"7", b"\"eth_chainId\"", b"\xff\xff\xff"] {
        assert!(client.post(body).status >= 200, "an answer of HTTP at least");
    }
    node.assert_alive();
}

fn what_is_not_json_rpc_is_refused() {
    let mut node = Node::start();
    let mut client = node.client();
    for body in [
        json!({}),
        json!({ "method": "eth_chainId" }),
        json!({ "jsonrpc": "1.0", "id": 1, "method": "eth_chainId" }),
        json!({ "jsonrpc": "2.0", "id": {}, "method": "eth_chainId" }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": 7 }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "" }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "m".repeat(1 << 20) }),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_getBalance", "params": "x" }),
    ] {
        let answer = client.post(body.to_string().as_bytes()).json();
        assert!(answer["result"].is_null(), "{answer}");
    }
    node.assert_alive();
}

fn deep_nesting_overflows_no_stack_wherever_it_is() {
    let mut node = Node::start();
    let mut client = node.client();
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(200_000), close.repeat(200_000));
    for value in [deep("[", "]"), deep("{\"a\":", "}").replace(":}", ":1}"), "[".repeat(1_000_000)]
    {
        for method in ["eth_call", "eth_getLogs", "evm_mine", "nonsense"] {
            for params in [value.clone(), format!("[{value}]"), format!("[{{\"to\":{value}}}]")] {
                let body =
                    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#);
                assert_eq!(client.post(body.as_bytes()).status, 200);
            }
        }
        assert!(client.post(value.as_bytes()).status >= 200);
    }
    node.assert_alive();
}

fn a_batch_of_batches_is_refused() {
    let mut node = Node::start();
    let one = request("eth_chainId", &json!([]));
    let body = format!("[[{one}],[[{one}]],{one}]");
    let answer = node.client().post(body.as_bytes()).json();
    let refused = answer.as_array().expect("a batch").iter().filter(|one| one["error"].is_object());
    assert_eq!(refused.count(), 2);
    node.assert_alive();
}

fn a_full_batch_of_expensive_requests_is_answered() {
    let mut node = Node::start();
    let mut client = node.client();
    client.ask("anvil_mine", json!([2_000])).expect("blocks are made");
    let logs = request("eth_getLogs", &json!([{ "fromBlock": "earliest" }]));
    let body = format!("[{}]", vec![logs; 1_000].join(","));
    let answer = client.post(body.as_bytes()).json();
    assert_eq!(answer.as_array().expect("a batch").len(), 1_000);
    node.assert_alive();
    assert!(node.peak_mib() < MEMORY_MIB, "{} MiB", node.peak_mib());
}

fn a_body_up_to_the_limit_is_read_and_a_longer_one_refused() {
    let mut node = Node::start();
    let padded = |size: usize| request("web3_sha3", &json!([format!("0x{}", "0".repeat(size))]));
    let answer = node.client().post(padded(15 << 20).as_bytes());
    assert_eq!((answer.status, answer.json()["error"].is_null()), (200, true));
    assert_eq!(node.client().post(padded(17 << 20).as_bytes()).status, 413);

    // Announced, and never sent.
    let mut client = node.client();
    client.write(&crate::http::head(1 << 30)).expect("the node listens");
    assert_eq!(client.read().expect("an answer").status, 413);
    node.assert_alive();
    assert!(node.peak_mib() < MEMORY_MIB, "{} MiB", node.peak_mib());
}

fn absurd_ranges_of_blocks_are_empty_or_refused() {
    let mut node = Node::start();
    let mut client = node.client();
    let most = "0xffffffffffffffff";
    for (from, to) in [("0x0", most), (most, "0x0"), (most, most), ("latest", "earliest")] {
        let answer = client.ask("eth_getLogs", json!([{ "fromBlock": from, "toBlock": to }]));
        assert!(answer.is_err() || answer == Ok(json!([])), "{from} to {to}: {answer:?}");
    }
    assert_eq!(client.ask("eth_getBlockByNumber", json!([most, true])), Ok(Value::Null));
    assert!(client.ask("eth_call", json!([{ "to": ACCOUNT }, most])).is_err());
    assert!(client.ask("anvil_mine", json!([most])).is_err());
    node.assert_alive();
}

fn fee_histories_of_absurd_size_are_refused() {
    let mut node = Node::start();
    let mut client = node.client();
    client.ask("anvil_mine", json!([1_024])).expect("blocks are made");
    let history = json!([u64::MAX, "latest", vec![50; 200_000]]);
    let error = client.ask("eth_feeHistory", history).expect_err("a gigabyte of zeros");
    assert_eq!(error["code"], INVALID_PARAMS, "{error}");
    let history = client.ask("eth_feeHistory", json!([u64::MAX, "latest", [25, 75]]));
    assert!(history.is_ok(), "{history:?}");
    node.assert_alive();
    assert!(node.peak_mib() < MEMORY_MIB, "{} MiB", node.peak_mib());
}

fn filters_of_absurd_size_are_refused() {
    let mut node = Node::start();
    let mut client = node.client();
    let addresses: Vec<_> = (0..50_000).map(|number| format!("0x{number:040x}")).collect();
    let topics: Vec<_> = (0..50_000).map(|number| format!("0x{number:064x}")).collect();
    for filter in [json!({ "address": addresses }), json!({ "topics": [topics] })] {
        for method in ["eth_getLogs", "eth_newFilter"] {
            let error = client.ask(method, json!([filter])).expect_err("too much to look for");
            assert_eq!(error["code"], INVALID_PARAMS, "{error}");
        }
    }
    node.assert_alive();
}

fn filters_without_end_are_refused() {
    let mut node = Node::start();
    let mut client = node.client();
    let addresses: Vec<_> = (0..900).map(|number| format!("0x{number:040x}")).collect();
    let large = request("eth_newFilter", &json!([{ "address": addresses }]));
    let batch = format!("[{}]", vec![large; 250].join(","));
    let refused = (0..44).any(|_| {
        let answer = client.post(batch.as_bytes()).json();
        answer.as_array().expect("a batch").iter().any(|one| one["error"].is_object())
    });
    assert!(refused, "ten thousand filters are enough");
    node.assert_alive();
    assert!(node.peak_mib() < MEMORY_MIB, "{} MiB", node.peak_mib());
}

fn transactions_of_absurd_size_are_refused() {
    let mut node = Node::start();
    let mut client = node.client();
    let data = format!("0x{}", "00".repeat(4 << 20));
    for nonce in [0, 1] {
        let transaction = json!([{
            "from": ACCOUNT, "to": ACCOUNT, "data": data, "gas": "0x1c9c3800",
            "nonce": format!("{nonce:#x}"), "maxFeePerGas": "0x3b9aca00",
        }]);
        let error = client.ask("eth_sendTransaction", transaction).expect_err("four megabytes");
        let words = error["message"].as_str().expect("words");
        assert!(words.contains("oversized data"), "{words}");
    }
    node.assert_alive();
}

fn numbers_beyond_their_type_are_refused() {
    let mut node = Node::start();
    let mut client = node.client();
    let wide = format!("0x1{}", "0".repeat(64));
    for (method, params) in [
        ("anvil_setBalance", json!([ACCOUNT, wide])),
        ("anvil_setNonce", json!([ACCOUNT, "0x10000000000000000"])),
        ("evm_increaseTime", json!(["0x10000000000000000"])),
        ("eth_getStorageAt", json!([ACCOUNT, wide, "latest"])),
        ("eth_getBlockByNumber", json!(["0x10000000000000000", false])),
        ("eth_call", json!([{ "to": ACCOUNT, "value": wide }])),
    ] {
        let error = client.ask(method, params).expect_err("too wide");
        assert_eq!(error["code"], INVALID_PARAMS, "{method}: {error}");
    }
    // The widest that fit.
    client.ask("anvil_setNonce", json!([ACCOUNT, "0xffffffffffffffff"])).expect("a nonce");
    assert!(
        client.ask("eth_sendTransaction", json!([{ "from": ACCOUNT, "to": ACCOUNT }])).is_err()
    );
    client.ask("evm_increaseTime", json!(["0xffffffffffffffff"])).expect("a time");
    client.ask("evm_mine", json!([])).expect("a block at the end of time");
    client.ask("evm_mine", json!([])).expect("and another one");
    node.assert_alive();
}
