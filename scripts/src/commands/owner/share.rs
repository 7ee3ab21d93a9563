//! The stakers' share: what the owner lets somebody else set, within bounds.

use alloy::primitives::{Address, U256};
use clap::{Args, Subcommand};
use eyre::Result;

use crate::{
    abi::ISplitter,
    failure::Failure,
    session::{Catalog, Operation, Plan, Sender, Sending, Site},
    units::percent,
};

/// What can be done about the stakers' share.
#[derive(Debug, Subcommand)]
pub enum Share {
    /// Lets an account set the stakers' share of a policy, within bounds. Owner only
    #[command(after_help = "Example:\n  tributary share terms --setter 0x… \
        --policy \"stakers and treasury\" --payee 0 --min 5000 --max 8000 --account owner\n  \
        tributary source set-policy swap-fees --policy stakers-share --account owner")]
    Terms(Box<Sending<Terms>>),
    /// Sets the stakers' share of what arrives from now on under sources that follow it
    #[command(after_help = "Example:\n  tributary share set 6500 --account ballot --broadcast")]
    Set(Box<Sending<Set>>),
}

impl Share {
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::Terms(command) => command.run().await,
            Self::Set(command) => command.run().await,
        }
    }
}

/// Arguments of `share terms`.
#[derive(Debug, Args)]
pub struct Terms {
    /// Who may set it; the zero address for nobody
    #[arg(long, value_name = "ADDRESS")]
    setter: Address,
    /// The policy whose other payees divide the rest as they do in it, by number or name
    #[arg(long)]
    policy: String,
    /// Which of its payees the stakers are, counted from 0
    #[arg(long, value_name = "INDEX")]
    payee: u64,
    /// The least share, in basis points
    #[arg(long, value_name = "BPS")]
    min: u64,
    /// The greatest share, in basis points
    #[arg(long, value_name = "BPS")]
    max: u64,
}

impl Operation for Terms {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let catalog = Catalog::read(site).await?;
        let policy = catalog.policy(&self.policy)?;
        let call = ISplitter::setStakersShareTermsCall {
            setter: self.setter,
            policyId: U256::from(policy.id),
            stakersIndex: U256::from(self.payee),
            minBps: U256::from(self.min),
            maxBps: U256::from(self.max),
        };
        let (least, most) = (percent(self.min), percent(self.max));
        let title = format!("let {} set the stakers' share, {least} to {most}", self.setter);
        let plan = Plan::one(title, site.book.address("splitter")?, &call);
        let (id, name) = (policy.id, &policy.name);
        Ok(plan.fact(format!("until then, policy {id} ({name}) divides what follows the share")))
    }
}

/// Arguments of `share set`.
#[derive(Debug, Args)]
pub struct Set {
    /// In basis points: 6500 are 65 %
    bps: u64,
}

impl Operation for Set {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let share = Catalog::read(site).await?.share.ok_or_else(|| {
            Failure::usage(
                "nobody may set the stakers' share: the owner has to say who, within which bounds, with \
                 `tributary share terms`",
            )
        })?;
        let call = ISplitter::setStakersShareCall { bps: U256::from(self.bps) };
        let title = format!("set the stakers' share to {}", percent(self.bps));
        let plan = Plan::one(title, site.book.address("splitter")?, &call);
        Ok(plan.fact(format!("now it is {share}")))
    }
}
