//! Blocks as Nitro shapes them: the header's fields of proof-of-work days carry Arbitrum's own.

use alloy::{
    consensus::{
        EMPTY_OMMER_ROOT_HASH, Header, ReceiptEnvelope, Sealed, Transaction as _, TxEnvelope,
        proofs::{calculate_receipt_root, calculate_transaction_root},
        transaction::Recovered,
    },
    primitives::{Address, B64, B256, Bloom, Log, U256},
    rlp::Encodable,
};

use crate::evm::{BlockContext, GAS_LIMIT, SEQUENCER};

/// The ArbOS version that headers announce.
const ARBOS_VERSION: u64 = 61;

/// How many messages of the parent chain have been read: the one that founded the chain.
const DELAYED_MESSAGES: u64 = 1;

/// The number of the parent chain's block: a development chain has no parent to ask.
pub(crate) const L1_BLOCK_NUMBER: u64 = 0;

/// A transaction with what became of it.
#[derive(Debug)]
pub(crate) struct Mined {
    /// As it was signed, with its sender.
    pub(crate) transaction: Recovered<TxEnvelope>,
    /// Status, cumulative gas, logs and their bloom.
    pub(crate) receipt: ReceiptEnvelope,
    /// What this transaction alone used.
    pub(crate) gas_used: u64,
    /// The part of that which pays for posting it to the parent chain.
    pub(crate) gas_used_for_l1: u64,
    /// The contract that it made, if it was a creation.
    pub(crate) contract_address: Option<Address>,
}

impl Mined {
    /// The logs that it left.
    pub(crate) fn logs(&self) -> &[Log] {
        self.receipt.logs()
    }

    /// The hash it is known by.
    pub(crate) fn hash(&self) -> B256 {
        *self.transaction.inner().tx_hash()
    }
}

/// A block and its transactions.
#[derive(Debug)]
pub(crate) struct Block {
    /// The header under its hash.
    pub(crate) header: Sealed<Header>,
    /// The transactions in order.
    pub(crate) transactions: Vec<Mined>,
}

impl Block {
    /// The first block, which holds no transaction.
    pub(crate) fn genesis(timestamp: u64, base_fee: u64) -> Self {
        seal(B256::ZERO, 0, timestamp, base_fee, Vec::new())
    }

    /// The block after this one, in whose context these transactions were executed.
    pub(crate) fn child(&self, context: &BlockContext, transactions: Vec<Mined>) -> Self {
        let (number, parent) = (self.number() + 1, self.header.hash());
        seal(parent, number, context.timestamp, context.basefee, transactions)
    }

    /// What gas costs in it, in wei.
    pub(crate) fn base_fee(&self) -> Option<u64> {
        self.header.base_fee_per_gas
    }

    /// The block's height.
    pub(crate) fn number(&self) -> u64 {
        self.header.number
    }

    /// The block's time in Unix seconds.
    pub(crate) fn timestamp(&self) -> u64 {
        self.header.timestamp
    }

    /// The hash of the block's header.
    pub(crate) fn hash(&self) -> B256 {
        self.header.hash()
    }

    /// The transaction at `index`.
    pub(crate) fn position(&self, index: usize) -> Option<Position<'_>> {
        self.indexed().nth(index)
    }

    /// How many bytes the block takes when encoded for the wire.
    pub(crate) fn encoded_size(&self) -> U256 {
        let transactions: usize =
            self.transactions.iter().map(|mined| mined.transaction.inner().length()).sum();
        U256::from(self.header.length() + transactions)
    }

    /// Every transaction, each with its index and the index of its first log in the block.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = Position<'_>> {
        self.transactions.iter().enumerate().scan(0, move |next_log, (index, mined)| {
            let first_log = *next_log;
            *next_log += mined.logs().len() as u64;
            Some(Position { block: self, mined, index: index as u64, first_log })
        })
    }
}

/// A transaction and where it stands in its block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position<'a> {
    /// The block it is in.
    pub(crate) block: &'a Block,
    /// The transaction.
    pub(crate) mined: &'a Mined,
    /// Its index among the block's transactions.
    pub(crate) index: u64,
    /// The index of its first log among the block's logs.
    pub(crate) first_log: u64,
}

impl Position<'_> {
    /// What the sender paid per unit of gas: tips are not collected.
    pub(crate) fn effective_gas_price(&self) -> u128 {
        let offered = self.mined.transaction.effective_gas_price(None);
        offered.min(self.block.base_fee().unwrap_or_default().into())
    }
}

/// Puts the header together and hashes it.
fn seal(
    parent_hash: B256,
    number: u64,
    timestamp: u64,
    base_fee: u64,
    transactions: Vec<Mined>,
) -> Block {
    let header = Header {
        parent_hash,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: SEQUENCER,
        // Hashing the whole state into a trie would cost more than running the transaction, and no
        // client of a development node asks for proofs.
        state_root: B256::ZERO,
        transactions_root: transactions_root(&transactions),
        receipts_root: receipts_root(&transactions),
        logs_bloom: bloom(&transactions),
        difficulty: U256::ONE,
        number,
        gas_limit: GAS_LIMIT,
        gas_used: transactions.iter().map(|mined| mined.gas_used).sum(),
        timestamp,
        extra_data: B256::ZERO.into(),
        mix_hash: mix_hash(),
        nonce: B64::from(DELAYED_MESSAGES),
        base_fee_per_gas: Some(base_fee),
        ..Header::default()
    };
    Block { header: Sealed::new(header), transactions }
}

/// Nitro keeps here: messages sent to the parent chain (none), its block number, ArbOS' version.
fn mix_hash() -> B256 {
    let mut words = B256::ZERO;
    words[8..16].copy_from_slice(&L1_BLOCK_NUMBER.to_be_bytes());
    words[16..24].copy_from_slice(&ARBOS_VERSION.to_be_bytes());
    words
}

fn transactions_root(transactions: &[Mined]) -> B256 {
    let signed: Vec<_> = transactions.iter().map(|mined| mined.transaction.inner()).collect();
    calculate_transaction_root(&signed)
}

fn receipts_root(transactions: &[Mined]) -> B256 {
    let receipts: Vec<_> = transactions.iter().map(|mined| &mined.receipt).collect();
    calculate_receipt_root(&receipts)
}

fn bloom(transactions: &[Mined]) -> Bloom {
    transactions.iter().fold(Bloom::ZERO, |bloom, mined| bloom | *mined.receipt.logs_bloom())
}
