//! Where every word is stored: as Solidity would lay out these state variables, in this order.
//!
//! ```solidity
//! address owner; address pendingOwner; address guardian;              // 0, 1, 2
//! address weth; bool paused;                                          // 3
//! uint256 policyCount; uint256 sourceCount;                           // 4, 5
//! mapping(address token => uint256) held;                             // 6
//! mapping(bytes32 source => mapping(address token => uint256)) sourceReceived;    // 7
//! mapping(uint256 policy => mapping(address token => uint256)) policyReceived;    // 8
//! mapping(uint256 policy => mapping(uint256 payee =>
//!     mapping(address token => uint256))) payeePaid;                              // 9
//! mapping(bytes32 source => uint256) sourcePolicy;                                // 10
//! mapping(bytes32 source => bytes32) sourceName;                                  // 11
//! mapping(uint256 index => bytes32) sourceAt;                                     // 12
//! mapping(uint256 policy => bytes32) policyName;                                  // 13
//! mapping(uint256 policy => mapping(uint256 payee => Terms)) payeeTerms;          // 14
//! mapping(uint256 policy => mapping(uint256 payee => bytes32)) payeeTag;          // 15
//! address setter; uint32 stakersIndex; uint16 minBps; uint16 maxBps; uint16 bps;  // 16
//! uint256 sharePolicy; uint256 baseSharePolicy;                                   // 17, 18
//! ```

use alloy_primitives::{Address, B256, U256};
use components::{Roles, Slot};
use stylus_sdk::host::VM;

/// Owner, pending owner, guardian.
pub(crate) const ROLES: Roles = Roles::at(0);
/// WETH in the lower 160 bits, and whether receipts are paused above them.
const CONFIG: Slot = Slot::at(3);
/// How many policies there are; also the id of the latest, as ids start at 1.
pub(crate) const POLICY_COUNT: Slot = Slot::at(4);
/// How many sources there are.
pub(crate) const SOURCE_COUNT: Slot = Slot::at(5);

/// Terms of the stakers' share, packed by the module `stakers`.
pub(crate) const SHARE_TERMS: Slot = Slot::at(16);
/// The policy of sources that follow the stakers' share. Zero before there is one.
pub(crate) const SHARE_POLICY: Slot = Slot::at(17);
/// The policy that those are made from.
pub(crate) const BASE_SHARE_POLICY: Slot = Slot::at(18);

/// The bit of the configuration that says that receipts are paused.
const PAUSED: usize = 160;

/// Wrapped ether.
pub(crate) fn weth(vm: &VM) -> Address {
    Address::from_word(CONFIG.get(vm).into())
}

/// Whether receipts are paused.
pub(crate) fn paused(vm: &VM) -> bool {
    CONFIG.get(vm).bit(PAUSED)
}

/// Sets WETH, in a configuration that is still empty.
pub(crate) fn set_weth(vm: &VM, weth: Address) {
    CONFIG.set(vm, weth.into_word().into());
}

/// Pauses receipts or allows them again.
pub(crate) fn set_paused(vm: &VM, paused: bool) {
    let mut config = CONFIG.get(vm);
    config.set_bit(PAUSED, paused);
    CONFIG.set(vm, config);
}

/// Tokens taken in and not yet paid out. Below 2^128 for each policy.
pub(crate) fn held(token: Address) -> Slot {
    Slot::at(6).key(token)
}

/// Tokens a source ever brought. Below 2^128.
pub(crate) fn source_received(source: B256, token: Address) -> Slot {
    Slot::at(7).key(source).key(token)
}

/// Tokens that ever arrived to be divided by a policy. Below 2^128.
pub(crate) fn policy_received(policy_id: U256, token: Address) -> Slot {
    Slot::at(8).key(policy_id).key(token)
}

/// Tokens a payee was ever paid. Never above its share, and so below 2^128.
pub(crate) fn payee_paid(policy_id: U256, payee_index: U256, token: Address) -> Slot {
    Slot::at(9).key(policy_id).key(payee_index).key(token)
}

/// The policy a source points at, or all ones if it follows the stakers' share. Zero if there is no
/// such source.
pub(crate) fn source_policy(source: B256) -> Slot {
    Slot::at(10).key(source)
}

/// The name of a source.
pub(crate) fn source_name(source: B256) -> Slot {
    Slot::at(11).key(source)
}

/// The label of a source, in order of addition from 0.
pub(crate) fn source_at(index: U256) -> Slot {
    Slot::at(12).key(index)
}

/// The name of a policy.
pub(crate) fn policy_name(policy_id: U256) -> Slot {
    Slot::at(13).key(policy_id)
}

/// A payee's packed terms. Zero if there is no such payee.
pub(crate) fn payee_terms(policy_id: U256, payee_index: U256) -> Slot {
    Slot::at(14).key(policy_id).key(payee_index)
}

/// A payee's tag.
pub(crate) fn payee_tag(policy_id: U256, payee_index: U256) -> Slot {
    Slot::at(15).key(policy_id).key(payee_index)
}
