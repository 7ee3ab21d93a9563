//! ArbInfo: balances and codes of accounts.

use alloy::sol_types::SolValue;

use super::{
    abi::ArbInfo::ArbInfoCalls as Method,
    call::{Answer, Call, Mutability, words},
};
use crate::evm::arbos::peek;

/// Gas to look up a balance.
const BALANCE: u64 = 700;
/// Gas to look up a code, and for each of its words.
const CODE: u64 = 2_100;
const CODE_WORD: u64 = 3;

pub(super) fn mutability(_method: &Method) -> Mutability {
    Mutability::View
}

pub(super) fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    match method {
        Method::getBalance(input) => {
            call.burn(BALANCE)?;
            Ok(peek::info(call.ctx, input.account).balance.abi_encode())
        }
        Method::getCode(input) => {
            call.burn(CODE)?;
            let code = peek::code(call.ctx, input.account);
            call.burn(CODE_WORD * words(code.len()))?;
            Ok(code.abi_encode())
        }
    }
}
