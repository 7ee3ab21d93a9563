//! The set of weeks in which an account's locks end, in one word.

use crate::U256;

/// A set of weeks, one bit each, indexed by week modulo 256.
///
/// A lock ends at most 209 weeks after the week in which it was made, and an account's expired locks
/// are settled before it makes another, so all weeks of a set lie within 256 weeks of the week in
/// which it was last settled, and the remainder says which one is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndWeeks(pub U256);

impl EndWeeks {
    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_zero()
    }

    /// Adds `week`.
    pub fn insert(&mut self, week: u64) {
        self.0.set_bit(bit(week), true);
    }

    /// Takes `week` out.
    pub fn remove(&mut self, week: u64) {
        self.0.set_bit(bit(week), false);
    }

    /// The weeks of the set in `(after, until]`, in order, where every week of the set is later than
    /// `after` and less than 257 weeks later.
    pub fn between(self, after: u64, until: u64) -> impl Iterator<Item = u64> {
        let last = until.min(after.saturating_add(256));
        (after.saturating_add(1)..=last).filter(move |week| self.0.bit(bit(*week)))
    }
}

/// The bit of `week`.
fn bit(week: u64) -> usize {
    let [low, ..] = week.to_le_bytes();
    usize::from(low)
}
