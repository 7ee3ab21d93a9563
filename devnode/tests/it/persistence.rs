//! Chains that are saved and loaded: a file of their own, and dumps by JSON-RPC.

use std::path::{Path, PathBuf};

use alloy::{
    primitives::{Address, U256},
    providers::{Provider, ext::AnvilApi},
    rpc::types::Filter,
};
use devnode::{Config, Error, Node};

use crate::{
    contract,
    programs::{COUNTER, activated, call},
    setup::{alice, client, mined, node, refusal},
};

/// A directory that is gone with it.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("devnode-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory for temporary files");
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("chain.json")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn start(file: &Path) -> Result<Node, Error> {
    Node::start(Config { port: 0, state: Some(file.into()), ..Config::default() }).await
}

#[tokio::test]
async fn a_chain_in_a_file_goes_on_where_it_stopped() {
    let directory = Directory::new("goes-on");
    let node = start(&directory.file()).await.unwrap();
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    let program = activated(&client, COUNTER).await;
    let receipt = mined(&client, contract::count(contract)).await;
    mined(&client, call(program)).await;
    client.anvil_increase_time(1_000_000).await.unwrap();
    client.anvil_mine(Some(1), None).await.unwrap();
    let head = client.get_block(Default::default()).await.unwrap().unwrap();
    node.stop().await;

    let node = start(&directory.file()).await.unwrap();
    let client = crate::setup::client(&node);
    assert_eq!(client.get_block(Default::default()).await.unwrap().unwrap(), head);
    let known = client.get_transaction_receipt(receipt.transaction_hash).await.unwrap().unwrap();
    assert_eq!(known, receipt);
    let logs = client.get_logs(&Filter::new().from_block(0).address(contract)).await.unwrap();
    assert_eq!(logs, receipt.logs());
    mined(&client, contract::count(contract)).await;
    mined(&client, call(program)).await;
    assert_eq!(contract::number(&client, contract).await, U256::from(2));
    assert_eq!(client.get_storage_at(program, U256::ZERO).await.unwrap(), U256::from(2));
    let next = client.get_block(Default::default()).await.unwrap().unwrap();
    assert_eq!(next.header.number, head.header.number + 2);
    assert!(next.header.timestamp >= head.header.timestamp, "the clock keeps its shift");
}

#[tokio::test]
async fn a_change_is_in_the_file_while_the_node_still_runs() {
    let directory = Directory::new("while-it-runs");
    let node = start(&directory.file()).await.unwrap();
    let client = client(&node);
    client.anvil_set_balance(alice(&node), U256::from(4_711)).await.unwrap();
    let mark = format!("{:#x}", 4_711);
    let mut saved = String::new();
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        saved = std::fs::read_to_string(directory.file()).unwrap_or_default();
        if saved.contains(&mark) {
            return;
        }
    }
    panic!("not within ten seconds: {} bytes", saved.len());
}

#[tokio::test]
async fn what_a_killed_process_left_half_written_is_not_read() {
    let directory = Directory::new("half-written");
    let node = start(&directory.file()).await.unwrap();
    client(&node).anvil_mine(Some(3), None).await.unwrap();
    node.stop().await;
    std::fs::write(directory.0.join("chain.json.new"), "{\"format\":1,\"blo").unwrap();
    let node = start(&directory.file()).await.unwrap();
    assert_eq!(client(&node).get_block_number().await.unwrap(), 3);
    node.stop().await;
    let left = std::fs::read_dir(&directory.0).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(left.collect::<Vec<_>>(), [directory.file()], "and nothing of it is left over");
}

#[tokio::test]
async fn a_file_that_holds_no_chain_is_refused_and_left_alone() {
    let directory = Directory::new("no-chain");
    for content in ["", "{}", "not JSON", "{\"format\":1,\"chainId\":1}"] {
        std::fs::write(directory.file(), content).unwrap();
        let error = start(&directory.file()).await.unwrap_err();
        assert!(error.to_string().contains("chain.json"), "{error}");
        assert_eq!(std::fs::read_to_string(directory.file()).unwrap(), content);
    }
}

#[tokio::test]
async fn a_file_of_another_chain_is_refused() {
    let directory = Directory::new("another-chain");
    start(&directory.file()).await.unwrap().stop().await;
    let config =
        Config { port: 0, state: Some(directory.file()), chain_id: 1, ..Config::default() };
    let error = Node::start(config).await.unwrap_err();
    assert!(error.to_string().contains("412346"), "{error}");
}

#[tokio::test]
async fn a_dump_makes_another_node_the_same_chain() {
    let (one, other) = (node().await, node().await);
    let (first, second) = (client(&one), client(&other));
    let contract = contract::deploy(&first).await;
    mined(&first, contract::count(contract)).await;
    let dump = first.anvil_dump_state().await.unwrap();
    second.anvil_mine(Some(7), None).await.unwrap();

    assert!(second.anvil_load_state(dump).await.unwrap());

    assert_eq!(contract::number(&second, contract).await, U256::ONE);
    assert_eq!(second.get_block_number().await.unwrap(), 2);
    let latest = first.get_block(Default::default()).await.unwrap();
    assert_eq!(latest, second.get_block(Default::default()).await.unwrap());
}

#[tokio::test]
async fn nonsense_is_not_loaded() {
    let node = node().await;
    let error = client(&node).anvil_load_state("0x1234".parse().unwrap()).await.unwrap_err();
    assert_eq!(refusal(&error).0, -32602);
    assert_eq!(client(&node).get_balance(Address::ZERO).await.unwrap(), U256::ZERO);
}

#[tokio::test]
async fn a_reset_chain_begins_anew() {
    let node = node().await;
    let client = client(&node);
    contract::deploy(&client).await;
    client.anvil_reset(None).await.unwrap();
    assert_eq!(client.get_block_number().await.unwrap(), 0);
    let again = contract::deploy(&client).await;
    assert_eq!(contract::number(&client, again).await, U256::ZERO);
}
