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

/// Sends a text, masked with zeros.
pub(crate) fn send(client: &mut Client, text: &str) -> std::io::Result<()> {
    let length = u64::try_from(text.len()).expect("a length").to_be_bytes();
    let frame = [&[0x81, 0xff], &length[..], &[0; 4], text.as_bytes()].concat();
    client.stream().get_mut().write_all(&frame)
}

/// Reads one text that is not long.
pub(crate) fn read(client: &mut Client) -> String {
    let mut head = [0; 2];
    client.stream().read_exact(&mut head).expect("a frame");
    let length = match head[1] {
        126 => {
            let mut length = [0; 2];
            client.stream().read_exact(&mut length).expect("a length");
            u16::from_be_bytes(length)
        }
        length => length.into(),
    };
    let mut text = vec![0; length.into()];
    client.stream().read_exact(&mut text).expect("a text");
    String::from_utf8(text).expect("text")
}
