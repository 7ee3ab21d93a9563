//! The subcommands, one file each.

pub mod abi;
pub mod build;
pub mod completions;
pub mod demo;
pub mod deploy;
pub mod devnode;
pub mod holder;
pub mod keeper;
pub mod owner;
pub mod report;
pub mod status;
pub mod treasury;
pub mod verify;

use std::{process::ExitCode, time::Duration};

use alloy::primitives::U256;
use clap::{Parser, Subcommand};
use eyre::{Result, eyre};

use crate::{
    failure::{EXIT_CODES, Failure, Told, exit_code},
    session,
};

/// A length of time, as flags have it: `90s`, `10m`.
fn duration(text: &str) -> Result<Duration> {
    let span: jiff::SignedDuration = text.parse()?;
    let span = Duration::try_from(span)?;
    (!span.is_zero()).then_some(span).ok_or_else(|| eyre!("it has to be longer than nothing"))
}

/// A price of gas in gwei, as flags have it; in wei.
fn gwei(text: &str) -> Result<u128> {
    Ok(text.parse::<session::Amount>()?.units(9, U256::MAX)?.saturating_to())
}

/// Shares a platform's revenue with those who stake its token and those who do its work.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays thirteen weeks of each preset on a local chain, and audits every wei.
    Demo(Box<demo::Args>),
    /// Puts a platform's contracts on a chain, or goes on with that
    Deploy(Box<deploy::Args>),
    /// Rebuilds the contracts and compares them with what is on chain, byte by byte
    Verify(verify::Args),
    /// Reports on a system's whole history from its logs, and reconciles every wei.
    Report(Box<report::Args>),
    /// Runs a local Stylus chain.
    Devnode(devnode::Args),
    /// Writes `abi/*.json` from `abi/*.sol`.
    Abi(abi::Args),
    /// Builds the contracts and says what they weigh.
    Build(build::Args),
    #[command(flatten)]
    Holder(holder::Command),
    #[command(flatten)]
    Treasury(treasury::Command),
    #[command(flatten)]
    Owner(owner::Command),
    /// Keeps programs running, books and payouts up to date, revenue flowing
    ///
    /// Safe to run twice at once, and to kill. Without --broadcast it shows what there is to do, and asks.
    #[command(after_help = "Examples:\n  \
        tributary keeper --account keeper\n  \
        tributary keeper --account keeper --broadcast --once\n  \
        tributary keeper --account keeper --password-file FILE --broadcast --health 127.0.0.1:8080")]
    Keeper(Box<keeper::KeeperArgs>),
    /// Tells whether all is well: programs, roles, books, holdings, debts
    #[command(after_help = "Ends with 6 if something is not as it should be.\n\nExamples:\n  \
        tributary status\n  tributary status --build --json")]
    Status(session::Asking<status::Status>),
    /// Writes a script that completes commands and flags in a shell
    #[command(after_help = "Example:\n  \
        tributary completions bash > ~/.local/share/bash-completion/completions/tributary")]
    Completions(completions::Args),
}

/// What the executable does: parses its arguments, runs, and says what went wrong.
pub async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let in_json = std::env::args_os().any(|argument| argument == "--json");
    let done = match Cli::try_parse() {
        Ok(cli) => cli.run().await,
        Err(wrong) if in_json && wrong.use_stderr() => Err(Failure::usage(wrong.to_string())),
        Err(told) => told.exit(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&Told::of(&error), in_json);
            exit_code(&error)
        }
    }
}

/// Says on standard error what went wrong: in one line, or as one JSON object.
fn complain(told: &Told, in_json: bool) {
    match serde_json::to_string_pretty(told) {
        Ok(object) if in_json => eprintln!("{object}"),
        _ => eprintln!("error: {told}"),
    }
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
            Command::Report(args) => report::run(*args).await,
            Command::Devnode(args) => devnode::run(args).await,
            Command::Abi(args) => abi::run(&args),
            Command::Build(args) => build::run(&args),
            Command::Holder(command) => command.run().await,
            Command::Treasury(command) => command.run().await,
            Command::Owner(command) => command.run().await,
            Command::Keeper(args) => keeper::run(*args).await,
            Command::Status(command) => command.run().await,
            Command::Completions(args) => completions::run(&args),
        }
    }
}
