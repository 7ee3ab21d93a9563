//! Who changed what since a platform was deployed.
//!
//! Something may be otherwise than the file says because whoever may change it did: then a contract told so,
//! and the last event about it says what is found now. What differs without such an event is not explained
//! by anything that the contracts do.

use std::{collections::BTreeMap, fmt};

use alloy::{
    primitives::{Address, B256},
    providers::Provider,
    rpc::types::{Filter, Log},
};
use eyre::{Result, bail};
use serde_json::Value;

use super::{audit::Item, error::Difference, record::Record, terms::Addresses};
use crate::{chain::Chain, ledger::Node};

/// Something that was changed by an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is otherwise than configured.
    pub difference: Difference,
    /// The event's name.
    pub event: &'static str,
    /// Its block.
    pub block: u64,
    /// Its transaction.
    pub transaction: B256,
    /// Who sent that, if the node says.
    pub sender: Option<Address>,
    /// What it was sent to, if that is not the contract itself: a timelock, a Safe.
    pub through: Option<Address>,
    /// Whether the file leaves room for it, as for the stakers' share within its bounds.
    pub allowed: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { difference, event, block, transaction, sender, through, .. } = self;
        write!(f, "{difference}\n    {event} in block {block}, transaction {transaction}")?;
        if let Some(sender) = sender {
            write!(f, ", sent by {sender}")?;
        }
        through.map_or(Ok(()), |through| write!(f, " through {through}"))
    }
}

/// Looks for the events.
pub(crate) struct Watch<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) addresses: &'a Addresses,
    pub(crate) record: &'a Record,
}

impl Watch<'_> {
    /// What of `items` was changed by an event since the deployment was complete or, if that never was
    /// written down, since the contract was constructed.
    ///
    /// # Errors
    /// The node does not answer, or does not give logs.
    pub(crate) async fn changes(&self, items: &[&Item]) -> Result<Vec<Change>> {
        let mut logs: BTreeMap<&str, Vec<Log>> = BTreeMap::new();
        let mut changes = Vec::new();
        for item in items {
            let Some(witness) = &item.witness else { continue };
            let role = witness.contract();
            if !logs.contains_key(role) {
                logs.insert(role, self.logs(role).await?);
            }
            let heard = logs[role].iter().rev();
            let last = heard.filter_map(|log| Some((log, witness.hear(log)?))).next();
            if let Some((log, told)) = last.filter(|(_, told)| told.holds) {
                changes.push(self.change(item, told.event, log).await?);
            }
        }
        Ok(changes)
    }

    async fn change(&self, item: &Item, event: &'static str, log: &Log) -> Result<Change> {
        let transaction = log.transaction_hash.unwrap_or_default();
        // Read as it comes: not every transaction of these chains is of a kind that Ethereum knows.
        let found: Value = self
            .chain
            .provider()
            .raw_request("eth_getTransactionByHash".into(), [transaction])
            .await?;
        let address = |key: &str| found[key].as_str().and_then(|text| text.parse().ok());
        let through = address("to").filter(|to: &Address| *to != log.address());
        Ok(Change {
            difference: item.difference().unwrap_or_else(|| item.as_nothing()),
            event,
            block: log.block_number.unwrap_or_default(),
            transaction,
            sender: address("from"),
            through,
            allowed: item.allowed,
        })
    }

    /// The logs of the contract of `role` since the deployment, in order.
    async fn logs(&self, role: &str) -> Result<Vec<Log>> {
        let Some(address) = self.addresses.get(role) else { return Ok(Vec::new()) };
        let contract = self.record.contracts.get(role);
        let created = contract.and_then(|contract| contract.block).unwrap_or_default();
        let first = self.record.completed.map_or(created, |block| block + 1);
        let head = self.chain.provider().get_block_number().await?;
        let mut logs =
            read(&Node::new(self.chain.provider().clone()), *address, first, head).await?;
        // What the constructor told is how it was deployed.
        let own = contract.map_or([None, None], |one| [one.transaction, one.constructed]);
        logs.retain(|log| log.transaction_hash.is_none() || !own.contains(&log.transaction_hash));
        Ok(logs)
    }
}

/// All logs of `address` in a range of blocks, which is halved where it is too much for the node.
async fn read(
    node: &Node<alloy::providers::DynProvider>,
    address: Address,
    first: u64,
    last: u64,
) -> Result<Vec<Log>> {
    let (mut logs, mut ranges) = (Vec::new(), vec![(first, last)]);
    while let Some((from, to)) = ranges.pop().filter(|(from, to)| from <= to) {
        let filter = Filter::new().address(address).from_block(from).to_block(to);
        match node.logs(&filter).await? {
            Some(found) => logs.extend(found),
            None if from == to => bail!("the node does not give the logs of block {from}"),
            None => {
                let middle = from + (to - from) / 2;
                ranges.extend([(middle + 1, to), (from, middle)]);
            }
        }
    }
    Ok(logs)
}
