//! In and out.

use alloy::primitives::{Address, B256, U256};
use clap::Args;
use eyre::Result;

use super::weight::NewLock;
use crate::{
    abi::{IToken, IVault},
    failure::Failure,
    session::{Allowance, Amount, Operation, Permit, Plan, Sender, Site, Token},
    units::date,
};

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
    /// Approves in a transaction of its own, even if the token knows permits
    #[arg(long)]
    approve: bool,
}

impl Operation for Stake {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (here, asset) = (site.book.address("vault")?, site.asset().await?);
        let balance = sender.balance(site, &asset).await?;
        let assets = asset.units(&self.amount, balance)?;
        covered(&asset, balance, assets)?;
        let (before, after) = (asset.show(balance), asset.show(balance - assets));
        let plan = Plan::new(self.title(&asset, assets)).fact(format!("{after} of {before} stay"));
        let plan = self.weighed(site, sender, plan, &asset, assets).await?;
        let (allowed, _) = sender.allowance(site, &asset, here).await?;
        if allowed < assets
            && !self.approve
            && let Some(permit) = Permit::prepare(site, sender, &asset, here, assets).await?
        {
            let amount = assets;
            let allowance =
                Allowance { token: asset.address, owner: sender.address, spender: here, amount };
            let until = date(permit.deadline().saturating_to());
            let plan = plan.fact(format!(
                "the vault may take them by a permit until {until}, signed when sent"
            ));
            return Ok(self.with_permit(plan.needing(allowance), here, assets, sender, permit));
        }
        let plan = allowing(site, sender, plan, &asset, here, assets).await?;
        Ok(self.with_approval(plan, here, assets, sender))
    }
}

impl Stake {
    fn title(&self, asset: &Token, assets: U256) -> String {
        let lock = self.weeks.map(|weeks| format!(" and lock it for {weeks} weeks"));
        format!("stake {}{}", asset.show(assets), lock.unwrap_or_default())
    }

    async fn weighed(
        &self,
        site: &Site,
        sender: &Sender,
        plan: Plan,
        asset: &Token,
        assets: U256,
    ) -> Result<Plan> {
        let Some(weeks) = self.weeks else { return Ok(plan) };
        let account = sender.address;
        let (added, given_up, standing) = (assets, U256::ZERO, false);
        let lock = NewLock { account, asset, assets, weeks, standing, added, given_up };
        lock.told(site, plan).await
    }

    fn with_approval(&self, plan: Plan, here: Address, assets: U256, sender: &Sender) -> Plan {
        let (title, receiver) = (plan.title.clone(), self.receiver.unwrap_or(sender.address));
        let Some(weeks) = self.weeks.map(U256::from) else {
            return plan.step(title, here, &IVault::depositCall { assets, receiver });
        };
        plan.step(title, here, &IVault::depositAndLockCall { assets, durationWeeks: weeks })
    }

    /// With the signature's place empty.
    fn with_permit(
        &self,
        plan: Plan,
        here: Address,
        assets: U256,
        sender: &Sender,
        permit: Permit,
    ) -> Plan {
        let (title, receiver) = (plan.title.clone(), self.receiver.unwrap_or(sender.address));
        let (deadline, v, r, s) = (permit.deadline(), 0, B256::ZERO, B256::ZERO);
        let plan = if let Some(weeks) = self.weeks.map(U256::from) {
            let call = IVault::depositAndLockWithPermitCall {
                assets,
                durationWeeks: weeks,
                deadline,
                v,
                r,
                s,
            };
            plan.step(title, here, &call)
        } else {
            let call = IVault::depositWithPermitCall { assets, receiver, deadline, v, r, s };
            plan.step(title, here, &call)
        };
        plan.permitted(permit)
    }
}

/// `plan`, with an approval if `spender` will not be allowed to take `amount` when it comes to that. What
/// the next call needs and is not on chain yet, the plan knows.
///
/// # Errors
/// The node does not answer.
pub(in crate::commands) async fn allowing(
    site: &Site,
    sender: &Sender,
    plan: Plan,
    token: &Token,
    spender: Address,
    amount: U256,
) -> Result<Plan> {
    let (now, then) = sender.allowance(site, token, spender).await?;
    let plan = if then < amount {
        let name = site.book.name_of(spender).unwrap_or("contract");
        let title = format!("allow the {name} to take {}", token.show(amount));
        plan.step(title, token.address, &IToken::approveCall { spender, value: amount })
    } else {
        plan
    };
    let allowance = Allowance { token: token.address, owner: sender.address, spender, amount };
    Ok(if now < amount { plan.needing(allowance) } else { plan })
}

/// Refuses an amount that is not there, before any contract has to.
///
/// # Errors
/// The balance is less.
pub(in crate::commands) fn covered(token: &Token, balance: U256, amount: U256) -> Result<()> {
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
        let assets = asset.units(&self.amount, unlocked)?;
        let receiver = self.to.unwrap_or(owner);
        let call = IVault::withdrawCall { assets, receiver, owner };
        let plan = Plan::one(format!("withdraw {}", asset.show(assets)), *vault.address(), &call);
        Ok(plan.fact(format!("{} are unlocked", asset.show(unlocked))))
    }
}
