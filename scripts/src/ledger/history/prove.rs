//! Whether the logs that a node told are those of the chain, no fewer and no others.
//!
//! `eth_getLogs` answers from an index that nothing vouches for: a node can lose a log, change one, or tell
//! it twice, and of a log that changes no figure nobody else would ever know. But a block's hash is that of
//! its header, and the header holds the root of the receipts, which hold the logs.
//!
//! | [`Proof`] | what is read | what is found |
//! |---|---|---|
//! | `Index` | nothing | nothing here |
//! | `Receipts` | header and receipts of each block of which a log was told | in these blocks: every log that is withheld, made up, changed, told twice or in another place, or at another time |
//! | `Headers` | as well, every block's header, and the receipts where its bloom may hold one of ours | the same in every block; and that the headers are one chain, up to the last block's hash |
//!
//! The receipts of a block are believed if they give the root in its header, and the header if it gives the
//! block's hash. A bloom has no false negatives: a header whose bloom lacks our addresses is the proof that
//! the block has no log of ours. So after `Headers`, the node is trusted with nothing but the hash of
//! the last block, which any other node can confirm. After `Receipts`, it is trusted with the hashes of the
//! blocks that it told of, and not to be silent of a whole block; what that could hide from the books and
//! from the contracts' own figures are logs that move nothing.
//!
//! Nitro hashes headers and receipts as Ethereum does: a receipt of each of its own types of transactions
//! is its type and the usual four fields. What it adds to them in JSON is not part of the root.

use std::{collections::BTreeMap, iter::Peekable};

use alloy::{
    consensus::proofs::calculate_receipt_root,
    primitives::{Address, B256, Bloom, Log},
    rpc::types::{Filter, Header},
};
use futures::stream::{self, StreamExt};
use serde::{Deserialize, Serialize};

use super::{
    Head, History, HistoryError, Identity, Node, Receipt, StoredLog, Witness,
    cache::{Cache, Mark},
    filters,
    merge::Logs,
};
use crate::ledger::{Contracts, Findings, Place, entry::describe};

/// How many blocks are asked for at once.
const AT_ONCE: usize = 32;
/// After so many blocks it is written down how far the proof is.
const STRIDE: u64 = 4_096;

/// How far logs are proven.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Proof {
    /// Not at all: the node's index of logs is believed
    Index,
    /// By the receipts of each block that has a log, against the root in its header
    Receipts,
    /// As well by the bloom of every block's header from --from-block on, chained to the last hash: what
    /// the node never told is found too. It asks for every header, of which Arbitrum makes 345,600 a day
    Headers,
}

/// What is to be proven.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// How far.
    pub proof: Proof,
    /// The first block.
    pub from: u64,
    /// The last block.
    pub to: Head,
}

impl History {
    /// Proves the logs of a stretch of blocks, all of which were read, and notes what the chain contradicts.
    /// `tell` is told the blocks that are done. What was proven before, and is on the chain still, is not
    /// asked for again.
    ///
    /// # Errors
    /// The node does not tell headers or receipts, or the chain was reorganised meanwhile.
    pub async fn prove<S: Witness>(
        &mut self,
        node: &Node<S>,
        stretch: Stretch,
        findings: &mut Findings,
        mut tell: impl FnMut(u64) + Send,
    ) -> Result<(), HistoryError> {
        let tokens: Vec<_> = self.tokens()?.into_iter().collect();
        let before = self.proven(node, stretch, &tokens).await?;
        let from = before.as_ref().map_or(stretch.from, |mark| mark.to + 1);
        if stretch.proof == Proof::Index || from > stretch.to.number {
            return Ok(());
        }
        let watch = Watch::new(&self.cache.identity, &tokens);
        let blocks = Blocks::new(Logs::of(&self.cache, stretch.to.number)?, from, stretch);
        let examine = |block| watch.examine(node, block);
        let mut examined = stream::iter(blocks).map(examine).buffered(AT_ONCE);
        let parent = self.parent(from, before.as_ref());
        let mut walk = Walk {
            cache: &mut self.cache,
            stretch,
            tokens: &tokens,
            parent,
            last: from,
            sound: true,
        };
        while let Some(examined) = examined.next().await {
            let examined = examined?;
            tell(examined.head.number);
            walk.take(&examined, findings)?;
        }
        drop(examined);
        if walk.end(findings)? || !self.rewind(node).await? {
            return Ok(());
        }
        Err(HistoryError::Restless(1))
    }

    /// How far `stretch` was proven before.
    async fn proven<S: Witness>(
        &self,
        node: &Node<S>,
        stretch: Stretch,
        tokens: &[Address],
    ) -> Result<Option<Mark>, HistoryError> {
        let Stretch { proof, from, .. } = stretch;
        let fits = |mark: &&Mark| {
            mark.proof >= proof && mark.tokens == tokens && mark.from <= from && mark.to >= from
        };
        for mark in self.cache.marks().rev().filter(fits) {
            if node.hash(mark.to).await? == Some(mark.hash) {
                return Ok(Some(mark.clone()));
            }
        }
        Ok(None)
    }

    /// The hash of the block before `from`, if it is known.
    fn parent(&self, from: u64, before: Option<&Mark>) -> Option<B256> {
        let Identity { first, root, .. } = self.cache.identity;
        let begins = from == first && first > 0;
        before.map(|mark| mark.hash).or_else(|| begins.then_some(root))
    }
}

/// A block, and the logs that were told of it.
#[derive(Debug)]
struct Told {
    number: u64,
    logs: Vec<StoredLog>,
}

/// The blocks to look at, in order.
struct Blocks {
    logs: Peekable<Logs>,
    next: u64,
    stretch: Stretch,
}

impl Blocks {
    fn new(logs: Logs, from: u64, stretch: Stretch) -> Self {
        let mut logs = logs.peekable();
        let earlier = |log: &Result<StoredLog, _>| matches!(log, Ok(log) if log.place.block < from);
        while logs.next_if(earlier).is_some() {}
        Self { logs, next: from, stretch }
    }

    /// The number of the next block; none after the last.
    fn number(&mut self) -> Result<Option<u64>, HistoryError> {
        if let Some(failed) = self.logs.next_if(Result::is_err) {
            failed?;
        }
        let Stretch { proof, to, .. } = self.stretch;
        if proof == Proof::Headers {
            return Ok((self.next <= to.number).then_some(self.next));
        }
        Ok(self.logs.peek().and_then(|log| log.as_ref().ok()).map(|log| log.place.block))
    }

    fn block(&mut self) -> Result<Option<Told>, HistoryError> {
        let Some(number) = self.number()? else { return Ok(None) };
        self.next = number + 1;
        let its = |log: &Result<StoredLog, _>| matches!(log, Ok(log) if log.place.block == number);
        let mut logs = Vec::new();
        while let Some(log) = self.logs.next_if(its) {
            logs.push(log?);
        }
        Ok(Some(Told { number, logs }))
    }
}

impl Iterator for Blocks {
    type Item = Result<Told, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.block().transpose()
    }
}

/// Which logs are looked for.
struct Watch {
    contracts: Contracts,
    filters: Vec<Filter>,
}

impl Watch {
    fn new(identity: &Identity, tokens: &[Address]) -> Self {
        let contracts = Contracts { vault: identity.vault, splitter: identity.splitter };
        let mut filters = filters(contracts, &[contracts.vault, contracts.splitter]);
        filters.extend(self::filters(contracts, tokens));
        Self { contracts, filters }
    }

    fn wants(&self, log: &Log) -> bool {
        self.filters.iter().any(|filter| filter.matches(log))
    }

    /// Whether a block with that bloom may have such a log.
    fn may_be_in(&self, bloom: Bloom) -> bool {
        self.filters.iter().any(|filter| filter.matches_bloom(bloom))
    }

    /// Puts the logs told of a block beside its header and receipts.
    async fn examine<S: Witness>(
        &self,
        node: &Node<S>,
        told: Result<Told, HistoryError>,
    ) -> Result<Examined, HistoryError> {
        let Told { number, logs } = told?;
        let header = node.header(number).await?;
        let mut examined = Examined::new(&header);
        let hash = header.inner.hash_slow();
        if (header.number, hash) != (number, header.hash) {
            let found = format!("{} for number {}", header.hash, header.number);
            examined.doubt("hash of the header", format!("{hash} for number {number}"), found);
            return Ok(examined);
        }
        if logs.is_empty() && !self.may_be_in(header.logs_bloom) {
            return Ok(examined);
        }
        let receipts = node.receipts(number).await?;
        let root = calculate_receipt_root(&receipts);
        if root != header.receipts_root {
            let (header, found) = (header.receipts_root.to_string(), root.to_string());
            examined.doubt("root of the receipts that the node tells", header, found);
            return Ok(examined);
        }
        let truth = self.pick(&header, receipts);
        examined.compare(truth, logs, self.contracts);
        Ok(examined)
    }

    /// Our logs among those of a block's receipts.
    fn pick(&self, header: &Header, receipts: Vec<Receipt>) -> Vec<StoredLog> {
        let logs = receipts.into_iter().flat_map(|receipt| receipt.inner.receipt.logs);
        let ours = (0..).zip(logs).filter(|(_, log)| self.wants(log));
        let stored = |(index, log): (u64, Log)| {
            let place = Place { block: header.number, index };
            let (topics, data) = log.data.split();
            StoredLog { place, time: header.timestamp, address: log.address, topics, data }
        };
        ours.map(stored).collect()
    }
}

/// A block that was looked at.
#[derive(Debug)]
struct Examined {
    head: Head,
    parent: B256,
    doubts: Vec<Doubt>,
}

/// Something that is not as it was told.
#[derive(Debug)]
struct Doubt {
    /// The log's position in the block, if it is about a log.
    index: Option<u64>,
    what: String,
    expected: String,
    found: String,
}

impl Examined {
    fn new(header: &Header) -> Self {
        let head = Head { number: header.number, hash: header.hash, time: header.timestamp };
        Self { head, parent: header.parent_hash, doubts: Vec::new() }
    }

    fn doubt(&mut self, what: &str, expected: String, found: String) {
        self.doubts.push(Doubt { index: None, what: what.to_owned(), expected, found });
    }

    /// Compares the logs that there are with those that were told.
    fn compare(&mut self, truth: Vec<StoredLog>, told: Vec<StoredLog>, contracts: Contracts) {
        let mut by_index: BTreeMap<u64, Vec<StoredLog>> = BTreeMap::new();
        for log in told {
            by_index.entry(log.place.index).or_default().push(log);
        }
        let say = |log: &StoredLog| describe(log, contracts);
        let mut doubt = |log: &StoredLog, expected: String, found: String| {
            let (index, (what, _)) = (Some(log.place.index), say(log));
            self.doubts.push(Doubt { index, what, expected, found });
        };
        for log in truth {
            match by_index.remove(&log.place.index).as_deref() {
                None => doubt(&log, say(&log).1, "no log of it".to_owned()),
                Some([one]) if *one == log => {}
                Some([one]) => {
                    let (name, rest) = say(one);
                    doubt(&log, say(&log).1, format!("{name}: {rest}"));
                }
                Some(many) => doubt(&log, "one log".to_owned(), format!("{} logs", many.len())),
            }
        }
        for log in by_index.into_values().flatten() {
            doubt(&log, "no log there".to_owned(), say(&log).1);
        }
    }
}

/// A proof under way.
struct Walk<'a> {
    cache: &'a mut Cache,
    stretch: Stretch,
    tokens: &'a [Address],
    /// The hash of the block before, if that is known and matters.
    parent: Option<B256>,
    /// The last block up to which it is written down that everything is proven.
    last: u64,
    /// Whether nothing was found.
    sound: bool,
}

impl Walk<'_> {
    fn take(&mut self, examined: &Examined, findings: &mut Findings) -> Result<(), HistoryError> {
        let Examined { head, parent, doubts } = examined;
        let chained = self.stretch.proof == Proof::Headers;
        if let Some(expected) = self.parent.filter(|before| chained && before != parent) {
            self.doubt(head.number, "parent of the block", expected, *parent, findings);
        }
        for Doubt { index, what, expected, found } in doubts {
            let mut notes = match *index {
                Some(index) => findings.at_log(Place { block: head.number, index }, head.time),
                None => findings.at(format!("block {}", head.number)),
            };
            notes.note(what.clone(), expected.clone(), found.clone());
        }
        self.sound &= doubts.is_empty();
        self.parent = Some(head.hash);
        if self.sound && head.number >= self.last + STRIDE {
            self.mark(head.number, head.hash)?;
        }
        Ok(())
    }

    fn doubt(&mut self, block: u64, what: &str, due: B256, is: B256, findings: &mut Findings) {
        self.sound = false;
        findings.at(format!("block {block}")).note(what, due.to_string(), is.to_string());
    }

    /// Whether everything is proven, which is written down.
    fn end(&mut self, findings: &mut Findings) -> Result<bool, HistoryError> {
        let Stretch { proof, to, .. } = self.stretch;
        if let Some(last) = self.parent.filter(|last| proof == Proof::Headers && *last != to.hash) {
            self.doubt(to.number, "hash of the block", to.hash, last, findings);
        }
        if self.sound {
            self.mark(to.number, to.hash)?;
        }
        Ok(self.sound)
    }

    fn mark(&mut self, to: u64, hash: B256) -> Result<(), HistoryError> {
        let Stretch { proof, from, .. } = self.stretch;
        self.last = to;
        self.cache.mark(Mark { proof, tokens: self.tokens.to_vec(), from, to, hash })
    }
}
