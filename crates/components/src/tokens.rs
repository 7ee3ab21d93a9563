//! Calls to tokens, and payments in ETH, that survive what tokens really do.
//!
//! Some tokens return nothing, some return `false`, some revert, some addresses hold no token at all,
//! and a hostile one returns megabytes. Each call here reads at most one word of the answer and ends
//! in success or in `TokenTransferFailed(token)`.
//!
//! Before a call that can change state the storage cache is written back and emptied, and nothing is
//! read until the call is over, so a contract always sees what a re-entering call has stored. The
//! callers still settle their books before they call.

use alloc::vec::Vec;

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use stylus_sdk::{call::RawCall, host::VM, prelude::*};

use crate::{
    Approval, Revert, Signature, calldata, fail,
    standard::{EtherTransferFailed, TokenTransferFailed},
};

sol! {
    interface Erc20 {
        function balanceOf(address account) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
        function decimals() external view returns (uint8);
        function approve(address spender, uint256 value) external returns (bool);
        function transfer(address to, uint256 value) external returns (bool);
        function transferFrom(address from, address to, uint256 value) external returns (bool);
        function permit(address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s) external;
    }
}

/// Length of the one word that is read of an answer.
const WORD: usize = 32;

/// Pays `value` of `token` to `to`.
///
/// *Reverts* with `TokenTransferFailed` if the token refuses or is none.
pub fn safe_transfer(vm: &VM, token: Address, to: Address, value: U256) -> Result<(), Revert> {
    confirmed(token, transact(vm, token, &calldata!(Erc20::transferCall, to, value)))
}

/// Pays `value` of `token` to `to` with at most `gas`; whether it did.
pub fn try_transfer(vm: &VM, token: Address, to: Address, value: U256, gas: u64) -> bool {
    accepted(vm, token, RawCall::new(vm).gas(gas), &calldata!(Erc20::transferCall, to, value))
}

/// Uses a permit of `token`. A failure is no error: the allowance may be there all the same, because
/// somebody used the permit first; the transfer that follows will tell.
pub fn try_permit(vm: &VM, token: Address, approval: Approval, signature: Signature) {
    let Approval { owner, spender, value, deadline } = approval;
    let Signature { v, r, s } = signature;
    let calldata = calldata!(Erc20::permitCall, owner, spender, value, deadline, v, r, s);
    // SAFETY: the cache is emptied first and components keep no storage value across a call.
    let answer =
        unsafe { RawCall::new(vm).clear_storage_cache().skip_return_data().call(token, &calldata) };
    drop(answer);
}

/// Pulls `value` of `token` from `from`, which has to have allowed it, to `to`.
///
/// What arrives may differ; a caller that cares compares balances. *Reverts* with
/// `TokenTransferFailed` if the token refuses or is none.
pub fn safe_transfer_from(
    vm: &VM,
    token: Address,
    from: Address,
    to: Address,
    value: U256,
) -> Result<(), Revert> {
    confirmed(token, transact(vm, token, &calldata!(Erc20::transferFromCall, from, to, value)))
}

/// Allows `spender` to pull `value` of `token` from the running contract.
///
/// Some tokens change an allowance only from or to zero; those are set to zero first. *Reverts* with
/// `TokenTransferFailed` if the token refuses or is none.
pub fn safe_approve(vm: &VM, token: Address, spender: Address, value: U256) -> Result<(), Revert> {
    let approve = |value| transact(vm, token, &calldata!(Erc20::approveCall, spender, value));
    confirmed(token, approve(value) || (approve(U256::ZERO) && approve(value)))
}

/// Leaves `spender` without allowance. Most tokens have brought it to zero when it was used.
///
/// *Reverts* with `TokenTransferFailed` if the token does not take it back.
pub fn safe_revoke(vm: &VM, token: Address, spender: Address) -> Result<(), Revert> {
    let allowance = calldata!(Erc20::allowanceCall, vm.contract_address(), spender);
    if query(vm, token, &allowance) == Ok(U256::ZERO) {
        return Ok(());
    }
    safe_approve(vm, token, spender, U256::ZERO)
}

/// What `account` has of `token`.
///
/// *Reverts* with `TokenTransferFailed` if the token reverts or answers anything but one word.
pub fn balance_of(vm: &VM, token: Address, account: Address) -> Result<U256, Revert> {
    query(vm, token, &calldata!(Erc20::balanceOfCall, account))
}

/// The number of decimals of `token`.
///
/// *Reverts* with `TokenTransferFailed` if the token reverts or answers anything but a small number.
pub fn decimals(vm: &VM, token: Address) -> Result<u8, Revert> {
    let decimals = query(vm, token, &calldata!(Erc20::decimalsCall))?;
    decimals.try_into().map_err(|_| fail!(TokenTransferFailed, token))
}

/// Pays `value` wei to `to` with all gas, as a contract wallet needs it; no data is read back.
///
/// *Reverts* with `EtherTransferFailed` if the receiver refuses or the contract has less.
pub fn send_value(vm: &VM, to: Address, value: U256) -> Result<(), Revert> {
    // SAFETY: the cache is emptied first and components keep no storage value across a call.
    let sent = unsafe {
        RawCall::new_with_value(vm, value).clear_storage_cache().skip_return_data().call(to, &[])
    };
    sent.map(drop).map_err(|_| fail!(EtherTransferFailed, to))
}

fn confirmed(token: Address, done: bool) -> Result<(), Revert> {
    if done { Ok(()) } else { Err(fail!(TokenTransferFailed, token)) }
}

fn transact(vm: &VM, token: Address, calldata: &[u8]) -> bool {
    accepted(vm, token, RawCall::new(vm), calldata)
}

/// Whether the token did it: the call succeeded and the answer is `true`, or nothing at all from an
/// address that has code.
#[inline(never)]
fn accepted(vm: &VM, token: Address, call: RawCall<'_, VM>, calldata: &[u8]) -> bool {
    // SAFETY: the cache is emptied first and components keep no storage value across a call.
    let answer =
        unsafe { call.clear_storage_cache().limit_return_data(0, WORD).call(token, calldata) };
    match answer {
        Ok(answer) if answer.is_empty() => vm.code_size(token) > 0,
        Ok(answer) => as_word(answer) == Some(U256::from(1)),
        Err(_) => false,
    }
}

/// The one word that a view returns. One byte more is asked for, to tell a longer answer.
fn query(vm: &VM, token: Address, calldata: &[u8]) -> Result<U256, Revert> {
    // SAFETY: a static call changes no storage, and the callee must see ours: the cache is flushed.
    let answer = unsafe {
        RawCall::new_static(vm)
            .flush_storage_cache()
            .limit_return_data(0, WORD.saturating_add(1))
            .call(token, calldata)
    };
    answer.ok().and_then(as_word).ok_or_else(|| fail!(TokenTransferFailed, token))
}

fn as_word(answer: Vec<u8>) -> Option<U256> {
    answer.try_into().ok().map(|word: [u8; WORD]| U256::from_be_bytes(word))
}
