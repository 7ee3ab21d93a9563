//! Arbitrum's precompiles, next to Ethereum's.
//!
//! One file per precompile. A method is declared in `abi`, classified by its file's `mutability`,
//! and answered by its file's `answer`; what all calls have in common (decoding, rights, prices,
//! failures) is in `call`. The state they share is [`arbos`](crate::evm::arbos).
//!
//! Methods that this version of ArbOS does not have, or that a development chain has no use for,
//! fail like unknown selectors: a revert without data that takes all gas.

pub(crate) mod abi;
mod arb_address_table;
mod arb_aggregator;
mod arb_debug;
mod arb_gas_info;
mod arb_info;
mod arb_owner;
mod arb_owner_public;
mod arb_retryable_tx;
mod arb_statistics;
mod arb_sys;
mod arb_wasm;
mod arb_wasm_cache;
mod call;

use std::sync::LazyLock;

use revm::{
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, InterpreterResult},
    primitives::{Address, AddressSet, address, hardfork::SpecId},
};

use self::call::{Answer, Call, Failure};
use crate::evm::{Context, SPEC};

/// The address of the precompile with a small number.
const fn numbered(number: u8) -> Address {
    Address::with_last_byte(number)
}

/// ArbSys: the chain, and messages to its parent.
pub const ARB_SYS: Address = numbered(0x64);
/// ArbInfo: accounts.
pub const ARB_INFO: Address = numbered(0x65);
/// ArbAddressTable: short numbers for addresses.
pub const ARB_ADDRESS_TABLE: Address = numbered(0x66);
/// ArbAggregator: who posts the chain's data.
pub const ARB_AGGREGATOR: Address = numbered(0x6d);
/// ArbRetryableTx: messages from the parent chain.
pub const ARB_RETRYABLE_TX: Address = numbered(0x6e);
/// ArbStatistics: how much the chain has done.
pub const ARB_STATISTICS: Address = numbered(0x6f);
/// NodeInterface: what only the node knows. It answers calls by RPC; there is no account.
pub const NODE_INTERFACE: Address = numbered(0xc8);
/// ArbOwnerPublic: owners and settings.
pub const ARB_OWNER_PUBLIC: Address = numbered(0x6b);
/// ArbGasInfo: prices.
pub const ARB_GAS_INFO: Address = numbered(0x6c);
/// ArbOwner: what owners may do.
pub const ARB_OWNER: Address = numbered(0x70);
/// ArbWasm: activation and the parameters of Stylus.
pub const ARB_WASM: Address = numbered(0x71);
/// ArbWasmCache: the cache of programs.
pub const ARB_WASM_CACHE: Address = numbered(0x72);
/// ArbDebug: in debug mode only.
pub const ARB_DEBUG: Address = numbered(0xff);

/// The account that is said to call the block's internal transaction.
const ARBOS_ACTS: Address = address!("00000000000000000000000000000000000a4b05");

/// All precompiles but ArbDebug. Of the last three only the account exists, and they answer nothing:
/// native tokens, filtered transactions, and the one of internal transactions.
const ALWAYS: [Address; 14] = [
    ARB_SYS,
    ARB_INFO,
    ARB_OWNER_PUBLIC,
    ARB_GAS_INFO,
    ARB_OWNER,
    ARB_WASM,
    ARB_WASM_CACHE,
    ARB_ADDRESS_TABLE,
    ARB_AGGREGATOR,
    ARB_RETRYABLE_TX,
    ARB_STATISTICS,
    numbered(0x73),
    numbered(0x74),
    ARBOS_ACTS,
];

/// The precompiles a chain has: `debug` adds ArbDebug.
pub fn addresses(debug: bool) -> impl Iterator<Item = Address> {
    ALWAYS.into_iter().chain(debug.then_some(ARB_DEBUG))
}

/// Ethereum's precompiles and Arbitrum's.
#[derive(Clone, Debug)]
pub(crate) struct Precompiles {
    ethereum: EthPrecompiles,
    debug: bool,
    warm: &'static AddressSet,
}

/// What is warm in every transaction, without and with debug mode.
static WARM: [LazyLock<AddressSet>; 2] =
    [LazyLock::new(|| warm(false)), LazyLock::new(|| warm(true))];

fn warm(debug: bool) -> AddressSet {
    let mut warm = EthPrecompiles::new(SPEC).warm_addresses().clone();
    warm.extend(addresses(debug));
    warm
}

impl Precompiles {
    /// The precompiles of a chain; `debug` adds ArbDebug.
    pub(crate) fn new(debug: bool) -> Self {
        Self { ethereum: EthPrecompiles::new(SPEC), debug, warm: &WARM[usize::from(debug)] }
    }
}

impl PrecompileProvider<Context<'_>> for Precompiles {
    type Output = InterpreterResult;

    /// The rules never change within a chain's life.
    fn set_spec(&mut self, _spec: SpecId) -> bool {
        false
    }

    fn run(
        &mut self,
        ctx: &mut Context<'_>,
        inputs: &CallInputs,
    ) -> Result<Option<InterpreterResult>, String> {
        let address = inputs.bytecode_address;
        if !addresses(self.debug).any(|known| known == address) {
            return self.ethereum.run(ctx, inputs);
        }
        let data = inputs.input.bytes(ctx);
        let mut call = Call::new(ctx, inputs);
        let answer = answer(&mut call, &data);
        Ok(Some(call.finish(answer, inputs.gas_limit)))
    }

    fn warm_addresses(&self) -> &AddressSet {
        self.warm
    }
}

fn answer(call: &mut Call<'_, '_>, data: &[u8]) -> Answer<Vec<u8>> {
    match call.address {
        ARB_SYS => call.answer(data, arb_sys::mutability, arb_sys::answer),
        ARB_INFO => call.answer(data, arb_info::mutability, arb_info::answer),
        ARB_OWNER_PUBLIC => {
            call.answer(data, arb_owner_public::mutability, arb_owner_public::answer)
        }
        ARB_GAS_INFO => call.answer(data, arb_gas_info::mutability, arb_gas_info::answer),
        ARB_OWNER => arb_owner::act(call, data),
        ARB_WASM => call.answer(data, arb_wasm::mutability, arb_wasm::answer),
        ARB_WASM_CACHE => call.answer(data, arb_wasm_cache::mutability, arb_wasm_cache::answer),
        ARB_STATISTICS => call.answer(data, arb_statistics::mutability, arb_statistics::answer),
        ARB_ADDRESS_TABLE => {
            call.answer(data, arb_address_table::mutability, arb_address_table::answer)
        }
        ARB_AGGREGATOR => call.answer(data, arb_aggregator::mutability, arb_aggregator::answer),
        ARB_RETRYABLE_TX => {
            call.answer(data, arb_retryable_tx::mutability, arb_retryable_tx::answer)
        }
        ARB_DEBUG => call.answer(data, arb_debug::mutability, arb_debug::answer),
        _ => Err(Failure::Refused),
    }
}
