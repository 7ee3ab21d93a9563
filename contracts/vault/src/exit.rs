//! Leaving a lock before its end, for a penalty that is revenue of the others.

use accrual::{Curve, ONE_BPS, portion_up, week_of};
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::sol;
use components::{
    abi::{self, Out},
    calldata, emit, fail,
};
use stylus_sdk::call::RawCall;

use crate::{
    IVault, Result, Vault,
    ledger::Host,
    lock::Change,
    revenue::risen,
    storage::{
        Config, Locks, PENALTY_SOURCE, PENALTY_SPLITTER, ROLES, address_of, penalty_curve,
        set_penalty_curve,
    },
};

sol! {
    interface Splitter {
        function deposit(bytes32 source, address token, uint256 amount) external returns (uint256 received);
    }
}

impl Vault {
    /// Sets what leaving a lock early costs and who gets it; for the owner.
    ///
    /// *Reverts* with `InvalidCurve`, or `InvalidAddress` if a curve has no splitter. *Emits*
    /// `PenaltyCurveChanged`.
    pub(crate) fn change_penalties(
        &mut self,
        weeks: &[u32],
        penalties: &[u32],
        splitter: Address,
        source: B256,
    ) -> Result<()> {
        ROLES.only_owner(self.vm())?;
        let curve = if weeks.is_empty() && penalties.is_empty() {
            Curve::NONE
        } else {
            self.ensure_usable(splitter)?;
            Curve::penalties(weeks, penalties).ok_or_else(|| fail!(IVault::InvalidCurve))?
        };
        set_penalty_curve(self.vm(), curve);
        PENALTY_SPLITTER.set(self.vm(), U256::from_be_bytes(splitter.into_word().0));
        PENALTY_SOURCE.set(self.vm(), source.into());
        let data = Out::of(4)
            .array(weeks.iter().copied())
            .array(penalties.iter().copied())
            .word(splitter)
            .word(source)
            .done();
        abi::log_encoded::<IVault::PenaltyCurveChanged, _>(self.vm(), [], &data);
        Ok(())
    }

    /// What leaving `assets` of a lock that ends at the start of week `end` costs now, rounded up.
    ///
    /// *Reverts* with `NoEarlyExit` if it is not possible.
    fn penalty(&self, assets: u128, end: u64) -> Result<u128> {
        let curve = penalty_curve(self.vm());
        if curve == Curve::NONE {
            return Err(fail!(IVault::NoEarlyExit));
        }
        let left = end.saturating_sub(week_of(self.now()));
        let bps = curve.at(u32::try_from(left).unwrap_or(u32::MAX));
        Ok(portion_up::<Host>(assets, bps.into(), ONE_BPS.into()))
    }

    /// [`Vault::penalty`] of a lock that ends at `unlock_time`, of any size.
    pub(crate) fn preview_exit(&self, unlock_time: U256, assets: U256) -> Result<u128> {
        let assets = crate::stake::bounded(assets, accrual::MAX_AMOUNT)?;
        self.penalty(assets, week_of(u64::try_from(unlock_time).unwrap_or(u64::MAX)))
    }

    /// Unlocks `amount` of the caller's lock that ends at `unlock_time`; returns what it cost.
    pub(crate) fn exit_early(
        &mut self,
        unlock_time: U256,
        amount: U256,
        max_penalty: U256,
    ) -> Result<u128> {
        // Check.
        let mut change = self.begin();
        let taken = self.take_from_bucket(&change, unlock_time, amount)?;
        let penalty = self.penalty(taken.assets, taken.end)?;
        if U256::from(penalty) > max_penalty {
            return Err(fail!(IVault::PenaltyTooHigh, penalty, max_penalty));
        }
        // Effect.
        let splitter = address_of(PENALTY_SPLITTER.get(self.vm()));
        let locks = Locks::of(change.account);
        let (locked, ends) = locks.head(self.vm());
        locks.set_head(self.vm(), locked.saturating_sub(taken.assets), ends);
        self.lower_boost(&mut change, taken.boost);
        let (topics, data) = ((change.account, unlock_time), (taken.assets, penalty));
        emit!(self.vm(), IVault::ExitedEarly, [topics.0, topics.1, splitter], [data.0, data.1]);
        self.forfeit(&mut change, penalty, splitter);
        self.finish(change);
        // Interaction.
        self.pay_penalty(splitter, U256::from(penalty))?;
        Ok(penalty)
    }

    /// Ends `penalty` of the account's shares; their assets are about to go to `splitter`.
    fn forfeit(&mut self, change: &mut Change, penalty: u128, splitter: Address) {
        let Change { account, delegate, ledger, position } = change;
        self.remove_weight(ledger, *account, penalty);
        position.balance = position.balance.saturating_sub(penalty);
        ledger.pool.supply = ledger.pool.supply.saturating_sub(penalty);
        emit!(self.vm(), IVault::Transfer, [*account, Address::ZERO], [penalty]);
        emit!(self.vm(), IVault::Withdraw, [*account, splitter, *account], [penalty, penalty]);
        self.change_votes(*delegate, 0, penalty);
    }

    /// Deposits `penalty` with the splitter or, if it doesn't take that, sends it there. What the
    /// splitter says is not believed: the vault's own assets tell what left, and no allowance stays.
    fn pay_penalty(&mut self, splitter: Address, penalty: U256) -> Result<()> {
        let asset = Config::get(self.vm()).asset;
        let id = self.reward_id(asset).ok();
        let before = self.unbooked(asset, id)?;
        components::safe_approve(self.vm(), asset, splitter, penalty)?;
        let source = B256::from(PENALTY_SOURCE.get(self.vm()));
        let deposit = calldata!(Splitter::depositCall, source, asset, penalty);
        // SAFETY: the cache is emptied first and no storage value is kept across the call.
        let answer = unsafe {
            let call = RawCall::new(self.vm()).clear_storage_cache().skip_return_data();
            call.call(splitter, &deposit)
        };
        drop(answer);
        // What left made the assets beyond the books fall: they rise from now to before.
        let left = risen(self.unbooked(asset, id)?, before);
        let rest = penalty.saturating_sub(left);
        components::safe_revoke(self.vm(), asset, splitter)?;
        if rest.is_zero() {
            return Ok(());
        }
        components::safe_transfer(self.vm(), asset, splitter, rest)
    }
}
