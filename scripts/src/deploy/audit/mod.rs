//! What is on chain beside what was configured, item by item.
//!
//! One list serves three ends: what is missing is what is left to do, what differs stops a deployment,
//! and when nothing is missing and nothing differs, it is the report.

mod splitter;
mod vault;

use alloy::primitives::U256;
use artifact::Artifact;

use super::{
    error::Difference,
    seen::{Roles, Seen},
    step::Step,
    terms::{Addresses, Coin, Terms},
    witness::Witness,
};

pub(crate) use self::{splitter::matching_policies, vault::reward_role};

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
    /// What has to have been told, if it was changed in the open.
    pub(crate) witness: Option<Witness>,
    /// Whether the file leaves room for what is found.
    pub(crate) allowed: bool,
}

/// What stands for what is not there and should not be.
const NOTHING: &str = "nothing";

impl Item {
    fn new(name: impl Into<String>, wanted: impl Into<String>, found: Option<String>) -> Self {
        let (name, wanted) = (name.into(), wanted.into());
        Self { name, wanted, found, cure: None, witness: None, allowed: false }
    }

    /// Something that nobody configured.
    fn further(name: impl Into<String>, found: String) -> Self {
        Self::new(name, NOTHING, Some(found))
    }

    fn cured_by(mut self, step: Step) -> Self {
        self.cure = Some(step);
        self
    }

    fn told_by(mut self, witness: Witness) -> Self {
        self.witness = Some(witness);
        self
    }

    /// That nothing is there any more.
    pub(crate) fn as_nothing(&self) -> Difference {
        let (item, wanted, found) = (self.name.clone(), self.wanted.clone(), NOTHING.to_owned());
        Difference { item, wanted, found }
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
            (None, None) => return Some(self.as_nothing()),
            (Some(_), _) if self.holds() => return None,
            (Some(found), _) => found.clone(),
        };
        Some(Difference { found, ..self.as_nothing() })
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
    /// Ids of the platform's policies on chain, as far as they are there.
    pub(crate) policy_ids: &'a [Option<U256>],
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
        // The splitter and its source have to be there before.
        if !self.sleeps("vault") {
            items.extend(self.early_exit());
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

    fn guardian(&self, role: &'static str, roles: Roles) -> Item {
        let wanted = self.terms.guardian.to_string();
        let item = Item::new(format!("{role} guardian"), wanted, Some(roles.guardian.to_string()));
        item.told_by(Witness::Guardian(role, roles.guardian))
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
        let mut item = Item::new(format!("{role} owner"), wanted.to_string(), found);
        let owner = roles.filter(|_| item.found.is_some()).map(|roles| roles.owner);
        item.witness = owner.map(|owner| Witness::Owner(role, owner));
        Some(if handed_over { item.cured_by(Step::OfferOwnership(role)) } else { item })
    }
}
