//! The recent-program cache of a block.
//!
//! From ArbOS 60 on, a program that has already been called in the same block costs only its cached
//! price. The chain remembers the last `blockCacheSize` code hashes; what a call inserts stays even
//! if the call, or its whole transaction, fails, and the next block starts with an empty list.

use revm::primitives::B256;

/// The code hashes called in one block, the latest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RecentPrograms {
    block: u64,
    hashes: Vec<B256>,
}

impl RecentPrograms {
    /// The list as block `number` finds it: empty if it belongs to another block.
    pub(super) fn at(&self, number: u64) -> Self {
        if self.block == number { self.clone() } else { Self { block: number, hashes: Vec::new() } }
    }

    /// Records a call of `hash` and says whether the block had it in its list already.
    pub(super) fn touch(&mut self, hash: B256, capacity: u16) -> bool {
        let position = self.hashes.iter().position(|known| *known == hash);
        if let Some(position) = position {
            self.hashes.remove(position);
        }
        self.hashes.push(hash);
        let surplus = self.hashes.len().saturating_sub(usize::from(capacity));
        self.hashes.drain(..surplus);
        position.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(byte: u8) -> B256 {
        B256::repeat_byte(byte)
    }

    #[test]
    fn the_second_call_in_a_block_is_a_hit() {
        let mut recent = RecentPrograms::default().at(7);
        assert!(!recent.touch(hash(1), 32));
        assert!(recent.touch(hash(1), 32));
    }

    #[test]
    fn a_new_block_starts_empty() {
        let mut recent = RecentPrograms::default().at(7);
        recent.touch(hash(1), 32);
        assert!(recent.at(7).touch(hash(1), 32));
        assert!(!recent.at(8).touch(hash(1), 32));
    }

    #[test]
    fn the_least_recently_used_hash_leaves_first() {
        let mut recent = RecentPrograms::default();
        recent.touch(hash(1), 2);
        recent.touch(hash(2), 2);
        recent.touch(hash(1), 2);
        recent.touch(hash(3), 2);
        assert!(recent.touch(hash(1), 2));
        assert!(!recent.touch(hash(2), 2));
    }

    #[test]
    fn a_cache_without_capacity_never_hits() {
        let mut recent = RecentPrograms::default();
        assert!(!recent.touch(hash(1), 0));
        assert!(!recent.touch(hash(1), 0));
    }
}
