//! Opcodes that differ from Ethereum's.

use revm::{
    context_interface::JournalTr,
    interpreter::{
        InstructionContext, InstructionExecResult, InstructionResult, instructions::host,
        interpreter::EthInterpreter,
    },
};

use super::machine::Context;
use crate::stylus::code::Kind;

/// `SELFDESTRUCT`, which reverts when a Stylus program delegates to it: a program can't be
/// destroyed.
pub(super) fn selfdestruct(
    instruction: InstructionContext<'_, Context<'_>, EthInterpreter>,
) -> InstructionExecResult {
    let acting = instruction.interpreter.input.target_address;
    let Ok(account) = instruction.host.journaled_state.load_account_with_code(acting);
    let code = account.info.code.as_ref();
    if code.is_some_and(|code| Kind::of(code.original_byte_slice()).is_some()) {
        return Err(InstructionResult::Revert);
    }
    host::selfdestruct(instruction)
}
