//! From what was seen and judged to the report.

use alloy::primitives::{Address, U256};
use model::{Exact, Snapshot};

use super::document::{ContractLine, GasLine, HolderLine, MomentLine, PlatformReport, RewardLine};
use super::lines::Reader;
use crate::{
    chain::GasUse,
    ledger::{Observation, Subject, Verdict},
    scenario::cast::{Cast, HOLDERS},
    system::System,
};

/// Everything that a play leaves behind.
#[derive(Debug)]
pub struct Play<'a> {
    /// The chain's id.
    pub chain_id: u64,
    /// The contracts.
    pub system: &'a System,
    /// Who took part.
    pub cast: &'a Cast,
    /// Names.
    pub subject: &'a Subject,
    /// What was seen, in order.
    pub seen: &'a [Observation],
    /// What was judged.
    pub verdict: &'a Verdict,
    /// What it cost.
    pub gas: Vec<GasUse>,
}

/// Writes the report.
#[must_use]
pub fn gather(play: &Play<'_>) -> PlatformReport {
    let contracts = play.system.contracts.iter();
    let reader = Reader { books: &play.verdict.books, subject: play.subject };
    let sources: Vec<_> = play.system.platform.sources.iter().map(|one| one.key()).collect();
    let tokens = play.system.reward_tokens();
    PlatformReport {
        name: play.system.platform.name.clone(),
        reconciled: play.verdict.reconciled(),
        differences: play.verdict.differences.iter().map(ToString::to_string).collect(),
        chain_id: play.chain_id,
        transactions: play.gas.iter().map(|kind| kind.count).sum(),
        contracts: contracts
            .clone()
            .map(|one| (one.name.clone(), one.address.to_string()))
            .collect(),
        sizes: contracts.map(contract_line).collect(),
        tokens: reader.tokens(&tokens),
        revenue: reader.revenue(&sources, &tokens),
        payees: reader.payees(),
        holders: play.holders(),
        vault: reader.vault(play.seen.last().map_or(0, |seen| seen.time)),
        moments: play.seen.iter().map(moment_line).collect(),
        gas: play.gas.iter().map(gas_line).collect(),
    }
}

impl Play<'_> {
    fn holders(&self) -> Vec<HolderLine> {
        let holders = HOLDERS.iter().zip(&self.cast.holders);
        holders
            .map(|(holder, key)| {
                let (stake, weight) = self.heaviest(key.address());
                let nearest = weight * U256::from(10_000) + stake / U256::from(2);
                let multiplier = nearest.checked_div(stake);
                HolderLine {
                    name: holder.name.to_owned(),
                    life: holder.life.to_owned(),
                    address: key.address().to_string(),
                    stake,
                    multiplier_bps: multiplier.unwrap_or_default().saturating_to(),
                    weight,
                    rewards: self.rewards(key.address()),
                }
            })
            .collect()
    }

    /// Stake and weight at the observation at which `account` weighed most.
    fn heaviest(&self, account: Address) -> (U256, U256) {
        let views = self.seen.iter().filter_map(|seen| seen.accounts.get(&account));
        let heaviest = views.max_by_key(|view| view.weight);
        heaviest.map_or_else(Default::default, |view| (view.balance, view.weight))
    }

    fn last(&self) -> Option<(&Snapshot, &Observation)> {
        self.verdict.exact.last().zip(self.seen.last())
    }

    fn rewards(&self, account: Address) -> Vec<RewardLine> {
        let Some((exact, seen)) = self.last() else { return Vec::new() };
        let tokens = self.system.reward_tokens().into_iter();
        tokens
            .map(|token| {
                let standing = exact.accounts.get(&account);
                let earned = standing.and_then(|one| one.earned.get(&token)).cloned();
                let earned = earned.unwrap_or_else(|| Exact::from(U256::ZERO));
                let paid = standing.map_or(U256::ZERO, |one| one.paid(token));
                let claimable = claimable(seen, account, token);
                RewardLine {
                    token: self.subject.symbol(token),
                    exact: earned.floor_u256(),
                    below_exact: earned.less(paid + claimable).decimal(9),
                    paid,
                    claimable,
                }
            })
            .collect()
    }
}

fn claimable(seen: &Observation, account: Address, token: Address) -> U256 {
    let view = seen.accounts.get(&account);
    view.and_then(|view| view.claimable.get(&token)).copied().unwrap_or_default()
}

fn contract_line(contract: &crate::deploy::Deployed) -> ContractLine {
    ContractLine {
        name: contract.name.clone(),
        address: contract.address.to_string(),
        code_bytes: contract.code_size,
        wasm_bytes: contract.wasm_size,
    }
}

fn moment_line(seen: &Observation) -> MomentLine {
    MomentLine {
        label: seen.label.clone(),
        block: seen.block,
        time: seen.time,
        staked: seen.vault.total_supply,
        weight: seen.vault.total_weight,
        holders: seen.accounts.values().filter(|view| !view.balance.is_zero()).count(),
    }
}

fn gas_line(gas: &GasUse) -> GasLine {
    let GasUse { kind, count, least, median, most } = gas.clone();
    GasLine { call: kind, count, least, median, most }
}
