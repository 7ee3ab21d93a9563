//! A thousand clients at once, doing different things, and each gets its own right answer.

use serde_json::{Value, json};

use crate::{
    http::{Client, head, request},
    node::Node,
};

crate::trials![a_thousand_clients_at_once_get_a_thousand_right_answers];

const CLIENTS: usize = 1_000;
const ROUNDS: usize = 4;

/// Adds one to slot 0 when it is sent something, and returns the number in it.
const COUNTER: &str = "0x5f54600101805f555f5260205ff3";
const ACCOUNT: &str = "0x00000000000000000000000000000000000000aa";

/// What a client asks.
enum Question {
    Balance(usize),
    Call,
    Transaction,
    Block,
}

impl Question {
    fn of(client: usize, round: usize) -> Self {
        match (client + round) % 4 {
            0 => Self::Balance(client),
            1 => Self::Call,
            2 => Self::Transaction,
            _ => Self::Block,
        }
    }

    fn body(&self, client: usize) -> String {
        match self {
            Self::Balance(of) => {
                request("eth_getBalance", &json!([format!("{:#042x}", 0x1000 + of), "latest"]))
            }
            Self::Call => request("eth_call", &json!([{ "to": ACCOUNT }, "latest"])),
            Self::Transaction => {
                let accounts = devnode::well_known_accounts();
                let from = accounts[client % accounts.len()].address;
                request(
                    "eth_sendTransaction",
                    &json!([{ "from": from, "to": ACCOUNT, "gas": "0x186a0" }]),
                )
            }
            Self::Block => request("eth_getBlockByNumber", &json!(["0x0", true])),
        }
    }

    fn is_answered_by(&self, result: &Value, hashes: &mut Vec<Value>) -> bool {
        match self {
            Self::Balance(of) => result == &json!(format!("{of:#x}")),
            Self::Call => result.as_str().is_some_and(|word| word.len() == 66),
            Self::Transaction => {
                hashes.push(result.clone());
                true
            }
            Self::Block => result["number"] == "0x0",
        }
    }
}

fn a_thousand_clients_at_once_get_a_thousand_right_answers() {
    let mut node = Node::start();
    let mut well = node.client();
    well.ask("anvil_setCode", json!([ACCOUNT, COUNTER])).expect("a code is set");
    for number in 0..CLIENTS {
        let account = format!("{:#042x}", 0x1000 + number);
        let balance = format!("{number:#x}");
        well.ask("anvil_setBalance", json!([account, balance])).expect("a balance is set");
    }
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| node.client()).collect();
    let mut hashes = Vec::new();
    for round in 0..ROUNDS {
        all_at_once(&mut clients, round, &mut hashes);
    }

    hashes.sort_by_key(Value::to_string);
    hashes.dedup();
    let sent = CLIENTS * ROUNDS / 4;
    assert_eq!(hashes.len(), sent, "every transaction has a hash of its own");
    for hash in hashes {
        let receipt = well.ask("eth_getTransactionReceipt", json!([hash])).expect("an answer");
        assert_eq!(receipt["status"], "0x1");
    }
    let count = well.ask("eth_getStorageAt", json!([ACCOUNT, "0x0", "latest"]));
    assert_eq!(count, Ok(json!(format!("{sent:#066x}"))), "none is lost, none counts twice");
    assert_eq!(well.ask("eth_blockNumber", json!([])), Ok(json!(format!("{sent:#x}"))));
    node.assert_alive();
}

/// Everybody asks before anybody listens.
fn all_at_once(clients: &mut [Client], round: usize, hashes: &mut Vec<Value>) {
    for (number, client) in clients.iter_mut().enumerate() {
        let body = Question::of(number, round).body(number);
        let text = [&head(body.len())[..], body.as_bytes()].concat();
        client.write(&text).expect("the node listens");
    }
    for (number, client) in clients.iter_mut().enumerate() {
        let answer = client.read().expect("an answer").json();
        let right = Question::of(number, round).is_answered_by(&answer["result"], hashes);
        assert!(right && answer["error"].is_null(), "client {number}: {answer}");
    }
}
