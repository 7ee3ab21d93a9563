//! `tributary devnode`: a local Stylus chain, until it is stopped.

use std::net::IpAddr;

use devnode::{Config, Node};
use eyre::{Result, eyre};

/// Where it listens.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// TCP port; 0 takes a free one.
    #[arg(long, default_value_t = devnode::PORT)]
    port: u16,
    /// Address to listen on. The accounts are unlocked: whoever reaches it can spend from them.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
}

/// Runs until ctrl-c.
///
/// # Errors
/// The port is taken.
pub async fn run(args: Args) -> Result<()> {
    let Args { host, port } = args;
    let config = Config { host, port, ..Config::default() };
    // The node's error tells its own cause, so that it is not told twice.
    let node = Node::start(config).await.map_err(|error| eyre!("{error}"))?;
    println!("{}", funded(&node));
    println!("Listening on {}. Stop with ctrl-c.", node.url());
    tokio::signal::ctrl_c().await?;
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
