//! Blocks, transactions, receipts and logs as JSON-RPC shows them, with Arbitrum's extra fields.

use alloy::{
    consensus::{Header, Transaction as _, TxEnvelope, transaction::Recovered},
    primitives::{B256, Log, U64},
    rpc::types as rpc,
};
use serde::Serialize;

use crate::chain::{Block, L1_BLOCK_NUMBER, Position};

/// A header with what Arbitrum adds to it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HeaderView {
    #[serde(flatten)]
    inner: rpc::Header<Header>,
    #[serde(flatten)]
    arbitrum: BlockExtras,
}

/// A block with what Arbitrum adds to it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlockView {
    #[serde(flatten)]
    inner: rpc::Block,
    #[serde(flatten)]
    arbitrum: BlockExtras,
}

/// What Arbitrum keeps in a header's spare fields, spelled out.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BlockExtras {
    l1_block_number: U64,
    send_root: B256,
    send_count: U64,
}

/// A development node sends nothing to a parent chain, and has none whose number it could show.
const BLOCK_EXTRAS: BlockExtras = BlockExtras {
    l1_block_number: U64::from_limbs([L1_BLOCK_NUMBER]),
    send_root: B256::ZERO,
    send_count: U64::ZERO,
};

/// A receipt with what Arbitrum adds to it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReceiptView {
    #[serde(flatten)]
    inner: rpc::TransactionReceipt,
    gas_used_for_l1: U64,
    l1_block_number: U64,
    timeboosted: bool,
}

/// The header of `block`.
pub(super) fn header(block: &Block) -> HeaderView {
    HeaderView { inner: rpc_header(block), arbitrum: BLOCK_EXTRAS }
}

/// `block` with its transactions, or only their hashes.
pub(super) fn block(block: &Block, full: bool) -> BlockView {
    let transactions = if full {
        rpc::BlockTransactions::Full(block.indexed().map(transaction).collect())
    } else {
        rpc::BlockTransactions::Hashes(block.transactions.iter().map(|m| m.hash()).collect())
    };
    BlockView { inner: rpc::Block::new(rpc_header(block), transactions), arbitrum: BLOCK_EXTRAS }
}

fn rpc_header(block: &Block) -> rpc::Header<Header> {
    rpc::Header::from_sealed(block.header.clone()).with_size(Some(block.encoded_size()))
}

/// A transaction that is in a block.
pub(super) fn transaction(at: Position<'_>) -> rpc::Transaction {
    rpc::Transaction {
        inner: at.mined.transaction.clone(),
        block_hash: Some(at.block.hash()),
        block_number: Some(at.block.number()),
        transaction_index: Some(at.index),
        effective_gas_price: Some(at.effective_gas_price()),
        block_timestamp: Some(at.block.timestamp()),
    }
}

/// A transaction that waits for its turn.
pub(super) fn waiting(transaction: Recovered<TxEnvelope>) -> rpc::Transaction {
    rpc::Transaction {
        inner: transaction,
        block_hash: None,
        block_number: None,
        transaction_index: None,
        effective_gas_price: None,
        block_timestamp: None,
    }
}

/// What became of a transaction.
pub(super) fn receipt(at: Position<'_>) -> ReceiptView {
    let mut index = at.first_log..;
    let inner = at.mined.receipt.clone().map_logs(|log| placed(at, log, index.next()));
    ReceiptView {
        inner: rpc::TransactionReceipt {
            inner,
            transaction_hash: at.mined.hash(),
            transaction_index: Some(at.index),
            block_hash: Some(at.block.hash()),
            block_number: Some(at.block.number()),
            gas_used: at.mined.gas_used,
            effective_gas_price: at.effective_gas_price(),
            blob_gas_used: None,
            blob_gas_price: None,
            from: at.mined.transaction.signer(),
            to: at.mined.transaction.to(),
            contract_address: at.mined.contract_address,
        },
        gas_used_for_l1: U64::from(at.mined.gas_used_for_l1),
        l1_block_number: U64::from(L1_BLOCK_NUMBER),
        timeboosted: false,
    }
}

/// The logs of one transaction, each with its place.
pub(super) fn logs(at: Position<'_>) -> impl Iterator<Item = rpc::Log> + '_ {
    let logs = at.mined.logs().iter().zip(at.first_log..);
    logs.map(move |(log, index)| placed(at, log.clone(), Some(index)))
}

/// A log of the transaction at `at`, with its index in the block.
fn placed(at: Position<'_>, log: Log, index: Option<u64>) -> rpc::Log {
    rpc::Log {
        inner: log,
        block_hash: Some(at.block.hash()),
        block_number: Some(at.block.number()),
        block_timestamp: Some(at.block.timestamp()),
        transaction_hash: Some(at.mined.hash()),
        transaction_index: Some(at.index),
        log_index: index,
        removed: false,
    }
}

/// The logs of `block` that `filter` asks for, whatever blocks it asks for.
pub(super) fn matching_logs<'a>(
    block: &'a Block,
    filter: &'a rpc::Filter,
) -> impl Iterator<Item = rpc::Log> + 'a {
    let worthwhile = filter.matches_bloom(block.header.logs_bloom);
    let positions = worthwhile.then(|| block.indexed()).into_iter().flatten();
    positions
        .flat_map(logs)
        .filter(|log| filter.matches_address(log.address()) && filter.matches_topics(log.topics()))
}
