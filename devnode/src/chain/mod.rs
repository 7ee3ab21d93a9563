//! The chain: blocks, the state after each of them, and the one place where they grow.
//!
//! Every transaction is mined at once, in a block of its own. Two locks keep order:
//!
//! - `making` is held by whoever changes the chain, from reading the head to appending its child.
//!   Execution happens under this lock and no other.
//! - `book` is held only for as long as it takes to copy a pointer out or to append a finished
//!   block. So a slow transaction holds up the next transaction and nothing else: balances, blocks
//!   and calls are answered meanwhile, from the state before it.
//!
//! Nothing is changed before an execution has come to its end. If it panics, the chain is as it was,
//! and so a poisoned lock is simply taken over.

mod access;
mod block;
mod call;
mod clock;
mod dump;
mod error;
mod estimate;
mod ledger;
mod mining;
mod node_interface;
mod overrides;
mod queue;
mod request;
mod signers;
mod snapshots;
mod submit;
mod tamper;
mod trace;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use alloy::{
    consensus::{TxEnvelope, transaction::Recovered},
    eips::BlockId,
    primitives::{Address, B256},
};
use tokio::sync::broadcast;

pub(crate) use self::{
    block::{Block, L1_BLOCK_NUMBER, Position},
    dump::Dump,
    error::ChainError,
    overrides::Overrides,
    trace::{Place, Traced},
};
use self::{
    call::Scene, clock::Clock, ledger::Ledger, mining::Mining, queue::Queue, signers::Signers,
    snapshots::Snapshots,
};
use crate::{
    config::Config,
    evm::{BlockContext, State},
    genesis,
};

/// How many blocks a subscriber may be behind before it misses some.
const HEADS_KEPT: usize = 1_024;

/// A chain that grows by one block per transaction.
#[derive(Debug)]
pub(crate) struct Chain {
    config: Config,
    accounts: Vec<Address>,
    making: Mutex<()>,
    book: RwLock<Book>,
    /// How often the book has been opened to change something.
    revision: AtomicU64,
    heads: broadcast::Sender<Arc<Block>>,
}

/// Everything about the chain that changes.
#[derive(Debug)]
struct Book {
    ledger: Ledger,
    clock: Clock,
    queue: Queue,
    signers: Signers,
    snapshots: Snapshots,
    mining: Mining,
}

impl Chain {
    /// The chain that `config` describes, at its first block.
    pub(crate) fn new(config: &Config) -> Self {
        let (ledger, clock) = beginning(config);
        let book = Book {
            ledger,
            clock,
            queue: Queue::default(),
            signers: Signers::new(&config.accounts),
            snapshots: Snapshots::default(),
            mining: Mining::default(),
        };
        Self {
            config: config.clone(),
            revision: AtomicU64::default(),
            accounts: config.accounts.iter().map(|account| account.address).collect(),
            making: Mutex::default(),
            book: RwLock::new(book),
            heads: broadcast::channel(HEADS_KEPT).0,
        }
    }

    /// The id that transactions are signed for.
    pub(crate) fn chain_id(&self) -> u64 {
        self.config.chain_id
    }

    /// A number that is another one whenever the chain may have changed.
    pub(crate) fn revision(&self) -> u64 {
        self.revision.load(Ordering::SeqCst)
    }

    /// The accounts that the node signs for.
    pub(crate) fn accounts(&self) -> &[Address] {
        &self.accounts
    }

    /// The hash of the first block.
    pub(crate) fn first_hash(&self) -> B256 {
        self.block(BlockId::earliest()).map(|block| block.hash()).unwrap_or_default()
    }

    /// The latest block.
    pub(crate) fn head(&self) -> Arc<Block> {
        Arc::clone(self.read().ledger.head())
    }

    /// The block that `id` names; the block a transaction would be mined in does not exist yet, so
    /// `pending` is the latest.
    pub(crate) fn block(&self, id: BlockId) -> Option<Arc<Block>> {
        self.read().ledger.block(id).cloned()
    }

    /// The blocks from `first` to `last`, both included, as far as they exist.
    pub(crate) fn blocks(&self, first: u64, last: u64) -> Vec<Arc<Block>> {
        self.read().ledger.range(first, last).to_vec()
    }

    /// The number of the block that `id` names, which may be beyond the head.
    pub(crate) fn number(&self, id: BlockId) -> Option<u64> {
        self.read().ledger.number(id)
    }

    /// The state after the block that `id` names.
    pub(crate) fn state(&self, id: BlockId) -> Result<Arc<State>, ChainError> {
        self.read().ledger.state(id).cloned()
    }

    /// The block of this transaction and its index there.
    pub(crate) fn transaction(&self, hash: B256) -> Option<(Arc<Block>, usize)> {
        self.read().ledger.transaction(hash)
    }

    /// The transaction of this hash that waits for its turn.
    pub(crate) fn waiting(&self, hash: B256) -> Option<Recovered<TxEnvelope>> {
        self.read().queue.get(hash).cloned()
    }

    /// Every block that is made from now on.
    pub(crate) fn heads(&self) -> broadcast::Receiver<Arc<Block>> {
        self.heads.subscribe()
    }

    /// The block that a transaction would be mined in now.
    fn next_block(&self) -> BlockContext {
        let book = self.read();
        self.context(&book, book.ledger.head().number() + 1, book.clock.peek(now()))
    }

    /// What a transaction learns about block `number`, made at `timestamp`.
    fn context(&self, book: &Book, number: u64, timestamp: u64) -> BlockContext {
        BlockContext {
            l1_number: L1_BLOCK_NUMBER,
            debug: self.config.debug,
            l2_hashes: book.ledger.hashes_before(number),
            ..BlockContext::new(self.chain_id(), number, timestamp, self.base_fee_of(book, number))
        }
    }

    /// The base fee of block `number`, in wei: of one that is made, its own; of the next, what ArbOS
    /// has set it to.
    fn base_fee_of(&self, book: &Book, number: u64) -> u64 {
        let made = book.ledger.block(number.into()).and_then(|block| block.base_fee());
        made.unwrap_or_else(|| book.ledger.head_state().min_base_fee())
    }

    /// The base fee that a transaction would pay now, in wei.
    pub(crate) fn base_fee(&self) -> u64 {
        self.read().ledger.head_state().min_base_fee()
    }

    fn read(&self) -> RwLockReadGuard<'_, Book> {
        self.book.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Book> {
        self.revision.fetch_add(1, Ordering::SeqCst);
        self.book.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to change the chain, until it is dropped.
    fn turn(&self) -> MutexGuard<'_, ()> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first block of a chain, with its state, and the clock.
fn beginning(config: &Config) -> (Ledger, Clock) {
    let clock = Clock::starting_at(config.timestamp, now());
    let state = Arc::new(genesis::state(config));
    let first = Block::genesis(clock.peek(now()), state.min_base_fee());
    (Ledger::new(first, state), clock)
}

/// The wall clock in Unix seconds.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}
