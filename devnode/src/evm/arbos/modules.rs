//! Compiled programs, shared by the whole process.
//!
//! A module depends only on its WebAssembly, the Stylus version and whether the chain has debug
//! imports. The module hash that an activation records stands for the first two, so it is the key:
//! states that fork, revert and override each other can share what they have compiled.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
};

use revm::primitives::{B256, keccak256};

use super::{peek, programs};
use crate::{
    evm::Context,
    stylus::{self, Module, Params, code},
};

/// Modules kept; when there are more, all are forgotten and compiled again on demand.
const CAPACITY: usize = 1_024;

type Modules = HashMap<(B256, bool), Module>;

static MODULES: LazyLock<Mutex<Modules>> = LazyLock::new(Mutex::default);

fn modules() -> std::sync::MutexGuard<'static, Modules> {
    MODULES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The hash that stands for an activated module. On a real chain this is the root of the module's
/// proving representation, which only the prover can compute; here it is a hash of its input.
pub(crate) fn hash(wasm: &[u8], params: &Params) -> B256 {
    keccak256([params.version.to_be_bytes().as_slice(), wasm].concat())
}

/// Keeps a module for later calls.
pub(crate) fn keep(hash: B256, debug: bool, module: Module) {
    let mut modules = modules();
    if modules.len() >= CAPACITY {
        modules.clear();
    }
    modules.insert((hash, debug), module);
}

/// The module of an active program, compiled if this process has not run it before.
///
/// The error is a text, to be reported as the reason why the call failed.
pub(crate) fn load(
    ctx: &mut Context<'_>,
    codehash: B256,
    account_code: &[u8],
    params: &Params,
) -> Result<Module, String> {
    let Ok(hash) = programs::module_hash(ctx, codehash);
    let debug = ctx.journaled_state.database.block.debug;
    let known = modules().get(&(hash, debug)).cloned();
    if let Some(module) = known {
        return Ok(module);
    }
    let fragment = |address| peek::code(ctx, address).to_vec();
    let wasm = code::wasm(account_code, params, fragment).map_err(|error| error.to_string())?;
    let module = stylus::load(&wasm, params, debug).map_err(|error| error.to_string())?;
    keep(hash, debug, module.clone());
    Ok(module)
}
