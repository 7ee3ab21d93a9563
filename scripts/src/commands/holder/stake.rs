//! In and out.

use alloy::primitives::{Address, U256};
use clap::Args;
use eyre::Result;

use crate::{
    abi::{IToken, IVault},
    failure::Failure,
    session::{Amount, Operation, Permit, Plan, Sender, Site, Token},
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
        let (vault, asset) = (site.vault()?, site.asset().await?);
        let (here, token) = (*vault.address(), site.erc20(asset.address));
        let balance = token.balanceOf(sender.address).call().await?;
        let assets = self.amount.units(asset.decimals, balance)?;
        covered(&asset, balance, assets)?;
        let (before, after) = (asset.show(balance), asset.show(balance - assets));
        let plan = Plan::new(self.title(&asset, assets)).fact(format!("{after} of {before} stay"));
        let allowed = token.allowance(sender.address, here).call().await?;
        if allowed < assets
            && !self.approve
            && let Some(permit) = Permit::sign(site, sender, &asset, here, assets).await?
        {
            let until = date(permit.deadline);
            let plan = plan.fact(format!("signed: the vault may take them, until {until}"));
            return Ok(self.with_permit(plan, here, assets, sender, permit));
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

    fn with_approval(&self, plan: Plan, here: Address, assets: U256, sender: &Sender) -> Plan {
        let (title, receiver) = (plan.title.clone(), self.receiver.unwrap_or(sender.address));
        let Some(weeks) = self.weeks.map(U256::from) else {
            return plan.step(title, here, &IVault::depositCall { assets, receiver });
        };
        plan.step(title, here, &IVault::depositAndLockCall { assets, durationWeeks: weeks })
    }

    fn with_permit(
        &self,
        plan: Plan,
        here: Address,
        assets: U256,
        sender: &Sender,
        Permit { deadline, v, r, s }: Permit,
    ) -> Plan {
        let (title, receiver) = (plan.title.clone(), self.receiver.unwrap_or(sender.address));
        let deadline = U256::from(deadline);
        let Some(weeks) = self.weeks.map(U256::from) else {
            let call = IVault::depositWithPermitCall { assets, receiver, deadline, v, r, s };
            return plan.step(title, here, &call);
        };
        let call = IVault::depositAndLockWithPermitCall {
            assets,
            durationWeeks: weeks,
            deadline,
            v,
            r,
            s,
        };
        plan.step(title, here, &call)
    }
}

/// `plan`, with an approval if `spender` may not take `amount` yet.
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
        let assets = self.amount.units(asset.decimals, unlocked)?;
        let receiver = self.to.unwrap_or(owner);
        let call = IVault::withdrawCall { assets, receiver, owner };
        let plan = Plan::one(format!("withdraw {}", asset.show(assets)), *vault.address(), &call);
        Ok(plan.fact(format!("{} are unlocked", asset.show(unlocked))))
    }
}
