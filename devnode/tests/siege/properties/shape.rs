//! Modules that pass for Stylus programs: generated, valid, with the exports that a program must have
//! and imports of host functions only. What the generator knows and Stylus refuses is switched off.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use wasm_smith::{Config, Module};

/// What every program exports.
const EXPORTS: &str = r#"(module (memory (export "memory") 1 4)
    (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;

/// A selection of host functions, one of each kind at least.
const IMPORTS: &str = r#"(module
    (import "vm_hooks" "read_args" (func (param i32)))
    (import "vm_hooks" "write_result" (func (param i32 i32)))
    (import "vm_hooks" "exit_early" (func (param i32)))
    (import "vm_hooks" "storage_load_bytes32" (func (param i32 i32)))
    (import "vm_hooks" "storage_cache_bytes32" (func (param i32 i32)))
    (import "vm_hooks" "storage_flush_cache" (func (param i32)))
    (import "vm_hooks" "transient_load_bytes32" (func (param i32 i32)))
    (import "vm_hooks" "transient_store_bytes32" (func (param i32 i32)))
    (import "vm_hooks" "call_contract" (func (param i32 i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "delegate_call_contract" (func (param i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "static_call_contract" (func (param i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "create1" (func (param i32 i32 i32 i32 i32)))
    (import "vm_hooks" "create2" (func (param i32 i32 i32 i32 i32 i32)))
    (import "vm_hooks" "read_return_data" (func (param i32 i32 i32) (result i32)))
    (import "vm_hooks" "emit_log" (func (param i32 i32 i32)))
    (import "vm_hooks" "account_balance" (func (param i32 i32)))
    (import "vm_hooks" "account_code" (func (param i32 i32 i32 i32) (result i32)))
    (import "vm_hooks" "evm_ink_left" (func (result i64)))
    (import "vm_hooks" "contract_address" (func (param i32)))
    (import "vm_hooks" "math_div" (func (param i32 i32)))
    (import "vm_hooks" "math_pow" (func (param i32 i32)))
    (import "vm_hooks" "native_keccak256" (func (param i32 i32 i32)))
    (import "vm_hooks" "pay_for_memory_grow" (func (param i32))))"#;

static SHAPE: LazyLock<Config> = LazyLock::new(|| Config {
    exports: Some(wat::parse_str(EXPORTS).expect("valid text")),
    available_imports: Some(wat::parse_str(IMPORTS).expect("valid text")),
    allow_floats: false,
    allow_start_export: false,
    bulk_memory_enabled: false,
    compact_imports_enabled: false,
    exceptions_enabled: false,
    gc_enabled: false,
    // The one that is exported comes on top.
    max_memories: 0,
    max_memory32_bytes: 1 << 23,
    max_table_elements: 4_096,
    memory64_enabled: false,
    multi_value_enabled: false,
    reference_types_enabled: false,
    relaxed_simd_enabled: false,
    shared_everything_threads_enabled: false,
    simd_enabled: false,
    tail_call_enabled: false,
    threads_enabled: false,
    wide_arithmetic_enabled: false,
    ..Config::default()
});

/// A program made of arbitrary data.
///
/// # Errors
/// When there is too little data.
pub fn program(data: &mut Unstructured<'_>) -> arbitrary::Result<Vec<u8>> {
    Ok(Module::new(SHAPE.clone(), data)?.to_bytes())
}
