//! A local Arbitrum Stylus chain: it runs Stylus programs and EVM contracts, meters them as Nitro
//! does, and speaks the JSON-RPC that Ethereum's tools know.
//!
//! ```no_run
//! # async fn example() -> Result<(), devnode::Error> {
//! let node = devnode::Node::start(devnode::Config::default()).await?;
//! println!("{} with chain id {}", node.url(), node.chain_id());
//! # Ok(()) }
//! ```
//!
//! A [`Node`] is a chain of its own, in memory and gone when it is dropped unless [`Config::state`]
//! names a file. It starts in a few
//! milliseconds, so that every test can have one. Four layers, each knowing only those before it:
//!
//! - [`stylus`] runs WebAssembly and counts its ink;
//! - [`evm`] and [`precompiles`] execute transactions: revm, with Stylus frames and ArbOS;
//! - the chain makes blocks of them, one per transaction, and remembers them;
//! - the JSON-RPC server shows the chain to clients.
//!
//! What it does as Nitro does, and what not, is in this crate's `README.md`.

mod account;
mod chain;
mod config;
mod endpoint;
pub mod evm;
mod genesis;
mod node;
pub mod precompiles;
mod rpc;
mod store;
pub mod stylus;

pub use self::{
    account::{Account, well_known_accounts},
    config::{CHAIN_ID, Config, PORT},
    endpoint::Endpoint,
    genesis::{CACHE_MANAGER, CREATE2_FACTORY, STYLUS_DEPLOYER},
    node::{Error, Node},
};
