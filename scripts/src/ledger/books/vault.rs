//! The vault's books, kept from its logs by the vault's own arithmetic.

use std::collections::HashMap;

use accrual::{
    Curve, MAX_LOCK_WEEKS, ONE_BPS, account::whole, boost, portion_up, start_of, stream_end,
    tokens_q128, week_of,
};
use alloy::primitives::{Address, B256, U256};

use super::{
    clock::{Clock, Software},
    holder::{Holder, Lock, Standing},
    roles::Roles,
};
use crate::{
    abi::IVault::{self, IVaultEvents as Event},
    ledger::difference::Notes,
};

/// What the vault must be like, given what it told.
#[derive(Clone, Debug, Default)]
pub(crate) struct VaultBooks {
    pub(crate) clock: Clock,
    pub(crate) holders: HashMap<Address, Holder>,
    pub(crate) curve: Option<Curve>,
    /// What leaving a lock early costs, if it is possible, and the splitter and source that get it.
    pub(crate) penalties: (Option<Curve>, Address, B256),
    pub(crate) roles: Roles,
    twins: Twins,
    /// The boost of a standing lock that was just unwound, which the lock that follows has.
    unwound: Option<(Address, u128)>,
}

/// Facts that the vault tells twice: shares that come into being, and assets that come in.
#[derive(Clone, Copy, Debug, Default)]
struct Twins {
    minted: U256,
    deposited: U256,
    burnt: U256,
    withdrawn: U256,
}

/// `amount` as a number of the books; all that the vault ever tells fit.
fn small(amount: U256) -> u128 {
    amount.saturating_to()
}

impl VaultBooks {
    /// Enters what the vault told at `time`.
    pub(crate) fn enter(&mut self, time: u64, event: &Event, notes: &mut Notes<'_>) {
        self.clock.begin(time);
        match event {
            Event::Transfer(told) => self.moved(time, told, notes),
            Event::Deposit(told) => self.deposited(told, notes),
            Event::Withdraw(told) => self.twins.withdrawn += told.assets,
            Event::Locked(told) => self.locked(time, told, notes),
            Event::LockReduced(told) => self.reduced(time, told, notes),
            Event::StandingLocked(told) => self.stood(time, told, notes),
            Event::Unwound(told) => self.unwound(time, told, notes),
            Event::ExitedEarly(told) => self.exited(time, told, notes),
            Event::Checkpointed(told) => self.clock.advance(told.time.saturating_to()),
            Event::RewardTokenAdded(told) => self.added(told, notes),
            Event::RewardTokenRetired(told) => self.retired(told.token, notes),
            Event::RevenueNotified(told) => self.notified(time, told, notes),
            Event::HeldRevenueStreamed(told) => self.restreamed(time, told, notes),
            Event::RevenueClaimed(told) => self.claimed(time, told, notes),
            other => self.settings(other, notes),
        }
    }

    /// What changes nobody's stake and no money.
    fn settings(&mut self, event: &Event, notes: &mut Notes<'_>) {
        match event {
            Event::CurveChanged(told) => {
                self.curve = Curve::multipliers(&told.durations, &told.multipliers);
                if self.curve.is_none() {
                    notes.note("vault, curve", "a curve", format!("{told:?}"));
                }
            }
            Event::PenaltyCurveChanged(told) => {
                let curve = Curve::penalties(&told.durations, &told.penalties);
                if curve.is_none() && !told.durations.is_empty() {
                    notes.note("vault, penalties", "a curve or none", format!("{told:?}"));
                }
                self.penalties = (curve, told.splitter, told.source);
            }
            Event::PayoutChanged(told) => {
                self.holder(told.account).payout = (told.payee, told.automatic);
            }
            Event::DelegateChanged(told) => {
                let (account, before) = (told.delegator, told.fromDelegate);
                let known = std::mem::replace(&mut self.holder(account).delegate, told.toDelegate);
                notes.same(known, before, || format!("vault, delegate of {account}"));
            }
            Event::OwnershipTransferStarted(told) => {
                self.roles.offered("vault", told.previousOwner, told.newOwner, notes);
            }
            Event::OwnershipTransferred(told) => {
                self.roles.transferred("vault", told.previousOwner, told.newOwner, notes);
            }
            Event::GuardianChanged(told) => {
                self.roles.guarded("vault", told.previousGuardian, told.newGuardian, notes);
            }
            Event::Paused(_) => self.roles.paused("vault", true, notes),
            Event::Unpaused(_) => self.roles.paused("vault", false, notes),
            _ => {}
        }
    }

    pub(crate) fn holder(&mut self, account: Address) -> &mut Holder {
        self.holders.entry(account).or_default()
    }

    /// The account with its expired locks settled, and the clock.
    fn settled(&mut self, account: Address) -> (&mut Holder, &mut Clock) {
        let holder = self.holders.entry(account).or_default();
        holder.settle(&self.clock);
        (holder, &mut self.clock)
    }

    fn moved(&mut self, time: u64, told: &IVault::Transfer, notes: &mut Notes<'_>) {
        self.clock.advance(time);
        let IVault::Transfer { from, to, value } = *told;
        let shares = small(value);
        if from.is_zero() {
            self.entered(shares, notes);
        } else {
            let (holder, clock) = self.settled(from);
            if shares > holder.unlocked() {
                let what = format!("vault, shares that {from} moves");
                notes.note(what, format!("at most {}", holder.unlocked()), value.to_string());
            }
            holder.less(clock, shares.min(holder.balance));
            holder.balance = holder.balance.saturating_sub(shares);
        }
        if to.is_zero() {
            self.twins.burnt += value;
            self.clock.pool.supply = self.clock.pool.supply.saturating_sub(shares);
        } else {
            let (holder, clock) = self.settled(to);
            holder.more(clock, shares);
            holder.balance = holder.balance.saturating_add(shares);
        }
        if from.is_zero() {
            self.clock.pool.supply = self.clock.pool.supply.saturating_add(shares);
            self.twins.minted += value;
        }
    }

    /// Shares are about to come into being. What was held streams again before the first of them.
    fn entered(&self, shares: u128, notes: &mut Notes<'_>) {
        if self.clock.pool.weight() > 0 || shares == 0 {
            return;
        }
        for reward in self.clock.rewards.iter().filter(|reward| !reward.held.is_zero()) {
            let held = format!("{} / 2^128 to stream again", reward.held);
            notes.note(
                format!("vault, {} held while nobody staked", reward.token),
                held,
                "no log of it",
            );
        }
    }

    fn deposited(&mut self, told: &IVault::Deposit, notes: &mut Notes<'_>) {
        self.twins.deposited += told.assets;
        if self.roles.is_paused {
            notes.note("vault, deposits while paused", "none", told.assets.to_string());
        }
    }

    /// At the end of a block, what is told twice has to agree.
    pub(crate) fn end_block(&mut self, notes: &mut Notes<'_>) {
        let twins = &mut self.twins;
        if !notes.same(twins.minted, twins.deposited, || {
            "vault, assets deposited since the beginning, by Deposit against Transfer".to_owned()
        }) {
            twins.deposited = twins.minted;
        }
        if !notes.same(twins.burnt, twins.withdrawn, || {
            "vault, assets withdrawn since the beginning, by Withdraw against Transfer".to_owned()
        }) {
            twins.withdrawn = twins.burnt;
        }
    }

    fn locked(&mut self, time: u64, told: &IVault::Locked, notes: &mut Notes<'_>) {
        self.clock.advance(time);
        let IVault::Locked { account, unlockTime, assets, boost: added } = *told;
        let unlock_time: u64 = unlockTime.saturating_to();
        let end = week_of(unlock_time);
        let weeks = end.saturating_sub(week_of(time) + 1);
        let on_grid = start_of(end) == unlock_time;
        if !on_grid || !(1..=u64::from(MAX_LOCK_WEEKS)).contains(&weeks) {
            let what = format!("vault, end of a lock of {account}");
            notes.note(what, "the start of a week, 2 to 209 weeks on", unlock_time.to_string());
        }
        let unwound = self.unwound.take().filter(|(who, _)| *who == account);
        let boost = unwound.map_or_else(|| self.boost(small(assets), weeks), |(_, boost)| boost);
        notes.same(U256::from(boost), added, || {
            format!("vault, boost of {assets} that {account} locks for {weeks} weeks")
        });
        let (assets, boost) = (small(assets), small(added));
        self.hold_back(account, assets, notes);
        let (holder, clock) = self.settled(account);
        holder.more(clock, boost);
        holder.lock(Lock { end, assets, boost });
        clock.add_boost(Some(end), boost);
    }

    /// The boost that the curve gives today.
    fn boost(&self, assets: u128, weeks: u64) -> u128 {
        let weeks = u32::try_from(weeks).unwrap_or(u32::MAX);
        self.curve.map_or(0, |curve| boost::<Software>(assets, curve.at(weeks)))
    }

    /// Notes a lock of more than is unlocked.
    fn hold_back(&mut self, account: Address, assets: u128, notes: &mut Notes<'_>) {
        let (holder, _) = self.settled(account);
        let unlocked = holder.unlocked();
        if assets > unlocked {
            let what = format!("vault, shares that {account} locks");
            notes.note(what, format!("at most {unlocked}"), assets.to_string());
        }
    }

    fn reduced(&mut self, time: u64, told: &IVault::LockReduced, notes: &mut Notes<'_>) {
        self.clock.advance(time);
        let IVault::LockReduced { account, unlockTime, assets, boost } = *told;
        let end = week_of(unlockTime.saturating_to());
        let (holder, clock) = self.settled(account);
        let lock = holder.lock_until(end);
        let taken = Lock { end, assets: small(assets), boost: small(boost) };
        let what = || format!("vault, boost of {assets} that leave the lock of {account}");
        notes.same(part_up(lock.boost, taken.assets, lock.assets), boost, what);
        holder.less(clock, taken.boost);
        holder.unlock(taken);
        clock.remove_boost(Some(end), taken.boost);
    }

    fn stood(&mut self, time: u64, told: &IVault::StandingLocked, notes: &mut Notes<'_>) {
        self.clock.advance(time);
        let IVault::StandingLocked { account, durationWeeks, assets, boost } = *told;
        let (assets, weeks) = (small(assets), durationWeeks.saturating_to());
        notes.same(U256::from(self.boost(assets, weeks)), boost, || {
            format!("vault, boost of {assets} that {account} locks for good, {weeks} weeks")
        });
        self.hold_back(account, assets, notes);
        let boost = small(boost);
        let (holder, clock) = self.settled(account);
        holder.more(clock, boost);
        holder.boost = holder.boost.saturating_add(boost);
        let Standing { assets: before, boost: boosted, .. } = holder.standing;
        holder.standing = Standing { assets: before + assets, boost: boosted + boost, weeks };
        clock.add_boost(None, boost);
    }

    fn unwound(&mut self, time: u64, told: &IVault::Unwound, notes: &mut Notes<'_>) {
        self.clock.advance(time);
        let IVault::Unwound { account, assets, boost } = *told;
        let (holder, clock) = self.settled(account);
        let Standing { assets: all, boost: boosted, weeks } = holder.standing;
        let (taken, lost) = (small(assets), small(boost));
        notes.same(part_up(boosted, taken, all), boost, || {
            format!("vault, boost of {assets} that leave the standing lock of {account}")
        });
        holder.less(clock, lost);
        holder.boost = holder.boost.saturating_sub(lost);
        let (assets, boost) = (all.saturating_sub(taken), boosted.saturating_sub(lost));
        holder.standing = Standing { assets, boost, weeks };
        clock.remove_boost(None, lost);
        self.unwound = Some((account, lost));
    }

    /// The lock has been reduced, and the shares of the penalty are about to go.
    fn exited(&self, time: u64, told: &IVault::ExitedEarly, notes: &mut Notes<'_>) {
        let left = week_of(told.unlockTime.saturating_to()).saturating_sub(week_of(time));
        let bps = self.penalties.0.map_or(0, |curve| curve.at(left.try_into().unwrap_or(u32::MAX)));
        let penalty = portion_up::<Software>(small(told.assets), bps.into(), ONE_BPS.into());
        notes.same(U256::from(penalty), told.penalty, || {
            format!("vault, penalty of {} for leaving with {}", told.account, told.assets)
        });
    }

    fn added(&mut self, told: &IVault::RewardTokenAdded, notes: &mut Notes<'_>) {
        let weeks = told.streamWeeks.saturating_to();
        let Some(id) = self.clock.number(told.token) else {
            return self.clock.add(told.token, weeks);
        };
        let reward = &mut self.clock.rewards[id];
        if !reward.retired {
            let expected = "one that is new or was retired";
            notes.note("vault, reward tokens", expected, told.token.to_string());
        }
        (reward.stream_weeks, reward.retired) = (weeks, false);
    }

    /// The number of `token`, or a note that nobody added it.
    fn number(&self, token: Address, notes: &mut Notes<'_>) -> Option<usize> {
        let number = self.clock.number(token);
        if number.is_none() {
            notes.note("vault, a reward token", "one that was added", token.to_string());
        }
        number
    }

    fn retired(&mut self, token: Address, notes: &mut Notes<'_>) {
        if let Some(id) = self.number(token, notes) {
            self.clock.rewards[id].retired = true;
        }
    }

    fn notified(&mut self, time: u64, told: &IVault::RevenueNotified, notes: &mut Notes<'_>) {
        self.clock.advance(time);
        let IVault::RevenueNotified { token, amount, end, .. } = *told;
        let Some(id) = self.number(token, notes) else { return };
        let reward = &mut self.clock.rewards[id];
        if reward.retired || self.roles.is_paused {
            let what = format!("vault, revenue in {token}, which is retired or paused");
            notes.note(what, "none", amount.to_string());
        }
        let Some(received) = reward.received.checked_add(small(amount)) else {
            notes.note(format!("vault, all revenue in {token}"), "below 2^128", amount.to_string());
            return;
        };
        reward.received = received;
        self.stream(id, tokens_q128(small(amount)), end, notes);
    }

    fn restreamed(&mut self, time: u64, told: &IVault::HeldRevenueStreamed, notes: &mut Notes<'_>) {
        self.clock.advance(time);
        let IVault::HeldRevenueStreamed { token, amountQ128, end } = *told;
        let Some(id) = self.number(token, notes) else { return };
        let held = std::mem::take(&mut self.clock.rewards[id].held);
        let what = || format!("vault, {token} held while nobody staked, in 2^-128");
        notes.same(held, amountQ128, what);
        self.stream(id, held, end, notes);
    }

    fn stream(&mut self, id: usize, amount_q128: U256, end: U256, notes: &mut Notes<'_>) {
        let reward = &self.clock.rewards[id];
        let expected = stream_end(self.clock.pool.updated, reward.stream_weeks);
        let token = reward.token;
        notes.same(U256::from(expected), end, || format!("vault, end of a stream of {token}"));
        self.clock.stream(id, amount_q128, expected);
    }

    fn claimed(&mut self, time: u64, told: &IVault::RevenueClaimed, notes: &mut Notes<'_>) {
        if self.clock.claim_writes(time) {
            let reached = format!("brought forward from {}", self.clock.pool.updated);
            notes.note("vault, books at a claim", reached, "no log of it");
            self.clock.advance(time);
        }
        let IVault::RevenueClaimed { account, token, amount, .. } = *told;
        let Some(id) = self.number(token, notes) else { return };
        let index = self.clock.index(id, time);
        let (holder, clock) = self.settled(account);
        let earned = whole(holder.pending(id, index));
        notes.same(U256::from(earned), amount, || {
            format!("vault, {token} paid to {account}, who had earned and not been paid")
        });
        holder.pay(id, small(amount), earned);
        let paid = &mut clock.rewards[id].paid;
        *paid = paid.saturating_add(small(amount));
    }

    /// The books at `time`, with nothing told since the last log.
    pub(crate) fn clock_at(&self, time: u64) -> Clock {
        let mut clock = self.clock.clone();
        clock.advance(time);
        clock
    }

    /// `account` at the time of `clock`, settled; none if it never had anything.
    pub(crate) fn holder_at(&self, account: Address, clock: &Clock) -> Option<Holder> {
        let mut holder = self.holders.get(&account)?.clone();
        holder.settle(clock);
        Some(holder)
    }
}

/// The part of `of` that goes with `part` of `all`, rounded up; nothing if there is nothing.
fn part_up(of: u128, part: u128, all: u128) -> U256 {
    U256::from(if all == 0 { 0 } else { portion_up::<Software>(of, part.min(all), all) })
}
