//! Numbers that look random and are the same for the same seed, everywhere and for ever: for the demo's
//! figures, for random lives in tests, for benches.
//!
//! The generator is SplitMix64 (Steele, Lea and Flood, 2014). A remainder makes a bounded number of it, which
//! favours small ones by less than one in 2^40 for the bounds in use here. Nothing secret may depend on it.
//!
//! ```
//! use dice::Dice;
//!
//! let (mut one, mut same) = (Dice::new(7), Dice::new(7));
//! assert_eq!(one.below(6), same.below(6));
//! assert!(one.below(6) < 6);
//! ```

use alloy_primitives::U256;

/// A source of numbers.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The numbers of `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not zero.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    /// Whether it is the one time out of `of`.
    pub const fn chance(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }

    /// One of `choices`, which are not none.
    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize].clone()
    }

    /// 128 bits.
    fn wide(&mut self) -> U256 {
        U256::from_limbs([self.roll(), self.roll(), 0, 0])
    }

    /// A number from `least` up to, but not including, `least + spread`, which is at most 2^128.
    pub fn between(&mut self, least: U256, spread: U256) -> U256 {
        least + self.wide() % spread
    }

    /// A number from one to `most`, which is at most 2^128.
    pub fn up_to(&mut self, most: U256) -> U256 {
        self.between(U256::ONE, most)
    }

    /// A number of any order of magnitude up to `bits` bits, of which there are 1 to 128.
    pub fn magnitude(&mut self, bits: u64) -> U256 {
        let wide = self.wide();
        wide >> (128 - 1 - self.below(bits)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_of_a_seed_are_those_of_splitmix64() {
        // The first of seed 0, by the reference implementation.
        let mut dice = Dice::new(0);
        assert_eq!(dice.roll(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(dice.roll(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn bounds_hold() {
        let mut dice = Dice::new(1);
        for _ in 0..1_000 {
            assert!(dice.below(3) < 3);
            assert!((1..=9).contains(&dice.up_to(U256::from(9)).to::<u64>()));
            assert!((5..7).contains(&dice.between(U256::from(5), U256::from(2)).to::<u64>()));
            assert!(dice.magnitude(20).bit_len() <= 20);
            assert!([1, 4].contains(&dice.pick(&[1, 4])));
        }
    }
}
