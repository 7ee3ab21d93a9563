//! What a test does with the stage: put up contracts, call them, let time pass, read what happened.

use std::{cell::RefCell, rc::Rc};

use alloy_primitives::{Address, B256, Log, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolType, SolValue, abi::TokenSeq};
use stylus_sdk::abi::CONSTRUCTOR_SELECTOR;

use crate::{
    actor::Actor,
    frame::{CallKind, Message},
    gas,
    revert::Revert,
    run::{Shared, execute},
    world::{Code, Entry, START, World},
};

/// The chain id of a Nitro development node.
const CHAIN_ID: u64 = 412_346;

/// Calldata that runs a contract's `#[constructor]`: pass its arguments as a tuple.
pub fn constructor<T: SolValue>(arguments: T) -> Vec<u8>
where
    for<'a> <T::SolType as SolType>::Token<'a>: TokenSeq<'a>,
{
    let mut calldata = CONSTRUCTOR_SELECTOR.to_be_bytes().to_vec();
    calldata.extend(arguments.abi_encode_params());
    calldata
}

/// Many contracts and their world. Clones are handles on the same stage.
#[derive(Clone)]
pub struct Stage {
    world: Shared,
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

impl Stage {
    /// An empty stage at time [`START`].
    #[must_use]
    pub fn new() -> Self {
        Self { world: Rc::new(RefCell::new(World::new(START, CHAIN_ID))) }
    }

    /// The address of that name: always the same, without code or ether until it gets some.
    #[must_use]
    pub fn account(&self, name: &str) -> Address {
        Address::from_slice(&keccak256(name)[12..])
    }

    /// Puts a contract at `account(name)` and calls it with `calldata`, which [`constructor`]
    /// makes; empty calldata leaves a contract without constructor as it is.
    ///
    /// # Errors
    ///
    /// The constructor's revert. Nothing is deployed then.
    ///
    /// # Panics
    ///
    /// If somebody plays there already.
    pub fn deploy(&self, name: &str, entry: Entry, calldata: Vec<u8>) -> Result<Address, Revert> {
        let address = self.put(name, Code::Contract(entry));
        if calldata.is_empty() {
            return Ok(address);
        }
        let constructed = self.from(self.account("deployer")).raw(address, calldata);
        if constructed.is_err() {
            self.world.borrow_mut().codes.remove(&address);
        }
        constructed.map(|_| address)
    }

    /// Puts an actor at `account(name)`.
    ///
    /// # Panics
    ///
    /// If somebody plays there already.
    pub fn install(&self, name: &str, actor: impl Actor + 'static) -> Address {
        self.put(name, Code::Actor(Rc::new(actor)))
    }

    fn put(&self, name: &str, code: Code) -> Address {
        let address = self.account(name);
        let before = self.world.borrow_mut().codes.insert(address, code);
        assert!(before.is_none(), "somebody plays `{name}` already: take another name");
        address
    }

    /// Lets `sender` call with value or limited gas.
    pub fn from(&self, sender: Address) -> Caller<'_> {
        Caller { stage: self, sender, value: U256::ZERO, gas: gas::DEFAULT, is_static: false }
    }

    /// One transaction of `from` to `to`.
    ///
    /// # Errors
    ///
    /// The callee's revert.
    ///
    /// # Panics
    ///
    /// If `to` returns what is no return value of `C`, and if called from within an actor, which
    /// has its [`Frame`](crate::Frame) to call with.
    pub fn call<C: SolCall>(
        &self,
        from: Address,
        to: Address,
        call: C,
    ) -> Result<C::Return, Revert> {
        self.from(from).call(to, call)
    }

    /// The revert of a transaction that has to fail.
    ///
    /// # Panics
    ///
    /// If it succeeds.
    pub fn refused<C: SolCall>(&self, from: Address, to: Address, call: C) -> Revert {
        self.from(from).refused(to, call)
    }

    /// A static call, as a node's `eth_call` of a view is.
    ///
    /// # Errors
    ///
    /// The callee's revert.
    ///
    /// # Panics
    ///
    /// As [`Self::call`].
    pub fn view<C: SolCall>(&self, to: Address, call: C) -> Result<C::Return, Revert> {
        Caller { is_static: true, ..self.from(Address::ZERO) }.call(to, call)
    }

    /// Gives `account` exactly `wei`.
    pub fn fund(&self, account: Address, wei: U256) {
        self.world.borrow_mut().set_balance(account, wei);
    }

    /// The wei of `account`.
    #[must_use]
    pub fn balance(&self, account: Address) -> U256 {
        self.world.borrow().balance(account)
    }

    /// A word of somebody's storage, for tests of layouts.
    #[must_use]
    pub fn stored(&self, account: Address, key: U256) -> B256 {
        self.world.borrow().stored(account, key)
    }

    /// Unix seconds, as contracts see them.
    #[must_use]
    pub fn timestamp(&self) -> u64 {
        self.world.borrow().timestamp
    }

    /// Lets `seconds` pass.
    pub fn warp(&self, seconds: u64) {
        self.world.borrow_mut().timestamp += seconds;
    }

    /// Lets time pass until `timestamp`.
    ///
    /// # Panics
    ///
    /// If that is in the past: a chain's clock never runs back.
    pub fn warp_to(&self, timestamp: u64) {
        let ahead = timestamp.checked_sub(self.timestamp());
        self.warp(ahead.expect("the clock of a chain never runs back"));
    }

    /// Whether contracts may be entered while they are open: what the SDK's `reentrant` feature
    /// does. By default the SDK's guard refuses it, and so a test of a contract's own defence must
    /// first allow it.
    pub fn allow_reentry(&self, allowed: bool) {
        self.world.borrow_mut().reentry_allowed = allowed;
    }

    /// All logs since the start, or since they were last taken, in order.
    #[must_use]
    pub fn logs(&self) -> Vec<Log> {
        self.world.borrow().logs.clone()
    }

    /// As [`Self::logs`], and forgets them.
    pub fn take_logs(&self) -> Vec<Log> {
        core::mem::take(&mut self.world.borrow_mut().logs)
    }

    /// The events `E` that `emitter` logged.
    #[must_use]
    pub fn events<E: SolEvent>(&self, emitter: Address) -> Vec<E> {
        let world = self.world.borrow();
        let logs = world.logs.iter().filter(|log| log.address == emitter);
        logs.filter_map(|log| E::decode_log_data(&log.data).ok()).collect()
    }
}

/// Somebody about to send a transaction.
#[must_use]
pub struct Caller<'a> {
    stage: &'a Stage,
    sender: Address,
    value: U256,
    gas: u64,
    is_static: bool,
}

impl Caller<'_> {
    /// Attaches wei.
    pub fn value(self, value: U256) -> Self {
        Self { value, ..self }
    }

    /// Limits the gas.
    pub fn gas(self, gas: u64) -> Self {
        Self { gas, ..self }
    }

    /// Sends a typed call.
    ///
    /// # Errors
    ///
    /// The callee's revert.
    ///
    /// # Panics
    ///
    /// As [`Stage::call`].
    pub fn call<C: SolCall>(self, to: Address, call: C) -> Result<C::Return, Revert> {
        let data = self.raw(to, call.abi_encode())?;
        let decoded = C::abi_decode_returns(&data);
        Ok(decoded.unwrap_or_else(|e| panic!("{to} gave no return value of {}: {e}", C::SIGNATURE)))
    }

    /// The revert of a typed call that has to fail.
    ///
    /// # Panics
    ///
    /// If it succeeds.
    pub fn refused<C: SolCall>(self, to: Address, call: C) -> Revert {
        let answer = self.raw(to, call.abi_encode());
        answer.expect_err(&format!("{} should have failed", C::SIGNATURE))
    }

    /// Sends bare calldata, which may be empty.
    ///
    /// # Errors
    ///
    /// The callee's revert.
    ///
    /// # Panics
    ///
    /// If called from within an actor.
    pub fn raw(self, to: Address, calldata: Vec<u8>) -> Result<Vec<u8>, Revert> {
        self.metered(to, calldata).0
    }

    /// As [`Self::raw`], with the gas that it took by the stage's tariff: round numbers, in which more
    /// slots, logs and calls are always more.
    ///
    /// # Panics
    ///
    /// As [`Self::raw`].
    pub fn metered(self, to: Address, calldata: Vec<u8>) -> (Result<Vec<u8>, Revert>, u64) {
        let world = &self.stage.world;
        assert!(world.borrow().frames.is_empty(), "inside an actor, call through its frame");
        world.borrow_mut().begin(self.sender);
        let message = Message {
            kind: if self.is_static { CallKind::Static } else { CallKind::Plain },
            code: to,
            acting: to,
            sender: self.sender,
            value: self.value,
            is_static: self.is_static,
            gas: self.gas,
            calldata,
        };
        let outcome = execute(world, message);
        (outcome.result.map_err(Revert), self.gas - outcome.gas_left)
    }
}
