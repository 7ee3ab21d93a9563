//! The host functions of Nitro: module `vm_hooks`, 42 names and their signatures.

use wasmparser::{FuncType, ValType};

/// The module that programs import from.
pub(crate) const MODULE: &str = "vm_hooks";

/// The function that pays for pages; a program whose memory can grow has to import it.
pub(crate) const PAY_FOR_MEMORY_GROW: &str = "pay_for_memory_grow";

/// Name, parameters and result; `i` is `i32`, `I` is `i64`.
const HOOKS: [(&str, &str, &str); 42] = [
    ("account_balance", "ii", ""),
    ("account_code", "iiii", "i"),
    ("account_code_size", "i", "i"),
    ("account_codehash", "ii", ""),
    ("block_basefee", "i", ""),
    ("block_coinbase", "i", ""),
    ("block_gas_limit", "", "I"),
    ("block_number", "", "I"),
    ("block_timestamp", "", "I"),
    ("call_contract", "iiiiIi", "i"),
    ("chainid", "", "I"),
    ("contract_address", "i", ""),
    ("create1", "iiiii", ""),
    ("create2", "iiiiii", ""),
    ("delegate_call_contract", "iiiIi", "i"),
    ("emit_log", "iii", ""),
    ("evm_gas_left", "", "I"),
    ("evm_ink_left", "", "I"),
    ("exit_early", "i", ""),
    ("math_add_mod", "iii", ""),
    ("math_div", "ii", ""),
    ("math_mod", "ii", ""),
    ("math_mul_mod", "iii", ""),
    ("math_pow", "ii", ""),
    ("msg_reentrant", "", "i"),
    ("msg_sender", "i", ""),
    ("msg_value", "i", ""),
    ("native_keccak256", "iii", ""),
    (PAY_FOR_MEMORY_GROW, "i", ""),
    ("read_args", "i", ""),
    ("read_return_data", "iii", "i"),
    ("return_data_size", "", "i"),
    ("static_call_contract", "iiiIi", "i"),
    ("storage_cache_bytes32", "ii", ""),
    ("storage_flush_cache", "i", ""),
    ("storage_load_bytes32", "ii", ""),
    ("transient_load_bytes32", "ii", ""),
    ("transient_store_bytes32", "ii", ""),
    ("tx_gas_price", "i", ""),
    ("tx_ink_price", "", "i"),
    ("tx_origin", "i", ""),
    ("write_result", "ii", ""),
];

/// The signature of a host function, or `None` if there is no such function.
pub(crate) fn signature(name: &str) -> Option<FuncType> {
    let (_, parameters, result) = HOOKS.iter().find(|hook| hook.0 == name)?;
    Some(FuncType::new(parameters.chars().map(value_type), result.chars().map(value_type)))
}

fn value_type(letter: char) -> ValType {
    if letter == 'I' { ValType::I64 } else { ValType::I32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hooks_are_in_order_and_none_is_named_twice() {
        assert!(HOOKS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
