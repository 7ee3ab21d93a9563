//! Storage slots, laid out as Solidity would.
//!
//! The SDK's storage types describe a layout well and cost as much code as the rest of a contract:
//! every field of every type brings its own offset arithmetic and byte swaps. A contract here names
//! its slots as constants and reads and writes whole words; what shares a slot is packed by the one
//! type that owns it. Mappings and arrays are derived as in Solidity, so that tools which know its
//! layout rules can read ours.

use alloy_primitives::{B256, U256, keccak256};
use stylus_sdk::{host::VM, prelude::*};

use crate::abi::Word;

/// A place in the running contract's storage.
///
/// Reads and writes go through the VM's cache of the frame: a second read is nearly free, and writes
/// reach the chain when the call ends or another contract is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(U256);

impl Slot {
    /// Slot number `n`.
    #[must_use]
    pub const fn at(n: u64) -> Self {
        Self(U256::from_limbs([n, 0, 0, 0]))
    }

    /// The slot at this hash, for what must lie apart from everything numbered.
    #[must_use]
    pub const fn hashed(hash: U256) -> Self {
        Self(hash)
    }

    /// The slot `n` further: a field of a struct, or an element of an array of one-slot elements.
    #[must_use]
    pub const fn plus(self, n: u64) -> Self {
        Self(self.0.wrapping_add(U256::from_limbs([n, 0, 0, 0])))
    }

    /// The slot of `key` in the mapping whose root is this slot.
    #[must_use]
    #[inline(always)]
    pub fn key(self, key: impl Word) -> Self {
        let [a, b, c, d] = self.0.into_limbs();
        entry(a, b, c, d, key.word())
    }

    /// Reads the word.
    #[must_use]
    #[inline(always)]
    pub fn get(self, vm: &VM) -> U256 {
        let [a, b, c, d] = self.0.into_limbs();
        load(vm, a, b, c, d)
    }

    /// Writes the word.
    #[inline(always)]
    pub fn set(self, vm: &VM, value: U256) {
        let [a, b, c, d] = self.0.into_limbs();
        store(vm, a, b, c, d, value);
    }
}

// A place comes to these as four numbers and not as one word, so that the numbered ones are in the code
// and not in the data of the program: a byte of data costs three quarters of a gas in every call.

#[inline(never)]
fn entry(a: u64, b: u64, c: u64, d: u64, key: B256) -> Slot {
    let preimage = [key.0, U256::from_limbs([a, b, c, d]).to_be_bytes()];
    Slot(U256::from_be_bytes(keccak256(preimage.as_flattened()).0))
}

#[inline(never)]
fn load(vm: &VM, a: u64, b: u64, c: u64, d: u64) -> U256 {
    U256::from_be_bytes(vm.storage_load_bytes32(U256::from_limbs([a, b, c, d])).0)
}

#[inline(never)]
fn store(vm: &VM, a: u64, b: u64, c: u64, d: u64, value: U256) {
    // SAFETY: nobody keeps a reference into storage: values are copied in and out.
    unsafe { vm.storage_cache_bytes32(U256::from_limbs([a, b, c, d]), value.into()) }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Address, b256};

    use super::*;

    #[test]
    fn a_mapping_lies_where_solidity_puts_it() {
        // keccak256(abi.encode(address(1), uint256(3)))
        let entry = Slot::at(3).key(Address::with_last_byte(1));
        let preimage = [U256::from(1).to_be_bytes::<32>(), U256::from(3).to_be_bytes()].concat();
        assert_eq!(entry, Slot(U256::from_be_bytes(keccak256(preimage).0)));
        let zero = b256!("ad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5");
        assert_eq!(Slot::at(0).key(0_u64), Slot(U256::from_be_bytes(zero.0)));
        assert_eq!(Slot::at(7).plus(2), Slot::at(9));
    }
}
