//! The subcommands, one file each.

pub mod abi;
pub mod build;
pub mod demo;
pub mod devnode;
pub mod report;

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
    /// Reports on a system's whole history from its logs, and reconciles every wei.
    Report(Box<report::Args>),
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
            Command::Report(args) => report::run(*args).await,
            Command::Devnode(args) => devnode::run(args).await,
            Command::Abi(args) => abi::run(&args),
            Command::Build(args) => build::run(&args),
        }
    }
}
