//! Clients that are slow, silent or gone, and what the others notice of them: nothing.

use std::{
    io::Read,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    http::{Client, head, request},
    node::Node,
    websocket,
};

crate::trials![
    a_client_that_sends_a_byte_at_a_time_is_served_in_the_end,
    clients_that_stop_in_the_middle_of_a_request_hold_up_nobody,
    clients_that_vanish_leave_nothing_behind,
    a_client_that_never_reads_its_answers_does_not_fill_the_memory,
    a_subscriber_that_never_reads_does_not_fill_the_memory,
    subscriptions_without_end_are_refused,
    a_node_out_of_file_descriptors_recovers,
    what_is_not_http_is_refused,
];

/// What a node may hold in memory after an attack, in MiB.
const MEMORY_MIB: u64 = 700;

fn chain_id() -> String {
    request("eth_chainId", &json!([]))
}

fn a_client_that_sends_a_byte_at_a_time_is_served_in_the_end() {
    let mut node = Node::start();
    let mut client = node.client();
    let body = chain_id();
    for byte in [&head(body.len()), body.as_bytes()].concat() {
        client.write(&[byte]).expect("the node listens");
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(client.read().expect("an answer").json()["result"], "0x64aba");
    node.assert_alive();
}

fn clients_that_stop_in_the_middle_of_a_request_hold_up_nobody() {
    let mut node = Node::start();
    let stalled: Vec<_> = (0..1_500)
        .map(|number| {
            let mut client = node.client();
            let text = [&head(1_000)[..], b"{\"jsonrpc\""].concat();
            client.write(&text[..text.len() * (number % 4 + 1) / 4]).expect("the node listens");
            client
        })
        .collect();
    let begin = Instant::now();
    let mut client = node.client();
    for _ in 0..200 {
        client.ask("eth_blockNumber", json!([])).expect("an answer");
    }
    assert!(begin.elapsed() < Duration::from_secs(20), "took {:?}", begin.elapsed());
    node.assert_alive();
    drop(stalled);
}

fn clients_that_vanish_leave_nothing_behind() {
    let mut node = Node::start();
    let before = node.resident_mib();
    node.client().ask("anvil_mine", json!([200])).expect("blocks are made");
    let body = request("eth_getLogs", &json!([{ "fromBlock": "0x0" }]));
    for number in 0..3_000 {
        let mut client = node.client();
        let text = [&head(body.len())[..], body.as_bytes()].concat();
        let length = if number % 2 == 0 { text.len() } else { number % text.len() };
        client.write(&text[..length]).expect("the node listens");
    }
    node.assert_alive();
    let grown = node.resident_mib().saturating_sub(before);
    assert!(grown < 200, "{grown} MiB more");
}

fn a_client_that_never_reads_its_answers_does_not_fill_the_memory() {
    let mut node = Node::start();
    let mut well = node.client();
    let code = format!("0x{}", "00".repeat(2 << 20));
    let account = "0x00000000000000000000000000000000000000aa";
    well.ask("anvil_setCode", json!([account, code])).expect("a code is set");
    let ask = request("eth_getCode", &json!([account, "latest"]));

    // A node reads a client's next request when it has got rid of the answer to the last.
    let asked = [&head(ask.len())[..], ask.as_bytes()].concat().repeat(500);
    let mut deaf: Vec<_> = (0..8).map(|_| node.client()).collect();
    for client in &mut deaf {
        let socket: &TcpStream = client.stream().get_ref();
        socket.set_write_timeout(Some(Duration::from_millis(300))).expect("a time");
        // Fails when the node does not take more, which is what is wanted.
        let _ = client.write(&asked);
    }
    node.assert_alive();
    assert!(node.peak_mib() < MEMORY_MIB, "{} MiB", node.peak_mib());
}

fn subscribe(client: &mut Client, kind: &Value) -> Value {
    websocket::send(client, &request("eth_subscribe", kind)).expect("the node listens");
    serde_json::from_str(&websocket::read(client)).expect("JSON")
}

fn a_subscriber_that_never_reads_does_not_fill_the_memory() {
    let mut node = Node::start();
    let mut deaf: Vec<_> = (0..50).map(|_| node.client()).collect();
    for client in &mut deaf {
        websocket::open(client);
        for _ in 0..4 {
            assert!(subscribe(client, &json!(["newHeads"]))["result"].is_string());
        }
    }
    for _ in 0..10 {
        node.client().ask("anvil_mine", json!([1_000])).expect("blocks are made");
    }
    node.assert_alive();
    assert!(node.peak_mib() < MEMORY_MIB, "{} MiB", node.peak_mib());
}

fn subscriptions_without_end_are_refused() {
    let mut node = Node::start();
    let mut client = node.client();
    websocket::open(&mut client);
    let made = (0..2_000)
        .take_while(|_| subscribe(&mut client, &json!(["newHeads"]))["result"].is_string())
        .count();
    assert!((100..1_000).contains(&made), "{made} subscriptions on one connection");
    node.assert_alive();
}

fn a_node_out_of_file_descriptors_recovers() {
    let mut node = Node::start_with_descriptors(64);
    let many: Vec<_> = (0..200).map(|_| node.client()).collect();
    thread::sleep(Duration::from_millis(200));
    drop(many);
    node.assert_alive();
}

fn what_is_not_http_is_refused() {
    let mut node = Node::start();
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n",
    ] {
        let mut client = node.client();
        client.write(bytes).expect("the node listens");
        let socket = client.stream().get_mut();
        socket.shutdown(std::net::Shutdown::Write).expect("a socket");
        // Whatever it says, it comes to an end.
        let _ = socket.read_to_end(&mut Vec::new());
    }
    let header = format!("POST / HTTP/1.1\r\nx: {}\r\n\r\n", "y".repeat(4 << 20));
    let mut client = node.client();
    // It may hang up before all of it is sent, and then the answer may be lost.
    let _ = client.write(header.as_bytes());
    let served = client.read().is_ok_and(|answer| answer.status < 400);
    assert!(!served, "a header of four megabytes");
    node.assert_alive();
}
