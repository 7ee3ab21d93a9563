//! What owners and guardians do, of the vault and of the splitter.
//!
//! Roles and pausing are the same in both contracts, so one command serves both, and the interface of
//! one of them speaks to either.

mod lists;
mod share;
mod splitter;
mod vault;

use alloy::primitives::Address;
use clap::{Args, Subcommand, ValueEnum};
use eyre::Result;

use crate::{
    abi::IVault,
    session::{Operation, Plan, Sender, Sending, Site},
};

/// What an owner can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Where revenue comes from, and which policy divides it
    #[command(subcommand)]
    Source(splitter::Source),
    /// How revenue is divided
    #[command(subcommand)]
    Policy(splitter::Policy),
    /// The stakers' share, which somebody may set within bounds
    #[command(subcommand)]
    Share(share::Share),
    /// How much longer locks weigh more
    #[command(subcommand)]
    Curve(vault::Curve),
    /// What leaving a lock early costs
    #[command(subcommand)]
    Penalty(vault::Penalty),
    /// The tokens that revenue is paid in
    #[command(subcommand)]
    Reward(vault::Reward),
    /// Owners and guardians
    #[command(subcommand)]
    Role(Role),
    /// Stops entering: deposits, locks, revenue. Leaving is never stopped. Owner or guardian
    #[command(after_help = "Example:\n  tributary pause --account guardian --broadcast")]
    Pause(Box<Sending<Pause>>),
    /// Lets people enter again. Owner only
    Unpause(Box<Sending<Unpause>>),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// What went wrong, and what to do about it.
    pub async fn run(self) -> Result<()> {
        match self {
            Self::Source(command) => command.run().await,
            Self::Policy(command) => command.run().await,
            Self::Share(command) => command.run().await,
            Self::Curve(command) => command.run().await,
            Self::Penalty(command) => command.run().await,
            Self::Reward(command) => command.run().await,
            Self::Role(command) => command.run().await,
            Self::Pause(command) => command.run().await,
            Self::Unpause(command) => command.run().await,
        }
    }
}

/// Which contract is meant.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum On {
    Vault,
    Splitter,
    Both,
}

/// Which contract is meant, as an argument.
#[derive(Clone, Debug, Args)]
struct OnArg {
    /// Of which contract
    #[arg(long, value_enum, default_value = "both")]
    of: On,
}

impl OnArg {
    /// Names and addresses.
    fn contracts(&self, site: &Site) -> Result<Vec<(&'static str, Address)>> {
        let names: &[&str] = match self.of {
            On::Vault => &["vault"],
            On::Splitter => &["splitter"],
            On::Both => &["vault", "splitter"],
        };
        names.iter().map(|name| Ok((*name, site.book.address(name)?))).collect()
    }
}

/// What can be done about roles.
#[derive(Debug, Subcommand)]
pub enum Role {
    /// Offers ownership to an account, which then has to accept it
    #[command(after_help = "Example:\n  tributary role offer 0x… --account owner --broadcast")]
    Offer(Box<Sending<Offer>>),
    /// Accepts ownership that was offered
    Accept(Box<Sending<Accept>>),
    /// Makes an account the guardian, who may pause
    Guardian(Box<Sending<Guardian>>),
}

impl Role {
    async fn run(self) -> Result<()> {
        match self {
            Self::Offer(command) => command.run().await,
            Self::Accept(command) => command.run().await,
            Self::Guardian(command) => command.run().await,
        }
    }
}

/// Arguments of `role offer`.
#[derive(Debug, Args)]
pub struct Offer {
    /// The new owner
    heir: Address,
    #[command(flatten)]
    on: OnArg,
}

impl Operation for Offer {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let call = IVault::transferOwnershipCall { newOwner: self.heir };
        let plan = Plan::new(format!("offer ownership to {}", self.heir));
        let step = |plan: Plan, (name, here)| plan.step(format!("offer the {name}"), here, &call);
        Ok(self.on.contracts(site)?.into_iter().fold(plan, step))
    }
}

/// Arguments of `role accept`.
#[derive(Debug, Args)]
pub struct Accept {
    #[command(flatten)]
    on: OnArg,
}

impl Operation for Accept {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let call = IVault::acceptOwnershipCall {};
        let step = |plan: Plan, (name, here)| plan.step(format!("accept the {name}"), here, &call);
        Ok(self.on.contracts(site)?.into_iter().fold(Plan::new("accept ownership"), step))
    }
}

/// Arguments of `role guardian`.
#[derive(Debug, Args)]
pub struct Guardian {
    /// The new guardian; the zero address for none
    guardian: Address,
    #[command(flatten)]
    on: OnArg,
}

impl Operation for Guardian {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let call = IVault::setGuardianCall { newGuardian: self.guardian };
        let plan = Plan::new(format!("make {} the guardian", self.guardian));
        let step =
            |plan: Plan, (name, here)| plan.step(format!("guardian of the {name}"), here, &call);
        Ok(self.on.contracts(site)?.into_iter().fold(plan, step))
    }
}

/// Arguments of `pause`.
#[derive(Debug, Args)]
pub struct Pause {
    #[command(flatten)]
    on: OnArg,
}

impl Operation for Pause {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let step = |plan: Plan, (name, here)| {
            plan.step(format!("pause the {name}"), here, &IVault::pauseCall {})
        };
        Ok(self.on.contracts(site)?.into_iter().fold(Plan::new("pause entering"), step))
    }
}

/// Arguments of `unpause`.
#[derive(Debug, Args)]
pub struct Unpause {
    #[command(flatten)]
    on: OnArg,
}

impl Operation for Unpause {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let step = |plan: Plan, (name, here)| {
            plan.step(format!("unpause the {name}"), here, &IVault::unpauseCall {})
        };
        Ok(self.on.contracts(site)?.into_iter().fold(Plan::new("let people enter"), step))
    }
}
