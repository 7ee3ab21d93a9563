//! What each instruction costs in ink, and how it moves the height that the stack meter follows.

use wasmparser::Operator;

/// The price of an instruction that is accepted but must never run: no float is deterministic
/// enough to be worth a price.
const PROHIBITIVE: u64 = u64::MAX;

/// What metering needs to know of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opcode {
    /// Its price in ink, without what depends on its operands.
    pub(super) ink: u64,
    /// How it moves the value stack as the stack meter sees it. Control flow and calls are 0 here;
    /// the meter treats them on their own.
    pub(super) height: i8,
}

/// Looks an instruction up, or returns none when programs may not use it.
///
/// The heights are the chain's, not the specification's: some instructions count for less than
/// they move (a `br` keeps the height, a load replaces its address).
pub(super) fn opcode(op: &Operator<'_>) -> Option<Opcode> {
    control(op).or_else(|| variable(op)).or_else(|| memory(op)).or_else(|| arithmetic(op))
}

/// Shorthand for a row of the tables below.
const fn row(ink: u64, height: i8) -> Option<Opcode> {
    Some(Opcode { ink, height })
}

fn control(op: &Operator<'_>) -> Option<Opcode> {
    use Operator as O;
    match op {
        O::Unreachable | O::Nop | O::Return => row(1, 0),
        O::Block { .. } | O::Loop { .. } | O::Else | O::End => row(1, 0),
        O::Br { .. } | O::If { .. } => row(765, 0),
        O::BrIf { .. } => row(765, -1),
        O::BrTable { targets } => row(2_400 + 325 * u64::from(targets.len()), -1),
        O::Call { .. } => row(3_800, 0),
        // Each parameter of the called type adds to this: see `CALL_INDIRECT_PARAM_INK`.
        O::CallIndirect { .. } => row(13_610, 0),
        O::Drop => row(9, -1),
        O::Select => row(1_250, -2),
        _ => None,
    }
}

/// Ink that each parameter adds to a `call_indirect`.
pub(super) const CALL_INDIRECT_PARAM_INK: u64 = 650;
/// Ink for each byte that a `memory.fill` or `memory.copy` moves.
pub(super) const BULK_BYTE_INK: u64 = 100;

fn variable(op: &Operator<'_>) -> Option<Opcode> {
    use Operator as O;
    match op {
        O::I32Const { .. } | O::I64Const { .. } => row(1, 1),
        O::F32Const { .. } | O::F64Const { .. } => row(PROHIBITIVE, 1),
        O::LocalGet { .. } => row(75, 1),
        O::LocalTee { .. } => row(75, 0),
        O::LocalSet { .. } => row(210, -1),
        O::GlobalGet { .. } => row(225, 1),
        O::GlobalSet { .. } => row(575, -1),
        _ => None,
    }
}

fn memory(op: &Operator<'_>) -> Option<Opcode> {
    use Operator as O;
    match op {
        O::I32Load { .. } | O::I32Load8S { .. } | O::I32Load8U { .. } => row(670, 0),
        O::I32Load16S { .. } | O::I32Load16U { .. } => row(670, 0),
        O::I64Load { .. } | O::I64Load8S { .. } | O::I64Load8U { .. } => row(680, 0),
        O::I64Load16S { .. } | O::I64Load16U { .. } => row(680, 0),
        O::I64Load32S { .. } | O::I64Load32U { .. } => row(680, 0),
        O::F32Load { .. } | O::F64Load { .. } => row(PROHIBITIVE, 0),
        O::I32Store { .. } | O::I32Store8 { .. } | O::I32Store16 { .. } => row(825, -2),
        O::I64Store { .. } | O::I64Store8 { .. } => row(950, -2),
        O::I64Store16 { .. } | O::I64Store32 { .. } => row(950, -2),
        O::F32Store { .. } | O::F64Store { .. } => row(PROHIBITIVE, -2),
        O::MemorySize { .. } => row(3_000, 1),
        O::MemoryGrow { .. } => row(8_050, 0),
        O::MemoryFill { .. } | O::MemoryCopy { .. } => row(950, -3),
        _ => None,
    }
}

fn arithmetic(op: &Operator<'_>) -> Option<Opcode> {
    unary(op).or_else(|| binary(op))
}

fn unary(op: &Operator<'_>) -> Option<Opcode> {
    use Operator as O;
    match op {
        O::I32WrapI64 | O::I64ExtendI32S | O::I64ExtendI32U => row(100, 0),
        O::I32Extend8S | O::I32Extend16S => row(100, 0),
        O::I64Extend8S | O::I64Extend16S | O::I64Extend32S => row(100, 0),
        O::I32Eqz => row(170, 0),
        O::I32Clz | O::I32Ctz | O::I64Clz | O::I64Ctz => row(210, 0),
        O::I64Eqz => row(225, 0),
        O::I32Popcnt => row(2_650, 0),
        O::I64Popcnt => row(6_000, 0),
        O::I32ReinterpretF32 | O::I64ReinterpretF64 => row(PROHIBITIVE, 0),
        O::F32ReinterpretI32 | O::F64ReinterpretI64 => row(PROHIBITIVE, 0),
        _ => None,
    }
}

fn binary(op: &Operator<'_>) -> Option<Opcode> {
    use Operator as O;
    match op {
        O::I32Add | O::I32Sub | O::I32And | O::I32Or | O::I32Xor => row(70, -1),
        O::I32Shl | O::I32ShrS | O::I32ShrU | O::I32Rotl | O::I32Rotr => row(70, -1),
        O::I64Add | O::I64Sub | O::I64And | O::I64Or | O::I64Xor => row(100, -1),
        O::I64Shl | O::I64ShrS | O::I64ShrU | O::I64Rotl | O::I64Rotr => row(100, -1),
        O::I32Mul | O::I64Mul => row(160, -1),
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU => row(1_120, -1),
        O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => row(1_270, -1),
        O::I32Eq | O::I32Ne | O::I32LtS | O::I32LtU | O::I32GtS => row(170, -1),
        O::I32GtU | O::I32LeS | O::I32LeU | O::I32GeS | O::I32GeU => row(170, -1),
        O::I64Eq | O::I64Ne | O::I64LtS | O::I64LtU | O::I64GtS => row(225, -1),
        O::I64GtU | O::I64LeS | O::I64LeU | O::I64GeS | O::I64GeU => row(225, -1),
        _ => None,
    }
}

/// Whether a basic block ends with this instruction.
pub(super) fn ends_block(op: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        op,
        O::End
            | O::Else
            | O::Return
            | O::Loop { .. }
            | O::If { .. }
            | O::Br { .. }
            | O::BrIf { .. }
            | O::BrTable { .. }
            | O::Call { .. }
            | O::CallIndirect { .. }
    )
}
