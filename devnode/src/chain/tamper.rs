//! What only a test may do: change accounts from outside, move the clock, send as somebody else.

use std::sync::Arc;

use alloy::primitives::{Address, B256, Bytes, U256};

use super::{Block, Chain, ChainError, now};
use crate::evm::State;

/// How many blocks are made in one go at most.
const MAX_BLOCKS: u64 = 100_000;

impl Chain {
    /// Sets the balance of `address`, in wei.
    pub(crate) fn set_balance(&self, address: Address, balance: U256) {
        self.edit(|state| state.set_balance(address, balance));
    }

    /// Sets the next nonce of `address`.
    pub(crate) fn set_nonce(&self, address: Address, nonce: u64) {
        self.edit(|state| state.set_nonce(address, nonce));
    }

    /// Sets the code of `address`.
    pub(crate) fn set_code(&self, address: Address, code: Bytes) {
        self.edit(|state| state.set_code(address, code));
    }

    /// Sets one storage slot of `address`.
    pub(crate) fn set_storage(&self, address: Address, slot: U256, value: B256) {
        self.edit(|state| state.set_storage(address, slot, value.into()));
    }

    fn edit(&self, change: impl FnOnce(&mut State)) {
        let _turn = self.turn();
        let mut state = State::clone(self.read().ledger.head_state());
        change(&mut state);
        self.write().ledger.set_head_state(Arc::new(state));
    }

    /// Lets `address` send without a signature, or no longer.
    pub(crate) fn impersonate(&self, address: Address, allowed: bool) {
        self.write().signers.impersonate(address, allowed);
    }

    /// Lets everyone send without a signature, or no longer.
    pub(crate) fn impersonate_everyone(&self, allowed: bool) {
        self.write().signers.impersonate_everyone(allowed);
    }

    /// Moves the clock ahead for good; returns its whole shift against the wall clock, in seconds.
    pub(crate) fn increase_time(&self, seconds: u64) -> i64 {
        let _turn = self.turn();
        self.write().clock.increase(seconds)
    }

    /// Makes the next block show `timestamp`, and the clock run on from there.
    pub(crate) fn set_next_timestamp(&self, timestamp: u64) -> Result<(), ChainError> {
        let _turn = self.turn();
        self.write().clock.set_next(timestamp)
    }

    /// Makes the clock show `timestamp` now; returns its whole shift, in seconds.
    pub(crate) fn set_time(&self, timestamp: u64) -> i64 {
        let _turn = self.turn();
        self.write().clock.set(timestamp, now())
    }

    /// Makes `count` empty blocks, the clock going ahead by `interval` seconds before each.
    pub(crate) fn mine(&self, count: u64, interval: u64) -> Result<(), ChainError> {
        if count > MAX_BLOCKS {
            return Err(ChainError::TooManyBlocks { asked: count, limit: MAX_BLOCKS });
        }
        let _turn = self.turn();
        for _ in 0..count {
            self.mine_empty(interval);
        }
        Ok(())
    }

    fn mine_empty(&self, interval: u64) {
        let mut book = self.write();
        book.clock.increase(interval);
        let timestamp = book.clock.peek(now());
        let block = Block::child(book.ledger.head(), timestamp, Vec::new());
        let state = Arc::clone(book.ledger.head_state());
        self.append(&mut book, block, state);
    }
}
