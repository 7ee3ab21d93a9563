//! # components
//!
//! What several contracts need and none should write twice: allowances and balances, permits,
//! ownership with a guardian, pausing, calls to tokens that may lie, and an entry point that refuses
//! a second construction with a typed error.
//!
//! Every component is a handle: a slot number and inherent methods that take the VM. It has no ABI
//! and no state of its own. A contract names its components as constants, which are its storage
//! layout, and its surface, declared in `abi/*.sol`, calls them.
//!
//! ## How a contract is put together
//!
//! ```text
//! #![cfg_attr(target_arch = "wasm32", no_std)]
//! extern crate alloc;
//!
//! use alloc::vec::Vec;
//! use components::{Allowances, Contract, Revert, Selector, SolCall, abi::{Args, word}, fail, routes};
//! use stylus_sdk::{host::VM, prelude::*};
//!
//! alloy_sol_types::sol!("../../abi/IThing.sol");
//!
//! // The storage layout.
//! const ALLOWANCES: Allowances = Allowances::at(0);
//!
//! components::contract! {
//!     /// The thing.
//!     Thing
//! }
//!
//! impl Contract for Thing {
//!     const PAYABLE: &'static [Selector] = &[IThing::wrapCall::SELECTOR];
//!     fn new(vm: VM) -> Self { Self { vm } }
//!     fn construct(&mut self, args: Args<'_>) -> Result<(), Revert> { … args.address(0) … }
//!     fn receive(&mut self) -> Result<(), Revert> { … }
//! }
//!
//! routes! { IThing for Thing, |thing, args| {
//!     depositCall => word(thing.deposit(args.uint(0))?),
//!     …
//! } }
//! ```
//!
//! A native host runs a contract through its `main`, which is a `fn(Vec<u8>, VM) -> ArbResult`. A test
//! of each contract compares `Thing::SELECTORS` with `IThingCalls::SELECTORS`: what the interface
//! declares is answered, and nothing else.
//!
//! The SDK's `#[public]` and `#[storage]` are not used. They would do the same with a decoder for
//! every tuple of parameters, an encoder for every return type, event and error, offset arithmetic for
//! every field, and a guard whose refusal of a second construction says nothing; see [`abi`] and
//! [`Slot`] for what that costs.
//!
//! ## Errors and events
//!
//! Every fallible function, here and in the contracts, returns `Result<T, `[`Revert`]`>`: the ABI
//! encoding of an error that `abi/*.sol` declares, made by `fail!(IThing::AmountTooLarge, amount,
//! MAX)`. There is no enum to keep in step with the interface. `emit!(vm, IThing::Deposit, [from],
//! [value])` logs an event in the same way. Both check when they compile that there are as many values
//! as parameters. What the components themselves raise is declared once, in [`standard`], with the
//! signatures that `abi/*.sol` gives it.
//!
//! ## Calls
//!
//! [`safe_transfer`] and its family read one word of what a token returns, however much that is, and
//! take tokens that return nothing. They write the storage cache back and empty it before a call
//! that may change state, so whatever is read afterwards is what is stored. That is consistency, not
//! protection: checks, effects and interactions keep their order in the contracts.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

extern crate alloc;

pub mod abi;
mod allowances;
mod balances;
mod contract;
mod eip712;
#[cfg(feature = "export-abi")]
mod export;
pub mod pause;
mod permits;
mod revert;
mod roles;
mod short_string;
mod slot;
pub mod standard;
mod tokens;

pub use allowances::Allowances;
pub use alloy_sol_types::SolCall;
pub use balances::Balances;
pub use contract::{Contract, Routes, Selector, answer};
pub use eip712::{domain_separator, eip712_domain, hash_words};
#[cfg(feature = "export-abi")]
pub use export::export_abi;
pub use permits::{Approval, Permits, Signature, signer};
pub use revert::Revert;
pub use roles::Roles;
pub use short_string::ShortString;
pub use slot::Slot;
pub use tokens::{
    balance_of, decimals, safe_approve, safe_revoke, safe_transfer, safe_transfer_from, send_value,
    try_permit, try_transfer,
};
