//! Reading logs.

use std::collections::BTreeMap;

use alloy::{
    eips::BlockNumberOrTag,
    providers::{DynProvider, Provider},
    rpc::types::{Filter, Log},
};
use eyre::{Result, eyre};

use crate::system::System;

/// All logs of the system's contracts since they were created, in order, each with its block's time.
///
/// # Errors
/// The node does not answer, or answers without positions.
pub async fn fetch(provider: &DynProvider, system: &System) -> Result<Vec<Log>> {
    let contracts = &system.contracts;
    let first = contracts.iter().map(|contract| contract.block).min().unwrap_or_default();
    let addresses: Vec<_> = contracts.iter().map(|contract| contract.address).collect();
    let filter = Filter::new().address(addresses).from_block(first);
    let mut logs = provider.get_logs(&filter).await?;
    logs.sort_by_key(|log| (log.block_number, log.log_index));
    date(provider, &mut logs).await?;
    Ok(logs)
}

/// Writes the time of its block into every log that has none.
async fn date(provider: &DynProvider, logs: &mut [Log]) -> Result<()> {
    let mut times: BTreeMap<u64, u64> = BTreeMap::new();
    for log in logs.iter_mut().filter(|log| log.block_timestamp.is_none()) {
        let number = log.block_number.ok_or_else(|| eyre!("a log without a block"))?;
        let time = match times.get(&number) {
            Some(time) => *time,
            None => {
                let block = provider.get_block_by_number(BlockNumberOrTag::Number(number)).await?;
                block.ok_or_else(|| eyre!("block {number} is gone"))?.header.timestamp
            }
        };
        times.insert(number, time);
        log.block_timestamp = Some(time);
    }
    Ok(())
}
