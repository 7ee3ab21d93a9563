//! Does what anyone may do and somebody should: keeps programs running and cached, passes idle weeks,
//! takes in what came without a call, distributes revenue, pays those who opted in.
//!
//! The keeper remembers nothing that it could not read again. Each round asks the chain what there is to
//! do, stage by stage ([`Stage`]), leaves out what a simulation shows to be refused, and sends the rest
//! ([`courier`]). So it is safe to run twice at once, to kill, and to run on a chain that reorganises: what
//! is undone is found undone, what another did is not done again, and a transaction that got lost is
//! replaced under its own number. What it keeps in a file ([`store`]) is the spending of the day, which two
//! keepers share, and who opted in to payouts, so that old logs are read once.

pub mod courier;
pub mod debts;
pub mod duty;
pub mod effect;
pub mod health;
pub mod holdings;
pub mod payouts;
mod stage;
pub mod store;
pub mod threshold;

use std::{fmt, time::Duration};

use alloy::{
    primitives::{U256, utils::format_ether},
    sol_types::SolCall,
};
use backon::{BackoffBuilder, ExponentialBuilder};
use eyre::{Report, Result};
use serde::Serialize;
use tokio::time::sleep;

pub use self::stage::{Agenda, Stage};
use self::{
    courier::{Courier, Delivery},
    duty::is_activation,
    health::Health,
    store::Store,
    threshold::Thresholds,
};
use crate::{
    abi::IVault,
    auction::Auction,
    failure::Failure,
    session::{Session, Step, refused},
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
    /// Least payout to an account.
    pub min_payout: Thresholds,
    /// Least revenue that is taken in or distributed.
    pub min_revenue: Thresholds,
    /// Most gas of one transaction that pays accounts.
    pub payout_gas: u64,
    /// What may be offered for gas.
    pub auction: Auction,
}

impl Rules {
    /// How much of the day's budget may be spent when `step` is: whoever makes a keeper pay for payouts or
    /// distributions without end must not keep it from renewing programs, without which nothing works.
    #[must_use]
    pub fn budget_of(&self, step: &Step) -> U256 {
        match step {
            step if is_activation(step) => self.budget,
            step if step.data.starts_with(&IVault::claimManyCall::SELECTOR) => {
                self.budget / U256::from(2)
            }
            _ => self.budget * U256::from(3) / U256::from(4),
        }
    }
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
    /// Transactions that were mined and did what they were sent for.
    pub done: usize,
    /// Transactions that were mined, and skipped somebody whom they should have paid.
    pub partial: usize,
    /// Duties that turned out to be done by another, or that a contract refuses.
    pub needless: usize,
    /// Duties for which it is too dear now, or that were not mined in time.
    pub postponed: usize,
    /// Payments that are not sent because the payee would refuse them, and tokens that cannot be read.
    pub refused: usize,
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, partial, needless, postponed, refused } = self;
        write!(f, "{done} done, {needless} needless, {postponed} postponed")?;
        for (count, what) in [(partial, "done in part"), (refused, "refused by a payee")] {
            if *count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
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

    /// Everything that is to be done now, as far as it can be said before any of it is done: what cannot be
    /// asked of a program that does not run is told to come after its activation.
    ///
    /// # Errors
    /// The node does not answer, or a contract refuses to be asked.
    pub async fn duties(session: &Session, rules: &Rules, store: &Store) -> Result<Agenda> {
        let mut agenda = Agenda::default();
        for stage in Stage::ALL {
            match stage.agenda(session, rules, store).await {
                Ok(more) => agenda.extend(more),
                Err(error) if agenda.activates() && refused(&error).is_some() => {
                    agenda.later.push(stage.to_string());
                }
                Err(error) => return Err(in_words(error)),
            }
        }
        Ok(agenda)
    }

    /// One round. A stage that fails does not keep the others from their work.
    ///
    /// # Errors
    /// The first failure, after all stages were tried.
    pub async fn round(&self) -> Result<Round> {
        let (mut round, mut failure) = (Round::default(), None);
        for stage in Stage::ALL {
            if let Err(error) = self.stage(stage, &mut round).await.map_err(in_words) {
                tell(&format!("could not {stage}: {error:#}"));
                failure.get_or_insert(error);
            }
        }
        self.health.note(&round, failure.as_ref(), &self.store);
        failure.map_or(Ok(round), Err)
    }

    async fn stage(&self, stage: Stage, round: &mut Round) -> Result<()> {
        let agenda = stage.agenda(self.session, &self.rules, &self.store).await?;
        for line in &agenda.refused {
            round.refused += 1;
            tell(line);
        }
        for step in agenda.steps {
            match self.courier.deliver(&step).await? {
                Delivery::Done { hash, cost } => {
                    round.done += 1;
                    tell(&format!("{}: {hash}, {} ETH", step.title, format_ether(cost)));
                }
                Delivery::Partial { hash, cost, skipped } => {
                    round.partial += 1;
                    let (cost, skipped) = (format_ether(cost), skipped.join(", "));
                    tell(&format!("WARNING {}: {hash}, {cost} ETH, but {skipped}", step.title));
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

/// A contract's refusal by name, with what to do about it.
fn in_words(error: Report) -> Report {
    refused(&error).map_or(error, |why| Failure::Reverted(why).into())
}

/// On standard error, with the time of the machine.
fn tell(line: &str) {
    eprintln!("{} {line}", jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ"));
}

#[cfg(test)]
mod tests {
    use alloy::primitives::Address;

    use super::*;
    use crate::{
        abi::{ArbWasm, ISplitter},
        deploy::activation::ARB_WASM,
        session::Plan,
    };

    #[test]
    fn payouts_leave_half_of_the_budget_and_all_but_renewals_a_quarter() {
        let rules = Rules {
            interval: Duration::from_secs(1),
            budget: U256::from(100),
            max_bid: U256::ZERO,
            min_payout: Thresholds::default(),
            min_revenue: Thresholds::default(),
            payout_gas: 1,
            auction: Auction { limit: 1, patience: Duration::from_secs(1) },
        };
        let token = Address::ZERO;
        let plan = Plan::one("", token, &IVault::claimManyCall { accounts: vec![], token })
            .step("", token, &ISplitter::distributeCall { policyId: U256::from(1), token })
            .step("", ARB_WASM, &ArbWasm::activateProgramCall { program: token });
        let parts: Vec<_> = plan.steps.iter().map(|step| rules.budget_of(step)).collect();
        assert_eq!(parts, [50, 75, 100].map(U256::from));
    }

    #[test]
    fn what_was_done_in_part_or_refused_is_told_apart_from_what_was_done() {
        let round = Round { done: 1, partial: 2, refused: 3, ..Round::default() };
        assert_eq!(
            round.to_string(),
            "1 done, 0 needless, 0 postponed, 2 done in part, 3 refused by a payee"
        );
    }
}
