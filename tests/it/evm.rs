//! Small EVM contracts, written out, for parts that no contract of ours plays.

use alloy::{
    primitives::{Address, Bytes, hex},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::{Result, eyre};
use tributary::chain::Call;
use tributary_tests::World;

/// Answers every call with the number 1: as a token, it says that it did what it was asked to, and
/// that everybody has one unit, always.
///
/// ```text
/// PUSH1 1, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, RETURN
/// ```
pub(crate) const YES_SAYER: &[u8] = &hex!("600160005260206000f3");

/// A token that takes what it is asked to and never gives: `transferFrom` adds to a balance that
/// everybody has, and every call but this and `balanceOf` reverts.
pub(crate) const MISER: &[u8] = &hex!(
    "60003560e01c" // the selector
    "806370a08231146020576323b872dd14602c57" // balanceOf, transferFrom
    "60006000fd" // revert
    "0000" // up to a round address
    "5b60005460005260206000f3" // balanceOf: the balance
    "5b60443560005401600055600160005260206000f3" // transferFrom: more of it, and true
);

/// Calls the address in the first word of calldata with the rest of it and the value it got, and
/// passes on what comes back. Takes no ETH without calldata.
pub(crate) const MESSENGER: &[u8] = &hex!(
    "36600857600080fd" // no calldata: revert
    "5b60203603806020600037" // the call's data, without its first word, to memory
    "60006000916000346000355af1" // the call
    "3d600060003e" // what came back, to memory
    "3d600091602f5790fd" // revert with it
    "5b90f3" // or return it
);

/// The calldata that makes a [`MESSENGER`] send `call` to `to`.
pub(crate) fn message(to: Address, call: &impl SolCall) -> Vec<u8> {
    [to.into_word().to_vec(), call.abi_encode()].concat()
}

/// Creates a contract with `code`.
pub(crate) async fn create(world: &World, by: &PrivateKeySigner, code: &[u8]) -> Result<Address> {
    let length = u8::try_from(code.len())?;
    // PUSH1 length, DUP1, PUSH1 11, PUSH1 0, CODECOPY, PUSH1 0, RETURN
    let prelude = [0x60, length, 0x80, 0x60, 0x0b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3];
    let init = Bytes::from([&prelude[..], code].concat());
    let receipt = world.chain.send(by, Call::create("create an EVM contract", init)).await?;
    receipt.contract_address.ok_or_else(|| eyre!("the creation has no address"))
}
