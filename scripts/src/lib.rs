//! # tributary
//!
//! The command line, and the library behind it: from a platform's TOML file to contracts on chain, a
//! play that exercises them, and an audit of what happened.
//!
//! * [`session`] is what every command that reads or writes a chain starts from: which node, which
//!   contracts, who signs, and how a call is simulated, shown, confirmed and sent;
//! * [`keeper`] does what anyone may do and somebody should;
//! * [`auction`] is what it and a deployment offer for gas, and how they wait for what they sent;
//! * [`failure`] says which exit code a failure ends with;
//! * [`platform`] reads what a platform wants;
//! * [`deploy`] puts one contract on any chain, [`system`] a whole platform;
//! * [`scenario`] plays thirteen weeks of life on it;
//! * [`ledger`] reads the logs, keeps the books, and compares them with the chain and with the exact model;
//! * [`report`] tells a person or a program.

pub mod abi;
pub mod auction;
pub mod chain;
pub mod commands;
pub mod console;
pub mod deploy;
pub mod failure;
pub mod keeper;
pub mod ledger;
pub mod platform;
pub mod progress;
pub mod report;
pub mod scenario;
pub mod session;
pub mod system;
pub mod units;
