//! Where the contracts are: the record of a deployment, or flags.

use std::{collections::BTreeMap, path::Path};

use alloy::primitives::{Address, B256};
use eyre::{Result, WrapErr};

use crate::{
    deploy::record::{DIRECTORY, Record},
    failure::Failure,
};

/// Contracts by name: `token`, `stablecoin`, `weth`, `vault`, `splitter`.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The platform's name, if a record tells it.
    pub platform: Option<String>,
    /// Contracts by name.
    pub contracts: BTreeMap<String, Entry>,
}

/// One contract.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Where it is.
    pub address: Address,
    /// Hash of its account's code as it was deployed.
    pub code_hash: Option<B256>,
    /// The block that created it.
    pub block: Option<u64>,
}

impl Book {
    /// Reads the record of a chain in `directory`, by default `deployments`. No record is an empty book.
    ///
    /// # Errors
    /// The file cannot be read, is no record, or is of another chain.
    pub fn load(directory: Option<&Path>, chain_id: u64) -> Result<Self> {
        let directory = directory.unwrap_or(Path::new(DIRECTORY));
        let record = Record::load(directory, chain_id).wrap_err("the record of the deployment")?;
        Ok(record.map(Self::from).unwrap_or_default())
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
                "where is the {name}? Give --{name} ADDRESS, or --deployments DIRECTORY"
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

impl From<Record> for Book {
    fn from(record: Record) -> Self {
        let contracts = record.contracts.into_iter().map(|(name, one)| {
            let entry =
                Entry { address: one.address, code_hash: Some(one.code_hash), block: one.block };
            (name, entry)
        });
        Self { platform: Some(record.platform), contracts: contracts.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_goes_before_the_record_and_what_is_missing_is_asked_for_by_name() {
        let (first, second) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let book = Book::default().with("vault", Some(first)).with("vault", None);
        assert_eq!(book.address("vault").unwrap(), first);
        assert_eq!(book.name_of(first), Some("vault"));
        assert_eq!(book.with("vault", Some(second)).address("vault").unwrap(), second);
        let error = Book::default().address("splitter").unwrap_err().to_string();
        assert!(error.contains("--splitter"), "{error}");
    }
}
