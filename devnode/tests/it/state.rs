//! What only tests do to a state: set it, send as somebody else, go back.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, U256},
    providers::{Provider, ext::AnvilApi},
    rpc::types::TransactionRequest,
};

use crate::{
    contract,
    setup::{alice, client, keyless, mined, node, refusal},
};

const SOMEWHERE: Address = Address::repeat_byte(0x77);

#[tokio::test]
async fn balance_nonce_code_and_storage_can_be_set() {
    let node = node().await;
    let client = client(&node);
    client.anvil_set_balance(SOMEWHERE, U256::from(5)).await.unwrap();
    client.anvil_set_nonce(SOMEWHERE, 6).await.unwrap();
    client.anvil_set_code(SOMEWHERE, contract::CODE).await.unwrap();
    client.anvil_set_storage_at(SOMEWHERE, U256::ZERO, B256::with_last_byte(7)).await.unwrap();

    assert_eq!(client.get_balance(SOMEWHERE).await.unwrap(), U256::from(5));
    assert_eq!(client.get_transaction_count(SOMEWHERE).await.unwrap(), 6);
    assert_eq!(client.get_code_at(SOMEWHERE).await.unwrap(), contract::CODE);
    assert_eq!(contract::number(&client, SOMEWHERE).await, U256::from(7));
    mined(&client, contract::count(SOMEWHERE)).await;
    assert_eq!(contract::number(&client, SOMEWHERE).await, U256::from(8));
}

#[tokio::test]
async fn an_impersonated_account_sends_without_a_key_until_it_is_no_longer() {
    let node = node().await;
    let client = keyless(&node);
    client.anvil_set_balance(SOMEWHERE, U256::from(10).pow(U256::from(18))).await.unwrap();
    client.anvil_impersonate_account(SOMEWHERE).await.unwrap();
    let gift = TransactionRequest::default()
        .with_from(SOMEWHERE)
        .with_to(alice(&node))
        .with_value(U256::ONE);

    let receipt = mined(&client, gift.clone()).await;
    assert!(receipt.status());
    assert_eq!(receipt.from, SOMEWHERE);
    let mined = client.get_transaction_by_hash(receipt.transaction_hash).await.unwrap().unwrap();
    assert_eq!(mined.inner.signer(), SOMEWHERE);

    client.anvil_stop_impersonating_account(SOMEWHERE).await.unwrap();
    let error = client.send_transaction(gift).await.unwrap_err();
    assert!(refusal(&error).1.contains("no signer"));
}

#[tokio::test]
async fn a_contract_can_be_impersonated_too() {
    let node = node().await;
    let client = keyless(&node);
    client.anvil_set_balance(SOMEWHERE, U256::from(10).pow(U256::from(18))).await.unwrap();
    client.anvil_set_code(SOMEWHERE, contract::CODE).await.unwrap();
    client.anvil_impersonate_account(SOMEWHERE).await.unwrap();

    let receipt = mined(&client, contract::count(SOMEWHERE).with_from(SOMEWHERE)).await;

    assert!(receipt.status());
    assert_eq!(receipt.from, SOMEWHERE);
    assert_eq!(contract::number(&client, SOMEWHERE).await, U256::ONE);
}

#[tokio::test]
async fn a_snapshot_brings_back_state_blocks_and_nonces() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    let snapshot = client.anvil_snapshot().await.unwrap();
    let receipt = mined(&client, contract::count(contract)).await;

    assert!(client.anvil_revert(snapshot).await.unwrap());

    assert_eq!(client.get_block_number().await.unwrap(), 1);
    assert_eq!(contract::number(&client, contract).await, U256::ZERO);
    let gone = client.get_transaction_receipt(receipt.transaction_hash).await.unwrap();
    assert!(gone.is_none());
    let again = mined(&client, contract::count(contract)).await;
    assert_eq!(again.block_number, Some(2));
    assert!(!client.anvil_revert(snapshot).await.unwrap(), "it is used up");
}

#[tokio::test]
async fn going_back_uses_up_the_later_snapshots_and_keeps_the_earlier() {
    let node = node().await;
    let client = client(&node);
    let early = client.anvil_snapshot().await.unwrap();
    client.anvil_mine(Some(1), None).await.unwrap();
    let middle = client.anvil_snapshot().await.unwrap();
    client.anvil_mine(Some(300), None).await.unwrap();
    let late = client.anvil_snapshot().await.unwrap();

    assert!(client.anvil_revert(middle).await.unwrap());
    assert_eq!(client.get_block_number().await.unwrap(), 1);
    assert!(!client.anvil_revert(late).await.unwrap());
    assert!(client.anvil_revert(early).await.unwrap());
    assert_eq!(client.get_block_number().await.unwrap(), 0);
}

#[tokio::test]
async fn a_snapshot_brings_back_the_clock() {
    let node = node().await;
    let client = client(&node);
    let time = async || {
        client.evm_mine(None).await.unwrap();
        client.get_block(Default::default()).await.unwrap().unwrap().header.timestamp
    };
    let before = time().await;
    let snapshot = client.anvil_snapshot().await.unwrap();
    client.anvil_increase_time(1_000_000).await.unwrap();
    assert!(time().await >= before + 1_000_000);

    client.anvil_revert(snapshot).await.unwrap();

    assert!(time().await < before + 10_000);
}
