//! What was earned, and votes.

use alloy::primitives::Address;
use clap::Args;
use eyre::Result;

use crate::{
    abi::IVault,
    session::{Operation, Plan, Sender, Site, Token},
};

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

/// Arguments of `compound`: none.
#[derive(Debug, Args)]
pub struct Compound {}

impl Operation for Compound {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (vault, asset) = (site.vault()?, site.asset().await?);
        let amount = vault.claimable(sender.address, asset.address).call().await?;
        let shown = asset.show(amount);
        if amount.is_zero() {
            return Ok(Plan::new("stake what was earned").fact(format!("that is {shown}")));
        }
        let title = format!("stake {shown} that were earned");
        Ok(Plan::one(title, *vault.address(), &IVault::compoundCall {}))
    }
}

/// Arguments of `payout`.
#[derive(Debug, Args)]
pub struct Payout {
    /// Who gets the revenue, if not the account itself
    payee: Option<Address>,
    /// Anyone may trigger the payment, so that a keeper does
    #[arg(long)]
    automatic: bool,
}

impl Operation for Payout {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let (payee, automatic) = (self.payee.unwrap_or_default(), self.automatic);
        let call = IVault::setPayoutCall { payee, automatic };
        let whom = self.payee.map_or("the account itself".to_owned(), |payee| payee.to_string());
        let who = if automatic { "anyone may trigger it" } else { "only the account claims" };
        let title = format!("have revenue paid to {whom}; {who}");
        Ok(Plan::one(title, site.book.address("vault")?, &call))
    }
}

/// Arguments of `delegate`.
#[derive(Debug, Args)]
pub struct Delegate {
    /// Who votes; the zero address for nobody
    delegatee: Address,
}

impl Operation for Delegate {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let call = IVault::delegateCall { delegatee: self.delegatee };
        let title = format!("give the votes to {}", site.name(self.delegatee));
        let plan = Plan::one(title, site.book.address("vault")?, &call);
        let now = site.vault()?.delegates(sender.address).call().await?;
        Ok(if now.is_zero() { plan } else { plan.fact(format!("until now {now} had them")) })
    }
}
