//! Bringing the cache up to a block.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use alloy::{
    primitives::{Address, B256},
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::{
    Entries, Head, HistoryError, Identity, Node, Source, StoredLog,
    cache::{Cache, VERSION},
    span::Span,
};
use crate::{
    abi::{ISplitter, IToken, IVault, IWeth},
    ledger::Contracts,
};

/// How often a chain may be reorganised under our hands.
const REORGANISATIONS: usize = 8;
/// How many blocks' times are asked for at once, if the node does not tell them with the logs.
const AT_ONCE: usize = 16;

/// Where a history begins, and whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// The chain.
    pub chain_id: u64,
    /// The contracts.
    pub contracts: Contracts,
    /// What is staked.
    pub asset: Address,
    /// The block of the first of them.
    pub first: u64,
}

/// How far a sync is, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The last block that was read.
    pub block: u64,
    /// How many logs are in the cache.
    pub logs: u64,
}

/// The logs of a system.
#[derive(Debug)]
pub struct History {
    pub(super) cache: Cache,
    asset: Address,
}

impl History {
    /// Opens the history kept in the file `cache`, or one that is kept nowhere.
    ///
    /// # Errors
    /// The file is of something else, or cannot be used; the node does not answer.
    pub async fn open<S: Source>(
        node: &Node<S>,
        origin: Origin,
        cache: Option<&Path>,
    ) -> Result<Self, HistoryError> {
        let Origin { chain_id, contracts: Contracts { vault, splitter }, asset, first } = origin;
        let root = node.head(first.saturating_sub(1)).await?.hash;
        let identity = Identity { version: VERSION, chain_id, root, vault, splitter, first };
        let cache = match cache {
            Some(path) => Cache::open(path, identity)?,
            None => Cache::temporary(identity)?,
        };
        Ok(Self { cache, asset })
    }

    /// Reads everything up to block `to` that is not in the cache yet, saying how far it is.
    ///
    /// # Errors
    /// The node does not answer. What was read until then is kept.
    pub async fn sync<S: Source>(
        &mut self,
        node: &Node<S>,
        to: u64,
        mut tell: impl FnMut(Step) + Send,
    ) -> Result<(), HistoryError> {
        self.rewind(node).await?;
        let last = node.head(alloy::eips::BlockNumberOrTag::Finalized).await;
        let last = last.map_or(0, |head| head.number);
        for _ in 0..REORGANISATIONS {
            let mut reader = Reader { node, cache: &mut self.cache, last, span: Span::default() };
            let contracts = [reader.cache.identity.vault, reader.cache.identity.splitter];
            let mut steady = reader.read(&contracts, to, &mut tell).await?;
            for tokens in self.groups(to)? {
                let mut reader =
                    Reader { node, cache: &mut self.cache, last, span: Span::default() };
                steady &= reader.read(&tokens, to, &mut tell).await?;
            }
            if steady & !self.rewind(node).await? {
                return Ok(());
            }
        }
        Err(HistoryError::Restless(REORGANISATIONS))
    }

    /// The decoded logs up to block `to`, in order.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn entries(&self, to: u64) -> Result<Entries, HistoryError> {
        Entries::of(&self.cache, to)
    }

    /// How many logs there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.cache.chunks.iter().map(|chunk| chunk.seal.logs).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes away what is not on the chain any more; returns whether there was any. Of each contract's
    /// chunks, the last one that is on the chain vouches for those before it.
    pub(super) async fn rewind<S: Source>(&mut self, node: &Node<S>) -> Result<bool, HistoryError> {
        let (mut vouched, mut gone) = (BTreeSet::new(), None);
        for (number, chunk) in self.cache.chunks.iter().enumerate().rev() {
            if vouched.contains(&chunk.seal.of) {
                continue;
            }
            if node.hash(chunk.seal.to).await? == Some(chunk.seal.hash) {
                vouched.insert(chunk.seal.of.clone());
            } else {
                gone = Some(number);
            }
        }
        if let Some(first) = gone {
            self.cache.rewind(first)?;
        }
        Ok(gone.is_some())
    }

    /// The tokens that the contracts name, in groups that were read equally far, as far as there is
    /// something left to read.
    fn groups(&self, to: u64) -> Result<Vec<Vec<Address>>, HistoryError> {
        let mut groups: BTreeMap<u64, Vec<Address>> = BTreeMap::new();
        for token in self.tokens()? {
            groups.entry(self.cache.next(token)).or_default().push(token);
        }
        Ok(groups.into_iter().filter(|(next, _)| *next <= to).map(|(_, group)| group).collect())
    }

    pub(super) fn tokens(&self) -> Result<BTreeSet<Address>, HistoryError> {
        let Identity { vault, splitter, .. } = self.cache.identity;
        let mut tokens = BTreeSet::from([self.asset]);
        for lane in self.cache.lanes() {
            let ours = lane.into_iter().filter(|chunk| chunk.seal.of.contains(&vault));
            for log in self.cache.lane(ours.collect())? {
                let log = log?;
                let place = match log.topics.first() {
                    Some(&IVault::RewardTokenAdded::SIGNATURE_HASH) if log.address == vault => 1,
                    Some(&ISplitter::RevenueReceived::SIGNATURE_HASH)
                        if log.address == splitter =>
                    {
                        2
                    }
                    _ => continue,
                };
                tokens.extend(log.topics.get(place).map(|word| Address::from_word(*word)));
            }
        }
        Ok(tokens)
    }
}

/// One sweep over the logs of some contracts.
struct Reader<'a, S> {
    node: &'a Node<S>,
    cache: &'a mut Cache,
    /// The last block that is final.
    last: u64,
    span: Span,
}

impl<S: Source> Reader<'_, S> {
    /// Reads the logs of `of` up to block `to`; returns false as soon as the chain was reorganised.
    async fn read(
        &mut self,
        of: &[Address],
        to: u64,
        tell: &mut (impl FnMut(Step) + Send),
    ) -> Result<bool, HistoryError> {
        let mut before: Option<Head> = None;
        loop {
            let from = of.iter().map(|one| self.cache.next(*one)).min().unwrap_or(to + 1);
            if from > to {
                return Ok(true);
            }
            let end = self.node.head(self.span.end(from, to)).await?;
            if let Some(before) = before.filter(|before| before.number > self.last)
                && self.node.hash(before.number).await? != Some(before.hash)
            {
                return Ok(false);
            }
            let Some(logs) = self.logs(of, from, end.number).await? else {
                if !self.span.refuse(end.number - from + 1) {
                    return Err(HistoryError::OneBlock(from));
                }
                continue;
            };
            self.span.answer(logs.len());
            self.cache.add(of, (from, end.number, end.hash), &logs)?;
            let logs = self.cache.chunks.iter().map(|chunk| chunk.seal.logs).sum();
            tell(Step { block: end.number, logs });
            before = Some(end);
        }
    }

    /// The logs of `of` in a range, in order; none if that is too much for the node.
    async fn logs(
        &self,
        of: &[Address],
        from: u64,
        to: u64,
    ) -> Result<Option<Vec<StoredLog>>, HistoryError> {
        let Identity { vault, splitter, .. } = self.cache.identity;
        let filters = filters(Contracts { vault, splitter }, of);
        let mut all = Vec::new();
        for (number, filter) in filters.iter().enumerate() {
            let question = filter.clone().from_block(from).to_block(to);
            let Some(logs) = self.node.logs(&question).await? else { return Ok(None) };
            if let Some(stray) = logs.iter().find(|log| !filter.matches(&log.inner)) {
                return Err(HistoryError::Misplaced { address: stray.address(), from, to });
            }
            // A move from one contract to the other answers both questions: the first answer has it.
            let before = |log: &&Log| filters[..number].iter().any(|one| one.matches(&log.inner));
            all.extend(logs.iter().filter(|log| !before(log)).cloned());
        }
        let mut logs = self.stored(all, from, to).await?;
        logs.sort_by_key(|log| log.place);
        Ok(Some(logs))
    }

    /// Dates `logs`.
    async fn stored(
        &self,
        logs: Vec<Log>,
        from: u64,
        to: u64,
    ) -> Result<Vec<StoredLog>, HistoryError> {
        let times = self.times(&logs).await?;
        let stored = |log: Log| {
            let address = log.address();
            let number = log.block_number.filter(|number| (from..=to).contains(number));
            let known = number.and_then(|number| times.get(&number).copied());
            let time = log.block_timestamp.or(known).filter(|_| number.is_some() && !log.removed);
            let stored = time.and_then(|time| StoredLog::of(&log, time));
            stored.ok_or(HistoryError::Misplaced { address, from, to })
        };
        logs.into_iter().map(stored).collect()
    }

    /// The times of the blocks of logs that do not tell them.
    async fn times(&self, logs: &[Log]) -> Result<BTreeMap<u64, u64>, HistoryError> {
        let undated = logs.iter().filter(|log| log.block_timestamp.is_none());
        let numbers: BTreeSet<u64> = undated.filter_map(|log| log.block_number).collect();
        let time = |number| async move { Ok((number, self.node.head(number).await?.time)) };
        stream::iter(numbers.into_iter().map(time)).buffer_unordered(AT_ONCE).try_collect().await
    }
}

/// What to ask for: everything of the contracts, of tokens the moves out of and into them.
pub(super) fn filters(contracts: Contracts, of: &[Address]) -> Vec<Filter> {
    let Contracts { vault, splitter } = contracts;
    let filter = Filter::new().address(of.to_vec());
    if of.contains(&vault) {
        return vec![filter];
    }
    let ends: Vec<B256> = vec![vault.into_word(), splitter.into_word()];
    let first = vec![
        IToken::Transfer::SIGNATURE_HASH,
        IWeth::Deposit::SIGNATURE_HASH,
        IWeth::Withdrawal::SIGNATURE_HASH,
    ];
    let out = filter.clone().event_signature(first).topic1(ends.clone());
    vec![out, filter.event_signature(IToken::Transfer::SIGNATURE_HASH).topic2(ends)]
}

/// Reads the logs of `filter` in blocks `from` to `to`, in ranges that follow what the node can do, and
/// gives them to `take`.
///
/// # Errors
/// The node does not answer, or refuses a single block. What was read until then was taken.
pub(crate) async fn sweep<S: Source>(
    node: &Node<S>,
    filter: &Filter,
    (mut from, to): (u64, u64),
    mut take: impl FnMut(Vec<Log>) + Send,
) -> Result<(), HistoryError> {
    let mut span = Span::default();
    while from <= to {
        let end = span.end(from, to);
        match node.logs(&filter.clone().from_block(from).to_block(end)).await? {
            Some(logs) => {
                span.answer(logs.len());
                take(logs);
                from = end + 1;
            }
            None if span.refuse(end - from + 1) => {}
            None => return Err(HistoryError::OneBlock(from)),
        }
    }
    Ok(())
}
