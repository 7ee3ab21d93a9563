//! Proofs off nodes that lie.

use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use alloy::{
    consensus::{self, ReceiptWithBloom, proofs::calculate_receipt_root},
    eips::BlockNumberOrTag,
    network::AnyReceiptEnvelope,
    primitives::{Address, Log as RawLog, U256, logs_bloom},
    rpc::types::{Filter, Header, Log},
    sol_types::SolEvent,
    transports::{TransportError, TransportErrorKind},
};

use super::*;
use crate::{
    abi::{IToken, IVault},
    ledger::{Contracts, Findings, Place},
};

const VAULT: Address = Address::repeat_byte(1);
const SPLITTER: Address = Address::repeat_byte(2);
const ASSET: Address = Address::repeat_byte(3);
const SOMEBODY: Address = Address::repeat_byte(5);
const ORIGIN: Origin = Origin {
    chain_id: 7,
    contracts: Contracts { vault: VAULT, splitter: SPLITTER },
    asset: ASSET,
    first: 1,
};
const HEAD: u64 = 24;

/// What a node says that is not so.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    Nothing,
    Withheld(Place),
    Altered(Place),
    Doubled(Place),
    /// Told at the next index.
    Moved(Place),
    /// Told a second later.
    Dated(Place),
    /// A log that never was, at the end of a block.
    Invented(u64),
    /// Receipts of a block without its last log.
    Receipts(u64),
    /// A header that fits receipts that were changed, with the hash of the true one.
    Header(u64),
    /// A header that fits receipts that were changed, with a hash of its own.
    Fork(u64),
    /// It has no receipts at all.
    NoReceipts,
}

/// A chain of some blocks: each begins with a transaction of the chain itself and has one in which
/// somebody does something with our contracts, in every second block, or with others'.
struct Chain {
    headers: Vec<Header>,
    receipts: Vec<Vec<Receipt>>,
    lie: Lie,
    questions: AtomicUsize,
}

fn log(address: Address, event: &impl SolEvent) -> RawLog {
    RawLog { address, data: event.encode_log_data() }
}

/// What is logged in block `number`.
fn logs_of(number: u64) -> Vec<RawLog> {
    let (account, value) = (SOMEBODY, U256::from(number));
    let moved = |from, to| IToken::Transfer { from, to, value };
    let foreign = log(ASSET, &moved(SOMEBODY, SOMEBODY));
    if number < ORIGIN.first || !number.is_multiple_of(2) {
        return vec![foreign];
    }
    let amount = U256::from(number);
    let skipped = IVault::ClaimSkipped { account, token: ASSET, amount };
    let all = vec![
        foreign,
        log(VAULT, &IVault::Paused { account }),
        log(ASSET, &moved(SOMEBODY, VAULT)),
        log(VAULT, &skipped),
    ];
    // In every fourth block there is nothing of ours but a skipped claim.
    if number.is_multiple_of(4) { vec![all[0].clone(), all[3].clone()] } else { all }
}

fn receipt(kind: u8, gas: u64, logs: Vec<RawLog>) -> Receipt {
    let logs_bloom = logs_bloom(&logs);
    let receipt = consensus::Receipt { status: true.into(), cumulative_gas_used: gas, logs };
    AnyReceiptEnvelope { inner: ReceiptWithBloom { receipt, logs_bloom }, r#type: kind }
}

impl Chain {
    fn new(lie: Lie) -> Self {
        let (mut headers, mut all) = (Vec::<Header>::new(), Vec::new());
        for number in 0..=HEAD {
            let logs = logs_of(number);
            // Arbitrum's own transactions are of type 0x6a.
            let receipts = vec![receipt(0x6a, 0, Vec::new()), receipt(2, 21_000, logs.clone())];
            let header = consensus::Header {
                parent_hash: headers.last().map_or_else(Default::default, |last| last.hash),
                number,
                timestamp: 1_000 + number,
                receipts_root: calculate_receipt_root(&receipts),
                logs_bloom: logs_bloom(&logs),
                ..Default::default()
            };
            headers.push(Header::new(header));
            all.push(receipts);
        }
        Self { headers, receipts: all, lie, questions: AtomicUsize::new(0) }
    }

    /// All logs that there are, in order.
    fn truth(&self) -> Vec<Log> {
        let blocks = self.headers.iter().zip(&self.receipts);
        let blocks = blocks.map(|(header, receipts)| {
            let logs = receipts.iter().flat_map(|receipt| receipt.logs());
            logs.enumerate().map(|(index, inner)| Log {
                inner: inner.clone(),
                block_hash: Some(header.hash),
                block_number: Some(header.number),
                block_timestamp: Some(header.timestamp),
                log_index: Some(index as u64),
                ..Default::default()
            })
        });
        blocks.flatten().collect()
    }

    /// The places of our logs.
    fn ours(&self) -> Vec<Place> {
        let filters = [&[VAULT, SPLITTER][..], &[ASSET]].map(|of| filters(ORIGIN.contracts, of));
        let ours = |log: &Log| filters.iter().flatten().any(|filter| filter.matches(&log.inner));
        self.truth().iter().filter(|log| ours(log)).map(place).collect()
    }

    /// The logs as this node tells them.
    fn told(&self) -> Vec<Log> {
        let mut logs = self.truth();
        let at = |of: Place| logs.iter().position(|log| place(log) == of).unwrap();
        match self.lie {
            Lie::Withheld(of) => drop(logs.remove(at(of))),
            Lie::Altered(of) => {
                let log = at(of);
                let mut data = logs[log].inner.data.data.to_vec();
                *data.last_mut().unwrap() ^= 1;
                logs[log].inner.data.data = data.into();
            }
            Lie::Doubled(of) => logs.push(logs[at(of)].clone()),
            Lie::Moved(of) => {
                let log = at(of);
                logs[log].log_index = Some(of.index + 1);
            }
            Lie::Dated(of) => {
                let log = at(of);
                logs[log].block_timestamp = Some(1_001 + of.block);
            }
            Lie::Invented(block) => {
                let mut log = logs[at(Place { block, index: 1 })].clone();
                log.log_index = Some(9);
                logs.push(log);
            }
            _ => {}
        }
        logs
    }

    fn ask(&self) {
        self.questions.fetch_add(1, Relaxed);
    }

    /// Receipts that are not those of block `number`.
    fn other_receipts(&self, number: u64) -> Vec<Receipt> {
        let mut logs = logs_of(number);
        logs.pop();
        vec![receipt(0x6a, 0, Vec::new()), receipt(2, 21_000, logs)]
    }
}

fn place(log: &Log) -> Place {
    Place { block: log.block_number.unwrap(), index: log.log_index.unwrap() }
}

impl Source for &Chain {
    async fn logs(&self, filter: &Filter) -> Result<Vec<Log>, TransportError> {
        self.ask();
        let (from, to) = (filter.get_from_block().unwrap(), filter.get_to_block().unwrap());
        let asked =
            |log: &Log| (from..=to).contains(&place(log).block) && filter.matches(&log.inner);
        Ok(self.told().into_iter().filter(asked).collect())
    }

    async fn head(&self, block: BlockNumberOrTag) -> Result<Option<Head>, TransportError> {
        self.ask();
        let header = self.headers.get(block.as_number().unwrap_or(HEAD) as usize);
        let head = |header: &Header| Head {
            number: header.number,
            hash: header.hash,
            time: header.timestamp,
        };
        Ok(header.map(head))
    }
}

impl Witness for &Chain {
    async fn header(&self, number: u64) -> Result<Option<Header>, TransportError> {
        self.ask();
        let mut header = self.headers[number as usize].clone();
        if matches!(self.lie, Lie::Header(of) | Lie::Fork(of) if of == number) {
            header.inner.receipts_root = calculate_receipt_root(&self.other_receipts(number));
        }
        if self.lie == Lie::Fork(number) {
            header.hash = header.inner.hash_slow();
        }
        Ok(Some(header))
    }

    async fn receipts(&self, number: u64) -> Result<Option<Vec<Receipt>>, TransportError> {
        self.ask();
        match self.lie {
            Lie::NoReceipts => {
                Err(TransportErrorKind::http_error(404, "no such method".to_owned()))
            }
            Lie::Receipts(of) | Lie::Header(of) | Lie::Fork(of) if of == number => {
                Ok(Some(self.other_receipts(number)))
            }
            _ => Ok(Some(self.receipts[number as usize].clone())),
        }
    }
}

/// Reads and proves, with what is kept in `cache`.
async fn read(
    chain: &Chain,
    proof: Proof,
    cache: Option<&Path>,
) -> Result<Vec<String>, HistoryError> {
    let node = Node::with_patience(chain, Patience::NONE);
    let mut history = History::open(&node, ORIGIN, cache).await?;
    history.sync(&node, HEAD, |_| {}).await?;
    let to = node.head(HEAD).await?;
    let mut findings = Findings::default();
    let stretch = Stretch { proof, from: ORIGIN.first, to };
    history.prove(&node, stretch, &mut findings, |_| {}).await?;
    Ok(findings.list().iter().map(ToString::to_string).collect())
}

async fn prove(lie: Lie, proof: Proof) -> Vec<String> {
    read(&Chain::new(lie), proof, None).await.unwrap()
}

fn assert_named(found: &[String], what: &[&str], lie: Lie) {
    let named = |line: &String| what.iter().all(|part| line.contains(part));
    assert!(found.iter().any(named), "{what:?} is not said of {lie:?}, but {found:#?}");
}

#[tokio::test]
async fn what_an_honest_node_tells_is_proven() {
    for proof in [Proof::Index, Proof::Receipts, Proof::Headers] {
        assert_eq!(prove(Lie::Nothing, proof).await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn every_log_that_is_changed_doubled_moved_or_dated_otherwise_is_named_at_its_place() {
    for place in Chain::new(Lie::Nothing).ours() {
        let lies = [Lie::Altered, Lie::Doubled, Lie::Moved, Lie::Dated];
        for lie in lies.map(|lie| lie(place)) {
            let when = format!("log {} of block {}, ", place.index, place.block);
            for proof in [Proof::Receipts, Proof::Headers] {
                let found = prove(lie, proof).await;
                assert_named(&found, &[&when, "expected", "found"], lie);
            }
        }
    }
}

#[tokio::test]
async fn every_log_that_is_withheld_is_named_by_the_receipts_if_its_block_has_others() {
    let all = Chain::new(Lie::Nothing).ours();
    for place in &all {
        let lie = Lie::Withheld(*place);
        let when = format!("log {} of block {}, ", place.index, place.block);
        assert_named(&prove(lie, Proof::Headers).await, &[&when, "found no log of it"], lie);
        let found = prove(lie, Proof::Receipts).await;
        if all.iter().filter(|other| other.block == place.block).count() > 1 {
            assert_named(&found, &[&when, "found no log of it"], lie);
        } else {
            assert_eq!(found, Vec::<String>::new(), "that it has logs is told by its bloom alone");
        }
    }
}

#[tokio::test]
async fn a_log_is_named_by_its_event_and_what_it_says() {
    let lie = Lie::Withheld(Place { block: 6, index: 3 });
    let told = ["vault, ClaimSkipped: expected ClaimSkipped { account: 0x05", "amount: 6 }"];
    assert_named(&prove(lie, Proof::Receipts).await, &told, lie);
    let lie = Lie::Invented(6);
    let told = ["log 9 of block 6", "vault, Paused: expected no log there, found Paused { "];
    assert_named(&prove(lie, Proof::Receipts).await, &told, lie);
}

#[tokio::test]
async fn receipts_that_are_not_those_of_the_header_are_not_believed() {
    let lie = Lie::Receipts(6);
    let found = prove(lie, Proof::Receipts).await;
    assert_named(&found, &["block 6: root of the receipts that the node tells"], lie);
}

#[tokio::test]
async fn a_header_that_does_not_give_its_hash_is_not_believed() {
    let lie = Lie::Header(6);
    assert_named(&prove(lie, Proof::Receipts).await, &["block 6: hash of the header"], lie);
}

#[tokio::test]
async fn a_header_that_the_next_one_does_not_follow_is_not_believed_if_all_are_read() {
    let lie = Lie::Fork(6);
    assert_named(&prove(lie, Proof::Headers).await, &["block 7: parent of the block"], lie);
    let lie = Lie::Fork(HEAD);
    let what = format!("block {HEAD}: hash of the block");
    assert_named(&prove(lie, Proof::Headers).await, &[&what], lie);
}

#[tokio::test]
async fn a_node_that_tells_no_receipts_is_named_as_the_reason() {
    let error = read(&Chain::new(Lie::NoReceipts), Proof::Receipts, None).await.unwrap_err();
    assert!(matches!(error, HistoryError::Node { .. }), "{error}");
    assert!(error.to_string().contains("the receipts of a block"), "{error}");
}

#[tokio::test]
async fn what_was_proven_is_kept_and_what_was_not_is_asked_again() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("logs");
    let honest = Chain::new(Lie::Nothing);
    let doubtful = Chain::new(Lie::Receipts(6));
    for _ in 0..2 {
        let found = read(&doubtful, Proof::Receipts, Some(&path)).await.unwrap();
        assert_eq!(found.len(), 1, "nothing is written down of a proof that failed");
    }
    let mut questions = Vec::new();
    for proof in [Proof::Receipts, Proof::Receipts, Proof::Headers, Proof::Headers, Proof::Receipts]
    {
        let before = honest.questions.load(Relaxed);
        assert_eq!(read(&honest, proof, Some(&path)).await.unwrap(), Vec::<String>::new());
        questions.push(honest.questions.load(Relaxed) - before);
    }
    let blocks = HEAD as usize;
    assert!(questions[0] > blocks && questions[2] > blocks + blocks / 2, "{questions:?}");
    for again in [1, 3, 4] {
        assert!(questions[again] < 12, "{questions:?}");
    }
}
