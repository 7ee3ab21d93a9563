//! What the contracts cost, beside those of the field that everybody knows:
//!
//! ```text
//! cargo bench -p bench --bench gas
//! ```
//!
//! Everything runs on our development node in one run: Synthetix StakingRewards, OpenZeppelin's
//! PaymentSplitter, ERC-4626 and ERC20Votes, and our vault and splitter, with the same ERC-20 as asset
//! and reward (OpenZeppelin's, in EVM code). They come from npm, pinned by a lock file, and are compiled
//! when the bench runs.
//!
//! Gas is that of whole transactions, refunds taken off. Receivers hold some of every token, another
//! staker is there, revenue streams, and an hour, never a week, passes between transactions. Our programs
//! are measured as the chain prices them when they are kept in its cache (`ArbWasmCache`), and when not.
//! The floor, read from each transaction's trace, is what of that no program could save; `floor.rs` says
//! how.

mod book;
mod floor;
mod goals;
mod peers;
mod print;
mod run;
mod site;
mod splitting;
mod theirs;
mod vault;

use self::{peers::Peers, run::Run};

/// Measures and prints everything.
///
/// # Errors
/// What could not be fetched or measured, and why.
pub fn main() -> eyre::Result<()> {
    let peers = Peers::fetch()?;
    let run = tokio::runtime::Runtime::new()?.block_on(Run::of(&peers))?;
    print!("{}", print::of(&run)?);
    Ok(())
}
