//! `tributary position`: everything that an account has in the vault, on one page.

use std::fmt;

use alloy::primitives::{Address, U256};
use clap::Args;
use eyre::Result;
use serde::Serialize;

use crate::{
    chain::Account,
    failure::Failure,
    session::{Inquiry, SignerArgs, Site, Sum, Token, table},
    units::{checksummed, date, multiplier, percent},
};

/// Basis points of a whole.
const WHOLE: u64 = 10_000;

/// Arguments of `position`.
#[derive(Debug, Args)]
pub struct Position {
    /// The account; that of whoever signs, if none is named
    #[arg(value_name = "ACCOUNT", env = "ETH_FROM")]
    whom: Option<Address>,
    #[command(flatten)]
    signer: SignerArgs,
}

impl Position {
    async fn account(&self, site: &Site) -> Result<Address> {
        if let Some(account) = self.whom {
            return Ok(account);
        }
        let signer = self.signer.clone().or_account(site.network.account.as_ref()).open().await?;
        signer.map(|signer| signer.address()).ok_or_else(|| {
            Failure::usage("whose position? Give an address, --account NAME or ETH_FROM")
        })
    }
}

/// What an account has.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    #[serde(serialize_with = "checksummed")]
    account: Address,
    /// Unix time of what is shown.
    time: u64,
    staked: Sum,
    unlocked: Sum,
    locks: Vec<LockLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<Standing>,
    /// Stake and boosts.
    weight: Sum,
    /// Weight by stake, in basis points.
    multiplier_bps: u64,
    /// Part of the revenue that streams to all, in basis points, rounded down.
    share_bps: u64,
    claimable: Vec<Sum>,
    votes: Sum,
    /// Who votes with this stake; zero for nobody.
    #[serde(serialize_with = "checksummed")]
    delegate: Address,
    /// Who is paid; zero for the account itself.
    #[serde(serialize_with = "checksummed")]
    payee: Address,
    /// Whether anyone may trigger payment.
    automatic: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LockLine {
    unlock_time: u64,
    assets: Sum,
    boost: Sum,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    assets: Sum,
    boost: Sum,
    duration_weeks: u64,
}

impl Inquiry for Position {
    type Page = Page;

    async fn read(&self, site: &Site) -> Result<Page> {
        let account = self.account(site).await?;
        let (vault, asset) = (site.vault()?, site.asset().await?);
        let staked = vault.balanceOf(account).call().await?;
        let weight = vault.weightOf(account).call().await?;
        let total = vault.totalWeight().call().await?;
        let payout = vault.payoutOf(account).call().await?;
        Ok(Page {
            account,
            time: site.now().await?,
            staked: asset.sum(staked),
            unlocked: asset.sum(vault.unlockedBalanceOf(account).call().await?),
            locks: locks(site, account, &asset).await?,
            standing: standing(site, account, &asset).await?,
            weight: asset.sum(weight),
            multiplier_bps: in_bps(weight, staked),
            share_bps: in_bps(weight, total),
            claimable: claimable(site, account).await?,
            votes: asset.sum(vault.getVotes(account).call().await?),
            delegate: vault.delegates(account).call().await?,
            payee: payout.payee,
            automatic: payout.automatic,
        })
    }
}

/// `part` of `whole` in basis points, rounded down; nothing of nothing is 0. Amounts have at most 116
/// bits, so that nothing overflows.
fn in_bps(part: U256, whole: U256) -> u64 {
    let scaled = part.saturating_mul(U256::from(WHOLE));
    scaled.checked_div(whole).unwrap_or_default().saturating_to()
}

async fn locks(site: &Site, account: Address, asset: &Token) -> Result<Vec<LockLine>> {
    let locks = site.vault()?.locksOf(account).call().await?;
    let amounts = locks.assets.into_iter().zip(locks.boosts);
    let lines = locks.unlockTimes.into_iter().zip(amounts).map(|(end, (assets, boost))| LockLine {
        unlock_time: end.saturating_to(),
        assets: asset.sum(assets),
        boost: asset.sum(boost),
    });
    Ok(lines.collect())
}

async fn standing(site: &Site, account: Address, asset: &Token) -> Result<Option<Standing>> {
    let found = site.vault()?.standingOf(account).call().await?;
    Ok((!found.assets.is_zero()).then(|| Standing {
        assets: asset.sum(found.assets),
        boost: asset.sum(found.boost),
        duration_weeks: found.durationWeeks.saturating_to(),
    }))
}

async fn claimable(site: &Site, account: Address) -> Result<Vec<Sum>> {
    let vault = site.vault()?;
    let mut sums = Vec::new();
    for address in vault.rewardTokens().call().await? {
        let token = site.token(address).await?;
        sums.push(token.sum(vault.claimable(account, address).call().await?));
    }
    Ok(sums)
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} on {}", self.account, date(self.time))?;
        writeln!(
            f,
            "  staked      {}, of which {} unlocked",
            self.staked.shown, self.unlocked.shown
        )?;
        let (weight, times) = (&self.weight.shown, multiplier(self.multiplier_bps));
        writeln!(f, "  weight      {weight} ({times}), {} of all", percent(self.share_bps))?;
        if let Some(standing) = &self.standing {
            let (assets, weeks) = (&standing.assets.shown, standing.duration_weeks);
            writeln!(f, "  standing    {assets}, as {weeks} weeks, until it is unwound")?;
        }
        for sum in &self.claimable {
            writeln!(f, "  claimable   {}", sum.shown)?;
            sum.note.iter().try_for_each(|note| writeln!(f, "              {note}"))?;
        }
        writeln!(f, "  paid to     {}", self.payment())?;
        let delegate =
            if self.delegate.is_zero() { "nobody".into() } else { self.delegate.to_string() };
        write!(f, "  votes       given to {delegate}; has {}", self.votes.shown)?;
        if self.locks.is_empty() {
            return Ok(());
        }
        let lines = self.locks.iter().enumerate().map(|(place, lock)| {
            let (assets, boost) = (lock.assets.shown.clone(), lock.boost.shown.clone());
            [(place + 1).to_string(), date(lock.unlock_time), assets, boost]
        });
        write!(f, "\n{}", table(&["lock", "free on", "locked", "weighs more by"], lines))
    }
}

impl Page {
    fn payment(&self) -> String {
        let payee = if self.payee.is_zero() { "itself".to_owned() } else { self.payee.to_string() };
        let who = if self.automatic { "anyone may trigger it" } else { "when it claims" };
        format!("{payee}, {who}")
    }
}
