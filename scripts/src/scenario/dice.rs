//! Figures that look like life and are the same every time (SplitMix64).

use alloy::primitives::U256;

/// A source of fixed pseudo-random numbers.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` up to, but not including, `least + spread`.
    pub(crate) fn between(&mut self, least: U256, spread: U256) -> U256 {
        let wide = U256::from_limbs([self.next(), self.next(), 0, 0]);
        least + wide % spread
    }
}
