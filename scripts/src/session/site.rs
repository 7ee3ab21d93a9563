//! A node, and the contracts on it: what a command that only reads needs.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::{
    primitives::Address,
    providers::{DynProvider, Provider},
    transports::http::reqwest::Url,
};
use eyre::Result;

use super::{
    book::Book,
    config::{Config, Network},
};
use crate::{
    abi::{ISplitter, IToken, IVault},
    chain::Chain,
    failure::Failure,
};

/// Which node, and where records of what is on its chain are.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Chain")]
pub struct NodeArgs {
    /// The node's URL
    #[arg(long, short, value_name = "URL", env = "ETH_RPC_URL", alias = "endpoint")]
    rpc_url: Option<String>,
    /// Seconds that the node may take for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, env = "ETH_RPC_TIMEOUT")]
    rpc_timeout: u64,
    /// Network of the configuration file
    #[arg(long, value_name = "NAME", env = "TRIBUTARY_NETWORK")]
    network: Option<String>,
    /// Configuration file [default: tributary.toml, if it exists]
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_CONFIG")]
    config: Option<PathBuf>,
    /// Directory of `<chain id>.json`, which say where the contracts are [default: deployments]
    #[arg(long, value_name = "DIRECTORY", env = "TRIBUTARY_DEPLOYMENTS")]
    deployments: Option<PathBuf>,
}

/// Which node, and where its contracts are.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Chain")]
pub struct SiteArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// The vault, whatever the deployment says
    #[arg(long, value_name = "ADDRESS")]
    vault: Option<Address>,
    /// The splitter, whatever the deployment says
    #[arg(long, value_name = "ADDRESS")]
    splitter: Option<Address>,
    /// Prints one JSON object; amounts are decimal strings in the smallest unit
    #[arg(long)]
    pub json: bool,
}

/// A node and the contracts on it.
#[derive(Debug)]
pub struct Site {
    /// The node.
    pub chain: Chain,
    /// Where the contracts are.
    pub book: Book,
    /// What the configuration says of this network.
    pub network: Network,
    /// Whether to print JSON.
    pub json: bool,
}

impl NodeArgs {
    /// What the configuration says of the network that is meant.
    ///
    /// # Errors
    /// The file cannot be read, or does not know the network.
    pub fn network(&self) -> Result<Network> {
        Config::load(self.config.as_deref())?.network(self.network.as_deref())
    }

    /// Connects to the node; with what the configuration says of its network.
    ///
    /// # Errors
    /// No node is named, it does not answer, or is of another chain than was expected.
    pub async fn connect(&self) -> Result<(Chain, Network)> {
        let network = self.network()?;
        let url = self.rpc_url.clone().map_or_else(|| network.url(), |url| Ok(Some(url)))?;
        let url = url.ok_or_else(|| {
            Failure::usage("which node? Give --rpc-url URL, ETH_RPC_URL or a tributary.toml")
        })?;
        is_web_address(&url)?;
        let timeout = Duration::from_secs(self.rpc_timeout);
        let chain = Chain::connect_within(&url, timeout).await?;
        let (found, expected) = (chain.chain_id(), network.chain_id);
        if expected.is_some_and(|expected| expected != found) {
            let expected = expected.unwrap_or_default();
            let why = format!("the node is of chain {found}; the configuration says {expected}");
            return Err(Failure::usage(why));
        }
        Ok((chain, network))
    }

    /// Where records of deployments are, if a flag or the configuration says.
    #[must_use]
    pub fn deployments<'a>(&'a self, network: &'a Network) -> Option<&'a Path> {
        self.deployments.as_deref().or(network.deployments.as_deref())
    }
}

/// Refuses what cannot be a node's URL; `localhost:8547` reads as a URL, of the scheme `localhost`.
fn is_web_address(text: &str) -> Result<()> {
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    if text.parse().is_ok_and(|url| is_web(&url)) {
        return Ok(());
    }
    Err(Failure::usage(format!("{text:?} is no URL of a node; write http://host:port")))
}

impl SiteArgs {
    /// What the configuration says of the network that is meant.
    ///
    /// # Errors
    /// The file cannot be read, or does not know the network.
    pub fn network(&self) -> Result<Network> {
        self.node.network()
    }

    /// Connects to the node and finds the contracts.
    ///
    /// # Errors
    /// No node is named, it does not answer, or is of another chain than was expected.
    pub async fn open(&self) -> Result<Site> {
        let (chain, network) = self.node.connect().await?;
        let book = Book::load(self.node.deployments(&network), chain.chain_id())?;
        let book = book.with("vault", self.vault).with("splitter", self.splitter);
        Ok(Site { chain, book, network, json: self.json })
    }
}

impl Site {
    fn provider(&self) -> DynProvider {
        self.chain.provider().clone()
    }

    /// The vault.
    ///
    /// # Errors
    /// Nobody said where it is.
    pub fn vault(&self) -> Result<IVault::IVaultInstance<DynProvider>> {
        Ok(IVault::new(self.book.address("vault")?, self.provider()))
    }

    /// The splitter.
    ///
    /// # Errors
    /// Nobody said where it is.
    pub fn splitter(&self) -> Result<ISplitter::ISplitterInstance<DynProvider>> {
        Ok(ISplitter::new(self.book.address("splitter")?, self.provider()))
    }

    /// The ERC-20 at `address`.
    #[must_use]
    pub fn erc20(&self, address: Address) -> IToken::ITokenInstance<DynProvider> {
        IToken::new(address, self.provider())
    }

    /// The time of the latest block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn now(&self) -> Result<u64> {
        let block = self.chain.provider().get_block(Default::default()).await?;
        let block = block.ok_or_else(|| Failure::Unreachable("it has no latest block".into()))?;
        Ok(block.header.timestamp)
    }

    /// `address` with its name, if it has one: `vault 0x…`.
    #[must_use]
    pub fn name(&self, address: Address) -> String {
        self.book
            .name_of(address)
            .map_or_else(|| address.to_string(), |name| format!("{name} {address}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_a_node_has_a_scheme_and_a_host() {
        for text in ["http://127.0.0.1:8547", "https://node.example/v2/key"] {
            assert!(is_web_address(text).is_ok(), "{text}");
        }
        for text in ["foo", "localhost:8547", "", "ws://127.0.0.1:8548", "http://"] {
            assert!(is_web_address(text).is_err(), "{text}");
        }
    }
}
