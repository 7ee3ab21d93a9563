//! From what clients write to what runs.

use alloy::{
    consensus::{
        SignableTransaction, Transaction as _, TxEip1559, TxEnvelope, TypedTransaction,
        transaction::Recovered,
    },
    eips::Encodable2718,
    primitives::{Address, Bytes, Signature, TxKind, keccak256},
    rpc::types::TransactionRequest,
};

use super::ChainError;
use crate::evm::Transaction;

/// A signed transaction as it is executed.
pub(super) fn signed(transaction: &Recovered<TxEnvelope>) -> Transaction {
    Transaction {
        from: transaction.signer(),
        to: transaction.to(),
        value: transaction.value(),
        data: transaction.input().clone(),
        gas_limit: transaction.gas_limit(),
        max_fee_per_gas: transaction.max_fee_per_gas(),
        max_priority_fee_per_gas: transaction.max_priority_fee_per_gas().unwrap_or_default(),
        nonce: transaction.nonce(),
        chain_id: transaction.chain_id(),
        access_list: transaction.access_list().cloned().unwrap_or_default(),
        authorization_list: transaction.authorization_list().map(<[_]>::to_vec),
        posted: transaction.inner().encoded_2718().into(),
    }
}

/// A call as it is executed, with `gas_limit` gas. A price that isn't named is zero, and then so is
/// the tip, which is part of it.
pub(super) fn simulated(
    request: &TransactionRequest,
    gas_limit: u64,
) -> Result<Transaction, ChainError> {
    check(request)?;
    let price = request.gas_price.or(request.max_fee_per_gas);
    let tip = price.and(request.max_priority_fee_per_gas);
    Ok(Transaction {
        from: request.from.unwrap_or_default(),
        to: request.to.and_then(|kind| kind.to().copied()),
        value: request.value.unwrap_or_default(),
        data: request.input.input().cloned().unwrap_or_default(),
        gas_limit,
        max_fee_per_gas: price.unwrap_or_default(),
        max_priority_fee_per_gas: tip.unwrap_or_default(),
        nonce: request.nonce.unwrap_or_default(),
        chain_id: None,
        access_list: request.access_list.clone().unwrap_or_default(),
        authorization_list: request.authorization_list.clone(),
        posted: posted(request),
    })
}

/// What a call would post if it were sent: a transaction of its fields with a signature of the usual
/// length.
pub(super) fn posted(request: &TransactionRequest) -> Bytes {
    let transaction = TxEip1559 {
        chain_id: u64::MAX,
        nonce: request.nonce.unwrap_or(u32::MAX.into()),
        gas_limit: request.gas.unwrap_or(u32::MAX.into()),
        max_fee_per_gas: request.max_fee_per_gas.unwrap_or(u32::MAX.into()),
        max_priority_fee_per_gas: request.max_priority_fee_per_gas.unwrap_or_default(),
        to: request.to.unwrap_or(TxKind::Create),
        value: request.value.unwrap_or_default(),
        access_list: request.access_list.clone().unwrap_or_default(),
        input: request.input.input().cloned().unwrap_or_default(),
    };
    let signature = Signature::new(keccak256([0]).into(), keccak256([1]).into(), false);
    TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into()
}

/// What a transaction has that doesn't say otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Defaults {
    /// The chain's id.
    pub(super) chain_id: u64,
    /// The sender's next nonce.
    pub(super) nonce: u64,
    /// What gas costs, in wei; a sender is willing to pay twice that.
    pub(super) base_fee: u64,
}

/// Completes a transaction that the node is to sign. A missing gas limit is what `estimate` says.
pub(super) fn completed(
    mut request: TransactionRequest,
    sender: Address,
    Defaults { chain_id, nonce, base_fee }: Defaults,
    estimate: impl FnOnce(&TransactionRequest) -> Result<u64, ChainError>,
) -> Result<TypedTransaction, ChainError> {
    check(&request)?;
    if request.chain_id.is_some_and(|given| given != chain_id) {
        return Err(ChainError::Request(format!("chainId must be this chain's, {chain_id}")));
    }
    request.chain_id = Some(chain_id);
    request.from = Some(sender);
    request.nonce.get_or_insert(nonce);
    request.to.get_or_insert(TxKind::Create);
    if request.gas.is_none() {
        request.gas = Some(estimate(&request)?);
    }
    if request.gas_price.is_none() {
        request.max_priority_fee_per_gas.get_or_insert(0);
        request.max_fee_per_gas.get_or_insert(2 * u128::from(base_fee));
    }
    request
        .build_consensus_tx()
        .map_err(|error| ChainError::Request(format!("incomplete transaction: {}", error.error)))
}

/// Refuses what contradicts itself or doesn't exist on Arbitrum.
fn check(request: &TransactionRequest) -> Result<(), ChainError> {
    let dynamic = request.max_fee_per_gas.or(request.max_priority_fee_per_gas);
    if request.gas_price.is_some() && dynamic.is_some() {
        let reason = "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified";
        return Err(ChainError::Request(reason.into()));
    }
    if request.has_eip4844_fields() {
        return Err(ChainError::BlobTransaction);
    }
    Ok(())
}
