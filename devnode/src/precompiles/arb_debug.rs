//! ArbDebug: what only a development chain allows.

use alloy::sol_types::SolValue;
use revm::{bytecode::Bytecode, context_interface::JournalTr};

use super::{
    abi::ArbDebug::{self, ArbDebugCalls as Method},
    call::{Answer, Call, Failure, Mutability},
};
use crate::evm::arbos::{chain_owners, peek};

pub(super) fn mutability(method: &Method) -> Mutability {
    match method {
        Method::becomeChainOwner(_) | Method::overwriteContractCode(_) => Mutability::Write,
        Method::customRevert(_) | Method::legacyError(_) => Mutability::Pure,
    }
}

pub(super) fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    match method {
        Method::becomeChainOwner(_) => {
            let owner = call.caller;
            chain_owners().add(call, owner)?;
            Ok(Vec::new())
        }
        Method::overwriteContractCode(input) => {
            let old = peek::code(call.ctx, input.target);
            let Ok(_) = call.ctx.journaled_state.load_account(input.target);
            let code = Bytecode::new_legacy(input.newCode);
            call.ctx.journaled_state.set_code(input.target, code);
            Ok(old.abi_encode())
        }
        Method::customRevert(input) => Err(ArbDebug::Custom {
            number: input.number,
            message: "This spider family wards off bugs: /\\oo/\\ //\\(oo)//\\ /\\oo/\\".to_owned(),
            flag: true,
        }
        .into()),
        Method::legacyError(_) => Err(Failure::Rejected),
    }
}
