//! What holders do: stake, lock, leave, claim.

use alloy::primitives::{Address, U256};
use clap::{Args, Subcommand};
use eyre::Result;

use crate::{
    abi::{IToken, IVault},
    failure::Failure,
    session::{Amount, Operation, Plan, Sender, Sending, Site, Token},
};

/// What a holder can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Stakes tokens, and locks them if a length is given
    ///
    /// Allows the vault to take the tokens first, if it may not yet.
    #[command(after_help = "Examples:\n  \
        tributary stake 1000 --account alice\n  \
        tributary stake all --weeks 52 --account alice --broadcast\n  \
        tributary stake 250.5 --for 0x… --safe-batch stake.json --safe 0x…")]
    Stake(Box<Sending<Stake>>),
    /// Takes unlocked stake out
    #[command(after_help = "Example:\n  tributary withdraw all --account alice")]
    Withdraw(Box<Sending<Withdraw>>),
    /// Locks stake for a number of weeks, for more weight
    #[command(after_help = "Example:\n  tributary lock 500 --weeks 26 --account alice")]
    Lock(Box<Sending<Lock>>),
    /// Takes what was earned: of all tokens, or of those that are named
    #[command(after_help = "Examples:\n  \
        tributary claim --account alice\n  \
        tributary claim USDC WETH --to 0x… --account alice --broadcast")]
    Claim(Box<Sending<Claim>>),
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
            Self::Claim(command) => command.run().await,
        }
    }
}

/// Arguments of `stake`.
#[derive(Debug, Args)]
pub struct Stake {
    /// How much: 1.5 (whole tokens), 1500wei (smallest units) or all
    amount: Amount,
    /// Locks it for so many weeks
    #[arg(long, conflicts_with = "receiver")]
    weeks: Option<u64>,
    /// Who gets the stake, if not the sender
    #[arg(long = "for", value_name = "ADDRESS")]
    receiver: Option<Address>,
}

impl Operation for Stake {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (vault, asset) = (site.vault()?, site.asset().await?);
        let balance = site.erc20(asset.address).balanceOf(sender.address).call().await?;
        let assets = self.amount.units(asset.decimals, balance)?;
        covered(&asset, balance, assets)?;
        let shown = asset.show(assets);
        let plan = Plan::new(format!("stake {shown}"));
        let plan =
            plan.fact(format!("{} of {} stay", asset.show(balance - assets), asset.show(balance)));
        let plan = allowing(site, sender, plan, &asset, *vault.address(), assets).await?;
        let receiver = self.receiver.unwrap_or(sender.address);
        let Some(weeks) = self.weeks.map(U256::from) else {
            let call = IVault::depositCall { assets, receiver };
            return Ok(plan.step(format!("stake {shown}"), *vault.address(), &call));
        };
        let call = IVault::depositAndLockCall { assets, durationWeeks: weeks };
        let title = format!("stake {shown} and lock it for {weeks} weeks");
        Ok(plan.step(title, *vault.address(), &call))
    }
}

/// `plan`, with an approval if `spender` may not take `amount` yet.
///
/// # Errors
/// The node does not answer.
pub async fn allowing(
    site: &Site,
    sender: &Sender,
    plan: Plan,
    token: &Token,
    spender: Address,
    amount: U256,
) -> Result<Plan> {
    let allowed = site.erc20(token.address).allowance(sender.address, spender).call().await?;
    if allowed >= amount {
        return Ok(plan);
    }
    let name = site.book.name_of(spender).unwrap_or("contract");
    let title = format!("allow the {name} to take {}", token.show(amount));
    let call = IToken::approveCall { spender, value: amount };
    Ok(plan.step(title, token.address, &call))
}

/// Refuses an amount that is not there, before any contract has to.
///
/// # Errors
/// The balance is less.
pub fn covered(token: &Token, balance: U256, amount: U256) -> Result<()> {
    if amount.is_zero() {
        return Err(Failure::usage("the amount is zero; there is nothing to do"));
    }
    if balance < amount {
        let (has, wants) = (token.show(balance), token.show(amount));
        return Err(Failure::usage(format!("the sender has {has}, which is less than {wants}")));
    }
    Ok(())
}

/// Arguments of `withdraw`.
#[derive(Debug, Args)]
pub struct Withdraw {
    /// How much: 1.5 (whole tokens), 1500wei (smallest units) or all that is unlocked
    amount: Amount,
    /// Who gets the tokens, if not the sender
    #[arg(long, value_name = "ADDRESS")]
    to: Option<Address>,
}

impl Operation for Withdraw {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (vault, asset, owner) = (site.vault()?, site.asset().await?, sender.address);
        let unlocked = vault.unlockedBalanceOf(owner).call().await?;
        let assets = self.amount.units(asset.decimals, unlocked)?;
        let receiver = self.to.unwrap_or(owner);
        let call = IVault::withdrawCall { assets, receiver, owner };
        let plan = Plan::one(format!("withdraw {}", asset.show(assets)), *vault.address(), &call);
        Ok(plan.fact(format!("{} are unlocked", asset.show(unlocked))))
    }
}

/// Arguments of `lock`.
#[derive(Debug, Args)]
pub struct Lock {
    /// How much of the unlocked stake: 1.5 (whole tokens), 1500wei (smallest units) or all
    amount: Amount,
    /// For how many weeks, at least; it ends with a week
    #[arg(long)]
    weeks: u64,
}

impl Operation for Lock {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (vault, asset) = (site.vault()?, site.asset().await?);
        let unlocked = vault.unlockedBalanceOf(sender.address).call().await?;
        let assets = self.amount.units(asset.decimals, unlocked)?;
        let weeks = U256::from(self.weeks);
        let call = IVault::lockCall { assets, durationWeeks: weeks };
        let title = format!("lock {} for {weeks} weeks", asset.show(assets));
        Ok(Plan::one(title, *vault.address(), &call))
    }
}

/// Arguments of `claim`.
#[derive(Debug, Args)]
pub struct Claim {
    /// Tokens by address, ticker or name; all if none is named
    #[arg(value_name = "TOKEN")]
    tokens: Vec<String>,
    /// Who gets them, if not the sender
    #[arg(long, value_name = "ADDRESS")]
    to: Option<Address>,
}

impl Operation for Claim {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let vault = site.vault()?;
        let mut plan = Plan::new("claim what was earned");
        let mut tokens = Vec::new();
        for token in self.named(site).await? {
            let amount = vault.claimable(sender.address, token.address).call().await?;
            plan = plan.fact(format!("{} can be claimed", token.show(amount)));
            if !amount.is_zero() {
                tokens.push(token.address);
            }
        }
        if tokens.is_empty() {
            return Ok(plan);
        }
        let here = *vault.address();
        Ok(match self.to {
            None => plan.step("claim", here, &IVault::claimCall { tokens }),
            Some(receiver) => plan.step("claim", here, &IVault::claimToCall { tokens, receiver }),
        })
    }
}

impl Claim {
    async fn named(&self, site: &Site) -> Result<Vec<Token>> {
        let mut tokens = Vec::new();
        if self.tokens.is_empty() {
            for address in site.vault()?.rewardTokens().call().await? {
                tokens.push(site.token(address).await?);
            }
        }
        for name in &self.tokens {
            tokens.push(site.find_token(name).await?);
        }
        Ok(tokens)
    }
}
