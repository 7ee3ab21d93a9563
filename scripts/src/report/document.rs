//! The document of `tributary demo --json`. Amounts are in the smallest unit, as decimal strings; addresses carry their
//! checksum.

use std::collections::BTreeMap;

use alloy::primitives::U256;
use serde::Serialize;

use super::lines::{BalanceLine, PayeeLine, RevenueLine, TokenLine, decimal};

/// The whole document.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document<'a> {
    /// In the order in which they were asked for.
    pub platforms: Vec<&'a PlatformReport>,
}

/// Everything about one platform.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlatformReport {
    /// The preset's name.
    pub name: String,
    /// Whether every wei is accounted for.
    pub reconciled: bool,
    /// Where it is not.
    pub differences: Vec<String>,
    /// The chain it ran on.
    pub chain_id: u64,
    /// How many transactions it took.
    pub transactions: usize,
    /// Addresses by role.
    pub contracts: BTreeMap<String, String>,
    /// What the contracts weigh.
    pub sizes: Vec<ContractLine>,
    /// The platform's own token and the reward tokens.
    pub tokens: Vec<TokenLine>,
    /// What each source brought, by token.
    pub revenue: Vec<RevenueLine>,
    /// Where it went.
    pub payees: Vec<PayeeLine>,
    /// Who earned what.
    pub holders: Vec<HolderLine>,
    /// The vault's account of each reward token at the end.
    pub vault: Vec<BalanceLine>,
    /// The moments at which the books were compared.
    pub moments: Vec<MomentLine>,
    /// What each kind of call cost.
    pub gas: Vec<GasLine>,
}

/// One contract.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractLine {
    /// Its role.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Bytes of compressed code on chain.
    pub code_bytes: usize,
    /// Bytes of WASM.
    pub wasm_bytes: usize,
}

/// One holder.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HolderLine {
    /// What the story calls it.
    pub name: String,
    /// What it does.
    pub life: String,
    /// Its account.
    pub address: String,
    /// Shares at the moment at which it weighed most.
    #[serde(serialize_with = "decimal")]
    pub stake: U256,
    /// Weight over stake then, in basis points, rounded to the nearest.
    pub multiplier_bps: u64,
    /// Its weight then.
    #[serde(serialize_with = "decimal")]
    pub weight: U256,
    /// What it earned, by token.
    pub rewards: Vec<RewardLine>,
}

/// What one holder earned of one token.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RewardLine {
    /// Symbol of the token.
    pub token: String,
    /// What the exact model gives, rounded down.
    #[serde(serialize_with = "decimal")]
    pub exact: U256,
    /// How much less than the exact value was paid or can be claimed, fraction included.
    pub below_exact: String,
    /// What was paid.
    #[serde(serialize_with = "decimal")]
    pub paid: U256,
    /// What can still be claimed.
    #[serde(serialize_with = "decimal")]
    pub claimable: U256,
}

/// One moment at which everything was compared.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MomentLine {
    /// What it is called.
    pub label: String,
    /// The block.
    pub block: u64,
    /// Unix seconds.
    pub time: u64,
    /// Shares in existence.
    #[serde(serialize_with = "decimal")]
    pub staked: U256,
    /// Sum of all weights.
    #[serde(serialize_with = "decimal")]
    pub weight: U256,
    /// How many accounts hold shares.
    pub holders: usize,
}

/// What one kind of call cost.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GasLine {
    /// The call.
    pub call: String,
    /// How often.
    pub count: usize,
    /// Least gas used.
    pub least: u64,
    /// The middle one.
    pub median: u64,
    /// Most gas used.
    pub most: u64,
}
