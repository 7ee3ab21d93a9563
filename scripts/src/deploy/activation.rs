//! Activation: what it takes, computed rather than asked.
//!
//! Nodes since Nitro 3.11.5 refuse to simulate an activation. So the gas limit comes from the module, by
//! the chain's own formula, and the fee with it is more than the chain asks for even when many others
//! activate at once. Of both, what is not used is not paid or comes back.

use alloy::primitives::{Address, B256, U256, address};
use artifact::Artifact;

use crate::{
    abi::ArbWasm,
    chain::{Call, Chain},
};

/// Where the chain activates programs.
pub const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

/// Wei for each byte of native code on an idle chain.
const IDLE_FEE: u64 = 82_928_201;
/// How many times the fee of an idle chain is sent along. The chain's price grows e-fold with every 21 MB that were
/// activated just before: this covers fifty programs of ours within a minute.
pub const FEE_HEADROOM: u64 = 20;

/// Gas that a limit has above what is computed: the transaction itself, and storage reads that differ
/// between versions of the chain.
pub(crate) const GAS_HEADROOM: u64 = 300_000;

/// What to send along for the fee of `artifact`; what is not used comes back.
#[must_use]
pub fn fee(artifact: &Artifact) -> U256 {
    U256::from(artifact.report.activation.native_bytes) * U256::from(IDLE_FEE * FEE_HEADROOM)
}

/// The call that activates the program at `program`, whose activation takes `gas`.
#[must_use]
pub fn call(artifact: &Artifact, program: Address, gas: u64) -> Call {
    let activation = ArbWasm::activateProgramCall { program };
    let call = Call::to(format!("activate {}", artifact.name), ARB_WASM, &activation);
    call.value(fee(artifact)).gas(gas + GAS_HEADROOM)
}

/// Whether a program with this code is active under the chain's present Stylus version.
pub async fn is_active(chain: &Chain, codehash: B256) -> bool {
    let wasm = ArbWasm::new(ARB_WASM, chain.provider());
    wasm.codehashVersion(codehash).call().await.is_ok()
}
