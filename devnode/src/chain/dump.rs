//! The whole chain as one document, to be kept and loaded again.
//!
//! It holds every block with its transactions and receipts, so that logs and history survive, and the
//! state after the last block. What is not in it: the states of earlier blocks, snapshots, waiting
//! transactions, impersonated accounts. It is JSON, so that people and scripts can read it.

use std::{collections::BTreeMap, sync::Arc};

use alloy::{
    consensus::{Header, ReceiptEnvelope, Sealed, TxEnvelope, transaction::Recovered},
    eips::eip2718::{Decodable2718, Encodable2718},
    primitives::{Address, Bytes, U64, U256},
};
use serde::{Deserialize, Serialize};

use super::{
    Book, Chain, ChainError,
    block::{Block, Mined},
    clock::Clock,
    ledger::Ledger,
    queue::Queue,
    snapshots::Snapshots,
};
use crate::evm::State;

/// The version of this format.
const FORMAT: u64 = 1;

/// A chain, written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dump {
    format: u64,
    chain_id: u64,
    /// Seconds that the chain's clock is ahead of the wall clock.
    clock_offset: i64,
    blocks: Vec<BlockDump>,
    accounts: BTreeMap<Address, AccountDump>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct BlockDump {
    header: Header,
    transactions: Vec<TransactionDump>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransactionDump {
    /// As it was signed (EIP-2718).
    raw: Bytes,
    /// Kept because an impersonated sender did not sign.
    sender: Address,
    /// EIP-2718 too.
    receipt: Bytes,
    gas_used: U64,
    gas_used_for_l1: U64,
    contract_address: Option<Address>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct AccountDump {
    balance: U256,
    nonce: U64,
    code: Bytes,
    storage: BTreeMap<U256, U256>,
}

impl Chain {
    /// Writes the chain down.
    pub(crate) fn dump(&self) -> Dump {
        let (blocks, state, clock) = {
            let book = self.read();
            let blocks = book.ledger.range(0, u64::MAX).to_vec();
            (blocks, Arc::clone(book.ledger.head_state()), book.clock)
        };
        let accounts = state.accounts().map(|(address, account)| {
            let storage = account.storage.iter().map(|(slot, value)| (*slot, *value)).collect();
            let (nonce, code) = (U64::from(account.nonce), account.code.original_bytes());
            (address, AccountDump { balance: account.balance, nonce, code, storage })
        });
        Dump {
            format: FORMAT,
            chain_id: self.chain_id(),
            clock_offset: clock.offset(),
            accounts: accounts.collect(),
            blocks: blocks.iter().map(|block| BlockDump::of(block)).collect(),
        }
    }

    /// Becomes the chain that was written down. Snapshots and waiting transactions are gone.
    ///
    /// # Errors
    /// When the document is not one of this chain, or damaged. Nothing is changed then.
    pub(crate) fn load(&self, dump: Dump) -> Result<(), ChainError> {
        let _turn = self.turn();
        let state = Arc::new(dump.state());
        let offset = dump.clock_offset;
        let blocks = dump.blocks(self.chain_id())?;
        let mut book = self.write();
        let Book { ledger, clock, queue, snapshots, .. } = &mut *book;
        *ledger = Ledger::restored(blocks, state)
            .ok_or_else(|| ChainError::Dump("it has no blocks".into()))?;
        *clock = Clock::resumed(offset, ledger.head().timestamp());
        (*queue, *snapshots) = (Queue::default(), Snapshots::default());
        Ok(())
    }
}

impl Dump {
    /// Reads a document.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn parse(json: &[u8]) -> Result<Self, ChainError> {
        serde_json::from_slice(json).map_err(|error| ChainError::Dump(error.to_string()))
    }

    /// The document.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("its keys are text, its numbers finite")
    }

    fn state(&self) -> State {
        let mut state = State::default();
        for (address, account) in &self.accounts {
            state.set_balance(*address, account.balance);
            state.set_nonce(*address, account.nonce.to());
            state.set_code(*address, account.code.clone());
            for (slot, value) in &account.storage {
                state.set_storage(*address, *slot, *value);
            }
        }
        state
    }

    fn blocks(self, chain_id: u64) -> Result<Vec<Arc<Block>>, ChainError> {
        if self.format != FORMAT {
            let reason = format!("it has format {}; this node reads {FORMAT}", self.format);
            return Err(ChainError::Dump(reason));
        }
        if self.chain_id != chain_id {
            let reason = format!("it is of chain {}; this is chain {chain_id}", self.chain_id);
            return Err(ChainError::Dump(reason));
        }
        self.blocks.into_iter().map(|block| block.restore().map(Arc::new)).collect()
    }
}

impl BlockDump {
    fn of(block: &Block) -> Self {
        let transactions = block.transactions.iter().map(TransactionDump::of).collect();
        Self { header: block.header.inner().clone(), transactions }
    }

    fn restore(self) -> Result<Block, ChainError> {
        let transactions = self.transactions.into_iter().map(TransactionDump::restore);
        let transactions = transactions.collect::<Result<_, _>>()?;
        Ok(Block { header: Sealed::new(self.header), transactions })
    }
}

impl TransactionDump {
    fn of(mined: &Mined) -> Self {
        Self {
            raw: mined.transaction.inner().encoded_2718().into(),
            sender: mined.transaction.signer(),
            receipt: mined.receipt.encoded_2718().into(),
            gas_used: U64::from(mined.gas_used),
            gas_used_for_l1: U64::from(mined.gas_used_for_l1),
            contract_address: mined.contract_address,
        }
    }

    fn restore(self) -> Result<Mined, ChainError> {
        let damaged =
            |error: alloy::eips::eip2718::Eip2718Error| ChainError::Dump(error.to_string());
        let transaction = TxEnvelope::decode_2718_exact(&self.raw).map_err(damaged)?;
        Ok(Mined {
            transaction: Recovered::new_unchecked(transaction, self.sender),
            receipt: ReceiptEnvelope::decode_2718_exact(&self.receipt).map_err(damaged)?,
            gas_used: self.gas_used.to(),
            gas_used_for_l1: self.gas_used_for_l1.to(),
            contract_address: self.contract_address,
        })
    }
}
