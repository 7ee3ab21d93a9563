//! What can be wrong with a request to the chain.

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes},
};

use crate::evm::InvalidTransaction;

/// Why the chain did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChainError {
    /// The transaction can't be part of any block.
    #[error(transparent)]
    Invalid(#[from] InvalidTransaction),
    /// The call ran and reverted, with this data.
    #[error("execution reverted")]
    Reverted(Bytes),
    /// The call ran and failed otherwise.
    #[error("{0}")]
    Halted(String),
    /// No gas limit within the allowance makes the call succeed.
    #[error("gas required exceeds allowance ({0})")]
    GasAllowance(u64),
    /// The signature isn't one.
    #[error("invalid transaction signature: {0}")]
    Signature(String),
    /// Blob transactions exist on Ethereum only.
    #[error("transaction type not supported: Arbitrum takes no blob transactions")]
    BlobTransaction,
    /// The bytes aren't an encoded transaction.
    #[error("the bytes are not an encoded transaction: {0}")]
    Encoding(String),
    /// The transaction is longer than a node's pool takes.
    #[error("oversized data: transaction size {size}, limit {limit}")]
    Oversized {
        /// Its length in bytes, as it is encoded.
        size: usize,
        /// The greatest length.
        limit: usize,
    },
    /// The same transaction is in a block or waiting.
    #[error("already known: {0}")]
    AlreadyKnown(B256),
    /// The nonce is so far ahead that the transaction may not wait for its turn.
    #[error("nonce too high: the transaction's is {nonce}, the account's next is {expected}")]
    NonceTooHigh {
        /// The transaction's.
        nonce: u64,
        /// The account's next.
        expected: u64,
    },
    /// The node neither has the account's key nor impersonates it.
    #[error("no signer for {0}: neither an account of this node nor impersonated")]
    NotUnlocked(Address),
    /// The node doesn't have the account's key.
    #[error("no key for {0}: not an account of this node")]
    NoKey(Address),
    /// What was to be loaded is no chain, or not this one.
    #[error("can't load this chain: {0}")]
    Dump(String),
    /// The request contradicts itself or lacks something.
    #[error("{0}")]
    Request(String),
    /// There is no such block.
    #[error("unknown block: {0:?}")]
    UnknownBlock(BlockId),
    /// The block is known, its state no more.
    #[error("the state of block {number} is no longer kept: only that of the last {kept} is")]
    StateNotKept {
        /// The block's number.
        number: u64,
        /// How many states are kept.
        kept: usize,
    },
    /// Time doesn't run backwards.
    #[error("timestamp {asked} is before the latest block's, {head}")]
    TimestampBeforeHead {
        /// The time that was asked for.
        asked: u64,
        /// The latest block's.
        head: u64,
    },
    /// More logs match than one answer may hold.
    #[error("the query matches more than {0} logs: narrow the range or the filter")]
    TooManyLogs(usize),
    /// More snapshots than there may be.
    #[error("there are {0} snapshots already: go back to one of them first")]
    TooManySnapshots(usize),
    /// More blocks at once than is reasonable.
    #[error("asked for {asked} blocks: at most {limit} are made at once")]
    TooManyBlocks {
        /// What was asked for.
        asked: u64,
        /// The most there is.
        limit: u64,
    },
}
