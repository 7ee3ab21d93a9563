//! `tributary.toml`: the networks an operator works on, so that flags need not be repeated.
//!
//! ```toml
//! network = "sepolia"                 # the one that is meant when none is named
//!
//! [networks.sepolia]
//! chain_id = 421614                   # refused if the node is of another chain
//! rpc_url = "${SEPOLIA_RPC_URL}"      # from the environment, so that keys of providers stay out
//! deployments = "deployments"         # directory of <chain id>.json: where the contracts are
//! account = "operator"                # in Foundry's keystore directory
//! safe = "0x…"                        # sender of the batches of --safe-batch
//! explorer = "https://sepolia.arbiscan.io"
//!
//! [networks.sepolia.keeper]           # what is worth a transaction, by token
//! min_payout = { default = "1", weth = "0.001" }
//! min_revenue = { default = "0.001" }
//! ```
//!
//! A flag goes before the environment, the environment before this file.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use alloy::primitives::Address;
use eyre::{Result, WrapErr};
use serde::Deserialize;

use crate::{failure::Failure, keeper::threshold::Limits};

/// The file that is read if none is named, in the working directory.
const FILE: &str = "tributary.toml";

/// The file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The network that is meant when none is named.
    pub network: Option<String>,
    /// Networks by name.
    #[serde(default)]
    pub networks: BTreeMap<String, Network>,
}

/// One network.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// The chain's id; a node of another chain is refused.
    pub chain_id: Option<u64>,
    /// Where its node is; `${NAME}` stands for a variable of the environment.
    pub rpc_url: Option<String>,
    /// Directory of files named by chain id, which say where the contracts are.
    pub deployments: Option<PathBuf>,
    /// Account in Foundry's keystore directory.
    pub account: Option<String>,
    /// The Safe that executes batches.
    pub safe: Option<Address>,
    /// An explorer's URL, without a slash at its end.
    pub explorer: Option<String>,
    /// What is worth a transaction of the keeper.
    #[serde(default)]
    pub keeper: Limits,
}

impl Config {
    /// Reads `file`, or `tributary.toml` of the working directory if there is one.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or has a key that means nothing.
    pub fn load(file: Option<&Path>) -> Result<Self> {
        let path = file.unwrap_or(Path::new(FILE));
        if file.is_none() && !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(path)
            .wrap_err_with(|| format!("{} cannot be read", path.display()))?;
        let config = toml::from_str(&text);
        config.map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
    }

    /// The network called `name`, or the file's own choice; without either, an empty one.
    ///
    /// # Errors
    /// The file knows no network of that name.
    pub fn network(&self, name: Option<&str>) -> Result<Network> {
        let Some(name) = name.or(self.network.as_deref()) else { return Ok(Network::default()) };
        self.networks.get(name).cloned().ok_or_else(|| {
            let known: Vec<_> = self.networks.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Failure::usage(format!("there is no network {name:?} in the file; it has {known}"))
        })
    }
}

impl Network {
    /// Where its node is, with variables filled in.
    ///
    /// # Errors
    /// A variable is not set.
    pub fn url(&self) -> Result<Option<String>> {
        self.rpc_url.as_deref().map(|url| fill(url, |name| env::var(name).ok())).transpose()
    }
}

/// `text` with every `${NAME}` replaced by what `lookup` says.
fn fill(text: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<String> {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        let named = after.split_once('}');
        let (name, after) =
            named.ok_or_else(|| Failure::usage(format!("{text:?} lacks the end of a ${{…}}")))?;
        let value = lookup(name)
            .ok_or_else(|| Failure::usage(format!("{text:?} needs the variable {name}")))?;
        filled = filled + before + &value;
        rest = after;
    }
    Ok(filled + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"
        network = "one"
        [networks.one]
        chain_id = 412346
        rpc_url = "http://localhost:8547"
        [networks.two]
        rpc_url = "https://node/${KEY}/v2"
    "#;

    #[test]
    fn a_network_is_found_by_name_or_as_the_files_choice() {
        let config: Config = toml::from_str(SAMPLE).unwrap();
        assert_eq!(config.network(None).unwrap().chain_id, Some(412_346));
        assert_eq!(config.network(Some("two")).unwrap().chain_id, None);
        let error = config.network(Some("three")).unwrap_err().to_string();
        assert!(error.ends_with("it has one, two"), "{error}");
    }

    #[test]
    fn unknown_keys_are_refused() {
        let error = toml::from_str::<Config>("[networks.one]\nrpc = 1").unwrap_err().to_string();
        assert!(error.contains("unknown field `rpc`"), "{error}");
    }

    #[test]
    fn variables_are_filled_in_and_missing_ones_named() {
        let lookup = |name: &str| (name == "KEY").then(|| "abc".to_owned());
        assert_eq!(fill("https://node/${KEY}/v2", lookup).unwrap(), "https://node/abc/v2");
        assert!(fill("${NONE}", lookup).unwrap_err().to_string().contains("variable NONE"));
        assert!(fill("${KEY", lookup).is_err());
    }
}
