//! The rules a platform file has to keep.

use std::collections::HashSet;

use super::{
    Payee, PayeeTarget, Platform, PlatformError, Policy, STAKERS_SHARE, file::UNATTRIBUTED,
};

/// The longest text that stands on chain in one word with room for its end.
const MAX_TEXT: usize = 31;
/// The longest symbol that wallets show.
const MAX_SYMBOL: usize = 11;
const MAX_PAYEES: usize = 32;
const MAX_REWARDS: usize = 8;
const MAX_WEEKS: u64 = 208;
pub(super) const BPS: u32 = 10_000;

/// Nothing, or what is wrong and what would be right.
pub(super) type Check = Result<(), String>;

impl Platform {
    /// Reads and checks the text of a platform file.
    ///
    /// # Errors
    /// Says which rule is broken, and what would be right.
    pub fn parse(name: &str, text: &str) -> Result<Self, PlatformError> {
        let fail = |problem| PlatformError { name: name.to_owned(), problem };
        let mut platform: Self =
            toml::from_str(text).map_err(|error| fail(error.to_string().trim_end().to_owned()))?;
        name.clone_into(&mut platform.name);
        platform.check().map_err(fail)?;
        Ok(platform)
    }

    /// Payees with a role, whose address has to be given at deployment.
    #[must_use]
    pub fn roles(&self) -> Vec<String> {
        let payees = self.policies.iter().flat_map(|policy| &policy.payees);
        let mut roles: Vec<String> = payees
            .filter_map(|payee| match &payee.to {
                PayeeTarget::Role(role) => Some(role.clone()),
                PayeeTarget::Vault | PayeeTarget::Address(_) => None,
            })
            .collect();
        roles.sort();
        roles.dedup();
        roles
    }

    fn check(&self) -> Check {
        self.check_token()?;
        self.check_vault()?;
        self.check_policies()?;
        self.check_sources()?;
        self.check_early_exit()?;
        self.check_share()?;
        self.check_chains()
    }

    fn check_chains(&self) -> Check {
        let roles = self.roles();
        for (id, terms) in &self.chains {
            require(id.parse::<u64>().is_ok(), || {
                format!("[chain.{id}] is no chain id; write its number, such as [chain.42161]")
            })?;
            let stranger = terms.payees.keys().find(|role| !roles.contains(role));
            require(stranger.is_none(), || {
                format!("[chain.{id}]: no policy pays {stranger:?}; the roles are {roles:?}")
            })?;
            require(terms.share_setter.is_none() || self.stakers_share.is_some(), || {
                format!(
                    "[chain.{id}]: share_setter is given, but there is no [stakers_share]; write its \
                     policy, min_bps and max_bps, or leave share_setter out"
                )
            })?;
        }
        Ok(())
    }

    fn check_token(&self) -> Check {
        let token = &self.token;
        text("token.name", &token.name, MAX_TEXT)?;
        text("token.symbol", &token.symbol, MAX_SYMBOL)?;
        require(token.decimals <= 18, || {
            format!("token.decimals is {}; it may be 18 at most", token.decimals)
        })?;
        let supply =
            token.supply_units().filter(|supply| !supply.is_zero() && supply.bit_len() <= 112);
        require(supply.is_some(), || {
            let said = &token.supply;
            format!(
                "token.supply is {said:?}; write whole tokens such as \"1_000_000\", below 2^112 units"
            )
        })
    }

    fn check_vault(&self) -> Check {
        let vault = &self.vault;
        text("vault.name", &vault.name, MAX_TEXT)?;
        text("vault.symbol", &vault.symbol, MAX_SYMBOL)?;
        vault.model_curve().map_err(|error| format!("vault.curve: {error}"))?;
        let count = vault.rewards.len();
        require((1..=MAX_REWARDS).contains(&count), || {
            format!("vault.rewards has {count} tokens; it needs 1 to {MAX_REWARDS}")
        })?;
        unique("vault.rewards names the token", vault.rewards.iter().map(|reward| reward.token))?;
        let weeks = |weeks: u64| (1..=MAX_WEEKS).contains(&weeks);
        match vault.rewards.iter().find(|reward| !weeks(reward.stream_weeks)) {
            Some(reward) => Err(format!(
                "vault.rewards: {:?} streams {} weeks; it may be 1 to {MAX_WEEKS}",
                reward.token, reward.stream_weeks
            )),
            None => Ok(()),
        }
    }

    fn check_policies(&self) -> Check {
        require(!self.policies.is_empty(), || {
            "there is no [[policy]]; write at least one".to_owned()
        })?;
        unique("[[policy]] is named", self.policies.iter().map(|policy| policy.name.as_str()))?;
        require(self.policies.iter().all(|policy| policy.name != STAKERS_SHARE), || {
            format!(
                "a [[policy]] is named {STAKERS_SHARE:?}, which is how sources say that they follow \
                 the stakers' share; name it otherwise"
            )
        })?;
        self.policies.iter().try_for_each(check_policy)
    }

    fn check_sources(&self) -> Check {
        unique("[[source]] has the id", self.sources.iter().map(|source| source.id.as_str()))?;
        for source in &self.sources {
            text("source.id", &source.id, MAX_TEXT)?;
            text("source.name", &source.name, MAX_TEXT)?;
            let known = self.policies.iter().any(|policy| policy.name == source.policy);
            require(known || source.follows_share(), || {
                let names: Vec<_> = self.policies.iter().map(|policy| &policy.name).collect();
                format!(
                    "source {:?} is divided by {:?}, but the policies are {names:?}",
                    source.id, source.policy
                )
            })?;
        }
        let count = self.sources.len();
        let unattributed = self.sources.iter().any(|source| source.id == UNATTRIBUTED);
        require(unattributed && count > 1, || {
            format!(
                "there must be a [[source]] with id \"{UNATTRIBUTED}\" for revenue without a label, and one besides"
            )
        })
    }
}

fn check_policy(policy: &Policy) -> Check {
    let name = &policy.name;
    text("policy.name", name, MAX_TEXT)?;
    let count = policy.payees.len();
    require((1..=MAX_PAYEES).contains(&count), || {
        format!("policy {name:?} has {count} payees; it needs 1 to {MAX_PAYEES}")
    })?;
    let sum: u64 = policy.payees.iter().map(|payee| u64::from(payee.bps)).sum();
    require(sum == u64::from(BPS), || {
        format!("policy {name:?}: the payees' bps add up to {sum}; they must add up to {BPS}")
    })?;
    policy.payees.iter().try_for_each(|payee| check_payee(name, payee))
}

fn check_payee(policy: &str, payee: &Payee) -> Check {
    require(payee.bps > 0, || {
        format!("policy {policy:?}: a payee has 0 bps; leave it out instead")
    })?;
    match &payee.to {
        PayeeTarget::Role(role) => require(is_role(role), || {
            format!(
                "policy {policy:?}: payee {role:?} is none of \"vault\", a 0x address or a lower-case role"
            )
        }),
        PayeeTarget::Vault | PayeeTarget::Address(_) => Ok(()),
    }
}

fn is_role(text: &str) -> bool {
    let letters = |c: char| c.is_ascii_lowercase() || c == '-';
    !text.is_empty() && text.chars().all(letters)
}

fn text(key: &str, value: &str, max: usize) -> Check {
    let fits =
        (1..=max).contains(&value.len()) && value.bytes().all(|b| (b' '..=b'~').contains(&b));
    require(fits, || {
        format!("{key} is {value:?}; it must be 1 to {max} printable ASCII characters")
    })
}

fn unique<T: Eq + std::hash::Hash + std::fmt::Debug>(
    what: &str,
    values: impl Iterator<Item = T>,
) -> Check {
    let mut seen = HashSet::new();
    for value in values {
        let twice = format!("{what} {value:?} twice; once is enough");
        require(seen.insert(value), || twice)?;
    }
    Ok(())
}

pub(super) fn require(holds: bool, problem: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(problem()) }
}

#[cfg(test)]
mod tests {
    use super::super::{PRESETS, optional::tests::opur_with};
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = opur_with("decimals = 18", "decimals = 18\ncolour = \"red\"");
        assert!(error.contains("unknown field `colour`"), "{error}");
    }

    #[test]
    fn a_policy_that_does_not_add_up_is_refused_with_its_sum() {
        let error = opur_with("bps = 4_000", "bps = 3_999");
        assert!(error.ends_with("add up to 9999; they must add up to 10000"), "{error}");
    }

    #[test]
    fn a_source_of_an_unknown_policy_is_refused_with_the_policies_there_are() {
        let error = opur_with("policy = \"all to stakers\"", "policy = \"stakers\"");
        assert!(error.contains("the policies are [\"stakers and treasury\""), "{error}");
    }

    #[test]
    fn a_curve_that_falls_is_refused_at_its_point() {
        let error = opur_with("11_500", "9_500");
        assert!(error.contains("point 1 of the curve"), "{error}");
    }

    #[test]
    fn a_supply_that_is_no_number_is_refused_with_an_example() {
        let error = opur_with("500_000_000", "lots");
        assert!(error.contains("such as \"1_000_000\""), "{error}");
    }

    #[test]
    fn a_platform_without_a_source_for_unlabelled_revenue_is_refused() {
        let error = opur_with("id = \"unattributed\"", "id = \"other\"");
        assert!(error.contains("id \"unattributed\""), "{error}");
    }

    #[test]
    fn roles_are_listed_once() {
        assert_eq!(Platform::parse("opur", PRESETS[1].1).unwrap().roles(), ["treasury"]);
    }
}
