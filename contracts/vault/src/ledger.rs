//! The pool's books in storage, and how they are brought forward in time.

use accrual::{Books, Divide, Pool, Token, U256, start_of, week_of};
use alloc::vec::Vec;
use alloy_primitives::Address;
use components::emit;
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    IVault, Vault,
    storage::{BOOST_ENDING, Config, MAX_REWARD_TOKENS, POSITIONS, Reward, TOTALS},
    words::{Packed, Position},
};

/// 256-bit division by the host.
pub(crate) struct Host;

impl Divide for Host {
    fn divide(numerator: U256, denominator: U256) -> U256 {
        hostio::math_div(numerator, denominator)
    }
}

/// The pool and all reward tokens, brought forward to now, in memory.
pub(crate) struct Ledger {
    pub(crate) pool: Pool,
    tokens: Vec<Token>,
    stored: Vec<Token>,
}

impl Ledger {
    /// The reward tokens' numbers and running figures.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = (u8, &Token)> {
        (0..MAX_REWARD_TOKENS).zip(&self.tokens)
    }

    /// Raises the rate of token `id` by what a new stream adds: at most the tokens ever notified,
    /// in Q128, below 2^256.
    pub(crate) fn add_rate(&mut self, id: u8, rate: U256) {
        if let Some(token) = self.tokens.get_mut(usize::from(id)) {
            token.rate = token.rate.wrapping_add(rate);
        }
    }
}

/// What [`Pool::advance`] reads and writes at week boundaries.
///
/// A change of the pool writes the boundaries it passes. A view only notes them, and sees one token,
/// number `first`.
pub(crate) struct Boundaries<'a> {
    vm: &'a VM,
    first: u8,
    view: bool,
    closed: Vec<(u64, U256)>,
    held: U256,
}

impl<'a> Boundaries<'a> {
    pub(crate) const fn new(vm: &'a VM, first: u8, view: bool) -> Self {
        Self { vm, first, view, closed: Vec::new(), held: U256::ZERO }
    }

    fn reward(&self, position: usize) -> Reward {
        Reward::number(u8::try_from(position).map_or(self.first, |n| self.first.saturating_add(n)))
    }

    /// The index of a view's token at the start of `week`, where boosts ended.
    pub(crate) fn index_at(&self, week: u64) -> U256 {
        let noted = self.closed.iter().find(|closed| closed.0 == week);
        noted.map_or_else(|| self.reward(0).index_at(week).get(self.vm), |closed| closed.1)
    }

    /// What a view's token holds with nobody staked, in units of 2^-128 token.
    pub(crate) fn held(&self) -> U256 {
        self.reward(0).held().get(self.vm).wrapping_add(self.held)
    }
}

impl Books for Boundaries<'_> {
    fn boost_ending(&mut self, week: u64) -> u128 {
        BOOST_ENDING.get(self.vm, week)
    }

    fn rate_ending(&mut self, token: usize, week: u64) -> U256 {
        self.reward(token).rate_ending(week).get(self.vm)
    }

    fn close_week(&mut self, token: usize, week: u64, index: U256) {
        if self.view {
            self.closed.push((week, index));
        } else {
            self.reward(token).index_at(week).set(self.vm, index);
        }
    }

    fn hold(&mut self, token: usize, amount_q128: U256) {
        // Held is a part of the tokens ever notified: below 2^256.
        if self.view {
            self.held = self.held.wrapping_add(amount_q128);
        } else {
            let held = self.reward(token).held();
            held.set(self.vm, held.get(self.vm).wrapping_add(amount_q128));
        }
    }
}

impl Vault {
    /// Now, in Unix seconds; time stops in February 2106, when the 32 bits of the books are full:
    /// better no more revenue than the same revenue twice.
    pub(crate) fn now(&self) -> u64 {
        self.vm().block_timestamp().min(u64::from(u32::MAX))
    }

    /// The pool as it is stored.
    pub(crate) fn stored_pool(&self) -> Pool {
        let Packed { first, second, tail } = Packed::unpack(TOTALS.get(self.vm()));
        Pool { supply: first, boost: second, updated: u64::from(tail) }
    }

    fn store_pool(&mut self, pool: Pool) {
        let tail = u32::try_from(pool.updated).unwrap_or(u32::MAX);
        let packed = Packed { first: pool.supply, second: pool.boost, tail };
        TOTALS.set(self.vm(), packed.pack());
    }

    /// Starts the books now, so that no time before counts.
    pub(crate) fn start_clock(&mut self) {
        let pool = Pool { updated: self.now(), ..Pool::default() };
        self.store_pool(pool);
        self.note_week(&pool);
    }

    pub(crate) fn position(&self, account: Address) -> Position {
        Position::unpack(POSITIONS.key(account).get(self.vm()))
    }

    pub(crate) fn store_position(&mut self, account: Address, position: Position) {
        POSITIONS.key(account).set(self.vm(), position.pack());
    }

    /// Reads the books and brings them forward to `until`. Week boundaries passed on the way are
    /// written at once; the rest is written by [`Vault::close`].
    #[inline(never)]
    fn open_until(&mut self, until: u64) -> Ledger {
        let vm = self.vm();
        let numbers = 0..Config::get(vm).reward_count;
        let mut tokens: Vec<Token> = numbers.map(|id| Reward::number(id).running(vm)).collect();
        let (stored, mut pool) = (tokens.clone(), self.stored_pool());
        let week = week_of(pool.updated);
        pool.advance::<Host>(until, &mut tokens, &mut Boundaries::new(vm, 0, false));
        if week_of(pool.updated) != week {
            self.note_week(&pool);
        }
        Ledger { pool, tokens, stored }
    }

    /// [`Vault::open_until`] now.
    pub(crate) fn open(&mut self) -> Ledger {
        self.open_until(self.now())
    }

    /// Writes what changed in the books.
    #[inline(never)]
    pub(crate) fn close(&mut self, ledger: &Ledger) {
        self.store_pool(ledger.pool);
        for ((id, token), stored) in ledger.tokens().zip(&ledger.stored) {
            let reward = Reward::number(id);
            if token.index != stored.index {
                reward.set_index(self.vm(), token.index);
            }
            if token.rate != stored.rate {
                reward.set_rate(self.vm(), token.rate);
            }
        }
    }

    /// Brings the books forward by at most `max_weeks` boundaries; returns how many are left.
    pub(crate) fn checkpoint(&mut self, max_weeks: U256) -> u64 {
        let (now, reached) = (self.now(), week_of(self.stored_pool().updated));
        let weeks = u64::try_from(max_weeks).unwrap_or(u64::MAX);
        let left = week_of(now).saturating_sub(reached).saturating_sub(weeks);
        let until = if left == 0 { now } else { start_of(reached.saturating_add(weeks)) };
        self.bring_forward(until);
        left
    }

    /// Writes the books forward to `until`. *Emits* `Checkpointed`, because nothing else may tell when
    /// that was: who rebuilds the books from logs has to round where we did.
    pub(crate) fn bring_forward(&mut self, until: u64) {
        let ledger = self.open_until(until);
        self.close(&ledger);
        emit!(self.vm(), IVault::Checkpointed, [], [ledger.pool.updated]);
    }

    /// The pool, token `id` and the boundaries between, brought forward to now without writing.
    #[inline(never)]
    pub(crate) fn foresee(&self, id: u8) -> (Pool, Token, Boundaries<'_>) {
        let mut noted = Boundaries::new(self.vm(), id, true);
        let mut pool = self.stored_pool();
        let mut token = [Reward::number(id).running(self.vm())];
        pool.advance::<Host>(self.now(), &mut token, &mut noted);
        let [token] = token;
        (pool, token, noted)
    }
}
