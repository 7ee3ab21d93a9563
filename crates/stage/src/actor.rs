//! Contracts played by Rust code that is no Stylus contract: hostile tokens, greedy payees,
//! callers who come back.

use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolValue};

use crate::{
    frame::{CallKind, Message},
    gas,
    host::emit,
    revert::Revert,
    run::{Shared, SubCall, charge, halt, sub_call},
};

/// What an actor answers: return data, or a revert.
pub type Answer = Result<Vec<u8>, Revert>;

/// Plays a contract at an address. Closures `Fn(&Frame) -> Answer` are actors.
///
/// An actor may be called again while it runs, so it gets `&self`. State kept with
/// [`Frame::store`] is rolled back when a call fails, as a contract's is; state in a `Cell` is not,
/// which suits counters of what was attempted. A panic in an actor fails its frame only: assert
/// in the test, not in the actor.
pub trait Actor {
    /// Answers one call.
    ///
    /// # Errors
    ///
    /// The revert to end the frame with.
    fn call(&self, frame: &Frame<'_>) -> Answer;
}

impl<F: Fn(&Frame<'_>) -> Answer> Actor for F {
    fn call(&self, frame: &Frame<'_>) -> Answer {
        self(frame)
    }
}

/// The storage key of `parts` (any ABI-encodable value or tuple), for actors that keep maps.
pub fn slot(parts: impl SolValue) -> U256 {
    keccak256(parts.abi_encode()).into()
}

/// An actor's view of the call it answers.
pub struct Frame<'a> {
    world: &'a Shared,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(world: &'a Shared) -> Self {
        Self { world }
    }

    fn message<T>(&self, read: impl FnOnce(&Message) -> T) -> T {
        read(&self.world.borrow_mut().top().message)
    }

    /// The actor's own address.
    #[must_use]
    pub fn address(&self) -> Address {
        self.message(|message| message.acting)
    }

    /// Who called.
    #[must_use]
    pub fn sender(&self) -> Address {
        self.message(|message| message.sender)
    }

    /// The wei that came with the call.
    #[must_use]
    pub fn value(&self) -> U256 {
        self.message(|message| message.value)
    }

    /// Everything that was sent, selector first.
    #[must_use]
    pub fn calldata(&self) -> Vec<u8> {
        self.message(|message| message.calldata.clone())
    }

    /// Whether the call is to the function `C`.
    #[must_use]
    pub fn is<C: SolCall>(&self) -> bool {
        self.message(|message| message.calldata.starts_with(&C::SELECTOR))
    }

    /// The arguments of the call.
    ///
    /// # Errors
    ///
    /// A silent revert if it is no call to `C`, as a contract makes for an unknown selector.
    pub fn decode<C: SolCall>(&self) -> Result<C, Revert> {
        C::abi_decode(&self.calldata()).map_err(|_| Revert(Vec::new()))
    }

    /// Unix seconds.
    #[must_use]
    pub fn timestamp(&self) -> u64 {
        self.world.borrow().timestamp
    }

    /// The gas that this frame may still spend.
    #[must_use]
    pub fn gas_left(&self) -> u64 {
        self.world.borrow_mut().top().gas_left
    }

    /// Burns everything it was given, and fails.
    pub fn burn_all_gas(&self) -> ! {
        self.world.borrow_mut().top().gas_left = 0;
        halt()
    }

    /// The word at `key` of the actor's storage.
    #[must_use]
    pub fn load(&self, key: U256) -> U256 {
        charge(self.world, gas::LOAD);
        let acting = self.address();
        self.world.borrow().stored(acting, key).into()
    }

    /// Writes a word of the actor's storage, at once. Fails the frame in a static call.
    pub fn store(&self, key: U256, value: U256) {
        charge(self.world, gas::STORE);
        if self.message(|message| message.is_static) {
            halt();
        }
        let acting = self.address();
        self.world.borrow_mut().store(acting, key, B256::from(value));
    }

    /// Logs an event. Fails the frame in a static call.
    pub fn emit<E: SolEvent>(&self, event: &E) {
        let log = event.encode_log_data();
        emit(self.world, log.topics().to_vec(), log.data.to_vec());
    }

    /// Calls `to` with all the gas there is.
    ///
    /// # Errors
    ///
    /// The callee's revert.
    pub fn call<C: SolCall>(&self, to: Address, call: &C) -> Result<C::Return, Revert> {
        let data = self.call_raw(to, U256::ZERO, u64::MAX, call.abi_encode())?;
        C::abi_decode_returns(&data).map_err(|_| Revert(Vec::new()))
    }

    /// Sends `value` wei and `calldata` to `to` with at most `gas`.
    ///
    /// # Errors
    ///
    /// The callee's revert.
    pub fn call_raw(&self, to: Address, value: U256, gas: u64, calldata: Vec<u8>) -> Answer {
        let call = SubCall { kind: CallKind::Plain, to, value, gas, calldata };
        sub_call(self.world, call).map_err(Revert)
    }
}
