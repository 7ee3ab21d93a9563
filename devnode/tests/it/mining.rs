//! When blocks are made: at once, at intervals, or on demand; and what waits until then.

use std::time::Duration;

use alloy::{
    consensus::Transaction as _,
    primitives::U256,
    providers::{Provider, ext::AnvilApi},
    rpc::types::Filter,
};
use serde_json::{Value, json};

use crate::{
    contract,
    setup::{client, keyless, mined, node},
};

#[tokio::test]
async fn without_automatic_mining_a_block_takes_what_waits_in_order_of_arrival() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    let wallet = keyless(&node);
    client.anvil_set_auto_mine(false).await.unwrap();
    assert!(!client.anvil_get_auto_mine().await.unwrap());

    let mut hashes = Vec::new();
    for account in node.accounts().iter().take(3) {
        let request = contract::count(contract).from(account.address).gas_limit(100_000);
        hashes.push(*wallet.send_transaction(request).await.unwrap().tx_hash());
    }
    assert_eq!(client.get_block_number().await.unwrap(), 1);
    client.evm_mine(None).await.unwrap();

    assert_eq!(client.get_block_number().await.unwrap(), 2);
    let logs = client.get_logs(&Filter::new().address(contract)).await.unwrap();
    let placed: Vec<_> = logs.iter().map(|log| (log.transaction_hash, log.log_index)).collect();
    let expected: Vec<_> = hashes.iter().map(|hash| Some(*hash)).zip((0..).map(Some)).collect();
    assert_eq!(placed, expected);
    let receipts = client.get_block_receipts(2.into()).await.unwrap().unwrap();
    let cumulative: Vec<_> = receipts.iter().map(|one| one.inner.cumulative_gas_used()).collect();
    let used: Vec<_> = receipts.iter().map(|receipt| receipt.gas_used).collect();
    assert_eq!(cumulative, [used[0], used[0] + used[1], used.iter().sum()]);
    let trace: Value = client
        .raw_request("debug_traceTransaction".into(), (hashes[2], json!({"tracer": "callTracer"})))
        .await
        .unwrap();
    assert_eq!(
        U256::from_str_radix(&trace["output"].as_str().unwrap()[2..], 16).unwrap(),
        U256::from(3)
    );
}

#[tokio::test]
async fn what_waits_counts_for_the_pending_nonce_and_is_in_the_pool() {
    let node = node().await;
    let (client, wallet) = (client(&node), keyless(&node));
    let sender = node.accounts()[1].address;
    client.anvil_set_auto_mine(false).await.unwrap();
    for _ in 0..2 {
        let request = contract::count(sender).from(sender);
        drop(wallet.send_transaction(request).await.unwrap());
    }
    assert_eq!(client.get_transaction_count(sender).await.unwrap(), 0);
    assert_eq!(client.get_transaction_count(sender).pending().await.unwrap(), 2);
    let status: Value = client.raw_request("txpool_status".into(), ()).await.unwrap();
    assert_eq!(status, json!({ "pending": "0x2", "queued": "0x0" }));
    let content: Value = client.raw_request("txpool_contentFrom".into(), [sender]).await.unwrap();
    let nonces: Vec<_> = content["pending"].as_object().unwrap().keys().collect();
    assert_eq!(nonces, ["0", "1"]);

    let first = content["pending"]["0"]["hash"].as_str().unwrap().parse().unwrap();
    client.anvil_drop_transaction(first).await.unwrap();
    let status: Value = client.raw_request("txpool_status".into(), ()).await.unwrap();
    assert_eq!(status, json!({ "pending": "0x0", "queued": "0x1" }), "the second has to wait now");
    client.anvil_drop_all_transactions().await.unwrap();
    client.anvil_set_auto_mine(true).await.unwrap();
    assert_eq!(client.get_block_number().await.unwrap(), 0);
}

#[tokio::test]
async fn what_waits_is_mined_when_automatic_mining_comes_back() {
    let node = node().await;
    let (client, wallet) = (client(&node), keyless(&node));
    let sender = node.accounts()[1].address;
    client.anvil_set_auto_mine(false).await.unwrap();
    let pending = wallet.send_transaction(contract::count(sender).from(sender)).await.unwrap();
    client.anvil_set_auto_mine(true).await.unwrap();
    assert!(pending.get_receipt().await.unwrap().status());
}

#[tokio::test]
async fn blocks_can_be_made_at_intervals() {
    let node = node().await;
    let (client, wallet) = (client(&node), keyless(&node));
    let sender = node.accounts()[1].address;
    client.anvil_set_interval_mining(1).await.unwrap();
    let pending = wallet.send_transaction(contract::count(sender).from(sender)).await.unwrap();
    let receipt = tokio::time::timeout(Duration::from_secs(20), pending.get_receipt());
    assert!(receipt.await.expect("a block within seconds").unwrap().status());
    client.anvil_set_interval_mining(0).await.unwrap();
}

#[tokio::test]
async fn the_base_fee_can_be_set_and_is_what_is_paid() {
    const PRICE: u64 = 250_000_000;
    let node = node().await;
    let client = client(&node);
    client.anvil_set_next_block_base_fee_per_gas(PRICE.into()).await.unwrap();
    assert_eq!(client.get_gas_price().await.unwrap(), PRICE.into());
    let generous = contract::deployment().max_fee_per_gas(2 * u128::from(PRICE));
    let receipt = mined(&client, generous.max_priority_fee_per_gas(0)).await;
    assert_eq!(receipt.effective_gas_price, PRICE.into());
    let block = client.get_block(receipt.block_number.unwrap().into()).await.unwrap().unwrap();
    assert_eq!(block.header.base_fee_per_gas, Some(PRICE));
    let first = client.get_block(0.into()).await.unwrap().unwrap();
    assert_ne!(first.header.base_fee_per_gas, Some(PRICE), "what is made stays");
}

#[tokio::test]
async fn the_node_says_where_its_chain_stands() {
    let node = node().await;
    let client = client(&node);
    client.anvil_mine(Some(2), None).await.unwrap();
    client.anvil_snapshot().await.unwrap();
    let info = client.anvil_node_info().await.unwrap();
    assert_eq!((info.current_block_number, info.environment.chain_id), (2, node.chain_id()));
    let metadata = client.anvil_metadata().await.unwrap();
    assert_eq!((metadata.latest_block_number, metadata.snapshots.len()), (2, 1));
    assert_eq!(metadata.latest_block_hash, info.current_block_hash);
}

#[tokio::test]
async fn a_transaction_with_the_access_list_it_is_given_uses_the_gas_it_is_told() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    let request = contract::count(contract).from(node.accounts()[0].address);
    let listed = client.create_access_list(&request).await.unwrap();
    assert_eq!(listed.access_list.0.len(), 1);
    assert_eq!(listed.access_list.0[0].address, contract);
    assert_eq!(listed.error, None);
    let receipt = mined(&client, request.access_list(listed.access_list)).await;
    assert_eq!(U256::from(receipt.gas_used), listed.gas_used);
    let mined = client.get_transaction_by_hash(receipt.transaction_hash).await.unwrap().unwrap();
    assert!(mined.access_list().is_some());
}
