//! Recording what a transaction does: its frames, and within them host calls and opcodes.
//!
//! A [`Tracer`] sits in the machine for the length of one transaction. The machine tells it when a
//! frame opens and closes; programs hand it the host functions they called, EVM frames their opcodes
//! if somebody wants to see them. Without a tracer none of this costs more than a look at an empty
//! pointer per frame.
//!
//! A trace can be far larger than the transaction. What is recorded is counted, and beyond
//! [`MAX_BYTES`] the trace is given up, not the node's memory.

mod steps;

use std::collections::{BTreeMap, BTreeSet};

use revm::{
    handler::FrameResult,
    interpreter::{CallInputs, CallScheme, CallValue, CreateInputs, CreateScheme, FrameInput},
    primitives::{Address, Bytes, Log, U256},
    state::EvmState,
};

pub(super) use self::steps::run as run_in_steps;
pub use self::steps::{Detail, OpStep};
use super::{Context, Outcome, State, arbos::ARBOS_STATE, outcome};
use crate::stylus::HostIo;

/// The most that one trace records, in bytes.
const MAX_BYTES: usize = 64 << 20;

/// What a frame's record takes besides its data.
const FRAME_BYTES: usize = 256;

/// What to record besides the frames and their logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The host functions that programs call.
    pub hosts: bool,
    /// The opcodes of EVM frames.
    pub steps: Option<Detail>,
}

/// The record of a transaction.
#[derive(Clone, Debug)]
pub struct Trace {
    /// How it ended.
    pub outcome: Outcome,
    /// Its outermost frame, which contains the others. `None` if it was too much to record.
    pub top: Option<CallRecord>,
    /// The opcodes of its EVM frames in the order they ran, if they were wanted.
    pub steps: Vec<OpStep>,
    /// The accounts that it looked at, and their slots. Those of ArbOS itself are left out.
    pub accessed: BTreeMap<Address, BTreeSet<U256>>,
    /// The state after it.
    pub after: State,
}

/// The ways a frame comes to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CallType {
    /// An ordinary call.
    #[default]
    Call,
    /// `CALLCODE`.
    CallCode,
    /// A delegate call.
    DelegateCall,
    /// A call that may not write.
    StaticCall,
    /// A creation at an address that depends on the nonce.
    Create,
    /// A creation at an address that depends on a salt and the init code.
    Create2,
    /// A contract that destroys itself and leaves its balance to somebody.
    SelfDestruct,
}

/// What happened in one frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallRecord {
    /// What kind of frame it is.
    pub kind: CallType,
    /// Who opened it; for a delegate call, the account that acts.
    pub from: Address,
    /// Whose code ran, or what was created; none if the creation failed.
    pub to: Option<Address>,
    /// The value, in wei. Static calls have none.
    pub value: Option<U256>,
    /// The gas it was given.
    pub gas: u64,
    /// What it used of that.
    pub gas_used: u64,
    /// Calldata or init code.
    pub input: Bytes,
    /// Return data, revert data or the code created.
    pub output: Bytes,
    /// Why it failed, if it did.
    pub failure: Option<String>,
    /// What happened in it, in order.
    pub events: Vec<Event>,
}

/// Something that happened in a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It opened another frame.
    Call(CallRecord),
    /// It logged something. Logs of frames that failed are not recorded.
    Log(Log),
    /// It called a host function. One that opens a frame comes after that frame.
    Host(HostIo),
}

impl CallRecord {
    /// The frames it opened.
    pub fn calls(&self) -> impl Iterator<Item = &Self> {
        self.events.iter().filter_map(|event| match event {
            Event::Call(call) => Some(call),
            _ => None,
        })
    }

    fn call(ctx: &Context<'_>, call: &CallInputs) -> Self {
        let kind = match call.scheme {
            CallScheme::Call => CallType::Call,
            CallScheme::CallCode => CallType::CallCode,
            CallScheme::DelegateCall => CallType::DelegateCall,
            CallScheme::StaticCall => CallType::StaticCall,
        };
        let (CallValue::Transfer(value) | CallValue::Apparent(value)) = call.value;
        let delegates = kind == CallType::DelegateCall;
        Self {
            kind,
            from: if delegates { call.target_address } else { call.caller },
            to: Some(call.bytecode_address),
            value: (kind != CallType::StaticCall).then_some(value),
            gas: call.gas_limit,
            input: call.input.bytes(ctx),
            ..Self::default()
        }
    }

    fn create(create: &CreateInputs) -> Self {
        let kind = match create.scheme() {
            CreateScheme::Create2 { .. } => CallType::Create2,
            _ => CallType::Create,
        };
        Self {
            kind,
            from: create.caller(),
            value: Some(create.value()),
            gas: create.gas_limit(),
            input: create.init_code().clone(),
            ..Self::default()
        }
    }

    fn close(&mut self, result: &FrameResult) {
        let kind = result.instruction_result();
        let kept = if kind.is_ok_or_revert() { result.gas().remaining() } else { 0 };
        self.gas_used = self.gas.saturating_sub(kept);
        self.output = result.output().into_data();
        if let FrameResult::Create(outcome) = result {
            self.to = outcome.address.filter(|_| kind.is_ok());
        }
        if !kind.is_ok() {
            self.failure = Some(outcome::failure(kind));
            self.forget_logs();
        }
    }

    /// What a failed frame logged did not happen, nor what was logged within it.
    fn forget_logs(&mut self) {
        self.events.retain_mut(|event| match event {
            Event::Log(_) => false,
            Event::Call(call) => {
                call.forget_logs();
                true
            }
            Event::Host(_) => true,
        });
    }

    fn bytes(&self) -> usize {
        FRAME_BYTES + self.input.len() + self.output.len()
    }
}

/// What records a transaction while it runs.
#[derive(Clone, Debug)]
pub(super) struct Tracer {
    wanted: Wanted,
    /// The open frames, the outermost first.
    open: Vec<CallRecord>,
    /// The outermost frame, once it is closed.
    top: Option<CallRecord>,
    steps: steps::Steps,
    /// How many of the journal's logs are recorded.
    logs: usize,
    /// Bytes that may still be recorded; `None` if it was too much.
    room: Option<usize>,
}

impl Tracer {
    pub(super) fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            open: Vec::new(),
            top: None,
            steps: steps::Steps::default(),
            logs: 0,
            room: Some(MAX_BYTES),
        }
    }

    pub(super) fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// A frame opens.
    pub(super) fn enter(&mut self, ctx: &Context<'_>, input: &FrameInput) {
        self.collect_logs(&ctx.journaled_state.logs);
        self.open.push(match input {
            FrameInput::Call(call) => CallRecord::call(ctx, call),
            FrameInput::Create(create) => CallRecord::create(create),
            FrameInput::Empty => CallRecord::default(),
        });
    }

    /// The innermost frame closes.
    pub(super) fn leave(&mut self, ctx: &Context<'_>, result: &FrameResult) {
        self.collect_logs(&ctx.journaled_state.logs);
        let Some(mut record) = self.open.pop() else { return };
        record.close(result);
        match self.open.last_mut() {
            None => self.top = Some(record),
            Some(parent) => {
                if spend(&mut self.room, record.bytes()) {
                    parent.events.push(Event::Call(record));
                }
            }
        }
    }

    /// The innermost frame destroys its contract.
    pub(super) fn destroy(&mut self, contract: Address, heir: Address, balance: U256) {
        self.happened(FRAME_BYTES, || {
            Event::Call(CallRecord {
                kind: CallType::SelfDestruct,
                from: contract,
                to: Some(heir),
                value: Some(balance),
                ..CallRecord::default()
            })
        });
    }

    /// The innermost frame has called host functions.
    pub(super) fn hosts(&mut self, calls: Vec<HostIo>) {
        for call in calls {
            let bytes = FRAME_BYTES + call.args.len() + call.outs.len();
            self.happened(bytes, || Event::Host(call));
        }
    }

    fn collect_logs(&mut self, logs: &[Log]) {
        // A revert takes logs back.
        self.logs = self.logs.min(logs.len());
        for log in &logs[self.logs..] {
            self.happened(FRAME_BYTES + log.data.data.len(), || Event::Log(log.clone()));
        }
        self.logs = logs.len();
    }

    fn happened(&mut self, bytes: usize, event: impl FnOnce() -> Event) {
        if let Some(frame) = self.open.last_mut()
            && spend(&mut self.room, bytes)
        {
            frame.events.push(event());
        }
    }

    /// The finished record.
    pub(super) fn finish(self, outcome: Outcome, before: &State, changes: EvmState) -> Trace {
        let mut after = before.clone();
        let accessed = accessed(&changes);
        after.commit(changes);
        let top = self.top.filter(|_| self.room.is_some());
        Trace { outcome, top, steps: self.steps.taken, accessed, after }
    }
}

/// Takes `bytes` of what is left, if there are as many.
fn spend(room: &mut Option<usize>, bytes: usize) -> bool {
    *room = room.and_then(|room| room.checked_sub(bytes));
    room.is_some()
}

fn accessed(changes: &EvmState) -> BTreeMap<Address, BTreeSet<U256>> {
    let accounts = changes.iter().filter(|(address, _)| **address != ARBOS_STATE);
    accounts
        .map(|(address, account)| (*address, account.storage.keys().copied().collect()))
        .collect()
}
