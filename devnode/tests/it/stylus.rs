//! Stylus programs through JSON-RPC: deploy, activate, call.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes, U256, bytes, keccak256, utils::parse_ether},
    providers::Provider,
    rpc::types::{
        TransactionRequest,
        state::{AccountOverride, StateOverride},
    },
    sol_types::{SolCall, SolError},
};

use crate::{
    programs::{
        ARB_WASM, ArbWasm, COUNTER, ENDLESS, activated, activation, call, code, deployment,
    },
    setup::{client, mined, node, refusal},
};

#[tokio::test]
async fn a_program_is_deployed_activated_and_called() {
    let node = node().await;
    let client = client(&node);
    let program = activated(&client, COUNTER).await;

    for expected in 1..=3 {
        let receipt = mined(&client, call(program)).await;
        assert!(receipt.status());
        let number = U256::from_be_slice(&receipt.logs()[0].data().data);
        assert_eq!(number, U256::from(expected));
    }

    assert_eq!(client.get_storage_at(program, U256::ZERO).await.unwrap(), U256::from(3));
    let next = client.call(call(program)).await.unwrap();
    assert_eq!(U256::from_be_slice(&next), U256::from(4));
}

#[tokio::test]
async fn a_program_that_reverts_says_why_and_leaves_no_trace() {
    let node = node().await;
    let client = client(&node);
    let program = activated(&client, COUNTER).await;
    let doomed = call(program).with_input(bytes!("01"));

    let error = client.call(doomed.clone()).await.unwrap_err();
    assert_eq!(refusal(&error), (3, "execution reverted".into()));
    let data = error.as_error_resp().unwrap().as_revert_data().unwrap();
    assert_eq!(U256::from_be_slice(&data), U256::ONE);

    let receipt = mined(&client, doomed.with_gas_limit(1_000_000)).await;
    assert!(!receipt.status());
    assert_eq!(client.get_storage_at(program, U256::ZERO).await.unwrap(), U256::ZERO);
}

#[tokio::test]
async fn the_fee_not_used_for_an_activation_comes_back() {
    let node = node().await;
    let client = client(&node);
    let program = mined(&client, deployment(COUNTER)).await.contract_address.unwrap();
    let sender = node.accounts()[0].address;
    let before = client.get_balance(sender).await.unwrap();

    let receipt = mined(&client, activation(program)).await;

    let gas = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
    let fee = before - client.get_balance(sender).await.unwrap() - gas;
    assert!(fee > U256::ZERO && fee < parse_ether("0.1").unwrap(), "{fee}");
}

#[tokio::test]
async fn a_program_not_activated_is_reported_by_error_and_cannot_be_called() {
    let node = node().await;
    let client = client(&node);
    let program = mined(&client, deployment(COUNTER)).await.contract_address.unwrap();
    let codehash = keccak256(code(COUNTER));
    let version = TransactionRequest::default()
        .with_to(ARB_WASM)
        .with_input(ArbWasm::codehashVersionCall { codehash }.abi_encode());

    let error = client.call(version.clone()).await.unwrap_err();
    let data = error.as_error_resp().unwrap().as_revert_data();
    assert_eq!(data, Some(Bytes::from(ArbWasm::ProgramNotActivated {}.abi_encode())));
    assert!(client.call(call(program)).await.is_err());

    mined(&client, activation(program)).await;
    let answer = client.call(version).await.unwrap();
    assert_eq!(ArbWasm::codehashVersionCall::abi_decode_returns(&answer).unwrap(), 3);
}

/// What `cargo stylus check` asks.
#[tokio::test]
async fn an_activation_can_be_tried_on_code_that_is_only_pretended() {
    let node = node().await;
    let client = client(&node);
    let (stranger, somewhere) = (Address::repeat_byte(1), Address::repeat_byte(2));
    let overrides = StateOverride::from_iter([
        (stranger, AccountOverride::default().with_balance(U256::MAX)),
        (somewhere, AccountOverride::default().with_code(code(COUNTER))),
    ]);

    let attempt = activation(somewhere).with_from(stranger);
    let answer = client.call(attempt).overrides(overrides).await.unwrap();

    let answer = ArbWasm::activateProgramCall::abi_decode_returns(&answer).unwrap();
    assert_eq!(answer._0, 3);
    assert!(answer._1 > U256::ZERO);
}

#[tokio::test]
async fn what_is_no_program_is_not_activated_and_the_reason_is_given() {
    let node = node().await;
    let client = client(&node);
    let somewhere = Address::repeat_byte(2);
    let hopeless = AccountOverride::default().with_code(code("(module)"));
    let overrides = StateOverride::from_iter([(somewhere, hopeless)]);
    let attempt = activation(somewhere).with_from(node.accounts()[0].address);

    let error = client.call(attempt).overrides(overrides).await.unwrap_err();

    let (code, message) = refusal(&error);
    assert_eq!(code, -32000);
    assert!(message.contains("program activation failed"), "{message}");
}

#[tokio::test]
async fn an_endless_program_runs_out_of_gas() {
    let node = node().await;
    let client = client(&node);
    let program = activated(&client, ENDLESS).await;

    let receipt = mined(&client, call(program).with_gas_limit(1_000_000)).await;

    assert!(!receipt.status());
    assert_eq!(receipt.gas_used, 1_000_000);
    let error = client.call(call(program).with_gas_limit(2_000_000)).await.unwrap_err();
    assert_eq!(refusal(&error).1, "out of gas");
}
