//! The stages of a round, each planned when the one before it is over.

use std::fmt;

use alloy::primitives::U256;
use eyre::Result;

use super::{
    Rules,
    debts::{self, Debts},
    duty::{self, is_activation},
    holdings, payouts,
    store::Store,
    threshold::Thresholds,
};
use crate::session::{Plan, Session, Site, Step, Token, refused};

/// A stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Renewals, activations, places in the cache.
    Programs,
    /// Idle weeks. First of what moves money: a vault that is far behind needs more gas for a payment than
    /// a splitter hands it.
    Books,
    /// What came without a call: it is divided by the policy in force when it is taken in.
    Strays,
    /// What the splitter owes to vaults, splitters and burns.
    Distributions,
    /// Those who opted in to be paid.
    Payouts,
}

/// What a stage has to do.
#[derive(Debug, Default)]
pub struct Agenda {
    /// What is to be sent.
    pub steps: Vec<Step>,
    /// What is not sent, because whoever should take it would refuse.
    pub refused: Vec<String>,
    /// What is not sent, because it is too little yet.
    pub waiting: Vec<String>,
    /// What cannot be said before programs run again.
    pub later: Vec<String>,
}

impl From<Plan> for Agenda {
    fn from(plan: Plan) -> Self {
        Self { steps: plan.steps, refused: plan.facts, ..Self::default() }
    }
}

impl Agenda {
    /// With what another stage has to do.
    pub fn extend(&mut self, other: Self) {
        self.steps.extend(other.steps);
        self.refused.extend(other.refused);
        self.waiting.extend(other.waiting);
        self.later.extend(other.later);
    }

    /// Whether it activates or renews programs.
    #[must_use]
    pub fn activates(&self) -> bool {
        self.steps.iter().any(is_activation)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Programs => "keep programs running",
            Self::Books => "pass idle weeks",
            Self::Strays => "take in what came without a call",
            Self::Distributions => "distribute what is owed",
            Self::Payouts => "pay those who opted in",
        })
    }
}

impl Stage {
    /// All of them, in order.
    pub const ALL: [Self; 5] =
        [Self::Programs, Self::Books, Self::Strays, Self::Distributions, Self::Payouts];

    /// What it has to do now.
    ///
    /// # Errors
    /// The node does not answer, or a contract of the platform cannot be asked.
    pub async fn agenda(self, session: &Session, rules: &Rules, store: &Store) -> Result<Agenda> {
        let site = &session.site;
        Ok(match self {
            Self::Programs => {
                duty::programs(site, session.sender.address, rules.max_bid).await?.into()
            }
            Self::Books => duty::books(site).await?.into(),
            Self::Strays => strays(site, &rules.min_revenue).await?.into(),
            Self::Distributions => distributions(site, &rules.min_revenue).await?.into(),
            Self::Payouts => payouts::due(site, store, &rules.min_payout, rules.payout_gas).await?,
        })
    }
}

/// Only tokens that the vault deals in: a stranger's token could do anything when it is called.
async fn strays(site: &Site, least: &Thresholds) -> Result<Plan> {
    let roster = site.roster().await?;
    let mut plan = Plan::new("take in what came without a call");
    for token in &roster.tokens {
        let least = least.least(token, &site.book)?;
        let taken = holdings::taking_in(site, &roster, plan.clone(), token, least).await;
        plan = spared(plan, token, taken)?;
    }
    Ok(plan)
}

async fn distributions(site: &Site, least: &Thresholds) -> Result<Plan> {
    let (mut plan, mut debts) = (Plan::new("distribute what is owed"), Debts::of(site));
    for token in &site.tokens().await? {
        let least = least.least(token, &site.book)?;
        let more = distribution(site, plan.clone(), &mut debts, token, least).await;
        plan = spared(plan, token, more)?;
    }
    Ok(plan)
}

async fn distribution(
    site: &Site,
    mut plan: Plan,
    debts: &mut Debts<'_>,
    token: &Token,
    least: U256,
) -> Result<Plan> {
    let owed = debts.in_token(token.address).await?;
    for of_policy in owed.chunk_by(|one, next| one.policy == next.policy) {
        plan = debts::distribution(site, plan, of_policy, token, least).await?;
    }
    Ok(plan)
}

/// What was planned, or `plan` with a line if `token` does not work: the others are not to wait for it.
fn spared(plan: Plan, token: &Token, planned: Result<Plan>) -> Result<Plan> {
    planned.or_else(|error| match refused(&error) {
        Some(why) => Ok(plan.fact(format!("the token {} is left out: {why}", token.address))),
        None => Err(error),
    })
}
