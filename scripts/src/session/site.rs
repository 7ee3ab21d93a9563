//! A node, and the contracts on it: what a command that only reads needs.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::{
    primitives::{Address, U256},
    providers::{DynProvider, Provider},
};
use eyre::{Result, WrapErr};

use super::{
    book::Book,
    config::{Config, Network},
};
use crate::{
    abi::{ISplitter, IToken, IVault},
    chain::Chain,
    failure::Failure,
    units::whole_tokens,
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

/// A token's own words on itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it is.
    pub address: Address,
    /// Its ticker.
    pub symbol: String,
    /// Decimals of its smallest unit.
    pub decimals: u8,
}

impl Token {
    /// `amount` as people read it: `1,234.5 USDT`.
    #[must_use]
    pub fn show(&self, amount: U256) -> String {
        let text = whole_tokens(amount, self.decimals);
        let short = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        format!("{short} {}", self.symbol)
    }
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

    /// What the token at `address` says of itself.
    ///
    /// # Errors
    /// It is no ERC-20.
    pub async fn token(&self, address: Address) -> Result<Token> {
        let contract = self.erc20(address);
        let (symbol, decimals) = (contract.symbol(), contract.decimals());
        let (symbol, decimals) = tokio::join!(symbol.call(), decimals.call());
        let no_token = || format!("{address} is no ERC-20 with symbol and decimals");
        let symbol = symbol.wrap_err_with(no_token)?;
        Ok(Token { address, symbol, decimals: decimals.wrap_err_with(no_token)? })
    }

    /// The token that an operator means by `name`: an address, a name of the deployment (`stablecoin`), or
    /// the ticker of one of the vault's reward tokens or of its asset.
    ///
    /// # Errors
    /// It is none of them.
    pub async fn find_token(&self, name: &str) -> Result<Token> {
        if let Ok(address) = name.parse() {
            return self.token(address).await;
        }
        if let Some(entry) = self.book.contracts.get(name) {
            return self.token(entry.address).await;
        }
        let mut tickers = Vec::new();
        for token in self.tokens().await? {
            if token.symbol.eq_ignore_ascii_case(name) {
                return Ok(token);
            }
            tickers.push(token.symbol);
        }
        let known = tickers.join(", ");
        Err(Failure::usage(format!("there is no token {name:?}; the vault knows {known}")))
    }

    /// The vault's reward tokens, and what is staked.
    ///
    /// # Errors
    /// Nobody said where the vault is, or one of them is no token.
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        let vault = self.vault()?;
        let mut addresses = vault.rewardTokens().call().await?;
        let asset = vault.asset().call().await?;
        if !addresses.contains(&asset) {
            addresses.push(asset);
        }
        let mut tokens = Vec::new();
        for address in addresses {
            tokens.push(self.token(address).await?);
        }
        Ok(tokens)
    }

    /// What the vault stakes.
    ///
    /// # Errors
    /// Nobody said where the vault is.
    pub async fn asset(&self) -> Result<Token> {
        self.token(self.vault()?.asset().call().await?).await
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
