//! A small contract, assembled by hand.
//!
//! Its code tells three requests apart by the length of the calldata:
//!
//! - none: adds one to slot 0, logs the new number under topic 42 and returns it;
//! - one byte: returns slot 0;
//! - more: reverts with the calldata as the reason.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, bytes},
    providers::Provider,
    rpc::types::TransactionRequest,
};

use crate::setup::mined;

/// The contract's code.
pub(crate) const CODE: Bytes = bytes!(
    "36 80 15 6016 57 80 6001 14 6030 57"  // Which request is it?
    "80 6000 6000 37 6000 fd"              // More: revert with the calldata.
    "5b 6000 54 6001 01 80 6000 55 6000 52 602a 6020 6000 a1 6020 6000 f3" // None: count.
    "5b 6000 54 6000 52 6020 6000 f3"      // One byte: read.
);

/// Code that returns all that follows its eleven bytes, here [`CODE`]'s sixty.
const INIT_CODE: Bytes = bytes!("603c 80 600b 6000 39 6000 f3");

/// The topic of the contract's log.
pub(crate) const COUNTED: B256 = B256::with_last_byte(42);

/// Code that returns the block's time.
pub(crate) const TELLS_TIME: Bytes = bytes!("42 6000 52 6020 6000 f3");

/// A transaction that deploys the contract.
pub(crate) fn deployment() -> TransactionRequest {
    let code = [INIT_CODE, CODE].concat();
    TransactionRequest::default().with_deploy_code(code)
}

/// Deploys the contract; returns its address.
pub(crate) async fn deploy(client: &impl Provider) -> Address {
    let receipt = mined(client, deployment()).await;
    assert!(receipt.status());
    receipt.contract_address.expect("a creation's receipt names the contract")
}

/// A request to add one.
pub(crate) fn count(contract: Address) -> TransactionRequest {
    TransactionRequest::default().with_to(contract)
}

/// A request for the number.
pub(crate) fn read(contract: Address) -> TransactionRequest {
    count(contract).with_input(bytes!("00"))
}

/// A request to revert with these bytes.
pub(crate) fn revert(contract: Address, reason: impl Into<Bytes>) -> TransactionRequest {
    count(contract).with_input(reason)
}

/// The number in the contract as of the latest block.
pub(crate) async fn number(client: &impl Provider, contract: Address) -> U256 {
    U256::from_be_slice(&client.call(read(contract)).await.expect("a number"))
}
