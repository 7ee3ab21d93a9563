//! The document of `--json`. Amounts are in the smallest unit, as decimal strings; addresses carry their
//! checksum.

use std::collections::BTreeMap;

use alloy::primitives::U256;
use serde::{Serialize, Serializer};

/// The whole document.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// In the order in which they were asked for.
    pub platforms: Vec<&'a PlatformReport>,
}

/// Everything about one platform.
#[derive(Debug, Serialize)]
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
    pub vault: Vec<VaultLine>,
    /// The moments at which the books were compared.
    pub moments: Vec<MomentLine>,
    /// What each kind of call cost.
    pub gas: Vec<GasLine>,
}

/// One contract.
#[derive(Debug, Serialize)]
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

/// One token.
#[derive(Clone, Debug, Serialize)]
pub struct TokenLine {
    /// Where it is.
    pub address: String,
    /// Ticker.
    pub symbol: String,
    /// Decimals of its smallest unit.
    pub decimals: u8,
}

/// What one source brought of one token.
#[derive(Debug, Serialize)]
pub struct RevenueLine {
    /// The source's id in the platform's file.
    pub source: String,
    /// Its name.
    pub name: String,
    /// Symbol of the token.
    pub token: String,
    /// How much.
    #[serde(serialize_with = "decimal")]
    pub amount: U256,
}

/// What one payee of one policy got of one token.
#[derive(Debug, Serialize)]
pub struct PayeeLine {
    /// The policy's name.
    pub policy: String,
    /// The payee's name.
    pub payee: String,
    /// Its share.
    pub bps: u32,
    /// Symbol of the token.
    pub token: String,
    /// What it was paid.
    #[serde(serialize_with = "decimal")]
    pub paid: U256,
    /// What it is owed.
    #[serde(serialize_with = "decimal")]
    pub owed: U256,
}

/// One holder.
#[derive(Debug, Serialize)]
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

/// The vault's account of one token.
#[derive(Debug, Serialize)]
pub struct VaultLine {
    /// Symbol of the token.
    pub token: String,
    /// What ever arrived.
    #[serde(serialize_with = "decimal")]
    pub received: U256,
    /// What was paid.
    #[serde(serialize_with = "decimal")]
    pub paid: U256,
    /// What can be claimed.
    #[serde(serialize_with = "decimal")]
    pub claimable: U256,
    /// What has not fallen due, rounded down.
    #[serde(serialize_with = "decimal")]
    pub to_stream: U256,
    /// What waits for weight, rounded down.
    #[serde(serialize_with = "decimal")]
    pub held: U256,
    /// What the others leave of `received`: fractions of a unit that belong to accounts.
    #[serde(serialize_with = "decimal")]
    pub fractions: U256,
}

/// One moment at which everything was compared.
#[derive(Debug, Serialize)]
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

fn decimal<S: Serializer>(amount: &U256, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}
