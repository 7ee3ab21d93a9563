//! The border between a running program and the chain: what a program may ask ([`World`]), what it
//! is told at the start ([`Env`]), and how it stops to let the chain act ([`Step`]).

use revm::primitives::{Address, B256, Bytes, U256};

use super::Pages;

/// The chain as one running frame sees it.
///
/// Implementations act on the frame's own journal: whatever a program did is rolled back by the
/// caller when the frame ends without success. Only `pages` outlives a revert. The engine prices
/// everything; the world only does it and reports what the price depends on.
pub trait World {
    /// Reads a storage slot of the acting address and makes it warm.
    fn sload(&mut self, key: U256) -> Access<U256>;
    /// Writes a storage slot of the acting address and makes it warm. Never called in a static
    /// context.
    fn sstore(&mut self, key: U256, value: U256) -> Stored;
    /// Adds to the transaction's refund counter, in gas.
    fn refund(&mut self, delta: i64);
    /// Reads a transient storage slot of the acting address.
    fn tload(&mut self, key: U256) -> U256;
    /// Writes a transient storage slot of the acting address. Never called in a static context.
    fn tstore(&mut self, key: U256, value: U256);
    /// An account's balance in wei. Makes the account warm.
    fn balance(&mut self, address: Address) -> Access<U256>;
    /// An account's full code, prefix included. Makes the account warm.
    fn code(&mut self, address: Address) -> Access<Bytes>;
    /// An account's code hash, zero when the account does not exist. Makes the account warm.
    fn code_hash(&mut self, address: Address) -> Access<B256>;
    /// Looks at the target of a call, before it is priced. Makes the account warm.
    fn touch_for_call(&mut self, address: Address) -> Touched;
    /// Records a log of the acting address. Never called in a static context.
    fn log(&mut self, topics: Vec<B256>, data: Bytes);
    /// The transaction's count of WebAssembly pages.
    fn pages(&mut self) -> &mut Pages;
    /// Whether the acting address has another open frame that is not a delegate call.
    fn reentrant(&mut self) -> bool;
}

/// A value read from the state, and whether the read was the first of this transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access<T> {
    /// What was read.
    pub value: T,
    /// Whether the slot or account was cold before this access.
    pub cold: bool,
}

/// What a storage write found, and thus what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The slot's value when the transaction started.
    pub original: U256,
    /// The slot's value just before this write.
    pub previous: U256,
    /// Whether the slot was cold before this write.
    pub cold: bool,
}

/// What a call's price depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Whether the account was cold before.
    pub cold: bool,
    /// Whether the account is empty in the sense of EIP-161.
    pub empty: bool,
}

/// The block that a program sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The **parent chain's** block number, as the EVM's `NUMBER` reports it.
    pub number: u64,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
    /// The base fee in wei per gas.
    pub basefee: U256,
    /// Who receives the block's fees.
    pub coinbase: Address,
    /// The block's gas limit.
    pub gas_limit: u64,
}

/// What a frame is told when it starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Env {
    /// The call's input.
    pub calldata: Bytes,
    /// Who called, as `msg_sender` reports it.
    pub caller: Address,
    /// Wei sent with the call; in a delegate call, the value of the calling frame.
    pub value: U256,
    /// The acting address: whose storage and logs these are.
    pub contract: Address,
    /// Who signed the transaction.
    pub origin: Address,
    /// Whether writes are forbidden.
    pub static_context: bool,
    /// The block.
    pub block: Block,
    /// The chain id.
    pub chain_id: u64,
    /// The transaction's effective gas price in wei.
    pub gas_price: U256,
}

/// How far a frame came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The program calls another account; answer with [`Frame::resume`](super::Frame::resume).
    Call(CallRequest),
    /// The program creates a contract; answer with [`Frame::resume`](super::Frame::resume).
    Create(CreateRequest),
    /// The program ended.
    Done(Exit),
}

/// The kinds of call a program can make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// An ordinary call.
    Call,
    /// The target's code in the caller's own context.
    Delegate,
    /// A call that may not write.
    Static,
}

/// A call that a program wants made. Its price has been worked out; the gas is not yet deducted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRequest {
    /// Which kind of call.
    pub kind: CallKind,
    /// Whose code to run.
    pub to: Address,
    /// Wei to send; in a delegate call, the calling frame's own value, which is not sent again.
    pub value: U256,
    /// The callee's input.
    pub data: Bytes,
    /// Gas the callee starts with, stipend included.
    pub gas: u64,
}

/// A contract that a program wants created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateRequest {
    /// The salt of a `create2`, or none for a `create1`.
    pub salt: Option<B256>,
    /// Wei to send to the new contract.
    pub value: U256,
    /// The init code.
    pub code: Bytes,
    /// Gas the init code starts with.
    pub gas: u64,
}

/// How a call or create ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    /// Whether it succeeded.
    pub success: bool,
    /// Whether it ended in a revert, as opposed to a failure that consumes all gas.
    pub reverted: bool,
    /// Its return data. Ignored after a create that did not revert.
    pub output: Bytes,
    /// What is left of the gas it was given.
    pub gas_left: u64,
    /// The new contract, when a create succeeded.
    pub created: Option<Address>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The program returned 0.
    Success,
    /// The program returned another status: a revert with its output, gas kept.
    Revert,
    /// The program trapped, or asked a host function for what is not allowed: a revert without
    /// data, gas kept.
    Failure,
    /// The program could not pay: all gas is gone.
    OutOfInk,
    /// The program used up its stack: all gas is gone.
    OutOfStack,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// How it ended.
    pub outcome: Outcome,
    /// The return data; empty unless the outcome is a success or a revert.
    pub output: Bytes,
    /// Gas the frame hands back: none after [`Outcome::OutOfInk`] and [`Outcome::OutOfStack`].
    pub gas_left: u64,
    /// Ink spent on this run. All of it when it ran out.
    pub ink_used: u64,
    /// Ink not spent when the run ended.
    pub ink_left: u64,
}
