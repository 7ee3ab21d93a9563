//! Does what anyone may do and somebody should: keeps programs running and cached, passes idle weeks,
//! distributes revenue, pays those who opted in.
//!
//! The keeper remembers nothing that it could not read again. Each round asks the chain what there is to
//! do ([`duty`]), in four stages, and sends what a simulation shows to be of use ([`courier`]). So it is
//! safe to run twice at once, to kill, and to run on a chain that reorganises: what is undone is found
//! undone, what another did is not done again, and a transaction that got lost is replaced under its
//! own number. What it keeps in a file ([`store`]) is the spending of the day, which two keepers share,
//! and who opted in to payouts, so that old logs are read once.

pub mod courier;
pub mod duty;
pub mod health;
pub mod payouts;
pub mod store;

use std::{fmt, time::Duration};

use alloy::primitives::{U256, utils::format_ether};
use backon::{BackoffBuilder, ExponentialBuilder};
use eyre::Result;
use serde::Serialize;
use tokio::time::sleep;

use self::{
    courier::{Courier, Delivery},
    health::Health,
    store::Store,
};
use crate::{
    auction::Auction,
    session::{Amount, Session, Step},
};

/// How a keeper behaves.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Time between rounds; up to a tenth is added, so that keepers do not march in step.
    pub interval: Duration,
    /// Wei that may be spent a day.
    pub budget: U256,
    /// Highest bid for a place in the cache, in wei.
    pub max_bid: U256,
    /// Least payout, of any token.
    pub min_payout: Amount,
    /// What may be offered for gas.
    pub auction: Auction,
}

/// A keeper at work.
#[derive(Debug)]
pub struct Keeper<'a> {
    session: &'a Session,
    rules: Rules,
    store: Store,
    courier: Courier<'a>,
    /// What the endpoint tells.
    pub health: Health,
}

/// What a round came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Round {
    /// Transactions that were mined and did something.
    pub done: usize,
    /// Duties that turned out to be done by another, or that a contract refuses.
    pub needless: usize,
    /// Duties for which it is too dear now, or that were not mined in time.
    pub postponed: usize,
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, needless, postponed } = self;
        write!(f, "{done} done, {needless} needless, {postponed} postponed")
    }
}

/// The stages of a round; each is planned when the one before it is over.
const STAGES: [Stage; 4] = [Stage::Programs, Stage::Books, Stage::Splitter, Stage::Payouts];

#[derive(Clone, Copy, Debug)]
enum Stage {
    Programs,
    Books,
    Splitter,
    Payouts,
}

impl<'a> Keeper<'a> {
    /// A keeper of the session's contracts, signing with its signer.
    ///
    /// # Errors
    /// Nobody signs.
    pub fn new(session: &'a Session, rules: Rules, store: Store) -> Result<Self> {
        let courier = Courier::new(session, rules.clone(), store.clone())?;
        let health = Health::new(rules.interval);
        Ok(Self { session, rules, store, courier, health })
    }

    /// Everything that is to be done now, as far as it can be said before any of it is done.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn duties(session: &Session, rules: &Rules, store: &Store) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        for stage in STAGES {
            steps.extend(plan(stage, session, rules, store).await?);
        }
        Ok(steps)
    }

    /// One round. A stage that fails does not keep the others from their work.
    ///
    /// # Errors
    /// The first failure, after all stages were tried.
    pub async fn round(&self) -> Result<Round> {
        let (mut round, mut failure) = (Round::default(), None);
        for stage in STAGES {
            if let Err(error) = self.stage(stage, &mut round).await {
                tell(&format!("{stage:?} failed: {error:#}"));
                failure.get_or_insert(error);
            }
        }
        self.health.note(&round, failure.as_ref(), &self.store);
        failure.map_or(Ok(round), Err)
    }

    async fn stage(&self, stage: Stage, round: &mut Round) -> Result<()> {
        for step in plan(stage, self.session, &self.rules, &self.store).await? {
            match self.courier.deliver(&step).await? {
                Delivery::Done { hash, cost } => {
                    round.done += 1;
                    tell(&format!("{}: {hash}, {} ETH", step.title, format_ether(cost)));
                }
                Delivery::Needless(why) => {
                    round.needless += 1;
                    tell(&format!("{}: not done, {why}", step.title));
                }
                Delivery::Postponed(why) => {
                    round.postponed += 1;
                    tell(&format!("{}: postponed, {why}", step.title));
                }
            }
        }
        Ok(())
    }

    /// Round after round, until the process is told to stop. After a failure the next round comes sooner
    /// than usual at first, then later and later up to the interval.
    pub async fn run(&self) {
        let again = ExponentialBuilder::default()
            .with_min_delay(Duration::from_secs(1).min(self.rules.interval))
            .with_max_delay(self.rules.interval)
            .without_max_times()
            .with_jitter();
        let mut failures = again.build();
        loop {
            let pause = if self.round().await.is_ok() {
                failures = again.build();
                self.rules.interval.mul_f64(1.0 + fastrand::f64() / 10.0)
            } else {
                failures.next().unwrap_or(self.rules.interval)
            };
            sleep(pause).await;
        }
    }
}

async fn plan(stage: Stage, session: &Session, rules: &Rules, store: &Store) -> Result<Vec<Step>> {
    let site = &session.site;
    match stage {
        Stage::Programs => duty::programs(site, session.sender.address, rules.max_bid).await,
        Stage::Books => duty::books(site).await,
        Stage::Splitter => duty::splitter(site).await,
        Stage::Payouts => payouts::due(site, store, &rules.min_payout).await,
    }
}

/// On standard error, with the time of the machine.
fn tell(line: &str) {
    eprintln!("{} {line}", jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ"));
}
