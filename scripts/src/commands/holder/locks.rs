//! Locks: for weight, and out of them again.

use alloy::primitives::{Address, U256};
use clap::Args;
use eyre::Result;

use super::weight::{NewLock, part_of};
use crate::{
    abi::IVault,
    failure::Failure,
    session::{Amount, Operation, Plan, Sender, Site, Token},
    units::{date, percent},
};

/// Numbers above are Unix times, below are places in the list that `position` shows.
const FIRST_TIME: u64 = 1_000_000_000;
/// Basis points of a whole.
const WHOLE: u64 = 10_000;

/// Arguments of `lock`.
#[derive(Debug, Args)]
pub struct Lock {
    /// How much of the unlocked stake: 1.5 (whole tokens), 1500wei (smallest units) or all
    amount: Amount,
    /// For how many weeks, at least; it ends with a week
    #[arg(long)]
    weeks: u64,
    /// Without end: it keeps the weight of so many weeks until it is unwound
    #[arg(long)]
    standing: bool,
}

impl Operation for Lock {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (vault, asset) = (site.vault()?, site.asset().await?);
        let unlocked = vault.unlockedBalanceOf(sender.address).call().await?;
        let assets = asset.units(&self.amount, unlocked)?;
        let (weeks, here) = (U256::from(self.weeks), *vault.address());
        let plan = if self.standing {
            let title = format!("lock {} without end, as {weeks} weeks", asset.show(assets));
            Plan::one(title, here, &IVault::lockStandingCall { assets, durationWeeks: weeks })
        } else {
            let title = format!("lock {} for {weeks} weeks", asset.show(assets));
            Plan::one(title, here, &IVault::lockCall { assets, durationWeeks: weeks })
        };
        let (account, weeks, standing) = (sender.address, self.weeks, self.standing);
        let (asset, added, given_up) = (&asset, U256::ZERO, U256::ZERO);
        let lock = NewLock { account, asset, assets, weeks, standing, added, given_up };
        lock.told(site, plan).await
    }
}

/// A lock that ends by itself, as arguments.
#[derive(Debug, Args)]
struct LockArg {
    /// Which lock: its place in the list of `position`, or the Unix time at which it ends
    #[arg(value_name = "LOCK")]
    lock: u64,
    /// How much of it
    #[arg(long, default_value = "all")]
    amount: Amount,
}

/// A lock that ends by itself, as found, and how much of it is meant.
struct Found {
    unlock_time: U256,
    assets: U256,
    /// The part of the lock's boost that goes with them.
    boost: U256,
}

impl LockArg {
    async fn find(&self, site: &Site, account: Address, asset: &Token) -> Result<Found> {
        let locks = site.vault()?.locksOf(account).call().await?;
        let wanted = U256::from(self.lock);
        let place = if self.lock < FIRST_TIME {
            usize::try_from(self.lock).ok().and_then(|number| number.checked_sub(1))
        } else {
            locks.unlockTimes.iter().position(|end| *end == wanted)
        };
        let place = place.filter(|place| *place < locks.unlockTimes.len()).ok_or_else(|| {
            let (wanted, count) = (self.lock, locks.unlockTimes.len());
            Failure::usage(format!(
                "there is no lock {wanted}; the account has {count}, see `tributary position`"
            ))
        })?;
        let all = locks.assets[place];
        let assets = asset.units(&self.amount, all)?;
        let boost = part_of(locks.boosts[place], assets, all);
        Ok(Found { unlock_time: locks.unlockTimes[place], assets, boost })
    }
}

/// Arguments of `extend`.
#[derive(Debug, Args)]
pub struct Extend {
    #[command(flatten)]
    lock: LockArg,
    /// How long the new lock lasts from now, in weeks; it has to end later than the old one
    #[arg(long)]
    weeks: u64,
}

impl Operation for Extend {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (here, asset) = (site.book.address("vault")?, site.asset().await?);
        let Found { unlock_time, assets, boost } =
            self.lock.find(site, sender.address, &asset).await?;
        let (shown, weeks) = (asset.show(assets), U256::from(self.weeks));
        let call = IVault::extendLockCall { unlockTime: unlock_time, assets, durationWeeks: weeks };
        let plan = Plan::one(format!("lock {shown} for {weeks} weeks from now"), here, &call);
        let end = date(unlock_time.saturating_to());
        let plan = plan.fact(format!("it would have been free on {end}"));
        let (account, weeks, standing) = (sender.address, self.weeks, false);
        let (asset, added, given_up) = (&asset, U256::ZERO, boost);
        let lock = NewLock { account, asset, assets, weeks, standing, added, given_up };
        lock.told(site, plan).await
    }
}

/// Arguments of `unwind`.
#[derive(Debug, Args)]
pub struct Unwind {
    /// How much of the standing lock: 1.5 (whole tokens), 1500wei (smallest units) or all
    amount: Amount,
}

impl Operation for Unwind {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (vault, asset) = (site.vault()?, site.asset().await?);
        let standing = vault.standingOf(sender.address).call().await?;
        let assets = asset.units(&self.amount, standing.assets)?;
        let title = format!("let {} of the standing lock run out", asset.show(assets));
        let plan = Plan::one(title, *vault.address(), &IVault::unwindCall { assets });
        let weeks = standing.durationWeeks;
        Ok(plan.fact(format!("it will be free {weeks} weeks after the end of this week")))
    }
}

/// Arguments of `exit`.
#[derive(Debug, Args)]
pub struct Exit {
    #[command(flatten)]
    lock: LockArg,
    /// The highest penalty that is accepted; what it is now, if not given
    #[arg(long, value_name = "AMOUNT")]
    max_penalty: Option<Amount>,
}

impl Operation for Exit {
    async fn plan(&self, site: &Site, sender: &Sender) -> Result<Plan> {
        let (vault, asset) = (site.vault()?, site.asset().await?);
        let Found { unlock_time, assets, .. } =
            self.lock.find(site, sender.address, &asset).await?;
        if vault.penaltyCurve().call().await?.durations.is_empty() {
            return Err(Failure::usage("this vault has no early exit; the lock ends by itself"));
        }
        let penalty = vault.previewExitEarly(unlock_time, assets).call().await?;
        let accepted = self.max_penalty.as_ref();
        let max_penalty = accepted.map_or(Ok(penalty), |amount| asset.units(amount, assets))?;
        let call =
            IVault::exitEarlyCall { unlockTime: unlock_time, assets, maxPenalty: max_penalty };
        let title = format!("unlock {} before the time", asset.show(assets));
        let part = penalty.saturating_mul(U256::from(WHOLE)).checked_div(assets);
        let part = percent(part.unwrap_or_default().saturating_to());
        let cost = format!("it costs {} ({part}), which goes to the splitter", asset.show(penalty));
        let end = date(unlock_time.saturating_to());
        let plan = Plan::one(title, *vault.address(), &call).fact(cost);
        Ok(plan.fact(format!("it would be free, at no cost, on {end}")))
    }
}
