//! When blocks are made: at once for every transaction, at intervals, or when somebody says so.

use std::sync::{Arc, Weak};

use alloy::{
    consensus::{TxEnvelope, transaction::Recovered},
    primitives::{Address, B256},
};
use tokio::{
    sync::watch,
    time::{Duration, sleep},
};

use super::{Block, Chain, ChainError, request, submit};
use crate::evm::{self, State};

/// How many blocks are made in one go at most.
const MAX_BLOCKS: u64 = 100_000;

/// When blocks are made.
#[derive(Debug)]
pub(super) struct Mining {
    /// Whether a transaction is mined as soon as it arrives.
    pub(super) automatic: bool,
    /// Seconds between blocks that are made whatever happens; 0 if there are none such.
    interval: watch::Sender<u64>,
}

impl Default for Mining {
    fn default() -> Self {
        Self { automatic: true, interval: watch::Sender::new(0) }
    }
}

impl Chain {
    /// Whether a transaction is mined as soon as it arrives.
    pub(crate) fn mines_automatically(&self) -> bool {
        self.read().mining.automatic
    }

    /// Mines transactions as soon as they arrive, those that wait at once; or no longer.
    pub(crate) fn set_automatic_mining(&self, automatic: bool) {
        let _turn = self.turn();
        self.write().mining.automatic = automatic;
        let is_waiting = self.read().queue.iter().next().is_some();
        if automatic && is_waiting {
            self.mine_block(0);
        }
    }

    /// Seconds between the blocks that are made whatever happens; 0 if none are.
    pub(crate) fn mining_interval(&self) -> u64 {
        *self.read().mining.interval.borrow()
    }

    /// Makes a block every so many seconds, and no longer one for every transaction; 0 ends that.
    pub(crate) fn set_mining_interval(&self, seconds: u64) {
        let mut book = self.write();
        if seconds > 0 {
            book.mining.automatic = false;
        }
        book.mining.interval.send_replace(seconds);
    }

    /// Makes blocks at the interval that is set, for as long as there is somebody to see them.
    pub(crate) async fn mine_at_intervals(chain: Weak<Self>) {
        let subscribe = |chain: Arc<Self>| chain.read().mining.interval.subscribe();
        let Some(mut interval) = chain.upgrade().map(subscribe) else { return };
        loop {
            let seconds = *interval.borrow_and_update();
            let is_over = if seconds == 0 {
                interval.changed().await.is_err()
            } else {
                tokio::select! {
                    () = sleep(Duration::from_secs(seconds)) => mine_one(&chain).await.is_none(),
                    changed = interval.changed() => changed.is_err(),
                }
            };
            if is_over {
                return;
            }
        }
    }

    /// Makes `count` blocks, the clock going ahead by `interval` seconds before each. What waits
    /// and can be executed is in the first of them.
    pub(crate) fn mine(&self, count: u64, interval: u64) -> Result<(), ChainError> {
        if count > MAX_BLOCKS {
            return Err(ChainError::TooManyBlocks { asked: count, limit: MAX_BLOCKS });
        }
        let _turn = self.turn();
        for _ in 0..count {
            self.mine_block(interval);
        }
        Ok(())
    }

    /// Makes a block of what waits and can be executed.
    fn mine_block(&self, interval: u64) {
        self.write().clock.increase(interval);
        let context = self.next_block();
        let mut state = State::clone(self.read().ledger.head_state());
        let (mut transactions, mut gas_used) = (Vec::new(), 0);
        while let Some(transaction) = self.take_ready(&state) {
            let (hash, mode) = (*transaction.tx_hash(), submit::mode(&transaction));
            let runnable = request::signed(&transaction);
            match evm::execute(&mut state, &context, &runnable, mode) {
                Ok(outcome) => {
                    gas_used += outcome.gas_used;
                    transactions.push(submit::mined(transaction, outcome, gas_used));
                }
                Err(error) => tracing::warn!(%hash, %error, "dropped a waiting transaction"),
            }
        }
        let mut book = self.write();
        let block = Block::child(book.ledger.head(), &context, transactions);
        // Lets go of the hashes, which would be copied if two held them.
        drop(context);
        self.append(&mut book, block, Arc::new(state));
    }

    fn take_ready(&self, state: &State) -> Option<Recovered<TxEnvelope>> {
        self.write().queue.take_ready(|sender| state.nonce(sender))
    }

    /// The nonce of an account's next transaction, if those that wait are mined before it.
    pub(crate) fn pending_nonce(&self, sender: Address) -> u64 {
        let book = self.read();
        book.queue.nonce_after(sender, book.ledger.head_state().nonce(sender))
    }

    /// The transactions that could be mined now, and those that wait for nonces before theirs.
    pub(crate) fn waiting_transactions(&self) -> [Vec<Recovered<TxEnvelope>>; 2] {
        use alloy::consensus::Transaction as _;
        let book = self.read();
        let is_ready = |transaction: &Recovered<TxEnvelope>| {
            let sender = transaction.signer();
            let expected = book.ledger.head_state().nonce(sender);
            transaction.nonce() < book.queue.nonce_after(sender, expected)
        };
        let (ready, queued) = book.queue.iter().cloned().partition(is_ready);
        [ready, queued]
    }

    /// Forgets a waiting transaction; returns whether there was one.
    pub(crate) fn drop_waiting(&self, hash: B256) -> bool {
        self.write().queue.forget(hash)
    }

    /// Forgets all waiting transactions, or those of one sender.
    pub(crate) fn drop_all_waiting(&self, of: Option<Address>) {
        self.write().queue.forget_where(|sender| of.is_none_or(|of| of == sender));
    }
}

/// Makes a block on a worker thread, unless the chain is gone.
async fn mine_one(chain: &Weak<Chain>) -> Option<()> {
    let chain = chain.upgrade()?;
    let made = tokio::task::spawn_blocking(move || chain.mine(1, 0)).await;
    made.ok().and_then(Result::ok)
}
