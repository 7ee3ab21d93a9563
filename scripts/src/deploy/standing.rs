//! How a deployment stands: what is there, what is left to do, and what differs.

use alloy::primitives::U256;
use artifact::Artifact;

use super::{
    audit::Item,
    changes::Change,
    error::{DeployError, Difference},
    outlook::Outlook,
    record::{Contract, Record},
    run::Fragments,
    step::Step,
    terms::{Addresses, Terms},
};

/// How things stand.
#[derive(Clone, Debug)]
pub struct Standing {
    /// What the chain offers.
    pub outlook: Outlook,
    /// Every item, configured and found.
    pub items: Vec<Item>,
    /// What is left to do, in order, with the gas that each takes at most.
    pub left: Vec<Planned>,
    /// Where the contracts are, or will be as far as that is known.
    pub addresses: Addresses,
    /// Contracts that the new owner has been offered and has not accepted.
    pub offered: Vec<String>,
    /// Whether a contract is deployed in one transaction.
    pub at_once: bool,
    /// What is otherwise than configured because it was changed by those who may.
    pub changes: Vec<Change>,
    pub(super) constructed: Vec<String>,
    pub(super) fragments: Fragments,
    pub(super) policy_ids: Vec<Option<U256>>,
    /// How many policies there are on chain.
    pub(super) policies: usize,
    /// Who owns vault and splitter now.
    pub(super) owners: Addresses,
    /// Packages whose code is active, wherever it is: it needs no activation of its own.
    pub(super) active: Vec<String>,
}

/// A transaction that is left to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What it is.
    pub step: Step,
    /// In a few words.
    pub title: String,
    /// Gas that it takes at most, without what the parent chain costs.
    pub gas: u64,
    /// Wei that go along for the fee of an activation; most of it comes back.
    pub fee: U256,
}

impl Standing {
    /// Whatever is otherwise than configured and cannot be brought about.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        self.items.iter().filter_map(Item::difference).collect()
    }

    /// What differs, and no event tells of it.
    #[must_use]
    pub fn drift(&self) -> Vec<Difference> {
        let explained = |one: &Difference| self.changes.iter().any(|it| it.difference == *one);
        self.differences().into_iter().filter(|one| !explained(one)).collect()
    }

    /// What was changed since, and the file leaves no room for.
    #[must_use]
    pub fn outdated(&self) -> Vec<Change> {
        self.changes.iter().filter(|change| !change.allowed).cloned().collect()
    }

    /// Whether all is there, as configured.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.left.is_empty() && self.drift().is_empty() && self.outdated().is_empty()
    }

    /// Makes sure that what is on chain is what is configured, or left to be done.
    ///
    /// # Errors
    /// [`DeployError::Drift`] if something differs without an event, otherwise [`DeployError::Outdated`]
    /// if something was changed.
    pub fn ensure_as_configured(&self) -> Result<(), DeployError> {
        self.ensure_no_drift()?;
        let changes = self.outdated();
        if changes.is_empty() { Ok(()) } else { Err(DeployError::Outdated(changes)) }
    }

    pub(super) fn ensure_no_drift(&self) -> Result<(), DeployError> {
        let drift = self.drift();
        if drift.is_empty() {
            return Ok(());
        }
        Err(DeployError::Drift { drift, changes: self.outdated() })
    }

    /// What may be done next. As long as the file is not up to date, that is only what keeps programs
    /// running: whatever else is missing may not be meant any more.
    pub(super) fn next(&self) -> Result<Option<&Planned>, DeployError> {
        let running = |planned: &&Planned| matches!(planned.step, Step::Activate(_));
        match self.ensure_as_configured() {
            Ok(()) => Ok(self.left.first()),
            Err(_) if self.left.is_empty() => Ok(None),
            Err(error) => self.left.iter().find(running).map(Some).ok_or(error),
        }
    }

    /// Makes sure that what is left can be done on this chain, before any of it is.
    ///
    /// # Errors
    /// [`DeployError::TooManyFragments`] or [`DeployError::ActivationPaused`].
    pub fn ensure_possible(&self, artifacts: &[Artifact]) -> Result<(), DeployError> {
        for planned in &self.left {
            let (Step::Deploy(role) | Step::Create(role) | Step::Activate(role)) = planned.step
            else {
                continue;
            };
            let package = Terms::package(role);
            let artifact = artifacts.iter().find(|artifact| artifact.name == package);
            let inactive = |artifact: &&Artifact| !self.active.contains(&artifact.name);
            if let Some(artifact) = artifact.filter(inactive) {
                self.outlook.ensure_possible(artifact)?;
            }
        }
        Ok(())
    }

    /// Step by step, a stranger may construct first. Then no transaction of ours did.
    pub(super) fn ensure_own_constructions(&self, record: &Record) -> Result<(), DeployError> {
        if self.at_once {
            return Ok(());
        }
        for role in self.constructed.iter().filter(|role| Terms::has_constructor(role)) {
            let contract = record.contracts.get(role).filter(|found| found.constructed.is_none());
            if let Some(Contract { address, .. }) = contract {
                return Err(DeployError::ConstructedByAnother {
                    role: role.clone(),
                    address: *address,
                });
            }
        }
        Ok(())
    }
}
