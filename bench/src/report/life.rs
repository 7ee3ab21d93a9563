//! A history that never was, told like a node tells one.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use alloy::{
    eips::BlockNumberOrTag,
    primitives::{Address, B256, Log as RawLog, U256, keccak256},
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
    transports::TransportError,
};
use dice::Dice;
use tributary::{
    abi::{ISplitter, IToken, IVault},
    ledger::{Books, Contracts, Entry, Head, Origin, Source, StoredLog},
};

const VAULT: Address = Address::repeat_byte(0x11);
const SPLITTER: Address = Address::repeat_byte(0x22);
const ASSET: Address = Address::repeat_byte(0x33);
const DOLLAR: Address = Address::repeat_byte(0x44);
const OWNER: Address = Address::repeat_byte(0x55);
const SOURCE: B256 = B256::repeat_byte(0x66);
const WEEK: u64 = 604_800;
const BEGIN: u64 = 2_922 * WEEK;
/// Seconds between blocks, in each of which somebody does something.
const PACE: u64 = 60;

/// Whose history it is.
pub(super) const ORIGIN: Origin = Origin {
    chain_id: 1_337,
    contracts: Contracts { vault: VAULT, splitter: SPLITTER },
    asset: ASSET,
    first: 1,
};

/// How much happens, and to how many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// About so many logs.
    pub(super) logs: u64,
    /// At most so many holders.
    pub(super) holders: u64,
}

impl Shape {
    /// The block by which all has happened: a block has two and a half logs on average.
    pub(super) const fn last_block(self) -> u64 {
        self.logs * 2 / 5
    }
}

/// The history: one telling for the contracts' logs and one for the tokens', each from the beginning.
#[derive(Debug)]
pub(super) struct Life {
    tellings: [Mutex<Telling>; 2],
}

/// What happens block by block, as far as it was told.
#[derive(Debug)]
struct Telling {
    holders: u64,
    /// The block that comes next.
    next: u64,
    /// What was told in the range asked for last.
    told: VecDeque<Log>,
    books: Books,
    dice: Dice,
}

impl Life {
    pub(super) fn new(shape: Shape) -> Self {
        let telling = || {
            let books = Books::new(ORIGIN.contracts, ASSET);
            let (holders, told) = (shape.holders, VecDeque::new());
            Mutex::new(Telling { holders, next: 1, told, books, dice: Dice::new(1) })
        };
        Self { tellings: [telling(), telling()] }
    }
}

impl Source for Life {
    async fn logs(&self, filter: &Filter) -> Result<Vec<Log>, TransportError> {
        let of_contracts = filter.address.matches(&VAULT);
        let telling = &self.tellings[usize::from(!of_contracts)];
        let mut telling = telling.lock().unwrap_or_else(PoisonError::into_inner);
        let (from, to) = (filter.get_from_block(), filter.get_to_block());
        telling.go_on(from.unwrap_or_default(), to.unwrap_or_default());
        // What was before `from` is forgotten. These logs have no block's hash, which a node's have.
        let asked = |log: &&Log| log.block_number <= to && filter.matches(&log.inner);
        Ok(telling.told.iter().filter(asked).cloned().collect())
    }

    async fn head(&self, block: BlockNumberOrTag) -> Result<Option<Head>, TransportError> {
        let number = block.as_number().unwrap_or(u64::MAX);
        let hash = keccak256(number.to_be_bytes());
        Ok(Some(Head { number, hash, time: BEGIN.saturating_add(number.saturating_mul(PACE)) }))
    }
}

impl Telling {
    /// Tells on until block `to`, and forgets what was before `from`.
    fn go_on(&mut self, from: u64, to: u64) {
        while self.told.front().is_some_and(|log| log.block_number < Some(from)) {
            self.told.pop_front();
        }
        while self.next <= to {
            self.happen();
            self.next += 1;
        }
    }

    const fn now(&self) -> u64 {
        BEGIN + self.next * PACE
    }

    /// Tells a log of the present block.
    fn tell(&mut self, address: Address, event: &impl SolEvent) {
        let present = self.told.iter().rev();
        let index = present.take_while(|log| log.block_number == Some(self.next)).count() as u64;
        let log = Log {
            inner: RawLog { address, data: event.encode_log_data() },
            block_number: Some(self.next),
            block_timestamp: Some(self.now()),
            log_index: Some(index),
            ..Default::default()
        };
        if let Some(stored) = StoredLog::of(&log, self.now()) {
            self.books.enter(&Entry::read(&stored, ORIGIN.contracts));
        }
        self.told.push_back(log);
    }

    fn happen(&mut self) {
        if self.next == 1 {
            return self.begin();
        }
        let who = self.somebody();
        match self.dice.below(20) {
            // At first somebody has to be there.
            _ if self.next < 50 => self.stake(who),
            0..7 => self.stake(who),
            7..9 => self.leave(who),
            9..13 => self.lock(who),
            13..19 => self.claim(who),
            _ => self.pay(),
        }
    }

    fn somebody(&mut self) -> Address {
        Address::left_padding_from(&(0x1_0000 + self.dice.below(self.holders)).to_be_bytes())
    }

    fn begin(&mut self) {
        let (previous_owner, new_owner) = (Address::ZERO, OWNER);
        for contract in [VAULT, SPLITTER] {
            let owned =
                IVault::OwnershipTransferred { previousOwner: previous_owner, newOwner: new_owner };
            self.tell(contract, &owned);
        }
        let (durations, multipliers) = (vec![0, 52], vec![10_000, 20_000]);
        self.tell(VAULT, &IVault::CurveChanged { durations, multipliers });
        self.tell(VAULT, &IVault::RewardTokenAdded { token: DOLLAR, streamWeeks: U256::ONE });
        let (policy_id, name) = (U256::ONE, SOURCE);
        let (payees, bps) = (vec![VAULT, OWNER], vec![6_000, 4_000]);
        let (kinds, tags) = (vec![1, 0], vec![B256::ZERO; 2]);
        let policy =
            ISplitter::PolicyCreated { policyId: policy_id, name, payees, bps, kinds, tags };
        self.tell(SPLITTER, &policy);
        self.tell(SPLITTER, &ISplitter::SourceAdded { source: SOURCE, name, policyId: policy_id });
    }

    fn stake(&mut self, who: Address) {
        let assets = U256::from(1 + self.dice.below(1 << 60));
        self.tell(VAULT, &IVault::Transfer { from: Address::ZERO, to: who, value: assets });
        let (sender, owner, shares) = (who, who, assets);
        self.tell(VAULT, &IVault::Deposit { sender, owner, assets, shares });
        self.tell(ASSET, &IToken::Transfer { from: who, to: VAULT, value: assets });
    }

    /// What `who` can move, and what it can claim.
    fn of(&self, who: Address) -> (u128, u128) {
        let account = self.books.at(self.now()).account(who);
        account.map_or((0, 0), |account| {
            let claimable = account.earnings.first().map_or(0, |earnings| earnings.claimable);
            (account.staked - account.locked, claimable)
        })
    }

    fn leave(&mut self, who: Address) {
        let assets = U256::from(self.of(who).0);
        if assets.is_zero() {
            return self.stake(who);
        }
        self.tell(VAULT, &IVault::Transfer { from: who, to: Address::ZERO, value: assets });
        let (sender, receiver, owner, shares) = (who, who, who, assets);
        self.tell(VAULT, &IVault::Withdraw { sender, receiver, owner, assets, shares });
        self.tell(ASSET, &IToken::Transfer { from: VAULT, to: who, value: assets });
    }

    /// A lock of a year, which doubles the weight.
    fn lock(&mut self, who: Address) {
        let assets = U256::from(self.of(who).0 / 2);
        if assets.is_zero() {
            return self.stake(who);
        }
        let end = U256::from((self.now() / WEEK + 53) * WEEK);
        self.tell(VAULT, &IVault::Locked { account: who, unlockTime: end, assets, boost: assets });
    }

    fn claim(&mut self, who: Address) {
        let time = U256::from(self.now());
        self.tell(VAULT, &IVault::Checkpointed { time });
        let amount = U256::from(self.of(who).1);
        if amount.is_zero() {
            return;
        }
        let (account, token, receiver) = (who, DOLLAR, who);
        self.tell(VAULT, &IVault::RevenueClaimed { account, token, receiver, amount });
        self.tell(DOLLAR, &IToken::Transfer { from: VAULT, to: who, value: amount });
    }

    /// Ten thousand dollars come, and six thousand of them go on to the vault.
    fn pay(&mut self) {
        let (token, amount, part) = (DOLLAR, 10_000_000_000_u64, 6_000_000_000_u64);
        let (amount, part, policy_id) = (U256::from(amount), U256::from(part), U256::ONE);
        let received = ISplitter::RevenueReceived {
            source: SOURCE,
            token,
            sender: OWNER,
            policyId: policy_id,
            amount,
        };
        self.tell(DOLLAR, &IToken::Transfer { from: OWNER, to: SPLITTER, value: amount });
        self.tell(SPLITTER, &received);
        self.tell(DOLLAR, &IToken::Transfer { from: SPLITTER, to: VAULT, value: part });
        let end = U256::from((self.now() / WEEK + 2) * WEEK);
        self.tell(VAULT, &IVault::RevenueNotified { token, sender: SPLITTER, amount: part, end });
        let (payee, payee_index) = (VAULT, U256::ZERO);
        let paid = ISplitter::PayeePaid {
            policyId: policy_id,
            token,
            payee,
            payeeIndex: payee_index,
            amount: part,
        };
        self.tell(SPLITTER, &paid);
    }
}
