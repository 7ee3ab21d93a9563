//! Where the contracts are: `deployments/<chain id>.json`, or flags.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::primitives::{Address, B256};
use eyre::{Result, WrapErr};
use serde::Deserialize;

use crate::failure::Failure;

/// The directory that is looked in if none is named.
const DIRECTORY: &str = "deployments";

/// Contracts by name: `token`, `stablecoin`, `weth`, `vault`, `splitter`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Book {
    /// The chain that they are on.
    pub chain_id: Option<u64>,
    /// The platform's name.
    pub platform: Option<String>,
    /// Contracts by name.
    #[serde(default)]
    pub contracts: BTreeMap<String, Entry>,
}

/// One contract.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Where it is.
    pub address: Address,
    /// Keccak-256 of its code as it was deployed.
    pub code_hash: Option<B256>,
    /// The block that created it.
    pub block: Option<u64>,
}

impl Book {
    /// Reads `place`, a file or a directory with files named by chain id. Without a place, the directory
    /// `deployments` is looked in, and nothing found is an empty book.
    ///
    /// # Errors
    /// The file cannot be read, is no JSON of that shape, or is of another chain.
    pub fn load(place: Option<&Path>, chain_id: u64) -> Result<Self> {
        let path = place.unwrap_or(Path::new(DIRECTORY));
        let file = if path.is_dir() || place.is_none() {
            path.join(format!("{chain_id}.json"))
        } else {
            path.to_owned()
        };
        if place.is_none() && !file.exists() {
            return Ok(Self::default());
        }
        let shown = file.display();
        let text = fs::read_to_string(&file).wrap_err_with(|| format!("{shown} cannot be read"))?;
        let book: Self = serde_json::from_str(&text)
            .wrap_err_with(|| format!("{shown} is no record of a deployment"))?;
        match book.chain_id {
            Some(other) if other != chain_id => Err(Failure::usage(format!(
                "{shown} is of chain {other}, the node of chain {chain_id}"
            ))),
            _ => Ok(book),
        }
    }

    /// The same with another address for the contract called `name`, if one is given.
    #[must_use]
    pub fn with(mut self, name: &str, address: Option<Address>) -> Self {
        if let Some(address) = address {
            let entry = Entry { address, code_hash: None, block: None };
            self.contracts.insert(name.to_owned(), entry);
        }
        self
    }

    /// Where the contract called `name` is.
    ///
    /// # Errors
    /// Nobody said.
    pub fn address(&self, name: &str) -> Result<Address> {
        let entry = self.contracts.get(name).ok_or_else(|| {
            Failure::usage(format!(
                "where is the {name}? Give --{name} ADDRESS, or --deployments FILE"
            ))
        })?;
        Ok(entry.address)
    }

    /// What is at `address`: the contract's name, if it has one here.
    #[must_use]
    pub fn name_of(&self, address: Address) -> Option<&str> {
        let mut found = self.contracts.iter().filter(|(_, entry)| entry.address == address);
        found.next().map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::address;

    use super::*;

    const VAULT: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");

    #[test]
    fn a_record_of_another_chain_is_refused_and_a_flag_goes_first() {
        let file = std::env::temp_dir().join(format!("tributary-book-{}.json", std::process::id()));
        let text =
            format!(r#"{{"chainId": 7, "contracts": {{"vault": {{"address": "{VAULT}"}}}}}}"#);
        fs::write(&file, text).unwrap();
        let book = Book::load(Some(&file), 7).unwrap();
        assert_eq!(book.address("vault").unwrap(), VAULT);
        assert_eq!(book.name_of(VAULT), Some("vault"));
        let moved = book.with("vault", Some(Address::ZERO));
        assert_eq!(moved.address("vault").unwrap(), Address::ZERO);
        let error = Book::load(Some(&file), 8).unwrap_err().to_string();
        assert!(error.ends_with("is of chain 7, the node of chain 8"), "{error}");
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn a_missing_contract_is_asked_for_by_name() {
        let error = Book::default().address("splitter").unwrap_err().to_string();
        assert!(error.contains("--splitter"), "{error}");
    }
}
