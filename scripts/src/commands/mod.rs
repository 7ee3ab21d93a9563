//! The subcommands, one file each.

pub mod abi;
pub mod build;
pub mod demo;
pub mod deploy;
pub mod devnode;
pub mod verify;

use clap::{Parser, Subcommand};
use eyre::Result;

/// Shares a platform's revenue with those who stake its token and those who do its work.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays thirteen weeks of each preset on a local chain, and audits every wei.
    Demo(Box<demo::Args>),
    /// Puts a platform's contracts on a chain, or goes on with that.
    Deploy(Box<deploy::Args>),
    /// Rebuilds the contracts and compares them with what is on chain, byte by byte.
    Verify(verify::Args),
    /// Runs a local Stylus chain.
    Devnode(devnode::Args),
    /// Writes `abi/*.json` from `abi/*.sol`.
    Abi(abi::Args),
    /// Builds the contracts and says what they weigh.
    Build(build::Args),
}

impl Cli {
    /// Does what was asked for.
    ///
    /// # Errors
    /// What went wrong, and what to do about it.
    pub async fn run(self) -> Result<()> {
        match self.command {
            Command::Demo(args) => demo::run(*args).await,
            Command::Deploy(args) => deploy::run(*args).await,
            Command::Verify(args) => verify::run(args).await,
            Command::Devnode(args) => devnode::run(args).await,
            Command::Abi(args) => abi::run(&args),
            Command::Build(args) => build::run(&args),
        }
    }
}
