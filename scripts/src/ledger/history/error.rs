//! Why a history cannot be read.

use std::path::{Path, PathBuf};

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The node will not tell.
    #[error("the node does not tell {what}: {reason}")]
    Node {
        /// What it was asked.
        what: String,
        /// What it answered.
        reason: String,
    },
    /// There is no such block.
    #[error("the node has no block {0}")]
    NoBlock(String),
    /// Not even one block's logs.
    #[error("the node refuses to tell the logs of the single block {0}; ask another node")]
    OneBlock(u64),
    /// A log that makes no sense.
    #[error(
        "the node told a log of {address} that was not asked for, or is not of a mined block from {from} to {to}; ask another node"
    )]
    Misplaced {
        /// Whose log.
        address: alloy::primitives::Address,
        /// The first block that it was asked for.
        from: u64,
        /// The last one.
        to: u64,
    },
    /// The chain does not stand still.
    #[error(
        "the chain was reorganised {0} times while it was read; report up to an earlier block, or --to-block finalized"
    )]
    Restless(usize),
    /// The file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// Something else runs on the same file.
    #[error("{}: another process uses this cache; wait for it, or name another file", .0.display())]
    Busy(PathBuf),
    /// The file is no cache.
    #[error("{}: this is no cache of logs ({reason}); name another file", path.display())]
    NoCache {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The cache of something else.
    #[error("{}: this is the cache of {found}, and not of {expected}; name another file", path.display())]
    OtherCache {
        /// The file.
        path: PathBuf,
        /// What it should be of.
        expected: String,
        /// What it is of.
        found: String,
    },
}

impl HistoryError {
    pub(crate) fn file(path: &Path, error: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), error }
    }
}
