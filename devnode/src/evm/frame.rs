//! A frame: EVM code or a Stylus program, on one and the same stack.
//!
//! revm's own frame does for both what does not depend on the language: depth, value transfer,
//! checkpoint, precompiles, and the journal at the end. It then hands over to its interpreter or to
//! a [`Program`]; both answer in the same terms, "open this frame" or "I am done".

use revm::{
    context_interface::local::OutFrame,
    handler::{EthFrame, FrameData, FrameInitOrResult, FrameResult, FrameTr, ItemOrResult},
    interpreter::{
        CallScheme, FrameInput, InstructionResult, Interpreter, InterpreterAction,
        instructions::{GasTable, InstructionTable},
        interpreter::EthInterpreter,
        interpreter_action::FrameInit,
    },
    primitives::Address,
};

use super::{
    machine::{Context, MachineError, OpenFrame},
    program::Program,
    trace::run_in_steps,
};
use crate::{precompiles::Precompiles, stylus::code::Kind};

/// A frame of execution.
pub(super) struct Frame {
    evm: EthFrame<EthInterpreter>,
    /// The program, if the code is one; otherwise the frame runs EVM code.
    program: Option<Program>,
}

impl Default for Frame {
    fn default() -> Self {
        Self { evm: EthFrame::invalid(), program: None }
    }
}

impl FrameTr for Frame {
    type FrameResult = FrameResult;
    type FrameInit = FrameInit;
}

impl Frame {
    /// Sets the frame up for `input`, or returns the result if there is nothing to run: a
    /// precompile, an account without code, or a failure.
    pub(super) fn init(
        &mut self,
        ctx: &mut Context<'_>,
        precompiles: &mut Precompiles,
        input: FrameInit,
    ) -> Result<Option<FrameResult>, MachineError> {
        let slot = OutFrame::new_init(&mut self.evm);
        match EthFrame::init_with_context(slot, ctx, precompiles, input)? {
            ItemOrResult::Result(result) => Ok(Some(result)),
            ItemOrResult::Item(_) => {
                self.open(ctx);
                Ok(None)
            }
        }
    }

    fn open(&mut self, ctx: &mut Context<'_>) {
        let caller = self.evm.interpreter.input.caller_address;
        ctx.chain.enter(OpenFrame { caller, acting: acting(&self.evm) });
        self.program = match &self.evm.input {
            FrameInput::Call(call) => {
                let (hash, code) = &call.known_bytecode;
                let kind = Kind::of(code.original_byte_slice());
                let is_program = kind.is_some_and(Kind::is_program);
                is_program.then(|| Program::new(*hash, code.clone(), &ctx.chain))
            }
            _ => None,
        };
    }

    /// Runs until the frame needs another one or is done.
    pub(super) fn run<'a>(
        &mut self,
        ctx: &mut Context<'a>,
        instructions: &InstructionTable<EthInterpreter, Context<'a>>,
        gas: &GasTable,
    ) -> Result<FrameInitOrResult<Self>, MachineError> {
        let mut action = match &mut self.program {
            Some(program) => program.run(ctx, &mut self.evm),
            None => interpret(&mut self.evm.interpreter, ctx, instructions, gas),
        };
        if let (FrameData::Create(_), InterpreterAction::Return(result)) =
            (&self.evm.data, &mut action)
            && result.result.is_ok()
            && is_reserved(&result.output)
        {
            result.result = InstructionResult::CreateContractStartingWithEF;
        }
        let next = self.evm.process_next_action::<_, MachineError>(ctx, action)?;
        Ok(match next {
            ItemOrResult::Item(init) => ItemOrResult::Item(init),
            ItemOrResult::Result(result) => {
                self.evm.set_finished(true);
                ItemOrResult::Result(result)
            }
        })
    }

    pub(super) fn is_finished(&self) -> bool {
        self.evm.is_finished()
    }

    /// Lets go of what the frame held while it was open.
    pub(super) fn close(&mut self, ctx: &mut Context<'_>) {
        ctx.chain.leave();
        if let Some(program) = self.program.take() {
            ctx.chain.pages.open = program.pages_before();
        }
    }

    /// Takes the result of the frame this one opened.
    pub(super) fn answer(
        &mut self,
        ctx: &mut Context<'_>,
        result: FrameResult,
    ) -> Result<(), MachineError> {
        let Some(program) = &mut self.program else {
            return self.evm.return_result(ctx, result);
        };
        self.evm.interpreter.memory.free_child_context();
        if result.instruction_result().is_ok() {
            self.evm.interpreter.gas.record_refund(result.gas().refunded());
        }
        program.answer(result);
        Ok(())
    }
}

/// Runs EVM code, opcode by opcode if somebody wants to see them.
fn interpret<'a>(
    interpreter: &mut Interpreter<EthInterpreter>,
    ctx: &mut Context<'a>,
    instructions: &InstructionTable<EthInterpreter, Context<'a>>,
    gas: &GasTable,
) -> InterpreterAction {
    let detail = ctx.chain.tracer.as_ref().and_then(|tracer| tracer.wanted().steps);
    let (Some(detail), Some(mut tracer)) = (detail, ctx.chain.tracer.take_if(|_| detail.is_some()))
    else {
        return interpreter.run_plain(instructions, gas, ctx);
    };
    let action = run_in_steps(&mut tracer, detail, interpreter, instructions, gas, ctx);
    ctx.chain.tracer = Some(tracer);
    action
}

/// The address whose open frames this one adds to; delegate calls and `CALLCODE` add to none.
fn acting(frame: &EthFrame<EthInterpreter>) -> Option<Address> {
    match (&frame.input, &frame.data) {
        (FrameInput::Call(call), _) => {
            let own = matches!(call.scheme, CallScheme::Call | CallScheme::StaticCall);
            own.then_some(call.target_address)
        }
        (_, FrameData::Create(create)) => Some(create.created_address),
        _ => None,
    }
}

/// EIP-3541 as Arbitrum has it: code that starts with `EF` must be a Stylus component.
fn is_reserved(code: &[u8]) -> bool {
    code.first() == Some(&0xEF) && Kind::of(code).is_none()
}
