//! What a person, or a program, wants to know.
//!
//! [`Statement`] is what `tributary report` says of any system's history: [`show`](show()) makes tables of
//! it, [`files`] CSV; it is the document of `--json` itself. [`PlatformReport`] is what `tributary demo`
//! says when the play is over, shown by [`tables`]. Both are made of the same lines, from the same
//! [`Books`](crate::ledger::Books).

mod document;
pub mod files;
mod gather;
mod lines;
mod show;
mod statement;
mod table;
pub mod tables;

pub use document::{
    ContractLine, Document, GasLine, HolderLine, MomentLine, PlatformReport, RewardLine,
};
pub use gather::{Play, gather};
pub use lines::{BalanceLine, PayeeLine, Reader, RevenueLine, TokenLine, text_of};
pub use show::{show, verdict};
pub use statement::{Checks, EarnedLine, FindingLine, RangeLine, Statement, WeekLine, state};
