//! Streams: an amount becomes a rate that ends at a week boundary.

use crate::{Divide, U256, join, start_of, week_of};

/// When a stream that starts `now` and covers `weeks` whole weeks ends: the end of week
/// `week_of(now) + weeks`, so it lasts at least `weeks` weeks and less than one more.
#[must_use]
pub const fn stream_end(now: u64, weeks: u64) -> u64 {
    start_of(week_of(now).saturating_add(weeks).saturating_add(1))
}

/// Whole tokens in units of 2^-128 token.
#[must_use]
pub const fn tokens_q128(amount: u128) -> U256 {
    join(amount, 0)
}

/// The rate, in units of 2^-128 token per second, that spends `amount_q128` from `now` to `end`,
/// rounded down; what rounding leaves is less than `end - now` units of 2^-128 token. Zero if the
/// stream has no duration.
#[must_use]
pub fn rate_q128<D: Divide>(amount_q128: U256, now: u64, end: u64) -> U256 {
    match end.checked_sub(now) {
        None | Some(0) => U256::ZERO,
        Some(seconds) => D::divide(amount_q128, U256::from(seconds)),
    }
}
