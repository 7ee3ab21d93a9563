//! Revenue out: one payment, or a policy's payees in turn.
//!
//! # A payment
//! 1. *Effect:* the payee's `paid` is raised by all it is owed, so that nobody who re-enters finds
//!    it owed a second time.
//! 2. *Interaction:* the tokens are sent or, for a stream or a splitter, allowed and pulled. What
//!    the payee's code says of it is not believed.
//! 3. *Effect:* the balance tells how much left, between nothing and what was owed. The holdings
//!    fall by that much, and `paid` by what did not leave.
//!
//! # Why writing after the call is safe
//! While the call runs, the books err on the safe side twice: the payee counts as paid, and the
//! tokens still count as held, so that `sync` cannot take tokens on their way out for new
//! revenue. What is written after are differences, not values read before: a nested payment of the
//! same payee, from revenue that arrived meanwhile, stands. A payee that sends tokens back while it
//! is paid counts as paid less and stays owed what it sent. One that has `sync` book strays counts as
//! paid by as much more, never above what it was owed: its own loss, and `sync` finds the tokens.
//! An allowance never outlives the payment.
//!
//! # Gas
//! Where `n` payees are still to come, a payee's code gets at most 1/(n+1) of the gas that is left.
//! If every one burned its part, each would have had the same, and one such part would remain: so
//! no payee can make the others' payments fail, given `n+1` times the gas that the dearest needs.
//!
//! A payee that runs out of its part is skipped, which is no revert: so a caller with little gas could
//! have everybody skipped, and a wallet's gas estimate, the least with which a call does not revert,
//! would do just that. Therefore a part below [`MIN_PAYEE_GAS`] reverts. A stream that is many weeks
//! behind needs more than that and is skipped until somebody brings it forward: to revert then too would
//! let a payee that burns all it is given stop the others.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use components::{emit, fail, safe_approve, safe_revoke, try_transfer};
use stylus_sdk::prelude::*;

use crate::{
    ISplitter, Result, Splitter,
    books::Position,
    calls, layout,
    policy::{Kind, Terms},
    share::entitled,
};

/// The least gas that a payee is offered: what a vault with eight reward tokens needs to take in
/// revenue at the turn of a week in which locks end, and a reserve.
const MIN_PAYEE_GAS: u64 = 500_000;

/// One payee about to be paid in one token.
pub(crate) struct Payment {
    policy_id: U256,
    payee_index: U256,
    token: Address,
    terms: Terms,
    /// What the payee may be paid now.
    pub(crate) owed: u128,
}

impl Splitter {
    /// Pays one payee of any kind, with all the gas there is.
    pub(crate) fn pay_one(
        &mut self,
        policy_id: U256,
        payee_index: U256,
        token: Address,
    ) -> Result<U256> {
        let payment = self.payment(policy_id, payee_index, token)?;
        if payment.owed == 0 {
            return Err(fail!(ISplitter::ZeroAmount));
        }
        let mut position = self.position(token)?;
        let paid = self.pay(&payment, &mut position, u64::MAX)?;
        if paid.is_zero() {
            return Err(fail!(ISplitter::PaymentFailed, payment.terms.account));
        }
        Ok(paid)
    }

    /// Pays, in order, every payee that is no plain account; returns the sum.
    pub(crate) fn pay_all(&mut self, policy_id: U256, token: Address) -> Result<U256> {
        let payees = self.terms_of(policy_id)?.into_iter().enumerate();
        let others = payees.filter(|(_, terms)| terms.kind != Kind::Account);
        let indices: Vec<U256> = others.map(|(index, _)| U256::from(index)).collect();
        self.pay_each(policy_id, &indices, token)
    }

    /// Pays these payees, in order, skipping those that fail or are owed nothing; returns the sum.
    pub(crate) fn pay_each(
        &mut self,
        policy_id: U256,
        payee_indices: &[U256],
        token: Address,
    ) -> Result<U256> {
        let mut position = self.position(token)?;
        let mut sum = U256::ZERO;
        let mut parts = u64::try_from(payee_indices.len()).unwrap_or(u64::MAX);
        for payee_index in payee_indices {
            let payment = self.payment(policy_id, *payee_index, token)?;
            let gas = self.vm.evm_gas_left().checked_div(parts.saturating_add(1)).unwrap_or(0);
            parts = parts.saturating_sub(1);
            if payment.owed == 0 {
                continue;
            }
            if gas < MIN_PAYEE_GAS {
                return Err(fail!(ISplitter::NotEnoughGas, gas, MIN_PAYEE_GAS));
            }
            sum = sum.saturating_add(self.pay(&payment, &mut position, gas)?);
        }
        Ok(sum)
    }

    /// What a payee may be paid now. *Reverts* with `UnknownPolicy` or `UnknownPayee`.
    pub(crate) fn payment(
        &self,
        policy_id: U256,
        payee_index: U256,
        token: Address,
    ) -> Result<Payment> {
        let terms = self.terms(policy_id, payee_index)?;
        let received = u128_of(layout::policy_received(policy_id, token).get(&self.vm));
        let paid = u128_of(layout::payee_paid(policy_id, payee_index, token).get(&self.vm));
        // Never below zero: a payee was never paid more than its share, and both totals only grow.
        let owed = entitled(received, terms.bps).saturating_sub(paid);
        Ok(Payment { policy_id, payee_index, token, terms, owed })
    }

    /// Pays `payment` and returns what left, zero if the payment failed. `position` is the one now,
    /// and afterwards the one then.
    fn pay(&mut self, payment: &Payment, position: &mut Position, gas: u64) -> Result<U256> {
        let Payment { policy_id, payee_index, token, terms, owed } = *payment;
        let (paid, held) = (layout::payee_paid(policy_id, payee_index, token), layout::held(token));
        let owed = U256::from(owed);
        // Effect: below 2^128, as the share is.
        paid.set(&self.vm, paid.get(&self.vm).saturating_add(owed));
        // Interaction:
        self.send(payment, gas)?;
        // Effect: see the module's essay.
        let after = self.position(token)?;
        let left = position.surplus_over(after).min(owed);
        let stayed = owed.saturating_sub(left);
        paid.set(&self.vm, paid.get(&self.vm).saturating_sub(stayed));
        held.set(&self.vm, held.get(&self.vm).saturating_sub(left));
        *position = after.after_paying(left);
        // Log: after the interaction, because only now the amount is known.
        let (vm, payee) = (&self.vm, terms.account);
        if left.is_zero() {
            emit!(vm, ISplitter::PayeeSkipped, [policy_id, token, payee], [payee_index, owed]);
        } else {
            emit!(vm, ISplitter::PayeePaid, [policy_id, token, payee], [payee_index, left]);
        }
        Ok(left)
    }

    /// Tries to move what is owed; whether it moved is for the balance to tell.
    ///
    /// *Reverts* only if the token would not take back an allowance: with that left open, the payee
    /// could be paid twice.
    fn send(&self, payment: &Payment, gas: u64) -> Result<()> {
        let (vm, &Payment { token, terms, owed, .. }) = (&self.vm, payment);
        let (payee, owed) = (terms.account, U256::from(owed));
        match terms.kind {
            Kind::Account | Kind::Burn => drop(try_transfer(vm, token, payee, owed, gas)),
            Kind::Stream | Kind::Splitter => {
                let tag = self.tag(payment.policy_id, payment.payee_index);
                if safe_approve(vm, token, payee, owed).is_ok() {
                    calls::offer(vm, &terms, tag.into(), (token, owed), gas);
                    safe_revoke(vm, token, payee)?;
                }
            }
        }
        Ok(())
    }
}

/// A stored total as a number: all of them fit 128 bits.
fn u128_of(total: U256) -> u128 {
    let [low, high, ..] = total.into_limbs();
    u128::from(high) << 64 | u128::from(low)
}
