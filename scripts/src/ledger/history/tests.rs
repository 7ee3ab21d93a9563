//! Histories off nodes in every mood.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, B256, Log as RawLog, U256, keccak256},
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
    transports::{RpcError, TransportError, TransportErrorKind},
};

use super::*;
use crate::{
    abi::{IToken, IVault},
    ledger::{Contracts, Told},
};

const VAULT: Address = Address::repeat_byte(1);
const SPLITTER: Address = Address::repeat_byte(2);
const ASSET: Address = Address::repeat_byte(3);
const REWARD: Address = Address::repeat_byte(4);
const ORIGIN: Origin = Origin {
    chain_id: 7,
    contracts: Contracts { vault: VAULT, splitter: SPLITTER },
    asset: ASSET,
    first: 10,
};

/// A chain of 100,000 blocks with a log of the vault and a move of a token in every hundredth.
struct Chain {
    /// From this block on, hashes and logs are of this fork.
    fork: Mutex<(u64, u8)>,
    questions: AtomicUsize,
    mood: Mood,
    dated: bool,
}

/// What a node does to its clients.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    Good,
    /// Refuses more than so many blocks.
    Narrow(u64),
    /// Refuses more than so many logs.
    Terse(usize),
    /// Fails two of three questions.
    Flaky,
    /// Answers nothing.
    Dead,
    /// Goes over to another fork from block 99,000 on, at that question.
    Fickle(usize),
}

const HEAD: u64 = 100_000;

impl Chain {
    fn new(mood: Mood) -> Self {
        let (fork, questions) = (Mutex::new((u64::MAX, 0)), AtomicUsize::new(0));
        Self { fork, questions, mood, dated: true }
    }

    fn ask(&self) -> Result<(), TransportError> {
        let number = self.questions.fetch_add(1, Ordering::SeqCst);
        let busy = TransportErrorKind::http_error(503, "overloaded".to_owned());
        match self.mood {
            Mood::Dead => Err(busy),
            Mood::Flaky if !number.is_multiple_of(3) => Err(busy),
            Mood::Fickle(at) if number == at => {
                *self.fork.lock().unwrap() = (99_000, 1);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn hash(&self, number: u64) -> B256 {
        let (from, fork) = *self.fork.lock().unwrap();
        let fork = if number >= from { fork } else { 0 };
        keccak256([number.to_be_bytes().as_slice(), &[fork]].concat())
    }

    /// The value that moves in block `number`: another one on another fork.
    fn value(&self, number: u64) -> U256 {
        let (from, fork) = *self.fork.lock().unwrap();
        U256::from(number + if number >= from { u64::from(fork) } else { 0 })
    }

    fn log(&self, number: u64, index: u64, address: Address, event: &impl SolEvent) -> Log {
        Log {
            inner: RawLog { address, data: event.encode_log_data() },
            block_hash: Some(self.hash(number)),
            block_number: Some(number),
            block_timestamp: self.dated.then_some(1_000 + number),
            log_index: Some(index),
            ..Default::default()
        }
    }

    fn logs_of(&self, number: u64) -> Vec<Log> {
        if !number.is_multiple_of(100) {
            return Vec::new();
        }
        let value = self.value(number);
        let added = IVault::RewardTokenAdded { token: REWARD, streamWeeks: U256::ONE };
        let moved = IVault::Transfer { from: Address::ZERO, to: SPLITTER, value };
        // From one contract to the other: it answers both questions about tokens.
        let paid = IToken::Transfer { from: SPLITTER, to: VAULT, value };
        let first = if number == 50_000 {
            self.log(number, 0, VAULT, &added)
        } else {
            self.log(number, 0, VAULT, &moved)
        };
        vec![first, self.log(number, 1, REWARD, &paid)]
    }
}

fn refusal(code: i64, message: &str) -> TransportError {
    let error = serde_json::json!({ "code": code, "message": message });
    RpcError::ErrorResp(serde_json::from_value(error).unwrap())
}

impl Source for &Chain {
    async fn logs(&self, filter: &Filter) -> Result<Vec<Log>, TransportError> {
        self.ask()?;
        let (from, to) = (filter.get_from_block().unwrap(), filter.get_to_block().unwrap());
        if matches!(self.mood, Mood::Narrow(most) if to - from >= most) {
            return Err(refusal(-32000, "exceed maximum block range"));
        }
        let logs = (from..=to).flat_map(|number| self.logs_of(number));
        let logs: Vec<_> = logs.filter(|log| filter.rpc_matches(log)).collect();
        if matches!(self.mood, Mood::Terse(most) if logs.len() > most) {
            return Err(refusal(-32005, "query returned more than 10000 results"));
        }
        Ok(logs)
    }

    async fn head(&self, block: BlockNumberOrTag) -> Result<Option<Head>, TransportError> {
        self.ask()?;
        let number = match block {
            BlockNumberOrTag::Finalized => 90_000,
            other => other.as_number().unwrap_or(HEAD),
        };
        let head = Head { number, hash: self.hash(number), time: 1_000 + number };
        Ok((number <= HEAD).then_some(head))
    }
}

fn node(chain: &Chain) -> Node<&Chain> {
    let (timeout, pause) = (Duration::from_secs(5), Duration::from_micros(10));
    Node::with_patience(chain, Patience { timeout, pause, longest: pause, times: 5 })
}

/// The values moved, in order.
fn told(history: &History, to: u64) -> Vec<(u64, u64)> {
    let entries = history.entries(to).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.place.block, entry.place.index)).collect()
}

async fn read(chain: &Chain) -> Vec<(u64, u64)> {
    let node = node(chain);
    let mut history = History::open(&node, ORIGIN, None).await.unwrap();
    history.sync(&node, HEAD, |_| {}).await.unwrap();
    told(&history, HEAD)
}

fn all() -> Vec<(u64, u64)> {
    (1..=1_000).flat_map(|hundred| [(hundred * 100, 0), (hundred * 100, 1)]).collect()
}

#[tokio::test]
async fn every_log_is_read_once_and_in_order_with_the_moves_of_a_token_before_it_was_named() {
    assert_eq!(read(&Chain::new(Mood::Good)).await, all());
}

#[tokio::test]
async fn a_node_that_refuses_wide_ranges_many_results_or_every_other_question_tells_the_same() {
    for mood in [Mood::Narrow(777), Mood::Terse(3), Mood::Flaky] {
        assert_eq!(read(&Chain::new(mood)).await, all());
    }
}

#[tokio::test]
async fn a_node_that_does_not_date_its_logs_is_asked_for_the_blocks_times() {
    let chain = Chain { dated: false, ..Chain::new(Mood::Good) };
    let node = node(&chain);
    let mut history = History::open(&node, ORIGIN, None).await.unwrap();
    history.sync(&node, 5_000, |_| {}).await.unwrap();
    let mut entries = history.entries(5_000).unwrap().map(Result::unwrap);
    assert!(entries.all(|entry| entry.time == 1_000 + entry.place.block));
}

#[tokio::test]
async fn a_node_that_does_not_answer_is_given_up_after_a_while_with_its_reason() {
    let chain = Chain::new(Mood::Dead);
    let error = History::open(&node(&chain), ORIGIN, None).await.unwrap_err();
    assert!(error.to_string().contains("overloaded"), "{error}");
    assert_eq!(chain.questions.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn a_node_that_refuses_a_single_block_is_told_apart() {
    let chain = Chain::new(Mood::Narrow(0));
    let node = node(&chain);
    let mut history = History::open(&node, ORIGIN, None).await.unwrap();
    let error = history.sync(&node, HEAD, |_| {}).await.unwrap_err();
    assert!(matches!(error, HistoryError::OneBlock(10)), "{error}");
}

#[tokio::test]
async fn a_second_run_reads_only_what_is_new() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("logs");
    let chain = Chain::new(Mood::Good);
    let node = node(&chain);
    for to in [40_000, HEAD] {
        let mut history = History::open(&node, ORIGIN, Some(&path)).await.unwrap();
        history.sync(&node, to, |_| {}).await.unwrap();
    }
    let first = chain.questions.load(Ordering::SeqCst);
    let mut history = History::open(&node, ORIGIN, Some(&path)).await.unwrap();
    history.sync(&node, HEAD, |_| {}).await.unwrap();
    assert_eq!(told(&history, HEAD), all());
    assert_eq!(told(&history, 250), [(100, 0), (100, 1), (200, 0), (200, 1)]);
    let more = chain.questions.load(Ordering::SeqCst) - first;
    // The root, the final block, and each group of contracts twice.
    assert!(more <= 10, "{more} questions for nothing new");
}

#[tokio::test]
async fn a_reorganisation_before_a_run_rewinds_to_the_common_block() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("logs");
    let chain = Chain::new(Mood::Narrow(500));
    let node = node(&chain);
    let mut history = History::open(&node, ORIGIN, Some(&path)).await.unwrap();
    history.sync(&node, HEAD, |_| {}).await.unwrap();
    drop(history);
    *chain.fork.lock().unwrap() = (99_000, 1);
    let mut history = History::open(&node, ORIGIN, Some(&path)).await.unwrap();
    history.sync(&node, HEAD, |_| {}).await.unwrap();
    assert_of_one_fork(&history);
}

#[tokio::test]
async fn a_reorganisation_at_any_question_of_a_run_leaves_logs_of_one_chain() {
    let counted = Chain::new(Mood::Narrow(20_000));
    read(&counted).await;
    for at in 3..counted.questions.load(Ordering::SeqCst) - 4 {
        let mut chain = Chain::new(Mood::Fickle(at));
        chain.dated = true;
        let node = node(&chain);
        let mut history = History::open(&node, ORIGIN, None).await.unwrap();
        history.sync(&node, HEAD, |_| {}).await.unwrap();
        if chain.fork.lock().unwrap().1 == 1 {
            assert_of_one_fork(&history);
        }
    }
}

/// Every move is of the fork.
fn assert_of_one_fork(history: &History) {
    let mut places = BTreeSet::new();
    for entry in history.entries(HEAD).unwrap().map(Result::unwrap) {
        places.insert(entry.place);
        let value = match &entry.told {
            Told::Moved(told) => told.value,
            Told::Vault(event) => match event.as_ref() {
                IVault::IVaultEvents::Transfer(told) => told.value,
                _ => continue,
            },
            other => panic!("{other:?}"),
        };
        let fork = u64::from(entry.place.block >= 99_000);
        assert_eq!(value, U256::from(entry.place.block + fork));
    }
    assert_eq!(places.len(), 2_000);
}

#[tokio::test]
async fn a_cache_that_was_cut_off_or_changed_is_read_up_to_there_and_fetched_anew() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("logs");
    let chain = Chain::new(Mood::Narrow(2_000));
    let node = node(&chain);
    let mut history = History::open(&node, ORIGIN, Some(&path)).await.unwrap();
    history.sync(&node, HEAD, |_| {}).await.unwrap();
    drop(history);
    let whole = std::fs::read(&path).unwrap();
    let mut changed = whole.clone();
    let middle = whole.len() / 2;
    changed[middle] = if changed[middle] == b'1' { b'2' } else { b'1' };
    for broken in [&whole[..middle], &whole[..whole.len() - 1], &changed, &whole[..30]] {
        std::fs::write(&path, broken).unwrap();
        let mut history = History::open(&node, ORIGIN, Some(&path)).await.unwrap();
        history.sync(&node, HEAD, |_| {}).await.unwrap();
        assert_eq!(told(&history, HEAD), all());
    }
}

#[tokio::test]
async fn the_cache_of_another_chain_or_of_other_contracts_is_refused_and_so_is_any_other_file() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("logs");
    let chain = Chain::new(Mood::Good);
    let node = node(&chain);
    drop(History::open(&node, ORIGIN, Some(&path)).await.unwrap());
    let contracts = Contracts { vault: SPLITTER, splitter: VAULT };
    for other in [Origin { chain_id: 8, ..ORIGIN }, Origin { contracts, ..ORIGIN }] {
        let error = History::open(&node, other, Some(&path)).await.unwrap_err();
        assert!(matches!(error, HistoryError::OtherCache { .. }), "{error}");
    }
    std::fs::write(&path, "something else\n").unwrap();
    let error = History::open(&node, ORIGIN, Some(&path)).await.unwrap_err();
    assert!(matches!(error, HistoryError::NoCache { .. }), "{error}");
    assert_eq!(
        std::fs::read(&path).unwrap(),
        b"something else\n",
        "a stranger's file is left alone"
    );
}

#[tokio::test]
async fn two_processes_do_not_write_one_cache() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("logs");
    let chain = Chain::new(Mood::Good);
    let node = node(&chain);
    let _first = History::open(&node, ORIGIN, Some(&path)).await.unwrap();
    let error = History::open(&node, ORIGIN, Some(&path)).await.unwrap_err();
    assert!(matches!(error, HistoryError::Busy(_)), "{error}");
}
