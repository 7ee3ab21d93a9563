//! A small history with consistent logs, for tests that then break it.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, Log as RawLog, U256},
    rpc::types::Log,
    sol_types::SolEvent,
};
use model::{Moment, WEEK, replay, window_end};

use super::{AccountView, Journal, Observation, Subject, TokenView};
use crate::abi::{ISplitter, IToken, IVault};

pub(crate) const VAULT: Address = Address::repeat_byte(0x11);
pub(crate) const SPLITTER: Address = Address::repeat_byte(0x22);
const ASSET: Address = Address::repeat_byte(0x33);
pub(crate) const TOKEN: Address = Address::repeat_byte(0x44);
const TREASURY: Address = Address::repeat_byte(0x55);
const PAYER: Address = Address::repeat_byte(0x66);
const SOURCE: B256 = B256::repeat_byte(0x77);
const POLICY: U256 = U256::ONE;
const BEGIN: u64 = 2_900 * WEEK;

pub(crate) const FIRST: Address = Address::repeat_byte(0xa1);
const SECOND: Address = Address::repeat_byte(0xb1);

/// Logs and what was seen at their end.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) logs: Vec<Log>,
    pub(crate) seen: Observation,
    pub(crate) subject: Subject,
}

/// Two stakers with 100 and 300, revenue of 1,001 split 60 : 40, and one claim in the middle.
pub(crate) fn sample() -> Sample {
    let mut log = Writer { logs: Vec::new(), time: BEGIN };
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
    log.stake(FIRST, 100);
    log.stake(SECOND, 300);
    log.revenue(1_001);
    log.time += 5 * 86_400;
    let claim = claimable(&log.logs, FIRST, log.time, U256::ZERO);
    log.transfer(TOKEN, VAULT, FIRST, claim);
    log.event(
        VAULT,
        IVault::RevenueClaimed { account: FIRST, token: TOKEN, receiver: FIRST, amount: claim },
    );
    log.time += 86_400;
    let seen = seen(&log, claim);
    Sample { logs: log.logs, seen, subject: subject() }
}

fn subject() -> Subject {
    let accounts = [(FIRST, "first"), (SECOND, "second"), (VAULT, "vault"), (TREASURY, "treasury")];
    Subject {
        vault: VAULT,
        splitter: SPLITTER,
        asset: ASSET,
        tokens: BTreeMap::from([(TOKEN, ("COIN".to_owned(), 6))]),
        accounts: accounts.map(|(account, name)| (account, name.to_owned())).into(),
        sources: BTreeMap::from([(SOURCE, "advertising".to_owned())]),
    }
}

fn claimable(logs: &[Log], account: Address, time: u64, paid: U256) -> U256 {
    let facts: Vec<_> = Journal::read(logs, &subject()).unwrap().facts;
    let facts: Vec<_> = facts.into_iter().map(|(_, fact)| fact).collect();
    let books = replay(&facts, &[Moment { facts: facts.len(), time }]).unwrap().remove(0);
    books.accounts[&account].earned[&TOKEN].floor_u256() - paid
}

fn seen(log: &Writer, paid: U256) -> Observation {
    let view = |account, balance: u64, paid| AccountView {
        balance: U256::from(balance),
        weight: U256::from(balance),
        claimable: BTreeMap::from([(TOKEN, claimable(&log.logs, account, log.time, paid))]),
    };
    let token = TokenView {
        in_vault: U256::from(600) - paid,
        in_splitter: U256::from(401),
        undistributed: U256::from(401),
    };
    Observation {
        label: "the end".to_owned(),
        block: log.logs.len() as u64,
        time: log.time,
        total_supply: U256::from(400),
        total_weight: U256::from(400),
        accounts: BTreeMap::from([
            (FIRST, view(FIRST, 100, paid)),
            (SECOND, view(SECOND, 300, U256::ZERO)),
        ]),
        tokens: BTreeMap::from([(TOKEN, token)]),
        owed: BTreeMap::from([
            ((POLICY, U256::ZERO, TOKEN), U256::ZERO),
            ((POLICY, U256::ONE, TOKEN), U256::from(400)),
        ]),
        sources: BTreeMap::from([((SOURCE, TOKEN), U256::from(1_001))]),
    }
}

/// Writes logs, one per block.
struct Writer {
    logs: Vec<Log>,
    time: u64,
}

impl Writer {
    fn event(&mut self, address: Address, event: impl SolEvent) {
        let log = Log {
            inner: RawLog { address, data: event.encode_log_data() },
            block_number: Some(self.logs.len() as u64),
            block_timestamp: Some(self.time),
            log_index: Some(0),
            ..Default::default()
        };
        self.logs.push(log);
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
