//! ArbRetryableTx: messages from the parent chain that can be tried again. There is no parent chain, so
//! there are none.

use alloy::sol_types::SolValue;
use revm::primitives::{Address, U256};

use super::{
    abi::ArbRetryableTx::{self, ArbRetryableTxCalls as Method},
    call::{Answer, Call, Mutability},
};

/// How long a message would be kept, in seconds: a week.
const LIFETIME: u64 = 7 * 24 * 60 * 60;

pub(super) fn mutability(method: &Method) -> Mutability {
    match method {
        Method::redeem(_) | Method::keepalive(_) | Method::cancel(_) => Mutability::Write,
        _ => Mutability::View,
    }
}

pub(super) fn answer(_call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    match method {
        Method::getLifetime(_) => Ok(U256::from(LIFETIME).abi_encode()),
        Method::getCurrentRedeemer(_) => Ok(Address::ZERO.abi_encode()),
        _ => Err(ArbRetryableTx::NoTicketWithID {}.into()),
    }
}
