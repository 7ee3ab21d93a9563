//! What treasuries do: push revenue in, and pay out what is owed.

mod pay;
mod push;

use alloy::providers::Provider;
use clap::{Args, Subcommand};
use eyre::Result;

pub use self::pay::distribution;
use self::{
    pay::{Distribute, Release},
    push::Push,
};
use crate::{
    abi::ISplitter,
    session::{Operation, Plan, Sender, Sending, Site, Token},
};

/// What a treasury can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Pushes revenue into the splitter, under the source that it comes from
    ///
    /// Allows the splitter to take the tokens first, if it may not yet. `eth` is taken and wrapped.
    #[command(after_help = "Examples:\n  \
        tributary push 12500.50 USDC --source premium-subscriptions --account treasury\n  \
        tributary push 3 eth --source \"Audit fees\" --account treasury --broadcast\n  \
        tributary push 12500.50 USDC --source swap-fees --safe-batch week.json --safe 0x…")]
    Push(Box<Sending<Push>>),
    /// Takes in what was sent to the splitter without a call, as revenue without a source
    Sync(Box<Sending<Sync>>),
    /// Pays the vaults, splitters and burns that are owed something
    #[command(after_help = "Examples:\n  \
        tributary distribute --account operator\n  \
        tributary distribute USDC --policy \"stakers and treasury\" --account operator")]
    Distribute(Box<Sending<Distribute>>),
    /// Pays the plain accounts that are owed something
    #[command(
        after_help = "Example:\n  tributary release USDC --policy 1 --payee 2 --account operator"
    )]
    Release(Box<Sending<Release>>),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// What went wrong, and what to do about it.
    pub async fn run(self) -> Result<()> {
        match self {
            Self::Push(command) => command.run().await,
            Self::Sync(command) => command.run().await,
            Self::Distribute(command) => command.run().await,
            Self::Release(command) => command.run().await,
        }
    }
}

/// Arguments of `sync`.
#[derive(Debug, Args)]
pub struct Sync {
    /// Tokens by address, ticker or name; all of the vault's if none is named
    #[arg(value_name = "TOKEN")]
    tokens: Vec<String>,
}

impl Operation for Sync {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let (splitter, weth) = (site.splitter()?, site.splitter()?.weth().call().await?);
        let here = *splitter.address();
        let mut plan = Plan::new("take in what arrived without a call");
        for token in named(site, &self.tokens).await? {
            let Some(held) = site.balance(token.address, here).await? else {
                plan = plan.warning(format!("{} does not tell its balances", token.symbol));
                continue;
            };
            let booked = splitter.undistributed(token.address).call().await?;
            let mut stray = held.saturating_sub(booked);
            if token.address == weth {
                stray += site.chain.provider().get_balance(here).await?;
            }
            plan = plan.fact(format!("{} are not in the books", token.show(stray))).about(&token);
            if !stray.is_zero() {
                let call = ISplitter::syncCall { token: token.address };
                plan = plan.step(format!("take in {}", token.show(stray)), here, &call);
            }
        }
        Ok(plan)
    }
}

/// The tokens called `names`; all of the vault's if there is no name.
async fn named(site: &Site, names: &[String]) -> Result<Vec<Token>> {
    if names.is_empty() {
        return site.tokens().await;
    }
    let mut tokens = Vec::new();
    for name in names {
        tokens.push(site.find_token(name).await?);
    }
    Ok(tokens)
}
