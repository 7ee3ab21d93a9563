//! ArbStatistics: how much the chain has done. Of what it tells, only the block number is still kept.

use alloy::sol_types::SolValue;
use revm::primitives::U256;

use super::{
    abi::ArbStatistics::ArbStatisticsCalls as Method,
    call::{Answer, Call, Mutability},
};

pub(super) fn mutability(_method: &Method) -> Mutability {
    Mutability::View
}

pub(super) fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    let Method::getStats(_) = method;
    let block = U256::from(call.ctx.journaled_state.database.block().l2_number);
    Ok((block, U256::ZERO, U256::ZERO, U256::ZERO, U256::ZERO, U256::ZERO).abi_encode_params())
}
