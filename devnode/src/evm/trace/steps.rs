//! The opcodes of an EVM frame, one by one.

use std::collections::{BTreeMap, HashMap};

use revm::{
    bytecode::opcode::{self, OpCode},
    context_interface::JournalTr,
    interpreter::{
        Interpreter, InterpreterAction,
        instructions::{GasTable, InstructionTable},
        interpreter::EthInterpreter,
        interpreter_types::{Jumps, LoopControl, ReturnData},
    },
    primitives::{Address, Bytes, U256},
};

use super::{Tracer, spend};
use crate::evm::{Context, outcome};

/// What a step takes besides its data.
const STEP_BYTES: usize = 128;
/// What a word takes, and a slot with its value in a tree.
const WORD_BYTES: usize = 32;
const SLOT_BYTES: usize = 96;

/// How much of each step to record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// The stack before the opcode.
    pub stack: bool,
    /// The memory before the opcode.
    pub memory: bool,
    /// After `SLOAD` and `SSTORE`, all slots the contract has touched so far.
    pub storage: bool,
    /// The return data of the last call.
    pub return_data: bool,
    /// At most this many steps; 0 means all.
    pub limit: usize,
}

/// One opcode that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpStep {
    /// Where it is in the code.
    pub pc: usize,
    /// Its name.
    pub op: &'static str,
    /// The gas before it.
    pub gas: u64,
    /// What it cost, what it gave to a frame it opened included.
    pub cost: u64,
    /// How deep its frame is; the outermost is 1.
    pub depth: usize,
    /// The stack before it, the top last.
    pub stack: Option<Vec<U256>>,
    /// The memory before it.
    pub memory: Option<Vec<u8>>,
    /// The slots the contract has touched, with their values after it.
    pub storage: Option<BTreeMap<U256, U256>>,
    /// The return data of the last call.
    pub return_data: Option<Bytes>,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

impl OpStep {
    fn bytes(&self) -> usize {
        STEP_BYTES
            + self.stack.as_ref().map_or(0, |stack| stack.len() * WORD_BYTES)
            + self.memory.as_ref().map_or(0, Vec::len)
            + self.storage.as_ref().map_or(0, |slots| slots.len() * SLOT_BYTES)
            + self.return_data.as_ref().map_or(0, |data| data.len())
    }
}

/// The steps taken so far, and the slots they touched.
#[derive(Clone, Debug, Default)]
pub(super) struct Steps {
    pub(super) taken: Vec<OpStep>,
    slots: HashMap<Address, BTreeMap<U256, U256>>,
}

/// Runs an EVM frame as revm's interpreter does, looking at every opcode.
pub(crate) fn run<'a>(
    tracer: &mut Tracer,
    detail: Detail,
    interpreter: &mut Interpreter<EthInterpreter>,
    instructions: &InstructionTable<EthInterpreter, Context<'a>>,
    gas: &GasTable,
    ctx: &mut Context<'a>,
) -> InterpreterAction {
    loop {
        let mut step = before(detail, interpreter, ctx);
        let slot = interpreter.stack.data().last().copied();
        let code = interpreter.bytecode.opcode();
        let result = interpreter.step(instructions, gas, ctx);
        step.cost = step.gas.saturating_sub(interpreter.gas.remaining());
        if let Err(reason) = result
            && interpreter.bytecode.action().is_none()
        {
            step.error = outcome::halted(reason);
            interpreter.halt(reason);
        } else if detail.storage {
            step.storage = touched(tracer, interpreter, ctx, code, slot);
        }
        let goes_on = result.is_ok();
        keep(tracer, detail, step);
        if !goes_on {
            return interpreter.take_next_action();
        }
    }
}

fn keep(tracer: &mut Tracer, detail: Detail, step: OpStep) {
    let in_limit = detail.limit == 0 || tracer.steps.taken.len() < detail.limit;
    if in_limit && spend(&mut tracer.room, step.bytes()) {
        tracer.steps.taken.push(step);
    }
}

fn before(detail: Detail, vm: &Interpreter<EthInterpreter>, ctx: &Context<'_>) -> OpStep {
    OpStep {
        pc: vm.bytecode.pc(),
        op: OpCode::name_by_op(vm.bytecode.opcode()),
        gas: vm.gas.remaining(),
        cost: 0,
        depth: ctx.journaled_state.depth(),
        stack: detail.stack.then(|| vm.stack.data().clone()),
        memory: detail.memory.then(|| vm.memory.context_memory().to_vec()),
        storage: None,
        return_data: detail.return_data.then(|| Bytes::copy_from_slice(vm.return_data.buffer())),
        error: None,
    }
}

/// After `SLOAD` and `SSTORE` of `slot`: the slots touched by the acting contract, this one included.
fn touched(
    tracer: &mut Tracer,
    vm: &Interpreter<EthInterpreter>,
    ctx: &Context<'_>,
    code: u8,
    slot: Option<U256>,
) -> Option<BTreeMap<U256, U256>> {
    let slot = slot.filter(|_| matches!(code, opcode::SLOAD | opcode::SSTORE))?;
    let contract = vm.input.target_address;
    let value = crate::evm::arbos::peek::storage(ctx, contract, slot);
    let slots = tracer.steps.slots.entry(contract).or_default();
    slots.insert(slot, value);
    Some(slots.clone())
}
