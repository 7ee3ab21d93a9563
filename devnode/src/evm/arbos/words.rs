//! Packing several numbers into one storage word, the first in the most significant bytes.

use revm::primitives::U256;

/// Writes numbers into a word, one after the other.
#[derive(Default)]
pub(super) struct Packer {
    word: U256,
    bits: usize,
}

impl Packer {
    /// Appends the `bytes` low bytes of `value`.
    pub(super) fn put(mut self, bytes: usize, value: impl Into<u64>) -> Self {
        self.bits += 8 * bytes;
        self.word |= U256::from(value.into()) << (U256::BITS - self.bits);
        self
    }

    /// The word.
    pub(super) fn finish(self) -> U256 {
        self.word
    }
}

/// Reads numbers from a word, one after the other.
pub(super) struct Unpacker {
    word: U256,
    bits: usize,
}

impl Unpacker {
    pub(super) fn new(word: U256) -> Self {
        Self { word, bits: 0 }
    }

    /// The next `N` bytes.
    fn take<const N: usize>(&mut self) -> [u8; 4] {
        const { assert!(N <= 4, "numbers have at most four bytes") };
        self.bits += 8 * N;
        let low: U256 = self.word >> (U256::BITS - self.bits);
        let bytes = low.to_be_bytes::<32>();
        let mut number = [0; 4];
        number[4 - N..].copy_from_slice(&bytes[32 - N..]);
        number
    }

    pub(super) fn u8(&mut self) -> u8 {
        self.take::<1>()[3]
    }

    pub(super) fn u16(&mut self) -> u16 {
        let [_, _, high, low] = self.take::<2>();
        u16::from_be_bytes([high, low])
    }

    pub(super) fn u24(&mut self) -> u32 {
        u32::from_be_bytes(self.take::<3>())
    }

    pub(super) fn u32(&mut self) -> u32 {
        u32::from_be_bytes(self.take::<4>())
    }
}
