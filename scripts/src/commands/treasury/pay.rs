//! What is owed, out of the splitter.

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use clap::Args;
use eyre::Result;

use super::named;
use crate::{
    abi::{ISplitter, IVault},
    failure::Failure,
    session::{Catalog, Kind, Operation, Plan, PolicyLine, Sender, Site, Token},
};

/// Week ends that a payment to a vault passes within the gas that it gets; before more, the vault's books
/// are brought forward first.
const WEEKS_IN_PAYMENT: u64 = 1;
/// Week ends that one transaction passes: about a million gas with eight reward tokens.
const WEEKS_AT_ONCE: u64 = 8;

/// Arguments of `distribute`.
#[derive(Debug, Args)]
pub struct Distribute {
    /// Tokens by address, ticker or name; all of the vault's if none is named
    #[arg(value_name = "TOKEN")]
    tokens: Vec<String>,
    /// A single policy, by number or name
    #[arg(long)]
    policy: Option<String>,
}

impl Operation for Distribute {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (catalog, tokens) = (Catalog::read(site).await?, named(site, &self.tokens).await?);
        let policies = chosen(&catalog, self.policy.as_deref())?;
        let mut plan = Plan::new("distribute what is owed");
        plan = caught_up(site, plan, &policies, &tokens).await?;
        let catches_up = plan.steps.len();
        for policy in policies {
            for token in &tokens {
                plan = distribution(site, plan, policy, token).await?;
            }
        }
        plan = tokens.iter().fold(plan, Plan::about);
        if catches_up == 0 {
            return payable(site, sender, plan).await;
        }
        plan.steps.iter_mut().skip(catches_up).for_each(|step| step.waits = true);
        Ok(plan)
    }
}

/// `plan`, with what brings the books of vaults forward that are owed something and are so far behind that
/// a payment would not get enough gas.
async fn caught_up(
    site: &Site,
    mut plan: Plan,
    policies: &[&PolicyLine],
    tokens: &[Token],
) -> Result<Plan> {
    let mut vaults = BTreeSet::new();
    for policy in policies {
        for (index, payee) in policy.payees.iter().enumerate() {
            if payee.kind == Kind::Stream && is_owed(site, policy, index, tokens).await? {
                vaults.insert(payee.address);
            }
        }
    }
    for vault in vaults {
        let behind = site.weeks_behind(vault).await?;
        if behind > WEEKS_IN_PAYMENT {
            plan = passing(plan, vault, behind);
        }
    }
    Ok(plan)
}

async fn is_owed(site: &Site, policy: &PolicyLine, index: usize, tokens: &[Token]) -> Result<bool> {
    let (splitter, id, index) = (site.splitter()?, U256::from(policy.id), U256::from(index));
    for token in tokens {
        if !splitter.owed(id, index, token.address).call().await?.is_zero() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// `plan`, with transactions that pass `weeks` week ends in the books of `vault`.
fn passing(plan: Plan, vault: Address, weeks: u64) -> Plan {
    (0..weeks.div_ceil(WEEKS_AT_ONCE)).fold(plan, |plan, part| {
        let weeks = WEEKS_AT_ONCE.min(weeks - part * WEEKS_AT_ONCE);
        let call = IVault::checkpointCall { maxWeeks: U256::from(weeks) };
        plan.step(format!("pass {weeks} idle weeks in the vault's books"), vault, &call)
    })
}

/// `plan` without distributions that would pay nobody, each of which is told with its reason.
///
/// # Errors
/// None of them would pay anybody.
async fn payable(site: &Site, sender: &Sender, mut plan: Plan) -> Result<Plan> {
    for step in std::mem::take(&mut plan.steps) {
        let call = ISplitter::distributeCall::abi_decode(&step.data)?;
        let asked = site.splitter()?;
        let paid = asked.distribute(call.policyId, call.token).from(sender.address).call().await;
        if paid.is_ok_and(|paid| paid.is_zero()) {
            let why = site.stuck(call.policyId, call.token).await?;
            plan = plan.warning(format!("nothing of it can be paid now: {why:#}"));
        } else {
            plan.steps.push(step);
        }
    }
    if plan.steps.is_empty() && !plan.warnings.is_empty() {
        return Err(Failure::Unwell(plan.warnings.join("; ")).into());
    }
    Ok(plan)
}

/// `plan`, with the distribution of what the payees of `policy` that are no plain accounts are owed.
///
/// # Errors
/// The node does not answer.
pub async fn distribution(
    site: &Site,
    plan: Plan,
    policy: &PolicyLine,
    token: &Token,
) -> Result<Plan> {
    let (splitter, id) = (site.splitter()?, U256::from(policy.id));
    let mut owed = U256::ZERO;
    for (index, payee) in policy.payees.iter().enumerate() {
        if payee.kind != Kind::Account {
            owed += splitter.owed(id, U256::from(index), token.address).call().await?;
        }
    }
    if owed.is_zero() {
        return Ok(plan);
    }
    let call = ISplitter::distributeCall { policyId: id, token: token.address };
    let title = format!("distribute {} of policy {}", token.show(owed), policy.id);
    Ok(plan.step(title, *splitter.address(), &call))
}

fn chosen<'a>(catalog: &'a Catalog, named: Option<&str>) -> Result<Vec<&'a PolicyLine>> {
    named.map_or_else(
        || Ok(catalog.policies.iter().collect()),
        |name| Ok(vec![catalog.policy(name)?]),
    )
}

/// Arguments of `release`.
#[derive(Debug, Args)]
pub struct Release {
    /// Tokens by address, ticker or name; all of the vault's if none is named
    #[arg(value_name = "TOKEN")]
    tokens: Vec<String>,
    /// A single policy, by number or name
    #[arg(long)]
    policy: Option<String>,
    /// A single payee of that policy, counted from 0; of any kind
    #[arg(long, requires = "policy")]
    payee: Option<usize>,
}

impl Operation for Release {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let (catalog, tokens) = (Catalog::read(site).await?, named(site, &self.tokens).await?);
        let mut plan = Plan::new("pay accounts what they are owed");
        for policy in chosen(&catalog, self.policy.as_deref())? {
            self.is_there(policy)?;
            for token in &tokens {
                plan = release(site, plan, policy, &self.payees(policy), token).await?;
            }
        }
        Ok(tokens.iter().fold(plan, Plan::about))
    }
}

impl Release {
    fn is_there(&self, policy: &PolicyLine) -> Result<()> {
        let count = policy.payees.len();
        let Some(index) = self.payee.filter(|index| *index >= count) else { return Ok(()) };
        let (id, last) = (policy.id, count.saturating_sub(1));
        Err(Failure::usage(format!("policy {id} has no payee {index}; they are 0 to {last}")))
    }

    fn payees(&self, policy: &PolicyLine) -> Vec<usize> {
        let accounts = policy.payees.iter().enumerate();
        let accounts = accounts.filter(|(_, payee)| payee.kind == Kind::Account);
        self.payee.map_or_else(|| accounts.map(|(index, _)| index).collect(), |one| vec![one])
    }
}

/// `plan`, with the payment of those of `payees` who are owed something; in one call, if they are several.
async fn release(
    site: &Site,
    plan: Plan,
    policy: &PolicyLine,
    payees: &[usize],
    token: &Token,
) -> Result<Plan> {
    let (splitter, id) = (site.splitter()?, U256::from(policy.id));
    let (mut due, mut total) = (Vec::new(), U256::ZERO);
    for index in payees.iter().map(|index| U256::from(*index)) {
        let owed = splitter.owed(id, index, token.address).call().await?;
        if !owed.is_zero() {
            due.push(index);
            total += owed;
        }
    }
    let (here, shown, token) = (*splitter.address(), token.show(total), token.address);
    Ok(match due.as_slice() {
        [] => plan,
        [only] => {
            let call = ISplitter::releaseCall { policyId: id, payeeIndex: *only, token };
            plan.step(format!("pay {shown} to payee {only} of policy {id}"), here, &call)
        }
        many => {
            let title = format!("pay {shown} to {} payees of policy {id}", many.len());
            plan.step(
                title,
                here,
                &ISplitter::releaseManyCall { policyId: id, payeeIndices: due, token },
            )
        }
    })
}
