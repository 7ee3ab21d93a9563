//! What the integration tests stand on.
//!
//! The tests are in `it/`, one binary. Each drives the compiled contracts through JSON-RPC: it gets a
//! [`World`], a platform deployed for it alone by the transactions of a real deployment, with accounts
//! that nobody else uses. So tests share nothing and may run at once.
//!
//! A [`Lab`] says where: on the node of this workspace, one for each test and gone with it; or, if
//! `TRIBUTARY_RPC_URL` is set, on that node, paid for by `TRIBUTARY_PRIVATE_KEY`. The tests know
//! nothing of block numbers, prices or the time of day. Those that move the clock say so, and are
//! shown as ignored where the node cannot.

mod case;
mod faults;
mod lab;
mod programs;
mod refusal;
mod snapshot;
mod world;

pub use case::{Case, run};
pub use faults::Fault;
pub use lab::Lab;
pub use programs::{ARB_WASM, Programs};
pub use refusal::revert_data;
pub use snapshot::Snapshot;
pub use world::{START, WEEK, World, constructor, dollars, key, tokens};
