//! A node that keeps its chain in a file is killed in the middle of its work, again and again.
//!
//! Every transaction adds one to a counter, so a state that existed shows the same number three times:
//! in the counter, as the height of the chain, and as the sender's nonce.

use std::{fs, thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    http::{Client, head, request},
    node::Node,
};

crate::trials![a_node_killed_at_any_moment_comes_back_with_a_state_that_existed];

/// How often it is killed.
const KILLS: u64 = 30;

/// The longest life of a node, in milliseconds: long enough to save more than once.
const LIFE: u64 = 1_500;

/// Transactions sent without waiting for their answers.
const PIPELINE: usize = 20;

/// Something to write that takes its time, in bytes.
const BALLAST: usize = 4 << 20;

/// Adds one to slot 0.
const COUNTER: &str = "0x5f546001015f55";
const CONTRACT: &str = "0x00000000000000000000000000000000000000aa";
const HEAVY: &str = "0x00000000000000000000000000000000000000bb";
const SENDER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

fn number(value: &Value) -> u64 {
    let digits = value.as_str().expect("a number").trim_start_matches("0x");
    u64::from_str_radix(digits.trim_start_matches('0'), 16).unwrap_or_default()
}

/// Counter, height and nonce.
fn told(client: &mut Client) -> [u64; 3] {
    [
        ("eth_getStorageAt", json!([CONTRACT, "0x0", "latest"])),
        ("eth_blockNumber", json!([])),
        ("eth_getTransactionCount", json!([SENDER, "latest"])),
    ]
    .map(|(method, params)| number(&client.ask(method, params).expect("a number")))
}

/// Sends until the time is over; returns how many transactions may have been mined.
fn work(node: &Node, life: Duration) -> u64 {
    let transaction = json!([{ "from": SENDER, "to": CONTRACT, "gas": "0x186a0" }]);
    let body = request("eth_sendTransaction", &transaction);
    let text = [&head(body.len())[..], body.as_bytes()].concat().repeat(PIPELINE);
    let (mut client, begin, mut sent) = (node.client(), std::time::Instant::now(), 0);
    while begin.elapsed() < life {
        client.write(&text).expect("the node listens");
        sent += PIPELINE as u64;
        for _ in 0..PIPELINE {
            let answer = client.read().expect("an answer").json();
            assert!(answer["error"].is_null(), "{answer}");
        }
    }
    sent
}

fn a_node_killed_at_any_moment_comes_back_with_a_state_that_existed() {
    let name = format!("siege-{}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    fs::create_dir_all(&directory).expect("a directory");
    let file = directory.join("chain.json");
    let (mut floor, mut ceiling, mut random) = (0, 0, 0x9E37_79B9_7F4A_7C15_u64);
    for kill in 0..KILLS {
        let node = Node::start_on(&file);
        let mut client = node.client();
        if kill == 0 {
            client.ask("anvil_setCode", json!([CONTRACT, COUNTER])).expect("a code is set");
            let ballast = format!("0x{}", "5b".repeat(BALLAST));
            client.ask("anvil_setCode", json!([HEAVY, ballast])).expect("a code is set");
            // The code at least must be saved before the first kill.
            thread::sleep(Duration::from_secs(4));
        }
        let [counter, height, nonce] = told(&mut client);
        assert_eq!([counter, height], [nonce; 2], "restart {kill}: no state that ever existed");
        assert!((floor..=ceiling).contains(&counter), "{counter} not in {floor}..={ceiling}");
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let life = Duration::from_millis((random >> 33) % LIFE);
        (floor, ceiling) = (counter, counter + work(&node, life));
    }
    assert!(floor > 0, "something was saved at some time");
    fs::remove_dir_all(&directory).expect("it can be removed");
}
