//! From bytes to a block.

use std::sync::Arc;

use alloy::{
    consensus::{
        Receipt, ReceiptEnvelope, Transaction as _, TxEnvelope,
        transaction::{Recovered, SignerRecoverable},
    },
    eips::eip2718::Decodable2718,
    primitives::{Address, B256},
};

use super::{Block, Book, Chain, ChainError, block::Mined, now, request, signers};
use crate::evm::{self, Mode, Outcome, State};

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

    fn take_waiting(&self, sender: Address, nonce: u64) -> Option<Recovered<TxEnvelope>> {
        self.write().queue.take(sender, nonce)
    }

    /// Executes the transaction on the head and appends the block it makes.
    fn mine_transaction(&self, transaction: Recovered<TxEnvelope>) -> Result<(), ChainError> {
        let context = self.next_block();
        let mut state = State::clone(self.read().ledger.head_state());
        let runnable = request::signed(&transaction);
        // A contract can't sign (EIP-3607), but it can be impersonated.
        let impersonated = signers::is_impersonated(&transaction);
        let mode = if impersonated { Mode::Impersonate } else { Mode::Commit };
        let outcome = evm::execute(&mut state, &context, &runnable, mode)?;
        let mined = mined(transaction, outcome);
        let mut book = self.write();
        let block = Block::child(book.ledger.head(), context.timestamp, vec![mined]);
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

/// The transaction with its receipt, alone in its block.
fn mined(transaction: Recovered<TxEnvelope>, outcome: Outcome) -> Mined {
    let receipt = Receipt {
        status: outcome.is_success().into(),
        cumulative_gas_used: outcome.gas_used,
        logs: outcome.logs,
    };
    Mined {
        receipt: ReceiptEnvelope::from_typed(transaction.tx_type(), receipt),
        contract_address: created(&transaction),
        gas_used: outcome.gas_used,
        transaction,
    }
}

/// The address that a creation is for, even if it failed.
fn created(transaction: &Recovered<TxEnvelope>) -> Option<Address> {
    let sender = transaction.signer();
    transaction.is_create().then(|| sender.create(transaction.nonce()))
}
