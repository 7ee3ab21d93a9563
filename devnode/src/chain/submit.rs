//! From bytes to a block.

use std::sync::Arc;

use alloy::{
    consensus::{
        Receipt, ReceiptEnvelope, Transaction as _, TxEnvelope,
        transaction::{Recovered, SignerRecoverable},
    },
    eips::eip2718::{Decodable2718, Encodable2718},
    primitives::{Address, B256},
};

use super::{Block, Book, Chain, ChainError, block::Mined, now, request, signers};
use crate::evm::{self, Mode, Outcome, State};

/// How many bytes an encoded transaction has at most, as in geth's pool.
const MAX_TRANSACTION: usize = 128 << 10;

impl Chain {
    /// Takes a signed and encoded transaction: mines it, or lets it wait for the nonces before it.
    ///
    /// # Errors
    /// When it can't be part of a block. One that fails when it runs is mined all the same.
    pub(crate) fn submit_raw(&self, bytes: &[u8]) -> Result<B256, ChainError> {
        let transaction = TxEnvelope::decode_2718_exact(bytes)
            .map_err(|error| ChainError::Encoding(error.to_string()))?;
        if transaction.is_eip4844() {
            return Err(ChainError::BlobTransaction);
        }
        let transaction = transaction
            .try_into_recovered()
            .map_err(|error| ChainError::Signature(error.to_string()))?;
        self.submit(transaction)
    }

    /// Takes a transaction whose sender is known.
    pub(crate) fn submit(&self, transaction: Recovered<TxEnvelope>) -> Result<B256, ChainError> {
        let _turn = self.turn();
        self.submit_in_turn(transaction)
    }

    /// [`Self::submit`] for a caller who has the turn.
    pub(super) fn submit_in_turn(
        &self,
        transaction: Recovered<TxEnvelope>,
    ) -> Result<B256, ChainError> {
        let (size, limit) = (transaction.encode_2718_len(), MAX_TRANSACTION);
        if size > limit {
            return Err(ChainError::Oversized { size, limit });
        }
        let hash = *transaction.tx_hash();
        if self.transaction(hash).is_some() || self.waiting(hash).is_some() {
            return Err(ChainError::AlreadyKnown(hash));
        }
        let (sender, nonce) = (transaction.signer(), transaction.nonce());
        let expected = self.read().ledger.head_state().nonce(sender);
        if nonce > expected {
            self.write().queue.push(transaction, expected)?;
            return Ok(hash);
        }
        if !self.mines_automatically() {
            self.check(&transaction)?;
            self.write().queue.push(transaction, expected)?;
            return Ok(hash);
        }
        self.mine_transaction(transaction)?;
        self.mine_successors(sender, nonce);
        Ok(hash)
    }

    /// Mines what waited for `sender`'s nonces after `nonce`. One that has become invalid meanwhile
    /// is dropped, as a node's pool would drop it.
    fn mine_successors(&self, sender: Address, nonce: u64) {
        let mut next = nonce + 1;
        while let Some(transaction) = self.take_waiting(sender, next) {
            let hash = *transaction.tx_hash();
            if let Err(error) = self.mine_transaction(transaction) {
                tracing::warn!(%hash, %error, "dropped a waiting transaction");
                return;
            }
            next += 1;
        }
    }

    /// Refuses what could not be part of the next block.
    fn check(&self, transaction: &Recovered<TxEnvelope>) -> Result<(), ChainError> {
        let mut state = State::clone(self.read().ledger.head_state());
        let runnable = request::signed(transaction);
        evm::execute(&mut state, &self.next_block(), &runnable, mode(transaction))?;
        Ok(())
    }

    fn take_waiting(&self, sender: Address, nonce: u64) -> Option<Recovered<TxEnvelope>> {
        self.write().queue.take(sender, nonce)
    }

    /// Executes the transaction on the head and appends the block it makes.
    fn mine_transaction(&self, transaction: Recovered<TxEnvelope>) -> Result<(), ChainError> {
        let context = self.next_block();
        let mut state = State::clone(self.read().ledger.head_state());
        let runnable = request::signed(&transaction);
        let outcome = evm::execute(&mut state, &context, &runnable, mode(&transaction))?;
        let gas_used = outcome.gas_used;
        let mined = mined(transaction, outcome, gas_used);
        let mut book = self.write();
        let block = Block::child(book.ledger.head(), &context, vec![mined]);
        // Lets go of the hashes, which would be copied if two held them.
        drop(context);
        self.append(&mut book, block, Arc::new(state));
        Ok(())
    }

    /// Makes `block` the head, and tells who waits for it.
    pub(super) fn append(&self, book: &mut Book, block: Block, state: Arc<State>) {
        book.clock.stamp(block.timestamp(), now());
        let block = Arc::new(block);
        book.ledger.append(Arc::clone(&block), state);
        // Fails when nobody listens, which is nobody's loss.
        let _ = self.heads.send(block);
    }
}

/// How a transaction is executed. A contract can't sign (EIP-3607), but it can be impersonated.
pub(super) fn mode(transaction: &Recovered<TxEnvelope>) -> Mode {
    if signers::is_impersonated(transaction) { Mode::Impersonate } else { Mode::Commit }
}

/// The transaction with its receipt, after which its block has used `cumulative_gas_used`.
pub(super) fn mined(
    transaction: Recovered<TxEnvelope>,
    outcome: Outcome,
    cumulative_gas_used: u64,
) -> Mined {
    let receipt =
        Receipt { status: outcome.is_success().into(), cumulative_gas_used, logs: outcome.logs };
    Mined {
        receipt: ReceiptEnvelope::from_typed(transaction.tx_type(), receipt),
        contract_address: created(&transaction),
        gas_used: outcome.gas_used,
        gas_used_for_l1: outcome.gas_used_for_l1,
        transaction,
    }
}

/// The address that a creation is for, even if it failed.
fn created(transaction: &Recovered<TxEnvelope>) -> Option<Address> {
    let sender = transaction.signer();
    transaction.is_create().then(|| sender.create(transaction.nonce()))
}
