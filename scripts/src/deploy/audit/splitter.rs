//! The splitter beside what was configured.
//!
//! Policies never change, so they are told apart by what is in them and not by their number: on a platform
//! that lives, others may have been made in between, by the owner or by whoever sets the stakers' share.

use alloy::primitives::{Address, B256, U256};

use super::{Audit, Item};
use crate::{
    abi::ISplitter::{createPolicyCall, policyReturn, stakersShareReturn},
    deploy::{
        seen::Splitter,
        step::Step,
        terms::{Addresses, FOLLOWS_SHARE, Terms, share_terms},
        witness::Witness,
    },
    platform::{Policy, STAKERS_SHARE, Source},
    session::label,
};

/// The ids of the platform's policies on chain: of each, the first one of the same content.
pub(crate) fn matching_policies(
    terms: &Terms,
    at: &Addresses,
    seen: Option<&Splitter>,
) -> Vec<Option<U256>> {
    let policies = seen.map_or(&[][..], |splitter| &splitter.policies);
    let id = |policy: &Policy| {
        let call = terms.policy(policy, at)?;
        let place = policies.iter().position(|found| same(&call, found))?;
        Some(U256::from(place + 1))
    };
    terms.platform.policies.iter().map(id).collect()
}

fn same(call: &createPolicyCall, found: &policyReturn) -> bool {
    (call.name, &call.payees, &call.bps, &call.kinds, &call.tags)
        == (found.name, &found.payees, &found.bps, &found.kinds, &found.tags)
}

impl Audit<'_> {
    pub(super) fn splitter(&self) -> Vec<Item> {
        let (platform, seen) = (&self.terms.platform, self.seen.splitter.as_ref());
        let mut items = Vec::new();
        if let Some(splitter) = seen {
            let weth =
                self.addresses.get("weth").map_or("wrapped ether".into(), Address::to_string);
            items.push(Item::new("splitter weth", weth, Some(splitter.weth.to_string())));
            items.push(self.guardian("splitter", splitter.roles));
        }
        let policies = platform.policies.iter().enumerate();
        items.extend(policies.map(|(place, policy)| self.policy(place, policy)));
        items.extend(self.share());
        let sources = platform.sources.iter().enumerate();
        items.extend(sources.map(|(place, source)| self.source(place, source, seen)));
        if let Some(splitter) = seen {
            items.extend(self.further(splitter));
            items.extend(share_now(splitter));
        }
        items
    }

    fn policy(&self, place: usize, policy: &Policy) -> Item {
        let accounts = policy.payees.iter().map(|payee| {
            let account = self.terms.account(payee, self.addresses);
            format!("{} {}", account.map_or("the vault".into(), |at| at.to_string()), payee.bps)
        });
        let wanted = accounts.collect::<Vec<_>>().join(", ");
        let found = self.policy_ids[place].map(|_| wanted.clone());
        let item = Item::new(format!("policy {:?}", policy.name), wanted, found);
        item.cured_by(Step::CreatePolicy(place))
    }

    /// The bounds of the stakers' share, and what it is made from.
    fn share(&self) -> Option<Item> {
        let platform = &self.terms.platform;
        let found = self.seen.splitter.as_ref().and_then(|splitter| splitter.share.as_ref());
        let base = platform.share_base().and_then(|(place, _)| self.policy_ids[place]);
        let setter = self.terms.share_setter;
        let name = "stakers' share";
        let mut item = match share_terms(platform, setter, base.unwrap_or_default()) {
            Some(call) => {
                let who = (call.setter, call.stakersIndex);
                let wanted = bounds(who, call.policyId, call.minBps, call.maxBps);
                Item::new(name, wanted, None).cured_by(Step::SetShareTerms)
            }
            None => Item::new(name, "fixed", Some("fixed".into())),
        };
        let Some(found) = found else { return Some(item) };
        let who = (found.setter, found.stakersIndex);
        item.found = Some(bounds(who, found.basePolicyId, found.minBps, found.maxBps));
        let who = (found.setter, found.basePolicyId, found.stakersIndex);
        Some(item.told_by(Witness::ShareTerms(who, (found.minBps, found.maxBps))))
    }

    fn source(&self, place: usize, source: &Source, seen: Option<&Splitter>) -> Item {
        let base = self.terms.platform.policy_of(source).and_then(|place| self.policy_ids[place]);
        let policy = if source.follows_share() { Some(FOLLOWS_SHARE) } else { base };
        let wanted = match policy {
            Some(id) => divided(&source.name, id),
            None => format!("{:?} by {:?}", source.name, source.policy),
        };
        let found = seen.and_then(|splitter| splitter.sources.get(&source.key()));
        let told = found.map(|(name, policy)| divided(&text(*name), *policy));
        let item = Item::new(format!("source {}", source.id), wanted, told);
        // A name never changes.
        let named = found.filter(|found| text(found.0) == source.name);
        let witness = named.map(|found| Witness::SourcePolicy(source.key(), found.1));
        Item { witness, ..item.cured_by(Step::AddSource(place)) }
    }

    /// Policies and sources that nobody configured, but for those that follow from the stakers' share.
    fn further(&self, splitter: &Splitter) -> Vec<Item> {
        let policies = splitter.policies.iter().enumerate();
        let policies = policies.filter_map(|(place, policy)| {
            let id = U256::from(place + 1);
            let expected = self.policy_ids.contains(&Some(id)) || is_of_share(splitter, policy);
            (!expected).then(|| {
                let item = Item::further(format!("policy {id} (not in the file)"), content(policy));
                item.told_by(Witness::PolicyCreated(id))
            })
        });
        let configured =
            |key: &B256| self.terms.platform.sources.iter().any(|source| source.key() == *key);
        let sources = splitter.sources.iter().filter(|(key, _)| !configured(key));
        let sources = sources.map(|(key, (name, policy))| {
            let (title, found) = (
                format!("source {} (not in the file)", label(*key)),
                divided(&text(*name), *policy),
            );
            Item::further(title, found).told_by(Witness::SourceAdded(*key))
        });
        policies.chain(sources).collect()
    }
}

/// What the stakers' share was set to, if it was: something within its bounds, which the file allows.
fn share_now(splitter: &Splitter) -> Option<Item> {
    let share = splitter.share.as_ref()?;
    if share.policyId == share.basePolicyId {
        return None;
    }
    let bounds = format!("{} to {} bps", share.minBps, share.maxBps);
    let found = format!("{} bps by policy {}", share.bps, share.policyId);
    let item = Item::new("stakers' share now", bounds, Some(found));
    Some(Item { allowed: true, ..item.told_by(Witness::ShareSet(share.policyId, share.bps)) })
}

/// Whether setting the stakers' share could have made `policy`: named after it, with the payees of the one it
/// is made from, perhaps without those for whom nothing is left, and with the stakers within bounds.
fn is_of_share(splitter: &Splitter, policy: &policyReturn) -> bool {
    let Some(share) = &splitter.share else { return false };
    let base = splitter.policies.get(share.basePolicyId.saturating_to::<usize>().wrapping_sub(1));
    base.is_some_and(|base| {
        let mut rest = members(base);
        members(policy).all(|member| rest.any(|other| other == member))
            && stakers_bps(share, base, policy).is_some_and(|bps| {
                let named = text(policy.name) == format!("stakers {bps} bps");
                named && share.minBps <= bps && bps <= share.maxBps
            })
    })
}

fn members(policy: &policyReturn) -> impl Iterator<Item = (Address, u8, B256)> + '_ {
    let rest = policy.kinds.iter().zip(&policy.tags);
    policy.payees.iter().zip(rest).map(|(payee, (kind, tag))| (*payee, *kind, *tag))
}

/// What the stakers of `base` have in `policy`.
fn stakers_bps(
    share: &stakersShareReturn,
    base: &policyReturn,
    policy: &policyReturn,
) -> Option<U256> {
    let stakers = base.payees.get(share.stakersIndex.saturating_to::<usize>())?;
    let place = policy.payees.iter().position(|payee| payee == stakers)?;
    policy.bps.get(place).map(|bps| U256::from(*bps))
}

fn bounds((setter, stakers): (Address, U256), policy: U256, min: U256, max: U256) -> String {
    let setter = if setter.is_zero() { "nobody else".to_owned() } else { setter.to_string() };
    let base = if policy.is_zero() { "its policy".to_owned() } else { format!("policy {policy}") };
    format!("{min} to {max} bps for payee {stakers} of {base}, set by the owner and {setter}")
}

fn divided(name: &str, policy: U256) -> String {
    if policy == FOLLOWS_SHARE {
        return format!("{name:?} by {STAKERS_SHARE:?}");
    }
    format!("{name:?} by policy {policy}")
}

fn content(policy: &policyReturn) -> String {
    let shares = policy.payees.iter().zip(&policy.bps);
    let payees =
        shares.zip(&policy.kinds).map(|((at, bps), kind)| format!("{at} {bps} (kind {kind})"));
    format!("{:?}: {}", text(policy.name), payees.collect::<Vec<_>>().join(", "))
}

/// The text in a word.
fn text(word: B256) -> String {
    String::from_utf8_lossy(word.as_slice()).trim_end_matches('\0').to_owned()
}
