//! Revenue, into the splitter.

use alloy::primitives::{Address, U256, utils::format_ether};
use clap::Args;
use eyre::{Report, Result};

use crate::{
    abi::{ISplitter, IVault},
    commands::holder::{allowing, covered},
    failure::{Failure, is_silence},
    session::{Amount, Catalog, Kind, Operation, Plan, PolicyLine, Sender, Site, Token},
    units::percent,
};

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
            let weth = site.token(site.splitter()?.weth().call().await?).await?;
            let plan = Plan::one(title, here, &call).paying(value).fact(divided);
            return welcomed(site, plan, catalog.policy_of(source)?, &weth).await;
        }
        let token = site.find_token(&self.token).await?;
        let balance = sender.balance(site, &token).await?;
        let amount = token.units(&self.amount, balance)?;
        covered(&token, balance, amount)?;
        let title = format!("push {} from {}", token.show(amount), source.label);
        let plan = Plan::new(title.clone()).fact(divided).about(&token);
        let plan = welcomed(site, plan, catalog.policy_of(source)?, &token).await?;
        let plan = allowing(site, sender, plan, &token, here, amount).await?;
        let call = ISplitter::depositCall { source: source.id, token: token.address, amount };
        Ok(plan.step(title, here, &call))
    }
}

impl Push {
    /// Wei to send. All of it cannot be meant: gas has to be paid from the rest.
    async fn ether(&self, site: &Site, sender: &Sender) -> Result<U256> {
        let balance = sender.ether(site).await?;
        if self.amount == Amount::All {
            return Err(Failure::usage("name an amount of ether; some has to stay to pay for gas"));
        }
        let ether = Token::ether();
        let value = ether.units(&self.amount, balance)?;
        covered(&ether, balance, value)?;
        Ok(value)
    }
}

/// `plan`, with a warning for every vault among the payees of `policy` that does not take `token`: what it
/// is owed would wait in the splitter until it does.
async fn welcomed(site: &Site, plan: Plan, policy: &PolicyLine, token: &Token) -> Result<Plan> {
    let mut plan = plan;
    let vaults = policy.payees.iter().enumerate().filter(|(_, payee)| payee.kind == Kind::Stream);
    for (index, payee) in vaults {
        if let Some(why) = not_taken(site, payee.address, token).await? {
            let who = site.name(payee.address);
            let (share, symbol) = (percent(payee.bps.into()), &token.symbol);
            plan = plan.warning(format!(
                "payee {index} of policy {}, {who}, {why}: its {share} of the {symbol} will wait in the \
                 splitter until it takes {symbol}",
                policy.id
            ));
        }
    }
    Ok(plan)
}

/// Why the vault at `address` takes no revenue in `token`, if it takes none. Of what is none of our vaults
/// nothing is known.
async fn not_taken(site: &Site, address: Address, token: &Token) -> Result<Option<&'static str>> {
    let vault = IVault::new(address, site.chain.provider());
    match vault.rewardTokens().call().await.map_err(Report::from) {
        Ok(known) if known.contains(&token.address) => {}
        Ok(_) => return Ok(Some("does not know this token")),
        Err(error) if is_silence(&error) => return Err(error),
        Err(_) => return Ok(None),
    }
    let state = vault.rewardState(token.address).call().await?;
    Ok(state.retired.then_some("has retired this token"))
}
