//! Points of the chain's life to go back to.

use std::{collections::BTreeMap, sync::Arc};

use alloy::primitives::B256;

use super::{Book, Chain, ChainError, clock::Clock, queue::Queue};
use crate::evm::State;

/// How many snapshots there may be at once: each keeps a whole state alive.
const MAX_SNAPSHOTS: usize = 10_000;

/// The chain at one moment.
#[derive(Clone, Debug)]
struct Snapshot {
    number: u64,
    state: Arc<State>,
    clock: Clock,
    queue: Queue,
}

/// The snapshots by id; ids are never used again.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    taken: BTreeMap<u64, Snapshot>,
    last: u64,
}

impl Chain {
    /// Remembers the chain as it is; returns the snapshot's id.
    ///
    /// # Errors
    /// When there are too many already.
    pub(crate) fn snapshot(&self) -> Result<u64, ChainError> {
        let _turn = self.turn();
        let mut book = self.write();
        if book.snapshots.taken.len() >= MAX_SNAPSHOTS {
            return Err(ChainError::TooManySnapshots(MAX_SNAPSHOTS));
        }
        let snapshot = Snapshot {
            number: book.ledger.head().number(),
            state: Arc::clone(book.ledger.head_state()),
            clock: book.clock,
            queue: book.queue.clone(),
        };
        book.snapshots.last += 1;
        let id = book.snapshots.last;
        book.snapshots.taken.insert(id, snapshot);
        Ok(id)
    }

    /// The snapshots: the id of each, with number and hash of the block that was the head.
    pub(crate) fn snapshots(&self) -> impl Iterator<Item = (u64, (u64, B256))> + use<> {
        let book = self.read();
        let placed = |(id, snapshot): (&u64, &Snapshot)| {
            let block = book.ledger.block(snapshot.number.into());
            (*id, (snapshot.number, block.map(|block| block.hash()).unwrap_or_default()))
        };
        book.snapshots.taken.iter().map(placed).collect::<Vec<_>>().into_iter()
    }

    /// Goes back to snapshot `id`: blocks, state, waiting transactions and the clock's shift. The
    /// snapshot and all later ones are used up. Returns whether there was one.
    pub(crate) fn revert(&self, id: u64) -> bool {
        let _turn = self.turn();
        let mut book = self.write();
        let mut undone = book.snapshots.taken.split_off(&id);
        match undone.remove(&id) {
            Some(snapshot) => {
                restore(&mut book, snapshot);
                true
            }
            None => {
                book.snapshots.taken.append(&mut undone);
                false
            }
        }
    }
}

fn restore(book: &mut Book, snapshot: Snapshot) {
    book.ledger.truncate(snapshot.number, snapshot.state);
    book.clock = snapshot.clock;
    book.queue = snapshot.queue;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn snapshots_without_end_are_refused_until_some_are_used_up() {
        let chain = Chain::new(&Config::default());
        let first = chain.snapshot().unwrap();
        while chain.snapshot().is_ok() {}
        assert_eq!(chain.read().snapshots.taken.len(), MAX_SNAPSHOTS);
        assert!(chain.revert(first));
        assert!(chain.snapshot().is_ok());
    }
}
