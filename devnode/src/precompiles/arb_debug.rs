//! ArbDebug: what only a development chain allows.

use alloy::sol_types::SolValue;
use revm::{bytecode::Bytecode, context_interface::JournalTr, primitives::B256};

use super::{
    abi::ArbDebug::{self, ArbDebugCalls as Method},
    call::{Answer, Call, Failure, Mutability},
};
use crate::evm::arbos::{chain_owners, peek};

pub(super) fn mutability(method: &Method) -> Mutability {
    match method {
        Method::becomeChainOwner(_) | Method::overwriteContractCode(_) | Method::panic(_) => {
            Mutability::Write
        }
        Method::events(_) => Mutability::Payable,
        Method::eventsView(_) => Mutability::View,
        Method::customRevert(_) | Method::legacyError(_) => Mutability::Pure,
    }
}

/// Logs one event of each kind; returns who called with what value.
fn events(call: &mut Call<'_, '_>, flag: bool, value: B256) -> Answer<Vec<u8>> {
    let (caller, conn) = (call.caller, call.address);
    call.emit(&ArbDebug::Basic { flag: !flag, value })?;
    call.emit(&ArbDebug::Mixed { flag, not: !flag, value, conn, caller })?;
    Ok((caller, call.value).abi_encode_params())
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
        Method::events(input) => events(call, input.flag, input.value),
        // It logs, which a view may not.
        Method::eventsView(_) => Err(Failure::Refused),
        Method::panic(_) => Err(Failure::Fatal("called ArbDebug's debug-only Panic method".into())),
    }
}
