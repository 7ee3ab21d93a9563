//! ArbSys: the chain, and messages to its parent.
//!
//! A message to the parent chain is hashed and appended to a Merkle accumulator. Level `i` of the
//! accumulator holds the root of a complete subtree of `2^i` messages, or zero; appending one is
//! like adding one to a binary number, each carry joining two subtrees.

use alloy::sol_types::SolValue;
use revm::{
    context_interface::JournalTr,
    primitives::{Address, B256, Bytes, U256, address, keccak256},
};

use super::{
    abi::ArbSys::{self, ArbSysCalls as Method},
    call::{Answer, Call, Failure, Mutability},
};
use crate::evm::arbos::{VERSION, send_merkle, storage::Storage};

/// What `arbOSVersion` adds, for chains that are older than ArbOS.
const VERSION_OFFSET: u64 = 55;
/// How far back block hashes are known.
const HASH_WINDOW: u64 = 256;
/// What is added to the address of a contract on L1 to get its alias here.
const ALIAS_OFFSET: Address = address!("1111000000000000000000000000000000001111");
/// Calls up to this depth are made by the contract a transaction calls.
const TOP_LEVEL_DEPTH: usize = 2;
/// First slot of the accumulator's subtrees; slot 0 counts its messages.
const FIRST_LEVEL: u64 = 2;
/// Where a position keeps its level, in bits from the right.
const LEVEL_SHIFT: usize = 192;

pub(super) fn mutability(method: &Method) -> Mutability {
    match method {
        Method::withdrawEth(_) | Method::sendTxToL1(_) => Mutability::Payable,
        Method::mapL1SenderContractAddressToL2Alias(_) => Mutability::Pure,
        _ => Mutability::View,
    }
}

pub(super) fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    let block = call.ctx.journaled_state.database.block();
    Ok(match method {
        Method::arbBlockNumber(_) => block.l2_number.abi_encode(),
        Method::arbBlockHash(input) => block_hash(call, input.number)?.abi_encode(),
        Method::arbChainID(_) => block.chain_id.abi_encode(),
        Method::arbOSVersion(_) => (VERSION_OFFSET + VERSION).abi_encode(),
        Method::getStorageGasAvailable(_) => U256::ZERO.abi_encode(),
        Method::isTopLevelCall(_) => {
            (call.ctx.journaled_state.depth() <= TOP_LEVEL_DEPTH).abi_encode()
        }
        Method::mapL1SenderContractAddressToL2Alias(input) => alias(input.sender).abi_encode(),
        // No transaction of a development chain comes from L1.
        Method::wasMyCallersAddressAliased(_) => false.abi_encode(),
        Method::myCallersAddressWithoutAliasing(_) => {
            let depth = call.ctx.journaled_state.depth();
            let caller = depth.checked_sub(2).and_then(|frame| call.ctx.chain.caller(frame));
            caller.unwrap_or_default().abi_encode()
        }
        Method::withdrawEth(input) => send(call, input.destination, Bytes::new())?.abi_encode(),
        Method::sendTxToL1(input) => send(call, input.destination, input.data)?.abi_encode(),
        Method::sendMerkleTreeState(_) => tree_state(call)?,
    })
}

fn block_hash(call: &Call<'_, '_>, requested: U256) -> Answer<B256> {
    let block = call.ctx.journaled_state.database.block();
    let current = block.l2_number;
    let known = u64::try_from(requested)
        .ok()
        .filter(|number| *number < current && number + HASH_WINDOW >= current);
    match known {
        Some(number) => Ok(block.l2_hashes.get(&number).copied().unwrap_or_default()),
        None => {
            let current = U256::from(current);
            Err(ArbSys::InvalidBlockNumber { requested, current }.into())
        }
    }
}

/// The address by which a contract on L1 acts here.
fn alias(sender: Address) -> Address {
    let sum = U256::from_be_slice(sender.as_slice())
        .wrapping_add(U256::from_be_slice(ALIAS_OFFSET.as_slice()));
    Address::from_word(sum.into())
}

/// Sends a message to the parent chain, and burns the value it carries. Returns its position.
fn send(call: &mut Call<'_, '_>, destination: Address, data: Bytes) -> Answer<U256> {
    let block = call.ctx.journaled_state.database.block();
    let (l2, l1) = (U256::from(block.l2_number), U256::from(block.l1_number));
    let (time, value, caller) = (U256::from(block.timestamp), call.value, call.caller);
    let hash =
        keccak256((caller, destination, l2, l1, time, value, data.clone()).abi_encode_packed());
    burn_value(call);
    let position = append(call, hash)?;
    call.emit(&ArbSys::L2ToL1Tx {
        caller,
        destination,
        hash: hash.into(),
        position,
        arbBlockNum: l2,
        ethBlockNum: l1,
        timestamp: time,
        callvalue: value,
        data,
    })?;
    Ok(position)
}

fn burn_value(call: &mut Call<'_, '_>) {
    use revm::context_interface::journaled_state::account::JournaledAccountTr;
    let (address, value) = (call.address, call.value);
    let Ok(mut account) = call.ctx.journaled_state.load_account_mut(address);
    let covered = account.decr_balance(value);
    debug_assert!(covered, "the value of a call is in the callee's account");
}

/// Appends a message to the accumulator and returns its position.
fn append(call: &mut Call<'_, '_>, message: B256) -> Answer<U256> {
    let space = send_merkle();
    let position = call.get(space.field(0))?;
    call.set(space.field(0), position.saturating_add(U256::ONE))?;
    let mut root = keccak256(message);
    for level in 0.. {
        let slot = space.field(FIRST_LEVEL + level);
        let left = call.get(slot)?;
        if left.is_zero() {
            call.set(slot, root.into())?;
            break;
        }
        root = keccak256([B256::from(left), root].concat());
        call.set(slot, U256::ZERO)?;
        let place = (U256::from(level + 1) << LEVEL_SHIFT).saturating_add(position);
        call.emit(&ArbSys::SendMerkleUpdate { reserved: U256::ZERO, hash: root, position: place })?;
    }
    Ok(position)
}

/// The accumulator: its size, its root, and its subtrees. Only the zero address may ask.
fn tree_state(call: &mut Call<'_, '_>) -> Answer<Vec<u8>> {
    if !call.caller.is_zero() {
        return Err(Failure::Rejected);
    }
    let space = send_merkle();
    let size: u64 = call.get(space.field(0))?.saturating_to();
    let levels = u64::from(u64::BITS - size.leading_zeros());
    let partials = (FIRST_LEVEL..FIRST_LEVEL + levels)
        .map(|slot| Ok(B256::from(call.get(space.field(slot))?)))
        .collect::<Answer<Vec<_>>>()?;
    Ok((U256::from(size), root(&partials), partials).abi_encode_params())
}

/// The root over all subtrees, as if the tree were filled up with zeros.
fn root(partials: &[B256]) -> B256 {
    let mut joined: Option<(B256, usize)> = None;
    for (level, partial) in partials.iter().enumerate().filter(|(_, partial)| !partial.is_zero()) {
        joined = Some(match joined {
            None => (*partial, level),
            Some((right, height)) => {
                let right =
                    (height..level).fold(right, |node, _| keccak256([node, B256::ZERO].concat()));
                (keccak256([*partial, right].concat()), level + 1)
            }
        });
    }
    joined.map_or(B256::ZERO, |(root, _)| root)
}
