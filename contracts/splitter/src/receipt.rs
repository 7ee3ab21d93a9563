//! Revenue in: three ways to arrive, one way to be booked.
//!
//! What arrives is what counts: the balance is measured before and after, less what other receipts
//! booked in between ([`Position::surplus_over`]). So the books are written after the token was
//! called, and that is safe: a call that re-enters books its own receipt in full, and this one then
//! finds only its own tokens. A caller who lets `sync` run inside its own deposit has stray tokens
//! booked there instead of here; they stay in the splitter and are booked by the next `sync`.

use alloy_primitives::{Address, B256, U256};
use components::{Slot, emit, fail, pause, safe_transfer_from};
use stylus_sdk::prelude::*;

use crate::{ISplitter, Result, Splitter, books::Position, calls, layout};

impl Splitter {
    /// Pulls `amount` of `token` from the caller.
    pub(crate) fn pull(&mut self, source: B256, token: Address, amount: U256) -> Result<U256> {
        // Check:
        self.check_receipt(source, amount)?;
        // Interaction:
        let before = self.position(token)?;
        let (sender, here) = (self.vm.msg_sender(), self.vm.contract_address());
        safe_transfer_from(&self.vm, token, sender, here, amount)?;
        // Effect: see the module's essay.
        self.book_since(before, source, token)
    }

    /// Wraps the ETH that came with the call.
    pub(crate) fn wrap(&mut self, source: B256) -> Result<U256> {
        // Check:
        let value = self.vm.msg_value();
        self.check_receipt(source, value)?;
        // Interaction:
        let weth = layout::weth(&self.vm);
        let before = self.position(weth)?;
        calls::wrap_ether(&self.vm, weth, value)?;
        // Effect: see the module's essay.
        self.book_since(before, source, weth)
    }

    /// Books what lies here unbooked, under the unattributed source.
    pub(crate) fn pick_up(&mut self, token: Address) -> Result<U256> {
        // Check:
        pause::ensure_not_paused(layout::paused(&self.vm))?;
        self.policy_of(B256::ZERO)?;
        // Interaction:
        let ether = self.vm.balance(self.vm.contract_address());
        if token == layout::weth(&self.vm) && !ether.is_zero() {
            calls::wrap_ether(&self.vm, token, ether)?;
        }
        // Effect: what is booked is measured after the interaction.
        let unbooked = self.position(token)?.unbooked();
        self.book(unbooked, B256::ZERO, token)
    }

    fn check_receipt(&self, source: B256, amount: U256) -> Result<()> {
        pause::ensure_not_paused(layout::paused(&self.vm))?;
        self.policy_of(source)?;
        if amount.is_zero() { Err(fail!(ISplitter::ZeroAmount)) } else { Ok(()) }
    }

    fn book_since(&mut self, before: Position, source: B256, token: Address) -> Result<U256> {
        let arrived = self.position(token)?.surplus_over(before);
        self.book(arrived, source, token)
    }

    /// Books `amount` of `token` that arrived under `source`, by the policy in force now.
    fn book(&mut self, amount: U256, source: B256, token: Address) -> Result<U256> {
        // Check:
        if amount.is_zero() {
            return Err(fail!(ISplitter::ZeroAmount));
        }
        let policy_id = self.policy_of(source)?;
        // Effect:
        self.raise(layout::policy_received(policy_id, token), amount)?;
        self.raise(layout::source_received(source, token), amount)?;
        let held = layout::held(token);
        held.set(&self.vm, held.get(&self.vm).saturating_add(amount)); // 2^128 for each policy
        // Log:
        let sender = self.vm.msg_sender();
        emit!(&self.vm, ISplitter::RevenueReceived, [source, token, sender], [policy_id, amount]);
        Ok(amount)
    }

    /// Adds to a lifetime total. *Reverts* with `AmountTooLarge` if it would not fit 128 bits.
    fn raise(&mut self, total: Slot, amount: U256) -> Result<()> {
        let (sum, max) = (amount.saturating_add(total.get(&self.vm)), U256::from(u128::MAX));
        if sum > max {
            return Err(fail!(ISplitter::AmountTooLarge, sum, max));
        }
        total.set(&self.vm, sum);
        Ok(())
    }
}
