//! What is to be on a chain: a platform's file, with everything settled that differs between chains.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use eyre::Result;

use super::{arguments, error::DeployError};
use crate::{
    abi::{ISplitter, IVault},
    platform::{ChainTerms, Payee, PayeeTarget, Platform, Policy, RewardToken, Source, text_word},
};

/// What a source is given as its policy that follows the stakers' share.
pub const FOLLOWS_SHARE: U256 = U256::MAX;

/// Payee kinds of the splitter's interface.
const KIND_ACCOUNT: u8 = 0;
const KIND_STREAM: u8 = 1;

/// The contracts of a platform, in the order in which they need each other.
pub const ROLES: [&str; 5] = ["token", "stablecoin", "weth", "vault", "splitter"];

/// Where the contracts are, by role, as far as that is known.
pub type Addresses = BTreeMap<String, Address>;

/// A fixed supply of some token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coin {
    /// Long name.
    pub name: String,
    /// Ticker.
    pub symbol: String,
    /// Decimals of the smallest unit.
    pub decimals: u8,
    /// In the smallest unit.
    pub supply: U256,
}

/// What is to be on a chain.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What the platform wants.
    pub platform: Platform,
    /// The chain.
    pub chain_id: u64,
    /// Who deploys, and owns everything until it is handed over.
    pub deployer: Address,
    /// Who owns it in the end, and holds the tokens' supply.
    pub owner: Address,
    /// Who may pause entering.
    pub guardian: Address,
    /// Who may set the stakers' share beside the owner; zero if nobody may.
    pub share_setter: Address,
    /// The payees that policies name by role.
    pub payees: BTreeMap<String, Address>,
    /// Tokens that are there already, by role.
    pub existing: Addresses,
    /// Tells this deployment from others of the same platform by the same deployer.
    pub salt: String,
}

impl Terms {
    /// Settles what `platform` leaves open on a chain. Owner and guardian are the deployer, if nobody
    /// else is named. With `test_tokens`, what stands in for a dollar and for wrapped ether is deployed
    /// where no address is given.
    ///
    /// # Errors
    /// [`DeployError::Unsettled`] names what is missing, and where it goes.
    pub fn settle(
        platform: Platform,
        chain_id: u64,
        deployer: Address,
        test_tokens: bool,
    ) -> Result<Self, DeployError> {
        let on_chain = platform.chains.get(&chain_id.to_string()).cloned().unwrap_or_default();
        let ChainTerms { owner, guardian, share_setter, token, stablecoin, weth, payees, salt } =
            on_chain;
        let given = [("token", token), ("stablecoin", stablecoin), ("weth", weth)];
        let existing = given.into_iter().filter_map(|(role, at)| Some((role.to_owned(), at?)));
        let terms = Self {
            chain_id,
            deployer,
            owner: owner.unwrap_or(deployer),
            guardian: guardian.unwrap_or(deployer),
            share_setter: share_setter.unwrap_or_default(),
            payees,
            existing: existing.collect(),
            salt: salt.unwrap_or_default(),
            platform,
        };
        terms.check(test_tokens)?;
        Ok(terms)
    }

    fn check(&self, test_tokens: bool) -> Result<(), DeployError> {
        for role in self.platform.roles() {
            if !self.payees.contains_key(&role) {
                let remedy = format!(
                    "write payees = {{ {role} = \"0x…\" }} under [chain.{}], or give --payee {role}=0x…",
                    self.chain_id
                );
                return Err(self.unsettled(format!("the payee {role:?}"), remedy));
            }
        }
        for role in ["stablecoin", "weth"] {
            if self.uses(role) && !self.existing.contains_key(role) && !test_tokens {
                let remedy = format!(
                    "write {role} = \"0x…\" under [chain.{}], or give --test-tokens for one of no value",
                    self.chain_id
                );
                return Err(self.unsettled(format!("the {role}"), remedy));
            }
        }
        Ok(())
    }

    fn unsettled(&self, what: String, remedy: String) -> DeployError {
        DeployError::Unsettled { what, chain_id: self.chain_id, remedy }
    }

    /// Whether the platform needs a contract of this role. The splitter wraps ether in any case.
    #[must_use]
    pub fn uses(&self, role: &str) -> bool {
        let rewards = &self.platform.vault.rewards;
        role != "stablecoin" || rewards.iter().any(|reward| reward.token == RewardToken::Stablecoin)
    }

    /// The roles that have a contract, in order.
    pub fn roles(&self) -> impl Iterator<Item = &'static str> {
        ROLES.into_iter().filter(|role| self.uses(role))
    }

    /// The package that a role's contract is built from.
    #[must_use]
    pub fn package(role: &str) -> &str {
        if role == "stablecoin" { "token" } else { role }
    }

    /// What tells the contract of `role` from others with the same code.
    #[must_use]
    pub fn salt(&self, role: &str) -> B256 {
        let name = format!("tributary/{}/{}/{role}", self.platform.name, self.salt);
        keccak256([self.deployer.as_slice(), name.as_bytes()].concat())
    }

    /// What the constructor of `role` is given; `None` if it has none, or if it needs an address that is
    /// not known yet.
    #[must_use]
    pub fn constructor(&self, role: &str, at: &Addresses) -> Option<Bytes> {
        match role {
            "token" => Some(self.coin().arguments(self.owner)),
            "stablecoin" => Some(Coin::test_dollar().arguments(self.owner)),
            "vault" => Some(vault_arguments(
                &self.platform,
                *at.get("token")?,
                self.deployer,
                self.guardian,
            )),
            "splitter" => Some(arguments(&(self.deployer, self.guardian, *at.get("weth")?))),
            _ => None,
        }
    }

    /// Whether contracts of this role have a constructor.
    #[must_use]
    pub fn has_constructor(role: &str) -> bool {
        role != "weth"
    }

    /// The platform's own token.
    #[must_use]
    pub fn coin(&self) -> Coin {
        Coin::of(&self.platform)
    }

    /// The account that a payee stands for, if it is known.
    #[must_use]
    pub fn account(&self, payee: &Payee, at: &Addresses) -> Option<Address> {
        match &payee.to {
            PayeeTarget::Vault => at.get("vault").copied(),
            PayeeTarget::Address(address) => Some(*address),
            PayeeTarget::Role(role) => self.payees.get(role).copied(),
        }
    }

    /// What creates a policy, if all its accounts are known.
    #[must_use]
    pub fn policy(&self, policy: &Policy, at: &Addresses) -> Option<ISplitter::createPolicyCall> {
        let accounts = policy.payees.iter().map(|payee| self.account(payee, at));
        Some(create_policy(policy, accounts.collect::<Option<_>>()?))
    }
}

impl Coin {
    /// The platform's token.
    #[must_use]
    pub fn of(platform: &Platform) -> Self {
        let token = &platform.token;
        let (name, symbol, decimals) = (token.name.clone(), token.symbol.clone(), token.decimals);
        let supply = token.supply_units().expect("a platform's supply is checked when it is read");
        Self { name, symbol, decimals, supply }
    }

    /// A dollar of no value, where there is no real one: a billion of them.
    pub(crate) fn test_dollar() -> Self {
        let supply = U256::from(10).pow(U256::from(15));
        Self { name: "Test Dollar".into(), symbol: "TUSD".into(), decimals: 6, supply }
    }

    /// The constructor's arguments, with the supply minted to `holder`.
    #[must_use]
    pub fn arguments(&self, holder: Address) -> Bytes {
        let decimals = U256::from(self.decimals);
        arguments(&(text_word(&self.name), text_word(&self.symbol), decimals, holder, self.supply))
    }
}

/// What the vault's constructor is given.
#[must_use]
pub fn vault_arguments(
    platform: &Platform,
    asset: Address,
    owner: Address,
    guardian: Address,
) -> Bytes {
    let vault = &platform.vault;
    let (durations, multipliers): (Vec<u32>, Vec<u32>) =
        vault.curve.iter().map(|point| (point.weeks, point.multiplier_bps)).unzip();
    let (name, symbol) = (text_word(&vault.name), text_word(&vault.symbol));
    arguments(&(asset, owner, guardian, name, symbol, durations, multipliers))
}

/// What adds `source`, divided by the policy `policy_id` unless it follows the stakers' share.
#[must_use]
pub fn add_source(source: &Source, policy_id: U256) -> ISplitter::addSourceCall {
    let policy_id = if source.follows_share() { FOLLOWS_SHARE } else { policy_id };
    let (key, name) = (source.key(), text_word(&source.name));
    ISplitter::addSourceCall { source: key, name, policyId: policy_id }
}

/// What lets `setter` set the stakers' share within the platform's bounds, if it has any. `policy_id` is
/// that of the policy they start from.
#[must_use]
pub fn share_terms(
    platform: &Platform,
    setter: Address,
    policy_id: U256,
) -> Option<ISplitter::setStakersShareTermsCall> {
    let (share, (_, stakers)) = (platform.stakers_share.as_ref()?, platform.share_base()?);
    Some(ISplitter::setStakersShareTermsCall {
        setter,
        policyId: policy_id,
        stakersIndex: U256::from(stakers),
        minBps: U256::from(share.min_bps),
        maxBps: U256::from(share.max_bps),
    })
}

/// What sets the price of leaving a lock early, if the platform has one.
#[must_use]
pub fn early_exit(platform: &Platform, splitter: Address) -> Option<IVault::setPenaltyCurveCall> {
    let exit = platform.vault.early_exit.as_ref()?;
    let source = platform.sources.iter().find(|source| source.id == exit.source)?.key();
    let points = exit.penalties.iter().map(|point| (point.weeks, point.penalty_bps));
    let (durations, penalties) = points.unzip();
    Some(IVault::setPenaltyCurveCall { durations, penalties, splitter, source })
}

/// What creates `policy` for `accounts`, one for each payee.
#[must_use]
pub fn create_policy(policy: &Policy, accounts: Vec<Address>) -> ISplitter::createPolicyCall {
    let kind = |payee: &Payee| match payee.to {
        PayeeTarget::Vault => KIND_STREAM,
        PayeeTarget::Address(_) | PayeeTarget::Role(_) => KIND_ACCOUNT,
    };
    ISplitter::createPolicyCall {
        name: text_word(&policy.name),
        payees: accounts,
        bps: policy.payees.iter().map(|payee| payee.bps).collect(),
        kinds: policy.payees.iter().map(kind).collect(),
        tags: vec![B256::ZERO; policy.payees.len()],
    }
}
