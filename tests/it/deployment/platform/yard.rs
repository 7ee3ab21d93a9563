//! A place to deploy from: terms, a payer with a nonce of its own, and a directory for the record.

use std::{env, fs, mem, path::PathBuf, process, time::Duration};

use alloy::{
    network::EthereumWallet, primitives::Address, providers::Provider,
    signers::local::PrivateKeySigner,
};
use artifact::Artifact;
use eyre::{Result, eyre};
use tributary::{
    auction::Auction,
    chain::Chain,
    deploy::{
        courier::Payer,
        error::{DeployError, Difference},
        record::Record,
        run::Deployment,
        standing::Standing,
        terms::Terms,
    },
    platform::{EarlyExit, PenaltyPoint, STAKERS_SHARE, StakersShare},
};
use tributary_tests::World;

/// Removed with everything in it when it goes.
#[derive(Debug)]
pub(super) struct Yard {
    pub(super) terms: Terms,
    pub(super) key: PrivateKeySigner,
    pub(super) payer: Payer,
    pub(super) directory: PathBuf,
    pub(super) auction: Auction,
    artifacts: Vec<Artifact>,
}

/// More than anything costs here.
const PLENTY: u128 = 1_000_000_000_000;

impl Yard {
    /// The platform of `world`, to be deployed once more by an account of its own.
    pub(super) async fn open(world: &World, name: &str) -> Result<Self> {
        let key = world.account(&format!("deployer of {name}")).await?;
        let mut platform = world.system.platform.clone();
        let on_chain = platform.chains.entry(world.chain.chain_id().to_string()).or_default();
        on_chain.payees = world.system.roles.clone();
        let terms = Terms::settle(platform, world.chain.chain_id(), key.address(), true)?;
        let auction = Auction { limit: PLENTY, patience: Duration::from_secs(30) };
        let payer = Payer { address: key.address(), wallet: EthereumWallet::from(key.clone()) };
        let unique = format!("tributary-yard-{}-{}", process::id(), key.address());
        let directory = env::temp_dir().join(unique);
        Ok(Self { terms, key, payer, directory, auction, artifacts: world.artifacts().to_vec() })
    }

    /// Gives the platform what it may leave out: the subscriptions follow a stakers' share that `setter`
    /// may set from half to four fifths, and a tenth is paid for leaving a lock.
    pub(super) fn complete(&mut self, setter: Address) {
        let platform = &mut self.terms.platform;
        platform.stakers_share = Some(StakersShare {
            policy: platform.policies[0].name.clone(),
            min_bps: 5_000,
            max_bps: 8_000,
        });
        platform.sources[0].policy = STAKERS_SHARE.to_owned();
        platform.vault.early_exit = Some(EarlyExit {
            source: platform.sources[1].id.clone(),
            penalties: vec![PenaltyPoint { weeks: 0, penalty_bps: 1_000 }],
        });
        self.terms.share_setter = setter;
    }

    pub(super) fn deployment<'a>(&'a self, chain: &'a Chain) -> Deployment<'a> {
        let (terms, artifacts, directory) = (&self.terms, &self.artifacts, &self.directory);
        Deployment { chain, terms, artifacts, directory, auction: self.auction }
    }

    pub(super) async fn run(&self, chain: &Chain) -> Result<Standing> {
        self.deployment(chain).run(&self.payer, &mut |_| ()).await
    }

    /// Transactions of the payer that were mined.
    pub(super) async fn sent(&self, world: &World) -> Result<u64> {
        Ok(world.chain.provider().get_transaction_count(self.payer.address).await?)
    }

    pub(super) fn record(&self) -> Result<Record> {
        let record = Record::load(&self.directory, self.terms.chain_id)?;
        record.ok_or_else(|| eyre!("nothing was recorded"))
    }

    /// Lets the package of this name be built to `other`, and returns what it was built to.
    pub(super) fn replace(&mut self, other: Artifact) -> Artifact {
        let place = self.artifacts.iter_mut().find(|artifact| artifact.name == other.name);
        mem::replace(place.expect("a package of the platform"), other)
    }
}

impl Drop for Yard {
    fn drop(&mut self) {
        // Nothing may have been written.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// What differs without an event, as a run tells it.
pub(super) fn drift(run: Result<Standing>) -> Vec<Difference> {
    let error = run.expect_err("something differs");
    match error.downcast::<DeployError>() {
        Ok(DeployError::Drift { drift, .. }) => drift,
        other => panic!("expected a drift, got {other:?}"),
    }
}
