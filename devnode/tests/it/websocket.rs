//! The same port speaks WebSocket. The client is as small as RFC 6455 allows: one text frame out,
//! text frames in.

use alloy::providers::{Provider, ext::AnvilApi};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::setup::{client, node};

/// Marks a whole text message.
const TEXT: u8 = 0x81;

/// Set in the length of what a client sends: a mask follows. This client's mask is zero.
const MASKED: u8 = 0x80;

/// A length that doesn't fit seven bits comes in the two bytes after this one.
const LONG: u8 = 126;

async fn connect(url: &str) -> TcpStream {
    let address = url.strip_prefix("ws://").expect("a WebSocket URL");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
    stream
}

async fn send(stream: &mut TcpStream, message: Value) {
    let payload = message.to_string();
    let length = u8::try_from(payload.len()).unwrap();
    assert!(length < LONG);
    stream.write_all(&[TEXT, MASKED | length, 0, 0, 0, 0]).await.unwrap();
    stream.write_all(payload.as_bytes()).await.unwrap();
}

async fn receive(stream: &mut TcpStream) -> Value {
    assert_eq!(stream.read_u8().await.unwrap(), TEXT);
    let length = match stream.read_u8().await.unwrap() {
        LONG => stream.read_u16().await.unwrap(),
        length => length.into(),
    };
    let mut payload = vec![0; length.into()];
    stream.read_exact(&mut payload).await.unwrap();
    serde_json::from_slice(&payload).unwrap()
}

#[tokio::test]
async fn a_websocket_answers_and_tells_of_new_heads() {
    let node = node().await;
    let mut socket = connect(&node.ws_url()).await;
    let subscribe =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"] });
    send(&mut socket, subscribe).await;
    let id = receive(&mut socket).await["result"].clone();
    assert!(id.as_str().unwrap().starts_with("0x"));

    client(&node).anvil_mine(Some(1), None).await.unwrap();

    let told = receive(&mut socket).await;
    assert_eq!(told["method"], "eth_subscription");
    assert_eq!(told["params"]["subscription"], id);
    let head = client(&node).get_block(Default::default()).await.unwrap().unwrap();
    assert_eq!(told["params"]["result"]["hash"], json!(head.header.hash));
}
