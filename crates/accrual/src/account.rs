//! One account's side of the index.
//!
//! What an account has earned and not been paid is
//!
//! ```text
//! pending = weight × index + correction        (modulo 2^256, units of 2^-128 token)
//! ```
//!
//! The true value is never negative and never above the tokens ever notified (below 2^128), so it
//! is recovered exactly from its remainder modulo 2^256, however often the terms wrapped. Each
//! function here returns the correction that keeps `pending` unchanged by what happened; the fraction
//! below one wei stays in it, so no rounding accumulates and paying often pays the same as once.

use crate::{U256, halves, join};

/// What `weight` has earned at `index`, in units of 2^-128 token.
#[must_use]
pub const fn pending_q128(weight: u128, index: U256, correction: U256) -> U256 {
    weighted(weight, index).wrapping_add(correction)
}

/// The whole tokens in `pending_q128`: what can be paid now.
#[must_use]
pub const fn whole(pending_q128: U256) -> u128 {
    halves(pending_q128).0
}

/// The correction after `amount` of weight was added at `index`: it has earned nothing yet.
#[must_use]
pub const fn after_increase(correction: U256, amount: u128, index: U256) -> U256 {
    correction.wrapping_sub(weighted(amount, index))
}

/// The correction after `amount` of weight was taken away at `index`: what it earned stays.
#[must_use]
pub const fn after_decrease(correction: U256, amount: u128, index: U256) -> U256 {
    correction.wrapping_add(weighted(amount, index))
}

/// The correction after `amount` whole tokens were paid out.
#[must_use]
pub const fn after_payment(correction: U256, amount: u128) -> U256 {
    correction.wrapping_sub(crate::tokens_q128(amount))
}

/// The correction as it was before `amount` whole tokens were paid out, which failed.
#[must_use]
pub const fn before_payment(correction: U256, amount: u128) -> U256 {
    correction.wrapping_add(crate::tokens_q128(amount))
}

/// `weight × index` modulo 2^256.
const fn weighted(weight: u128, index: U256) -> U256 {
    join(0, weight).wrapping_mul(index)
}
