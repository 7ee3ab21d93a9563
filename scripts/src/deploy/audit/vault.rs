//! The vault beside what was configured.

use alloy::primitives::Address;

use super::{Audit, Item};
use crate::{
    abi::IVault,
    deploy::{seen::Vault, step::Step, terms::early_exit, witness::Witness},
    platform::{Reward, RewardToken},
    session::label,
};

impl Audit<'_> {
    pub(super) fn vault(&self) -> Vec<Item> {
        let seen = self.seen.vault.as_ref();
        let mut items: Vec<_> =
            seen.into_iter().flat_map(|vault| self.constructed(vault)).collect();
        let wanted = &self.terms.platform.vault.rewards;
        for (place, reward) in wanted.iter().enumerate() {
            items.push(self.reward(place, reward, seen));
        }
        let found = seen.into_iter().flat_map(|vault| vault.rewards.iter().enumerate());
        items.extend(found.skip(wanted.len()).map(|(place, reward)| {
            let name = format!("vault reward {} (not in the file)", place + 1);
            Item::further(name, told(reward)).told_by(Witness::RewardAdded(reward.0))
        }));
        items
    }

    /// What the constructor was given.
    fn constructed(&self, vault: &Vault) -> [Item; 4] {
        let wanted = &self.terms.platform.vault;
        let points = wanted.curve.iter().map(|point| (point.weeks, point.multiplier_bps));
        let asset = self.addresses.get("token").map_or("the token".into(), Address::to_string);
        let title = format!("{} ({})", wanted.name, wanted.symbol);
        let name = format!("{} ({})", vault.name, vault.symbol);
        let found = Some(curve(vault.curve.iter().copied()));
        let curve = Item::new("vault curve", curve(points), found);
        [
            Item::new("vault asset", asset, Some(vault.asset.to_string())),
            Item::new("vault name", title, Some(name)),
            curve.told_by(Witness::Curve(vault.curve.clone())),
            self.guardian("vault", vault.roles),
        ]
    }

    fn reward(&self, place: usize, reward: &Reward, seen: Option<&Vault>) -> Item {
        let role = reward_role(reward.token);
        let address = self.addresses.get(role).map_or(role.to_owned(), Address::to_string);
        let wanted = format!("{address}, {} weeks", reward.stream_weeks);
        let found = seen.and_then(|vault| vault.rewards.get(place));
        let retired = found.filter(|found| found.2 && told(found).starts_with(&wanted));
        let witness = retired.map(|found| Witness::RewardRetired(found.0));
        let item = Item::new(format!("vault reward {}", place + 1), wanted, found.map(told));
        Item { witness, ..item.cured_by(Step::AddReward(place)) }
    }

    /// The price of leaving a lock early, or that there is none.
    pub(super) fn early_exit(&self) -> Option<Item> {
        let splitter = self.addresses.get("splitter").copied().unwrap_or_default();
        let wanted = early_exit(&self.terms.platform, splitter).map(|call| Penalties {
            points: call.durations.into_iter().zip(call.penalties).collect(),
            receiver: (splitter, call.source),
        });
        let Some(vault) = &self.seen.vault else {
            let item = Item::new("vault early exit", wanted?.to_string(), None);
            return Some(item.cured_by(Step::SetPenalties));
        };
        let seen = Penalties::on_chain(&vault.early_exit);
        let witness = Witness::Penalties(seen.points.clone(), seen.receiver);
        let possible = !seen.points.is_empty();
        let item = match wanted {
            None => Item::new("vault early exit", "not possible", Some(seen.to_string())),
            Some(wanted) => {
                // None that was ever there may be set; one that was taken away is a difference.
                let found = (possible || !seen.receiver.0.is_zero()).then(|| seen.to_string());
                Item::new("vault early exit", wanted.to_string(), found)
                    .cured_by(Step::SetPenalties)
            }
        };
        Some(item.told_by(witness))
    }
}

/// What leaving a lock early costs.
struct Penalties {
    points: Vec<(u32, u32)>,
    /// The splitter, and its source.
    receiver: (Address, alloy::primitives::B256),
}

impl Penalties {
    fn on_chain(found: &IVault::penaltyCurveReturn) -> Self {
        let points = found.durations.iter().copied().zip(found.penalties.iter().copied());
        Self { points: points.collect(), receiver: (found.splitter, found.source) }
    }
}

impl std::fmt::Display for Penalties {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.points.is_empty() {
            return f.write_str("not possible");
        }
        let (splitter, source) = self.receiver;
        write!(f, "{}; to {} of {splitter}", curve(self.points.iter().copied()), label(source))
    }
}

/// The role that a kind of reward token has among the contracts.
pub(crate) fn reward_role(token: RewardToken) -> &'static str {
    match token {
        RewardToken::Stablecoin => "stablecoin",
        RewardToken::Weth => "weth",
        RewardToken::Platform => "token",
    }
}

fn told((token, weeks, retired): &(Address, alloy::primitives::U256, bool)) -> String {
    let retired = if *retired { ", retired" } else { "" };
    format!("{token}, {weeks} weeks{retired}")
}

fn curve(points: impl Iterator<Item = (u32, u32)>) -> String {
    let points = points.map(|(weeks, bps)| format!("{weeks}w {bps}"));
    points.collect::<Vec<_>>().join(", ")
}
