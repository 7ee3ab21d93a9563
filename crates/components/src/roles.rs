//! An owner with two-step transfer, and a guardian.
//!
//! The owner, meant to be a timelock, decides; the guardian, meant to be quick, can only pause. The
//! names of errors and events are OpenZeppelin's, so that explorers and monitors know them.

use alloy_primitives::{Address, U256};
use stylus_sdk::{host::VM, prelude::*};

use crate::{
    Revert, Slot,
    abi::Word,
    emit, fail,
    standard::{
        GuardianChanged, OwnableInvalidOwner, OwnableUnauthorizedAccount, OwnershipTransferStarted,
        OwnershipTransferred,
    },
};

const OWNER: u64 = 0;
const PENDING_OWNER: u64 = 1;
const GUARDIAN: u64 = 2;

/// Owner, pending owner and guardian. Three slots, one address each.
#[derive(Clone, Copy, Debug)]
pub struct Roles(Slot);

impl Roles {
    /// Roles in slot number `slot` and the next two.
    #[must_use]
    pub const fn at(slot: u64) -> Self {
        Self(Slot::at(slot))
    }

    fn account(self, vm: &VM, n: u64) -> Address {
        Address::from_word(self.0.plus(n).get(vm).word())
    }

    fn set_account(self, vm: &VM, n: u64, account: Address) {
        self.0.plus(n).set(vm, U256::from_be_bytes(account.word().0));
    }

    /// Sets the first owner and guardian; for constructors. A zero guardian is none.
    ///
    /// *Reverts* with `OwnableInvalidOwner` if `owner` is zero. *Emits* `OwnershipTransferred` and
    /// `GuardianChanged`.
    pub fn initialise(self, vm: &VM, owner: Address, guardian: Address) -> Result<(), Revert> {
        if owner.is_zero() {
            return Err(fail!(OwnableInvalidOwner, owner));
        }
        self.become_owner(vm, owner);
        self.change_guardian(vm, guardian);
        Ok(())
    }

    /// The account that decides.
    #[must_use]
    pub fn owner(self, vm: &VM) -> Address {
        self.account(vm, OWNER)
    }

    /// The account that ownership is offered to, or zero.
    #[must_use]
    pub fn pending_owner(self, vm: &VM) -> Address {
        self.account(vm, PENDING_OWNER)
    }

    /// The account that may pause beside the owner, or zero.
    #[must_use]
    pub fn guardian(self, vm: &VM) -> Address {
        self.account(vm, GUARDIAN)
    }

    /// *Reverts* with `OwnableUnauthorizedAccount` unless the caller is the owner.
    pub fn only_owner(self, vm: &VM) -> Result<(), Revert> {
        let account = vm.msg_sender();
        authorise(account, account == self.owner(vm))
    }

    /// *Reverts* with `OwnableUnauthorizedAccount` unless the caller is owner or guardian.
    pub fn only_owner_or_guardian(self, vm: &VM) -> Result<(), Revert> {
        let account = vm.msg_sender();
        authorise(account, account == self.guardian(vm) || account == self.owner(vm))
    }

    /// Offers ownership, replacing an earlier offer; an offer to zero withdraws it.
    ///
    /// *Reverts* unless the caller is the owner. *Emits* `OwnershipTransferStarted`.
    pub fn transfer_ownership(self, vm: &VM, new_owner: Address) -> Result<(), Revert> {
        self.only_owner(vm)?;
        self.set_account(vm, PENDING_OWNER, new_owner);
        let previous = self.owner(vm);
        emit!(vm, OwnershipTransferStarted, [previous, new_owner], []);
        Ok(())
    }

    /// Takes up an offered ownership.
    ///
    /// *Reverts* unless the caller is the pending owner. *Emits* `OwnershipTransferred`.
    pub fn accept_ownership(self, vm: &VM) -> Result<(), Revert> {
        let account = vm.msg_sender();
        authorise(account, account == self.pending_owner(vm))?;
        self.set_account(vm, PENDING_OWNER, Address::ZERO);
        self.become_owner(vm, account);
        Ok(())
    }

    /// Replaces the guardian; zero is none.
    ///
    /// *Reverts* unless the caller is the owner. *Emits* `GuardianChanged`.
    pub fn set_guardian(self, vm: &VM, new_guardian: Address) -> Result<(), Revert> {
        self.only_owner(vm)?;
        self.change_guardian(vm, new_guardian);
        Ok(())
    }

    fn become_owner(self, vm: &VM, new_owner: Address) {
        let previous = self.owner(vm);
        self.set_account(vm, OWNER, new_owner);
        emit!(vm, OwnershipTransferred, [previous, new_owner], []);
    }

    fn change_guardian(self, vm: &VM, new_guardian: Address) {
        let previous = self.guardian(vm);
        self.set_account(vm, GUARDIAN, new_guardian);
        emit!(vm, GuardianChanged, [previous, new_guardian], []);
    }
}

/// No need to exclude zero: no call has the zero address as its sender.
fn authorise(account: Address, allowed: bool) -> Result<(), Revert> {
    if allowed { Ok(()) } else { Err(fail!(OwnableUnauthorizedAccount, account)) }
}
