//! What was earned, and votes.

use alloy::primitives::Address;
use clap::Args;
use eyre::Result;

use crate::{
    abi::IVault,
    failure::Failure,
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
        let mut due = Vec::new();
        for token in self.named(site).await? {
            let amount = vault.claimable(sender.address, token.address).call().await?;
            plan = plan.fact(format!("{} can be claimed", token.show(amount))).about(&token);
            if !amount.is_zero() {
                due.push(token);
            }
        }
        if self.tokens.is_empty() {
            (plan, due) = self.without_broken(site, sender, plan, due).await?;
        }
        if due.is_empty() {
            return Ok(plan);
        }
        let (here, tokens) = (*vault.address(), due.iter().map(|token| token.address).collect());
        Ok(match self.to {
            None => plan.step("claim", here, &IVault::claimCall { tokens }),
            Some(receiver) => plan.step("claim", here, &IVault::claimToCall { tokens, receiver }),
        })
    }
}

impl Claim {
    /// Tokens by name, all of which the vault has to pay.
    async fn named(&self, site: &Site) -> Result<Vec<Token>> {
        let paid = site.vault()?.rewardTokens().call().await?;
        let mut tokens = Vec::new();
        if self.tokens.is_empty() {
            for address in &paid {
                tokens.push(site.token(*address).await?);
            }
        }
        for name in &self.tokens {
            let token = site.find_token(name).await?;
            if !paid.contains(&token.address) {
                let why = format!(
                    "{name} is none of the vault's reward tokens; `tributary reward list` has them"
                );
                return Err(Failure::usage(why));
            }
            tokens.push(token);
        }
        Ok(tokens)
    }

    /// `due` without tokens that cannot be paid now, so that one does not keep the others back; all of
    /// them, if none can.
    async fn without_broken(
        &self,
        site: &Site,
        sender: &Sender,
        mut plan: Plan,
        due: Vec<Token>,
    ) -> Result<(Plan, Vec<Token>)> {
        let (here, mut sound) = (site.book.address("vault")?, Vec::new());
        for token in &due {
            let receiver = self.to.unwrap_or(sender.address);
            let call = IVault::claimToCall { tokens: vec![token.address], receiver };
            match site.objection(sender.address, here, &call).await? {
                None => sound.push(token.clone()),
                Some(why) => {
                    let symbol = &token.symbol;
                    plan = plan.warning(format!(
                        "{symbol} cannot be paid now and stays claimable: {why:#}"
                    ));
                }
            }
        }
        Ok((plan, if sound.is_empty() { due } else { sound }))
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
