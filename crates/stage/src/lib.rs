//! A stage: many Stylus contracts, one native process, real calls between them.
//!
//! A Stylus contract is built from anything that implements the SDK's host trait. The stage is
//! such a host for a whole cast: it maps addresses to contract entry points, and gives each call
//! what a chain gives it (storage of its own, a sender, a value, a clock), so that a vault, a
//! splitter and their tokens can test one another in plain `cargo test`, with a debugger, at tens
//! of thousands of calls a second. It knows no contract; contracts reach it through the SDK's
//! router only.
//!
//! ```
//! use alloy_primitives::U256;
//! use alloy_sol_types::{SolCall, sol};
//! use stage::{Frame, Stage};
//!
//! sol! { interface Bell { function ring(uint256 times) external returns (uint256 rung); } }
//!
//! let stage = Stage::new();
//! // An actor: a contract played by a closure. Real ones are put up with `Stage::deploy`.
//! let bell = stage.install("bell", |frame: &Frame| {
//!     let times = frame.decode::<Bell::ringCall>()?.times;
//!     let rung = frame.load(U256::ZERO) + times;
//!     frame.store(U256::ZERO, rung);
//!     Ok(Bell::ringCall::abi_encode_returns(&rung))
//! });
//! let alice = stage.account("alice");
//! stage.call(alice, bell, Bell::ringCall { times: U256::from(3) })?;
//! assert_eq!(stage.call(alice, bell, Bell::ringCall { times: U256::from(2) })?, U256::from(5));
//! # Ok::<(), stage::Revert>(())
//! ```
//!
//! # What is as on chain
//!
//! - **Frames.** An error, a panic or exhausted gas undoes exactly the effects of its frame and of
//!   what that frame called: storage, balances, logs. Undoing walks a journal back; nothing is
//!   ever cloned. A panic or exhausted gas returns empty data and eats the gas
//!   of the frame, an error returns its data and the rest of the gas.
//! - **The storage cache.** A frame reads and writes through its own cache. Others see a write
//!   only after a flush; a cached read is not refreshed by what a sub-call writes; writes never
//!   flushed are lost. The stage enters a contract as the generated `user_entrypoint` does:
//!   refuse re-entry (unless [`Stage::allow_reentry`] says otherwise), run the router, flush.
//! - **Static calls** fail on flushed writes, logs and value. **Value** moves before the callee
//!   runs. **Delegate calls** run foreign code on the caller's storage, sender and value.
//! - **The 63/64 rule** and the call stipend. `ecrecover` answers at address 1.
//!
//! # What is not
//!
//! - Gas is a coarse tariff of round numbers ([`gas`]): good for asking whether a contract that
//!   burns all it gets can block others, useless as a price. Native code itself is not metered.
//! - Depth is limited to [`MAX_DEPTH`] frames, far below a chain's 1,024, because frames lie on
//!   the native stack. There is no bytecode, so `CREATE` always fails, and no fee is charged.
//!
//! # Actors
//!
//! Hostile tokens and callers are [`Actor`]s: Rust code at an address, given a [`Frame`] to read
//! its call and to call others. Keep an actor's state on the stage ([`Frame::store`]), where it
//! is rolled back like a contract's.

mod actor;
mod frame;
pub mod gas;
mod host;
mod revert;
mod run;
mod script;
mod wallet;
mod world;

pub use actor::{Actor, Answer, Frame, slot};
pub use revert::Revert;
pub use run::MAX_DEPTH;
pub use script::{Caller, Stage, constructor};
pub use wallet::Wallet;
pub use world::{Entry, START};
