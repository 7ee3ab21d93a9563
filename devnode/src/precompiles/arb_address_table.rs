//! ArbAddressTable: short numbers for addresses. Anyone can give an address a number, for good.
//!
//! Compressed, an address is the RLP encoding of its number, or of itself if it has none.

use alloy::{rlp, sol_types::SolValue};
use revm::primitives::{Address, U256};

use super::{
    abi::ArbAddressTable::ArbAddressTableCalls as Method,
    call::{Answer, Call, Failure, Mutability},
};
use crate::evm::arbos::address_table;

/// Bytes of an address in RLP: its own and one that says so.
const ENCODED_ADDRESS: usize = 21;

pub(super) fn mutability(method: &Method) -> Mutability {
    match method {
        Method::register(_) | Method::compress(_) => Mutability::Write,
        _ => Mutability::View,
    }
}

pub(super) fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    Ok(match method {
        Method::addressExists(input) => address_table().contains(call, input.account)?.abi_encode(),
        Method::size(_) => U256::from(address_table().len(call)?).abi_encode(),
        Method::lookup(input) => {
            U256::from(number(call, input.account)?.ok_or(Failure::Rejected)?).abi_encode()
        }
        Method::lookupIndex(input) => at(call, input.index.saturating_to())?.abi_encode(),
        Method::register(input) => {
            address_table().add(call, input.account)?;
            U256::from(number(call, input.account)?.unwrap_or_default()).abi_encode()
        }
        Method::compress(input) => {
            let number = number(call, input.account)?;
            let short = number.map_or_else(|| rlp::encode(input.account), rlp::encode);
            short.abi_encode()
        }
        Method::decompress(input) => {
            let offset = usize::try_from(input.offset).map_err(|_| Failure::Rejected)?;
            decompress(call, input.buffer.get(offset..).ok_or(Failure::Rejected)?)?
        }
    })
}

/// An address's number, counted from 0.
fn number(call: &mut Call<'_, '_>, address: Address) -> Answer<Option<u64>> {
    Ok(address_table().position(call, address)?.checked_sub(1))
}

/// The address with a number.
fn at(call: &mut Call<'_, '_>, number: u64) -> Answer<Address> {
    if number >= address_table().len(call)? {
        return Err(Failure::Rejected);
    }
    address_table().member(call, number + 1)
}

/// The address at the start of some bytes, and how many of them it takes.
fn decompress(call: &mut Call<'_, '_>, bytes: &[u8]) -> Answer<Vec<u8>> {
    let mut rest = bytes;
    let item = rlp::Header::decode_bytes(&mut rest, false).map_err(|_| Failure::Rejected)?;
    let taken = bytes.len() - rest.len();
    let address = match <&[u8; 20]>::try_from(item) {
        Ok(address) if taken == ENCODED_ADDRESS => Address::from(address),
        _ => at(call, U256::try_from_be_slice(item).unwrap_or(U256::MAX).saturating_to())?,
    };
    Ok((address, U256::from(taken)).abi_encode_params())
}
