//! `tributary devnode`: a local Stylus chain, until it is stopped.

use std::{net::IpAddr, path::PathBuf};

use devnode::{Config, Node};
use eyre::{Result, eyre};

use crate::console;

/// Where it listens.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// TCP port; 0 takes a free one.
    #[arg(long, default_value_t = devnode::PORT)]
    port: u16,
    /// Address to listen on. The accounts are unlocked: whoever reaches it can spend from them.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// File to keep the chain in: loaded if it exists, saved within a second of a change. Survives a
    /// kill at any moment.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

/// Runs until ctrl-c.
///
/// # Errors
/// The port is taken, or the state file cannot be read.
pub async fn run(args: Args) -> Result<()> {
    let Args { host, port, state } = args;
    let config = Config { host, port, state, ..Config::default() };
    // The node's error tells its own cause, so that it is not told twice.
    let node = Node::start(config).await.map_err(|error| eyre!("{error}"))?;
    console::line(funded(&node))?;
    console::line(format_args!("Listening on {}. Stop with ctrl-c.", node.url()))?;
    tokio::signal::ctrl_c().await?;
    node.stop().await;
    Ok(())
}

/// URL, chain id and funded keys, for a wallet.
#[must_use]
pub fn funded(node: &Node) -> String {
    let accounts = devnode::well_known_accounts();
    let keys = accounts.iter().map(|one| format!("  {}  {}\n", one.address, one.private_key));
    format!(
        "RPC URL   {}\nchain id  {}\nfunded accounts and their keys, which everybody knows:\n{}",
        node.url(),
        node.chain_id(),
        keys.collect::<String>(),
    )
}
