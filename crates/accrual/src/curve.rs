//! Curves over weeks: how much more a locked token earns, and what leaving a lock early costs.

use crate::{Divide, portion};

/// A multiplier of one, in basis points.
pub const ONE_BPS: u32 = 10_000;
/// The largest multiplier a curve may reach, in basis points: ten.
pub const MAX_MULTIPLIER_BPS: u32 = 100_000;
/// The longest lock, in weeks: four years.
pub const MAX_LOCK_WEEKS: u32 = 208;
/// The most points a curve can have.
pub const MAX_POINTS: usize = 8;

/// A piecewise linear curve from weeks to basis points that never falls: of multipliers over the
/// duration of a lock, or of penalties over the weeks that a lock still has.
///
/// One word: eight points of four bytes, the weeks in the first and the basis points in the other
/// three, big-endian; unused points are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve(pub [u8; 32]);

impl Curve {
    /// The curve without points; its value is zero everywhere.
    pub const NONE: Self = Self([0; 32]);

    /// The curve of multipliers through the given points, or `None` unless there are 1 to 8 of them,
    /// the first is `(0, 10_000)`, durations rise strictly up to 208, and multipliers never fall nor
    /// pass 100_000.
    #[must_use]
    pub fn multipliers(durations: &[u32], multipliers: &[u32]) -> Option<Self> {
        Self::through(durations, multipliers, ONE_BPS, MAX_MULTIPLIER_BPS)
            .filter(|_| multipliers.first() == Some(&ONE_BPS))
    }

    /// The curve of penalties through the given points, or `None` unless there are 1 to 8 of them, the
    /// first is at zero weeks, weeks rise strictly up to 208, and penalties never fall, are at least
    /// one basis point and at most 10_000.
    #[must_use]
    pub fn penalties(weeks: &[u32], penalties: &[u32]) -> Option<Self> {
        Self::through(weeks, penalties, 1, ONE_BPS)
    }

    fn through(weeks: &[u32], bps: &[u32], least: u32, most: u32) -> Option<Self> {
        if weeks.len() != bps.len() || weeks.len() > MAX_POINTS {
            return None;
        }
        let mut word = [0; 32];
        let mut previous = None;
        for ((slot, &weeks), &bps) in word.chunks_exact_mut(4).zip(weeks).zip(bps) {
            let in_bounds = weeks <= MAX_LOCK_WEEKS && (least..=most).contains(&bps);
            if !in_bounds || !follows(previous, (weeks, bps)) {
                return None;
            }
            slot.copy_from_slice(&((weeks << 24) | bps).to_be_bytes());
            previous = Some((weeks, bps));
        }
        previous.map(|_| Self(word))
    }

    /// The points `(weeks, bps)`, in order.
    pub fn points(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let (points, _) = self.0.as_chunks();
        points
            .iter()
            .map(|point| u32::from_be_bytes(*point))
            .take_while(|point| *point != 0)
            .map(|point| (point >> 24, point & 0x00ff_ffff))
    }

    /// The value at `weeks`, in basis points: linear between points, rounded down, and flat after the
    /// last one.
    #[must_use]
    pub fn at(&self, weeks: u32) -> u32 {
        let mut before = (0, 0);
        for after in self.points() {
            if weeks < after.0 {
                return between(before, after, weeks);
            }
            before = after;
        }
        before.1
    }
}

/// Whether `point` may come after `previous` in a curve; the first is at zero weeks.
fn follows(previous: Option<(u32, u32)>, (weeks, bps): (u32, u32)) -> bool {
    previous.map_or(weeks == 0, |(w, b)| weeks > w && bps >= b)
}

/// The value at `weeks` on the line between two points; `before.0 <= weeks < after.0`.
const fn between(before: (u32, u32), after: (u32, u32), weeks: u32) -> u32 {
    let run = after.0.saturating_sub(before.0);
    let rise = after.1.saturating_sub(before.1).saturating_mul(weeks.saturating_sub(before.0));
    match rise.checked_div(run) {
        Some(step) => before.1.saturating_add(step),
        None => before.1,
    }
}

/// The extra weight of `assets` at `multiplier_bps`: `⌊assets × (multiplier − 1)⌋`.
///
/// Below 2^116 for assets below 2^112.
#[must_use]
pub fn boost<D: Divide>(assets: u128, multiplier_bps: u32) -> u128 {
    let extra = u128::from(multiplier_bps.saturating_sub(ONE_BPS));
    portion::<D>(assets, extra, u128::from(ONE_BPS))
}
