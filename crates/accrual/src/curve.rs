//! The multiplier curve: how much more a locked token earns.

use crate::{Divide, U256, halves};

/// A multiplier of one, in basis points.
pub const ONE_BPS: u32 = 10_000;
/// The largest multiplier a curve may reach, in basis points: ten.
pub const MAX_MULTIPLIER_BPS: u32 = 100_000;
/// The longest lock, in weeks: four years.
pub const MAX_LOCK_WEEKS: u32 = 208;
/// The most points a curve can have.
pub const MAX_POINTS: usize = 8;

/// A piecewise linear curve from lock duration in weeks to multiplier in basis points.
///
/// One word: eight points of four bytes, the duration in the first and the multiplier in the other
/// three, big-endian; unused points are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Curve(pub [u8; 32]);

impl Curve {
    /// The curve through the given points, or `None` unless there are 1 to 8 of them, the first is
    /// `(0, 10_000)`, durations rise strictly up to 208, and multipliers never fall nor pass 100_000.
    #[must_use]
    pub fn new(durations: &[u32], multipliers: &[u32]) -> Option<Self> {
        if durations.len() != multipliers.len() || durations.len() > MAX_POINTS {
            return None;
        }
        let mut word = [0; 32];
        let mut previous = None;
        for ((slot, &weeks), &bps) in word.chunks_exact_mut(4).zip(durations).zip(multipliers) {
            if !follows(previous, (weeks, bps)) {
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

    /// The multiplier of a lock of `weeks`, in basis points: linear between points, rounded down,
    /// and flat after the last one.
    #[must_use]
    pub fn multiplier(&self, weeks: u32) -> u32 {
        let mut before = (0, ONE_BPS);
        for after in self.points() {
            if weeks < after.0 {
                return between(before, after, weeks);
            }
            before = after;
        }
        before.1
    }
}

/// Whether `point` may come after `previous` in a curve.
fn follows(previous: Option<(u32, u32)>, (weeks, bps): (u32, u32)) -> bool {
    let rises = previous.map_or(weeks == 0 && bps == ONE_BPS, |(w, b)| weeks > w && bps >= b);
    rises && weeks <= MAX_LOCK_WEEKS && bps <= MAX_MULTIPLIER_BPS
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
    let extra = U256::from(multiplier_bps.saturating_sub(ONE_BPS));
    let product = U256::from(assets).wrapping_mul(extra);
    let quotient = D::divide(product, U256::from(ONE_BPS));
    halves(quotient).1
}
