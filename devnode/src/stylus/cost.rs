//! What the chain charges around a run: entering a program, returning data, and the data fee of an
//! activation. Pure formulas; who pays, and when, is the caller's business.

use revm::primitives::U256;

use super::{Pages, Params};

/// Gas that one unit of `min_init_gas_units` stands for.
const INIT_GAS_UNIT: u64 = 128;
/// Gas that one unit of `min_cached_init_gas_units` stands for.
const CACHED_INIT_GAS_UNIT: u64 = 32;
/// Percent that one unit of a cost scalar stands for.
const SCALAR_PERCENT: u64 = 2;

/// Gas to initialise a program that is not cached, on top of [`cached_gas`].
pub fn init_gas(init_cost: u16, params: &Params) -> u64 {
    u64::from(params.min_init_gas_units) * INIT_GAS_UNIT
        + scaled_up(init_cost, params.init_cost_scalar)
}

/// Gas to start a program that is cached.
pub fn cached_gas(cached_cost: u16, params: &Params) -> u64 {
    u64::from(params.min_cached_init_gas_units) * CACHED_INIT_GAS_UNIT
        + scaled_up(cached_cost, params.cached_cost_scalar)
}

/// `cost` scaled by a percentage in units of two, rounded up.
fn scaled_up(cost: u16, scalar: u8) -> u64 {
    (u64::from(cost) * u64::from(scalar) * SCALAR_PERCENT).div_ceil(100)
}

/// Gas to enter a program, and the pages it opens counted in.
///
/// `cached` is whether the program is in the chain's cache or was called earlier in this block.
/// The result is `u64::MAX` when the transaction would exceed the page limit.
pub fn call_cost(
    init_cost: u16,
    cached_cost: u16,
    footprint: u16,
    cached: bool,
    pages: &mut Pages,
    params: &Params,
) -> u64 {
    let start = if cached { 0 } else { init_gas(init_cost, params) };
    pages
        .add(footprint, params)
        .saturating_add(cached_gas(cached_cost, params))
        .saturating_add(start)
}

/// The least gas a frame must have cost when it returns `len` bytes: what the EVM would charge for
/// the memory that holds them.
pub fn return_data_gas(len: usize) -> u64 {
    let words = (len as u64).div_ceil(32);
    words.saturating_mul(3).saturating_add(words.saturating_mul(words) / 512)
}

/// The kibibytes, rounded up, that a program record keeps of an assembly size estimate.
pub fn asm_estimate_kb(asm_estimate: u32) -> u32 {
    asm_estimate.div_ceil(1_024)
}

/// The pricer of stored programs: the fee per byte rises exponentially with the bytes stored
/// beyond a steady rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataPricer {
    /// Bytes stored and not yet forgotten.
    pub demand: u32,
    /// Bytes forgotten each second.
    pub bytes_per_second: u32,
    /// When `demand` was last brought up to date, in Unix seconds.
    pub last_update: u64,
    /// The fee per byte without any demand, in wei.
    pub min_price: u32,
    /// The demand, in bytes, that multiplies the fee by e.
    pub inertia: u32,
}

impl Default for DataPricer {
    fn default() -> Self {
        Self {
            demand: 0,
            bytes_per_second: 34_865,
            last_update: 1_421_388_000,
            min_price: 82_928_201,
            inertia: 21_360_419,
        }
    }
}

impl DataPricer {
    /// Adds `bytes` at Unix time `now` and returns their fee in wei.
    pub fn charge(&mut self, bytes: u32, now: u64) -> U256 {
        let passed = u32::try_from(now.wrapping_sub(self.last_update)).unwrap_or(u32::MAX);
        let forgotten = self.bytes_per_second.saturating_mul(passed);
        self.demand = self.demand.saturating_sub(forgotten).saturating_add(bytes);
        self.last_update = now;
        let multiplier = exp_bips(BIPS * u64::from(self.demand) / u64::from(self.inertia.max(1)));
        let per_byte = U256::from(self.min_price) * U256::from(multiplier) / U256::from(BIPS);
        per_byte * U256::from(bytes)
    }
}

/// Basis points in one.
const BIPS: u64 = 10_000;
/// Terms of the Taylor series that the chain sums.
const EXP_TERMS: u64 = 12;

/// `e^(x/10,000)` in basis points, by a Taylor series in Horner form, floored at every step.
fn exp_bips(x: u64) -> u64 {
    (1..EXP_TERMS).rev().fold(BIPS + x / EXP_TERMS, |sum, term| {
        BIPS.saturating_add(sum.saturating_mul(x) / (term * BIPS))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The metrics of the smallest program (`i32.const 0`).
    const INIT_COST: u16 = 18;
    const CACHED_COST: u16 = 6;
    const ASM_ESTIMATE: u32 = 513_418;
    const NOW: u64 = 1_790_000_000;

    fn enter(cached: bool) -> u64 {
        let params = Params::default();
        call_cost(INIT_COST, CACHED_COST, 0, cached, &mut Pages::default(), &params)
    }

    #[test]
    fn the_first_call_in_a_block_pays_for_initialisation() {
        assert_eq!(enter(false), 8_850 + 358);
        assert_eq!(enter(true), 358);
    }

    #[test]
    fn scaled_costs_round_up() {
        let params = Params { init_cost_scalar: 1, ..Params::default() };
        assert_eq!(init_gas(1, &params), 8_832 + 1);
    }

    #[test]
    fn entering_beyond_the_page_limit_can_not_be_paid() {
        let mut pages = Pages { open: 128, ever: 128 };
        assert_eq!(call_cost(0, 0, 1, true, &mut pages, &Params::default()), u64::MAX);
    }

    #[test]
    fn the_data_fee_rises_with_demand_and_falls_with_time() {
        let mut pricer = DataPricer::default();
        assert_eq!(pricer.charge(ASM_ESTIMATE, NOW), U256::from(43_607_190_175_334_u64));
        let mut busy = pricer;
        assert_eq!(busy.charge(ASM_ESTIMATE, NOW), U256::from(44_667_353_164_550_u64));
        assert_eq!(pricer.charge(ASM_ESTIMATE, NOW + 15), U256::from(43_607_190_175_334_u64));
    }

    #[test]
    fn a_clock_that_runs_backwards_forgets_all_demand() {
        let mut pricer = DataPricer { demand: u32::MAX, last_update: NOW, ..DataPricer::default() };
        pricer.charge(1, NOW - 1);
        assert_eq!(pricer.demand, 1);
    }

    #[test]
    fn returned_data_costs_what_evm_memory_costs() {
        assert_eq!(return_data_gas(0), 0);
        assert_eq!(return_data_gas(32), 3);
        assert_eq!(return_data_gas(33), 6);
        assert_eq!(return_data_gas(32 * 1_024), 3_072 + 2_048);
    }

    #[test]
    fn the_recorded_assembly_size_is_in_kibibytes_rounded_up() {
        assert_eq!(asm_estimate_kb(ASM_ESTIMATE), 502);
        assert_eq!(asm_estimate_kb(1_024), 1);
    }
}
