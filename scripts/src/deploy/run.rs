//! From whatever is on chain to what was configured, one transaction at a time.
//!
//! Nothing is remembered between two transactions but what the record and the chain say. Both are read
//! anew, what is missing is listed, the first of it is sent. So it makes no difference whether a run goes
//! on or a new one begins.

use std::{collections::BTreeMap, path::Path};

use alloy::{
    primitives::{Address, U256, keccak256},
    providers::Provider,
    rpc::types::TransactionReceipt,
};
use artifact::Artifact;
use eyre::{Result, bail};

use super::{
    activation::{fee, is_active},
    audit::{Audit, Item},
    courier::{Courier, Payer},
    error::{DeployError, Difference},
    fragments,
    outlook::Outlook,
    record::{Contract, Record},
    seen::Seen,
    step::{Site, Step},
    terms::{Addresses, Terms},
};
use crate::chain::Chain;

/// Where the fragments of packages are.
pub(crate) type Fragments = BTreeMap<String, Vec<artifact::Address>>;

/// A platform that is to be on a chain.
#[derive(Clone, Copy, Debug)]
pub struct Deployment<'a> {
    /// The chain.
    pub chain: &'a Chain,
    /// What is to be there.
    pub terms: &'a Terms,
    /// The contracts, built.
    pub artifacts: &'a [Artifact],
    /// Where the record is.
    pub directory: &'a Path,
}

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
    constructed: Vec<String>,
    fragments: Fragments,
    /// Packages whose code is active, wherever it is: it needs no activation of its own.
    active: Vec<String>,
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

impl Deployment<'_> {
    /// How things stand. Nothing is sent or written.
    ///
    /// # Errors
    /// The node does not answer, or the record is of no use.
    pub async fn standing(&self) -> Result<Standing> {
        self.look(&self.record()?).await
    }

    /// Does all that is left to do, calling `say` before each transaction, and returns how things stand
    /// in the end.
    ///
    /// # Errors
    /// Whatever stops it, mostly a [`DeployError`]. What was done stays done: run it again.
    pub async fn run(&self, payer: &Payer, say: &mut dyn FnMut(&str)) -> Result<Standing> {
        let mut record = self.record()?;
        let courier = Courier { chain: self.chain, payer, directory: self.directory };
        self.finish_pending(&courier, &mut record).await?;
        let mut last = None;
        loop {
            let standing = self.look(&record).await?;
            self.adopt(&mut record, &standing).await?;
            let Some(next) = self.next(&standing, &record, payer)? else { return Ok(standing) };
            if last.as_ref() == Some(&next.step) {
                bail!(DeployError::NoEffect { step: next.title });
            }
            say(&next.title);
            let call = self.site(&standing).call(&next.step).await?;
            let receipt = courier.send(&mut record, &call).await?;
            self.note(&mut record, &next.step, &receipt).await?;
            last = Some(next.step);
        }
    }

    /// What to do next, if it may be done.
    fn next(
        &self,
        standing: &Standing,
        record: &Record,
        payer: &Payer,
    ) -> Result<Option<Planned>, DeployError> {
        standing.ensure_possible(self.artifacts)?;
        standing.ensure_own_constructions(record)?;
        let Some(next) = standing.left.first().cloned() else { return Ok(None) };
        let (expected, found) = (self.terms.deployer, payer.address);
        if found == expected {
            return Ok(Some(next));
        }
        Err(DeployError::OtherDeployer { step: next.title, expected, found })
    }

    fn record(&self) -> Result<Record> {
        let found = Record::load(self.directory, self.terms.chain_id)?;
        let Some(record) = found else {
            return Ok(Record::new(
                self.terms.chain_id,
                &self.terms.platform.name,
                self.terms.deployer,
            ));
        };
        let expected = &self.terms.platform.name;
        if record.platform == *expected {
            return Ok(record);
        }
        let (found, expected) = (record.platform, expected.clone());
        bail!(DeployError::OtherPlatform { found, expected })
    }

    /// Learns what became of a transaction that an earlier run left under way.
    async fn finish_pending(&self, courier: &Courier<'_>, record: &mut Record) -> Result<()> {
        let Some(pending) = record.pending.clone() else { return Ok(()) };
        let Some(receipt) = courier.settle(record).await? else { return Ok(()) };
        let steps = Step::noted(self.terms, self.artifacts);
        let step = steps.into_iter().find(|step| step.title(self.terms) == pending.step);
        match step.filter(|_| receipt.status()) {
            Some(step) => self.note(record, &step, &receipt).await,
            None => {
                record.pending = None;
                Ok(record.save(self.directory)?)
            }
        }
    }

    async fn look(&self, record: &Record) -> Result<Standing> {
        let outlook = Outlook::read(self.chain).await?;
        let fragments = self.fragments(&outlook, record);
        let whole = self.artifacts.iter().all(|artifact| artifact.code.fragments().is_empty());
        let at_once = outlook.stylus_deployer && (whole || outlook.factory);
        let mut standing = Standing {
            outlook,
            items: Vec::new(),
            left: Vec::new(),
            addresses: Addresses::new(),
            offered: Vec::new(),
            at_once,
            constructed: Vec::new(),
            fragments,
            active: Vec::new(),
        };
        self.locate(&mut standing, record)?;
        self.compare(&mut standing).await?;
        Ok(standing)
    }

    /// With the factory fragments lie where their bytes say, otherwise where the record says.
    fn fragments(&self, outlook: &Outlook, record: &Record) -> Fragments {
        let place = |artifact: &Artifact| {
            let recorded = record.fragments.get(&artifact.name).into_iter().flatten();
            let placed = if outlook.factory {
                fragments::addresses_of(artifact)
            } else {
                recorded.map(|address| (*address).into()).collect()
            };
            (artifact.name.clone(), placed)
        };
        self.artifacts.iter().map(place).collect()
    }

    fn site<'a>(&'a self, standing: &'a Standing) -> Site<'a> {
        Site {
            chain: self.chain,
            terms: self.terms,
            artifacts: self.artifacts,
            addresses: &standing.addresses,
            outlook: &standing.outlook,
            fragments: &standing.fragments,
        }
    }

    /// Where everything is: given, on record, or as the StylusDeployer will place it.
    fn locate(&self, standing: &mut Standing, record: &Record) -> Result<()> {
        for role in self.terms.roles() {
            let given = self.terms.existing.get(role).copied();
            let recorded = record.contracts.get(role).map(|contract| contract.address);
            let address = match given.or(recorded) {
                Some(address) => Some(address),
                None if standing.at_once => Some(self.site(standing).parcel(role)?.address()),
                None => None,
            };
            if let Some(address) = address {
                standing.addresses.insert(role.to_owned(), address);
            }
        }
        Ok(())
    }

    /// Packages whose code is active already, in whichever account.
    async fn active(&self, standing: &Standing) -> Vec<String> {
        let mut active = Vec::new();
        for artifact in self.artifacts {
            // Code whose fragments are not placed yet is not active either.
            let Ok(code) = artifact.code.program(&standing.fragments[&artifact.name]) else {
                continue;
            };
            if is_active(self.chain, keccak256(code)).await {
                active.push(artifact.name.clone());
            }
        }
        active
    }

    async fn compare(&self, standing: &mut Standing) -> Result<()> {
        standing.active = self.active(standing).await;
        let ours = self.terms.roles().filter(|role| !self.terms.existing.contains_key(*role));
        let ours: Vec<_> = ours.collect();
        let seen = Seen::read(self.chain, &standing.addresses, &ours).await?;
        let mut missing = Vec::new();
        for artifact in self.artifacts {
            let places = self.site(standing).missing_fragments(&artifact.name).await?;
            missing.extend(places.into_iter().map(|place| (artifact.name.clone(), place)));
        }
        let audit = Audit {
            terms: self.terms,
            artifacts: self.artifacts,
            addresses: &standing.addresses,
            seen: &seen,
            at_once: standing.at_once,
            missing_fragments: &missing,
        };
        let items = audit.items();
        let left =
            items.iter().filter(|item| item.found.is_none()).filter_map(|item| item.cure.clone());
        let left: Vec<_> = left.map(|step| self.planned(standing, step)).collect();
        standing.offered = seen.offered(self.terms.owner);
        standing.constructed = ours
            .iter()
            .filter(|role| seen.is_constructed(role))
            .map(|role| (*role).into())
            .collect();
        (standing.items, standing.left) = (items, left);
        Ok(())
    }

    fn planned(&self, standing: &Standing, step: Step) -> Planned {
        let (title, gas) = (step.title(self.terms), self.site(standing).gas_bound(&step));
        let fee = match &step {
            Step::Deploy(role) | Step::Activate(role) => {
                let package = Terms::package(role);
                let artifact = self.artifacts.iter().find(|artifact| artifact.name == package);
                artifact.map(fee).unwrap_or_default()
            }
            _ => U256::ZERO,
        };
        Planned { step, title, gas, fee }
    }

    /// Writes down what is there and not on record: tokens that were there before, and contracts whose
    /// record was lost.
    async fn adopt(&self, record: &mut Record, standing: &Standing) -> Result<()> {
        let before = record.clone();
        for (role, address) in &standing.addresses {
            if record.contracts.contains_key(role) {
                continue;
            }
            let code = self.chain.provider().get_code_at(*address).await?;
            if !code.is_empty() {
                let external = self.terms.existing.contains_key(role);
                let contract = Contract::found(*address, keccak256(&code));
                record.contracts.insert(role.clone(), Contract { external, ..contract });
            }
        }
        if *record != before {
            record.save(self.directory)?;
        }
        Ok(())
    }

    /// Writes down what a transaction brought about, and that it is no longer under way.
    async fn note(
        &self,
        record: &mut Record,
        step: &Step,
        receipt: &TransactionReceipt,
    ) -> Result<()> {
        record.pending = None;
        match step {
            Step::Deploy(role) => {
                let standing = self.look(record).await?;
                self.note_contract(record, role, standing.addresses.get(*role).copied(), receipt)
                    .await?;
            }
            Step::Create(role) => {
                self.note_contract(record, role, receipt.contract_address, receipt).await?;
            }
            Step::Construct(role) => {
                if let Some(contract) = record.contracts.get_mut(*role) {
                    contract.constructed = Some(receipt.transaction_hash);
                }
            }
            Step::Fragment { package, .. } => {
                let placed = record.fragments.entry(package.clone()).or_default();
                placed.extend(receipt.contract_address);
            }
            _ => {}
        }
        record.fragments.retain(|_, placed| !placed.is_empty());
        Ok(record.save(self.directory)?)
    }

    async fn note_contract(
        &self,
        record: &mut Record,
        role: &str,
        address: Option<Address>,
        receipt: &TransactionReceipt,
    ) -> Result<()> {
        let Some(address) = address else { return Ok(()) };
        let code = self.chain.provider().get_code_at(address).await?;
        let contract = Contract {
            block: receipt.block_number,
            transaction: Some(receipt.transaction_hash),
            ..Contract::found(address, keccak256(code))
        };
        record.contracts.insert(role.to_owned(), contract);
        Ok(())
    }
}

impl Standing {
    /// Whatever is otherwise than configured and cannot be brought about.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        self.items.iter().filter_map(Item::difference).collect()
    }

    /// Makes sure that what is left can be done on this chain, before any of it is.
    ///
    /// # Errors
    /// [`DeployError::Drift`], [`DeployError::TooManyFragments`] or [`DeployError::ActivationPaused`].
    pub fn ensure_possible(&self, artifacts: &[Artifact]) -> Result<(), DeployError> {
        let differences = self.differences();
        if !differences.is_empty() {
            return Err(DeployError::Drift(differences));
        }
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
    fn ensure_own_constructions(&self, record: &Record) -> Result<(), DeployError> {
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
