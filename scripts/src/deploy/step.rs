//! The transactions that a deployment is made of.

use alloy::{
    primitives::{Address, Bytes, U256, address},
    providers::Provider,
    sol_types::SolCall,
};
use artifact::Artifact;
use eyre::{Result, eyre};

use super::{
    CONSTRUCTOR, activation,
    audit::reward_role,
    fragments,
    outlook::Outlook,
    run::Fragments,
    stylus_deployer::Parcel,
    terms::{Addresses, ROLES, Terms, add_source, early_exit, share_terms},
};
use crate::{
    abi::{IVault, NodeInterface},
    chain::{Call, Chain},
};

/// Answers questions about prices, on nodes of Arbitrum chains.
const NODE_INTERFACE: Address = address!("00000000000000000000000000000000000000c8");

/// What a transaction costs before it does anything, and the most that a byte of its data does.
const TRANSACTION_GAS: u64 = 21_000;
const CALLDATA_BYTE_GAS: u64 = 40;
/// Creating an account, and each byte of its code.
const CREATE_GAS: u64 = 32_000;
const CODE_BYTE_GAS: u64 = 200;
/// The most that our constructors write: not two dozen slots and as many events, and what entering
/// a program costs.
const CONSTRUCTION_GAS: u64 = 1_500_000;
/// A slot that held nothing, and a call that is not much else.
const SLOT_GAS: u64 = 22_100;
const CALL_GAS: u64 = 150_000;

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A fragment, through the CREATE2 factory or, without one, by itself.
    Fragment {
        /// Of which package.
        package: String,
        /// Which of them, from zero.
        place: usize,
    },
    /// Create, activate and construct at once.
    Deploy(&'static str),
    /// Create only.
    Create(&'static str),
    /// Activate what is there.
    Activate(&'static str),
    /// Construct what is active.
    Construct(&'static str),
    /// Add the vault's reward token of this place.
    AddReward(usize),
    /// Create the splitter's policy of this place.
    CreatePolicy(usize),
    /// Set the bounds of the stakers' share.
    SetShareTerms,
    /// Add the splitter's source of this place.
    AddSource(usize),
    /// Set what leaving a lock early costs.
    SetPenalties,
    /// Offer a contract to its owner, who has to accept.
    OfferOwnership(&'static str),
}

/// What a step needs to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) terms: &'a Terms,
    pub(crate) artifacts: &'a [Artifact],
    pub(crate) addresses: &'a Addresses,
    pub(crate) outlook: &'a Outlook,
    /// Where the fragments are of each package that has some, as far as they are placed.
    pub(crate) fragments: &'a Fragments,
    /// Ids of the platform's policies on chain, as far as they are there.
    pub(crate) policy_ids: &'a [Option<U256>],
}

impl Step {
    /// Every step that leaves something to write down.
    pub(crate) fn noted(terms: &Terms, artifacts: &[Artifact]) -> Vec<Self> {
        let ours = ROLES.into_iter().filter(|role| !terms.existing.contains_key(*role));
        let contracts =
            ours.flat_map(|role| [Self::Deploy(role), Self::Create(role), Self::Construct(role)]);
        let fragments = artifacts.iter().flat_map(|artifact| {
            let package = artifact.name.clone();
            let places = 0..artifact.code.fragments().len();
            places.map(move |place| Self::Fragment { package: package.clone(), place })
        });
        contracts.chain(fragments).collect()
    }

    /// What it does, in a few words.
    #[must_use]
    pub fn title(&self, terms: &Terms) -> String {
        let platform = &terms.platform;
        match self {
            Self::Fragment { package, place } => {
                format!("create fragment {} of {package}", place + 1)
            }
            Self::Deploy(role) => format!("deploy {role}"),
            Self::Create(role) => format!("create {role}"),
            Self::Activate(role) => format!("activate {role}"),
            Self::Construct(role) => format!("construct {role}"),
            Self::AddReward(place) => {
                format!("add reward token {}", reward_role(platform.vault.rewards[*place].token))
            }
            Self::CreatePolicy(place) => {
                format!("create policy {:?}", platform.policies[*place].name)
            }
            Self::SetShareTerms => "set the terms of the stakers' share".to_owned(),
            Self::AddSource(place) => format!("add source {:?}", platform.sources[*place].id),
            Self::SetPenalties => "set the price of leaving early".to_owned(),
            Self::OfferOwnership(role) => format!("offer {role} to its owner"),
        }
    }
}

impl Site<'_> {
    /// The transaction of a step. Those that contain an activation carry their gas limit; others are
    /// estimated when they are sent, which simulates them.
    pub(crate) async fn call(&self, step: &Step) -> Result<Call> {
        let mut call = self.plain_call(step)?;
        call.kind = step.title(self.terms);
        if matches!(step, Step::Deploy(_) | Step::Activate(_)) {
            let limit = self.gas_bound(step) + self.parent_chain_gas(&call).await;
            call = call.gas(limit);
        }
        Ok(call)
    }

    fn plain_call(&self, step: &Step) -> Result<Call> {
        let platform = &self.terms.platform;
        Ok(match step {
            Step::Fragment { package, place } => self.fragment(package, *place)?,
            Step::Deploy(role) => {
                let fee = activation::fee(self.artifact(role)?);
                self.parcel(role)?.call("", fee)
            }
            Step::Create(role) => Call::create("", artifact::init_code(&self.code(role)?)),
            Step::Activate(role) => activation::call(self.artifact(role)?, self.address(role)?, 0),
            Step::Construct(role) => {
                let given = self.terms.constructor(role, self.addresses);
                let given = given.ok_or_else(|| eyre!("the arguments of {role} are not known"))?;
                Call::raw("", self.address(role)?, [&CONSTRUCTOR[..], &given].concat())
            }
            Step::AddReward(place) => {
                let reward = platform.vault.rewards[*place];
                let token = self.address(reward_role(reward.token))?;
                let stream_weeks = U256::from(reward.stream_weeks);
                let add = IVault::addRewardTokenCall { token, streamWeeks: stream_weeks };
                Call::to("", self.address("vault")?, &add)
            }
            Step::CreatePolicy(place) => {
                let create = self.terms.policy(&platform.policies[*place], self.addresses);
                let create = create.ok_or_else(|| eyre!("a payee is not known"))?;
                Call::to("", self.address("splitter")?, &create)
            }
            Step::SetShareTerms => {
                let base = platform.share_base().map(|(place, _)| place);
                let base = self.policy_id(base).ok_or_else(|| eyre!("the share has no policy"))?;
                let terms = share_terms(platform, self.terms.share_setter, base);
                let terms = terms.ok_or_else(|| eyre!("there is no stakers' share"))?;
                Call::to("", self.address("splitter")?, &terms)
            }
            Step::AddSource(place) => {
                let source = &platform.sources[*place];
                let policy = self.policy_id(platform.policy_of(source));
                let policy = policy.ok_or_else(|| eyre!("source {:?} has no policy", source.id))?;
                Call::to("", self.address("splitter")?, &add_source(source, policy))
            }
            Step::SetPenalties => {
                let exit = early_exit(platform, self.address("splitter")?);
                let exit = exit.ok_or_else(|| eyre!("there is no early exit"))?;
                Call::to("", self.address("vault")?, &exit)
            }
            Step::OfferOwnership(role) => {
                // The same function of both.
                let offer = IVault::transferOwnershipCall { newOwner: self.terms.owner };
                Call::raw("", self.address(role)?, offer.abi_encode())
            }
        })
    }

    /// The id of the policy of this place, if it is there.
    fn policy_id(&self, place: Option<usize>) -> Option<U256> {
        self.policy_ids.get(place?).copied().flatten()
    }

    fn fragment(&self, package: &str, place: usize) -> Result<Call> {
        let code = &self.artifact(package)?.code.fragments()[place];
        if self.outlook.factory {
            return Ok(fragments::placement(package, place, code));
        }
        Ok(Call::create("", artifact::init_code(code)))
    }

    /// The contract of `role` as the StylusDeployer takes it.
    pub(crate) fn parcel(&self, role: &str) -> Result<Parcel> {
        let arguments = self.terms.constructor(role, self.addresses);
        Ok(Parcel::new(self.terms.salt(role), &self.code(role)?, arguments.as_ref()))
    }

    fn code(&self, role: &str) -> Result<Vec<u8>> {
        let artifact = self.artifact(role)?;
        let placed = self.fragments.get(&artifact.name).map_or(&[][..], Vec::as_slice);
        Ok(artifact.code.program(placed)?)
    }

    fn artifact(&self, role: &str) -> Result<&Artifact> {
        let package = Terms::package(role);
        let artifact = self.artifacts.iter().find(|artifact| artifact.name == package);
        artifact.ok_or_else(|| eyre!("package {package} was not built"))
    }

    fn address(&self, role: &str) -> Result<Address> {
        let address = self.addresses.get(role).copied();
        address.ok_or_else(|| eyre!("{role} is not deployed yet"))
    }

    /// Gas that a step takes at most, on the chain itself.
    pub(crate) fn gas_bound(&self, step: &Step) -> u64 {
        let artifact = |role: &str| self.artifact(role).ok();
        let program = |role: &str| {
            artifact(role).map_or(0, |artifact| match artifact.report.fragments {
                0 => artifact.report.compressed,
                count => 8 + 20 * count,
            }) as u64
        };
        let creation =
            |bytes: u64| TRANSACTION_GAS + CREATE_GAS + bytes * (CODE_BYTE_GAS + CALLDATA_BYTE_GAS);
        let activation = |role: &str| {
            let gas = artifact(role).map_or(0, |artifact| self.outlook.activation_gas(artifact));
            gas + activation::GAS_HEADROOM
        };
        let platform = &self.terms.platform;
        match step {
            Step::Fragment { package, place } => {
                let code =
                    artifact(package).map(|artifact| artifact.code.fragments()[*place].len());
                creation(code.unwrap_or_default() as u64)
            }
            Step::Deploy(role) => creation(program(role)) + activation(role) + CONSTRUCTION_GAS,
            Step::Create(role) => creation(program(role)),
            Step::Activate(role) => TRANSACTION_GAS + activation(role),
            Step::Construct(_) => TRANSACTION_GAS + CONSTRUCTION_GAS,
            Step::AddReward(_) | Step::AddSource(_) | Step::SetShareTerms | Step::SetPenalties => {
                CALL_GAS + 4 * SLOT_GAS
            }
            Step::CreatePolicy(place) => {
                CALL_GAS + (2 + 2 * platform.policies[*place].payees.len() as u64) * SLOT_GAS
            }
            Step::OfferOwnership(_) => CALL_GAS + SLOT_GAS,
        }
    }

    /// Gas for what a transaction costs on the parent chain, twice what the node says, since prices
    /// there move. Chains without that question have no such cost.
    async fn parent_chain_gas(&self, call: &Call) -> u64 {
        let request = call.request(self.terms.deployer);
        let (to, input) = (call.recipient(), request.input.input().cloned().unwrap_or_default());
        self.ask_parent_chain_gas(to, input).await.unwrap_or_default()
    }

    async fn ask_parent_chain_gas(&self, to: Option<Address>, data: Bytes) -> Result<u64> {
        let node = NodeInterface::new(NODE_INTERFACE, self.chain.provider());
        let creation = to.is_none();
        let told =
            node.gasEstimateL1Component(to.unwrap_or_default(), creation, data).call().await?;
        Ok(told.gasEstimateForL1.saturating_mul(2))
    }

    /// Fragments of `package` that are not on chain yet.
    pub(crate) async fn missing_fragments(&self, package: &str) -> Result<Vec<usize>> {
        let codes = self.artifact(package)?.code.fragments();
        if !self.outlook.factory {
            let placed = self.fragments.get(package).map_or(0, Vec::len);
            return Ok((placed..codes.len()).collect());
        }
        let mut missing = Vec::new();
        for (place, code) in codes.iter().enumerate() {
            let found = self.chain.provider().get_code_at(fragments::address_of(code)).await?;
            if found.is_empty() {
                missing.push(place);
            }
        }
        Ok(missing)
    }
}
