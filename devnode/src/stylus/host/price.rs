//! The pieces that the prices of host functions are made of, in ink.

/// Calling any host function.
pub(super) const HOSTIO: u64 = 8_400;
/// A pointer argument.
pub(super) const PTR: u64 = 5_040;
/// A request to the chain's side.
pub(super) const EVM_API: u64 = 59_673;
/// Dividing or taking a remainder of words.
pub(super) const DIVISION: u64 = 43_520;
/// Adding words under a modulus.
pub(super) const ADD_MOD: u64 = 49_560;
/// Multiplying words under a modulus.
pub(super) const MUL_MOD: u64 = 52_660;
/// Raising a word to a power, before the exponent is known.
pub(super) const POW: u64 = HOSTIO + 3 * PTR;

/// Bytes that come with the base price of a transfer.
const FREE_BYTES: u64 = 32;

/// The host writes `len` bytes to the program's memory.
pub(super) fn write(len: usize) -> u64 {
    transfer(PTR, 30, len)
}

/// The host reads `len` bytes of the program's memory.
pub(super) fn read(len: u32) -> u64 {
    transfer(16_381, 55, len as usize)
}

fn transfer(base: u64, per_byte: u64, len: usize) -> u64 {
    base.saturating_add((len as u64).saturating_sub(FREE_BYTES).saturating_mul(per_byte))
}

/// Hashes `len` bytes.
pub(super) fn keccak(len: u32) -> u64 {
    121_800 + 21_000 * u64::from(len.div_ceil(32)).saturating_sub(2)
}

/// Raises a word to an exponent with that many leading zero bytes, up to 32.
pub(super) fn exponent(leading_zero_bytes: usize) -> u64 {
    3_000 + 17_500 * (33_u64.saturating_sub(leading_zero_bytes as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_32_bytes_of_a_transfer_cost_the_base_price() {
        assert_eq!([0, 1, 32, 33, 100].map(write), [5_040, 5_040, 5_040, 5_070, 7_080]);
        assert_eq!([0, 1, 32, 33, 100].map(read), [16_381, 16_381, 16_381, 16_436, 20_121]);
    }

    #[test]
    fn the_largest_lengths_do_not_overflow() {
        assert_eq!(write(usize::MAX), u64::MAX);
        assert!(read(u32::MAX) > 200_000_000_000);
        assert!(keccak(u32::MAX) > 2_000_000_000_000);
    }

    #[test]
    fn hashing_costs_by_the_word_from_the_third_on() {
        let prices = [0, 1, 64, 65, 96, 100].map(keccak);
        assert_eq!(prices, [121_800, 121_800, 121_800, 142_800, 142_800, 163_800]);
    }

    #[test]
    fn an_exponent_costs_by_its_bytes() {
        assert_eq!(exponent(31), 38_000);
        assert_eq!(exponent(32), 20_500);
        assert_eq!(exponent(0), 580_500);
    }
}
