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
    audit::{Audit, Item, matching_policies},
    changes::Watch,
    courier::{Courier, Payer},
    error::DeployError,
    fragments,
    outlook::Outlook,
    record::{Contract, Record},
    seen::Seen,
    standing::{Planned, Standing},
    step::{Site, Step},
    terms::{Addresses, Terms},
};
use crate::{auction::Auction, chain::Chain};

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
    /// What may be offered for gas.
    pub auction: Auction,
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
    /// What was changed by those who may stops it only if something is missing beside: see
    /// [`Standing::ensure_as_configured`].
    ///
    /// # Errors
    /// Whatever stops it, mostly a [`DeployError`]. What was done stays done: run it again.
    pub async fn run(&self, payer: &Payer, say: &mut dyn FnMut(&str)) -> Result<Standing> {
        let mut record = self.record()?;
        let (chain, directory, auction) = (self.chain, self.directory, self.auction);
        let courier = Courier { chain, payer, directory, auction };
        self.finish_pending(&courier, &mut record).await?;
        let mut last = None;
        loop {
            let standing = self.look(&record).await?;
            self.adopt(&mut record, &standing).await?;
            let Some(next) = self.next(&standing, &record, payer)? else {
                self.note_completion(&mut record, &standing).await?;
                return Ok(standing);
            };
            if last.as_ref() == Some(&next.step) {
                bail!(DeployError::NoEffect { step: next.title });
            }
            say(&next.title);
            let call = self.site(&standing).call(&next.step).await?;
            let receipt = courier.send(&mut record, &call, say).await?;
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
        standing.ensure_no_drift()?;
        standing.ensure_possible(self.artifacts)?;
        standing.ensure_own_constructions(record)?;
        let Some(next) = standing.next()?.cloned() else { return Ok(None) };
        self.ensure_own(standing, &next)?;
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
            changes: Vec::new(),
            constructed: Vec::new(),
            fragments,
            policy_ids: Vec::new(),
            policies: 0,
            owners: Addresses::new(),
            active: Vec::new(),
        };
        self.locate(&mut standing, record)?;
        self.compare(&mut standing).await?;
        self.explain(&mut standing, record).await?;
        self.plan(&mut standing);
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

    pub(super) fn site<'a>(&'a self, standing: &'a Standing) -> Site<'a> {
        Site {
            chain: self.chain,
            terms: self.terms,
            artifacts: self.artifacts,
            addresses: &standing.addresses,
            outlook: &standing.outlook,
            fragments: &standing.fragments,
            policy_ids: &standing.policy_ids,
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
        standing.policy_ids =
            matching_policies(self.terms, &standing.addresses, seen.splitter.as_ref());
        let audit = Audit {
            terms: self.terms,
            artifacts: self.artifacts,
            addresses: &standing.addresses,
            seen: &seen,
            at_once: standing.at_once,
            missing_fragments: &missing,
            policy_ids: &standing.policy_ids,
        };
        let items = audit.items();
        standing.owners = seen.owners();
        standing.policies = seen.splitter.as_ref().map_or(0, |splitter| splitter.policies.len());
        standing.offered = seen.offered(self.terms.owner);
        standing.constructed = ours
            .iter()
            .filter(|role| seen.is_constructed(role))
            .map(|role| (*role).into())
            .collect();
        standing.items = items;
        Ok(())
    }

    /// Finds out who changed what differs. What was there and was taken away is not missing.
    async fn explain(&self, standing: &mut Standing, record: &Record) -> Result<()> {
        let (chain, addresses) = (self.chain, &standing.addresses);
        let unlike = standing.items.iter().filter(|item| !item.holds());
        let watch = Watch { chain, addresses, record };
        let changes = watch.changes(&unlike.collect::<Vec<_>>()).await?;
        for change in &changes {
            let gone = |item: &&mut Item| item.name == change.difference.item;
            let gone = standing.items.iter_mut().find(gone).filter(|item| item.found.is_none());
            if let Some(item) = gone {
                item.found = Some(change.difference.found.clone());
            }
        }
        standing.changes = changes;
        Ok(())
    }

    fn plan(&self, standing: &mut Standing) {
        let missing = standing.items.iter().filter(|item| item.found.is_none());
        let steps = missing.filter_map(|item| item.cure.clone());
        let left: Vec<_> = steps.map(|step| self.planned(standing, step)).collect();
        standing.left = left;
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

    /// Writes down that all is there, the first time that it is.
    async fn note_completion(&self, record: &mut Record, standing: &Standing) -> Result<()> {
        if record.completed.is_none() && standing.is_complete() {
            record.completed = Some(self.chain.provider().get_block_number().await?);
            record.save(self.directory)?;
        }
        Ok(())
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
