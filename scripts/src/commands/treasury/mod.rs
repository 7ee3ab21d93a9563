//! What treasuries do: push revenue in, and pay out what is owed.

mod pay;
mod push;

use alloy::{
    primitives::{Address, U256},
    providers::Provider,
    sol_types::SolCall,
};
use clap::{Args, Subcommand};
use eyre::Result;

pub use self::pay::distribution;
use self::{
    pay::{Distribute, Release},
    push::Push,
};
use crate::{
    abi::{ISplitter, IVault},
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
    /// Takes in what was sent to the splitter or to the vault without a call, as revenue
    ///
    /// In the splitter it is revenue without a source; in the vault it streams to the stakers.
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
        let splitter = site.book.address("splitter")?;
        let vault = site.book.contracts.get("vault").map(|vault| vault.address);
        let mut plan = Plan::new("take in what arrived without a call");
        for token in named(site, &self.tokens).await? {
            plan = plan.about(&token);
            let stray = in_splitter(site, &token).await?;
            let call = ISplitter::syncCall { token: token.address };
            plan = taken_in(plan, &token, "splitter", stray, splitter, &call);
            if let Some(vault) = vault {
                let stray = in_vault(site, &token).await?;
                let call = IVault::syncCall { token: token.address };
                plan = taken_in(plan, &token, "vault", stray, vault, &call);
            }
        }
        Ok(plan)
    }
}

/// `plan`, with what takes in the `stray` tokens that lie in a contract.
fn taken_in(
    plan: Plan,
    token: &Token,
    name: &str,
    stray: Option<U256>,
    here: Address,
    call: &impl SolCall,
) -> Plan {
    let Some(stray) = stray else {
        return plan.warning(format!("{} does not tell what the {name} has", token.symbol));
    };
    if stray.is_zero() {
        return plan;
    }
    let title = format!("take in {} that lie in the {name}", token.show(stray));
    plan.step(title, here, call)
}

/// What the splitter has of `token` and not in its books, if the token tells.
async fn in_splitter(site: &Site, token: &Token) -> Result<Option<U256>> {
    let splitter = site.splitter()?;
    let here = *splitter.address();
    let Some(held) = site.balance(token.address, here).await? else { return Ok(None) };
    let mut stray = held.saturating_sub(splitter.undistributed(token.address).call().await?);
    if token.address == splitter.weth().call().await? {
        stray += site.chain.provider().get_balance(here).await?;
    }
    Ok(Some(stray))
}

/// What the vault has of `token` and not in its books, if the token tells; nothing of a token that it takes
/// no revenue in.
async fn in_vault(site: &Site, token: &Token) -> Result<Option<U256>> {
    let vault = site.vault()?;
    if !vault.rewardTokens().call().await?.contains(&token.address) {
        return Ok(Some(U256::ZERO));
    }
    let state = vault.rewardState(token.address).call().await?;
    if state.retired {
        return Ok(Some(U256::ZERO));
    }
    let mut booked = state.received.saturating_sub(state.paid);
    if token.address == vault.asset().call().await? {
        booked += vault.totalSupply().call().await?;
    }
    let held = site.balance(token.address, *vault.address()).await?;
    Ok(held.map(|held| held.saturating_sub(booked)))
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
