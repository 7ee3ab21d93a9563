//! How deep calls can be, and how much a transaction can use.

use devnode::evm::{Kind, Transaction};
use revm::primitives::U256;

use crate::fixture::*;

/// Calls itself with all gas and returns how many frames that made.
const RECURSIVE: &str = r#"(module
    (import "vm_hooks" "contract_address" (func $contract (param i32)))
    (import "vm_hooks" "call_contract"
        (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "read_return_data"
        (func $return_data (param i32 i32 i32) (result i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param i32) (result i32)
        (call $contract (i32.const 0))
        (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32)
            (i64.const -1) (i32.const 64)))
        (drop (call $return_data (i32.const 128) (i32.const 0) (i32.const 4)))
        (i32.store (i32.const 128) (i32.add (i32.load (i32.const 128)) (i32.const 1)))
        (call $write_result (i32.const 128) (i32.const 4))
        (i32.const 0)))"#;

#[test]
fn calls_nest_one_thousand_and_twenty_four_deep() {
    let mut chain = Chain::new();
    // Calls itself with all gas and returns one more than what it got back.
    let recursive =
        chain.deploy(&hex("6020 5f 5f 5f 5f 30 5a f1 5f 51 02 6001 01 5f 52 6020 5f f3"));
    let outcome = chain.simulate(recursive, []);
    assert_eq!(words(&outcome.output), [U256::from(1_025)], "and the outermost frame");
}

#[test]
fn programs_nest_as_deep_as_their_pages_allow() {
    let mut chain = Chain::new();
    let program = chain.program(RECURSIVE);
    let outcome = chain.simulate(program, []);
    assert_eq!(outcome.kind, Kind::Success);
    assert_eq!(outcome.output.as_ref(), 128_u32.to_le_bytes());
}

#[test]
fn a_program_runs_at_the_greatest_depth_and_not_below_it() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    // Calls itself as often as its calldata says, then the program, and returns that call's status.
    let mut code = hex("5f 35 80 6028 57 5f 5f 5f 5f 5f 73");
    code.extend(program);
    code.extend(hex("5a f1 5f 52 6020 5f f3"));
    code.extend(hex("5b 6001 90 03 5f 52 6020 5f 6020 5f 5f 30 5a f1 50 6020 5f f3"));
    let contract = chain.deploy(&code);
    let mut status = |nesting: u64| {
        let outcome = chain.simulate(contract, U256::from(nesting).to_be_bytes::<32>());
        words(&outcome.output)[0]
    };
    assert_eq!(status(1_023), U256::ONE);
    assert_eq!(status(1_024), U256::ZERO);
}

#[test]
fn gas_above_the_limit_is_held_back_and_returned() {
    let mut chain = Chain::new();
    // Returns the gas it has left.
    let meter = chain.deploy(&hex("5a 5f 52 6020 5f f3"));
    let tx = Transaction { gas_limit: 100_000_000, ..chain.transaction(Some(meter), []) };
    let outcome = chain.send(&tx);
    let left: u64 = words(&outcome.output)[0].saturating_to();
    assert_eq!(left, 32_000_000 - 21_000 - 2);
    assert!(outcome.gas_used < 22_000);

    let looping = chain.deploy(&hex("5b 5f 56"));
    let tx = Transaction { gas_limit: 100_000_000, ..chain.transaction(Some(looping), []) };
    let outcome = chain.send(&tx);
    assert_eq!(outcome.kind, Kind::Halt("out of gas".to_owned()));
    assert_eq!(outcome.gas_used, 32_000_000);
}

#[test]
fn a_program_that_exhausts_its_stack_fails_by_depth_and_takes_all_gas() {
    let mut chain = Chain::new();
    let program = chain.program(
        r#"(module (memory (export "memory") 0 0) (func $r (call $r))
        (func (export "user_entrypoint") (param i32) (result i32) (call $r) i32.const 0))"#,
    );
    let outcome = chain.call(program, []);
    assert_eq!(outcome.kind, Kind::Halt("max call depth exceeded".to_owned()));
    assert_eq!(outcome.gas_used, GAS);
}

#[test]
fn a_program_that_traps_keeps_its_gas() {
    let mut chain = Chain::new();
    let program = chain.program(
        r#"(module (memory (export "memory") 0 0)
        (func (export "user_entrypoint") (param i32) (result i32) unreachable))"#,
    );
    let outcome = chain.call(program, []);
    assert_eq!(outcome.kind, Kind::Revert);
    assert!(outcome.output.is_empty());
    assert!(outcome.gas_used < 31_000);
}

#[test]
fn output_costs_as_much_as_the_memory_an_evm_would_need() {
    let mut chain = Chain::new();
    let program = chain.program(
        r#"(module (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
        (memory (export "memory") 2 2)
        (func (export "user_entrypoint") (param i32) (result i32)
            (call $write_result (i32.const 0) (i32.const 131072)) i32.const 0))"#,
    );
    chain.call(program, []);
    let outcome = chain.call(program, []);
    assert_eq!(outcome.kind, Kind::Success);
    // 4,096 words: 3 gas each, and the square over 512.
    assert_eq!(outcome.gas_used, 21_000 + 3 * 4_096 + 4_096 * 4_096 / 512);
}
