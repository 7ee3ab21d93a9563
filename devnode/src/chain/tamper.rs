//! What only a test may do: change accounts from outside, move the clock, send as somebody else.

use std::sync::Arc;

use alloy::primitives::{Address, B256, Bytes, U256};

use super::{Chain, ChainError, Queue, Snapshots, beginning, now};
use crate::evm::State;

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

    /// Sets the base fee of the blocks to come, in wei. It is the least base fee that ArbOS knows:
    /// without congestion, blocks have no higher one.
    pub(crate) fn set_base_fee(&self, wei: u64) {
        self.edit(|state| state.set_min_base_fee(wei));
    }

    /// Begins anew at the first block: everything is as it was when the node started, but for
    /// those it impersonates and when it makes blocks.
    pub(crate) fn reset(&self) {
        let _turn = self.turn();
        let (ledger, clock) = beginning(&self.config);
        let mut book = self.write();
        (book.ledger, book.clock) = (ledger, clock);
        (book.queue, book.snapshots) = (Queue::default(), Snapshots::default());
    }
}
