//! Locks: stake that cannot leave for a while, and weighs more.
//!
//! An ordinary lock is a part of the bucket of the week in which it ends, and ends by itself. A
//! standing lock has no end; unwinding makes it an ordinary one. Where boost leaves a lock together
//! with a part of its assets it is their part rounded up, so that nobody keeps boost by leaving in
//! small pieces.

use accrual::{Curve, MAX_AMOUNT, MAX_LOCK_WEEKS, portion_up, start_of, week_of};
use alloy_primitives::{Address, U256};
use components::{
    abi::{self, Out},
    emit, fail,
};
use stylus_sdk::prelude::*;

use crate::{
    IVault, Result, Vault,
    ledger::{Host, Ledger},
    stake::{bounded, ensure_not_zero},
    storage::{BOOST_ENDING, Bucket, Locks, curve, set_curve},
    words::{Packed, Position},
};

/// `weeks` as a lock duration.
///
/// *Reverts* with `LockDurationOutOfRange` unless it is 1 to 208.
pub(crate) fn lock_weeks(weeks: U256) -> Result<u32> {
    let fits = u32::try_from(weeks).ok().filter(|weeks| (1..=MAX_LOCK_WEEKS).contains(weeks));
    fits.ok_or_else(|| fail!(IVault::LockDurationOutOfRange, weeks, 1_u32, MAX_LOCK_WEEKS))
}

/// A change of the caller's locks under way: the books are open, its expired locks are settled.
pub(crate) struct Change {
    pub(crate) account: Address,
    /// Who votes with the account's weight; zero for nobody.
    pub(crate) delegate: Address,
    pub(crate) ledger: Ledger,
    pub(crate) position: Position,
}

impl Change {
    /// The week it is.
    pub(crate) const fn week(&self) -> u64 {
        week_of(self.ledger.pool.updated)
    }

    /// The week at whose start a lock of `weeks` ends that is made now.
    fn end_of(&self, weeks: u32) -> u64 {
        self.week().saturating_add(u64::from(weeks)).saturating_add(1)
    }
}

impl Vault {
    /// Replaces the curve.
    ///
    /// *Reverts* with `InvalidCurve`. *Emits* `CurveChanged`.
    pub(crate) fn store_curve(&mut self, durations: &[u32], multipliers: &[u32]) -> Result<()> {
        let Some(curve) = Curve::multipliers(durations, multipliers) else {
            return Err(fail!(IVault::InvalidCurve));
        };
        set_curve(self.vm(), curve);
        let data =
            Out::of(2).array(durations.iter().copied()).array(multipliers.iter().copied()).done();
        abi::log_encoded::<IVault::CurveChanged, _>(self.vm(), [], &data);
        Ok(())
    }

    /// Locks `amount` of the caller's unlocked shares; returns when they are free again.
    pub(crate) fn lock_shares(&mut self, amount: U256, weeks: u32) -> Result<u64> {
        let (mut change, assets) = self.begin_lock(amount)?;
        let boost = accrual::boost::<Host>(assets, curve(self.vm()).at(weeks));
        let bucket = Bucket { end: change.end_of(weeks), assets, boost };
        self.raise_boost(&mut change, boost)?;
        self.raise_locked(&change, assets);
        self.add_to_bucket(&change, bucket);
        self.finish(change);
        Ok(start_of(bucket.end))
    }

    /// Locks `amount` of the caller's unlocked shares without end; returns their boost.
    pub(crate) fn lock_standing(&mut self, amount: U256, weeks: u32) -> Result<u128> {
        let (mut change, assets) = self.begin_lock(amount)?;
        let slot = Locks::of(change.account).standing();
        let Packed { first, second, tail } = Packed::unpack(slot.get(self.vm()));
        if first != 0 && tail != weeks {
            return Err(fail!(IVault::StandingDurationDiffers, tail, weeks));
        }
        let boost = accrual::boost::<Host>(assets, curve(self.vm()).at(weeks));
        self.raise_boost(&mut change, boost)?;
        self.raise_locked(&change, assets);
        // Parts of the balance and of the total boost: they fit.
        let (first, second) = (first.saturating_add(assets), second.saturating_add(boost));
        slot.set(self.vm(), Packed { first, second, tail: weeks }.pack());
        let account = change.account;
        emit!(self.vm(), IVault::StandingLocked, [account], [weeks, assets, boost]);
        self.finish(change);
        Ok(boost)
    }

    /// Makes `amount` of the caller's standing lock an ordinary one; returns when that ends.
    pub(crate) fn unwind(&mut self, amount: U256) -> Result<u64> {
        let change = self.begin();
        let slot = Locks::of(change.account).standing();
        let Packed { first, second, tail } = Packed::unpack(slot.get(self.vm()));
        let assets = within(amount, U256::ZERO, first)?;
        let boost = portion_up::<Host>(second, assets, first);
        let (first, second) = (first.saturating_sub(assets), second.saturating_sub(boost));
        // Of a lock that is no more the weeks are forgotten, too.
        let left = Packed { first, second, tail: if first == 0 { 0 } else { tail } };
        slot.set(self.vm(), left.pack());
        emit!(self.vm(), IVault::Unwound, [change.account], [assets, boost]);
        let bucket = Bucket { end: change.end_of(tail), assets, boost };
        self.add_to_bucket(&change, bucket);
        self.finish(change);
        Ok(start_of(bucket.end))
    }

    /// Moves `amount` of the caller's lock that ends at `unlock_time` into one of `weeks` from now;
    /// returns when that ends.
    pub(crate) fn extend_lock(
        &mut self,
        unlock_time: U256,
        amount: U256,
        weeks: u32,
    ) -> Result<u64> {
        self.ensure_entering()?;
        let mut change = self.begin();
        let taken = self.take_from_bucket(&change, unlock_time, amount)?;
        let end = change.end_of(weeks);
        if end <= taken.end {
            return Err(fail!(IVault::LockNotExtended, unlock_time, start_of(end)));
        }
        let boost = accrual::boost::<Host>(taken.assets, curve(self.vm()).at(weeks));
        self.lower_boost(&mut change, taken.boost);
        self.raise_boost(&mut change, boost)?;
        self.add_to_bucket(&change, Bucket { end, boost, ..taken });
        self.finish(change);
        Ok(start_of(end))
    }

    /// Opens the books for a change of the caller's locks.
    pub(crate) fn begin(&mut self) -> Change {
        let account = self.vm().msg_sender();
        let ledger = self.open();
        let position = self.settled_position(account);
        Change { account, delegate: self.delegate_of(account, &position), ledger, position }
    }

    /// [`Vault::begin`] with `amount` of unlocked shares that are about to be locked.
    fn begin_lock(&mut self, amount: U256) -> Result<(Change, u128)> {
        self.ensure_entering()?;
        ensure_not_zero(amount)?;
        let change = self.begin();
        let assets = self.ensure_free(change.account, &change.position, amount)?;
        Ok((change, assets))
    }

    /// Writes the change down.
    pub(crate) fn finish(&mut self, change: Change) {
        let (week, Change { account, ledger, mut position, .. }) = (change.week(), change);
        position.settled_week = week;
        position.has_locks = Locks::of(account).head(self.vm()).0 > 0;
        self.store_position(account, position);
        self.close(&ledger);
    }

    /// Gives the account more boost.
    ///
    /// *Reverts* with `AmountTooLarge` if all boosts together would not fit 112 bits.
    fn raise_boost(&mut self, change: &mut Change, boost: u128) -> Result<()> {
        let Change { account, delegate, ledger, position } = change;
        let most = MAX_AMOUNT.saturating_sub(ledger.pool.boost);
        if boost > most {
            return Err(fail!(IVault::AmountTooLarge, boost, most));
        }
        self.add_weight(ledger, *account, boost);
        self.change_votes(*delegate, boost, 0);
        position.boost = position.boost.saturating_add(boost);
        ledger.pool.boost = ledger.pool.boost.saturating_add(boost);
        Ok(())
    }

    /// Takes boost from the account, which has it.
    pub(crate) fn lower_boost(&mut self, change: &mut Change, boost: u128) {
        let Change { account, delegate, ledger, position } = change;
        self.remove_weight(ledger, *account, boost);
        self.change_votes(*delegate, 0, boost);
        position.boost = position.boost.saturating_sub(boost);
        ledger.pool.boost = ledger.pool.boost.saturating_sub(boost);
    }

    /// Counts `assets` of the balance as locked.
    fn raise_locked(&mut self, change: &Change, assets: u128) {
        let locks = Locks::of(change.account);
        let (locked, ends) = locks.head(self.vm());
        locks.set_head(self.vm(), locked.saturating_add(assets), ends);
    }

    /// Adds to what the account has locked until the start of a week, and has its boost end then.
    /// Sums of parts of the balance and of the total boost: they fit 112 bits.
    fn add_to_bucket(&mut self, change: &Change, added: Bucket) {
        let (vm, locks) = (self.vm(), Locks::of(change.account));
        let mut bucket = locks.bucket(vm, added.end);
        bucket.assets = bucket.assets.saturating_add(added.assets);
        bucket.boost = bucket.boost.saturating_add(added.boost);
        locks.set_bucket(vm, bucket);
        let (locked, mut ends) = locks.head(vm);
        ends.insert(added.end);
        locks.set_head(vm, locked, ends);
        BOOST_ENDING.add(vm, added.end, added.boost);
        let (topics, data) = ((change.account, start_of(added.end)), (added.assets, added.boost));
        emit!(vm, IVault::Locked, [topics.0, topics.1], [data.0, data.1]);
        self.schedule_votes(change.delegate, added.end, added.boost);
    }

    /// Takes `amount` of assets, and their part of the boost, out of the account's bucket that ends at
    /// `unlock_time`; the boost no longer ends then. The weight and what is locked stay.
    pub(crate) fn take_from_bucket(
        &mut self,
        change: &Change,
        unlock_time: U256,
        amount: U256,
    ) -> Result<Bucket> {
        let end = week_of(u64::try_from(unlock_time).unwrap_or(u64::MAX));
        let (vm, locks) = (self.vm(), Locks::of(change.account));
        let bucket = locks.bucket(vm, end);
        // The bucket of a week of which this is not the start is not meant.
        let meant = U256::from(start_of(end)) == unlock_time;
        let assets = within(amount, unlock_time, if meant { bucket.assets } else { 0 })?;
        let boost = portion_up::<Host>(bucket.boost, assets, bucket.assets);
        let left = bucket.assets.saturating_sub(assets);
        if left == 0 {
            let (locked, ends) = locks.head(vm);
            locks.set_head(vm, locked, locks.empty_bucket(vm, end, ends));
        } else {
            let boost = bucket.boost.saturating_sub(boost);
            locks.set_bucket(vm, Bucket { end, assets: left, boost });
        }
        BOOST_ENDING.take(vm, end, boost);
        emit!(vm, IVault::LockReduced, [change.account, start_of(end)], [assets, boost]);
        self.unschedule_votes(change.delegate, end, boost);
        Ok(Bucket { end, assets, boost })
    }
}

/// `amount` as a part of the `locked` assets of the lock that ends at `unlock_time`.
///
/// *Reverts* with `ZeroAmount` or `LockTooSmall`.
fn within(amount: U256, unlock_time: U256, locked: u128) -> Result<u128> {
    let too_small = |_| fail!(IVault::LockTooSmall, unlock_time, locked, amount);
    ensure_not_zero(amount)?;
    bounded(amount, locked).map_err(too_small)
}
