//! Arbitrum's precompiles, next to Ethereum's.
//!
//! One file per precompile. A method is declared in [`abi`], classified by its file's `mutability`,
//! and answered by its file's `answer`; what all calls have in common (decoding, rights, prices,
//! failures) is in [`call`]. The state they share is [`arbos`](crate::evm::arbos).
//!
//! Methods that this version of ArbOS does not have, or that a development chain has no use for,
//! fail like unknown selectors: a revert without data that takes all gas.

mod abi;
mod arb_debug;
mod arb_gas_info;
mod arb_info;
mod arb_owner;
mod arb_owner_public;
mod arb_sys;
mod arb_wasm;
mod arb_wasm_cache;
mod call;

use revm::{
    handler::{EthPrecompiles, PrecompileProvider},
    interpreter::{CallInputs, InterpreterResult},
    primitives::{Address, AddressSet, address, hardfork::SpecId},
};

use self::call::{Answer, Call, Failure};
use crate::evm::Context;

/// The address of the precompile with a small number.
const fn numbered(number: u8) -> Address {
    Address::with_last_byte(number)
}

/// ArbSys: the chain, and messages to its parent.
pub const ARB_SYS: Address = numbered(0x64);
/// ArbInfo: accounts.
pub const ARB_INFO: Address = numbered(0x65);
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

/// All precompiles but ArbDebug. Of the last seven only the account exists, and they answer nothing:
/// address table, aggregator, retryables, statistics, native tokens, filtered transactions, and the
/// one of internal transactions.
const ALWAYS: [Address; 14] = [
    ARB_SYS,
    ARB_INFO,
    ARB_OWNER_PUBLIC,
    ARB_GAS_INFO,
    ARB_OWNER,
    ARB_WASM,
    ARB_WASM_CACHE,
    numbered(0x66),
    numbered(0x6d),
    numbered(0x6e),
    numbered(0x6f),
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
    warm: AddressSet,
}

impl Precompiles {
    /// The precompiles of a chain; `debug` adds ArbDebug.
    pub(crate) fn new(spec: SpecId, debug: bool) -> Self {
        let ethereum = EthPrecompiles::new(spec);
        let mut warm = ethereum.warm_addresses().clone();
        warm.extend(addresses(debug));
        Self { ethereum, debug, warm }
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
        &self.warm
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
        ARB_DEBUG => call.answer(data, arb_debug::mutability, arb_debug::answer),
        _ => Err(Failure::Refused),
    }
}
