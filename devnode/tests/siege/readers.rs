//! Clients of a WebSocket that say more than they listen, and an honest one in a hurry.

use std::{collections::BTreeSet, net::TcpStream, time::Duration};

use serde_json::{Value, json};

use crate::{
    http::{Client, request},
    node::Node,
    websocket,
};

crate::trials![
    who_asks_and_never_reads_does_not_fill_the_memory,
    who_asks_in_batches_and_never_reads_does_not_fill_the_memory,
    who_talks_nonsense_and_never_reads_does_not_fill_the_memory,
    who_talks_nonsense_faster_than_it_is_answered_does_not_fill_the_memory,
    who_reads_late_gets_every_answer,
    who_asks_a_thousand_things_at_once_gets_every_answer,
];

/// What a client may make the node hold, in MiB: a few of the answers below, and what they are made of.
const MEMORY_MIB: u64 = 150;

/// How often a deaf client asks for an answer of 4 MiB: 2 GiB in all.
const TIMES: usize = 500;

const ACCOUNT: &str = "0x00000000000000000000000000000000000000aa";

/// A node with an account whose code takes 4 MiB to tell.
fn node() -> Node {
    let node = Node::start();
    let code = format!("0x{}", "00".repeat(2 << 20));
    node.client().ask("anvil_setCode", json!([ACCOUNT, code])).expect("a code is set");
    node
}

/// Asks for that code.
fn ask() -> String {
    request("eth_getCode", &json!([ACCOUNT, "latest"]))
}

fn websocket(node: &Node) -> Client {
    let mut client = node.client();
    websocket::open(&mut client);
    client
}

/// Sends `message` to the node until it takes no more, and looks at what it holds then.
fn talk_without_reading(message: &str, times: usize) {
    let mut node = node();
    let before = node.resident_mib();
    let mut deaf = websocket(&node);
    let socket: &TcpStream = deaf.stream().get_ref();
    socket.set_write_timeout(Some(Duration::from_secs(2))).expect("a time");
    // Many at once, so that they are there before the first answer is.
    let burst = websocket::frame(message).repeat((64 << 10) / message.len().min(64 << 10));
    let _ = deaf.write(&burst);
    let sent = (0..times).take_while(|_| websocket::send(&mut deaf, message).is_ok()).count();
    std::thread::sleep(Duration::from_secs(2));
    node.assert_alive();
    let grown = node.peak_mib().saturating_sub(before);
    assert!(grown < MEMORY_MIB, "{grown} MiB more after {sent} of {times} messages");
    let held = node.descriptors();
    drop(deaf);
    let forgotten = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        node.descriptors() < held || held == 0
    });
    assert!(forgotten, "the connection is kept when the client is gone");
}

fn who_asks_and_never_reads_does_not_fill_the_memory() {
    talk_without_reading(&ask(), TIMES);
}

fn who_asks_in_batches_and_never_reads_does_not_fill_the_memory() {
    talk_without_reading(&format!("[{}]", ask()), TIMES);
    talk_without_reading(&format!("[{}]", vec![ask(); 8].join(",")), TIMES);
}

fn who_talks_nonsense_and_never_reads_does_not_fill_the_memory() {
    talk_without_reading("{", 2_000_000);
    talk_without_reading(&format!("{{{}", "x".repeat(1 << 20)), 2_000);
}

fn who_talks_nonsense_faster_than_it_is_answered_does_not_fill_the_memory() {
    let mut node = Node::start();
    let before = node.resident_mib();
    let mut talker = websocket(&node);
    let mut listener = talker.stream().get_ref().try_clone().expect("a socket");
    let listens = std::thread::spawn(move || std::io::copy(&mut listener, &mut std::io::sink()));
    for _ in 0..600_000 {
        websocket::send(&mut talker, "{").expect("the node listens");
    }
    node.assert_alive();
    let grown = node.peak_mib().saturating_sub(before);
    assert!(grown < MEMORY_MIB, "{grown} MiB more");
    talker.stream().get_ref().shutdown(std::net::Shutdown::Both).expect("a socket");
    // A reset is an end, too.
    let _ = listens.join().expect("no panic");
}

fn who_reads_late_gets_every_answer() {
    let node = node();
    let mut client = websocket(&node);
    for _ in 0..40 {
        websocket::send(&mut client, &ask()).expect("the node listens");
    }
    std::thread::sleep(Duration::from_secs(1));
    for _ in 0..40 {
        let answer: Value = serde_json::from_str(&websocket::read(&mut client)).expect("JSON");
        assert_eq!(answer["result"].as_str().map(str::len), Some(2 + (4 << 20)));
    }
}

fn who_asks_a_thousand_things_at_once_gets_every_answer() {
    let node = Node::start();
    let mut client = websocket(&node);
    for round in 0..5 {
        for id in 0..1_000 {
            let call = json!({ "jsonrpc": "2.0", "id": id, "method": "eth_chainId", "params": [] });
            let message = if id % 3 == 0 { json!([call]) } else { call };
            websocket::send(&mut client, &message.to_string()).expect("the node listens");
        }
        let answered: BTreeSet<_> = (0..1_000).map(|_| answered(&mut client)).collect();
        assert!(answered.into_iter().eq(0..1_000), "round {round}");
    }
}

/// Reads an answer, alone or in a batch; returns its id.
fn answered(client: &mut Client) -> u64 {
    let answer: Value = serde_json::from_str(&websocket::read(client)).expect("JSON");
    let answer = if answer.is_array() { &answer[0] } else { &answer };
    assert_eq!(answer["result"], "0x64aba");
    answer["id"].as_u64().expect("a number")
}
