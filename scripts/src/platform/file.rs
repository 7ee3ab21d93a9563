//! The shape of a platform file.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use model::{Curve, Penalties};
use serde::Deserialize;

/// A platform.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// The preset's name; not written in the file.
    #[serde(skip)]
    pub name: String,
    /// The platform's own token, which is staked.
    pub token: Token,
    /// The staking vault.
    pub vault: Vault,
    /// How revenue is divided.
    #[serde(rename = "policy")]
    pub policies: Vec<Policy>,
    /// Where revenue comes from.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
    /// A share of the stakers that may be changed within bounds; without it no share changes but by
    /// another policy.
    pub stakers_share: Option<StakersShare>,
    /// What differs between chains, by chain id.
    #[serde(rename = "chain", default)]
    pub chains: BTreeMap<String, ChainTerms>,
}

/// What a platform is on one chain: `[chain.42161]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainTerms {
    /// Who owns vault and splitter in the end, best a timelock or a Safe; the deployer if nobody is
    /// named.
    pub owner: Option<Address>,
    /// Who may pause entering; the deployer if nobody is named.
    pub guardian: Option<Address>,
    /// Who may set the stakers' share, best a ballot; nobody but the owner if nobody is named.
    pub share_setter: Option<Address>,
    /// The platform's token, if it is there already.
    pub token: Option<Address>,
    /// The dollar token that revenue comes in.
    pub stablecoin: Option<Address>,
    /// Wrapped ether.
    pub weth: Option<Address>,
    /// Addresses of the payees that policies name by role.
    #[serde(default)]
    pub payees: BTreeMap<String, Address>,
    /// Any text, to deploy the same platform a second time beside the first.
    pub salt: Option<String>,
}

/// An ERC-20 token with a fixed supply.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Long name, at most 31 ASCII characters.
    pub name: String,
    /// Ticker, at most 11 ASCII characters, as wallets allow.
    pub symbol: String,
    /// Decimals of the smallest unit, at most 18.
    pub decimals: u8,
    /// Supply in whole tokens; underscores are allowed.
    pub supply: String,
}

/// The vault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// Long name of the share.
    pub name: String,
    /// Ticker of the share.
    pub symbol: String,
    /// The multiplier curve.
    pub curve: Vec<CurvePoint>,
    /// The tokens that revenue is paid in.
    pub rewards: Vec<Reward>,
    /// Leaving locks before their end; not possible without it.
    pub early_exit: Option<EarlyExit>,
}

/// What leaving a lock before its end costs, and who gets that: `[vault.early_exit]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyExit {
    /// Id of the source that penalties are revenue of.
    pub source: String,
    /// The penalty by weeks that are left.
    pub penalties: Vec<PenaltyPoint>,
}

/// One point of the penalty curve.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PenaltyPoint {
    /// Weeks until the lock ends.
    pub weeks: u32,
    /// What leaving then costs, in basis points of what leaves.
    pub penalty_bps: u32,
}

/// One point of the multiplier curve.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvePoint {
    /// Length of the lock.
    pub weeks: u32,
    /// Weight of what is locked that long, in basis points of its amount.
    pub multiplier_bps: u32,
}

/// One token that revenue is paid in.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    /// Which.
    pub token: RewardToken,
    /// A push streams to the end of its week plus this many weeks.
    pub stream_weeks: u64,
}

/// The kinds of token that revenue comes in.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "lowercase")]
pub enum RewardToken {
    /// A dollar token with six decimals.
    Stablecoin,
    /// Wrapped ether; revenue in ether is wrapped on arrival.
    Weth,
    /// The platform's own token.
    Platform,
}

/// A division of revenue among payees.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// At most 31 ASCII characters.
    pub name: String,
    /// Who gets how much.
    pub payees: Vec<Payee>,
}

/// One payee of a policy.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payee {
    /// Whom.
    pub to: PayeeTarget,
    /// Basis points of what arrives; all payees of a policy add up to 10,000.
    pub bps: u32,
}

/// Who a payee is.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase", from = "String")]
pub enum PayeeTarget {
    /// The platform's vault, which streams to stakers.
    Vault,
    /// A plain account at a known address.
    Address(Address),
    /// A plain account with this role, whose address is given at deployment.
    Role(String),
}

impl From<String> for PayeeTarget {
    fn from(text: String) -> Self {
        match (text.as_str(), text.parse()) {
            ("vault", _) => Self::Vault,
            (_, Ok(address)) => Self::Address(address),
            _ => Self::Role(text),
        }
    }
}

/// A labelled stream of revenue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What stands on chain as `bytes32`; `unattributed` stands for zero.
    pub id: String,
    /// What people read, at most 31 ASCII characters.
    pub name: String,
    /// Name of the policy that divides it, or `stakers-share` for whichever the stakers' share makes.
    pub policy: String,
}

/// The part of the stakers that may be changed without another policy of the owner's: `[stakers_share]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StakersShare {
    /// Name of the policy that divides what follows the share at first. Its payee "vault" are the
    /// stakers; the others divide the rest as they do in it.
    pub policy: String,
    /// The least share, in basis points.
    pub min_bps: u32,
    /// The greatest share, in basis points.
    pub max_bps: u32,
}

/// What sources name as their policy that follow the stakers' share.
pub const STAKERS_SHARE: &str = "stakers-share";

/// The source of revenue that arrives without a label.
pub(crate) const UNATTRIBUTED: &str = "unattributed";

impl Token {
    /// The supply in the smallest unit.
    #[must_use]
    pub fn supply_units(&self) -> Option<U256> {
        let whole: U256 = self.supply.replace('_', "").parse().ok()?;
        whole.checked_mul(U256::from(10).pow(U256::from(self.decimals)))
    }
}

impl Vault {
    /// The curve for the model.
    pub(crate) fn model_curve(&self) -> Result<Curve, model::CurveError> {
        let points = self.curve.iter();
        Curve::new(points.map(|p| (p.weeks.into(), p.multiplier_bps.into())).collect())
    }
}

impl EarlyExit {
    /// The penalties for the model.
    pub(crate) fn model_curve(&self) -> Result<Penalties, model::CurveError> {
        let points = self.penalties.iter();
        Penalties::new(points.map(|p| (p.weeks.into(), p.penalty_bps.into())).collect())
    }
}

impl Platform {
    /// The place of the policy that divides `source` at first.
    #[must_use]
    pub fn policy_of(&self, source: &Source) -> Option<usize> {
        let share = || self.stakers_share.as_ref().map(|share| share.policy.as_str());
        let name = if source.follows_share() { share()? } else { &source.policy };
        self.policies.iter().position(|policy| policy.name == name)
    }

    /// The place of the policy that the stakers' share is made from, and of the stakers in it.
    #[must_use]
    pub fn share_base(&self) -> Option<(usize, usize)> {
        let share = self.stakers_share.as_ref()?;
        let place = self.policies.iter().position(|policy| policy.name == share.policy)?;
        let stakers = |payee: &Payee| payee.to == PayeeTarget::Vault;
        Some((place, self.policies[place].payees.iter().position(stakers)?))
    }
}

impl Source {
    /// The id as it stands on chain.
    #[must_use]
    pub fn key(&self) -> B256 {
        if self.id == UNATTRIBUTED { B256::ZERO } else { text_word(&self.id) }
    }

    /// Whether this is where revenue without a label goes.
    #[must_use]
    pub fn is_unattributed(&self) -> bool {
        self.id == UNATTRIBUTED
    }

    /// Whether it follows the stakers' share.
    #[must_use]
    pub fn follows_share(&self) -> bool {
        self.policy == STAKERS_SHARE
    }
}

/// ASCII text as the contracts hold it: left-aligned, zero-padded, cut after 32 bytes.
#[must_use]
pub fn text_word(text: &str) -> B256 {
    let bytes = text.as_bytes();
    B256::right_padding_from(&bytes[..bytes.len().min(32)])
}
