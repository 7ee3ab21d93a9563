//! The shape of a platform file.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use model::Curve;
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
    /// Name of the policy that divides it.
    pub policy: String,
}

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
}

/// ASCII text as the contracts hold it: left-aligned, zero-padded, cut after 32 bytes.
#[must_use]
pub fn text_word(text: &str) -> B256 {
    let bytes = text.as_bytes();
    B256::right_padding_from(&bytes[..bytes.len().min(32)])
}
