//! Who may spend whose tokens.

use alloy_primitives::{Address, U256};
use stylus_sdk::host::VM;

use crate::{
    Revert, Slot, emit, fail,
    standard::{Approval, ERC20InsufficientAllowance, ERC20InvalidSpender},
};

/// ERC-20 allowances: a mapping from owner to a mapping from spender, in one slot.
///
/// An allowance of `2^256 - 1` is infinite: spending does not lower it.
#[derive(Clone, Copy, Debug)]
pub struct Allowances(Slot);

impl Allowances {
    /// Allowances whose root is slot number `slot`.
    #[must_use]
    pub const fn at(slot: u64) -> Self {
        Self(Slot::at(slot))
    }

    fn slot(self, owner: Address, spender: Address) -> Slot {
        self.0.key(owner).key(spender)
    }

    /// What `spender` may still move of `owner`'s tokens.
    #[must_use]
    pub fn get(self, vm: &VM, owner: Address, spender: Address) -> U256 {
        self.slot(owner, spender).get(vm)
    }

    /// Sets an allowance, replacing the previous one.
    ///
    /// *Reverts* with `ERC20InvalidSpender` if `spender` is zero. *Emits* `Approval`.
    pub fn approve(
        self,
        vm: &VM,
        owner: Address,
        spender: Address,
        value: U256,
    ) -> Result<(), Revert> {
        if spender.is_zero() {
            return Err(fail!(ERC20InvalidSpender, spender));
        }
        self.slot(owner, spender).set(vm, value);
        emit!(vm, Approval, [owner, spender], [value]);
        Ok(())
    }

    /// Uses up `value` of an allowance. No event: ERC-20 has none for it.
    ///
    /// *Reverts* with `ERC20InsufficientAllowance` if less was allowed.
    pub fn spend(
        self,
        vm: &VM,
        owner: Address,
        spender: Address,
        value: U256,
    ) -> Result<(), Revert> {
        let slot = self.slot(owner, spender);
        let allowance = slot.get(vm);
        if allowance == U256::MAX {
            return Ok(());
        }
        let short = || fail!(ERC20InsufficientAllowance, spender, allowance, value);
        slot.set(vm, allowance.checked_sub(value).ok_or_else(short)?);
        Ok(())
    }
}
