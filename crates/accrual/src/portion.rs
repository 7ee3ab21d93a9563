//! Parts of amounts, rounded either way.

use crate::{Divide, U256, halves};

/// `⌊amount × part / whole⌋`. Amount and part are below 2^128, `whole` is not zero, and the result
/// fits 128 bits, as it does whenever `part` is at most `whole`.
#[must_use]
pub fn portion<D: Divide>(amount: u128, part: u128, whole: u128) -> u128 {
    let product = U256::from(amount).wrapping_mul(U256::from(part));
    halves(D::divide(product, U256::from(whole))).1
}

/// `⌈amount × part / whole⌉`, under the conditions of [`portion`].
#[must_use]
pub fn portion_up<D: Divide>(amount: u128, part: u128, whole: u128) -> u128 {
    let (product, whole) = (U256::from(amount).wrapping_mul(U256::from(part)), U256::from(whole));
    // A product of two numbers below 2^128 leaves room for one more.
    let raised = product.wrapping_add(whole.saturating_sub(U256::ONE));
    halves(D::divide(raised, whole)).1
}
