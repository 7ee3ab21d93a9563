//! A client that costs next to nothing: one connection, one request at a time, no parsing.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
};

use eyre::{Result, ensure, eyre};
use serde_json::{Value, json};

/// A connection to a node.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
    /// The answer's body, whose memory is used again.
    answer: Vec<u8>,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), answer: Vec::new() })
    }

    /// Sends a JSON-RPC request and returns the body of the answer.
    ///
    /// # Errors
    /// When the connection breaks, or the answer has no length.
    pub fn send(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.stream.get_mut().write_all(request)?;
        let length = self.content_length()?;
        self.answer.resize(length, 0);
        self.stream.read_exact(&mut self.answer)?;
        Ok(&self.answer)
    }

    /// Asks, and returns the result.
    ///
    /// # Errors
    /// As [`Self::send`], and when the node refuses.
    pub fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
        let answer = self.send(&request(method, params))?;
        let mut answer: Value = serde_json::from_slice(answer)?;
        ensure!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        Ok(answer["result"].take())
    }

    /// Reads the head of an answer.
    fn content_length(&mut self) -> Result<usize> {
        let (mut length, mut line) = (None, String::new());
        loop {
            line.clear();
            ensure!(self.stream.read_line(&mut line)? > 0, "the node hung up");
            if line == "\r\n" {
                return length.ok_or_else(|| eyre!("an answer without a content-length"));
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = Some(value.trim().parse()?);
            }
        }
    }
}

/// The bytes of a request.
#[must_use]
pub(crate) fn request(method: &str, params: Value) -> Vec<u8> {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let length = body.len();
    format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
