//! # bench
//!
//! What the contracts cost is measured in [`gas`]. This is how fast the development node is, beside
//! Anvil, in one run on one machine:
//!
//! ```text
//! cargo bench -p bench --bench node
//! ```
//!
//! Both are processes of their own, asked over HTTP by the same lean client ([`Client`]) with requests
//! that were signed and written down before the clock starts, so that what is measured is the node.
//! They take turns, round after round, and the median counts: whatever else the machine does then
//! falls on both. Figures of different machines say nothing; ratios do.
//!
//! Anvil comes from npm, once, into a directory that git ignores; without npm only our own figures are
//! printed. The EVM contract is OpenZeppelin's ERC-20 preset as npm delivers it, the Stylus one this
//! workspace's token.

mod client;
pub mod gas;
mod measure;
mod peers;
pub mod report;
mod server;
mod table;
mod workload;

pub use client::Client;

use self::{
    peers::Peers,
    server::{Kind, Server},
};

/// Serves if it was started to serve, and measures otherwise.
///
/// # Errors
/// What could not be measured, and why.
pub fn main() -> eyre::Result<()> {
    if let Some(port) = server::asked_to_serve() {
        return server::serve(port);
    }
    let peers = Peers::fetch();
    let mut rows = Vec::new();
    if let Some(peers) = &peers {
        rows.extend(measure::beside_anvil(peers)?);
    } else {
        rows.push(measure::start_up(&[Kind::Devnode])?);
    }
    rows.extend(measure::stylus()?);
    println!("{}", table::of(&rows));
    Ok(())
}
