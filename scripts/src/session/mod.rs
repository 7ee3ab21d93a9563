//! What every command on a chain starts from.
//!
//! [`SiteArgs`] names a node and its contracts, for commands that only read. [`SessionArgs`] adds who signs
//! and what happens to a call. A command that changes something is an [`Operation`]: it plans its calls,
//! and the [`Session`] simulates them, shows them, asks, sends and tells what came of it, or writes them
//! to a batch for a Safe. Nothing is sent without `--broadcast` or a yes at a terminal.

mod allowance;
mod amount;
mod book;
mod catalog;
mod config;
pub mod decode;
mod page;
mod permit;
mod plan;
mod queue;
mod refused;
mod roster;
mod run;
pub(crate) mod safe_batch;
mod signer;
mod site;
mod skipped;
mod token;

use std::path::PathBuf;

use alloy::primitives::Address;
use eyre::Result;

pub use allowance::Allowance;
pub use amount::{Amount, NoAmount};
pub use book::{Book, Entry};
pub use catalog::{
    AT_ONCE, Catalog, Kind, PayeeLine, PolicyLine, ShareLine, SourceLine, label, source_id,
};
pub use config::{Config, Network};
pub use page::{Asking, Inquiry, Sum, table};
pub use permit::Permit;
pub use plan::{Plan, Step};
pub use queue::Queued;
pub use roster::{Roster, answered, refusable, refused};
pub use signer::{Signer, SignerArgs};
pub use site::{NodeArgs, Site, SiteArgs};
pub use token::Token;

use crate::{chain::Account, failure::Failure};

/// Node, contracts, signer, and what is to happen to the calls.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct SessionArgs {
    #[command(flatten)]
    site: SiteArgs,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    fate: Fate,
}

/// What is to happen to the calls.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Sending")]
struct Fate {
    /// Sends without asking. Without it a terminal asks, and elsewhere nothing is sent
    #[arg(long, conflicts_with = "safe_batch")]
    broadcast: bool,
    /// Sender to simulate as, when nobody signs
    #[arg(long, short, value_name = "ADDRESS", env = "ETH_FROM")]
    from: Option<Address>,
    /// Writes the calls to a batch for Safe's Transaction Builder, or adds them to it; sends nothing
    #[arg(long, value_name = "FILE")]
    safe_batch: Option<PathBuf>,
    /// The Safe that will execute the batch: simulations are from it
    #[arg(long, value_name = "ADDRESS", requires = "safe_batch")]
    safe: Option<Address>,
}

/// From where calls come.
#[derive(Clone, Debug)]
pub struct Sender {
    /// Who it is.
    pub address: Address,
    /// Signs for it; without one, calls are only simulated.
    pub signer: Option<Signer>,
    /// Calls of its that will be made before: those that the batch holds already.
    pub queue: Vec<Queued>,
}

/// An open session.
#[derive(Debug)]
pub struct Session {
    /// Where.
    pub site: Site,
    /// Who.
    pub sender: Sender,
    fate: Fate,
}

/// A command that changes something on chain.
pub trait Operation {
    /// What it is going to do. Reads, but changes nothing.
    ///
    /// # Errors
    /// It cannot be done, which can be said before anything is simulated.
    fn plan(&self, site: &Site, sender: &Sender) -> impl Future<Output = Result<Plan>>;
}

/// An operation and the session it runs in, as one command's arguments.
#[derive(Debug, clap::Args)]
pub struct Sending<O: Operation + clap::Args> {
    #[command(flatten)]
    operation: O,
    #[command(flatten)]
    session: SessionArgs,
}

impl<O: Operation + clap::Args> Sending<O> {
    /// Plans, simulates, shows, asks, sends, tells.
    ///
    /// # Errors
    /// The first thing that went wrong.
    pub async fn run(&self) -> Result<()> {
        let session = self.session.open().await?;
        let plan = self.operation.plan(&session.site, &session.sender).await?;
        session.carry_out(plan).await
    }
}

impl SessionArgs {
    /// Connects, finds the contracts, and opens the signer.
    ///
    /// # Errors
    /// One of them cannot be had.
    pub async fn open(&self) -> Result<Session> {
        let site = self.site.open().await?;
        let fate = self.fate.clone();
        let sender = match (&fate.safe_batch, fate.safe.or(site.network.safe).or(fate.from)) {
            (Some(file), Some(address)) => {
                let queue = safe_batch::queued(file, site.chain.chain_id())?;
                Sender { address, signer: None, queue }
            }
            (Some(_), None) => {
                return Err(Failure::usage(
                    "which Safe will execute the batch? Give --safe ADDRESS",
                ));
            }
            (None, _) => self.signing(&site).await?,
        };
        Ok(Session { site, sender, fate })
    }

    /// Whether `--broadcast` was given.
    #[must_use]
    pub const fn broadcasts(&self) -> bool {
        self.fate.broadcast
    }

    async fn signing(&self, site: &Site) -> Result<Sender> {
        let signer = self.signer.clone().or_account(site.network.account.as_ref()).open().await?;
        let address = match (signer.as_ref().map(Account::address), self.fate.from) {
            (Some(signer), Some(from)) if signer != from => {
                let why =
                    format!("--from {from} is not the signer, {signer}; leave one of them out");
                return Err(Failure::usage(why));
            }
            (signer, from) => signer.or(from),
        };
        let address = address.ok_or_else(|| {
            Failure::usage("who sends? Give --account NAME, --keystore FILE, or --from to simulate")
        })?;
        Ok(Sender { address, signer, queue: Vec::new() })
    }
}
