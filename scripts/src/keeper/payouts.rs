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
    sol_types::{SolCall, SolEvent},
};
use eyre::Result;

use super::store::Store;
use crate::{
    abi::IVault,
    ledger::{Node, Patience, sweep},
    session::{Amount, Plan, Site, Step, Token},
};

/// Blocks that may still be reorganised.
const UNSURE: u64 = 64;
/// Accounts paid in one transaction; the contract wants 600,000 gas left before each transfer.
const ACCOUNTS: usize = 20;

/// Payouts of at least `least` of a token.
///
/// # Errors
/// The node does not answer.
pub async fn due(site: &Site, store: &Store, least: &Amount) -> Result<Vec<Step>> {
    let accounts: Vec<_> = opted_in(site, store).await?.into_iter().collect();
    let vault = site.vault()?;
    let mut plan = Plan::new("pay those who opted in");
    if accounts.is_empty() {
        return Ok(plan.steps);
    }
    for address in vault.rewardTokens().call().await? {
        let token = site.token(address).await?;
        let least = least.units(token.decimals, U256::MAX)?.max(U256::from(1));
        for group in accounts.chunks(ACCOUNTS) {
            let (accounts, total) = worth_it(site, group, &token, least).await?;
            if accounts.is_empty() {
                continue;
            }
            let count = accounts.len();
            let call = IVault::claimManyCall { accounts, token: address };
            let title = format!("pay {} to {count} accounts", token.show(total));
            plan = plan.step(title, *vault.address(), &call);
        }
    }
    Ok(plan.steps)
}

/// Those of `group` who would be paid at least `least`, and how much all of them would.
async fn worth_it(
    site: &Site,
    group: &[Address],
    token: &Token,
    least: U256,
) -> Result<(Vec<Address>, U256)> {
    let vault = site.vault()?;
    let amounts = vault.claimMany(group.to_vec(), token.address).call().await?;
    let worth = group.iter().zip(amounts).filter(|(_, amount)| *amount >= least);
    let (accounts, amounts): (Vec<_>, Vec<_>) = worth.map(|(who, much)| (*who, much)).unzip();
    Ok((accounts, amounts.into_iter().fold(U256::ZERO, U256::saturating_add)))
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

/// Whether `data` pays accounts, which is of no use if all of them were skipped.
#[must_use]
pub fn pays_nobody(data: &[u8], returned: &[u8]) -> bool {
    data.starts_with(&IVault::claimManyCall::SELECTOR)
        && IVault::claimManyCall::abi_decode_returns(returned)
            .is_ok_and(|amounts| amounts.iter().all(U256::is_zero))
}
