//! What happens only on platforms that have it: locks that can be left early, and a stakers' share that can
//! be raised.

use model::WEEK;

use super::{Action, cast::who, script::Script};
use crate::platform::{Payee, RewardToken};

/// What governance adds to the stakers' share, in basis points, as far as its bounds allow.
const RAISE: u32 = 500;

impl<'a> Script<'a> {
    /// Where locks can be left early, one is, with a part of it. What that costs is revenue.
    pub(super) fn early_exit(&mut self, at: u64) {
        if let Some(source) = self.penalty_source() {
            let amount = self.tokens(20_000);
            self.then(at, Action::ExitEarly { who: who("quarter"), amount });
            self.penalties = Some((at, source));
        }
    }

    /// The place of the source that penalties are revenue of.
    pub(super) fn penalty_source(&self) -> Option<usize> {
        let exit = self.platform.vault.early_exit.as_ref()?;
        self.platform.sources.iter().position(|source| source.id == exit.source)
    }

    /// What was paid for leaving early is divided with the rest of its week.
    pub(super) fn penalty_revenue(&mut self, week: u64) {
        if let Some((_, source)) = self.penalties.filter(|(at, _)| at / WEEK == week) {
            self.received(source, RewardToken::Platform);
        }
    }

    /// The payees of a policy, which are those of the first one for all that the stakers' share makes.
    pub(super) fn payees(&self, policy: usize) -> &'a [Payee] {
        let base = || self.platform.share_base().map(|(place, _)| &self.platform.policies[place]);
        let policy = self.platform.policies.get(policy).or_else(base);
        policy.map_or(&[], |policy| &policy.payees)
    }

    /// If the stakers' share may be changed, it is raised.
    pub(super) fn raise_share(&mut self, at: u64) {
        let (Some(share), Some((base, stakers))) =
            (&self.platform.stakers_share, self.platform.share_base())
        else {
            return;
        };
        let now = self.platform.policies[base].payees[stakers].bps;
        // At all of it nobody else would be left to pay.
        let bps = share.max_bps.min(now + RAISE).min(9_999);
        if bps > now {
            self.then(at, Action::SetShare { bps });
            let made = self.platform.policies.len();
            for (source, policy) in self.platform.sources.iter().zip(&mut self.policies) {
                if source.follows_share() {
                    *policy = made;
                }
            }
        }
    }
}
