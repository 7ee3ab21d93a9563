//! What everybody is entitled to, exactly.
//!
//! This crate is the auditor's calculator. It takes the facts that a vault's logs tell (who holds how
//! many shares, which of them are locked until when, which revenue arrived, what was paid) and works out
//! from the protocol's rules alone what each account has earned at any moment, as an exact fraction of
//! the smallest unit of a token. It shares no code with the contracts and none of their shortcuts: no
//! index that is rounded, no 2^128 scale, no lazy expiry. Where the contracts round down, the model does
//! not round at all, so that the difference between the two *is* the contracts' rounding.
//!
//! # The rules
//!
//! * `weight(account) = balance + boosts of its unexpired locks`. A boost ends exactly at its unlock
//!   time, whether or not anybody does anything.
//! * A push of `amount` at `now` streams evenly, second by second, until `end`, which is the end of week
//!   `week(now) + stream_weeks`. Every second's part goes to all accounts by weight.
//! * What falls due while the total weight is zero is held, and streams anew, from the moment there is
//!   weight again, over a fresh window of the same length.
//! * Assets that leave a lock before it ends take their part of its boost with them, rounded up. An
//!   extension gives them the boost of today's curve; an unwound standing lock keeps what it had.
//! * A delegate has the weights of all who delegate to it, at every moment.
//! * Facts with the same timestamp happen in the order of the log, with no time between them.
//!
//! # How it stays exact and fast
//!
//! Sums of thousands of fractions with unrelated denominators explode if each sum is reduced. The model
//! therefore replays twice. The first pass (`schedule`) only moves balances and the clock, and learns
//! every divisor that will ever be needed: total weights and lengths of streams. The second pass
//! (`books`) takes their common multiple as one fixed denominator, after which all amounts are plain
//! integers and nothing is ever reduced. The identity *everything earned + still to stream + held =
//! everything received* then holds to the last bit, and is checked at every snapshot.
//!
//! # Use
//!
//! [`Event::read`] decodes a vault's log; [`replay`] takes facts and [`Moment`]s and returns one [`Snapshot`] per moment, or the first
//! [`Contradiction`]: a fact that the protocol does not allow after the facts before it, such as a boost
//! that the curve does not give or a claim above what was earned.

mod books;
mod contradiction;
mod curve;
mod exact;
mod fact;
mod locks;
mod read;
mod schedule;
mod snapshot;
mod votes;
mod weights;

pub use books::replay;
pub use contradiction::{Contradiction, Problem};
pub use curve::{Curve, CurveError, Penalties};
pub use exact::{Exact, Nearness};
pub use fact::{Event, Fact, Moment};
pub use snapshot::{Pot, Snapshot, Standing};

/// Seconds in a week of the protocol's grid; week `n` starts at Unix time `n × WEEK`.
pub const WEEK: u64 = 604_800;

/// The longest lock, in weeks.
pub const MAX_LOCK_WEEKS: u64 = 208;

/// Basis points of a whole: a multiplier of one.
pub const BPS: u64 = 10_000;

/// The week of the grid that `time` lies in.
#[must_use]
pub const fn week(time: u64) -> u64 {
    time / WEEK
}

/// The end of the window of `weeks` weeks that opens at `now`: the end of week `week(now) + weeks`.
#[must_use]
pub const fn window_end(now: u64, weeks: u64) -> u64 {
    (week(now) + weeks + 1) * WEEK
}

/// `value` as an arbitrary-precision integer.
fn big(value: alloy_primitives::U256) -> num_bigint::BigUint {
    num_bigint::BigUint::from_bytes_be(&value.to_be_bytes::<32>())
}
