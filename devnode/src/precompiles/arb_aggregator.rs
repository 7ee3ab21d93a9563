//! ArbAggregator: who posts the chain's data. Here it is the sequencer, who is paid at his own address.

use alloy::sol_types::SolValue;
use revm::primitives::U256;

use super::{
    abi::ArbAggregator::ArbAggregatorCalls as Method,
    call::{Answer, Call, Mutability},
};
use crate::evm::SEQUENCER;

pub(super) fn mutability(_method: &Method) -> Mutability {
    Mutability::View
}

pub(super) fn answer(_call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    Ok(match method {
        Method::getPreferredAggregator(_) => (SEQUENCER, true).abi_encode_params(),
        Method::getDefaultAggregator(_) | Method::getFeeCollector(_) => SEQUENCER.abi_encode(),
        Method::getBatchPosters(_) => vec![SEQUENCER].abi_encode(),
        Method::getTxBaseFee(_) => U256::ZERO.abi_encode(),
    })
}
