//! What treasuries do: push revenue in, and pay out what is owed.

use alloy::{
    primitives::{U256, utils::format_ether},
    providers::Provider,
};
use clap::{Args, Subcommand};
use eyre::Result;

use super::holder::{allowing, covered};
use crate::{
    abi::ISplitter,
    failure::Failure,
    session::{Amount, Catalog, Kind, Operation, Plan, PolicyLine, Sender, Sending, Site, Token},
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

/// Arguments of `push`.
#[derive(Debug, Args)]
pub struct Push {
    /// How much: 1.5 (whole tokens), 1500wei (smallest units) or all
    amount: Amount,
    /// Of which token: address, ticker or name; `eth` for ether
    token: String,
    /// Where it comes from: a source's label, name or id; `source list` shows them
    #[arg(long)]
    source: String,
}

impl Operation for Push {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let catalog = Catalog::read(site).await?;
        let source = catalog.source(&self.source)?;
        let here = site.book.address("splitter")?;
        let divided =
            format!("policy {} divides what comes from {:?}", source.policy, source.label);
        if self.token.eq_ignore_ascii_case("eth") {
            let value = self.ether(site, sender).await?;
            let title = format!("push {} ETH from {}", format_ether(value), source.label);
            let call = ISplitter::depositNativeCall { source: source.id };
            return Ok(Plan::one(title, here, &call).paying(value).fact(divided));
        }
        let token = site.find_token(&self.token).await?;
        let balance = site.erc20(token.address).balanceOf(sender.address).call().await?;
        let amount = self.amount.units(token.decimals, balance)?;
        covered(&token, balance, amount)?;
        let title = format!("push {} from {}", token.show(amount), source.label);
        let plan = Plan::new(title.clone()).fact(divided);
        let plan = allowing(site, sender, plan, &token, here, amount).await?;
        let call = ISplitter::depositCall { source: source.id, token: token.address, amount };
        Ok(plan.step(title, here, &call))
    }
}

impl Push {
    /// Wei to send. All of it cannot be meant: gas has to be paid from the rest.
    async fn ether(&self, site: &Site, sender: &Sender) -> Result<U256> {
        let balance = site.chain.provider().get_balance(sender.address).await?;
        if self.amount == Amount::All {
            return Err(Failure::usage("name an amount of ether; some has to stay to pay for gas"));
        }
        let address = sender.address;
        let ether = Token { address, symbol: "ETH".to_owned(), decimals: 18 };
        let value = self.amount.units(ether.decimals, balance)?;
        covered(&ether, balance, value)?;
        Ok(value)
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
            let held = site.erc20(token.address).balanceOf(here).call().await?;
            let booked = splitter.undistributed(token.address).call().await?;
            let mut stray = held.saturating_sub(booked);
            if token.address == weth {
                stray += site.chain.provider().get_balance(here).await?;
            }
            plan = plan.fact(format!("{} are not in the books", token.show(stray)));
            if !stray.is_zero() {
                let call = ISplitter::syncCall { token: token.address };
                plan = plan.step(format!("take in {}", token.show(stray)), here, &call);
            }
        }
        Ok(plan)
    }
}

/// The tokens called `names`; all of the vault's if there is no name.
pub(super) async fn named(site: &Site, names: &[String]) -> Result<Vec<Token>> {
    if names.is_empty() {
        return site.tokens().await;
    }
    let mut tokens = Vec::new();
    for name in names {
        tokens.push(site.find_token(name).await?);
    }
    Ok(tokens)
}

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
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let (catalog, tokens) = (Catalog::read(site).await?, named(site, &self.tokens).await?);
        let mut plan = Plan::new("distribute what is owed");
        for policy in chosen(&catalog, self.policy.as_deref())? {
            for token in &tokens {
                plan = distribution(site, plan, policy, token).await?;
            }
        }
        Ok(plan)
    }
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
            for token in &tokens {
                plan = release(site, plan, policy, &self.payees(policy), token).await?;
            }
        }
        Ok(plan)
    }
}

impl Release {
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
