//! The arithmetic of revenue shared by weight over time: pure integers, no storage, no host.
//!
//! A token's revenue streams at a *rate*; all stakers together have a *total weight*. The *index* of
//! a token is what one unit of weight has earned since the beginning:
//!
//! ```text
//! index += rate × dt / total_weight          (rounded down, scaled by 2^128, modulo 2^256)
//! ```
//!
//! An account of constant weight has earned `weight × index`. Weights change, so an account also
//! keeps a *correction* that makes the product right: see [`account`]. Streams and locks end at week
//! boundaries; [`Pool::advance`] goes from boundary to boundary and drops there what ends there, so
//! that nobody has to be present when it does.
//!
//! # Bounds
//! Amounts and weights are below 2^112 ([`MAX_AMOUNT`]) and the tokens ever notified per reward token
//! are below 2^128; the vault enforces both. Then no product here leaves 256 bits except where
//! wrapping is the point:
//! - `rate × dt` is at most what the running streams still hold, below 2^128 tokens in Q128;
//! - the true value of `weight × index + correction` is a part of the tokens ever notified.
//!
//! # Error
//! Every division rounds down, so nobody ever gets more than the exact share. One [`Pool::advance`]
//! loses less than 2^-128 token per unit of weight, and a stream less than its seconds × 2^-128
//! token: below one wei in total while `total_weight × touches < 2^128`, which is one touch a second
//! for eight years at 2^100 units of weight.
#![no_std]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

pub mod account;
mod curve;
mod end_weeks;
mod pool;
mod portion;
mod stream;
mod time;
mod words;

pub use alloy_primitives::U256;
pub use curve::{Curve, MAX_LOCK_WEEKS, MAX_MULTIPLIER_BPS, MAX_POINTS, ONE_BPS, boost};
pub use end_weeks::EndWeeks;
pub use pool::{Books, Pool, Token};
pub use portion::{portion, portion_up};
pub use stream::{rate_q128, stream_end, tokens_q128};
pub use time::{WEEK, start_of, week_of};
pub use words::{halves, join};

/// Largest amount, weight or total that fits its 112 bits of a packed slot.
pub const MAX_AMOUNT: u128 = (1 << 112) - 1;

/// 256-bit division, rounded down: a host function in a contract, software elsewhere.
///
/// Long division is the largest piece of code that 256-bit arithmetic needs, and the Stylus VM sells
/// it for four gas; so this crate never links its own.
pub trait Divide {
    /// `⌊numerator / denominator⌋`. Callers never divide by zero.
    fn divide(numerator: U256, denominator: U256) -> U256;
}
