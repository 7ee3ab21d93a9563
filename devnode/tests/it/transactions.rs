//! Transactions: what is mined, what is refused, and what it costs.

use alloy::{
    consensus::{SignableTransaction, TxEnvelope, TxLegacy},
    eips::{Encodable2718, eip2930::AccessList},
    network::{TransactionBuilder, TransactionBuilder7702},
    primitives::{Address, B256, Bytes, TxKind, U256, bytes, utils::parse_ether},
    providers::Provider,
    rpc::types::{Authorization, TransactionRequest},
    signers::{SignerSync, local::PrivateKeySigner},
};
use devnode::{Account, CREATE2_FACTORY, Node};

use crate::{
    contract,
    setup::{Error, alice, client, keyless, mined, node, refusal},
};

/// The account that `transfer` spends from: one that has sent nothing yet.
fn sender(node: &Node) -> Account {
    node.accounts()[1]
}

fn key(node: &Node) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&sender(node).private_key).unwrap()
}

/// A transfer of one wei by `sender`, encoded; without a chain id it is unprotected.
fn transfer(node: &Node, nonce: u64, chain_id: Option<u64>) -> Vec<u8> {
    let unsigned = TxLegacy {
        chain_id,
        nonce,
        gas_price: 1_000_000_000,
        gas_limit: 21_000,
        to: TxKind::Call(alice(node)),
        value: U256::ONE,
        input: Bytes::new(),
    };
    let signature = key(node).sign_hash_sync(&unsigned.signature_hash()).unwrap();
    TxEnvelope::from(unsigned.into_signed(signature)).encoded_2718()
}

/// Sends an encoded transaction; returns its hash.
async fn send(client: &impl Provider, bytes: Vec<u8>) -> Result<B256, Error> {
    Ok(*client.send_raw_transaction(&bytes).await?.tx_hash())
}

#[tokio::test]
async fn a_transfer_moves_ether_and_pays_the_base_fee_only() {
    let node = node().await;
    let client = client(&node);
    let (sender, receiver) = (node.accounts()[0].address, Address::repeat_byte(9));
    let before = client.get_balance(sender).await.unwrap();
    let ether = parse_ether("1").unwrap();

    let request = TransactionRequest::default().with_to(receiver).with_value(ether);
    let receipt = mined(&client, request.with_max_priority_fee_per_gas(7)).await;

    assert!(receipt.status());
    assert_eq!(receipt.gas_used, 21_000);
    assert_eq!(receipt.effective_gas_price, client.get_gas_price().await.unwrap());
    assert_eq!(client.get_balance(receiver).await.unwrap(), ether);
    let fee = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
    assert_eq!(client.get_balance(sender).await.unwrap(), before - ether - fee);
}

#[tokio::test]
async fn a_deployed_contract_has_code_runs_and_remembers() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    assert_eq!(client.get_code_at(contract).await.unwrap(), contract::CODE);

    let receipt = mined(&client, contract::count(contract)).await;

    assert!(receipt.status());
    assert_eq!(contract::number(&client, contract).await, U256::ONE);
    assert_eq!(client.get_storage_at(contract, U256::ZERO).await.unwrap(), U256::ONE);
}

#[tokio::test]
async fn every_transaction_type_but_blobs_is_mined() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    let price = client.get_gas_price().await.unwrap();
    let delegation = Authorization {
        chain_id: U256::from(node.chain_id()),
        address: contract,
        nonce: client.get_transaction_count(alice(&node)).await.unwrap(),
    };
    let authority = PrivateKeySigner::from_bytes(&node.accounts()[1].private_key).unwrap();
    let signature = authority.sign_hash_sync(&delegation.signature_hash()).unwrap();

    let count = contract::count(contract);
    let legacy = count.clone().with_gas_price(price);
    let listed = legacy.clone().with_access_list(AccessList::default());
    let delegated = contract::count(alice(&node))
        .with_authorization_list(vec![delegation.into_signed(signature)]);
    for (request, kind) in [(legacy, 0), (listed, 1), (count, 2), (delegated, 4)] {
        let receipt = mined(&client, request).await;
        assert!(receipt.status(), "type {kind}");
        assert_eq!(receipt.transaction_type() as u8, kind);
    }
    assert_eq!(contract::number(&client, contract).await, U256::from(3));
    assert_eq!(contract::number(&client, alice(&node)).await, U256::ONE, "by delegation");
}

#[tokio::test]
async fn an_unprotected_transaction_is_accepted_and_one_for_another_chain_refused() {
    let node = node().await;
    let client = client(&node);
    send(&client, transfer(&node, 0, None)).await.unwrap();

    let foreign = transfer(&node, 1, Some(1));
    let error = send(&client, foreign).await.unwrap_err();

    let (code, message) = refusal(&error);
    assert_eq!(code, -32000);
    assert!(message.contains("chain id"), "{message}");
}

#[tokio::test]
async fn a_used_nonce_is_refused_and_a_repeated_transaction_known() {
    let node = node().await;
    let client = client(&node);
    let chain = Some(node.chain_id());
    send(&client, transfer(&node, 0, chain)).await.unwrap();

    let repeated = send(&client, transfer(&node, 0, chain)).await.unwrap_err();
    assert!(refusal(&repeated).1.contains("already known"));
    let reused = send(&client, transfer(&node, 0, None)).await.unwrap_err();
    assert!(refusal(&reused).1.contains("nonce too low"));
}

#[tokio::test]
async fn transactions_that_arrive_in_the_wrong_order_are_mined_in_the_right_one() {
    let node = node().await;
    let client = client(&node);
    let chain = Some(node.chain_id());
    for nonce in [2, 1] {
        let hash = send(&client, transfer(&node, nonce, chain)).await.unwrap();
        let waiting = client.get_transaction_by_hash(hash).await.unwrap().unwrap();
        assert_eq!(waiting.block_hash, None, "it waits");
    }
    assert_eq!(client.get_block_number().await.unwrap(), 0);

    send(&client, transfer(&node, 0, chain)).await.unwrap();

    assert_eq!(client.get_block_number().await.unwrap(), 3);
    assert_eq!(client.get_transaction_count(sender(&node).address).await.unwrap(), 3);
}

#[tokio::test]
async fn transactions_sent_at_once_are_all_mined() {
    const COUNT: u64 = 100;
    let node = node().await;
    let client = client(&node);
    let sent = (0..COUNT).map(|nonce| {
        let (client, bytes) = (client.clone(), transfer(&node, nonce, Some(node.chain_id())));
        tokio::spawn(async move { send(&client, bytes).await })
    });
    for hash in sent.collect::<Vec<_>>() {
        let hash = hash.await.unwrap().unwrap();
        // Until the last has been taken, some may wait for those before them.
        client.get_transaction_by_hash(hash).await.unwrap().expect("none is lost");
    }
    assert_eq!(client.get_block_number().await.unwrap(), COUNT);
    assert_eq!(client.get_transaction_count(sender(&node).address).await.unwrap(), COUNT);
}

#[tokio::test]
async fn a_nonce_absurdly_far_ahead_is_refused() {
    let node = node().await;
    let client = client(&node);
    let far = transfer(&node, u64::MAX / 2, Some(node.chain_id()));
    let error = send(&client, far).await.unwrap_err();
    assert!(refusal(&error).1.contains("nonce too high"));
}

#[tokio::test]
async fn a_failing_transaction_is_mined_with_status_0_and_costs_gas() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;

    let doomed = contract::revert(contract, bytes!("deadbeef")).with_gas_limit(100_000);
    let receipt = mined(&client, doomed).await;

    assert!(!receipt.status());
    assert!(receipt.gas_used > 21_000 && receipt.gas_used < 100_000);
    assert_eq!(receipt.logs(), []);
    assert_eq!(contract::number(&client, contract).await, U256::ZERO);
}

#[tokio::test]
async fn more_ether_than_there_is_cannot_be_spent() {
    let node = node().await;
    let client = client(&node);
    let greedy = TransactionRequest::default()
        .with_to(alice(&node))
        .with_value(U256::MAX >> 1)
        .with_gas_limit(21_000);
    let error = client.send_transaction(greedy).await.unwrap_err();
    assert!(refusal(&error).1.contains("insufficient funds"));
}

#[tokio::test]
async fn the_node_signs_for_its_accounts_and_for_nobody_else() {
    let node = node().await;
    let client = keyless(&node);
    assert_eq!(client.get_accounts().await.unwrap().len(), node.accounts().len());
    let request = TransactionRequest::default().with_to(Address::ZERO).with_value(U256::ONE);

    let receipt = mined(&client, request.clone().with_from(alice(&node))).await;
    assert_eq!(receipt.from, alice(&node));

    let stranger = request.with_from(Address::repeat_byte(3));
    let error = client.send_transaction(stranger).await.unwrap_err();
    assert!(refusal(&error).1.contains("no signer"));
}

#[tokio::test]
async fn the_create2_factory_deploys_where_everybody_expects() {
    let node = node().await;
    let client = client(&node);
    let code = contract::deployment().input.into_input().unwrap();
    let salted = [B256::ZERO.as_slice(), &code].concat();

    let factory = TransactionRequest::default().with_to(CREATE2_FACTORY);
    assert!(mined(&client, factory.with_input(salted)).await.status());

    let contract = CREATE2_FACTORY.create2_from_code(B256::ZERO, &code);
    assert_eq!(client.get_code_at(contract).await.unwrap(), contract::CODE);
}
