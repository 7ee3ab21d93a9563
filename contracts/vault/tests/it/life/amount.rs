//! Amounts: often valid, sometimes just above, sometimes absurd.

use alloy_primitives::U256;
use dice::Dice;

use crate::MAX;

/// An amount around `most`.
pub(super) fn amount(dice: &mut Dice, most: U256) -> U256 {
    match dice.below(16) {
        0 => U256::ZERO,
        1 => most + U256::from(1),
        2 => dice.pick(&[U256::MAX, MAX, MAX + U256::from(1), U256::from(1) << 128]),
        3..6 => most,
        6 => U256::from(1),
        _ => most / U256::from(1 + dice.below(9)),
    }
}
