//! The weeks in which an account's locks end, in half a word.

use crate::MAX_LOCK_WEEKS;

/// A set of pairs of weeks, an even one and the odd one after it: one bit each, indexed by the number
/// of the pair modulo 128. A pair is in it if a lock may end at the start of either week; which of the
/// two it is the locks themselves tell.
///
/// A lock ends at most 209 weeks after the week in which it was made, and an account's expired locks
/// are settled before it makes another, so all weeks of a set lie within 209 weeks of the week in
/// which it was last settled, and the remainder says which pair is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndWeeks(pub u128);

impl EndWeeks {
    /// Adds the pair of `week`.
    pub fn insert(&mut self, week: u64) {
        self.0 |= bit(week);
    }

    /// Takes the pair of `week` out.
    pub fn remove(&mut self, week: u64) {
        self.0 &= !bit(week);
    }

    /// The weeks in `(after, until]` of the pairs in the set, in order, where every week in which a lock
    /// ends is later than `after` and at most 209 weeks later.
    pub fn between(self, after: u64, until: u64) -> impl Iterator<Item = u64> {
        let longest = u64::from(MAX_LOCK_WEEKS).saturating_add(1);
        let last = until.min(after.saturating_add(longest));
        (after.saturating_add(1)..=last).filter(move |week| self.0 & bit(*week) != 0)
    }
}

/// The bit of the pair of `week`.
fn bit(week: u64) -> u128 {
    let [low, ..] = (week >> 1).to_le_bytes();
    1_u128.rotate_left(u32::from(low))
}
