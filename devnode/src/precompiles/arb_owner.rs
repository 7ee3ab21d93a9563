//! ArbOwner: what the chain's owners may do. It costs them nothing beyond the transaction itself.

use revm::primitives::{FixedBytes, U256};

use super::{
    abi::ArbOwner::{self, ArbOwnerCalls as Method},
    call::{Answer, Call, Failure, Mutability},
};
use crate::{
    evm::arbos::{
        Field, chain_owners,
        programs::{self, cache_managers},
        storage::Storage,
    },
    stylus::Params,
};

/// Units that the parameters are packed in.
const INIT_GAS_UNIT: u32 = 128;
const CACHED_INIT_GAS_UNIT: u32 = 32;
const SCALAR_PERCENT: u64 = 2;
/// Largest ink price: it is kept in three bytes.
const MAX_INK_PRICE: u32 = (1 << 24) - 1;

fn mutability(_method: &Method) -> Mutability {
    Mutability::Write
}

/// Answers an owner, and refuses everybody else.
pub(super) fn act(call: &mut Call<'_, '_>, data: &[u8]) -> Answer<Vec<u8>> {
    let owner = call.caller;
    let Ok(is_owner) = chain_owners().contains(call.ctx, owner);
    if !is_owner {
        return Err(Failure::Fatal("unauthorized caller to access-controlled method".to_owned()));
    }
    call.make_free();
    let output = call.answer(data, mutability, answer)?;
    let method = data.first_chunk().map(FixedBytes::<4>::from).unwrap_or_default();
    call.emit(&ArbOwner::OwnerActs { method, owner, data: data.to_vec().into() })?;
    Ok(output)
}

fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    match method {
        Method::addChainOwner(input) => chain_owners().add(call, input.owner)?,
        Method::addWasmCacheManager(input) => cache_managers().add(call, input.manager)?,
        Method::removeWasmCacheManager(input) => {
            if !cache_managers().remove(call, input.manager)? {
                return Err(Failure::Rejected);
            }
        }
        Method::setWasmActivationGas(input) => {
            call.set(programs::activation_gas_slot(), U256::from(input.gas))?;
        }
        Method::scheduleArbOSUpgrade(input) => {
            call.set(Field::UpgradeVersion.slot(), U256::from(input.version))?;
            call.set(Field::UpgradeTimestamp.slot(), U256::from(input.timestamp))?;
        }
        other => match field(&other) {
            Some((field, value)) => call.set(field.slot(), value)?,
            None => {
                let Ok(mut params) = programs::read_params(call.ctx);
                tune(&mut params, &other)?;
                programs::write_params(call, &params)?;
            }
        },
    }
    Ok(Vec::new())
}

/// The field that a setter sets, if it sets one.
fn field(method: &Method) -> Option<(Field, U256)> {
    Some(match method {
        Method::setL1PricePerUnit(input) => (Field::L1PricePerUnit, input.price),
        Method::setL2BaseFee(input) => (Field::BaseFee, input.price),
        Method::setMinimumL2BaseFee(input) => (Field::MinBaseFee, input.price),
        Method::setMaxTxGasLimit(input) => (Field::TxGasLimit, U256::from(input.limit)),
        Method::setBrotliCompressionLevel(input) => (Field::BrotliLevel, U256::from(input.level)),
        Method::setCollectTips(input) => (Field::CollectTips, U256::from(input.collect)),
        _ => return None,
    })
}

/// Sets one of the Stylus parameters.
fn tune(params: &mut Params, method: &Method) -> Answer<()> {
    match method {
        Method::setInkPrice(input) if (1..=MAX_INK_PRICE).contains(&input.price) => {
            params.ink_price = input.price;
        }
        Method::setWasmMaxStackDepth(input) => params.max_stack_depth = input.depth,
        Method::setWasmFreePages(input) => params.free_pages = input.pages,
        Method::setWasmPageGas(input) => params.page_gas = input.gas,
        Method::setWasmPageLimit(input) => params.page_limit = input.limit,
        Method::setWasmMaxSize(input) => params.max_wasm_size = input.size,
        Method::setWasmMinInitGas(input) => {
            params.min_init_gas_units = units(input.gas.into(), INIT_GAS_UNIT);
            params.min_cached_init_gas_units = units(input.cached.into(), CACHED_INIT_GAS_UNIT);
        }
        Method::setWasmInitCostScalar(input) => {
            let scalar = input.percent.div_ceil(SCALAR_PERCENT);
            params.init_cost_scalar = u8::try_from(scalar).unwrap_or(u8::MAX);
        }
        Method::setWasmExpiryDays(input) => params.expiry_days = input.days_,
        Method::setWasmKeepaliveDays(input) => params.keepalive_days = input.days_,
        Method::setWasmBlockCacheSize(input) => params.block_cache_size = input.count,
        Method::setMaxStylusContractFragments(input) => params.max_fragment_count = input.count,
        _ => return Err(Failure::Rejected),
    }
    Ok(())
}

/// `gas` in units of `unit`, rounded up.
fn units(gas: u32, unit: u32) -> u8 {
    u8::try_from(gas.div_ceil(unit)).unwrap_or(u8::MAX)
}
