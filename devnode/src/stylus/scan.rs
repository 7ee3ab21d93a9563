//! Reads a function once before it is instrumented: what its basic blocks cost, how much stack it
//! uses, and how many instructions metering will make of it.

use wasmparser::{FunctionBody, Operator};

use super::{
    ActivationError,
    opcode::{CALL_INDIRECT_PARAM_INK, Opcode, ends_block, opcode},
    program::Program,
    rules::too_many,
};

/// Ink charged for entering a basic block, on top of its instructions.
const BLOCK_HEADER_INK: u64 = 2_450;
/// Words that every frame uses besides its locals and values.
const FRAME_WORDS: u32 = 4;
const MAX_LOCALS: u32 = 348;
const MAX_FRAME_WORDS: u32 = 10_240;
const MAX_VALUES: u32 = 4_096;
const MAX_INSTRUMENTED_OPS: u32 = 65_536;

/// Instructions that the chain's own instrumentation inserts. Ours differs in shape, never in
/// effect; activation is priced by these.
mod inserted {
    pub(super) const PER_BLOCK: u32 = 12;
    pub(super) const PER_BULK: u32 = 17;
    pub(super) const PROLOGUE: u32 = 12;
    pub(super) const FINAL_RETURN: u32 = 1;
    pub(super) const PER_RETURN: u32 = 4;
    pub(super) const PER_GROW: u32 = 4;
}

/// Values that the charge of a basic block holds at once.
const BLOCK_CHARGE_HEIGHT: u32 = 2;
/// Values that the charge of a bulk operation holds at once, on top of the operands.
const BULK_CHARGE_HEIGHT: u32 = 3;

/// What metering must know of a function before it can write the first instruction.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The ink of each basic block, in the order of the text.
    pub(super) blocks: Vec<u64>,
    /// Stack words that one activation uses.
    pub(super) frame: u32,
    /// Instructions, counted as the chain instruments them.
    pub(super) ops: u32,
}

impl Scan {
    /// Reads a function body.
    pub(super) fn of(
        body: &FunctionBody<'_>,
        program: &Program<'_>,
    ) -> Result<Self, ActivationError> {
        let locals = declared_locals(body)?;
        let mut scan = Self { ops: inserted::PROLOGUE + inserted::FINAL_RETURN, ..Self::default() };
        scan.ops += inserted::PER_RETURN;
        let mut height = Height::default();
        let mut block = None;
        for op in body.get_operators_reader()? {
            let op = op?;
            if block.is_none() {
                height.peak(BLOCK_CHARGE_HEIGHT);
                scan.ops += inserted::PER_BLOCK;
            }
            let ink = height.step(&op, program)?;
            let sum = block.unwrap_or(BLOCK_HEADER_INK).saturating_add(ink);
            block = Some(sum);
            if ends_block(&op) {
                scan.blocks.push(sum);
                block = None;
            }
            scan.count(&op, program)?;
        }
        scan.frame = frame(height.worst, locals)?;
        Ok(scan)
    }

    fn count(&mut self, op: &Operator<'_>, program: &Program<'_>) -> Result<(), ActivationError> {
        self.ops += 1 + match op {
            Operator::Return => inserted::PER_RETURN,
            Operator::MemoryFill { .. } | Operator::MemoryCopy { .. } => inserted::PER_BULK,
            Operator::MemoryGrow { .. } if program.memory_can_grow() => inserted::PER_GROW,
            _ => 0,
        };
        if self.ops > MAX_INSTRUMENTED_OPS {
            let (ops, max) = (self.ops.into(), MAX_INSTRUMENTED_OPS.into());
            return Err(too_many("opcodes in a function body", ops, max));
        }
        Ok(())
    }
}

fn declared_locals(body: &FunctionBody<'_>) -> Result<u32, ActivationError> {
    let mut locals = 0_u32;
    for group in body.get_locals_reader()? {
        locals = locals.saturating_add(group?.0);
    }
    if locals > MAX_LOCALS {
        return Err(too_many("locals", locals.into(), MAX_LOCALS.into()));
    }
    Ok(locals)
}

fn frame(worst: u32, locals: u32) -> Result<u32, ActivationError> {
    if worst > MAX_VALUES {
        return Err(too_many("values on the stack at once", worst.into(), MAX_VALUES.into()));
    }
    let frame = worst + locals + FRAME_WORDS;
    if frame > MAX_FRAME_WORDS {
        return Err(too_many("words in a stack frame", frame.into(), MAX_FRAME_WORDS.into()));
    }
    Ok(frame)
}

/// The height of the value stack, followed line by line without regard to reachability: after a
/// branch it may fall short of what is on the stack, and stops at zero.
#[derive(Debug, Default)]
struct Height {
    now: u32,
    worst: u32,
    /// The height to go back to at the `else` or `end` of each open block.
    scopes: Vec<u32>,
}

impl Height {
    /// Follows one instruction and returns its price in ink.
    fn step(&mut self, op: &Operator<'_>, program: &Program<'_>) -> Result<u64, ActivationError> {
        let Some(Opcode { ink, height }) = opcode(op) else { return Err(unsupported(op)) };
        match op {
            Operator::Block { blockty } | Operator::Loop { blockty } => {
                self.enter(program.results(*blockty));
            }
            Operator::If { blockty } => {
                self.pop(1);
                self.enter(program.results(*blockty));
            }
            Operator::Else => self.now = self.scopes.last().copied().unwrap_or(0),
            Operator::End => self.now = self.scopes.pop().unwrap_or(0),
            Operator::Call { function_index } => {
                self.call(program.func_type(*function_index));
            }
            Operator::CallIndirect { type_index, .. } => {
                let ty = &program.types[*type_index as usize];
                self.call(ty);
                self.pop(1);
                return Ok(ink + CALL_INDIRECT_PARAM_INK * ty.params().len() as u64);
            }
            _ => self.simple(op, height),
        }
        Ok(ink)
    }

    fn simple(&mut self, op: &Operator<'_>, height: i8) {
        if matches!(op, Operator::MemoryFill { .. } | Operator::MemoryCopy { .. }) {
            // The charge takes the length off the stack and puts it back.
            self.pop(1);
            self.push(1);
            self.peak(BULK_CHARGE_HEIGHT);
        }
        let words = u32::from(height.unsigned_abs());
        if height < 0 { self.pop(words) } else { self.push(words) }
    }

    fn call(&mut self, ty: &wasmparser::FuncType) {
        self.push(words(ty.results().len()));
        self.pop(words(ty.params().len()));
    }

    fn enter(&mut self, results: usize) {
        self.push(words(results));
        self.scopes.push(self.now);
    }

    fn push(&mut self, words: u32) {
        self.now += words;
        self.worst = self.worst.max(self.now);
    }

    fn pop(&mut self, words: u32) {
        self.now = self.now.saturating_sub(words);
    }

    /// Notes that `words` more are on the stack for a moment.
    fn peak(&mut self, words: u32) {
        self.worst = self.worst.max(self.now + words);
    }
}

/// A count of parameters or results, which validation bounds by a thousand.
fn words(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn unsupported(op: &Operator<'_>) -> ActivationError {
    let name = format!("{op:?}");
    let name = name.split([' ', '{', '(']).next().unwrap_or_default();
    ActivationError::Invalid(if name.contains("F32") || name.contains("F64") {
        format!("no float implementation for {name}")
    } else {
        format!("unsupported opcode {name}")
    })
}
