//! What memory costs: an additive price per open page, and a price that grows exponentially with
//! the most pages a transaction ever had open.

use super::Params;

/// The pages of WebAssembly memory that a transaction's programs hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// Pages open now.
    pub open: u16,
    /// The most pages open at any time; reverts do not lower it.
    pub ever: u16,
}

impl Pages {
    /// Opens `count` more pages and returns their price in gas.
    ///
    /// The pages count even when the price can't be paid. Beyond the chain's page limit the price
    /// is `u64::MAX`. Whoever enters a program calls this with its footprint, remembers `open`
    /// from before, and puts it back when the program ends.
    pub fn add(&mut self, count: u16, params: &Params) -> u64 {
        let before = *self;
        self.open = before.open.saturating_add(count);
        self.ever = before.ever.max(self.open);
        if self.open > params.page_limit {
            return u64::MAX;
        }
        if self.ever <= params.free_pages {
            return 0;
        }
        let charged = |open: u16| u64::from(open.saturating_sub(params.free_pages));
        let adding = (charged(self.open) - charged(before.open)) * u64::from(params.page_gas);
        adding.saturating_add(ramp(self.ever).saturating_sub(ramp(before.ever)))
    }
}

/// The exponential part: gas to have had `pages` pages open.
fn ramp(pages: u16) -> u64 {
    RAMP.get(usize::from(pages)).map_or(u64::MAX, |&gas| u64::from(gas))
}

/// `⌊31,874,000^(k/128)⌋` for `k` pages, as the chain rounds it.
#[rustfmt::skip]
const RAMP: [u32; 129] = [
    1, 1, 1, 1, 1, 1, 2, 2, 2, 3,
    3, 4, 5, 5, 6, 7, 8, 9, 11, 12,
    14, 17, 19, 22, 25, 29, 33, 38, 43, 50,
    57, 65, 75, 85, 98, 112, 128, 147, 168, 193,
    221, 253, 289, 331, 379, 434, 497, 569, 651, 745,
    853, 976, 1117, 1279, 1463, 1675, 1917, 2194, 2511, 2874,
    3290, 3765, 4309, 4932, 5645, 6461, 7395, 8464, 9687, 11087,
    12689, 14523, 16621, 19024, 21773, 24919, 28521, 32642, 37359, 42758,
    48938, 56010, 64104, 73368, 83971, 96106, 109_994, 125_890, 144_082, 164_904,
    188_735, 216_010, 247_226, 282_953, 323_844, 370_643, 424_206, 485_509, 555_672, 635_973,
    727_880, 833_067, 953_456, 1_091_243, 1_248_941, 1_429_429, 1_636_000, 1_872_423, 2_143_012, 2_452_704,
    2_807_151, 3_212_820, 3_677_113, 4_208_502, 4_816_684, 5_512_756, 6_309_419, 7_221_210, 8_264_766, 9_459_129,
    10_826_093, 12_390_601, 14_181_199, 16_230_562, 18_576_084, 21_260_563, 24_332_984, 27_849_408, 31_873_999,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_two_pages_are_free() {
        let mut pages = Pages::default();
        assert_eq!(pages.add(2, &Params::default()), 0);
        assert_eq!(pages, Pages { open: 2, ever: 2 });
    }

    #[test]
    fn growing_to_the_limit_costs_one_whole_block() {
        assert_eq!(Pages::default().add(128, &Params::default()), 31_999_998);
    }

    #[test]
    fn pages_beyond_the_limit_can_not_be_paid_but_count() {
        let mut pages = Pages { open: 1, ever: 1 };
        assert_eq!(pages.add(128, &Params::default()), u64::MAX);
        assert_eq!(pages, Pages { open: 129, ever: 129 });
    }

    #[test]
    fn reopening_pages_pays_the_additive_price_only() {
        let mut pages = Pages { open: 1, ever: 40 };
        assert_eq!(pages.add(5, &Params::default()), 4_000);
        assert_eq!(pages, Pages { open: 6, ever: 40 });
    }
}
