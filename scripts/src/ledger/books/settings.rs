//! What the vault tells of settings, its own and its holders'.

use accrual::{Curve, week_of};

use super::vault::VaultBooks;
use crate::{
    abi::IVault::{self, IVaultEvents as Event},
    ledger::difference::Notes,
};

impl VaultBooks {
    /// What changes nobody's stake and no money.
    pub(super) fn settings(&mut self, time: u64, event: &Event, notes: &mut Notes<'_>) {
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
            Event::DelegateChanged(told) => self.delegated(time, told, notes),
            Event::DelegateVotesChanged(told) => self.votes.told(week_of(time), told, notes),
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

    fn delegated(&mut self, time: u64, told: &IVault::DelegateChanged, notes: &mut Notes<'_>) {
        let IVault::DelegateChanged { delegator, fromDelegate, toDelegate } = *told;
        let holder = self.holders.entry(delegator).or_default();
        let known = std::mem::replace(&mut holder.delegate, toDelegate);
        notes.same(known, fromDelegate, || format!("vault, delegate of {delegator}"));
        if known != toDelegate {
            self.votes.moved(week_of(time), holder, known, toDelegate);
        }
    }
}
