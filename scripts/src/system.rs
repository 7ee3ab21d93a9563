//! A platform on chain: its tokens, vault and splitter, wired up.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, Bytes, U256},
    rpc::types::TransactionReceipt,
    signers::local::PrivateKeySigner,
};
use artifact::Artifact;
use eyre::{Result, eyre};

use crate::{
    abi::{ISplitter, IVault},
    chain::{Call, Chain},
    deploy::{
        Deployed, arguments, deploy,
        terms::{Coin, add_source, create_policy, early_exit, share_terms, vault_arguments},
    },
    platform::{Payee, PayeeTarget, Platform, Policy, RewardToken, Source},
};

/// The packages of the contracts that a platform needs.
pub const PACKAGES: [&str; 4] = ["token", "weth", "vault", "splitter"];

/// A platform that runs.
#[derive(Clone, Debug)]
pub struct System {
    /// What it was deployed from.
    pub platform: Platform,
    /// Its contracts in the order of deployment: `token`, `stablecoin`, `weth`, `vault`, `splitter`.
    pub contracts: Vec<Deployed>,
    /// Ids on chain, in the order of the platform's policies.
    pub policy_ids: Vec<U256>,
    /// Addresses of the payees that the platform names by role.
    pub roles: BTreeMap<String, Address>,
}

/// A stand-in for a dollar token, for chains of one's own.
#[derive(Clone, Copy, Debug)]
pub struct Stablecoin {
    /// Long name.
    pub name: &'static str,
    /// Ticker.
    pub symbol: &'static str,
    /// Decimals of the smallest unit.
    pub decimals: u8,
    /// Supply in the smallest unit.
    pub supply: U256,
}

/// Who deploys with what.
#[derive(Clone, Copy, Debug)]
pub struct Deployer<'a> {
    /// The node.
    pub chain: &'a Chain,
    /// Pays, owns, and holds the tokens' whole supply.
    pub owner: &'a PrivateKeySigner,
    /// May pause entering.
    pub guardian: Address,
    /// The contracts of [`PACKAGES`].
    pub artifacts: &'a [Artifact],
}

impl System {
    /// Where the contract called `name` is.
    ///
    /// # Panics
    /// If there is none of that name.
    #[must_use]
    pub fn address(&self, name: &str) -> Address {
        let contract = self.contracts.iter().find(|contract| contract.name == name);
        contract.expect("a contract of the system").address
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> Address {
        self.address("vault")
    }

    /// The splitter.
    #[must_use]
    pub fn splitter(&self) -> Address {
        self.address("splitter")
    }

    /// Where a kind of token is.
    #[must_use]
    pub fn token(&self, kind: RewardToken) -> Address {
        self.address(match kind {
            RewardToken::Stablecoin => "stablecoin",
            RewardToken::Weth => "weth",
            RewardToken::Platform => "token",
        })
    }

    /// The reward tokens, in the platform's order.
    #[must_use]
    pub fn reward_tokens(&self) -> Vec<Address> {
        self.platform.vault.rewards.iter().map(|reward| self.token(reward.token)).collect()
    }

    /// The reward tokens and what is staked, if that is not one of them.
    #[must_use]
    pub fn tokens(&self) -> Vec<Address> {
        let (mut tokens, asset) = (self.reward_tokens(), self.token(RewardToken::Platform));
        if !tokens.contains(&asset) {
            tokens.push(asset);
        }
        tokens
    }

    /// The account that a payee stands for.
    fn account(&self, payee: &Payee) -> Result<Address> {
        match &payee.to {
            PayeeTarget::Vault => Ok(self.vault()),
            PayeeTarget::Address(address) => Ok(*address),
            PayeeTarget::Role(role) => self
                .roles
                .get(role)
                .copied()
                .ok_or_else(|| eyre!("payee {role:?} has no address; give one at deployment")),
        }
    }
}

impl Deployer<'_> {
    /// Deploys `platform` with tokens of its own, and wires it up.
    ///
    /// # Errors
    /// The first transaction that failed, and why.
    pub async fn deploy(
        &self,
        platform: &Platform,
        stablecoin: Stablecoin,
        roles: BTreeMap<String, Address>,
    ) -> Result<System> {
        let (platform, contracts) = (platform.clone(), Vec::new());
        let mut system = System { platform, contracts, policy_ids: Vec::new(), roles };
        self.tokens(&mut system, stablecoin).await?;
        self.vault(&mut system).await?;
        self.splitter(&mut system).await?;
        self.wire(&mut system).await?;
        Ok(system)
    }

    async fn place(
        &self,
        system: &mut System,
        name: &str,
        package: &str,
        arguments: Option<Bytes>,
    ) -> Result<()> {
        let artifact = self.artifacts.iter().find(|artifact| artifact.name == package);
        let artifact = artifact.ok_or_else(|| eyre!("package {package} was not built"))?;
        let deployed = deploy(self.chain, self.owner, name, artifact, arguments).await?;
        system.contracts.push(deployed);
        Ok(())
    }

    async fn tokens(&self, system: &mut System, stablecoin: Stablecoin) -> Result<()> {
        let holder = self.owner.address();
        let platform = Coin::of(&system.platform).arguments(holder);
        let Stablecoin { name, symbol, decimals, supply } = stablecoin;
        let (name, symbol) = (name.to_owned(), symbol.to_owned());
        let dollar = Coin { name, symbol, decimals, supply }.arguments(holder);
        self.place(system, "token", "token", Some(platform)).await?;
        self.place(system, "stablecoin", "token", Some(dollar)).await?;
        self.place(system, "weth", "weth", None).await
    }

    async fn vault(&self, system: &mut System) -> Result<()> {
        let (asset, owner) = (system.address("token"), self.owner.address());
        let given = vault_arguments(&system.platform, asset, owner, self.guardian);
        self.place(system, "vault", "vault", Some(given)).await
    }

    async fn splitter(&self, system: &mut System) -> Result<()> {
        let given = arguments(&(self.owner.address(), self.guardian, system.address("weth")));
        self.place(system, "splitter", "splitter", Some(given)).await
    }

    /// Reward tokens, policies and sources.
    async fn wire(&self, system: &mut System) -> Result<()> {
        for reward in system.platform.vault.rewards.clone() {
            let stream_weeks = U256::from(reward.stream_weeks);
            let token = system.token(reward.token);
            let add = IVault::addRewardTokenCall { token, streamWeeks: stream_weeks };
            self.send(Call::to("addRewardToken", system.vault(), &add)).await?;
        }
        for policy in system.platform.policies.clone() {
            let id = self.create_policy(system, &policy).await?;
            system.policy_ids.push(id);
        }
        self.share(system).await?;
        for source in system.platform.sources.clone() {
            self.add_source(system, &source).await?;
        }
        if let Some(exit) = early_exit(&system.platform, system.splitter()) {
            self.send(Call::to("setPenaltyCurve", system.vault(), &exit)).await?;
        }
        Ok(())
    }

    /// The bounds of the stakers' share, which nobody but the owner sets.
    async fn share(&self, system: &System) -> Result<()> {
        let Some((base, _)) = system.platform.share_base() else { return Ok(()) };
        let terms = share_terms(&system.platform, Address::ZERO, system.policy_ids[base]);
        if let Some(terms) = terms {
            self.send(Call::to("setStakersShareTerms", system.splitter(), &terms)).await?;
        }
        Ok(())
    }

    async fn create_policy(&self, system: &System, policy: &Policy) -> Result<U256> {
        let accounts = policy.payees.iter().map(|payee| system.account(payee));
        let create = create_policy(policy, accounts.collect::<Result<_>>()?);
        let receipt = self.send(Call::to("createPolicy", system.splitter(), &create)).await?;
        let created = receipt.decoded_log::<ISplitter::PolicyCreated>();
        Ok(created.ok_or_else(|| eyre!("the splitter did not say the policy's id"))?.policyId)
    }

    async fn add_source(&self, system: &System, source: &Source) -> Result<()> {
        let place = system.platform.policy_of(source);
        let place = place.ok_or_else(|| eyre!("source {:?} has no policy", source.id))?;
        let add = add_source(source, system.policy_ids[place]);
        self.send(Call::to("addSource", system.splitter(), &add)).await?;
        Ok(())
    }

    async fn send(&self, call: Call) -> Result<TransactionReceipt> {
        self.chain.send(self.owner, call).await
    }
}
