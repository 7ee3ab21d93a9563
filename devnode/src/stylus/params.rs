//! The chain's Stylus parameters: what a chain owner may set, with the defaults of ArbOS 61.

/// The Stylus parameters of a chain. Fields named `*_units` and `*_scalar` keep the chain's own
/// packed units; [`cost`](super::cost) turns them into gas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// The Stylus version that programs are activated for and must match to run.
    pub version: u16,
    /// Ink per unit of gas.
    pub ink_price: u32,
    /// Words of value stack that one call of a program may use.
    pub max_stack_depth: u32,
    /// Pages of 64 KiB that a transaction may have open free of charge.
    pub free_pages: u16,
    /// Gas for each page beyond the free ones, while it is open.
    pub page_gas: u16,
    /// Pages that a transaction may have open at once.
    pub page_limit: u16,
    /// Least gas to initialise a program that is not cached, in units of 128 gas.
    pub min_init_gas_units: u8,
    /// Least gas to initialise a cached program, in units of 32 gas.
    pub min_cached_init_gas_units: u8,
    /// Scales a program's measured initialisation cost, in units of 2 %.
    pub init_cost_scalar: u8,
    /// Scales a program's measured cached cost, in units of 2 %.
    pub cached_cost_scalar: u8,
    /// Days after which an activation lapses.
    pub expiry_days: u16,
    /// Days an activation must have lasted before it may be extended.
    pub keepalive_days: u16,
    /// Programs remembered as recently run within one block.
    pub block_cache_size: u16,
    /// Most bytes a program may have once decompressed.
    pub max_wasm_size: u32,
    /// Most fragments a program's code may be split into.
    pub max_fragment_count: u8,
    /// Gas burned by every activation, on top of what it is measured to cost.
    pub activation_gas: u64,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            version: 3,
            ink_price: 10_000,
            max_stack_depth: 22_000,
            free_pages: 2,
            page_gas: 1_000,
            page_limit: 128,
            min_init_gas_units: 69,
            min_cached_init_gas_units: 11,
            init_cost_scalar: 50,
            cached_cost_scalar: 50,
            expiry_days: 365,
            keepalive_days: 31,
            block_cache_size: 32,
            max_wasm_size: 262_144,
            max_fragment_count: 4,
            activation_gas: 0,
        }
    }
}

impl Params {
    /// The ink that `gas` buys.
    pub fn gas_to_ink(&self, gas: u64) -> u64 {
        gas.saturating_mul(self.ink_price.into())
    }

    /// The whole gas in `ink`; the fraction is lost.
    pub fn ink_to_gas(&self, ink: u64) -> u64 {
        ink / u64::from(self.ink_price.max(1))
    }
}
