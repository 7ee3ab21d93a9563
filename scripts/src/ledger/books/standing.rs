//! How everybody stands at one moment.

use accrual::{U256, account::whole};
use alloy::primitives::Address;

use super::{Books, clock::Clock, holder::Holder};
use crate::ledger::difference::Notes;

/// All holders and pots at one moment.
#[derive(Debug)]
pub struct Standings<'a> {
    books: &'a Books,
    clock: Clock,
}

/// One holder. Amounts are in the smallest unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub address: Address,
    /// Shares, locked ones included.
    pub staked: u128,
    /// Of these, what cannot move.
    pub locked: u128,
    /// What it earns by.
    pub weight: u128,
    /// One for each reward token, in the order in which they were added.
    pub earnings: Vec<Earnings>,
}

/// What one holder earned of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earnings {
    /// The token.
    pub token: Address,
    /// In the range of the report, rounded down.
    pub earned: u128,
    /// In the range of the report.
    pub claimed: u128,
    /// At its end, rounded down.
    pub claimable: u128,
}

/// The vault's account of one token, in the smallest unit. `opening + received` is the sum of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pot {
    /// The token.
    pub token: Address,
    /// What the vault had of it for its holders when the range began.
    pub opening: u128,
    /// What arrived in the range.
    pub received: u128,
    /// What was paid in the range.
    pub paid: u128,
    /// What holders can claim at the end: owed.
    pub claimable: u128,
    /// What has not fallen due, rounded down.
    pub streaming: u128,
    /// What waits for somebody to stake, rounded down.
    pub held: u128,
    /// What is left: fractions of a unit that belong to holders and streams.
    pub fractions: u128,
}

impl Books {
    /// How everybody stands at `time`, not earlier than the last log.
    #[must_use]
    pub fn at(&self, time: u64) -> Standings<'_> {
        Standings { books: self, clock: self.vault.clock_at(time) }
    }

    /// Nobody may be owed more than there is.
    pub(super) fn pots(&self, clock: &Clock) -> Vec<(Address, String, String)> {
        let holders = self.vault.holders.values();
        let pending = pending(holders, clock);
        let mut wrong = Vec::new();
        for (id, reward) in clock.rewards.iter().enumerate() {
            let ahead = clock.to_stream(id).saturating_add(reward.held);
            let paid = accrual::tokens_q128(reward.paid);
            let accounted = pending[id].saturating_add(ahead).saturating_add(paid);
            let received = clock.received_q128(id);
            let slack = accrual::tokens_q128(self.vault.holders.len() as u128 + 1);
            if accounted > received || received - accounted >= slack {
                let (received, accounted) = (reward.received.to_string(), whole(accounted));
                wrong.push((reward.token, received, accounted.to_string()));
            }
        }
        wrong
    }
}

/// What all `holders` together have earned and not been paid, by token, in units of 2^-128.
fn pending<'a>(holders: impl Iterator<Item = &'a Holder>, clock: &Clock) -> Vec<U256> {
    let mut sums = vec![U256::ZERO; clock.rewards.len()];
    for holder in holders {
        let mut holder = holder.clone();
        holder.settle(clock);
        for (id, sum) in sums.iter_mut().enumerate() {
            *sum = sum.saturating_add(holder.pending(id, clock.running[id].index));
        }
    }
    sums
}

impl Standings<'_> {
    /// Every account that ever held a share, in no order.
    pub fn accounts(&self) -> impl Iterator<Item = Account> + '_ {
        self.books.vault.holders.keys().filter_map(|address| self.account(*address))
    }

    /// One account; none if it never held a share.
    #[must_use]
    pub fn account(&self, address: Address) -> Option<Account> {
        let holder = self.books.vault.holder_at(address, &self.clock)?;
        let earnings = (0..self.clock.rewards.len()).map(|id| self.earnings(address, &holder, id));
        Some(Account {
            address,
            staked: holder.balance,
            locked: holder.locked(),
            weight: holder.weight(),
            earnings: earnings.collect(),
        })
    }

    fn earnings(&self, address: Address, holder: &Holder, id: usize) -> Earnings {
        let token = self.clock.rewards[id].token;
        let claimable = whole(holder.pending(id, self.clock.running[id].index));
        let before = self.books.opening.as_ref();
        let before = before.map_or_else(Default::default, |opening| opening.holder(address, id));
        let claimed = holder.claimed(id).saturating_sub(before.claimed);
        let earned = (claimed + claimable).saturating_sub(before.claimable);
        Earnings { token, earned, claimed, claimable }
    }

    /// The vault's account of each reward token.
    #[must_use]
    pub fn pots(&self) -> Vec<Pot> {
        let mut claimable = vec![0; self.clock.rewards.len()];
        for account in self.accounts() {
            for (sum, earnings) in claimable.iter_mut().zip(&account.earnings) {
                *sum += earnings.claimable;
            }
        }
        claimable.into_iter().enumerate().map(|(id, owed)| self.pot(id, owed)).collect()
    }

    fn pot(&self, id: usize, claimable: u128) -> Pot {
        let reward = &self.clock.rewards[id];
        let before = self.books.opening.as_ref();
        let (received, paid) = before.map_or((0, 0), |opening| opening.vault(id));
        let opening = received.saturating_sub(paid);
        let (received, paid) =
            (reward.received.saturating_sub(received), reward.paid.saturating_sub(paid));
        let (streaming, held) = (whole(self.clock.to_stream(id)), whole(reward.held));
        let accounted = [paid, claimable, streaming, held].iter().sum::<u128>();
        let fractions = (opening + received).saturating_sub(accounted);
        let token = reward.token;
        Pot { token, opening, received, paid, claimable, streaming, held, fractions }
    }

    /// Shares in existence.
    #[must_use]
    pub const fn total_supply(&self) -> u128 {
        self.clock.pool.supply
    }

    /// Sum of all weights.
    #[must_use]
    pub const fn total_weight(&self) -> u128 {
        self.clock.pool.weight()
    }
}

impl Notes<'_> {
    /// Notes tokens of which the vault owes more than it took in, or loses some.
    pub(super) fn pots(&mut self, wrong: Vec<(Address, String, String)>) {
        for (token, received, accounted) in wrong {
            let what = format!("vault, {token} paid, claimable, to stream and held");
            self.note(what, format!("{received} received"), accounted);
        }
    }
}
