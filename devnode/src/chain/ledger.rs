//! What the chain remembers: every block, where every transaction is, and the states of the last
//! few blocks.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::B256,
};

use super::{ChainError, block::Block};
use crate::evm::{BlockHashes, State};

/// How many states are kept beside the latest. An older block can be looked at, but not run on.
const STATES_KEPT: usize = 128;

/// How many hashes of earlier blocks a transaction can ask for.
const HASHES_KEPT: usize = 256;

/// The blocks with their indices, and the latest states.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// Every block at the index of its number.
    blocks: Vec<Arc<Block>>,
    /// Block numbers by hash.
    numbers: HashMap<B256, u64>,
    /// Transactions by hash: number of the block, index in the block.
    transactions: HashMap<B256, (u64, usize)>,
    /// The first block's state, unless the chain was loaded: tests like to look back at where they
    /// began.
    genesis: Option<Arc<State>>,
    /// The states after the last blocks, the latest at the back.
    states: VecDeque<Arc<State>>,
    /// The hashes of the last blocks, the head's included.
    hashes: BlockHashes,
}

impl Ledger {
    /// A ledger of one block.
    pub(crate) fn new(genesis: Block, state: Arc<State>) -> Self {
        let mut ledger = Self::empty(Some(Arc::clone(&state)));
        ledger.append(Arc::new(genesis), state);
        ledger
    }

    /// A ledger of these blocks, of whose states only the last is known; none without blocks.
    pub(crate) fn restored(blocks: Vec<Arc<Block>>, state: Arc<State>) -> Option<Self> {
        let mut ledger = Self::empty(None);
        for block in blocks {
            ledger.append(block, Arc::clone(&state));
        }
        ledger.states = VecDeque::from([state]);
        (!ledger.blocks.is_empty()).then_some(ledger)
    }

    fn empty(genesis: Option<Arc<State>>) -> Self {
        Self {
            blocks: Vec::new(),
            numbers: HashMap::new(),
            transactions: HashMap::new(),
            genesis,
            states: VecDeque::new(),
            hashes: BlockHashes::default(),
        }
    }

    /// The latest block.
    pub(crate) fn head(&self) -> &Arc<Block> {
        self.blocks.last().expect("a ledger holds its first block from the start")
    }

    /// The state after the latest block.
    pub(crate) fn head_state(&self) -> &Arc<State> {
        self.states.back().expect("the latest state is always kept")
    }

    /// Changes the latest state outside of any transaction.
    pub(crate) fn set_head_state(&mut self, state: Arc<State>) {
        *self.states.back_mut().expect("the latest state is always kept") = state;
    }

    /// Adds the head's child and the state after it.
    pub(crate) fn append(&mut self, block: Arc<Block>, state: Arc<State>) {
        let number = block.number();
        self.numbers.insert(block.hash(), number);
        for (index, mined) in block.transactions.iter().enumerate() {
            self.transactions.insert(mined.hash(), (number, index));
        }
        self.remember_hash(&block);
        self.blocks.push(block);
        self.states.push_back(state);
        if self.states.len() > STATES_KEPT + 1 {
            self.states.pop_front();
        }
    }

    fn remember_hash(&mut self, block: &Block) {
        let hashes = Arc::make_mut(&mut self.hashes);
        hashes.insert(block.number(), block.hash());
        if hashes.len() > HASHES_KEPT {
            hashes.pop_first();
        }
    }

    /// The hashes that a transaction in block `number` can ask for, and perhaps those of later
    /// blocks, which it can't.
    pub(crate) fn hashes_before(&self, number: u64) -> BlockHashes {
        if number >= self.head().number() {
            return Arc::clone(&self.hashes);
        }
        self.hashes_between(number.saturating_sub(HASHES_KEPT as u64), number)
    }

    fn hashes_between(&self, first: u64, last: u64) -> BlockHashes {
        let blocks = self.range(first, last).iter();
        Arc::new(blocks.map(|block| (block.number(), block.hash())).collect())
    }

    /// Forgets every block after `number`, whose state was `state`.
    pub(crate) fn truncate(&mut self, number: u64, state: Arc<State>) {
        while self.head().number() > number && self.blocks.len() > 1 {
            self.drop_head();
        }
        if self.states.is_empty() {
            self.states.push_back(state);
        } else {
            self.set_head_state(state);
        }
        let first = (number + 1).saturating_sub(HASHES_KEPT as u64);
        self.hashes = self.hashes_between(first, number);
    }

    fn drop_head(&mut self) {
        let Some(block) = self.blocks.pop() else { return };
        self.states.pop_back();
        self.numbers.remove(&block.hash());
        for mined in &block.transactions {
            self.transactions.remove(&mined.hash());
        }
    }

    /// The block that `id` names. `pending`, `safe` and `finalized` are the latest: a development
    /// node's blocks are final at once.
    pub(crate) fn block(&self, id: BlockId) -> Option<&Arc<Block>> {
        self.blocks.get(usize::try_from(self.number(id)?).ok()?)
    }

    /// The number of the block that `id` names, which may be beyond the head.
    pub(crate) fn number(&self, id: BlockId) -> Option<u64> {
        match id {
            BlockId::Hash(hash) => self.numbers.get(&hash.block_hash).copied(),
            BlockId::Number(BlockNumberOrTag::Number(number)) => Some(number),
            BlockId::Number(BlockNumberOrTag::Earliest) => Some(0),
            BlockId::Number(_) => Some(self.head().number()),
        }
    }

    /// The state after the block that `id` names.
    pub(crate) fn state(&self, id: BlockId) -> Result<&Arc<State>, ChainError> {
        let number = self.block(id).ok_or(ChainError::UnknownBlock(id))?.number();
        let age = usize::try_from(self.head().number() - number).unwrap_or(usize::MAX);
        match self.states.len().checked_sub(age + 1) {
            Some(index) => Ok(&self.states[index]),
            None => self
                .genesis
                .as_ref()
                .filter(|_| number == 0)
                .ok_or(ChainError::StateNotKept { number, kept: STATES_KEPT }),
        }
    }

    /// The transaction of this hash, if it is in a block.
    pub(crate) fn transaction(&self, hash: B256) -> Option<(Arc<Block>, usize)> {
        let (number, index) = *self.transactions.get(&hash)?;
        Some((Arc::clone(self.blocks.get(usize::try_from(number).ok()?)?), index))
    }

    /// The blocks from `first` to `last`, both included, as far as they exist.
    pub(crate) fn range(&self, first: u64, last: u64) -> &[Arc<Block>] {
        let clamp = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let end = clamp(last.saturating_add(1)).min(self.blocks.len());
        self.blocks.get(clamp(first)..end).unwrap_or_default()
    }
}
