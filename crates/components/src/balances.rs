//! Who has how many tokens.

use alloy_primitives::{Address, U256};
use stylus_sdk::host::VM;

use crate::{
    Revert, Slot, emit, fail,
    standard::{ERC20InsufficientBalance, ERC20InvalidReceiver, Transfer},
};

/// ERC-20 balances and their sum. Two slots: the root of the mapping, then the total supply.
///
/// *Invariant:* the balances add up to the total supply.
#[derive(Clone, Copy, Debug)]
pub struct Balances(Slot);

impl Balances {
    /// Balances in slot number `slot` and the next one.
    #[must_use]
    pub const fn at(slot: u64) -> Self {
        Self(Slot::at(slot))
    }

    const fn supply(self) -> Slot {
        self.0.plus(1)
    }

    /// What `account` has.
    #[must_use]
    pub fn of(self, vm: &VM, account: Address) -> U256 {
        self.0.key(account).get(vm)
    }

    /// What all accounts have together.
    #[must_use]
    pub fn total_supply(self, vm: &VM) -> U256 {
        self.supply().get(vm)
    }

    /// Moves `value` tokens.
    ///
    /// *Reverts* with `ERC20InvalidReceiver` if `to` is zero, with `ERC20InsufficientBalance` if
    /// `from` has less. *Emits* `Transfer`.
    pub fn transfer(self, vm: &VM, from: Address, to: Address, value: U256) -> Result<(), Revert> {
        if to.is_zero() {
            return Err(fail!(ERC20InvalidReceiver, to));
        }
        self.debit(vm, from, value)?;
        self.credit(vm, to, value);
        emit!(vm, Transfer, [from, to], [value]);
        Ok(())
    }

    /// Makes `value` new tokens.
    ///
    /// *Reverts* with `ERC20InvalidReceiver` if `to` is zero, with `Panic(0x11)` if the supply would
    /// overflow. *Emits* `Transfer` from zero.
    pub fn mint(self, vm: &VM, to: Address, value: U256) -> Result<(), Revert> {
        if to.is_zero() {
            return Err(fail!(ERC20InvalidReceiver, to));
        }
        let supply = self.total_supply(vm).checked_add(value).ok_or_else(Revert::overflow)?;
        self.supply().set(vm, supply);
        self.credit(vm, to, value);
        emit!(vm, Transfer, [Address::ZERO, to], [value]);
        Ok(())
    }

    /// Ends `value` tokens.
    ///
    /// *Reverts* with `ERC20InsufficientBalance` if `from` has less. *Emits* `Transfer` to zero.
    pub fn burn(self, vm: &VM, from: Address, value: U256) -> Result<(), Revert> {
        self.debit(vm, from, value)?;
        // No need to check: a balance is a part of the supply.
        self.supply().set(vm, self.total_supply(vm).wrapping_sub(value));
        emit!(vm, Transfer, [from, Address::ZERO], [value]);
        Ok(())
    }

    fn debit(self, vm: &VM, sender: Address, value: U256) -> Result<(), Revert> {
        let slot = self.0.key(sender);
        let balance = slot.get(vm);
        let short = || fail!(ERC20InsufficientBalance, sender, balance, value);
        slot.set(vm, balance.checked_sub(value).ok_or_else(short)?);
        Ok(())
    }

    /// No need to check: a balance is a part of the supply, which did not overflow.
    fn credit(self, vm: &VM, receiver: Address, value: U256) {
        let slot = self.0.key(receiver);
        slot.set(vm, slot.get(vm).wrapping_add(value));
    }
}
