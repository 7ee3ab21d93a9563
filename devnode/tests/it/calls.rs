//! `eth_call` and `eth_estimateGas`: answers from which nothing stays.

use alloy::{
    eips::BlockId,
    network::TransactionBuilder,
    primitives::{Address, Bytes, U256, bytes},
    providers::Provider,
    rpc::types::{
        BlockOverrides, TransactionRequest,
        state::{AccountOverride, StateOverride},
    },
    sol_types::{Revert, SolError},
};

use crate::{
    contract,
    setup::{alice, client, mined, node, refusal},
};

#[tokio::test]
async fn a_call_changes_nothing() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;

    let counted = client.call(contract::count(contract)).await.unwrap();

    assert_eq!(U256::from_be_slice(&counted), U256::ONE);
    assert_eq!(contract::number(&client, contract).await, U256::ZERO);
}

#[tokio::test]
async fn a_revert_is_error_3_with_its_data() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;

    let error = client.call(contract::revert(contract, bytes!("deadbeef"))).await.unwrap_err();

    assert_eq!(refusal(&error), (3, "execution reverted".into()));
    let data = error.as_error_resp().unwrap().as_revert_data();
    assert_eq!(data, Some(bytes!("deadbeef")));
}

#[tokio::test]
async fn a_solidity_reason_is_spelled_out_by_calls_and_estimates_alike() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    let request = contract::revert(contract, Revert::from("not today").abi_encode());
    let expected = (3, "execution reverted: not today".to_string());

    assert_eq!(refusal(&client.call(request.clone()).await.unwrap_err()), expected);
    assert_eq!(refusal(&client.estimate_gas(request).await.unwrap_err()), expected);
}

#[tokio::test]
async fn a_halt_is_a_server_error_with_its_reason() {
    let node = node().await;
    let client = client(&node);
    let invalid = StateOverride::from_iter([code_at(alice(&node), bytes!("fe"))]);
    let request = contract::count(alice(&node));

    let error = client.call(request).overrides(invalid).await.unwrap_err();

    assert_eq!(refusal(&error), (-32000, "invalid opcode".into()));
}

#[tokio::test]
async fn a_call_sees_the_state_of_the_block_it_asks_for() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    for _ in 0..3 {
        mined(&client, contract::count(contract)).await;
    }
    for (block, expected) in [(2, 1), (3, 2), (4, 3)] {
        let answer = client.call(contract::read(contract)).block(BlockId::number(block)).await;
        assert_eq!(U256::from_be_slice(&answer.unwrap()), U256::from(expected), "{block}");
        let stored = client.get_storage_at(contract, U256::ZERO).number(block).await.unwrap();
        assert_eq!(stored, U256::from(expected), "{block}");
    }
    let future = client.call(contract::read(contract)).block(BlockId::number(5)).await;
    assert!(refusal(&future.unwrap_err()).1.contains("unknown block"));
}

#[tokio::test]
async fn a_state_long_past_is_refused_but_not_the_first() {
    let node = node().await;
    let client = client(&node);
    client.raw_request::<_, ()>("anvil_mine".into(), (200,)).await.unwrap();
    let balance = |block| client.get_balance(alice(&node)).number(block).into_future();

    assert!(balance(0).await.is_ok());
    assert!(balance(200).await.is_ok());
    let error = balance(20).await.unwrap_err();
    assert!(refusal(&error).1.contains("no longer kept"));
}

fn code_at(address: Address, code: Bytes) -> (Address, AccountOverride) {
    (address, AccountOverride::default().with_code(code))
}

#[tokio::test]
async fn a_call_can_pretend_code_storage_and_balance() {
    let node = node().await;
    let client = client(&node);
    let somewhere = Address::repeat_byte(5);
    let number = U256::from(77);
    let pretended = AccountOverride::default()
        .with_code(contract::CODE)
        .with_state_diff([(Default::default(), number.into())]);
    let overrides = StateOverride::from_iter([(somewhere, pretended)]);

    let answer = client.call(contract::read(somewhere)).overrides(overrides).await.unwrap();
    assert_eq!(U256::from_be_slice(&answer), number);
    assert_eq!(client.get_code_at(somewhere).await.unwrap(), Bytes::new(), "only pretended");

    let rich = AccountOverride::default().with_balance(U256::MAX >> 1);
    let overrides = StateOverride::from_iter([(somewhere, rich)]);
    let gift = TransactionRequest::default()
        .with_from(somewhere)
        .with_to(alice(&node))
        .with_value(U256::ONE);
    assert!(client.call(gift.clone()).await.is_err());
    assert!(client.call(gift).overrides(overrides).await.is_ok());
}

#[tokio::test]
async fn a_call_can_pretend_the_time() {
    let node = node().await;
    let client = client(&node);
    let clock = StateOverride::from_iter([code_at(alice(&node), contract::TELLS_TIME)]);
    let block = BlockOverrides { time: Some(12_345), ..Default::default() };

    let call = client.call(contract::count(alice(&node))).overrides(clock);
    let answer = call.with_block_overrides(block).await.unwrap();

    assert_eq!(U256::from_be_slice(&answer), U256::from(12_345));
}

#[tokio::test]
async fn an_estimate_is_enough_and_hardly_more() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;

    let estimate = client.estimate_gas(contract::count(contract)).await.unwrap();
    let receipt = mined(&client, contract::count(contract).with_gas_limit(estimate)).await;

    assert!(receipt.status());
    assert!(estimate >= receipt.gas_used);
    assert!(estimate - receipt.gas_used <= 2_300 + receipt.gas_used / 30, "{estimate}");
}

#[tokio::test]
async fn a_plain_transfer_is_estimated_exactly() {
    let node = node().await;
    let client = client(&node);
    let transfer = TransactionRequest::default().with_to(alice(&node)).with_value(U256::ONE);
    assert_eq!(client.estimate_gas(transfer).await.unwrap(), 21_000);
}

#[tokio::test]
async fn what_no_gas_can_make_succeed_has_no_estimate() {
    let node = node().await;
    let client = client(&node);
    // JUMPDEST, PUSH1 0, JUMP: for ever.
    let endless = StateOverride::from_iter([code_at(alice(&node), bytes!("5b 6000 56"))]);
    let request = contract::count(alice(&node)).with_from(node.accounts()[2].address);

    let error = client.estimate_gas(request).overrides(endless).await.unwrap_err();

    let (code, message) = refusal(&error);
    assert_eq!(code, -32000);
    assert!(message.contains("gas required exceeds allowance"), "{message}");
}
