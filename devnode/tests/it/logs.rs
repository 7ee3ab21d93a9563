//! Logs: asked for by range, address and topic, or polled with a filter.

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::{Filter, Log},
};

use crate::{
    contract,
    setup::{client, mined, node, refusal},
};

#[tokio::test]
async fn logs_are_found_by_range_address_and_topic() {
    let node = node().await;
    let client = client(&node);
    let first = contract::deploy(&client).await;
    let second = contract::deploy(&client).await;
    for contract in [first, second, first] {
        mined(&client, contract::count(contract)).await;
    }
    let all = Filter::new().from_block(0);
    let found = async |filter: &Filter| client.get_logs(filter).await.unwrap();

    assert_eq!(found(&all).await.len(), 3);
    assert_eq!(found(&all.clone().address(first)).await.len(), 2);
    assert_eq!(found(&all.clone().address(vec![first, second])).await.len(), 3);
    assert_eq!(found(&all.clone().address(Address::ZERO)).await, []);
    assert_eq!(found(&all.clone().event_signature(contract::COUNTED)).await.len(), 3);
    assert_eq!(found(&all.clone().event_signature(B256::ZERO)).await, []);
    assert_eq!(found(&all.clone().topic1(B256::ZERO)).await, []);
    assert_eq!(found(&Filter::new().from_block(3).to_block(4)).await.len(), 2);
    assert_eq!(found(&Filter::new()).await.len(), 1, "the latest block alone");
    assert_eq!(found(&Filter::new().from_block(100)).await, []);
}

#[tokio::test]
async fn a_log_knows_where_it_stands() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    let receipt = mined(&client, contract::count(contract)).await;
    let block = receipt.block_hash.unwrap();

    let logs = client.get_logs(&Filter::new().at_block_hash(block)).await.unwrap();

    assert_eq!(logs, receipt.logs());
    let log = &logs[0];
    assert_eq!(log.address(), contract);
    assert_eq!(log.topics(), [contract::COUNTED]);
    assert_eq!(U256::from_be_slice(&log.data().data), U256::ONE);
    assert_eq!(log.transaction_hash, Some(receipt.transaction_hash));
    assert_eq!((log.transaction_index, log.log_index), (Some(0), Some(0)));
    assert_eq!((log.block_number, log.block_hash), (receipt.block_number, Some(block)));
}

#[tokio::test]
async fn logs_of_a_block_that_does_not_exist_are_an_error() {
    let node = node().await;
    let error = client(&node).get_logs(&Filter::new().at_block_hash(B256::ZERO)).await.unwrap_err();
    assert!(refusal(&error).1.contains("unknown block"));
}

#[tokio::test]
async fn a_range_that_ends_before_it_begins_is_an_error() {
    let node = node().await;
    let backwards = Filter::new().from_block(2).to_block(1);
    assert_eq!(refusal(&client(&node).get_logs(&backwards).await.unwrap_err()).0, -32602);
}

#[tokio::test]
async fn a_log_filter_reports_every_log_once() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    mined(&client, contract::count(contract)).await;
    let filter = Filter::new().address(contract).from_block(0);
    let id = client.new_filter(&filter).await.unwrap();
    let changes = async || client.get_filter_changes::<Log>(id).await.unwrap();

    assert_eq!(changes().await, [], "what came before is not news");
    mined(&client, contract::count(contract)).await;
    mined(&client, contract::count(contract)).await;
    assert_eq!(changes().await.len(), 2);
    assert_eq!(changes().await, []);
    assert_eq!(client.get_filter_logs(id).await.unwrap().len(), 3, "its whole range");

    assert!(client.uninstall_filter(id).await.unwrap());
    let gone = client.get_filter_changes::<Log>(id).await.unwrap_err();
    assert!(refusal(&gone).1.contains("filter not found"));
}

#[tokio::test]
async fn a_block_filter_reports_what_replaces_reverted_blocks() {
    let node = node().await;
    let client = client(&node);
    let id = client.new_block_filter().await.unwrap();
    let changes = async || client.get_filter_changes::<B256>(id).await.unwrap();
    let mine = async || client.raw_request::<_, ()>("anvil_mine".into(), (1,)).await.unwrap();

    let snapshot: U256 = client.raw_request("evm_snapshot".into(), ()).await.unwrap();
    mine().await;
    mine().await;
    assert_eq!(changes().await.len(), 2);
    assert!(client.raw_request::<_, bool>("evm_revert".into(), (snapshot,)).await.unwrap());
    mine().await;
    assert_eq!(changes().await.len(), 1);
}
