//! Blocks and receipts as Arbitrum's clients read them.

use std::time::{Duration, Instant};

use alloy::{
    consensus::{BlockHeader, EMPTY_ROOT_HASH},
    eips::BlockId,
    network::{AnyNetwork, ReceiptResponse, primitives::BlockTransactionsKind},
    primitives::{B256, U64},
    providers::{Provider, ProviderBuilder},
};
use devnode::{Config, Node};
use serde_json::Value;

use crate::{
    contract,
    setup::{client, mined, node},
};

fn any(node: &Node) -> impl Provider<AnyNetwork> + use<> {
    let url = node.url().parse().expect("a URL");
    ProviderBuilder::new().network::<AnyNetwork>().connect_http(url)
}

#[tokio::test]
async fn a_node_says_what_it_is() {
    let node = node().await;
    let client = client(&node);
    assert_eq!(client.get_chain_id().await.unwrap(), 412_346);
    assert_eq!(client.get_net_version().await.unwrap(), 412_346);
    assert!(client.get_client_version().await.unwrap().starts_with("devnode/"));
    let syncing: bool = client.raw_request("eth_syncing".into(), ()).await.unwrap();
    assert!(!syncing);
}

#[tokio::test]
async fn every_header_is_hashed_and_linked_to_its_parent() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    mined(&client, contract::count(contract)).await;

    let mut parent = B256::ZERO;
    for number in 0..=2 {
        let block = client.get_block(BlockId::number(number)).await.unwrap().unwrap();
        assert_eq!(block.header.parent_hash(), parent);
        assert_eq!(block.header.hash_slow(), block.header.hash);
        assert_eq!(block.header.number, number);
        let by_hash = client.get_block(block.header.hash.into()).await.unwrap().unwrap();
        assert_eq!(by_hash, block);
        parent = block.header.hash;
    }
}

#[tokio::test]
async fn a_block_holds_its_transaction_in_full_or_by_hash() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    let receipt = mined(&client, contract::count(contract)).await;

    let hashes = client.get_block(BlockId::latest()).await.unwrap().unwrap();
    assert_eq!(hashes.transactions.as_hashes().unwrap(), [receipt.transaction_hash]);
    assert_ne!(hashes.header.transactions_root(), EMPTY_ROOT_HASH);
    assert_eq!(hashes.header.gas_used(), receipt.gas_used);

    let full = client
        .get_block(BlockId::latest())
        .kind(BlockTransactionsKind::Full)
        .await
        .unwrap()
        .unwrap();
    let by_hash = client.get_transaction_by_hash(receipt.transaction_hash).await.unwrap();
    assert_eq!(full.transactions.as_transactions().unwrap(), [by_hash.unwrap()]);
}

#[tokio::test]
async fn blocks_and_receipts_carry_arbitrums_extras() {
    let node = node().await;
    let contract = contract::deploy(&client(&node)).await;
    mined(&client(&node), contract::count(contract)).await;
    let client = any(&node);

    let block = client.get_block(BlockId::latest()).full().await.unwrap().unwrap();
    let extra = |name: &str| block.other.get_deserialized::<U64>(name).unwrap().unwrap();
    assert_eq!(extra("l1BlockNumber"), U64::ZERO);
    assert_eq!(extra("sendCount"), U64::ZERO);
    assert_eq!(block.other.get_deserialized::<B256>("sendRoot").unwrap().unwrap(), B256::ZERO);

    let receipts = client.get_block_receipts(BlockId::latest()).await.unwrap().unwrap();
    assert_eq!(receipts.len(), 1);
    let receipt = &receipts[0];
    assert!(receipt.status());
    assert_eq!(receipt.other.get("gasUsedForL1"), Some(&Value::from("0x0")));
    assert_eq!(receipt.other.get("l1BlockNumber"), Some(&Value::from("0x0")));
    assert_eq!(receipt.other.get("timeboosted"), Some(&Value::from(false)));
}

#[tokio::test]
async fn unknown_things_are_null_and_not_errors() {
    let node = node().await;
    let client = client(&node);
    assert_eq!(client.get_block(BlockId::number(9)).await.unwrap(), None);
    assert_eq!(client.get_block(B256::ZERO.into()).await.unwrap(), None);
    assert_eq!(client.get_transaction_by_hash(B256::ZERO).await.unwrap(), None);
    assert!(client.get_transaction_receipt(B256::ZERO).await.unwrap().is_none());
}

#[tokio::test]
async fn fees_are_constant_and_tips_zero() {
    let node = node().await;
    let client = client(&node);
    contract::deploy(&client).await;
    let history = client.get_fee_history(10, Default::default(), &[50.0]).await.unwrap();
    assert_eq!(history.oldest_block, 0);
    assert_eq!(history.base_fee_per_gas, [100_000_000; 3]);
    assert_eq!(history.reward, Some(vec![vec![0]; 2]));
    assert_eq!(client.get_max_priority_fee_per_gas().await.unwrap(), 0);
}

#[tokio::test]
async fn a_node_starts_in_an_instant() {
    let mut shortest = Duration::MAX;
    // The other tests run at the same time: the best of a few starts is the node's own doing.
    for _ in 0..5 {
        let begin = Instant::now();
        node().await.stop().await;
        shortest = shortest.min(begin.elapsed());
    }
    assert!(shortest < Duration::from_millis(100), "{shortest:?}");
}

#[tokio::test]
async fn two_nodes_run_side_by_side_and_one_stops_without_the_other() {
    let (one, other) = (node().await, node().await);
    assert_ne!(one.url(), other.url());
    let gone = client(&one);
    one.stop().await;
    assert!(gone.get_block_number().await.is_err());
    assert_eq!(client(&other).get_block_number().await.unwrap(), 0);
}

#[tokio::test]
async fn a_taken_port_is_said_to_be_taken() {
    let node = node().await;
    let port = node.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Node::start(Config { port, ..Config::default() }).await.unwrap_err();
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}
