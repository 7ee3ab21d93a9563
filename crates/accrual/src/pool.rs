//! All stakers together, and how time passes for them.

use crate::{Divide, U256, start_of, week_of};

/// The stakers' totals and the time up to which the indices are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// Sum of all balances.
    pub supply: u128,
    /// Sum of the boosts of all unexpired locks.
    pub boost: u128,
    /// Unix time, in seconds, up to which the indices are right.
    pub updated: u64,
}

/// One reward token's running figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// What one unit of weight has earned since the beginning: 2^-128 token, modulo 2^256.
    pub index: U256,
    /// What streams each second: 2^-128 token.
    pub rate: U256,
}

/// What [`Pool::advance`] has to look up and put down at week boundaries. `token` is the position in
/// the slice that `advance` was given.
pub trait Books {
    /// The sum of the boosts whose locks end at the start of `week`.
    fn boost_ending(&mut self, week: u64) -> u128;
    /// The sum of the rates of `token` that end at the start of `week`.
    fn rate_ending(&mut self, token: usize, week: u64) -> U256;
    /// Notes the index of `token` at the start of `week`, where boosts ended.
    fn close_week(&mut self, token: usize, week: u64, index: U256);
    /// Keeps `amount_q128` of `token` that fell due while nobody was staked.
    fn hold(&mut self, token: usize, amount_q128: U256);
}

impl Pool {
    /// Balances plus boosts.
    #[must_use]
    pub const fn weight(&self) -> u128 {
        self.supply.saturating_add(self.boost)
    }

    /// The first week boundary after `updated` that is not after `now`, as a week number.
    #[must_use]
    pub const fn next_boundary(&self, now: u64) -> Option<u64> {
        let week = week_of(self.updated).saturating_add(1);
        if start_of(week) <= now { Some(week) } else { None }
    }

    /// Brings the indices of `tokens` forward to `now`, passing each week boundary on the way: what
    /// ends at a boundary counts up to it and not a second more. Does nothing if `now` is not later
    /// than `updated`.
    pub fn advance<D: Divide>(&mut self, now: u64, tokens: &mut [Token], books: &mut impl Books) {
        while let Some(week) = self.next_boundary(now) {
            self.elapse::<D>(start_of(week), tokens, books);
            self.pass(week, tokens, books);
        }
        self.elapse::<D>(now, tokens, books);
    }

    /// Lets time pass up to `until`, with no boundary in between.
    fn elapse<D: Divide>(&mut self, until: u64, tokens: &mut [Token], books: &mut impl Books) {
        let Some(seconds) = until.checked_sub(self.updated).filter(|seconds| *seconds > 0) else {
            return;
        };
        self.updated = until;
        let weight = self.weight();
        for (position, token) in tokens.iter_mut().enumerate() {
            if token.rate.is_zero() {
                continue;
            }
            // At most what the streams still hold: below 2^256.
            let due = token.rate.wrapping_mul(U256::from(seconds));
            if weight == 0 {
                books.hold(position, due);
            } else {
                let step = D::divide(due, U256::from(weight));
                token.index = token.index.wrapping_add(step);
            }
        }
    }

    /// Drops what ends at the start of `week`.
    fn pass(&mut self, week: u64, tokens: &mut [Token], books: &mut impl Books) {
        let ending = books.boost_ending(week);
        self.boost = self.boost.saturating_sub(ending);
        for (position, token) in tokens.iter_mut().enumerate() {
            if ending > 0 {
                books.close_week(position, week, token.index);
            }
            if !token.rate.is_zero() {
                token.rate = token.rate.saturating_sub(books.rate_ending(position, week));
            }
        }
    }
}
