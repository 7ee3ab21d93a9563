//! All stakers together and every reward token, brought forward in time.

use std::collections::BTreeMap;

use accrual::{Books, Divide, Pool, Token, U256, rate_q128, tokens_q128, week_of};
use alloy::primitives::Address;

/// Division in software, of which the contracts have a host function.
pub(crate) struct Software;

impl Divide for Software {
    fn divide(numerator: U256, denominator: U256) -> U256 {
        numerator.checked_div(denominator).unwrap_or_default()
    }
}

/// One reward token, but for its index and rate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reward {
    pub(crate) token: Address,
    pub(crate) stream_weeks: u64,
    pub(crate) retired: bool,
    /// Lifetime totals in the smallest unit.
    pub(crate) received: u128,
    pub(crate) paid: u128,
    /// What fell due while nobody was staked, in units of 2^-128.
    pub(crate) held: U256,
    /// By week, the rates that end at its start.
    rate_ending: BTreeMap<u64, U256>,
    /// By week, the index at its start, where boosts ended.
    pub(crate) index_at: BTreeMap<u64, U256>,
}

impl Reward {
    /// What running streams have still to pay after `now`, in units of 2^-128.
    fn to_stream(&self, now: u64) -> U256 {
        let left = |(week, rate): (&u64, &U256)| {
            let seconds = accrual::start_of(*week).saturating_sub(now);
            rate.wrapping_mul(U256::from(seconds))
        };
        self.rate_ending.iter().map(left).fold(U256::ZERO, U256::wrapping_add)
    }
}

/// The part of the vault's books that time changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    pub(crate) pool: Pool,
    pub(crate) running: Vec<Token>,
    pub(crate) rewards: Vec<Reward>,
    /// By week, the boosts that end at its start.
    boost_ending: BTreeMap<u64, u128>,
}

/// What [`Pool::advance`] looks up and puts down.
struct Boundaries<'a> {
    rewards: &'a mut [Reward],
    boost_ending: &'a mut BTreeMap<u64, u128>,
}

impl Books for Boundaries<'_> {
    fn boost_ending(&mut self, week: u64) -> u128 {
        self.boost_ending.remove(&week).unwrap_or_default()
    }

    fn rate_ending(&mut self, token: usize, week: u64) -> U256 {
        self.rewards[token].rate_ending.remove(&week).unwrap_or_default()
    }

    fn close_week(&mut self, token: usize, week: u64, index: U256) {
        self.rewards[token].index_at.insert(week, index);
    }

    fn hold(&mut self, token: usize, amount_q128: U256) {
        let held = &mut self.rewards[token].held;
        *held = held.wrapping_add(amount_q128);
    }
}

impl Clock {
    /// Time starts with the vault's first word, in its constructor.
    pub(crate) const fn begin(&mut self, now: u64) {
        if self.pool.updated == 0 {
            self.pool.updated = now;
        }
    }

    /// Lets time pass until `now`, as a transaction that writes the books does.
    pub(crate) fn advance(&mut self, now: u64) {
        let Self { pool, running, rewards, boost_ending } = self;
        pool.advance::<Software>(now, running, &mut Boundaries { rewards, boost_ending });
    }

    /// Whether a claim at `now` finds something to write in the books.
    pub(crate) const fn claim_writes(&self, now: u64) -> bool {
        let nobody = self.pool.weight() == 0 && self.pool.updated < now;
        nobody || self.pool.next_boundary(now).is_some()
    }

    /// The index of token number `id` at `now`, with no boundary in between.
    pub(crate) fn index(&self, id: usize, now: u64) -> U256 {
        let Token { index, rate } = self.running[id];
        let due = rate.wrapping_mul(U256::from(now.saturating_sub(self.pool.updated)));
        index.wrapping_add(Software::divide(due, U256::from(self.pool.weight())))
    }

    /// The number of a reward token.
    pub(crate) fn number(&self, token: Address) -> Option<usize> {
        self.rewards.iter().position(|reward| reward.token == token)
    }

    /// Adds a reward token.
    pub(crate) fn add(&mut self, token: Address, stream_weeks: u64) {
        self.rewards.push(Reward { token, stream_weeks, ..Reward::default() });
        self.running.push(Token::default());
    }

    /// Streams `amount_q128` of token number `id` from now until `end`.
    pub(crate) fn stream(&mut self, id: usize, amount_q128: U256, end: u64) {
        let rate = rate_q128::<Software>(amount_q128, self.pool.updated, end);
        let ending = self.rewards[id].rate_ending.entry(week_of(end)).or_default();
        *ending = ending.wrapping_add(rate);
        self.running[id].rate = self.running[id].rate.wrapping_add(rate);
    }

    /// Counts a boost that ends at the start of week `end`.
    pub(crate) fn add_boost(&mut self, end: Option<u64>, boost: u128) {
        self.pool.boost = self.pool.boost.saturating_add(boost);
        if let Some(end) = end {
            *self.boost_ending.entry(end).or_default() += boost;
        }
    }

    /// Takes back a boost that has not ended.
    pub(crate) fn remove_boost(&mut self, end: Option<u64>, boost: u128) {
        self.pool.boost = self.pool.boost.saturating_sub(boost);
        let ending = end.and_then(|end| self.boost_ending.get_mut(&end));
        if let Some(ending) = ending {
            *ending = ending.saturating_sub(boost);
        }
    }

    /// What token number `id` has still to stream, in units of 2^-128, now.
    pub(crate) fn to_stream(&self, id: usize) -> U256 {
        self.rewards[id].to_stream(self.pool.updated)
    }

    /// What token number `id` ever received, in units of 2^-128.
    pub(crate) fn received_q128(&self, id: usize) -> U256 {
        tokens_q128(self.rewards[id].received)
    }
}
