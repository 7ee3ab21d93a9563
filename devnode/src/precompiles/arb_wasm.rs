//! ArbWasm: activation of programs, and the parameters of Stylus.

use alloy::sol_types::SolValue;
use revm::{
    context_interface::JournalTr,
    primitives::{Address, B256, Bytes, U256},
};

use super::{
    abi::ArbWasm::{self, ArbWasmCalls as Method},
    call::{Answer, Call, Failure, Mutability, words},
};
use crate::{
    evm::{
        MAX_CODE_SIZE,
        arbos::{
            Field, as_address, modules, peek,
            programs::{self, Inactive, Record},
            storage::Storage,
        },
    },
    stylus::{
        self, ActivationError, Metrics, Params,
        code::{self, Kind, Root},
        cost,
    },
};

/// Gas that every activation costs before anything is measured.
const ACTIVATION_GAS: u64 = 1_659_168;
/// Gas to read the parameters.
const PARAMS_GAS: u64 = 100;
/// The fixed exponent of the page price, for display.
const PAGE_RAMP: u64 = 620_674_314;
/// Gas of an account access, and per word of the code that is read.
const WARM_ACCOUNT: u64 = 100;
const COLD_ACCOUNT: u64 = 2_600;
const CODE_WORD: u64 = 3;
/// Units that the parameters are packed in.
const INIT_GAS_UNIT: u64 = 128;
const CACHED_INIT_GAS_UNIT: u64 = 32;
const SCALAR_PERCENT: u64 = 2;

pub(super) fn mutability(method: &Method) -> Mutability {
    match method {
        Method::activateProgram(_) | Method::codehashKeepalive(_) => Mutability::Payable,
        _ => Mutability::View,
    }
}

pub(super) fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    match method {
        Method::activateProgram(input) => activate(call, input.program),
        Method::codehashKeepalive(input) => keepalive(call, input.codehash),
        Method::codehashVersion(input) => Ok(active(call, input.codehash)?.1.version.abi_encode()),
        Method::codehashAsmSize(input) => {
            Ok((active(call, input.codehash)?.1.asm_estimate_kb * 1_024).abi_encode())
        }
        Method::programVersion(input) => Ok(program(call, input.program)?.1.version.abi_encode()),
        Method::programInitGas(input) => init_gas(call, input.program),
        Method::programMemoryFootprint(input) => {
            Ok(program(call, input.program)?.1.footprint.abi_encode())
        }
        Method::programTimeLeft(input) => {
            let now = call.now();
            let (params, record) = program(call, input.program)?;
            Ok(record.time_left(&params, now).abi_encode())
        }
        Method::activationGas(_) => Ok(call.get(programs::activation_gas_slot())?.abi_encode()),
        parameter => Ok(show(&params(call)?, &parameter)),
    }
}

/// One of the methods that only show a parameter.
fn show(params: &Params, method: &Method) -> Vec<u8> {
    match method {
        Method::stylusVersion(_) => params.version.abi_encode(),
        Method::inkPrice(_) => params.ink_price.abi_encode(),
        Method::maxStackDepth(_) => params.max_stack_depth.abi_encode(),
        Method::freePages(_) => params.free_pages.abi_encode(),
        Method::pageGas(_) => params.page_gas.abi_encode(),
        Method::pageRamp(_) => PAGE_RAMP.abi_encode(),
        Method::pageLimit(_) => params.page_limit.abi_encode(),
        Method::minInitGas(_) => (
            u64::from(params.min_init_gas_units) * INIT_GAS_UNIT,
            u64::from(params.min_cached_init_gas_units) * CACHED_INIT_GAS_UNIT,
        )
            .abi_encode_params(),
        Method::initCostScalar(_) => {
            (u64::from(params.init_cost_scalar) * SCALAR_PERCENT).abi_encode()
        }
        Method::expiryDays(_) => params.expiry_days.abi_encode(),
        Method::keepaliveDays(_) => params.keepalive_days.abi_encode(),
        Method::blockCacheSize(_) => params.block_cache_size.abi_encode(),
        _ => Vec::new(),
    }
}

/// The parameters, at the price programs pay for them.
pub(super) fn params(call: &mut Call<'_, '_>) -> Answer<Params> {
    call.burn(PARAMS_GAS)?;
    let Ok(params) = programs::read_params(call.ctx);
    Ok(params)
}

/// The record of an active program.
fn active(call: &mut Call<'_, '_>, codehash: B256) -> Answer<(Params, Record)> {
    let params = params(call)?;
    let record = Record::read(call, codehash)?;
    record.check(&params, call.now())?;
    Ok((params, record))
}

/// The record of the active program at an address.
fn program(call: &mut Call<'_, '_>, address: Address) -> Answer<(Params, Record)> {
    let codehash = call.code_hash(address)?;
    active(call, codehash)
}

fn init_gas(call: &mut Call<'_, '_>, address: Address) -> Answer<Vec<u8>> {
    let (params, record) = program(call, address)?;
    let cached = cost::cached_gas(record.cached_cost, &params);
    let fresh = cost::init_gas(record.init_cost, &params) + cached;
    Ok((fresh, cached).abi_encode_params())
}

impl From<Inactive> for Failure {
    fn from(inactive: Inactive) -> Self {
        match inactive {
            Inactive::NotActivated => ArbWasm::ProgramNotActivated {}.into(),
            Inactive::NeedsUpgrade { version, current } => {
                ArbWasm::ProgramNeedsUpgrade { version, stylusVersion: current }.into()
            }
            Inactive::Expired { age } => ArbWasm::ProgramExpired { ageInSeconds: age }.into(),
        }
    }
}

/// Activates the program at an address: validates, measures, records, and sells it its place.
fn activate(call: &mut Call<'_, '_>, address: Address) -> Answer<Vec<u8>> {
    let extra: u64 = call.get(programs::activation_gas_slot())?.saturating_to();
    call.burn(extra)?;
    call.burn(ACTIVATION_GAS)?;
    let params = params(call)?;
    let info = peek::info(call.ctx, address);
    let old = Record::read(call, info.code_hash)?;
    if old.version == params.version && !old.is_expired(&params, call.now()) {
        return Err(ArbWasm::ProgramUpToDate {}.into());
    }
    if peek::is_destroyed(call.ctx, address) {
        return Err(Failure::Rejected);
    }
    let code = info.code.map(|code| code.original_bytes()).unwrap_or_default();
    let wasm = wasm(call, &code, &params)?;
    let (metrics, module) = measure(call, &wasm, &params)?;
    let fee = record(call, info.code_hash, &old, module, &metrics, &params)?;
    call.emit(&ArbWasm::ProgramActivated {
        codehash: info.code_hash,
        moduleHash: module,
        program: address,
        dataFee: fee,
        version: params.version,
    })?;
    Ok((params.version, fee).abi_encode_params())
}

/// The WebAssembly of a program's code; fragments are paid for as they are read.
fn wasm(call: &mut Call<'_, '_>, account_code: &Bytes, params: &Params) -> Answer<Vec<u8>> {
    match Kind::of(account_code) {
        Some(Kind::Classic) => {}
        Some(Kind::Root) => {
            let root = Root::parse(account_code, params).map_err(|_| Failure::Rejected)?;
            root.fragments.iter().try_for_each(|fragment| read_fragment(call, *fragment))?;
        }
        Some(Kind::Fragment) => return Err(Failure::Rejected),
        None => return Err(ArbWasm::ProgramNotWasm {}.into()),
    }
    let fragment = |address| peek::code(call.ctx, address).to_vec();
    code::wasm(account_code, params, fragment).map_err(|_| Failure::Rejected)
}

/// Pays for the access to a fragment and its bytes. The gas must suffice for a fragment of the
/// largest size before its real size is looked at.
fn read_fragment(call: &mut Call<'_, '_>, address: Address) -> Answer<()> {
    if call.gas < COLD_ACCOUNT + CODE_WORD * words(MAX_CODE_SIZE) {
        return Err(Failure::OutOfGas);
    }
    let Ok(account) = call.ctx.journaled_state.load_account(address);
    let access = if account.is_cold { COLD_ACCOUNT } else { WARM_ACCOUNT };
    call.burn(access)?;
    let size = peek::code(call.ctx, address).len();
    call.burn(CODE_WORD * words(size))
}

/// Validates and measures a program. A program that is not valid costs all gas.
fn measure(call: &mut Call<'_, '_>, wasm: &[u8], params: &Params) -> Answer<(Metrics, B256)> {
    let (debug, open) =
        (call.ctx.journaled_state.database.block().debug, call.ctx.chain.pages.open);
    let (module, metrics) = stylus::activate(wasm, params, open, debug, &mut call.gas).map_err(
        |error| match error {
            ActivationError::OutOfGas => Failure::OutOfGas,
            ActivationError::Invalid(reason) => {
                Failure::Fatal(format!("program activation failed: {reason}"))
            }
        },
    )?;
    let hash = modules::hash(wasm, params);
    modules::keep(hash, debug, module);
    Ok((metrics, hash))
}

/// Writes what the activation found, and takes the data fee, which is returned.
fn record(
    call: &mut Call<'_, '_>,
    codehash: B256,
    old: &Record,
    module: B256,
    metrics: &Metrics,
    params: &Params,
) -> Answer<U256> {
    if old.cached {
        // The chain looks up which module to drop from its cache.
        programs::module_hash(call, codehash)?;
    }
    programs::set_module_hash(call, codehash, module)?;
    let now = call.now();
    let fee = programs::charge_data(call, metrics.asm_estimate, now)?;
    let record = Record {
        version: params.version,
        init_cost: metrics.init_cost,
        cached_cost: metrics.cached_cost,
        footprint: metrics.footprint,
        activated_hours: programs::hours(now),
        asm_estimate_kb: cost::asm_estimate_kb(metrics.asm_estimate),
        cached: old.cached,
    };
    record.write(call, codehash)?;
    settle(call, fee)?;
    Ok(fee)
}

/// Takes the data fee from the value sent along, and returns the rest to the caller.
fn settle(call: &mut Call<'_, '_>, fee: U256) -> Answer<()> {
    let Some(rest) = call.value.checked_sub(fee) else {
        let have = call.value;
        return Err(ArbWasm::ProgramInsufficientValue { have, want: fee }.into());
    };
    let network = as_address(call.get(Field::NetworkFeeAccount.slot())?);
    call.pay(network, fee)?;
    call.pay(call.caller, rest)
}

/// Extends the life of an active program to a full term from now.
fn keepalive(call: &mut Call<'_, '_>, codehash: B256) -> Answer<Vec<u8>> {
    let now = call.now();
    let (params, mut record) = active(call, codehash)?;
    if record.is_fresh(&params, now) {
        let age = record.age(now);
        return Err(ArbWasm::ProgramKeepaliveTooSoon { ageInSeconds: age }.into());
    }
    let fee = programs::charge_data(call, record.asm_estimate_kb * 1_024, now)?;
    record.activated_hours = programs::hours(now);
    record.write(call, codehash)?;
    settle(call, fee)?;
    call.emit(&ArbWasm::ProgramLifetimeExtended { codehash, dataFee: fee })?;
    Ok(Vec::new())
}
