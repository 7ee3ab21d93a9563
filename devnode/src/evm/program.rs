//! A Stylus program as a frame of the EVM: its price, its start, its calls, its end.

use revm::{
    bytecode::Bytecode,
    context_interface::{ContextTr, CreateScheme, JournalTr, LocalContextTr, Transaction as _},
    handler::{EthFrame, FrameResult},
    interpreter::{
        CallInput, CallInputs, CallScheme, CallValue, CreateInputs, FrameInput, Gas,
        InstructionResult, InterpreterAction, InterpreterResult, interpreter::EthInterpreter,
    },
    primitives::{Address, B256, Bytes, U256},
};

use super::{
    arbos::{self, modules, peek},
    machine::{Arbitrum, Context},
    world::Chain,
};
use crate::stylus::{
    self, Block, CallKind, CallRequest, CreateRequest, Env, Exit, Outcome, Returned, Step, cost,
};

type Evm = EthFrame<EthInterpreter>;

/// A program that is about to run, running, or suspended.
pub(super) struct Program {
    codehash: B256,
    code: Bytecode,
    pages_before: u16,
    /// The running program; none before the first run.
    frame: Option<Box<stylus::Frame>>,
    /// How the frame it opened ended.
    returned: Option<Returned>,
}

/// Why a program could not be started. All gas of the frame is gone.
enum Refusal {
    OutOfGas,
    /// It is not active, or not executable; the text is reported if the transaction fails by it.
    Unfit(String),
}

impl Program {
    pub(super) fn new(codehash: B256, code: Bytecode, chain: &Arbitrum) -> Self {
        Self { codehash, code, pages_before: chain.pages.open, frame: None, returned: None }
    }

    /// The pages that were open before the program was entered.
    pub(super) fn pages_before(&self) -> u16 {
        self.pages_before
    }

    /// Takes the result of the call or create the program is waiting for.
    pub(super) fn answer(&mut self, result: FrameResult) {
        self.returned = Some(returned(result));
    }

    /// Runs until the program calls out or ends.
    pub(super) fn run(&mut self, ctx: &mut Context<'_>, evm: &mut Evm) -> InterpreterAction {
        let acting = evm.interpreter.input.target_address;
        let mut refund = 0;
        let step = match (&mut self.frame, self.returned.take()) {
            (Some(frame), Some(returned)) => {
                frame.resume(&mut Chain::new(ctx, acting, &mut refund), returned)
            }
            _ => match self.enter(ctx, evm) {
                Ok(frame) => {
                    let frame = self.frame.insert(Box::new(frame));
                    frame.run(&mut Chain::new(ctx, acting, &mut refund))
                }
                Err(refusal) => return refuse(ctx, evm, refusal),
            },
        };
        evm.interpreter.gas.record_refund(refund);
        if let (Some(frame), Some(tracer)) = (&mut self.frame, &mut ctx.chain.tracer) {
            tracer.hosts(frame.take_record());
        }
        match step {
            Step::Call(request) => InterpreterAction::NewFrame(call(ctx, evm, request)),
            Step::Create(request) => InterpreterAction::NewFrame(create(evm, request)),
            Step::Done(exit) => finish(evm, exit),
        }
    }

    /// Charges for the start of the program and sets it up.
    fn enter(&self, ctx: &mut Context<'_>, evm: &Evm) -> Result<stylus::Frame, Refusal> {
        let (params, record) = (arbos::params(ctx), arbos::program(ctx, self.codehash));
        let now = ctx.journaled_state.database.block.timestamp;
        record.check(&params, now).map_err(|inactive| Refusal::Unfit(inactive.to_string()))?;
        let recent = ctx.chain.recent.touch(self.codehash, params.block_cache_size);
        let price = cost::call_cost(
            record.init_cost,
            record.cached_cost,
            record.footprint,
            record.cached || recent,
            &mut ctx.chain.pages,
            &params,
        );
        let gas = evm.interpreter.gas.remaining().checked_sub(price).ok_or(Refusal::OutOfGas)?;
        let code = self.code.original_byte_slice();
        let module = modules::load(ctx, self.codehash, code, &params).map_err(Refusal::Unfit)?;
        let mut frame = stylus::Frame::new(&module, env(ctx, evm), gas, &params);
        if ctx.chain.tracer.as_ref().is_some_and(|tracer| tracer.wanted().hosts) {
            frame.record();
        }
        Ok(frame)
    }
}

/// What the program is told about its call.
fn env(ctx: &Context<'_>, evm: &Evm) -> Env {
    let input = &evm.interpreter.input;
    let basefee = ctx.block.basefee;
    Env {
        calldata: input.input.bytes(ctx),
        caller: input.caller_address,
        value: input.call_value,
        contract: input.target_address,
        origin: ctx.tx.caller,
        static_context: evm.interpreter.runtime_flag.is_static,
        block: Block {
            number: ctx.block.number.saturating_to(),
            timestamp: ctx.block.timestamp.saturating_to(),
            basefee: U256::from(basefee),
            coinbase: ctx.block.beneficiary,
            gas_limit: ctx.block.gas_limit,
        },
        chain_id: ctx.cfg.chain_id,
        gas_price: U256::from(ctx.tx.effective_gas_price(basefee.into())),
    }
}

/// The end of a program that never started.
fn refuse(ctx: &mut Context<'_>, evm: &Evm, refusal: Refusal) -> InterpreterAction {
    let mut gas = evm.interpreter.gas;
    gas.spend_all();
    let result = match refusal {
        Refusal::OutOfGas => InstructionResult::OutOfGas,
        Refusal::Unfit(text) => {
            if evm.depth == 0 {
                ctx.local_mut().set_precompile_error_context(text);
            }
            InstructionResult::PrecompileError
        }
    };
    InterpreterAction::new_halt(result, gas)
}

/// The end of a program that ran.
fn finish(evm: &Evm, exit: Exit) -> InterpreterAction {
    let start = evm.interpreter.gas.remaining();
    let floor = cost::return_data_gas(exit.output.len());
    let (result, left) = match exit.outcome {
        Outcome::OutOfStack => (InstructionResult::CallTooDeep, 0),
        Outcome::OutOfInk => (InstructionResult::OutOfGas, 0),
        _ if start < floor => (InstructionResult::OutOfGas, 0),
        Outcome::Success => (InstructionResult::Return, exit.gas_left.min(start - floor)),
        Outcome::Revert | Outcome::Failure => {
            (InstructionResult::Revert, exit.gas_left.min(start - floor))
        }
    };
    let output = if left == 0 && !result.is_ok_or_revert() { Bytes::new() } else { exit.output };
    InterpreterAction::Return(InterpreterResult { result, output, gas: spent(evm, left) })
}

/// The frame's gas with `left` of it left.
fn spent(evm: &Evm, left: u64) -> Gas {
    let mut gas = evm.interpreter.gas;
    let used = gas.remaining().saturating_sub(left);
    let affordable = gas.record_regular_cost(used);
    debug_assert!(affordable, "a frame can't spend more than it has");
    gas
}

/// The frame that a program's call opens.
fn call(ctx: &mut Context<'_>, evm: &Evm, request: CallRequest) -> FrameInput {
    let own = &evm.interpreter.input;
    let delegate = request.kind == CallKind::Delegate;
    let is_static = evm.interpreter.runtime_flag.is_static || request.kind == CallKind::Static;
    FrameInput::Call(Box::new(CallInputs {
        input: CallInput::Bytes(request.data),
        return_memory_offset: 0..0,
        gas_limit: request.gas,
        reservoir: 0,
        bytecode_address: request.to,
        known_bytecode: executable(ctx, request.to),
        target_address: if delegate { own.target_address } else { request.to },
        caller: if delegate { own.caller_address } else { own.target_address },
        value: match request.kind {
            CallKind::Call => CallValue::Transfer(request.value),
            CallKind::Delegate => CallValue::Apparent(request.value),
            CallKind::Static => CallValue::Transfer(U256::ZERO),
        },
        scheme: match request.kind {
            CallKind::Call => CallScheme::Call,
            CallKind::Delegate => CallScheme::DelegateCall,
            CallKind::Static => CallScheme::StaticCall,
        },
        is_static,
        charged_new_account_state_gas: false,
    }))
}

/// The code that a call of `address` runs: its own, or that of its EIP-7702 delegate.
fn executable(ctx: &mut Context<'_>, address: Address) -> (B256, Bytecode) {
    let Ok(account) = ctx.journaled_state.load_account_with_code(address);
    let code = account.info.code.clone().unwrap_or_default();
    let hash = account.info.code_hash;
    match code.eip7702_address() {
        Some(delegate) => {
            let info = peek::info(ctx, delegate);
            (info.code_hash, info.code.unwrap_or_default())
        }
        None => (hash, code),
    }
}

/// The frame that a program's create opens.
fn create(evm: &Evm, request: CreateRequest) -> FrameInput {
    let scheme = match request.salt {
        Some(salt) => CreateScheme::Create2 { salt: salt.into() },
        None => CreateScheme::Create,
    };
    let creator = evm.interpreter.input.target_address;
    let CreateRequest { value, code, gas, .. } = request;
    FrameInput::Create(Box::new(CreateInputs::new(creator, scheme, value, code, gas, 0)))
}

/// A frame's result in the program's terms.
fn returned(result: FrameResult) -> Returned {
    let kind = result.instruction_result();
    let gas_left = if kind.is_ok_or_revert() { result.gas().remaining() } else { 0 };
    let reverted = kind == InstructionResult::Revert;
    match result {
        FrameResult::Call(outcome) => Returned {
            success: kind.is_ok(),
            reverted,
            output: outcome.result.output,
            gas_left,
            created: None,
        },
        // Without an address nothing was created, whatever the result says (nonce overflow).
        FrameResult::Create(outcome) => {
            let created = outcome.address.filter(|_| kind.is_ok());
            Returned {
                success: created.is_some(),
                reverted,
                output: outcome.result.output,
                gas_left,
                created,
            }
        }
    }
}
