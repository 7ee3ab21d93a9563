//! The host side of a running program: every function of `vm_hooks`, priced and carried out.
//!
//! A host function never runs inside the interpreter. It suspends the program, and
//! [`Frame`](super::Frame) has it answered here, where the interpreter's memory and ink, the
//! frame's own state and the chain are all at hand. A function first pays, then reads its
//! arguments from guest memory, then acts; exceptions are the chain's and are noted.
//!
//! | file | functions |
//! |---|---|
//! | `table` | the list of them all, with signatures |
//! | `price` | what the pieces of their prices are |
//! | `io` | calldata, result, return data, logs |
//! | `storage` | storage behind a write-back cache, transient storage |
//! | `calls` | calls and creates |
//! | `accounts` | balances and code of accounts |
//! | `environment` | block, transaction, message, gas and ink |
//! | `math` | 256-bit arithmetic and keccak |
//! | `debug` | what debug chains add |
//! | `shape` | what of their arguments and results a trace shows |

mod accounts;
mod calls;
mod debug;
mod environment;
mod hook;
mod io;
mod math;
mod price;
mod shape;
mod storage;
mod table;

use revm::primitives::{Address, B256, Bytes, U256};
use wasmi::Val;

use self::{calls::Asked, storage::Cache};
pub(super) use self::{
    hook::{Args, Hook, HostCall},
    shape::Shape,
};
use super::{CallRequest, CreateRequest, Env, Params, World, machine::Machine};

/// What the host keeps for one frame.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) env: Env,
    pub(super) params: Params,
    /// What `write_result` last set.
    pub(super) output: Bytes,
    /// The return data of the last call or create.
    return_data: Bytes,
    storage: Cache,
    /// The last account whose code was asked for, when it had any.
    code: Option<(Address, Bytes)>,
    /// The call or create that the program waits for.
    asked: Option<Asked>,
}

impl Context {
    /// A fresh frame's.
    pub(super) fn new(env: Env, params: Params) -> Self {
        Self {
            env,
            params,
            output: Bytes::new(),
            return_data: Bytes::new(),
            storage: Cache::default(),
            code: None,
            asked: None,
        }
    }
}

/// A host function at work: the interpreter, the frame's state, and the chain.
pub(super) struct Host<'a> {
    pub(super) machine: &'a mut Machine,
    pub(super) context: &'a mut Context,
    pub(super) world: &'a mut dyn World,
}

/// How a host function leaves the program.
#[derive(Debug)]
pub(super) enum Answer {
    /// The program goes on, with the function's result if it has one.
    Value(Option<Val>),
    /// The program waits for another frame.
    Ask(Request),
}

/// What another frame has to do.
#[derive(Debug)]
pub(super) enum Request {
    Call(CallRequest),
    Create(CreateRequest),
}

/// Why a host function ends the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The program asked for it, with a status.
    Exit(i32),
    /// A charge can't be paid.
    OutOfInk,
    /// The program asked for what is not possible or not allowed.
    Failure,
}

/// What a host function comes to.
type Answered = Result<Answer, Stop>;

/// Nothing to return.
const DONE: Answered = Ok(Answer::Value(None));

fn i32(value: u32) -> Answered {
    Ok(Answer::Value(Some(Val::I32(value.cast_signed()))))
}

fn i64(value: u64) -> Answered {
    Ok(Answer::Value(Some(Val::I64(value.cast_signed()))))
}

impl Host<'_> {
    fn read_word(&self, ptr: u32) -> Result<U256, Stop> {
        self.machine.read_array(ptr).map(U256::from_be_bytes::<32>)
    }

    fn read_hash(&self, ptr: u32) -> Result<B256, Stop> {
        self.machine.read_array(ptr).map(B256::new)
    }

    fn read_address(&self, ptr: u32) -> Result<Address, Stop> {
        self.machine.read_array(ptr).map(Address::new)
    }

    fn read_bytes(&self, ptr: u32, len: u32) -> Result<Bytes, Stop> {
        self.machine.read(ptr, len).map(Bytes::copy_from_slice)
    }

    fn write_word(&mut self, ptr: u32, word: U256) -> Result<(), Stop> {
        self.machine.write(ptr, &word.to_be_bytes::<32>())
    }

    /// Fails in a context that forbids writes.
    fn need_writable(&self) -> Result<(), Stop> {
        if self.context.env.static_context { Err(Stop::Failure) } else { Ok(()) }
    }
}
