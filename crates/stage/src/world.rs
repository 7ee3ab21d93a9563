//! The state of the stage, and the journal that undoes it.

use std::rc::Rc;

use alloy_primitives::{
    Address, B256, Log, U256,
    map::{AddressMap, HashMap},
};
use stylus_sdk::{ArbResult, host::VM};

use crate::{actor::Actor, frame::CallFrame};

/// The entry function of a contract: calldata and host in, return or revert data out.
///
/// `stylus_sdk::abi::router_entrypoint::<C, C>` is one for every `#[entrypoint]` struct `C`.
pub type Entry = fn(Vec<u8>, VM) -> ArbResult;

/// When the curtain rises, in Unix seconds: midnight of Thursday, 1 January 2026, which is also
/// the first second of a Unix week.
pub const START: u64 = 1_767_225_600;

/// Who plays at an address.
#[derive(Clone)]
pub(crate) enum Code {
    Contract(Entry),
    Actor(Rc<dyn Actor>),
}

/// A word of somebody's storage.
type Place = (Address, U256);

/// One effect, as it was before.
enum Undo {
    Balance(Address, U256),
    Storage(Place, B256),
    Log,
}

/// Everything that calls can read or change.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) codes: AddressMap<Code>,
    pub(crate) frames: Vec<CallFrame>,
    pub(crate) logs: Vec<Log>,
    pub(crate) origin: Address,
    pub(crate) timestamp: u64,
    pub(crate) chain_id: u64,
    pub(crate) reentry_allowed: bool,
    balances: AddressMap<U256>,
    storage: HashMap<Place, B256>,
    journal: Vec<Undo>,
}

impl World {
    pub(crate) fn new(timestamp: u64, chain_id: u64) -> Self {
        Self { timestamp, chain_id, ..Self::default() }
    }

    pub(crate) fn top(&mut self) -> &mut CallFrame {
        self.frames.last_mut().expect("a host function runs inside a frame")
    }

    /// Starts a transaction: there is nothing to undo yet.
    pub(crate) fn begin(&mut self, origin: Address) {
        self.origin = origin;
        self.journal.clear();
    }

    /// A point to which [`Self::undo_to`] can return.
    pub(crate) fn checkpoint(&self) -> usize {
        self.journal.len()
    }

    /// Undoes every effect after `checkpoint`, latest first.
    pub(crate) fn undo_to(&mut self, checkpoint: usize) {
        for undo in self.journal.drain(checkpoint..).rev() {
            match undo {
                Undo::Balance(account, before) => drop(self.balances.insert(account, before)),
                Undo::Storage(place, before) => drop(self.storage.insert(place, before)),
                Undo::Log => drop(self.logs.pop()),
            }
        }
    }

    pub(crate) fn balance(&self, account: Address) -> U256 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn set_balance(&mut self, account: Address, balance: U256) {
        let before = self.balances.insert(account, balance).unwrap_or_default();
        self.journal.push(Undo::Balance(account, before));
    }

    /// Moves `value` wei, or says that `from` does not have it.
    #[must_use]
    pub(crate) fn transfer(&mut self, from: Address, to: Address, value: U256) -> bool {
        let Some(rest) = self.balance(from).checked_sub(value) else { return false };
        if !value.is_zero() {
            self.set_balance(from, rest);
            self.set_balance(to, self.balance(to) + value);
        }
        true
    }

    pub(crate) fn stored(&self, account: Address, key: U256) -> B256 {
        self.storage.get(&(account, key)).copied().unwrap_or_default()
    }

    pub(crate) fn store(&mut self, account: Address, key: U256, value: B256) {
        let before = self.storage.insert((account, key), value).unwrap_or_default();
        self.journal.push(Undo::Storage((account, key), before));
    }

    pub(crate) fn log(&mut self, log: Log) {
        self.logs.push(log);
        self.journal.push(Undo::Log);
    }
}
