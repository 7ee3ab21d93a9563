//! From what was seen and judged to the report.

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256};
use model::{Exact, Snapshot};

use super::document::{
    ContractLine, GasLine, HolderLine, MomentLine, PayeeLine, PlatformReport, RevenueLine,
    RewardLine, TokenLine, VaultLine,
};
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
        tokens: play.tokens(),
        revenue: play.revenue(),
        payees: play.payees(),
        holders: play.holders(),
        vault: play.vault(),
        moments: play.seen.iter().map(moment_line).collect(),
        gas: play.gas.iter().map(gas_line).collect(),
    }
}

impl Play<'_> {
    fn tokens(&self) -> Vec<TokenLine> {
        let line = |address: Address| {
            let (symbol, decimals) = self.subject.tokens.get(&address).cloned()?;
            Some(TokenLine { address: address.to_string(), symbol, decimals })
        };
        self.system.reward_tokens().into_iter().filter_map(line).collect()
    }

    fn revenue(&self) -> Vec<RevenueLine> {
        let books = &self.verdict.splitter;
        let mut lines = Vec::new();
        for source in &self.system.platform.sources {
            for token in self.system.reward_tokens() {
                lines.push(RevenueLine {
                    source: source.id.clone(),
                    name: source.name.clone(),
                    token: self.subject.symbol(token),
                    amount: books.received_from(source.key(), token),
                });
            }
        }
        lines
    }

    fn payees(&self) -> Vec<PayeeLine> {
        let policies = self.system.policy_ids.iter().zip(&self.system.platform.policies);
        let names: BTreeMap<_, _> = policies.map(|(id, policy)| (*id, &policy.name)).collect();
        let lines = self.verdict.splitter.lines().into_iter();
        lines
            .map(|line| PayeeLine {
                policy: names.get(&line.policy).map_or_else(String::new, |name| (*name).clone()),
                payee: self.subject.account(line.account),
                bps: line.bps,
                token: self.subject.symbol(line.token),
                paid: line.paid,
                owed: line.owed(),
            })
            .collect()
    }

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

    fn vault(&self) -> Vec<VaultLine> {
        let Some((exact, seen)) = self.last() else { return Vec::new() };
        let line = |(token, pot): (&Address, &model::Pot)| {
            let paid: U256 = exact.accounts.values().map(|one| one.paid(*token)).sum();
            let accounts = seen.accounts.keys();
            let claimable: U256 = accounts.map(|one| claimable(seen, *one, *token)).sum();
            let (to_stream, held) = (pot.to_stream.floor_u256(), pot.held.floor_u256());
            VaultLine {
                token: self.subject.symbol(*token),
                received: pot.received,
                paid,
                claimable,
                to_stream,
                held,
                fractions: pot.received.saturating_sub(paid + claimable + to_stream + held),
            }
        };
        exact.tokens.iter().map(line).collect()
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
        staked: seen.total_supply,
        weight: seen.total_weight,
        holders: seen.accounts.values().filter(|view| !view.balance.is_zero()).count(),
    }
}

fn gas_line(gas: &GasUse) -> GasLine {
    let GasUse { kind, count, least, median, most } = gas.clone();
    GasLine { call: kind, count, least, median, most }
}
