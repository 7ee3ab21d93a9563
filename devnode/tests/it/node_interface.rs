//! NodeInterface: what the node tells by calls to an address where no account is.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, Bytes, U256, address},
    providers::{Provider, ext::AnvilApi},
    rpc::types::TransactionRequest,
    sol,
    sol_types::SolCall,
};

use crate::{
    contract,
    setup::{client, mined, node, refusal},
};

sol! {
    interface NodeInterface {
        function gasEstimateComponents(address to, bool contractCreation, bytes data) external payable returns (uint64 gasEstimate, uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
        function l2BlockRangeForL1(uint64 blockNum) external view returns (uint64 firstBlock, uint64 lastBlock);
    }

    interface ArbOwner {
        function setL1PricePerUnit(uint256 price) external;
    }
}

const NODE_INTERFACE: Address = address!("00000000000000000000000000000000000000c8");
const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");

fn ask(call: &impl SolCall) -> TransactionRequest {
    TransactionRequest::default().with_to(NODE_INTERFACE).with_input(call.abi_encode())
}

#[tokio::test]
async fn it_splits_an_estimate_into_execution_and_posting() {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    let price = U256::from(client.get_gas_price().await.unwrap());
    let components = || async {
        let call = NodeInterface::gasEstimateComponentsCall {
            to: contract,
            contractCreation: false,
            data: Bytes::new(),
        };
        let answer = client.call(ask(&call)).await.unwrap();
        NodeInterface::gasEstimateComponentsCall::abi_decode_returns(&answer).unwrap()
    };
    let free = components().await;
    assert_eq!((free.gasEstimateForL1, free.baseFee), (0, price));
    assert_eq!(free.gasEstimate, client.estimate_gas(contract::count(contract)).await.unwrap());

    let call = ArbOwner::setL1PricePerUnitCall { price };
    let owner = TransactionRequest::default().with_to(ARB_OWNER).with_input(call.abi_encode());
    assert!(mined(&client, owner).await.status());

    let priced = components().await;
    assert!(priced.gasEstimateForL1 > 0);
    assert!(priced.gasEstimate > free.gasEstimate);
    assert_eq!(priced.l1BaseFeeEstimate, price);
    let receipt = mined(&client, contract::count(contract)).await;
    assert!(receipt.gas_used <= priced.gasEstimate);
    let raw: serde_json::Value = client
        .raw_request("eth_getTransactionReceipt".into(), [receipt.transaction_hash])
        .await
        .unwrap();
    assert_ne!(raw["gasUsedForL1"], "0x0");
}

#[tokio::test]
async fn all_blocks_belong_to_the_one_block_of_a_parent_chain_that_is_not_there() {
    let node = node().await;
    let client = client(&node);
    client.anvil_mine(Some(5), None).await.unwrap();
    let range = |number| ask(&NodeInterface::l2BlockRangeForL1Call { blockNum: number });
    let answer = client.call(range(0)).await.unwrap();
    let answer = NodeInterface::l2BlockRangeForL1Call::abi_decode_returns(&answer).unwrap();
    assert_eq!((answer.firstBlock, answer.lastBlock), (0, 5));
    assert_eq!(refusal(&client.call(range(1)).await.unwrap_err()).0, 3);
    assert!(client.get_code_at(NODE_INTERFACE).await.unwrap().is_empty());
}
