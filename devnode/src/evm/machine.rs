//! The machine: revm's parts, put together for Arbitrum.

use std::convert::Infallible;

use revm::{
    Journal,
    bytecode::opcode,
    context::{BlockEnv, CfgEnv, LocalContext, TxEnv},
    context_interface::{FrameStack, JournalTr, context::ContextError},
    handler::{
        EvmTr, FrameInitOrResult, FrameResult, ItemOrResult, evm::FrameInitResult,
        instructions::EthInstructions,
    },
    interpreter::{Instruction, interpreter::EthInterpreter, interpreter_action::FrameInit},
    primitives::{Address, hardfork::SpecId},
    state::EvmState,
};

use super::{
    BlockContext, Mode, State, Transaction, block::View, frame::Frame, opcodes, posting,
    recent::RecentPrograms, trace::Tracer,
};
use crate::{precompiles::Precompiles, stylus::Pages};

/// The rules of the EVM underneath ArbOS 61.
pub(crate) const SPEC: SpecId = SpecId::OSAKA;

/// Gas of an opcode whose whole price is dynamic, or that fails anyway.
const NO_STATIC_GAS: u16 = 0;
/// EIP-150: gas of `SELFDESTRUCT`.
const SELFDESTRUCT_GAS: u16 = 5_000;

/// revm's context with the state it reads and what Arbitrum adds to a transaction.
pub(crate) type Context<'a> =
    revm::Context<BlockEnv, TxEnv, CfgEnv, View<'a>, Journal<View<'a>>, Arbitrum>;

/// What goes wrong in the machine itself: nothing, since the state is in memory.
pub(super) type MachineError = ContextError<Infallible>;

/// What Arbitrum keeps about the transaction in progress, outside of the journal.
#[derive(Clone, Debug)]
pub(crate) struct Arbitrum {
    /// WebAssembly pages the transaction holds.
    pub(crate) pages: Pages,
    /// Programs this block has called.
    pub(super) recent: RecentPrograms,
    /// The open frames, the outermost first.
    frames: Vec<OpenFrame>,
    /// Gas above the per-transaction limit, kept away from the execution.
    pub(super) held_gas: u64,
    /// Gas that pays for posting the transaction to the parent chain.
    pub(crate) poster_gas: u64,
    /// Whether the transaction is part of a block.
    pub(super) mode: Mode,
    /// What records the transaction, if somebody wants to see it.
    pub(super) tracer: Option<Box<Tracer>>,
}

impl Arbitrum {
    fn new(mode: Mode, recent: RecentPrograms, tracer: Option<Box<Tracer>>) -> Self {
        let pages = Pages::default();
        Self { pages, recent, frames: Vec::new(), held_gas: 0, poster_gas: 0, mode, tracer }
    }

    /// Whether `address` acts in more than one open frame.
    pub(super) fn is_reentrant(&self, address: Address) -> bool {
        self.frames.iter().filter(|frame| frame.acting == Some(address)).count() > 1
    }

    /// Who called the open frame with this index.
    pub(crate) fn caller(&self, index: usize) -> Option<Address> {
        self.frames.get(index).map(|frame| frame.caller)
    }

    pub(super) fn enter(&mut self, frame: OpenFrame) {
        self.frames.push(frame);
    }

    pub(super) fn leave(&mut self) {
        self.frames.pop();
    }
}

/// A frame on the call stack, as the frames above it may know it.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenFrame {
    /// Who called it.
    pub(super) caller: Address,
    /// The address it acts as, unless it borrows that of another frame by a delegate call.
    pub(super) acting: Option<Address>,
}

/// One transaction's machine.
pub(super) struct Machine<'a> {
    ctx: Context<'a>,
    instructions: EthInstructions<EthInterpreter, Context<'a>>,
    precompiles: Precompiles,
    frames: FrameStack<Frame>,
    /// Where the next frame is set up, before it is known whether there is anything to run.
    spare: Frame,
}

impl<'a> Machine<'a> {
    /// A machine that will run `tx` on `state`.
    pub(super) fn new(
        state: &'a State,
        block: &'a BlockContext,
        tx: &Transaction,
        mode: Mode,
        tracer: Option<Box<Tracer>>,
    ) -> Self {
        let recent = match mode {
            Mode::Commit | Mode::Impersonate => state.recent.at(block.l2_number),
            Mode::Call => RecentPrograms::default(),
        };
        let basefee = if tx.is_free(mode) { 0 } else { block.basefee };
        let mut journal = Journal::new(View { state, block });
        journal.set_spec_id(SPEC);
        let ctx = Context {
            block: block.env(basefee),
            tx: tx.env(),
            cfg: cfg(block, mode),
            journaled_state: journal,
            chain: Arbitrum::new(mode, recent, tracer),
            local: LocalContext::default(),
            error: Ok(()),
        };
        let mut ctx = ctx;
        ctx.chain.poster_gas = posting::gas(state, &tx.posted, block.basefee);
        let precompiles = Precompiles::new(block.debug);
        let (frames, spare) = (FrameStack::new(), Frame::default());
        Self { ctx, instructions: instructions(), precompiles, frames, spare }
    }

    /// The state changes of the transaction, the block's recent programs after it, and what has
    /// recorded it.
    pub(super) fn finish(mut self) -> (EvmState, RecentPrograms, Option<Box<Tracer>>) {
        (self.ctx.journaled_state.finalize(), self.ctx.chain.recent, self.ctx.chain.tracer)
    }

    /// The gas that paid for posting the transaction.
    pub(super) fn poster_gas(&self) -> u64 {
        self.ctx.chain.poster_gas
    }

    /// Tells the tracer, if there is one, what happens.
    fn tell(&mut self, event: impl FnOnce(&mut Tracer, &Context<'a>)) {
        if let Some(mut tracer) = self.ctx.chain.tracer.take() {
            event(&mut tracer, &self.ctx);
            self.ctx.chain.tracer = Some(tracer);
        }
    }
}

fn cfg(block: &BlockContext, mode: Mode) -> CfgEnv {
    let mut cfg = CfgEnv::new_with_spec(SPEC).with_chain_id(block.chain_id);
    // Arbitrum has its own limit, which holds gas back instead of refusing the transaction.
    cfg.tx_gas_limit_cap = Some(u64::MAX);
    // A transaction without a chain id is signed for any chain: already checked.
    cfg.tx_chain_id_check = false;
    cfg.limit_contract_code_size = Some(block.max_code_size);
    // Stylus code starts with 0xEF; `Frame` rejects the rest of what EIP-3541 rejects.
    cfg.disable_eip3541 = true;
    // The calldata floor is a feature that Arbitrum chains have switched off.
    cfg.disable_eip7623 = true;
    cfg.disable_eip3607 = mode != Mode::Commit;
    cfg.disable_nonce_check = mode == Mode::Call;
    cfg
}

/// Ethereum's instructions, less blobs, with a `SELFDESTRUCT` that spares Stylus programs.
fn instructions<'a>() -> EthInstructions<EthInterpreter, Context<'a>> {
    let mut table = EthInstructions::new_mainnet_with_spec(SPEC);
    table.insert_instruction(opcode::BLOBBASEFEE, Instruction::unknown(), NO_STATIC_GAS);
    let selfdestruct = Instruction::new(opcodes::selfdestruct);
    table.insert_instruction(opcode::SELFDESTRUCT, selfdestruct, SELFDESTRUCT_GAS);
    table
}

impl<'a> EvmTr for Machine<'a> {
    type Context = Context<'a>;
    type Instructions = EthInstructions<EthInterpreter, Context<'a>>;
    type Precompiles = Precompiles;
    type Frame = Frame;

    fn all(&self) -> (&Context<'a>, &Self::Instructions, &Precompiles, &FrameStack<Frame>) {
        (&self.ctx, &self.instructions, &self.precompiles, &self.frames)
    }

    fn all_mut(
        &mut self,
    ) -> (&mut Context<'a>, &mut Self::Instructions, &mut Precompiles, &mut FrameStack<Frame>) {
        (&mut self.ctx, &mut self.instructions, &mut self.precompiles, &mut self.frames)
    }

    fn frame_init(&mut self, input: FrameInit) -> Result<FrameInitResult<'_, Frame>, MachineError> {
        self.tell(|tracer, ctx| tracer.enter(ctx, &input.frame_input));
        if let Some(result) = self.spare.init(&mut self.ctx, &mut self.precompiles, input)? {
            self.tell(|tracer, ctx| tracer.leave(ctx, &result));
            return Ok(ItemOrResult::Result(result));
        }
        let is_first = self.frames.index().is_none();
        let mut slot = if is_first { self.frames.start_init() } else { self.frames.get_next() };
        std::mem::swap(slot.get(Frame::default), &mut self.spare);
        let token = slot.consume();
        if is_first {
            // SAFETY: the token is from `start_init` of this very stack and the slot is initialised.
            unsafe { self.frames.end_init(token) };
        } else {
            // SAFETY: the token is from `get_next` of this very stack and the slot is initialised.
            unsafe { self.frames.push(token) };
        }
        Ok(ItemOrResult::Item(self.frames.get()))
    }

    fn frame_run(&mut self) -> Result<FrameInitOrResult<Frame>, MachineError> {
        let (instructions, gas) =
            (self.instructions.instruction_table(), self.instructions.gas_table());
        self.frames.get().run(&mut self.ctx, instructions, gas)
    }

    fn frame_return_result(
        &mut self,
        result: FrameResult,
    ) -> Result<Option<FrameResult>, MachineError> {
        if self.frames.get().is_finished() {
            self.tell(|tracer, ctx| tracer.leave(ctx, &result));
            self.frames.get().close(&mut self.ctx);
            self.frames.pop();
        }
        if self.frames.index().is_none() {
            return Ok(Some(result));
        }
        self.frames.get().answer(&mut self.ctx, result)?;
        Ok(None)
    }
}
