//! Packed words: two amounts of 112 bits and 32 bits beside them, in one storage slot.

use accrual::{halves, join};
use alloy_primitives::U256;

/// Two amounts below 2^112 and a small number, as one slot holds them: `first` in the upper bits,
/// `second` below it, `tail` in the lowest 32 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Packed {
    pub(crate) first: u128,
    pub(crate) second: u128,
    pub(crate) tail: u32,
}

impl Packed {
    /// Takes a slot apart.
    #[expect(clippy::as_conversions, reason = "the tail is the lowest 32 bits")]
    #[inline(never)]
    pub(crate) const fn unpack(word: U256) -> Self {
        let (high, low) = halves(word);
        Self { first: high >> 16, second: (high & 0xffff) << 96 | low >> 32, tail: low as u32 }
    }

    /// The slot for these values; both amounts are below 2^112.
    #[expect(clippy::as_conversions, reason = "the tail is widened")]
    #[inline(never)]
    pub(crate) const fn pack(self) -> U256 {
        join(self.first << 16 | self.second >> 96, self.second << 32 | self.tail as u128)
    }
}

/// The flags of a [`Position`], in the lowest bits of its slot.
const HAS_LOCKS: u32 = 1;
const DELEGATED: u32 = 2;

/// An account's stake, as its slot holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// Shares, locked ones included.
    pub(crate) balance: u128,
    /// Boosts of all locks that are not settled yet, expired ones included.
    pub(crate) boost: u128,
    /// The week in which expired locks were last settled.
    pub(crate) settled_week: u64,
    /// Whether there is any lock that is not settled yet, or a standing one. An account that never
    /// locks never touches lock storage.
    pub(crate) has_locks: bool,
    /// Whether somebody votes with its weight. An account that never delegates never touches the
    /// votes.
    pub(crate) delegated: bool,
}

impl Position {
    pub(crate) fn unpack(word: U256) -> Self {
        let Packed { first, second, tail } = Packed::unpack(word);
        Self {
            balance: first,
            boost: second,
            settled_week: u64::from(tail >> 16),
            has_locks: tail & HAS_LOCKS != 0,
            delegated: tail & DELEGATED != 0,
        }
    }

    #[expect(clippy::as_conversions, reason = "week numbers fit 16 bits until the year 3226")]
    pub(crate) fn pack(self) -> U256 {
        let locks = if self.has_locks { HAS_LOCKS } else { 0 };
        let delegated = if self.delegated { DELEGATED } else { 0 };
        let tail = (self.settled_week as u32) << 16 | delegated | locks;
        Packed { first: self.balance, second: self.boost, tail }.pack()
    }

    /// What this account's revenue is measured by, while no lock of it has expired unsettled.
    pub(crate) const fn weight(&self) -> u128 {
        self.balance.saturating_add(self.boost)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_slot_gives_back_what_was_packed(
            first in 0..1u128 << 112, second in 0..1u128 << 112, tail: u32,
        ) {
            let packed = Packed { first, second, tail };
            prop_assert_eq!(Packed::unpack(packed.pack()), packed);
        }

        #[test]
        fn a_position_gives_back_what_was_packed(
            balance in 0..1u128 << 112, boost in 0..1u128 << 112, week: u16,
            has_locks: bool, delegated: bool,
        ) {
            let settled_week = u64::from(week);
            let position = Position { balance, boost, settled_week, has_locks, delegated };
            prop_assert_eq!(Position::unpack(position.pack()), position);
        }
    }
}
