//! The rules of what a platform may leave out: early exits, and a stakers' share that can be changed.

use super::{
    EarlyExit, PayeeTarget, Platform, RewardToken, STAKERS_SHARE, StakersShare,
    check::{BPS, Check, require},
};

impl Platform {
    /// Penalties are revenue in what is staked, of a source that has to be there.
    pub(super) fn check_early_exit(&self) -> Check {
        let Some(exit) = &self.vault.early_exit else { return Ok(()) };
        exit.model_curve().map_err(|error| {
            let error = error.to_string().replace("(0 weeks, 10000 bps)", "at 0 weeks");
            format!(
                "vault.early_exit.penalties: {error}; write up to 8 points from weeks = 0 to 208 at \
                 most, whose penalty_bps are 1 to {BPS} and never fall"
            )
        })?;
        self.check_penalty_source(exit)
    }

    fn check_penalty_source(&self, exit: &EarlyExit) -> Check {
        let source = self.sources.iter().find(|source| source.id == exit.source);
        let source = source.ok_or_else(|| {
            let known: Vec<_> = self.sources.iter().map(|source| &source.id).collect();
            format!("vault.early_exit.source is {:?}, but the sources are {known:?}", exit.source)
        })?;
        // Whether there is such a policy is checked with the sources and with the share.
        let payees = self.policy_of(source).map(|place| &self.policies[place].payees);
        let to_vault = payees.is_some_and(|all| all.iter().any(|one| one.to == PayeeTarget::Vault));
        let streams = self.vault.rewards.iter().any(|one| one.token == RewardToken::Platform);
        require(!to_vault || streams, || {
            format!(
                "vault.early_exit: penalties are paid in the platform's token, and source {:?} brings \
                 some to the vault, whose rewards lack it; add {{ token = \"platform\", stream_weeks = … }}",
                source.id
            )
        })
    }

    /// A share is there if and only if a source follows it, and can be what the splitter allows.
    pub(super) fn check_share(&self) -> Check {
        let follower = self.sources.iter().find(|source| source.follows_share());
        match (&self.stakers_share, follower) {
            (None, None) => Ok(()),
            (None, Some(source)) => Err(format!(
                "source {:?} follows the stakers' share, but there is no [stakers_share]; write its \
                 policy, min_bps and max_bps",
                source.id
            )),
            (Some(_), None) => Err(format!(
                "no source follows the [stakers_share]; write policy = {STAKERS_SHARE:?} in one that \
                 does, or leave the table out"
            )),
            (Some(share), Some(_)) => self.check_terms(share),
        }
    }

    fn check_terms(&self, share: &StakersShare) -> Check {
        let name = &share.policy;
        let policy = self.policies.iter().find(|policy| policy.name == *name).ok_or_else(|| {
            let names: Vec<_> = self.policies.iter().map(|policy| &policy.name).collect();
            format!("stakers_share.policy is {name:?}, but the policies are {names:?}")
        })?;
        let stakers = |payee: &&super::Payee| payee.to == PayeeTarget::Vault;
        let stakers: Vec<_> = policy.payees.iter().filter(stakers).collect();
        let [stakers] = stakers[..] else {
            return Err(format!(
                "stakers_share.policy: {name:?} pays the vault {} times; it has to once, and that \
                 payee is the stakers",
                stakers.len()
            ));
        };
        require(policy.payees.len() > 1, || {
            format!(
                "stakers_share.policy: {name:?} pays nobody beside the vault, so that no share can \
                 change; add who gets the rest"
            )
        })?;
        let (min, max, bps) = (share.min_bps, share.max_bps, stakers.bps);
        require(1 <= min && min <= bps && bps <= max && max <= BPS, || {
            format!(
                "stakers_share: the bounds are {min} to {max} bps, and the stakers have {bps} in \
                 {name:?}; it needs 1 <= min_bps <= {bps} <= max_bps <= {BPS}"
            )
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::PRESETS;
    use super::*;

    /// What is said of the preset of Opur with `to` in the first place of `from`.
    pub(in super::super) fn opur_with(from: &str, to: &str) -> String {
        let text = PRESETS[1].1;
        assert!(text.contains(from), "the preset no longer contains {from:?}");
        Platform::parse("opur", &text.replacen(from, to, 1)).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_of_an_optional_table_is_refused_by_name() {
        let error = opur_with("[stakers_share]", "[stakers_share]\nsetter = \"me\"");
        assert!(error.contains("unknown field `setter`"), "{error}");
        let error = opur_with("[vault.early_exit]", "[vault.early_exit]\npenalty = 1");
        assert!(error.contains("unknown field `penalty`"), "{error}");
    }

    #[test]
    fn penalties_that_fall_or_do_not_begin_at_the_end_of_a_lock_are_refused() {
        let error = opur_with("penalty_bps = 500 ", "penalty_bps = 5_500 ");
        assert!(error.contains("no fewer bps") && error.contains("never fall"), "{error}");
        let error = opur_with("{ weeks = 0, penalty_bps", "{ weeks = 1, penalty_bps");
        assert!(
            error.contains("the first point of a curve is at 0 weeks, not (1, 500)"),
            "{error}"
        );
        let error = opur_with("penalty_bps = 500 ", "penalty_bps = 0 ");
        assert!(error.contains("1 to 10000 and never fall"), "{error}");
    }

    #[test]
    fn penalties_of_an_unknown_source_are_refused_with_the_sources_there_are() {
        let error = opur_with("source = \"early-exits\"", "source = \"exits\"");
        assert!(error.contains("is \"exits\", but the sources are [\"premium-"), "{error}");
    }

    #[test]
    fn penalties_that_the_vault_could_not_stream_are_refused() {
        let error = opur_with("    { token = \"platform\", stream_weeks = 3 },\n", "");
        assert!(error.contains("whose rewards lack it; add { token = \"platform\""), "{error}");
    }

    #[test]
    fn a_share_without_followers_and_followers_without_a_share_are_refused() {
        let text =
            PRESETS[1].1.replace("policy = \"stakers-share\"", "policy = \"all to stakers\"");
        let error = Platform::parse("opur", &text).unwrap_err().to_string();
        assert!(error.contains("write policy = \"stakers-share\" in one"), "{error}");
        let begin = PRESETS[1].1.find("[stakers_share]").unwrap();
        let end = begin + PRESETS[1].1[begin..].find("\n\n").unwrap();
        let error = opur_with(&PRESETS[1].1[begin..end], "");
        assert!(error.contains("follows the stakers' share, but there is no"), "{error}");
        let error = opur_with(
            "[[policy]]\nname = \"all to stakers\"",
            "[[policy]]\nname = \"stakers-share\"",
        );
        assert!(error.contains("name it otherwise"), "{error}");
    }

    #[test]
    fn a_share_outside_of_its_bounds_is_refused_with_what_it_is() {
        for (from, to) in [
            ("min_bps = 5_000", "min_bps = 6_001"),
            ("max_bps = 8_000", "max_bps = 5_999"),
            ("max_bps = 8_000", "max_bps = 10_001"),
            ("min_bps = 5_000", "min_bps = 0"),
        ] {
            let error = opur_with(from, to);
            assert!(error.contains("1 <= min_bps <= 6000 <= max_bps <= 10000"), "{error}");
        }
    }

    #[test]
    fn a_share_of_a_policy_that_leaves_nothing_to_others_is_refused() {
        let share = "[stakers_share]\npolicy = \"stakers and treasury\"";
        let error = opur_with(share, "[stakers_share]\npolicy = \"all to stakers\"");
        assert!(error.contains("pays nobody beside the vault"), "{error}");
        let error = opur_with(share, "[stakers_share]\npolicy = \"all\"");
        assert!(error.contains("is \"all\", but the policies are [\"stakers and"), "{error}");
        let twice = "payees = [{ to = \"vault\", bps = 3_000 }, { to = \"vault\", bps = 3_000 }, ";
        let error = opur_with("payees = [{ to = \"vault\", bps = 6_000 }, ", twice);
        assert!(error.contains("pays the vault 2 times"), "{error}");
    }

    #[test]
    fn a_setter_of_a_share_that_is_not_there_is_refused() {
        let setter = format!("[chain.1]\nshare_setter = \"0x{}\"\n", "11".repeat(20));
        let text = format!("{}\n{setter}", PRESETS[0].1);
        let error = Platform::parse("bithash", &text).unwrap_err().to_string();
        assert!(error.contains("share_setter is given, but there is no"), "{error}");
        assert!(Platform::parse("opur", &format!("{}\n{setter}", PRESETS[1].1)).is_ok());
    }
}
