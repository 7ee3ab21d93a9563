//! Opcodes that differ from Ethereum's.

use revm::{
    context_interface::JournalTr,
    interpreter::{
        InstructionContext, InstructionExecResult, InstructionResult, instructions::host,
        interpreter::EthInterpreter,
    },
    primitives::{Address, U256},
};

use super::{arbos::peek, machine::Context};
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
    if instruction.host.chain.tracer.is_some() && !instruction.interpreter.runtime_flag.is_static {
        let heir = instruction.interpreter.stack.data().last().copied();
        note_destruction(instruction.host, acting, heir);
    }
    host::selfdestruct(instruction)
}

/// Tells the tracer who inherits what.
fn note_destruction(ctx: &mut Context<'_>, contract: Address, heir: Option<U256>) {
    let balance = peek::info(ctx, contract).balance;
    if let (Some(tracer), Some(heir)) = (&mut ctx.chain.tracer, heir) {
        tracer.destroy(contract, Address::from_word(heir.into()), balance);
    }
}
