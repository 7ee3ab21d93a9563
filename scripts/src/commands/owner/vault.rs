//! Curves and reward tokens.

use std::{fmt, str::FromStr};

use alloy::primitives::U256;
use clap::{Args, Subcommand};
use eyre::Result;
use serde::Serialize;

use crate::{
    abi::IVault,
    failure::Failure,
    session::{
        Asking, Catalog, Inquiry, Operation, Plan, Sender, Sending, Site, Sum, Token, label, table,
    },
    units::{multiplier, percent},
};

/// What can be done about the multiplier curve.
#[derive(Debug, Subcommand)]
pub enum Curve {
    /// Shows it
    Show(Asking<ShowCurve>),
    /// Replaces it. Locks that exist keep what they have
    #[command(after_help = "Example:\n  \
        tributary curve set 0:10000 52:25000 208:40000 --account owner\n  \
        (1x unlocked, 2.5x for a year, 4x for four years, linear in between)")]
    Set(Box<Sending<SetCurve>>),
}

impl Curve {
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::Show(command) => command.run().await,
            Self::Set(command) => command.run().await,
        }
    }
}

/// What can be done about early exits.
#[derive(Debug, Subcommand)]
pub enum Penalty {
    /// Sets what leaving early costs, by weeks left, and the source that it is revenue of
    #[command(after_help = "Examples:\n  \
        tributary penalty set 0:0 52:2500 208:5000 --source early-exits --account owner\n  \
        tributary penalty set --source early-exits --account owner   (no early exits)")]
    Set(Box<Sending<SetPenalty>>),
}

impl Penalty {
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::Set(command) => command.run().await,
        }
    }
}

/// What can be done about reward tokens.
#[derive(Debug, Subcommand)]
pub enum Reward {
    /// Shows them, with their books
    List(Asking<ListRewards>),
    /// Adds a token that revenue is paid in, or opens one that was retired. None can be removed
    Add(Box<Sending<AddReward>>),
    /// Takes no more revenue in a token. What was earned stays claimable for ever
    Retire(Box<Sending<RetireReward>>),
}

impl Reward {
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::List(command) => command.run().await,
            Self::Add(command) => command.run().await,
            Self::Retire(command) => command.run().await,
        }
    }
}

/// A point of a curve: weeks and basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Point {
    weeks: u32,
    bps: u32,
}

/// Why a text is no point.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no point; write WEEKS:BPS, for example 52:25000")]
struct NoPoint(String);

impl FromStr for Point {
    type Err = NoPoint;

    fn from_str(text: &str) -> Result<Self, NoPoint> {
        let parts = text.split_once(':');
        let parts = parts.and_then(|(weeks, bps)| Some((weeks.parse().ok()?, bps.parse().ok()?)));
        parts.map(|(weeks, bps)| Self { weeks, bps }).ok_or_else(|| NoPoint(text.to_owned()))
    }
}

fn shown(points: &[Point], unit: impl Fn(u64) -> String) -> String {
    let points = points.iter().map(|one| format!("{} weeks {}", one.weeks, unit(one.bps.into())));
    points.collect::<Vec<_>>().join(", ")
}

/// Arguments of `curve show`: none.
#[derive(Debug, Args)]
pub struct ShowCurve {}

/// The curves.
#[derive(Debug, Serialize)]
pub struct Curves {
    multipliers: Vec<Point>,
    penalties: Vec<Point>,
    #[serde(skip_serializing_if = "Option::is_none")]
    penalty_source: Option<String>,
}

impl Inquiry for ShowCurve {
    type Page = Curves;

    async fn read(&self, site: &Site) -> Result<Curves> {
        let vault = site.vault()?;
        let curve = vault.curve().call().await?;
        let penalty = vault.penaltyCurve().call().await?;
        let points = |weeks: Vec<u32>, bps: Vec<u32>| {
            weeks.into_iter().zip(bps).map(|(weeks, bps)| Point { weeks, bps }).collect::<Vec<_>>()
        };
        let penalties = points(penalty.durations, penalty.penalties);
        Ok(Curves {
            multipliers: points(curve.durations, curve.multipliers),
            penalty_source: (!penalties.is_empty()).then(|| label(penalty.source)),
            penalties,
        })
    }
}

impl fmt::Display for Curves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "weight of a lock   {}", shown(&self.multipliers, multiplier))?;
        match &self.penalty_source {
            None => write!(f, "leaving early      not possible"),
            Some(source) => {
                let penalties = shown(&self.penalties, percent);
                write!(f, "leaving early      {penalties}, as revenue of {source}")
            }
        }
    }
}

/// Arguments of `curve set`.
#[derive(Debug, Args)]
pub struct SetCurve {
    /// 1 to 8 points WEEKS:BPS, from 0:10000, weeks rising to at most 208, bps to at most 100000
    #[arg(required = true, value_name = "WEEKS:BPS")]
    points: Vec<Point>,
}

impl Operation for SetCurve {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let (durations, multipliers) = self.points.iter().map(|one| (one.weeks, one.bps)).unzip();
        let call = IVault::setCurveCall { durations, multipliers };
        let title = format!("weigh locks by {}", shown(&self.points, multiplier));
        Ok(Plan::one(title, site.book.address("vault")?, &call))
    }
}

/// Arguments of `penalty set`.
#[derive(Debug, Args)]
pub struct SetPenalty {
    /// Points WEEKS_LEFT:BPS; none forbids leaving early
    #[arg(value_name = "WEEKS:BPS")]
    points: Vec<Point>,
    /// The splitter's source that penalties are revenue of
    #[arg(long)]
    source: String,
}

impl Operation for SetPenalty {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let (durations, penalties) = self.points.iter().map(|one| (one.weeks, one.bps)).unzip();
        let source = Catalog::read(site).await?.source(&self.source)?.id;
        let splitter = site.book.address("splitter")?;
        let call = IVault::setPenaltyCurveCall { durations, penalties, splitter, source };
        let title = match self.points.as_slice() {
            [] => "forbid leaving early".to_owned(),
            points => format!("charge for leaving early: {}", shown(points, percent)),
        };
        Ok(Plan::one(title, site.book.address("vault")?, &call))
    }
}

/// Arguments of `reward list`: none.
#[derive(Debug, Args)]
pub struct ListRewards {}

/// The reward tokens.
#[derive(Debug, Serialize)]
pub struct Rewards {
    tokens: Vec<RewardLine>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RewardLine {
    received: Sum,
    paid: Sum,
    stream_weeks: u64,
    retired: bool,
}

impl Inquiry for ListRewards {
    type Page = Rewards;

    async fn read(&self, site: &Site) -> Result<Rewards> {
        let vault = site.vault()?;
        let mut tokens = Vec::new();
        for address in vault.rewardTokens().call().await? {
            let token = site.token(address).await?;
            let state = vault.rewardState(address).call().await?;
            tokens.push(RewardLine {
                received: token.sum(state.received),
                paid: token.sum(state.paid),
                stream_weeks: state.streamWeeks.saturating_to(),
                retired: state.retired,
            });
        }
        Ok(Rewards { tokens })
    }
}

impl fmt::Display for Rewards {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.tokens.iter().map(|one| {
            let state = if one.retired { "retired" } else { "takes revenue" };
            [
                one.received.token.to_string(),
                one.received.shown.clone(),
                one.paid.shown.clone(),
                format!("{} weeks", one.stream_weeks),
                state.to_owned(),
            ]
        });
        write!(f, "{}", table(&["token", "received", "paid", "streams", "state"], lines))
    }
}

/// Arguments of `reward add`.
#[derive(Debug, Args)]
pub struct AddReward {
    /// The token: address or name of the deployment
    token: String,
    /// A push streams to the end of its week plus so many weeks
    #[arg(long, value_name = "WEEKS")]
    stream_weeks: u64,
}

impl Operation for AddReward {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let token = site.find_token(&self.token).await?;
        let vault = site.book.address("vault")?;
        if site.balance(token.address, vault).await?.is_none() {
            let why =
                format!("there is no ERC-20 at {}; see that it is of this chain", token.address);
            return Err(Failure::usage(why));
        }
        let stream_weeks = U256::from(self.stream_weeks);
        let call = IVault::addRewardTokenCall { token: token.address, streamWeeks: stream_weeks };
        let known = site.vault()?.rewardTokens().call().await?;
        let retired = known.contains(&token.address)
            && site.vault()?.rewardState(token.address).call().await?.retired;
        let again = if retired { "again " } else { "" };
        let title = format!("pay revenue {again}in {} ({})", token.symbol, token.address);
        let plan = Plan::one(title, vault, &call);
        let plan = token.note().into_iter().fold(plan, Plan::warning);
        if retired {
            return Ok(
                plan.fact("it was retired; this opens it, with the new length of its streams")
            );
        }
        Ok(plan.fact("it can be retired later, but never removed; at most 8 tokens fit"))
    }
}

/// Arguments of `reward retire`.
#[derive(Debug, Args)]
pub struct RetireReward {
    /// The token: address, ticker or name
    token: String,
    /// Even if the splitter owes the vault some of it, which will wait there
    #[arg(long)]
    anyway: bool,
}

impl Operation for RetireReward {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let token = site.find_token(&self.token).await?;
        let known = site.vault()?.rewardTokens().call().await?;
        if !known.contains(&token.address) {
            let why = format!("{} is none of the vault's reward tokens", token.symbol);
            return Err(Failure::usage(why));
        }
        let call = IVault::retireRewardTokenCall { token: token.address };
        let title = format!("take no more revenue in {}", token.symbol);
        let plan = Plan::one(title, site.book.address("vault")?, &call);
        let owed = owed_to_vault(site, &token).await?;
        if owed.is_zero() {
            return Ok(plan);
        }
        let stranded = format!(
            "the splitter owes the vault {}, which it could not take then",
            token.show(owed)
        );
        if self.anyway {
            return Ok(plan.warning(stranded));
        }
        let symbol = &token.symbol;
        Err(Failure::usage(format!(
            "{stranded}; `tributary distribute {symbol}` first, or add --anyway"
        )))
    }
}

/// What the splitter owes the vault of `token`, by all policies.
async fn owed_to_vault(site: &Site, token: &Token) -> Result<U256> {
    if !site.book.contracts.contains_key("splitter") {
        return Ok(U256::ZERO);
    }
    let (splitter, vault) = (site.splitter()?, site.book.address("vault")?);
    let mut owed = U256::ZERO;
    for policy in Catalog::read(site).await?.policies {
        let payees = policy.payees.iter().enumerate();
        for (index, _) in payees.filter(|(_, payee)| payee.address == vault) {
            let (id, index) = (U256::from(policy.id), U256::from(index));
            owed += splitter.owed(id, index, token.address).call().await?;
        }
    }
    Ok(owed)
}
