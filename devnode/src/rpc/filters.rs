//! Filters that a client polls: new blocks, new transactions, new logs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use alloy::{
    primitives::U64,
    rpc::types::{Filter, FilterChanges, Log, Transaction},
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

use super::{Api, blocks, error, view};
use crate::chain::Block;

/// A filter that nobody polled for this long is forgotten.
const IDLE: Duration = Duration::from_secs(300);

/// How many filters there may be.
const MAX_FILTERS: usize = 10_000;

/// Methods that poll.
#[rpc(server, namespace = "eth")]
pub(super) trait Filters {
    /// A filter for logs in blocks to come.
    #[method(name = "newFilter")]
    fn new_log_filter(&self, filter: Filter) -> RpcResult<U64>;

    /// A filter for the hashes of blocks to come.
    #[method(name = "newBlockFilter")]
    fn new_block_filter(&self) -> RpcResult<U64>;

    /// A filter for the hashes of transactions to come; they are mined at once, so pending ones
    /// show up when they are.
    #[method(name = "newPendingTransactionFilter")]
    fn new_transaction_filter(&self) -> RpcResult<U64>;

    /// What came since the last poll.
    #[method(name = "getFilterChanges")]
    async fn filter_changes(&self, id: U64) -> RpcResult<FilterChanges<Transaction>>;

    /// Everything a log filter matches, from the start of its range.
    #[method(name = "getFilterLogs")]
    async fn filter_logs(&self, id: U64) -> RpcResult<Vec<Log>>;

    /// Forgets a filter; returns whether there was one.
    #[method(name = "uninstallFilter")]
    fn uninstall_filter(&self, id: U64) -> RpcResult<bool>;
}

/// What a filter watches.
#[derive(Clone, Debug)]
enum Watch {
    Blocks,
    Transactions,
    Logs(Box<Filter>),
}

#[derive(Debug)]
struct Entry {
    watch: Watch,
    /// The first block not yet reported.
    next: u64,
    polled: Instant,
}

/// The filters by id; ids are never used again.
#[derive(Debug, Default)]
pub(super) struct Registry(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    by_id: HashMap<u64, Entry>,
    last: u64,
}

impl Registry {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a filter for what comes after block `head`.
    fn add(&self, watch: Watch, head: u64) -> RpcResult<U64> {
        let mut entries = self.entries();
        entries.by_id.retain(|_, entry| entry.polled.elapsed() < IDLE);
        if entries.by_id.len() >= MAX_FILTERS {
            return Err(error::refused("too many filters: uninstall some, or let them idle out"));
        }
        entries.last += 1;
        let id = entries.last;
        entries.by_id.insert(id, Entry { watch, next: head + 1, polled: Instant::now() });
        Ok(U64::from(id))
    }

    /// What filter `id` watches and its first block not yet reported, up to `head` as of now.
    fn poll(&self, id: u64, head: u64) -> Option<(Watch, u64)> {
        let mut entries = self.entries();
        let entry = entries.by_id.get_mut(&id)?;
        let first = entry.next;
        entry.next = first.max(head + 1);
        entry.polled = Instant::now();
        Some((entry.watch.clone(), first))
    }

    fn watch(&self, id: u64) -> Option<Watch> {
        self.entries().by_id.get(&id).map(|entry| entry.watch.clone())
    }

    fn remove(&self, id: u64) -> bool {
        self.entries().by_id.remove(&id).is_some()
    }

    /// The chain went back to block `head`: what replaces the later blocks is new again.
    pub(super) fn rewind(&self, head: u64) {
        for entry in self.entries().by_id.values_mut() {
            entry.next = entry.next.min(head + 1);
        }
    }
}

impl Api {
    fn add_filter(&self, watch: Watch) -> RpcResult<U64> {
        self.filters.add(watch, self.chain.head().number())
    }
}

#[jsonrpsee::core::async_trait]
impl FiltersServer for Api {
    fn new_log_filter(&self, filter: Filter) -> RpcResult<U64> {
        blocks::check(&filter)?;
        self.add_filter(Watch::Logs(Box::new(filter)))
    }

    fn new_block_filter(&self) -> RpcResult<U64> {
        self.add_filter(Watch::Blocks)
    }

    fn new_transaction_filter(&self) -> RpcResult<U64> {
        self.add_filter(Watch::Transactions)
    }

    async fn filter_changes(&self, id: U64) -> RpcResult<FilterChanges<Transaction>> {
        let head = self.chain.head().number();
        let (watch, first) = self.filters.poll(id.to(), head).ok_or_else(not_found)?;
        self.run(move |chain| Ok(changes(&chain.blocks(first, head), &watch))).await
    }

    async fn filter_logs(&self, id: U64) -> RpcResult<Vec<Log>> {
        match self.filters.watch(id.to()).ok_or_else(not_found)? {
            Watch::Logs(filter) => self.run(move |chain| blocks::logs(chain, &filter)).await,
            _ => Err(error::refused("not a log filter")),
        }
    }

    fn uninstall_filter(&self, id: U64) -> RpcResult<bool> {
        Ok(self.filters.remove(id.to()))
    }
}

fn not_found() -> jsonrpsee::types::ErrorObjectOwned {
    error::refused("filter not found: unknown, uninstalled, or idle for five minutes")
}

/// What `watch` sees in `blocks`.
fn changes(blocks: &[Arc<Block>], watch: &Watch) -> FilterChanges<Transaction> {
    let blocks = blocks.iter();
    match watch {
        Watch::Blocks => FilterChanges::Hashes(blocks.map(|block| block.hash()).collect()),
        Watch::Transactions => {
            let mined = blocks.flat_map(|block| &block.transactions);
            FilterChanges::Hashes(mined.map(|mined| mined.hash()).collect())
        }
        Watch::Logs(filter) => {
            let inside = blocks.filter(|block| filter.matches_block_range(block.number()));
            let logs = inside.flat_map(|block| view::matching_logs(block, filter));
            FilterChanges::Logs(logs.collect())
        }
    }
}
