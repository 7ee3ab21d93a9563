//! Words and their halves.

use crate::U256;

/// The upper and the lower 128 bits of a word.
#[must_use]
pub const fn halves(word: U256) -> (u128, u128) {
    let [l0, l1, l2, l3] = *word.as_limbs();
    (wide(l2, l3), wide(l0, l1))
}

/// The word of two halves.
#[must_use]
pub const fn join(upper: u128, lower: u128) -> U256 {
    let ([l0, l1], [l2, l3]) = (limbs(lower), limbs(upper));
    U256::from_limbs([l0, l1, l2, l3])
}

#[expect(clippy::as_conversions, reason = "limbs are widened")]
const fn wide(low: u64, high: u64) -> u128 {
    low as u128 | (high as u128) << 64
}

#[expect(clippy::as_conversions, reason = "a half is cut into its limbs")]
const fn limbs(half: u128) -> [u64; 2] {
    [half as u64, (half >> 64) as u64]
}
