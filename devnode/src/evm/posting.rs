//! What it costs to post a transaction to the parent chain.
//!
//! A chain pays for its transactions' bytes there, compressed, and each transaction pays for its own:
//! sixteen units for a byte of what brotli makes of it, at a price that ArbOS keeps. On a development
//! chain that price is zero until an owner sets another (`ArbOwner.setL1PricePerUnit`).
//!
//! Another brotli encoder may need a few bytes more or less, so this is Nitro's formula but not to the
//! last unit its result.

use std::io::Write;

use revm::primitives::{Bytes, U256};

use super::State;

/// Units of a compressed byte.
const UNITS_PER_BYTE: u64 = 16;
/// How hard brotli tries: ArbOS' default.
const QUALITY: u32 = 1;
/// The bits of brotli's window, and the bytes of its buffer.
const WINDOW: u32 = 22;
const BUFFER: usize = 4_096;

/// The gas that pays for posting `bytes`, at this base fee in wei. A free call pays nothing.
pub(crate) fn gas(state: &State, bytes: &Bytes, basefee: u64) -> u64 {
    let price = state.l1_price();
    if price.is_zero() || basefee == 0 || bytes.is_empty() {
        return 0;
    }
    let units = UNITS_PER_BYTE * compressed_len(bytes);
    (U256::from(units).saturating_mul(price) / U256::from(basefee)).saturating_to()
}

fn compressed_len(bytes: &[u8]) -> u64 {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, BUFFER, QUALITY, WINDOW);
    let written = writer.write_all(bytes);
    drop(writer);
    debug_assert!(written.is_ok(), "memory can be written");
    compressed.len() as u64
}
