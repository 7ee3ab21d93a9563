//! Tokens that arrived in the splitter and that its vaults do not take: to be seen in its logs only.
//!
//! Anybody may push any token, under any ticker. So these are notes: were they findings, a stranger could
//! make every platform look unwell.

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, U256},
    providers::Provider,
    rpc::types::Filter,
    sol_types::SolEvent,
};
use eyre::Result;
use serde::Serialize;

use super::money::add;
use crate::{
    abi::ISplitter,
    keeper::debts::Debts,
    session::{Kind, Site, Sum},
};

/// Questions for logs that a node is asked before older ones are left out.
const QUESTIONS: usize = 64;
/// Tokens that are looked at: whoever pushes a thousand of them shall not hold up the page.
const TOKENS: usize = 16;

/// What is known of them.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Arrivals {
    /// Owed in tokens that the vault does not know.
    unknown_tokens: Vec<Unknown>,
    /// Such tokens that were not looked at.
    #[serde(skip_serializing_if = "is_zero")]
    more_unknown_tokens: usize,
    /// The block before which nobody looked, as the node answers for few blocks at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_searched_before: Option<u64>,
}

/// One token.
#[derive(Debug, Serialize)]
struct Unknown {
    /// What vaults and splitters are owed in it.
    owed: Sum,
    policies: Vec<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Looks for tokens that are not among `known`.
pub(super) async fn read(
    site: &Site,
    known: BTreeSet<Address>,
    debts: &mut Debts<'_>,
) -> Result<Arrivals> {
    let (seen, not_searched_before) = seen(site).await?;
    let mut others = seen.difference(&known);
    let mut unknown_tokens = Vec::new();
    for address in others.by_ref().take(TOKENS) {
        let token = site.token(*address).await?;
        let mut owed = debts.in_token(*address).await?;
        owed.retain(|debt| debt.payee.kind != Kind::Account);
        let total: U256 = owed.iter().map(|debt| debt.amount).sum();
        if !total.is_zero() {
            let policies = owed.iter().map(|debt| debt.policy).collect();
            unknown_tokens.push(Unknown { owed: token.sum(total), policies });
        }
    }
    Ok(Arrivals { unknown_tokens, more_unknown_tokens: others.count(), not_searched_before })
}

/// The tokens that logs tell of, from the latest back, and the block at which the search had to end.
async fn seen(site: &Site) -> Result<(BTreeSet<Address>, Option<u64>)> {
    let head = site.chain.provider().get_block_number().await?;
    let entry = site.book.contracts.get("splitter");
    let begin = entry.and_then(|splitter| splitter.block).unwrap_or_default().min(head);
    let (mut tokens, mut last, mut range) = (BTreeSet::new(), head, head - begin + 1);
    for _ in 0..QUESTIONS {
        let first = last.saturating_sub(range - 1).max(begin);
        match in_range(site, first, last).await {
            Ok(found) => tokens.extend(found),
            Err(error) if error.as_error_resp().is_some() && range > 1 => {
                range = range.div_ceil(2).min(last - first).max(1);
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        if first == begin {
            return Ok((tokens, None));
        }
        last = first - 1;
    }
    Ok((tokens, Some(last + 1)))
}

async fn in_range(
    site: &Site,
    from: u64,
    to: u64,
) -> Result<Vec<Address>, alloy::transports::TransportError> {
    let filter = Filter::new()
        .address(site.book.address("splitter").unwrap_or_default())
        .event_signature(ISplitter::RevenueReceived::SIGNATURE_HASH)
        .from_block(from)
        .to_block(to);
    let logs = site.chain.provider().get_logs(&filter).await?;
    let token = |topics: &[_]| topics.get(2).copied().map(Address::from_word);
    Ok(logs.iter().filter_map(|log| token(log.topics())).collect())
}

impl Arrivals {
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<_> = self.unknown_tokens.iter().map(Unknown::note).collect();
        if self.more_unknown_tokens > 0 {
            notes.push(format!("{} more unknown tokens arrived", self.more_unknown_tokens));
        }
        notes.extend(self.not_searched_before.map(|block| {
            format!("the node did not tell which tokens arrived before block {block}")
        }));
        notes
    }
}

impl Unknown {
    fn note(&self) -> String {
        let Self { owed: Sum { shown, token, .. }, policies } = self;
        let policies = policies.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        format!(
            "{shown} ({token}, whose ticker nobody vouches for) are owed by policy {policies}, and the \
             vault does not take them: if they are revenue, {}",
            add(*token)
        )
    }
}
