//! Random numbers (splitmix64): the same for the same seed, everywhere.

use alloy_primitives::U256;

use crate::MAX;

pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    pub(crate) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }

    /// One time out of `of`.
    pub(crate) fn chance(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }

    /// An amount of any order of magnitude up to `bits` bits.
    pub(crate) fn magnitude(&mut self, bits: u64) -> U256 {
        let wide = U256::from_limbs([self.roll(), self.roll(), 0, 0]);
        wide >> (128 - 1 - self.below(bits)) as usize
    }

    /// An amount around `most`: often valid, sometimes just above, sometimes absurd.
    pub(crate) fn amount(&mut self, most: U256) -> U256 {
        match self.below(16) {
            0 => U256::ZERO,
            1 => most + U256::from(1),
            2 => self.pick(&[U256::MAX, MAX, MAX + U256::from(1), U256::from(1) << 128]),
            3..6 => most,
            6 => U256::from(1),
            _ => most / U256::from(1 + self.below(9)),
        }
    }
}
