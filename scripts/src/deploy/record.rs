//! `deployments/<chain id>.json`: what is on a chain, for everybody who asks where.
//!
//! The file is replaced as a whole, never changed in place: whoever reads it, and whoever is killed
//! while writing it, finds the old one or the new one.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, B256};
use serde::{Deserialize, Serialize};

/// Where the files are, unless somebody says otherwise.
pub const DIRECTORY: &str = "deployments";

/// A platform on a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// The chain.
    pub chain_id: u64,
    /// The platform file's name, without its ending.
    pub platform: String,
    /// Who deploys, and owns everything until it is handed over.
    pub deployer: Address,
    /// The contracts by role: `token`, `stablecoin`, `weth`, `vault`, `splitter`.
    pub contracts: BTreeMap<String, Contract>,
    /// Where a package's fragments are, on a chain without the CREATE2 factory.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fragments: BTreeMap<String, Vec<Address>>,
    /// The block after which all was there for the first time, as configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<u64>,
    /// A transaction that was signed and whose end is not known yet; none when all is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
}

/// A contract of a platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Contract {
    /// Where it is.
    pub address: Address,
    /// Hash of its account's code.
    pub code_hash: B256,
    /// The block that created it, where an indexer starts; unknown for what was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<u64>,
    /// The transaction that created it; none for what was there before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<B256>,
    /// The transaction that constructed it, if that was another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constructed: Option<B256>,
    /// Whether it was there before the platform and is somebody else's code: a dollar, wrapped ether.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub external: bool,
}

/// A transaction under way. Whatever is sent again for it carries the same nonce, so that it cannot
/// happen twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pending {
    /// What it does.
    pub step: String,
    /// Its number among the deployer's transactions.
    pub nonce: u64,
    /// Every version that was signed; at most one of them can be mined.
    pub transactions: Vec<B256>,
    /// Wei for a unit of gas that the last version offers, which another has to outbid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_fee_per_gas: Option<u64>,
}

/// Why the file is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// It cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is no record of a deployment.
    #[error("{}: {source}; is it from another version of this command?", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// It tells of another chain.
    #[error("{} tells of chain {found}, but the node is of chain {expected}", path.display())]
    OtherChain {
        /// The file.
        path: PathBuf,
        /// The chain it tells of.
        found: u64,
        /// The chain that was asked for.
        expected: u64,
    },
}

impl Contract {
    /// A contract of which only is known that it is there.
    pub(crate) const fn found(address: Address, code_hash: B256) -> Self {
        let (block, transaction, constructed) = (None, None, None);
        Self { address, code_hash, block, transaction, constructed, external: false }
    }
}

impl Record {
    /// Of a chain on which nothing is yet.
    #[must_use]
    pub fn new(chain_id: u64, platform: &str, deployer: Address) -> Self {
        let platform = platform.to_owned();
        let (contracts, fragments) = (BTreeMap::new(), BTreeMap::new());
        let (completed, pending) = (None, None);
        Self { chain_id, platform, deployer, contracts, fragments, completed, pending }
    }

    /// The file of a chain in `directory`.
    #[must_use]
    pub fn path(directory: &Path, chain_id: u64) -> PathBuf {
        directory.join(format!("{chain_id}.json"))
    }

    /// Reads the file of a chain in `directory`; `None` if nothing was deployed there.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn load(directory: &Path, chain_id: u64) -> Result<Option<Self>, RecordError> {
        let path = Self::path(directory, chain_id);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(RecordError::File { path, source }),
        };
        let read: Result<Self, _> = serde_json::from_str(&text);
        let record = read.map_err(|source| RecordError::Content { path: path.clone(), source })?;
        if record.chain_id == chain_id {
            return Ok(Some(record));
        }
        Err(RecordError::OtherChain { path, found: record.chain_id, expected: chain_id })
    }

    /// Replaces the file of its chain in `directory`.
    ///
    /// # Errors
    /// [`RecordError::File`].
    pub fn save(&self, directory: &Path) -> Result<(), RecordError> {
        let path = Self::path(directory, self.chain_id);
        let text = serde_json::to_string_pretty(self).expect("a record is plain data") + "\n";
        replace(&path, &text).map_err(|source| RecordError::File { path, source })
    }
}

/// Writes beside the file, makes sure that the disk has it, and moves it over.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let beside = path.with_extension(format!("json.{}", std::process::id()));
    let mut file = File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Record {
        let found = Contract::found(Address::repeat_byte(1), B256::repeat_byte(2));
        let vault = Contract { block: Some(3), ..found };
        let (step, transactions) = ("vault".into(), vec![B256::ZERO]);
        let pending = Pending { step, nonce: 4, transactions, max_fee_per_gas: Some(6) };
        let contracts = [("vault".to_owned(), vault)].into();
        Record { contracts, pending: Some(pending), ..Record::new(5, "opur", Address::ZERO) }
    }

    fn directory(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("tributary-record-{name}-{}", std::process::id()))
    }

    #[test]
    fn what_was_saved_is_read_again_and_nothing_else_is_left() {
        let directory = directory("saved");
        assert_eq!(Record::load(&directory, 5).unwrap(), None);
        sample().save(&directory).unwrap();
        sample().save(&directory).unwrap();
        assert_eq!(Record::load(&directory, 5).unwrap(), Some(sample()));
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn the_file_of_another_chain_is_refused() {
        let directory = directory("other");
        sample().save(&directory).unwrap();
        fs::rename(Record::path(&directory, 5), Record::path(&directory, 6)).unwrap();
        let refused = Record::load(&directory, 6).unwrap_err();
        assert!(matches!(refused, RecordError::OtherChain { found: 5, expected: 6, .. }));
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_file_that_is_no_record_is_refused_with_the_key_that_is_wrong() {
        let directory = directory("content");
        fs::create_dir_all(&directory).unwrap();
        fs::write(Record::path(&directory, 7), r#"{ "chainID": 7 }"#).unwrap();
        let refused = Record::load(&directory, 7).unwrap_err().to_string();
        assert!(refused.contains("chainID"), "{refused}");
        fs::remove_dir_all(directory).unwrap();
    }
}
