//! The EIP-712 domain of a contract, and ERC-5267's way to read it.
//!
//! The domain is built from the live chain id and address at each use, so that a permit never
//! survives a fork of the chain. The version is always "1" and there is no salt.

use alloc::vec::Vec;

use alloy_primitives::{B256, b256, keccak256};
use stylus_sdk::{host::VM, keccak_const::Keccak256, prelude::*};

use crate::abi::{Out, Word};

const VERSION: &str = "1";

const DOMAIN_TYPEHASH: B256 = B256::new(
    Keccak256::new()
        .update(
            b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
        )
        .finalize(),
);

const VERSION_HASH: B256 = B256::new(Keccak256::new().update(VERSION.as_bytes()).finalize());

/// ERC-5267's bit set of the fields in use: name, version, chain id and contract, but no salt.
const FIELDS: B256 = b256!("0x0f00000000000000000000000000000000000000000000000000000000000000");

/// The domain of the running contract, encoded as `eip712Domain()` returns it: fields, name,
/// version, chain id, contract, salt, extensions.
#[must_use]
pub fn eip712_domain(vm: &VM, name: &str) -> Vec<u8> {
    Out::of(7)
        .word(FIELDS)
        .text(name)
        .text(VERSION)
        .word(vm.chain_id())
        .word(vm.contract_address())
        .word(B256::ZERO)
        .array(core::iter::empty::<B256>())
        .done()
}

/// The hash of the domain of the running contract, for `DOMAIN_SEPARATOR()`.
#[must_use]
pub fn domain_separator(vm: &VM, name: &str) -> B256 {
    hash_words(&[
        DOMAIN_TYPEHASH,
        keccak256(name),
        VERSION_HASH,
        vm.chain_id().word(),
        vm.contract_address().word(),
    ])
}

/// The digest that a wallet signs for a struct in a domain.
pub(crate) fn typed_data_hash(domain: B256, struct_hash: B256) -> B256 {
    let mut preimage = b"\x19\x01".to_vec();
    preimage.extend_from_slice(domain.as_slice());
    preimage.extend_from_slice(struct_hash.as_slice());
    keccak256(preimage)
}

/// Keccak-256 of words in a row, which is how EIP-712 encodes static fields.
#[must_use]
#[inline(never)]
pub fn hash_words(words: &[B256]) -> B256 {
    keccak256(concat(words))
}

/// Words in a row.
#[inline(never)]
pub(crate) fn concat(words: &[B256]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in words {
        bytes.extend_from_slice(word.as_slice());
    }
    bytes
}
