//! What a person, or a program, wants to know when the play is over.
//!
//! [`PlatformReport`] is the whole of it as data, which is also the document of `--json`;
//! [`tables`] shows it.

mod document;
mod gather;
pub mod tables;

pub use document::{
    ContractLine, Document, GasLine, HolderLine, MomentLine, PayeeLine, PlatformReport,
    RevenueLine, RewardLine, TokenLine, VaultLine,
};
pub use gather::{Play, gather};
