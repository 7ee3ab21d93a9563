//! Locks: stake that cannot leave for a while, and weighs more.

use accrual::{Curve, MAX_AMOUNT, MAX_LOCK_WEEKS, start_of, week_of};
use alloy_primitives::{Address, U256};
use components::{
    abi::{self, Out},
    emit, fail,
};
use stylus_sdk::prelude::*;

use crate::{
    IVault, Result, Vault,
    account::Bucket,
    ledger::Host,
    stake::ensure_not_zero,
    storage::{Locks, add_boost_ending, curve, set_curve},
    words::Packed,
};

/// `weeks` as a lock duration.
///
/// *Reverts* with `LockDurationOutOfRange` unless it is 1 to 208.
pub(crate) fn lock_weeks(weeks: U256) -> Result<u32> {
    let fits = u32::try_from(weeks).ok().filter(|weeks| (1..=MAX_LOCK_WEEKS).contains(weeks));
    fits.ok_or_else(|| fail!(IVault::LockDurationOutOfRange, weeks, 1_u32, MAX_LOCK_WEEKS))
}

impl Vault {
    /// Replaces the curve.
    ///
    /// *Reverts* with `InvalidCurve`. *Emits* `CurveChanged`.
    pub(crate) fn store_curve(&mut self, durations: &[u32], multipliers: &[u32]) -> Result<()> {
        let Some(curve) = Curve::new(durations, multipliers) else {
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
        // Check.
        self.ensure_entering()?;
        ensure_not_zero(amount)?;
        let account = self.vm().msg_sender();
        let mut ledger = self.open();
        let (mut position, assets) = self.free_position(account, amount)?;
        let boost = accrual::boost::<Host>(assets, curve(self.vm()).multiplier(weeks));
        let most = MAX_AMOUNT.saturating_sub(ledger.pool.boost);
        if boost > most {
            return Err(fail!(IVault::AmountTooLarge, boost, most));
        }
        // Effect.
        let week = week_of(ledger.pool.updated);
        let end = week.saturating_add(u64::from(weeks)).saturating_add(1);
        self.add_weight(&ledger, account, boost);
        self.add_to_bucket(account, Bucket { end, assets, boost });
        position.boost = position.boost.saturating_add(boost);
        position.settled_week = week;
        position.has_locks = true;
        self.store_position(account, position);
        add_boost_ending(self.vm(), end, boost);
        ledger.pool.boost = ledger.pool.boost.saturating_add(boost);
        self.close(&ledger);
        // Log.
        let unlock_time = start_of(end);
        emit!(self.vm(), IVault::Locked, [account, unlock_time], [amount, boost]);
        Ok(unlock_time)
    }

    /// Adds to what `account` has locked until the start of a week. Sums of parts of the balance
    /// and of the total boost: they fit 112 bits.
    fn add_to_bucket(&mut self, account: Address, added: Bucket) {
        let (vm, locks) = (self.vm(), Locks::of(account));
        let slot = locks.bucket(added.end);
        let mut bucket = Packed::unpack(slot.get(vm));
        bucket.first = bucket.first.saturating_add(added.assets);
        bucket.second = bucket.second.saturating_add(added.boost);
        slot.set(vm, bucket.pack());
        let mut ends = locks.end_weeks(vm);
        ends.insert(added.end);
        locks.set_end_weeks(vm, ends);
        locks.set_locked(vm, locks.locked(vm).saturating_add(added.assets));
    }
}
