//! Pausing of what enters a contract; leaving is never paused.
//!
//! The flag is the contract's own, in a slot that is read on every entry anyway: these functions
//! say who may change it, and tell the world.

use stylus_sdk::{host::VM, prelude::*};

use crate::{
    Revert, Roles, emit, fail,
    standard::{EnforcedPause, Paused, Unpaused},
};

/// *Reverts* with `EnforcedPause` if `paused`.
pub fn ensure_not_paused(paused: bool) -> Result<(), Revert> {
    if paused { Err(fail!(EnforcedPause)) } else { Ok(()) }
}

/// Stops entering: the caller sets its flag. `paused` is what it is now; pausing twice is no error
/// and has no second event.
///
/// *Reverts* unless the caller is owner or guardian. *Emits* `Paused`.
pub fn pause(vm: &VM, roles: Roles, paused: bool) -> Result<(), Revert> {
    roles.only_owner_or_guardian(vm)?;
    if !paused {
        emit!(vm, Paused, [], [vm.msg_sender()]);
    }
    Ok(())
}

/// Allows entering again: the caller clears its flag. No error and no event if it was not stopped.
///
/// *Reverts* unless the caller is the owner. *Emits* `Unpaused`.
pub fn unpause(vm: &VM, roles: Roles, paused: bool) -> Result<(), Revert> {
    roles.only_owner(vm)?;
    if paused {
        emit!(vm, Unpaused, [], [vm.msg_sender()]);
    }
    Ok(())
}
