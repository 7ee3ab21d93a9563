//! A small history with consistent logs, for tests that then break it.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolEvent,
};
use model::{WEEK, window_end};

use super::{Books, Contracts, Entry, Observation, Place, StoredLog, Subject};
use crate::abi::{ISplitter, IToken, IVault};

pub(crate) const VAULT: Address = Address::repeat_byte(0x11);
pub(crate) const SPLITTER: Address = Address::repeat_byte(0x22);
const ASSET: Address = Address::repeat_byte(0x33);
pub(crate) const TOKEN: Address = Address::repeat_byte(0x44);
const OWNER: Address = Address::repeat_byte(0x99);
const TREASURY: Address = Address::repeat_byte(0x55);
const PAYER: Address = Address::repeat_byte(0x66);
const SOURCE: B256 = B256::repeat_byte(0x77);
const POLICY: U256 = U256::ONE;
const BEGIN: u64 = 2_900 * WEEK;

const CONTRACTS: Contracts = Contracts { vault: VAULT, splitter: SPLITTER };

pub(crate) const FIRST: Address = Address::repeat_byte(0xa1);
const SECOND: Address = Address::repeat_byte(0xb1);

/// Logs and what was seen at their end.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) logs: Vec<StoredLog>,
    pub(crate) seen: Observation,
    pub(crate) subject: Subject,
}

/// Two stakers with 100 and 300, revenue of 1,001 split 60 : 40, and one claim in the middle.
pub(crate) fn sample() -> Sample {
    let mut log = Writer { logs: Vec::new(), block: 1, index: 0, time: BEGIN };
    let (nobody, owner) = (Address::ZERO, OWNER);
    for contract in [VAULT, SPLITTER] {
        let transferred = IVault::OwnershipTransferred { previousOwner: nobody, newOwner: owner };
        log.event(contract, transferred);
    }
    log.event(VAULT, IVault::CurveChanged { durations: vec![0], multipliers: vec![10_000] });
    log.event(VAULT, IVault::RewardTokenAdded { token: TOKEN, streamWeeks: U256::ONE });
    log.event(
        SPLITTER,
        ISplitter::PolicyCreated {
            policyId: POLICY,
            name: B256::ZERO,
            payees: vec![VAULT, TREASURY],
            bps: vec![6_000, 4_000],
            kinds: vec![1, 0],
            tags: vec![B256::ZERO; 2],
        },
    );
    log.event(SPLITTER, ISplitter::SourceAdded { source: SOURCE, name: SOURCE, policyId: POLICY });
    log.stake(FIRST, 100);
    log.wait(0);
    log.stake(SECOND, 300);
    log.revenue(1_001);
    log.wait(5 * 86_400);
    let claim =
        books(&log.logs).expect(0, log.time, &[FIRST], &[]).accounts[&FIRST].claimable[&TOKEN];
    log.transfer(TOKEN, VAULT, FIRST, claim);
    log.event(
        VAULT,
        IVault::RevenueClaimed { account: FIRST, token: TOKEN, receiver: FIRST, amount: claim },
    );
    log.wait(86_400);
    let block = log.block;
    let mut seen = books(&log.logs).expect(block, log.time, &[FIRST, SECOND], &[ASSET, TOKEN]);
    seen.label = "the end".to_owned();
    Sample { logs: log.logs, seen, subject: subject() }
}

/// The entries of `logs`.
pub(crate) fn entries(logs: &[StoredLog]) -> impl Iterator<Item = Entry> {
    logs.iter().map(|log| Entry::read(log, CONTRACTS))
}

/// The books at the end of `logs`.
pub(crate) fn books(logs: &[StoredLog]) -> Books {
    let mut books = Books::new(CONTRACTS, ASSET);
    entries(logs).for_each(|entry| books.enter(&entry));
    books.balance("the end");
    books
}

fn subject() -> Subject {
    let accounts = [(FIRST, "first"), (SECOND, "second"), (VAULT, "vault"), (TREASURY, "treasury")];
    Subject {
        contracts: CONTRACTS,
        asset: ASSET,
        tokens: BTreeMap::from([(TOKEN, ("COIN".to_owned(), 6))]),
        accounts: accounts.map(|(account, name)| (account, name.to_owned())).into(),
        sources: BTreeMap::from([(SOURCE, "advertising".to_owned())]),
    }
}

/// Writes logs, block by block.
struct Writer {
    logs: Vec<StoredLog>,
    block: u64,
    index: u64,
    time: u64,
}

impl Writer {
    fn event(&mut self, address: Address, event: impl SolEvent) {
        let data = event.encode_log_data();
        let place = Place { block: self.block, index: self.index };
        self.index += 1;
        let (topics, data, time) = (data.topics().to_vec(), data.data, self.time);
        let log = StoredLog { place, time, address, topics, data };
        self.logs.push(log);
    }

    /// A new block, so much later.
    fn wait(&mut self, seconds: u64) {
        (self.block, self.index, self.time) = (self.block + 1, 0, self.time + seconds);
    }

    fn transfer(&mut self, token: Address, from: Address, to: Address, value: U256) {
        self.event(token, IToken::Transfer { from, to, value });
    }

    fn stake(&mut self, owner: Address, amount: u64) {
        let (sender, assets, shares) = (owner, U256::from(amount), U256::from(amount));
        self.transfer(ASSET, owner, VAULT, assets);
        self.event(VAULT, IVault::Transfer { from: Address::ZERO, to: owner, value: shares });
        self.event(VAULT, IVault::Deposit { sender, owner, assets, shares });
    }

    fn revenue(&mut self, amount: u64) {
        let (source, token, amount) = (SOURCE, TOKEN, U256::from(amount));
        self.transfer(token, PAYER, SPLITTER, amount);
        self.event(
            SPLITTER,
            ISplitter::RevenueReceived { source, token, sender: PAYER, policyId: POLICY, amount },
        );
        let (part, end) = (amount * U256::from(6) / U256::from(10), window_end(self.time, 1));
        self.transfer(token, SPLITTER, VAULT, part);
        let (sender, end) = (SPLITTER, U256::from(end));
        self.event(VAULT, IVault::RevenueNotified { token, sender, amount: part, end });
        let (payee, payee_index) = (VAULT, U256::ZERO);
        self.event(
            SPLITTER,
            ISplitter::PayeePaid {
                policyId: POLICY,
                token,
                payee,
                payeeIndex: payee_index,
                amount: part,
            },
        );
    }
}
