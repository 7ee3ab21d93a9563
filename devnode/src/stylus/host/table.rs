//! The list of host functions: what a program may import, and which method answers it.

use super::hook::Hook;

/// Writes one row of the tables below.
macro_rules! hooks {
    ($module:literal: $($name:ident($params:literal) -> $results:literal;)*) => {
        &[$(Hook {
            module: $module,
            name: stringify!($name),
            params: $params,
            results: $results,
            run: |host, args| host.$name(args),
        }),*]
    };
}

/// The functions that every chain offers.
#[rustfmt::skip]
pub(super) const VM_HOOKS: &[Hook] = hooks! { "vm_hooks":
    read_args("i") -> "";
    write_result("ii") -> "";
    exit_early("i") -> "";
    storage_load_bytes32("ii") -> "";
    storage_cache_bytes32("ii") -> "";
    storage_flush_cache("i") -> "";
    transient_load_bytes32("ii") -> "";
    transient_store_bytes32("ii") -> "";
    call_contract("iiiiIi") -> "i";
    delegate_call_contract("iiiIi") -> "i";
    static_call_contract("iiiIi") -> "i";
    create1("iiiii") -> "";
    create2("iiiiii") -> "";
    read_return_data("iii") -> "i";
    return_data_size("") -> "i";
    emit_log("iii") -> "";
    account_balance("ii") -> "";
    account_code("iiii") -> "i";
    account_code_size("i") -> "i";
    account_codehash("ii") -> "";
    evm_gas_left("") -> "I";
    evm_ink_left("") -> "I";
    block_basefee("i") -> "";
    chainid("") -> "I";
    block_coinbase("i") -> "";
    block_gas_limit("") -> "I";
    block_number("") -> "I";
    block_timestamp("") -> "I";
    contract_address("i") -> "";
    math_div("ii") -> "";
    math_mod("ii") -> "";
    math_pow("ii") -> "";
    math_add_mod("iii") -> "";
    math_mul_mod("iii") -> "";
    msg_reentrant("") -> "i";
    msg_sender("i") -> "";
    msg_value("i") -> "";
    native_keccak256("iii") -> "";
    tx_gas_price("i") -> "";
    tx_ink_price("") -> "i";
    tx_origin("i") -> "";
    pay_for_memory_grow("i") -> "";
};

/// The functions that only debug chains offer, by module.
#[rustfmt::skip]
const CONSOLE_HOOKS: &[Hook] = hooks! { "console":
    log_txt("ii") -> "";
    log_i32("i") -> "";
    log_i64("I") -> "";
    log_f32("f") -> "";
    log_f64("F") -> "";
    tee_i32("i") -> "i";
    tee_i64("I") -> "I";
    tee_f32("f") -> "f";
    tee_f64("F") -> "F";
};

/// The functions that only debug chains offer, by module.
const BENCHMARK_HOOKS: &[Hook] = hooks! { "debug":
    null_host("") -> "";
    start_benchmark("") -> "";
    end_benchmark("") -> "";
};

/// The functions that only debug chains offer.
pub(super) const DEBUG_HOOKS: [&[Hook]; 2] = [CONSOLE_HOOKS, BENCHMARK_HOOKS];
