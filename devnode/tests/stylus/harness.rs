//! Runs a program on a [`Chain`], and isolates what one host function costs.

use devnode::stylus::{Env, Exit, Frame, Module, Outcome, Params, Returned, Step, activate, load};
use revm::primitives::{Address, U256};

use crate::chain::Chain;

/// More gas than any test spends unless it means to.
pub(crate) const AMPLE: u64 = 100_000_000;
/// Ink per gas.
pub(crate) const GAS: u64 = 10_000;

/// A program, its call, and the chain it runs on.
pub(crate) struct Run {
    pub(crate) module: Module,
    pub(crate) env: Env,
    pub(crate) gas: u64,
    pub(crate) params: Params,
    pub(crate) chain: Chain,
}

impl Run {
    /// Prepares a program in the text format.
    pub(crate) fn of(wat: &str) -> Self {
        let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}\n{wat}"));
        let module = load(&wasm, &Params::default(), false);
        Self::of_module(module.unwrap_or_else(|error| panic!("{error}\n{wat}")))
    }

    /// Prepares an activated program. Its first pages count as the chain counts them.
    pub(crate) fn of_module(module: Module) -> Self {
        let params = Params::default();
        let mut chain = Chain::default();
        chain.pages.add(module.footprint(), &params);
        Self { module, env: Env::default(), gas: AMPLE, params, chain }
    }

    /// Prepares a program whose entry point has this body, with every host function imported.
    pub(crate) fn of_body(body: &str) -> Self {
        Self::of(&program(body, ""))
    }

    /// Sets the chain up.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Runs to the end. Calls are not expected.
    pub(crate) fn run(&mut self) -> Exit {
        self.run_with(|step| panic!("unexpected {step:?}"))
    }

    /// Runs to the end, with an answer to every call and create.
    pub(crate) fn run_with(&mut self, mut answer: impl FnMut(Step) -> Returned) -> Exit {
        let mut frame = Frame::new(&self.module, self.env.clone(), self.gas, &self.params);
        let mut step = frame.run(&mut self.chain);
        loop {
            step = match step {
                Step::Done(exit) => return exit,
                call => frame.resume(&mut self.chain, answer(call)),
            };
        }
    }

    /// Runs to a successful end.
    pub(crate) fn succeed(&mut self) -> Exit {
        let exit = self.run();
        assert_eq!(exit.outcome, Outcome::Success);
        exit
    }
}

/// The imports of all host functions.
const IMPORTS: &str = r#"
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "exit_early" (func $exit_early (param i32)))
    (import "vm_hooks" "storage_load_bytes32" (func $storage_load (param i32 i32)))
    (import "vm_hooks" "storage_cache_bytes32" (func $storage_cache (param i32 i32)))
    (import "vm_hooks" "storage_flush_cache" (func $storage_flush (param i32)))
    (import "vm_hooks" "transient_load_bytes32" (func $transient_load (param i32 i32)))
    (import "vm_hooks" "transient_store_bytes32" (func $transient_store (param i32 i32)))
    (import "vm_hooks" "call_contract" (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "delegate_call_contract"
        (func $delegate_call (param i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "static_call_contract"
        (func $static_call (param i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
    (import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
    (import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
    (import "vm_hooks" "return_data_size" (func $return_data_size (result i32)))
    (import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
    (import "vm_hooks" "account_balance" (func $account_balance (param i32 i32)))
    (import "vm_hooks" "account_code" (func $account_code (param i32 i32 i32 i32) (result i32)))
    (import "vm_hooks" "account_code_size" (func $account_code_size (param i32) (result i32)))
    (import "vm_hooks" "account_codehash" (func $account_codehash (param i32 i32)))
    (import "vm_hooks" "evm_gas_left" (func $evm_gas_left (result i64)))
    (import "vm_hooks" "evm_ink_left" (func $evm_ink_left (result i64)))
    (import "vm_hooks" "block_basefee" (func $block_basefee (param i32)))
    (import "vm_hooks" "chainid" (func $chainid (result i64)))
    (import "vm_hooks" "block_coinbase" (func $block_coinbase (param i32)))
    (import "vm_hooks" "block_gas_limit" (func $block_gas_limit (result i64)))
    (import "vm_hooks" "block_number" (func $block_number (result i64)))
    (import "vm_hooks" "block_timestamp" (func $block_timestamp (result i64)))
    (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
    (import "vm_hooks" "math_div" (func $math_div (param i32 i32)))
    (import "vm_hooks" "math_mod" (func $math_mod (param i32 i32)))
    (import "vm_hooks" "math_pow" (func $math_pow (param i32 i32)))
    (import "vm_hooks" "math_add_mod" (func $math_add_mod (param i32 i32 i32)))
    (import "vm_hooks" "math_mul_mod" (func $math_mul_mod (param i32 i32 i32)))
    (import "vm_hooks" "msg_reentrant" (func $msg_reentrant (result i32)))
    (import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
    (import "vm_hooks" "msg_value" (func $msg_value (param i32)))
    (import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
    (import "vm_hooks" "tx_gas_price" (func $tx_gas_price (param i32)))
    (import "vm_hooks" "tx_ink_price" (func $tx_ink_price (result i32)))
    (import "vm_hooks" "tx_origin" (func $tx_origin (param i32)))
    (import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))
"#;

/// A program with every host function imported, one page of memory, and more `items`.
pub(crate) fn program(body: &str, items: &str) -> String {
    format!(
        r#"(module {IMPORTS}
            (memory (export "memory") 1 1)
            (global $before (mut i64) (i64.const 0))
            {items}
            (func (export "user_entrypoint") (param i32) (result i32) {body} i32.const 0))"#
    )
}

/// Where programs keep the word of their output.
const OUT: u32 = 65_504;

/// What a call of a host function came to.
pub(crate) struct Priced {
    pub(crate) ink: u64,
    pub(crate) run: Run,
}

/// Measures the ink of one call of a host function, which must have constant arguments, in a
/// program that has run `setup` before.
pub(crate) fn price(setup: &str, call: &str) -> Priced {
    price_with(setup, call, |_| {})
}

/// The same, on a chain that has been changed before.
pub(crate) fn price_with(setup: &str, call: &str, change: impl FnOnce(&mut Run)) -> Priced {
    let mut run = measuring(setup, call).with(change);
    let exit = run.succeed();
    Priced { ink: measured(&exit, call), run }
}

/// A program that outputs the ink spent on `call`.
pub(crate) fn measuring(setup: &str, call: &str) -> Run {
    Run::of_body(&format!(
        "{setup}
         (global.set $before (call $evm_ink_left))
         {call}
         (i64.store (i32.const {OUT}) (i64.sub (global.get $before) (call $evm_ink_left)))
         (call $write_result (i32.const {OUT}) (i32.const 8))"
    ))
}

/// The ink that a program of [`measuring`] reports, less that of the instructions around the call.
pub(crate) fn measured(exit: &Exit, call: &str) -> u64 {
    assert_eq!(exit.outcome, Outcome::Success);
    let total = u64::from_le_bytes(exit.output[..].try_into().expect("eight bytes"));
    let arguments = call.matches(".const").count() as u64;
    let before = 575 + arguments + 3_800 + 2_450;
    let drop = if call.starts_with("(drop") { 9 } else { 0 };
    let after = drop + 1 + 225 + 3_800 + 2_450 + 8_400;
    total - before - after
}

/// Runs a body that leaves a word of `len` bytes at 32 and returns it.
pub(crate) fn output(body: &str, len: u32, change: impl FnOnce(&mut Run)) -> Vec<u8> {
    let body = format!("{body} (call $write_result (i32.const 32) (i32.const {len}))");
    Run::of_body(&body).with(change).succeed().output.to_vec()
}

/// Sets the word of memory at `ptr` to a small number.
pub(crate) fn word(ptr: u32, value: u8) -> String {
    format!("(i32.store8 (i32.const {}) (i32.const {value}))", ptr + 31)
}

/// Sets the 20 bytes of memory at `ptr` to a small address.
pub(crate) fn address(ptr: u32, value: u8) -> String {
    format!("(i32.store8 (i32.const {}) (i32.const {value}))", ptr + 19)
}

/// The address that ends in `value`.
pub(crate) fn account(value: u8) -> Address {
    Address::with_last_byte(value)
}

/// A small number as a word.
pub(crate) fn uint(value: u64) -> U256 {
    U256::from(value)
}

/// Whether a program in the text format can be activated, and if not, why.
pub(crate) fn activation(wat: &str) -> Result<(), String> {
    let wasm = wat::parse_str(wat).unwrap_or_else(|error| panic!("{error}\n{wat}"));
    let result = activate(&wasm, &Params::default(), 0, false, &mut u64::MAX.clone());
    result.map(drop).map_err(|error| error.to_string())
}
