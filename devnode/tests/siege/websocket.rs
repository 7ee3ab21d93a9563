//! As much of WebSocket as it takes to be a bad client.

use std::io::{BufRead, Read, Write};

use crate::http::Client;

/// Opens a WebSocket on the connection.
pub(crate) fn open(client: &mut Client) {
    let upgrade =
        b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    client.write(upgrade).expect("the node listens");
    let (mut head, mut line) = (String::new(), String::new());
    while line != "\r\n" {
        line.clear();
        client.stream().read_line(&mut line).expect("a line");
        head.push_str(&line);
    }
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
}

/// Sends a text.
pub(crate) fn send(client: &mut Client, text: &str) -> std::io::Result<()> {
    client.stream().get_mut().write_all(&frame(text))
}

/// A text, masked with zeros.
pub(crate) fn frame(text: &str) -> Vec<u8> {
    let length = u64::try_from(text.len()).expect("a length").to_be_bytes();
    [&[0x81, 0xff], &length[..], &[0; 4], text.as_bytes()].concat()
}

/// Reads one text.
pub(crate) fn read(client: &mut Client) -> String {
    let [_, length] = bytes(client);
    let length = match length {
        126 => u16::from_be_bytes(bytes(client)).into(),
        127 => u64::from_be_bytes(bytes(client)),
        length => length.into(),
    };
    let mut text = vec![0; usize::try_from(length).expect("a length")];
    client.stream().read_exact(&mut text).expect("a text");
    String::from_utf8(text).expect("text")
}

fn bytes<const COUNT: usize>(client: &mut Client) -> [u8; COUNT] {
    let mut bytes = [0; COUNT];
    client.stream().read_exact(&mut bytes).expect("a frame");
    bytes
}
