//! `tributary keeper`: see [`crate::keeper`].

mod show;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use alloy::primitives::U256;
use backon::{ExponentialBuilder, Retryable};
use clap::Args;
use eyre::Result;

use super::{duration, gwei};
use crate::{
    auction::Auction,
    console,
    failure::is_silence,
    keeper::{
        Keeper, Rules,
        store::Store,
        threshold::{Limits, Threshold, Thresholds},
    },
    session::{Amount, Session, SessionArgs, Site},
};

/// Arguments of `keeper`.
#[derive(Debug, Args)]
pub struct KeeperArgs {
    /// One round, and the end: for a timer of the system
    #[arg(long)]
    once: bool,
    /// Time between rounds: 90s, 10m, 2h
    #[arg(long, default_value = "10m", value_parser = duration)]
    interval: Duration,
    /// Ether that may be spent a day, for gas, renewals and bids
    #[arg(long, value_name = "ETHER", default_value = "0.01", value_parser = ether)]
    budget: U256,
    /// Highest fee for a unit of gas, in gwei; duties wait while it is higher
    #[arg(long, value_name = "GWEI", default_value = "1", value_parser = gwei)]
    max_fee: u128,
    /// Highest bid for a place in the chain's cache, in ether; 0 takes what is free
    #[arg(long, value_name = "ETHER", default_value = "0", value_parser = ether)]
    max_bid: U256,
    /// Least payout to an account: of a token, or of all that are not named. May be repeated
    /// [default: 1, and 0.001 of wrapped ether]
    #[arg(long, value_name = "[TOKEN=]AMOUNT")]
    min_payout: Vec<Threshold>,
    /// Least revenue to take in or to distribute, in the same way [default: 0.001]
    #[arg(long, value_name = "[TOKEN=]AMOUNT")]
    min_revenue: Vec<Threshold>,
    /// Most gas of one transaction that pays accounts; more accounts are paid in several
    #[arg(long, value_name = "GAS", default_value_t = 8_000_000)]
    payout_gas: u64,
    /// How long a transaction is waited for before it is replaced
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    patience: Duration,
    /// Where to keep the day's spending, which keepers with the same file share
    /// [default: `keeper-<chain id>.json`]
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_KEEPER_STATE")]
    state: Option<PathBuf>,
    /// Answers GET /health there: 200, or 503 without a good round for three intervals
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "once")]
    health: Option<SocketAddr>,
    #[command(flatten)]
    session: SessionArgs,
}

fn ether(text: &str) -> Result<U256> {
    text.parse::<Amount>()?.units(18, U256::MAX)
}

/// Keeps, once or until it is stopped. Without `--broadcast` it shows what there is to do, and asks.
///
/// # Errors
/// The session does not open; of `--once`, whatever went wrong.
pub async fn run(args: KeeperArgs) -> Result<()> {
    let session = if args.once { args.session.open().await? } else { patiently(&args).await? };
    args.check(&session.site).await?;
    let chain_id = session.site.chain.chain_id();
    let rules = args.rules(&session.site.network.keeper);
    let state = args.state.unwrap_or_else(|| format!("keeper-{chain_id}.json").into());
    let store = Store::at(state);
    if !session.broadcasts() {
        return show::run(&session, rules, store).await;
    }
    let keeper = Keeper::new(&session, rules, store)?;
    if args.once {
        return once(&session, &keeper).await;
    }
    if let Some(address) = args.health {
        let (bound, _) = keeper.health.serve(address).await?;
        console::line(format_args!("Health at http://{bound}/health"))?;
    }
    tokio::select! {
        () = keeper.run() => Ok(()),
        stopped = tokio::signal::ctrl_c() => Ok(stopped?),
    }
}

/// One round, and what came of it.
async fn once(session: &Session, keeper: &Keeper<'_>) -> Result<()> {
    let round = keeper.round().await?;
    if session.site.json {
        console::line(serde_json::to_string(&round)?)?;
    } else {
        console::line(round)?;
    }
    Ok(())
}

impl KeeperArgs {
    fn rules(&self, limits: &Limits) -> Rules {
        Rules {
            interval: self.interval,
            budget: self.budget,
            max_bid: self.max_bid,
            min_payout: limits.payout(&self.min_payout),
            min_revenue: limits.revenue(&self.min_revenue),
            payout_gas: self.payout_gas,
            auction: Auction { limit: self.max_fee, patience: self.patience },
        }
    }

    /// Makes sure that flags name tokens which the vault knows. A vault that cannot be asked, as its program
    /// has expired, is no reason to refuse.
    async fn check(&self, site: &Site) -> Result<()> {
        let flags = [self.min_payout.as_slice(), &self.min_revenue].concat();
        if flags.is_empty() {
            return Ok(());
        }
        match site.tokens().await {
            Ok(tokens) => Thresholds::check(&flags, &tokens, &site.book),
            Err(_) => Ok(()),
        }
    }
}

/// The session, however long the node is silent. What is wrong with the arguments is said at once.
async fn patiently(args: &KeeperArgs) -> Result<Session> {
    let pauses = ExponentialBuilder::default().with_max_delay(args.interval).without_max_times();
    (|| args.session.open())
        .retry(pauses.with_jitter())
        .when(|error| args.session.broadcasts() && is_silence(error))
        .notify(|error, pause| eprintln!("{error:#}; once more in {} s", pause.as_secs()))
        .await
}
