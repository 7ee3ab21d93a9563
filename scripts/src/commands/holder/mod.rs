//! What holders do: stake, lock, leave, claim, vote.

mod locks;
mod position;
mod revenue;
mod stake;
mod weight;

use clap::Subcommand;
use eyre::Result;

pub(super) use self::stake::{allowing, covered};
use crate::session::{Asking, Sending};

/// What a holder can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Stakes tokens, and locks them if a length is given
    ///
    /// Where the token knows permits, the vault is allowed to take the tokens by a signature, in the same
    /// transaction; elsewhere by an approval before it.
    #[command(after_help = "Examples:\n  \
        tributary stake 1000 --account alice\n  \
        tributary stake all --weeks 52 --account alice --broadcast\n  \
        tributary stake 250.5 --for 0x… --safe-batch stake.json --safe 0x…")]
    Stake(Box<Sending<stake::Stake>>),
    /// Takes unlocked stake out
    #[command(after_help = "Example:\n  tributary withdraw all --account alice")]
    Withdraw(Box<Sending<stake::Withdraw>>),
    /// Locks stake for a number of weeks, or without end, for more weight
    #[command(after_help = "Examples:\n  \
        tributary lock 500 --weeks 26 --account alice\n  \
        tributary lock all --weeks 208 --standing --account alice")]
    Lock(Box<Sending<locks::Lock>>),
    /// Moves a lock, or a part of it, into a longer one
    #[command(
        after_help = "Example:\n  tributary extend 1 --weeks 104 --amount 50 --account alice"
    )]
    Extend(Box<Sending<locks::Extend>>),
    /// Lets a standing lock, or a part of it, run out: it becomes a lock of its duration
    #[command(after_help = "Example:\n  tributary unwind all --account alice")]
    Unwind(Box<Sending<locks::Unwind>>),
    /// Unlocks before the time, for a penalty
    #[command(after_help = "Example:\n  tributary exit 1 --amount 50 --account alice")]
    Exit(Box<Sending<locks::Exit>>),
    /// Takes what was earned: of all tokens, or of those that are named
    #[command(after_help = "Examples:\n  \
        tributary claim --account alice\n  \
        tributary claim USDC WETH --to 0x… --account alice --broadcast")]
    Claim(Box<Sending<revenue::Claim>>),
    /// Stakes what was earned in the staked token itself
    Compound(Box<Sending<revenue::Compound>>),
    /// Says where revenue is paid to, and whether anyone may trigger that
    #[command(after_help = "Examples:\n  \
        tributary payout --automatic --account alice        (a keeper pays alice)\n  \
        tributary payout 0x… --automatic --account alice    (a keeper pays 0x…)\n  \
        tributary payout --account alice                    (alice claims for herself)")]
    Payout(Box<Sending<revenue::Payout>>),
    /// Gives the votes of one's stake to an account, which may be oneself
    #[command(after_help = "Example:\n  tributary delegate 0x… --account alice --broadcast")]
    Delegate(Box<Sending<revenue::Delegate>>),
    /// Shows what an account has staked, locked and earned
    #[command(
        after_help = "Examples:\n  tributary position --account alice\n  tributary position 0x… --json"
    )]
    Position(Box<Asking<position::Position>>),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// What went wrong, and what to do about it.
    pub async fn run(self) -> Result<()> {
        match self {
            Self::Stake(command) => command.run().await,
            Self::Withdraw(command) => command.run().await,
            Self::Lock(command) => command.run().await,
            Self::Extend(command) => command.run().await,
            Self::Unwind(command) => command.run().await,
            Self::Exit(command) => command.run().await,
            Self::Claim(command) => command.run().await,
            Self::Compound(command) => command.run().await,
            Self::Payout(command) => command.run().await,
            Self::Delegate(command) => command.run().await,
            Self::Position(command) => command.run().await,
        }
    }
}
