//! A log as the cache keeps it: one line of JSON.

use alloy::{
    primitives::{Address, B256, Bytes},
    rpc::types::Log,
};
use serde::{Deserialize, Serialize};

use crate::ledger::Place;

/// A mined log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLog {
    /// Where it is.
    #[serde(flatten)]
    pub place: Place,
    /// Its block's time in Unix seconds.
    pub time: u64,
    /// Who told it.
    pub address: Address,
    /// What it is about.
    pub topics: Vec<B256>,
    /// The rest.
    pub data: Bytes,
}

impl StoredLog {
    /// Keeps `log`, of a block at `time`; nothing if it has no place yet.
    #[must_use]
    pub fn of(log: &Log, time: u64) -> Option<Self> {
        let (block, index) = log.block_number.zip(log.log_index)?;
        Some(Self {
            place: Place { block, index },
            time,
            address: log.address(),
            topics: log.topics().to_vec(),
            data: log.data().data.clone(),
        })
    }
}
