//! Logs of several lanes as one sequence.

use std::iter::Peekable;

use super::{
    HistoryError, StoredLog,
    cache::{Cache, Lane},
};
use crate::ledger::{Contracts, Entry, Place};

/// The logs of a history, in order.
#[derive(Debug)]
pub(crate) struct Logs {
    lanes: Vec<Peekable<Lane>>,
    to: u64,
}

impl Logs {
    /// What `cache` has up to block `to`.
    pub(crate) fn of(cache: &Cache, to: u64) -> Result<Self, HistoryError> {
        let lanes = cache.lanes().into_iter();
        let lanes = lanes.map(|chunks| Ok(cache.lane(chunks)?.peekable()));
        Ok(Self { lanes: lanes.collect::<Result<_, HistoryError>>()?, to })
    }

    fn next_log(&mut self) -> Option<Result<StoredLog, HistoryError>> {
        let place = |lane: &mut Peekable<Lane>| match lane.peek() {
            // First of all, so that it is told.
            Some(Err(_)) => Some(Place::default()),
            Some(Ok(log)) => Some(log.place),
            None => None,
        };
        let places = self.lanes.iter_mut().enumerate();
        let places = places.filter_map(|(at, lane)| place(lane).map(|place| (place, at)));
        let (_, first) = places.min()?;
        self.lanes[first].next()
    }
}

impl Iterator for Logs {
    type Item = Result<StoredLog, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.next_log()? {
            Ok(log) if log.place.block > self.to => None,
            other => Some(other),
        }
    }
}

/// The decoded logs of a history, in order.
#[derive(Debug)]
pub struct Entries {
    logs: Logs,
    contracts: Contracts,
}

impl Entries {
    /// What `cache` has up to block `to`.
    pub(crate) fn of(cache: &Cache, to: u64) -> Result<Self, HistoryError> {
        let contracts =
            Contracts { vault: cache.identity.vault, splitter: cache.identity.splitter };
        Ok(Self { logs: Logs::of(cache, to)?, contracts })
    }
}

impl Iterator for Entries {
    type Item = Result<Entry, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        let log = self.logs.next()?;
        Some(log.map(|log| Entry::read(&log, self.contracts)))
    }
}
