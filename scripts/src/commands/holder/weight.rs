//! What a lock changes of its owner's weight, and when it ends.

use accrual::{WEEK, start_of, week_of};
use alloy::primitives::{Address, U256};
use eyre::Result;

use crate::{
    session::{Plan, Site, Token},
    units::{date, multiplier},
};

/// A lock that is going to be made.
pub(super) struct NewLock<'a> {
    /// Whose.
    pub(super) account: Address,
    /// What is staked.
    pub(super) asset: &'a Token,
    /// How much is locked.
    pub(super) assets: U256,
    /// For how many weeks.
    pub(super) weeks: u64,
    /// Whether it is unlocked only when its owner asks for it.
    pub(super) standing: bool,
    /// How much of it is staked only now.
    pub(super) added: U256,
    /// The boost that is given up for it.
    pub(super) given_up: U256,
}

impl NewLock<'_> {
    /// `plan`, and what the lock means for its owner; with a warning, if it is for nothing or worse. What
    /// is wrong with a length that the vault does not know, the simulation tells.
    ///
    /// # Errors
    /// The node does not answer.
    pub(super) async fn told(&self, site: &Site, plan: Plan) -> Result<Plan> {
        let vault = site.vault()?;
        let weeks = U256::from(self.weeks);
        let Ok(bps) = vault.multiplier(weeks).call().await else { return Ok(plan) };
        let Ok(alone) = vault.previewLock(self.assets, weeks).call().await else { return Ok(plan) };
        let now = vault.weightOf(self.account).call().await?;
        let gained = alone.weight.saturating_sub(self.assets);
        let after = (now + self.added + gained).saturating_sub(self.given_up);
        let (from, to) = (self.asset.show(now), self.asset.show(after));
        let times = multiplier(bps.saturating_to());
        let plan = plan
            .fact(self.end(site.now().await?))
            .fact(format!("it will weigh {times}: the account's weight is {from} now, {to} after"));
        Ok(if after < now {
            plan.warning(format!("this lowers the account's weight, from {from} to {to}"))
        } else if gained <= self.given_up {
            plan.warning("this locks for no more weight: by this vault's curve it gains nothing")
        } else {
            plan
        })
    }

    fn end(&self, now: u64) -> String {
        let weeks = self.weeks;
        if self.standing {
            return format!("it has no end; once unwound it is free after {weeks} weeks");
        }
        format!("it ends on {}", date(end_of(now, weeks)))
    }
}

/// When a lock of `weeks` made at `now` ends: with the week in which that time is over.
fn end_of(now: u64, weeks: u64) -> u64 {
    start_of(week_of(now).saturating_add(weeks)).saturating_add(WEEK)
}

/// The part of `boost` that goes with `part` of `whole`, rounded up as the vault does.
pub(super) fn part_of(boost: U256, part: U256, whole: U256) -> U256 {
    // Amounts are below 2^112, and boosts ten times that at most.
    let product = boost.saturating_mul(part);
    if whole.is_zero() { U256::ZERO } else { product.div_ceil(whole) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_ends_with_the_week_in_which_its_time_is_over() {
        assert_eq!(end_of(10 * WEEK, 1), 12 * WEEK);
        assert_eq!(end_of(11 * WEEK - 1, 1), 12 * WEEK);
    }

    #[test]
    fn a_part_of_a_boost_is_rounded_up() {
        let part = |boost: u64, part: u64, whole: u64| {
            part_of(U256::from(boost), U256::from(part), U256::from(whole))
        };
        assert_eq!(part(10, 1, 3), U256::from(4));
        assert_eq!(part(10, 3, 3), U256::from(10));
        assert_eq!(part(0, 0, 0), U256::ZERO);
    }
}
