//! What is on chain beside what was configured, item by item.
//!
//! One list serves three ends: what is missing is what is left to do, what differs stops a deployment,
//! and when nothing is missing and nothing differs, it is the report.

use alloy::primitives::{Address, B256};
use artifact::Artifact;

use super::{
    error::Difference,
    seen::{Roles, Seen, Splitter, Vault},
    step::Step,
    terms::{Addresses, Coin, Terms},
};
use crate::platform::{Policy, Reward, RewardToken};

/// One item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Which: `vault curve`.
    pub name: String,
    /// What was configured.
    pub wanted: String,
    /// What is on chain; `None` if nothing is.
    pub found: Option<String>,
    /// What would bring it there.
    pub(crate) cure: Option<Step>,
}

impl Item {
    fn new(name: impl Into<String>, wanted: impl Into<String>, found: Option<String>) -> Self {
        Self { name: name.into(), wanted: wanted.into(), found, cure: None }
    }

    fn cured_by(mut self, step: Step) -> Self {
        self.cure = Some(step);
        self
    }

    /// Whether it is as configured.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.found.as_ref() == Some(&self.wanted)
    }

    /// What differs, if something else is there, or nothing is and nothing can be done about it.
    #[must_use]
    pub fn difference(&self) -> Option<Difference> {
        let found = match (&self.found, &self.cure) {
            (None, Some(_)) => return None,
            (None, None) => "nothing".to_owned(),
            (Some(_), _) if self.holds() => return None,
            (Some(found), _) => found.clone(),
        };
        Some(Difference { item: self.name.clone(), wanted: self.wanted.clone(), found })
    }
}

/// Compares.
pub(crate) struct Audit<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) artifacts: &'a [Artifact],
    pub(crate) addresses: &'a Addresses,
    pub(crate) seen: &'a Seen,
    /// Whether the StylusDeployer does all of a contract at once.
    pub(crate) at_once: bool,
    /// Fragments that are not there yet: package and place.
    pub(crate) missing_fragments: &'a [(String, usize)],
}

impl Audit<'_> {
    /// Every item, in the order in which they can be brought about.
    pub(crate) fn items(&self) -> Vec<Item> {
        let mut items = Vec::new();
        for role in self.terms.roles() {
            match self.terms.existing.get(role) {
                Some(_) => items.extend(self.existing_token(role)),
                None => items.extend(self.program(role)),
            }
        }
        if !self.sleeps("vault") {
            items.extend(self.vault());
        }
        if !self.sleeps("splitter") {
            items.extend(self.splitter());
        }
        for role in ["vault", "splitter"] {
            items.extend(self.owner(role));
        }
        items
    }

    /// Whether the program of `role` is there and does not answer, since it is not active.
    fn sleeps(&self, role: &str) -> bool {
        self.seen.programs.get(role).is_some_and(|program| !program.active)
    }

    /// A token that was there before: it has to be what the platform takes it for.
    fn existing_token(&self, role: &str) -> Vec<Item> {
        let coin = self.terms.coin();
        let wanted = match role {
            "token" => format!("{}, {} decimals", coin.symbol, coin.decimals),
            "stablecoin" => "6 decimals".to_owned(),
            _ => "18 decimals".to_owned(),
        };
        let found = self.seen.tokens.get(role).map(|token| match role {
            "token" => format!("{}, {} decimals", token.symbol, token.decimals),
            _ => format!("{} decimals", token.decimals),
        });
        vec![Item::new(format!("{role} (there before)"), wanted, found)]
    }

    fn program(&self, role: &'static str) -> Vec<Item> {
        let package = Terms::package(role);
        let mut items: Vec<Item> = self.fragments(role, package);
        let program = self.seen.programs.get(role);
        let artifact = self.artifacts.iter().find(|artifact| artifact.name == package);
        let wasm = program.and_then(|program| program.on_chain.wasm().ok());
        let same = artifact.is_some_and(|artifact| wasm.as_ref() == Some(&artifact.wasm));
        let hash = program.map(|program| program.on_chain.code_hash());
        let (wanted, found) = match hash {
            Some(hash) if same => (hash.to_string(), Some(hash.to_string())),
            other => ("this build's".to_owned(), other.map(|hash| hash.to_string())),
        };
        let create = if self.at_once { Step::Deploy(role) } else { Step::Create(role) };
        items.push(Item::new(format!("{role} code hash"), wanted, found).cured_by(create));
        let (there, active) = (program.is_some(), program.is_some_and(|program| program.active));
        if there {
            let found = active.then(|| "yes".to_owned());
            let item = Item::new(format!("{role} active"), "yes", found);
            items.push(item.cured_by(Step::Activate(role)));
        } else if !self.at_once {
            let item = Item::new(format!("{role} active"), "yes", None);
            items.push(item.cured_by(Step::Activate(role)));
        }
        if Terms::has_constructor(role) && (!self.at_once || active) {
            let found = self.seen.is_constructed(role).then(|| "yes".to_owned());
            let item = Item::new(format!("{role} constructed"), "yes", found);
            items.push(item.cured_by(Step::Construct(role)));
        }
        items.extend(self.supply(role));
        items
    }

    fn fragments(&self, role: &str, package: &str) -> Vec<Item> {
        if self.seen.programs.contains_key(role) {
            return Vec::new();
        }
        let missing = self.missing_fragments.iter().filter(|(of, _)| of == package);
        missing
            .map(|(package, place)| {
                Item::new(format!("{package} fragment {}", place + 1), "there", None)
                    .cured_by(Step::Fragment { package: package.clone(), place: *place })
            })
            .collect()
    }

    /// What a token of ours is.
    fn supply(&self, role: &str) -> Option<Item> {
        let coin = match role {
            "token" => self.terms.coin(),
            "stablecoin" => Coin::test_dollar(),
            _ => return None,
        };
        let token = self.seen.tokens.get(role)?;
        let wanted = format!("{} {} of {} decimals", coin.supply, coin.symbol, coin.decimals);
        let found = format!("{} {} of {} decimals", token.supply, token.symbol, token.decimals);
        Some(Item::new(format!("{role} supply"), wanted, Some(found)))
    }

    fn vault(&self) -> Vec<Item> {
        let (wanted, seen) = (&self.terms.platform.vault, self.seen.vault.as_ref());
        let points = wanted.curve.iter().map(|point| (point.weeks, point.multiplier_bps));
        let asset = self.addresses.get("token").map_or("the token".into(), Address::to_string);
        let title = format!("{} ({})", wanted.name, wanted.symbol);
        let mut items = Vec::new();
        if let Some(vault) = seen {
            let name = format!("{} ({})", vault.name, vault.symbol);
            items.push(Item::new("vault asset", asset, Some(vault.asset.to_string())));
            items.push(Item::new("vault name", title, Some(name)));
            items.push(Item::new(
                "vault curve",
                curve(points),
                Some(curve(vault.curve.iter().copied())),
            ));
            items.push(self.guardian("vault", vault.roles));
        }
        for (place, reward) in wanted.rewards.iter().enumerate() {
            items.push(self.reward(place, reward, seen));
        }
        let further =
            seen.map_or(0, |vault| vault.rewards.len().saturating_sub(wanted.rewards.len()));
        if further > 0 {
            items.push(Item::new("vault further reward tokens", "0", Some(further.to_string())));
        }
        items
    }

    fn reward(&self, place: usize, reward: &Reward, seen: Option<&Vault>) -> Item {
        let role = reward_role(reward.token);
        let address = self.addresses.get(role).map_or(role.to_owned(), Address::to_string);
        let wanted = format!("{address}, {} weeks", reward.stream_weeks);
        let found =
            seen.and_then(|vault| vault.rewards.get(place)).map(|(token, weeks, retired)| {
                let retired = if *retired { ", retired" } else { "" };
                format!("{token}, {weeks} weeks{retired}")
            });
        Item::new(format!("vault reward {}", place + 1), wanted, found)
            .cured_by(Step::AddReward(place))
    }

    fn splitter(&self) -> Vec<Item> {
        let (platform, seen) = (&self.terms.platform, self.seen.splitter.as_ref());
        let mut items = Vec::new();
        if let Some(splitter) = seen {
            let weth =
                self.addresses.get("weth").map_or("wrapped ether".into(), Address::to_string);
            items.push(Item::new("splitter weth", weth, Some(splitter.weth.to_string())));
            items.push(self.guardian("splitter", splitter.roles));
        }
        let policies = platform.policies.iter().enumerate();
        items.extend(policies.map(|(place, policy)| self.policy(place, policy, seen)));
        for (place, source) in platform.sources.iter().enumerate() {
            let wanted = format!("{:?} by {:?}", source.name, source.policy);
            let found = seen.and_then(|splitter| {
                splitter
                    .sources
                    .get(&source.key())
                    .map(|found| self.source_on_chain(splitter, found.0, found.1.saturating_to()))
            });
            let item = Item::new(format!("source {}", source.id), wanted, found);
            items.push(item.cured_by(Step::AddSource(place)));
        }
        items.extend(seen.and_then(|splitter| self.further(splitter)));
        items
    }

    fn policy(&self, place: usize, policy: &Policy, seen: Option<&Splitter>) -> Item {
        let accounts = policy.payees.iter().map(|payee| {
            let account = self.terms.account(payee, self.addresses);
            format!("{} {}", account.map_or("the vault".into(), |at| at.to_string()), payee.bps)
        });
        let wanted = format!("{:?}: {}", policy.name, accounts.collect::<Vec<_>>().join(", "));
        let found = seen.and_then(|splitter| splitter.policies.get(place)).map(|found| {
            // Kinds and tags are part of what a policy does; they are told only where they differ.
            let call = self.terms.policy(policy, self.addresses);
            let alike =
                call.is_some_and(|call| call.kinds == found.kinds && call.tags == found.tags);
            let payees = found.payees.iter().zip(&found.bps).map(|(at, bps)| format!("{at} {bps}"));
            let other = if alike { "" } else { ", of other kinds" };
            format!("{:?}: {}{other}", text(found.name), payees.collect::<Vec<_>>().join(", "))
        });
        let item = Item::new(format!("policy {}", place + 1), wanted, found);
        item.cured_by(Step::CreatePolicy(place))
    }

    fn source_on_chain(&self, splitter: &Splitter, name: B256, policy: usize) -> String {
        let policy = policy.checked_sub(1).and_then(|place| splitter.policies.get(place));
        format!(
            "{:?} by {:?}",
            text(name),
            policy.map(|policy| text(policy.name)).unwrap_or_default()
        )
    }

    /// Sources and policies that nobody configured.
    fn further(&self, splitter: &Splitter) -> Option<Item> {
        let platform = &self.terms.platform;
        let sources = splitter.sources.len().saturating_sub(platform.sources.len());
        let policies = splitter.policies.len().saturating_sub(platform.policies.len());
        let told = |sources, policies| format!("{sources} sources, {policies} policies");
        (sources + policies > 0)
            .then(|| Item::new("splitter further", told(0, 0), Some(told(sources, policies))))
    }

    fn guardian(&self, role: &str, roles: Roles) -> Item {
        let wanted = self.terms.guardian.to_string();
        Item::new(format!("{role} guardian"), wanted, Some(roles.guardian.to_string()))
    }

    /// The owner. Offered and not accepted counts as done: the rest is for the new owner to do.
    fn owner(&self, role: &'static str) -> Option<Item> {
        let roles = match role {
            "vault" => self.seen.vault.as_ref().map(|vault| vault.roles),
            _ => self.seen.splitter.as_ref().map(|splitter| splitter.roles),
        };
        let (wanted, deployer) = (self.terms.owner, self.terms.deployer);
        let handed_over = wanted != deployer;
        if self.sleeps(role) || (roles.is_none() && !handed_over) {
            return None;
        }
        let found = roles.and_then(|roles| {
            let offered = roles.owner == deployer && roles.pending_owner == wanted;
            if offered || roles.owner == wanted {
                return Some(wanted.to_string());
            }
            // What is still the deployer's can be offered.
            (roles.owner != deployer).then(|| roles.owner.to_string())
        });
        let item = Item::new(format!("{role} owner"), wanted.to_string(), found);
        Some(if handed_over { item.cured_by(Step::OfferOwnership(role)) } else { item })
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

fn curve(points: impl Iterator<Item = (u32, u32)>) -> String {
    let points = points.map(|(weeks, bps)| format!("{weeks}w {bps}"));
    points.collect::<Vec<_>>().join(", ")
}

/// The text in a word.
fn text(word: B256) -> String {
    String::from_utf8_lossy(word.as_slice()).trim_end_matches('\0').to_owned()
}
