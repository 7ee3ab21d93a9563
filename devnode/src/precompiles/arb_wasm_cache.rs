//! ArbWasmCache: which programs the chain keeps ready, and who decides that.

use alloy::sol_types::SolValue;
use revm::primitives::{Address, B256};

use super::{
    abi::ArbWasmCache::{self, ArbWasmCacheCalls as Method},
    arb_wasm,
    call::{Answer, Call, Failure, Mutability},
};
use crate::evm::arbos::{
    chain_owners,
    programs::{Inactive, Record, cache_managers},
};

pub(super) fn mutability(method: &Method) -> Mutability {
    match method {
        Method::cacheProgram(_) | Method::evictCodehash(_) => Mutability::Write,
        _ => Mutability::View,
    }
}

pub(super) fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    match method {
        Method::isCacheManager(input) => {
            Ok(cache_managers().contains(call, input.manager)?.abi_encode())
        }
        Method::allCacheManagers(_) => Ok(cache_managers().members(call)?.abi_encode()),
        Method::codehashIsCached(input) => {
            Ok(Record::read(call, input.codehash)?.cached.abi_encode())
        }
        Method::cacheProgram(input) => cache(call, input.program),
        Method::evictCodehash(input) => set_cached(call, input.codehash, false),
    }
}

fn cache(call: &mut Call<'_, '_>, program: Address) -> Answer<Vec<u8>> {
    let codehash = call.code_hash(program)?;
    set_cached(call, codehash, true)
}

/// Puts a program into the cache or takes it out. Nothing happens if it is there already.
fn set_cached(call: &mut Call<'_, '_>, codehash: B256, cached: bool) -> Answer<Vec<u8>> {
    let manager = call.caller;
    if !cache_managers().contains(call, manager)? && !chain_owners().contains(call, manager)? {
        return Err(Failure::Refused);
    }
    let params = arb_wasm::params(call)?;
    let mut record = Record::read(call, codehash)?;
    if cached {
        check(record.check(&params, call.now()), &record, params.version)?;
    }
    if record.cached == cached {
        return Ok(Vec::new());
    }
    call.emit(&ArbWasmCache::UpdateProgramCache { manager, codehash, cached })?;
    if cached {
        call.burn(record.init_cost.into())?;
    }
    record.cached = cached;
    record.write(call, codehash)?;
    Ok(Vec::new())
}

/// Here, unlike elsewhere, a program that was never activated counts as one of another version.
fn check(state: Result<(), Inactive>, record: &Record, current: u16) -> Answer<()> {
    match state {
        Err(Inactive::NotActivated) => {
            Err(Inactive::NeedsUpgrade { version: record.version, current }.into())
        }
        other => Ok(other?),
    }
}
