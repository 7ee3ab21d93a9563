//! The chain's clock, and how tests move it.

use alloy::{
    eips::BlockId,
    primitives::U256,
    providers::{Provider, ext::AnvilApi},
    rpc::types::{
        anvil::MineOptions,
        state::{AccountOverride, StateOverride},
    },
};
use devnode::{Config, Node};

use crate::{
    contract,
    setup::{alice, client, node, refusal},
};

/// A time far from anybody's wall clock.
const THEN: u64 = 1_000_000_000;

async fn node_then() -> Node {
    Node::start(Config { port: 0, timestamp: Some(THEN), ..Config::default() }).await.unwrap()
}

async fn head_time(client: &impl Provider) -> u64 {
    client.get_block(BlockId::latest()).await.unwrap().unwrap().header.timestamp
}

async fn mine(client: &impl Provider) {
    client.evm_mine(None).await.unwrap();
}

#[tokio::test]
async fn a_chain_begins_when_it_is_told_to() {
    let node = node_then().await;
    assert_eq!(head_time(&client(&node)).await, THEN);
}

#[tokio::test]
async fn an_increase_shifts_the_clock_for_good() {
    let node = node_then().await;
    let client = client(&node);
    client.anvil_increase_time(1_000).await.unwrap();
    assert_eq!(head_time(&client).await, THEN, "no block yet");
    mine(&client).await;
    let later = head_time(&client).await;
    assert!((THEN + 1_000..THEN + 1_010).contains(&later), "{later}");
    mine(&client).await;
    assert!(head_time(&client).await >= later);
}

#[tokio::test]
async fn the_next_block_shows_exactly_the_time_it_was_given() {
    let node = node_then().await;
    let client = client(&node);
    client.anvil_set_next_block_timestamp(THEN + 500).await.unwrap();
    contract::deploy(&client).await;
    assert_eq!(head_time(&client).await, THEN + 500);
    mine(&client).await;
    let later = head_time(&client).await;
    assert!((THEN + 500..THEN + 510).contains(&later), "the clock runs on from there: {later}");
}

#[tokio::test]
async fn several_blocks_may_share_a_second() {
    let node = node_then().await;
    let client = client(&node);
    for _ in 0..3 {
        client.anvil_set_next_block_timestamp(THEN + 9).await.unwrap();
        mine(&client).await;
        assert_eq!(head_time(&client).await, THEN + 9);
    }
}

#[tokio::test]
async fn time_does_not_go_back() {
    let node = node_then().await;
    let error = client(&node).anvil_set_next_block_timestamp(THEN - 1).await.unwrap_err();
    let (code, message) = refusal(&error);
    assert_eq!(code, -32602);
    assert!(message.contains("before the latest block"), "{message}");
}

#[tokio::test]
async fn empty_blocks_are_made_at_the_interval_asked_for() {
    let node = node_then().await;
    let client = client(&node);
    client.anvil_mine(Some(10), Some(60)).await.unwrap();
    assert_eq!(client.get_block_number().await.unwrap(), 10);
    let time = head_time(&client).await;
    assert!((THEN + 600..THEN + 610).contains(&time), "{time}");

    let options = MineOptions::Options { timestamp: Some(THEN + 5_000), blocks: Some(2) };
    client.evm_mine(Some(options)).await.unwrap();
    assert_eq!(client.get_block_number().await.unwrap(), 12);
    assert!(head_time(&client).await >= THEN + 5_000);
}

#[tokio::test]
async fn more_blocks_than_is_reasonable_are_refused() {
    let node = node().await;
    let error = client(&node).anvil_mine(Some(u64::MAX), None).await.unwrap_err();
    assert_eq!(refusal(&error).0, -32602);
}

#[tokio::test]
async fn a_call_on_latest_sees_the_last_block_and_on_pending_the_next() {
    let node = node_then().await;
    let client = client(&node);
    client.anvil_increase_time(1_000).await.unwrap();
    let clock = AccountOverride::default().with_code(contract::TELLS_TIME);
    let clock = StateOverride::from_iter([(alice(&node), clock)]);
    let ask = async |block: BlockId| {
        let call = client.call(contract::count(alice(&node))).overrides(clock.clone());
        U256::from_be_slice(&call.block(block).await.unwrap()).to::<u64>()
    };
    assert_eq!(ask(BlockId::latest()).await, THEN);
    assert!(ask(BlockId::pending()).await >= THEN + 1_000);
}

#[tokio::test]
async fn numbers_are_understood_however_they_are_written() {
    let node = node_then().await;
    let client = client(&node);
    for (written, shift) in [("100", 100), ("\"0x64\"", 200), ("\"100\"", 300)] {
        let params = serde_json::value::RawValue::from_string(format!("[{written}]")).unwrap();
        let total: i64 = client.raw_request("evm_increaseTime".into(), params).await.unwrap();
        client.anvil_mine(None, None).await.unwrap();
        let time = head_time(&client).await;
        assert!((THEN + shift..THEN + shift + 10).contains(&time), "{written}: {time}");
        assert!(total < 0, "this chain is years behind the wall clock");
    }
}
