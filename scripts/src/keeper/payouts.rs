//! Those who opted in to be paid by anyone.
//!
//! Who they are is read from the vault's logs, from where the last reading ended, in ranges that follow
//! what the node can do. The last blocks are read twice, for reorganised chains; somebody who is on the
//! list by mistake is skipped by the contract.

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, U256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};
use eyre::Result;

use super::{Agenda, store::Store, threshold::Thresholds};
use crate::{
    abi::IVault,
    ledger::{Node, Patience, sweep},
    session::{Plan, Site, Step, Token, answered},
};

/// Blocks that may still be reorganised.
const UNSURE: u64 = 64;
/// Accounts paid in one transaction; the contract wants 600,000 gas left before each transfer.
const ACCOUNTS: usize = 20;

/// Payouts that are worth it by `least`, each of which a block has room for with `most_gas`.
///
/// # Errors
/// The node does not answer.
pub async fn due(site: &Site, store: &Store, least: &Thresholds, most_gas: u64) -> Result<Agenda> {
    let accounts: Vec<_> = opted_in(site, store).await?.into_iter().collect();
    let mut agenda = Agenda::default();
    if accounts.is_empty() {
        return Ok(agenda);
    }
    let roster = site.roster().await?;
    let rewards = roster.tokens.iter().filter(|token| roster.rewards.contains(&token.address));
    for token in rewards {
        let least = least.least(token, &site.book)?;
        let payouts = Payouts { site, token, least, most_gas };
        payouts.plan(&accounts, &mut agenda).await?;
    }
    Ok(agenda)
}

/// Payouts in one token.
struct Payouts<'a> {
    site: &'a Site,
    token: &'a Token,
    least: U256,
    most_gas: u64,
}

/// What accounts could be paid: one after the other, and together.
type Worth = (Vec<Address>, U256);

impl Payouts<'_> {
    /// A group that cannot be paid in one transaction is halved, until whoever makes it too dear, or fail,
    /// stands alone. Nobody can hold up the others by an account that is dear to bring up to date.
    async fn plan(&self, accounts: &[Address], agenda: &mut Agenda) -> Result<()> {
        let mut groups: Vec<_> = accounts.chunks(ACCOUNTS).rev().collect();
        let (mut waiting, mut unpayable) = (Worth::default(), Vec::new());
        while let Some(group) = groups.pop() {
            match self.simulate(group).await? {
                Ok(amounts) => {
                    let worth = self.worth(group, &amounts, |amount| amount >= self.least);
                    let small = |amount: U256| !amount.is_zero() && amount < self.least;
                    let rest = self.worth(group, &amounts, small);
                    waiting = ([waiting.0, rest.0].concat(), waiting.1.saturating_add(rest.1));
                    agenda.steps.extend(self.step(worth)?);
                }
                Err(why) if group.len() == 1 => unpayable.push((group[0], why)),
                Err(_) => {
                    let (one, other) = group.split_at(group.len() / 2);
                    groups.extend([other, one]);
                }
            }
        }
        agenda.waiting.extend(self.wait(&waiting));
        agenda.refused.extend(self.refuse(&unpayable));
        Ok(())
    }

    /// What each of `group` would be paid, or why they cannot be paid together.
    async fn simulate(&self, group: &[Address]) -> Result<Result<Vec<U256>, String>> {
        let vault = self.site.vault()?;
        let call = vault.claimMany(group.to_vec(), self.token.address).gas(self.most_gas);
        answered(call.call().await)
    }

    fn worth(&self, group: &[Address], amounts: &[U256], enough: impl Fn(U256) -> bool) -> Worth {
        let worth = group.iter().zip(amounts).filter(|(_, amount)| enough(**amount));
        let (accounts, amounts): (Vec<_>, Vec<_>) = worth.unzip();
        (accounts, amounts.into_iter().copied().fold(U256::ZERO, U256::saturating_add))
    }

    fn step(&self, (accounts, total): Worth) -> Result<Option<Step>> {
        if accounts.is_empty() {
            return Ok(None);
        }
        let count = accounts.len();
        let title = format!("pay {} to {count} {}", self.token.show(total), noun(count));
        let call = IVault::claimManyCall { accounts, token: self.token.address };
        let plan = Plan::one(title, self.site.book.address("vault")?, &call);
        Ok(plan.steps.into_iter().next())
    }

    fn wait(&self, (accounts, total): &Worth) -> Option<String> {
        let (count, least) = (accounts.len(), self.token.show(self.least));
        let total = self.token.show(*total);
        (count > 0).then(|| {
            format!("{count} {} wait for {total} together, each for less than {least}", noun(count))
        })
    }

    fn refuse(&self, unpayable: &[(Address, String)]) -> Option<String> {
        let (first, why) = unpayable.first()?;
        let (count, symbol) = (unpayable.len(), &self.token.symbol);
        Some(format!(
            "{count} {} cannot be paid {symbol} with {} gas; of {first}: {why}",
            noun(count),
            self.most_gas
        ))
    }
}

const fn noun(count: usize) -> &'static str {
    if count == 1 { "account" } else { "accounts" }
}

/// Everybody whose last word was that anyone may pay them.
async fn opted_in(site: &Site, store: &Store) -> Result<BTreeSet<Address>> {
    let head = site.chain.provider().get_block_number().await?;
    let known = store.read()?;
    let begin = site.book.contracts.get("vault").and_then(|vault| vault.block).unwrap_or_default();
    let mut accounts = known.automatic;
    let from = known.scanned.max(begin).saturating_sub(UNSURE).max(begin);
    let filter = Filter::new()
        .address(site.book.address("vault").unwrap_or_default())
        .event_signature(IVault::PayoutChanged::SIGNATURE_HASH);
    // Whatever fails is tried again in the next round.
    let node = Node::with_patience(site.chain.provider().clone(), Patience::NONE);
    let take = |logs: Vec<Log>| logs.iter().for_each(|log| note(&mut accounts, log));
    sweep(&node, &filter, (from, head), take).await?;
    store.update(|state| {
        state.automatic.clone_from(&accounts);
        state.scanned = head;
    })?;
    Ok(accounts)
}

fn note(accounts: &mut BTreeSet<Address>, log: &Log) {
    if let Ok(changed) = IVault::PayoutChanged::decode_log(&log.inner) {
        if changed.automatic {
            accounts.insert(changed.account);
        } else {
            accounts.remove(&changed.account);
        }
    }
}
