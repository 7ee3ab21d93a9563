//! Work without end in bounded memory, or memory in proportion to what the chain has to remember.

use serde_json::json;

use crate::{
    http::{Client, request},
    node::Node,
};

crate::trials![
    a_hundred_thousand_blocks_fit,
    thousands_of_transactions_leave_only_their_record,
    thousands_of_snapshots_share_what_they_have_in_common,
    a_state_that_is_reverted_is_let_go,
    waiting_transactions_are_few_and_shared_by_snapshots,
];

const ACCOUNT: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const CONTRACT: &str = "0x00000000000000000000000000000000000000aa";

/// Writes to as many new slots as the calldata's first word says: each the hash of gas left.
const WRITER: &str = "0x5f355b5a5f5260205f2060015590600190038060025700";

/// Sends `body` as often as `times` in batches; all must succeed.
fn many(client: &mut Client, times: usize, body: &str) {
    for _ in 0..times / 500 {
        let answer = client.post(format!("[{}]", vec![body; 500].join(",")).as_bytes()).json();
        let failed =
            answer.as_array().expect("a batch").iter().find(|one| one["error"].is_object());
        assert_eq!(failed, None);
    }
}

fn a_hundred_thousand_blocks_fit() {
    let mut node = Node::start();
    let mut client = node.client();
    let before = node.resident_mib();
    client.ask("anvil_mine", json!([100_000])).expect("blocks are made");
    let grown = node.resident_mib().saturating_sub(before);
    assert!(grown < 200, "{grown} MiB for 100,000 blocks");
    node.assert_alive();
}

fn thousands_of_transactions_leave_only_their_record() {
    let mut node = Node::start();
    let mut client = node.client();
    client.ask("anvil_setCode", json!([CONTRACT, "0x600160015401600155"])).expect("a code");
    let transaction = request(
        "eth_sendTransaction",
        &json!([{ "from": ACCOUNT, "to": CONTRACT, "gas": "0x186a0" }]),
    );
    many(&mut client, 1_000, &transaction);
    let before = node.resident_mib();
    many(&mut client, 5_000, &transaction);
    let grown = node.resident_mib().saturating_sub(before);
    assert!(grown < 100, "{grown} MiB for 5,000 transactions");
    node.assert_alive();
}

fn thousands_of_snapshots_share_what_they_have_in_common() {
    let mut node = Node::start();
    let mut client = node.client();
    // A state worth sharing.
    for number in 0..2_000 {
        let slot = format!("{number:#066x}");
        client.ask("anvil_setStorageAt", json!([CONTRACT, slot, slot])).expect("a slot is set");
    }
    let before = node.resident_mib();
    many(&mut client, 5_000, &request("evm_snapshot", &json!([])));
    let grown = node.resident_mib().saturating_sub(before);
    assert!(grown < 50, "{grown} MiB for 5,000 snapshots");
    node.assert_alive();
}

fn a_state_that_is_reverted_is_let_go() {
    let mut node = Node::start();
    let mut client = node.client();
    client.ask("anvil_setCode", json!([CONTRACT, WRITER])).expect("a code is set");
    let mut held = 0;
    for round in 0..12 {
        let id = client.ask("evm_snapshot", json!([])).expect("a snapshot");
        let data = format!("{:#066x}", 300);
        let write = json!([{ "from": ACCOUNT, "to": CONTRACT, "gas": "0x1c9c380", "data": data }]);
        many(&mut client, 500, &request("eth_sendTransaction", &write));
        assert_eq!(client.ask("evm_revert", json!([id])), Ok(json!(true)));
        if round == 2 {
            held = node.resident_mib();
        }
    }
    let grown = node.resident_mib().saturating_sub(held);
    assert!(grown < 60, "{grown} MiB more after nine more rounds of the same");
    node.assert_alive();
}

fn waiting_transactions_are_few_and_shared_by_snapshots() {
    let mut node = Node::start();
    let mut client = node.client();
    let data = format!("0x{}", "ab".repeat(50_000));
    for nonce in 1..=300 {
        let transaction = json!([{
            "from": ACCOUNT, "to": CONTRACT, "data": data, "nonce": format!("{nonce:#x}"),
            "gas": "0x1c9c380", "maxFeePerGas": "0x3b9aca00",
        }]);
        client.ask("eth_sendTransaction", transaction).expect("it waits");
    }
    let before = node.resident_mib();
    many(&mut client, 5_000, &request("evm_snapshot", &json!([])));
    let grown = node.resident_mib().saturating_sub(before);
    assert!(grown < 50, "{grown} MiB for 5,000 snapshots of 300 waiting transactions");
    node.assert_alive();
}
