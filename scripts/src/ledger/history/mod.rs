//! Everything that a system told, read off any node and kept on disk.
//!
//! [`History::sync`] brings the cache up to a block: it asks for logs in ranges that follow what the node
//! can do, repeats what fails, and writes each answer down together with the hash of its last block.
//! [`History::entries`] then gives the decoded logs in order, reading them from disk as they are asked
//! for, so that memory does not grow with the history.
//!
//! # Which logs
//! All of the vault and of the splitter; and of every token that one of these names, the moves into and
//! out of them. A token that shows up late is read from the beginning, because it may have been sent
//! there long before it was named.
//!
//! # Reorganisations
//! A block's hash stands for everything before it. Before a chunk is added, the end of the one before it
//! has to be on the chain still, unless it is final; and when everything is there, the ends of all are
//! looked at again. Chunks whose end is not on the chain any more are taken away and fetched anew. So the
//! logs are those of one chain, the one that the last block's hash names.
//!
//! # Proofs
//! What an index tells nobody vouches for. [`History::prove`] reads it again by what the chain's hashes stand
//! for, headers and receipts, as far as it is told to.

mod cache;
mod error;
#[cfg(test)]
mod lies;
mod merge;
mod node;
mod prove;
mod span;
mod stored;
mod sync;
#[cfg(test)]
mod tests;
mod trouble;
mod witness;

pub use cache::Identity;
pub use error::HistoryError;
pub use merge::Entries;
pub use node::{Head, Node, Patience, Source};
pub use prove::{Proof, Stretch};
pub use stored::StoredLog;
pub use sync::{History, Origin, Step};
pub use witness::{Receipt, Witness};

use sync::filters;
pub(crate) use sync::sweep;
