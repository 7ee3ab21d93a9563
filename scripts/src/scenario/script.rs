//! The thirteen weeks, written out.
//!
//! Week numbers in the code count from 0. Weeks 9 and 10 are quiet: nobody touches anything. Before
//! anybody stakes, and again after everybody has left, revenue arrives with nobody to earn it.

use std::collections::BTreeSet;

use alloy::primitives::U256;
use dice::Dice;
use model::WEEK;

use super::{
    Action, Plan, Step,
    cast::{HOLDERS, Who, who},
};
use crate::platform::{PayeeTarget, Platform, RewardToken};

/// How many weeks are played before everybody who can leaves.
pub(crate) const WEEKS: u64 = 13;
/// The longest lock of the story.
const LONGEST_LOCK: u64 = 26;
const QUIET: std::ops::RangeInclusive<u64> = 9..=10;
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const SEED: u64 = 0x7472_6962_7574_6172;

/// Decimals of the demo's stablecoin.
pub(crate) const STABLECOIN_DECIMALS: u8 = 6;
/// Decimals of ether.
pub(crate) const ETHER_DECIMALS: u8 = 18;

/// The plan of `platform`'s thirteen weeks: the same every time.
#[must_use]
pub fn write(platform: &Platform) -> Plan {
    let mut script = Script::new(platform);
    script.beginning();
    script.movements();
    script.claims();
    script.revenue();
    script.ending();
    script.observations();
    script.plan()
}

pub(super) struct Script<'a> {
    pub(super) platform: &'a Platform,
    dice: Dice,
    steps: Vec<Step>,
    /// The policy each source points at.
    pub(super) policies: Vec<usize>,
    to_distribute: BTreeSet<(usize, RewardToken)>,
    to_release: BTreeSet<(usize, RewardToken)>,
    /// When somebody leaves a lock early, and the source that the penalty is revenue of.
    pub(super) penalties: Option<(u64, usize)>,
}

/// Seconds from the beginning to an hour of a day of a week.
const fn time(week: u64, day: u64, hour: u64) -> u64 {
    week * WEEK + day * DAY + hour * HOUR
}

impl<'a> Script<'a> {
    fn new(platform: &'a Platform) -> Self {
        let policies = platform.sources.iter().filter_map(|source| platform.policy_of(source));
        Self {
            platform,
            dice: Dice::new(SEED),
            steps: Vec::new(),
            policies: policies.collect(),
            to_distribute: BTreeSet::new(),
            to_release: BTreeSet::new(),
            penalties: None,
        }
    }

    fn plan(mut self) -> Plan {
        self.steps.sort_by_key(|step| step.at);
        Plan { steps: self.steps }
    }

    pub(super) fn then(&mut self, at: u64, action: Action) {
        self.steps.push(Step { at, action });
    }

    /// `whole` platform tokens and an odd fraction.
    pub(super) fn tokens(&mut self, whole: u64) -> U256 {
        self.odd(whole, self.platform.token.decimals)
    }

    fn odd(&mut self, whole: u64, decimals: u8) -> U256 {
        let one = U256::from(10).pow(U256::from(decimals));
        self.dice.between(U256::from(whole) * one, one)
    }

    fn stake(&mut self, at: u64, name: &str, whole: u64) {
        let amount = self.tokens(whole);
        self.then(at, Action::Stake { who: who(name), amount });
    }

    fn stake_locked(&mut self, at: u64, name: &str, whole: u64, weeks: u64) {
        let amount = self.tokens(whole);
        self.then(at, Action::StakeLocked { who: who(name), amount, weeks });
    }

    fn lock(&mut self, at: u64, name: &str, whole: u64, weeks: u64) {
        let amount =
            U256::from(whole) * U256::from(10).pow(U256::from(self.platform.token.decimals));
        self.then(at, Action::Lock { who: who(name), amount, weeks });
    }

    fn leave(&mut self, at: u64, who: Who) {
        self.then(at, Action::Leave { who });
        self.then(at, Action::Claim { who, receiver: None });
    }

    /// The first days: revenue arrives before anybody is there to earn it, then the stakers come.
    fn beginning(&mut self) {
        self.push(time(0, 0, 6), 0, self.platform.vault.rewards[0].token);
        self.distribute(time(0, 0, 7));
        self.stake_locked(time(0, 1, 9), "anchor", 250_000, LONGEST_LOCK);
        self.stake_locked(time(0, 1, 10), "quarter", 120_000, 12);
        self.stake_locked(time(0, 1, 11), "month", 60_000, 4);
        self.stake(time(0, 1, 12), "steady", 90_000);
        self.stake(time(0, 2, 0), "whale", 800_000);
        self.stake(time(0, 2, 8), "weekly", 45_000);
        self.halves(time(0, 3, 6));
        self.stake(time(0, 4, 15), "giver", 70_000);
        self.stake_locked(time(0, 4, 20), "returner", 50_000, 3);
        self.then(time(0, 5, 0), Action::Stake { who: who("crumb"), amount: U256::ONE });
        self.stake(time(0, 5, 1), "fortnight", 20_000);
    }

    /// One stake, and the same stake in two halves, in the same second.
    fn halves(&mut self, at: u64) {
        let (one, two) = (self.tokens(11_000), self.tokens(19_000));
        for (name, amount) in [("whole", one + two), ("half-one", one), ("half-two", two)] {
            self.then(at, Action::StakeLocked { who: who(name), amount, weeks: 6 });
        }
    }

    fn movements(&mut self) {
        let last_second = 7 * DAY - 1;
        for week in [0, 3, 6] {
            self.lock(time(week, 0, 0) + last_second, "fortnight", 20_000, 2);
        }
        let returner = who("returner");
        self.leave(time(4, 1, 3), returner);
        self.stake_locked(time(8, 6, 2), "returner", 50_000, 3);
        self.stake_locked(time(4, 0, 0), "late", 100_000, 8);
        let (giver, heir) = (who("giver"), who("heir"));
        let half = self.tokens(35_000);
        self.then(time(5, 2, 9), Action::Transfer { from: giver, to: heir, amount: Some(half) });
        self.lock(time(6, 0, 4), "heir", 10_000, 3);
        self.then(time(8, 5, 9), Action::Transfer { from: giver, to: heir, amount: None });
        let whale = who("whale");
        self.then(time(5, 6, 3), Action::Leave { who: whale });
        self.then(time(5, 6, 3), Action::Claim { who: whale, receiver: Some(heir) });
        self.stake(time(7, 3, 8), "newcomer", 35_000);
        self.lock(time(8, 1, 8), "newcomer", 17_500, 4);
        self.lock(time(11, 2, 2), "month", 60_000, 1);
        self.lock(time(11, 3, 3), "fortnight", 20_000, 1);
        self.early_exit(time(6, 1, 12));
    }

    fn claims(&mut self) {
        let active = (1..WEEKS).filter(|week| !QUIET.contains(week));
        for week in active {
            self.then(time(week, 3, 17), Action::Claim { who: who("weekly"), receiver: None });
        }
        for week in [4, 8, 12] {
            self.then(time(week, 2, 2), Action::Claim { who: who("quarter"), receiver: None });
        }
        self.then(time(11, 2, 1), Action::Claim { who: who("month"), receiver: None });
    }

    fn revenue(&mut self) {
        for week in (0..WEEKS).filter(|week| !QUIET.contains(week)) {
            if week == 7 {
                self.change_policies(time(week, 0, 1));
                self.raise_share(time(week, 0, 2));
            }
            self.week_of_revenue(week);
            self.bare_revenue(week);
            self.penalty_revenue(week);
            if week == 6 {
                self.sprint(time(week, 4, 12));
            }
            self.distribute(time(week, 6, 12));
            if week.is_multiple_of(4) {
                self.release(time(week, 6, 18));
            }
        }
    }

    /// Every labelled source pushes once, in turns of tokens; in even weeks the vault gets its part
    /// at once.
    fn week_of_revenue(&mut self, week: u64) {
        let sources: Vec<usize> = (0..self.platform.sources.len())
            .filter(|source| !self.platform.sources[*source].is_unattributed())
            .filter(|source| self.penalty_source() != Some(*source))
            .collect();
        for (turn, source) in (0u64..).zip(sources) {
            let at = time(week, 1 + turn % 5, 10 + turn);
            let rewards = &self.platform.vault.rewards;
            let token = rewards[(week + turn) as usize % rewards.len()].token;
            self.push(at, source, token);
            if week.is_multiple_of(2) {
                self.distribute(at + MINUTE);
            }
        }
    }

    /// Revenue without a label: tokens in week 3 and 8, ether in week 5.
    fn bare_revenue(&mut self, week: u64) {
        let token = match week {
            3 => RewardToken::Stablecoin,
            5 => RewardToken::Weth,
            8 => RewardToken::Platform,
            _ => return,
        };
        let known = self.platform.vault.rewards.iter().any(|reward| reward.token == token);
        let unattributed = self.platform.sources.iter().position(|one| one.is_unattributed());
        let Some(source) = unattributed.filter(|_| known) else { return };
        let amount = self.amount(token);
        self.received(source, token);
        self.then(time(week, 5, 21), Action::PushBare { token, amount });
    }

    /// Somebody stakes a second before a push and leaves twelve seconds after it.
    fn sprint(&mut self, at: u64) {
        self.stake(at - 1, "sprinter", 500_000);
        self.push(at, 0, self.platform.vault.rewards[0].token);
        self.distribute(at);
        self.observe(at + 6, "in the middle of a sprint".to_owned());
        self.leave(at + 12, who("sprinter"));
    }

    fn amount(&mut self, token: RewardToken) -> U256 {
        let (whole, spread, decimals) = match token {
            RewardToken::Stablecoin => (3_000, 27_000, STABLECOIN_DECIMALS),
            RewardToken::Weth => (1, 9, ETHER_DECIMALS),
            RewardToken::Platform => (20_000, 180_000, self.platform.token.decimals),
        };
        let one = U256::from(10).pow(U256::from(decimals));
        self.dice.between(U256::from(whole) * one, U256::from(spread) * one)
    }

    fn push(&mut self, at: u64, source: usize, token: RewardToken) {
        let amount = self.amount(token);
        self.received(source, token);
        self.then(at, Action::Push { source, token, amount });
    }

    pub(super) fn received(&mut self, source: usize, token: RewardToken) {
        let arrived = (self.policies[source], token);
        self.to_distribute.insert(arrived);
        self.to_release.insert(arrived);
    }

    /// Pays the vault its part of everything that arrived since the last time.
    fn distribute(&mut self, at: u64) {
        for (policy, token) in std::mem::take(&mut self.to_distribute) {
            let payees = self.payees(policy);
            if payees.iter().any(|payee| payee.to == PayeeTarget::Vault) {
                self.then(at, Action::Distribute { policy, token });
            }
        }
    }

    /// Pays every plain account its part of everything that arrived since the last time.
    fn release(&mut self, at: u64) {
        for (policy, token) in std::mem::take(&mut self.to_release) {
            let payees = self.payees(policy).iter().enumerate();
            let plain = payees.filter(|(_, payee)| payee.to != PayeeTarget::Vault);
            for payee in plain.map(|(place, _)| place).collect::<Vec<_>>() {
                self.then(at, Action::Release { policy, payee, token });
            }
        }
    }

    /// If a policy stands ready that no source uses, all sources turn to it.
    fn change_policies(&mut self, at: u64) {
        let count = self.platform.policies.len();
        let Some(policy) = (0..count).find(|policy| !self.policies.contains(policy)) else {
            return;
        };
        for source in 0..self.policies.len() {
            self.policies[source] = policy;
            self.then(at, Action::ChangePolicy { source, policy });
        }
    }

    /// Everybody leaves; the longest lock ends half a year after the beginning; then revenue arrives
    /// with nobody there, and one comes back to find that none of it was lost.
    fn ending(&mut self) {
        let gone = ["anchor", "returner", "sprinter", "whale", "giver"].map(who);
        for holder in (0..HOLDERS.len()).filter(|holder| !gone.contains(holder)) {
            self.leave(time(WEEKS, 0, 1) + 7 * holder as u64, holder);
        }
        self.leave(time(WEEKS, 0, 2), who("returner"));
        self.then(time(WEEKS, 0, 3), Action::Claim { who: who("giver"), receiver: None });
        let unlocked = 1 + LONGEST_LOCK;
        self.leave(time(unlocked, 0, 1), who("anchor"));
        self.push(time(unlocked, 1, 0), 0, self.platform.vault.rewards[0].token);
        self.distribute(time(unlocked, 1, 0));
        self.release(time(unlocked, 1, 1));
        self.stake(time(unlocked + 1, 4, 0), "steady", 1_000);
        self.leave(time(unlocked + 5, 0, 0), who("steady"));
    }

    fn observations(&mut self) {
        for week in 1..=WEEKS {
            self.observe(week * WEEK, format!("end of week {week}"));
        }
        let unlocked = 1 + LONGEST_LOCK;
        self.observe(time(unlocked, 0, 0), "the longest lock ends".to_owned());
        self.observe(time(unlocked + 1, 0, 0), "nobody is staked".to_owned());
        self.observe(time(unlocked + 6, 0, 0), "everyone is out".to_owned());
    }

    fn observe(&mut self, at: u64, label: String) {
        self.then(at, Action::Observe { label });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{PRESETS, load};

    fn plans() -> Vec<(Platform, Plan)> {
        let platforms = PRESETS.map(|(name, _)| load(name).unwrap());
        platforms.map(|platform| (platform.clone(), write(&platform))).into()
    }

    #[test]
    fn the_same_platform_gets_the_same_plan_every_time() {
        for (platform, plan) in plans() {
            assert_eq!(write(&platform), plan);
        }
    }

    #[test]
    fn every_source_and_every_reward_token_brings_revenue() {
        for (platform, plan) in plans() {
            for (place, source) in platform.sources.iter().enumerate() {
                let pushed = plan.steps.iter().any(|step| match step.action {
                    Action::Push { source, .. } => source == place,
                    Action::PushBare { .. } => source.is_unattributed(),
                    Action::ExitEarly { .. } => {
                        let exit = platform.vault.early_exit.as_ref();
                        exit.is_some_and(|exit| exit.source == source.id)
                    }
                    _ => false,
                });
                assert!(pushed, "{} brings nothing", source.id);
            }
            for reward in &platform.vault.rewards {
                let uses = |step: &&Step| matches!(step.action, Action::Push { token, .. } if token == reward.token);
                assert!(
                    plan.steps.iter().filter(uses).count() > 5,
                    "{:?} hardly arrives",
                    reward.token
                );
            }
        }
    }

    #[test]
    fn a_share_that_may_be_raised_is_and_what_it_makes_is_paid_out() {
        let (platform, plan) = plans().remove(1);
        let made = platform.policies.len();
        let set = |step: &Step| matches!(step.action, Action::SetShare { bps: 6_500 });
        let place = plan.steps.iter().position(set).unwrap();
        let pays = |step: &Step| match step.action {
            Action::Distribute { policy, .. } | Action::Release { policy, .. } => policy == made,
            _ => false,
        };
        assert!(!plan.steps[..place].iter().any(pays));
        assert!(plan.steps[place..].iter().filter(|step| pays(step)).count() > 10);
    }

    #[test]
    fn nobody_touches_anything_in_the_quiet_weeks() {
        let quiet = 9 * WEEK + 1..11 * WEEK;
        for (_, plan) in plans() {
            let steps = plan.steps.iter().filter(|step| quiet.contains(&step.at));
            assert!(steps.clone().count() > 0);
            for step in steps {
                assert!(matches!(step.action, Action::Observe { .. }), "{step:?}");
            }
        }
    }

    #[test]
    fn everybody_who_takes_part_claims_after_their_last_move() {
        for (_, plan) in plans() {
            for (place, holder) in HOLDERS.iter().enumerate() {
                let last = plan.steps.iter().rfind(|step| match step.action {
                    Action::Stake { who, .. }
                    | Action::StakeLocked { who, .. }
                    | Action::Lock { who, .. }
                    | Action::ExitEarly { who, .. }
                    | Action::Leave { who }
                    | Action::Claim { who, .. } => who == place,
                    Action::Transfer { from, to, .. } => from == place || to == place,
                    _ => false,
                });
                let claims = matches!(last, Some(Step { action: Action::Claim { .. }, .. }));
                assert!(claims, "{} ends with {last:?}", holder.name);
            }
        }
    }

    #[test]
    fn revenue_arrives_before_the_first_stake_and_after_the_last_leaver() {
        for (_, plan) in plans() {
            let is_push = |step: &Step| matches!(step.action, Action::Push { .. });
            let is_stake = |step: &Step| {
                matches!(step.action, Action::Stake { .. } | Action::StakeLocked { .. })
            };
            let first = |test: &dyn Fn(&Step) -> bool| plan.steps.iter().position(test).unwrap();
            let last = |test: &dyn Fn(&Step) -> bool| plan.steps.iter().rposition(test).unwrap();
            assert!(first(&is_push) < first(&is_stake));
            assert!(last(&is_push) < last(&is_stake), "nobody comes back for the last push");
        }
    }
}
