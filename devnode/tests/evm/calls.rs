//! Programs and contracts calling each other.

use devnode::{evm::Kind, precompiles::ARB_SYS};
use revm::primitives::{Address, Bytes, U256};

use crate::fixture::*;

/// Reads its calldata as kind (0 call, 1 delegate, 2 static), address, value and data, makes that
/// call with all gas, and returns the status byte and the return data.
const CALLER: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "call_contract"
        (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "delegate_call_contract"
        (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "static_call_contract"
        (func $static (param i32 i32 i32 i64 i32) (result i32)))
    (import "vm_hooks" "read_return_data"
        (func $return_data (param i32 i32 i32) (result i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (local $status i32)
        (call $read_args (i32.const 0))
        (if (i32.eqz (i32.load8_u (i32.const 0)))
            (then (local.set $status (call $call (i32.const 1) (i32.const 53)
                (i32.sub (local.get $len) (i32.const 53))
                (i32.const 21) (i64.const -1) (i32.const 8192))))
            (else (if (i32.eq (i32.load8_u (i32.const 0)) (i32.const 1))
                (then (local.set $status (call $delegate (i32.const 1) (i32.const 53)
                    (i32.sub (local.get $len) (i32.const 53)) (i64.const -1) (i32.const 8192))))
                (else (local.set $status (call $static (i32.const 1) (i32.const 53)
                    (i32.sub (local.get $len) (i32.const 53)) (i64.const -1) (i32.const 8192)))))))
        (i32.store8 (i32.const 4096) (local.get $status))
        (call $write_result (i32.const 4096) (i32.add (i32.const 1)
            (call $return_data (i32.const 4097) (i32.const 0) (i32.const 4000))))
        (i32.const 0)))"#;

/// Returns its caller, its own address, the value it got and its reentrancy flag, a word each.
const CONTEXT: &str = r#"(module
    (import "vm_hooks" "msg_sender" (func $sender (param i32)))
    (import "vm_hooks" "contract_address" (func $contract (param i32)))
    (import "vm_hooks" "msg_value" (func $value (param i32)))
    (import "vm_hooks" "msg_reentrant" (func $reentrant (result i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param i32) (result i32)
        (call $sender (i32.const 12))
        (call $contract (i32.const 44))
        (call $value (i32.const 64))
        (i32.store8 (i32.const 127) (call $reentrant))
        (call $write_result (i32.const 0) (i32.const 128))
        (i32.const 0)))"#;

/// Writes 1 to slot 0, emits an empty log, and ends with its first byte of calldata as the status.
const WRITER: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
    (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
    (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param i32) (result i32)
        (call $read_args (i32.const 128))
        (i32.store8 (i32.const 63) (i32.const 1))
        (call $cache (i32.const 0) (i32.const 32))
        (call $flush (i32.const 1))
        (call $log (i32.const 0) (i32.const 0) (i32.const 0))
        (i32.load8_u (i32.const 128))))"#;

#[derive(Clone, Copy)]
enum Via {
    Call = 0,
    Delegate = 1,
    Static = 2,
}

/// Calldata for [`CALLER`].
fn through(via: Via, to: Address, value: u64, data: &[u8]) -> Bytes {
    let value = U256::from(value).to_be_bytes::<32>();
    [&[via as u8], to.as_slice(), &value, data].concat().into()
}

/// The status and the return data of the call [`CALLER`] made.
fn inner_of(output: &Bytes) -> (u8, Bytes) {
    (output[0], output.slice(1..))
}

#[test]
fn the_first_call_in_a_block_pays_for_initialisation_and_the_second_does_not() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    assert_eq!(chain.call(program, []).gas_used, 30_209);
    assert_eq!(chain.call(program, []).gas_used, 21_359);
    chain.mine();
    assert_eq!(chain.call(program, []).gas_used, 30_209);
}

#[test]
fn a_call_that_fails_still_makes_the_program_recent() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    let mut tx = chain.transaction(Some(program), []);
    tx.gas_limit = 22_000;
    let outcome = chain.send(&tx);
    assert_eq!(outcome.kind, Kind::Halt("out of gas".to_owned()));
    assert_eq!(outcome.gas_used, 22_000);
    assert_eq!(chain.call(program, []).gas_used, 21_359);
}

#[test]
fn a_simulated_call_pays_for_initialisation_every_time() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    chain.call(program, []);
    assert_eq!(chain.simulate(program, []).gas_used, 30_209);
    assert_eq!(chain.simulate(program, []).gas_used, 30_209);
}

#[test]
fn a_program_that_was_never_activated_takes_all_gas() {
    let mut chain = Chain::new();
    let program = chain.deploy_program(MINIMAL);
    let outcome = chain.call(program, []);
    let Kind::Halt(reason) = outcome.kind else { panic!("the call fails") };
    assert!(reason.contains("ProgramNotActivated"), "{reason}");
    assert_eq!(outcome.gas_used, GAS);
}

#[test]
fn storage_costs_what_the_ink_says() {
    let mut chain = Chain::new();
    let program = chain.program(
        r#"(module
        (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
        (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
        (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
        (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param i32) (result i32)
            (call $load (i32.const 0) (i32.const 32))
            (i32.store8 (i32.const 63) (i32.const 1))
            (call $cache (i32.const 0) (i32.const 32))
            (call $flush (i32.const 0))
            (call $load (i32.const 0) (i32.const 64))
            i32.const 0))"#,
    );
    let start =
        words(&chain.ask(devnode::precompiles::ARB_WASM, method("62b688aa", &[word(program)])))[0];
    let outcome = chain.call(program, []);
    assert_eq!(U256::from(outcome.gas_used), U256::from(21_000 + 22_121) + start);
    assert_eq!(chain.state.storage(program, U256::ZERO), U256::ONE);
}

#[test]
fn clearing_storage_is_refunded() {
    let mut chain = Chain::new();
    let program = chain.program(
        r#"(module
        (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
        (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
        (memory (export "memory") 1 1)
        (func (export "user_entrypoint") (param i32) (result i32)
            (call $cache (i32.const 0) (i32.const 32))
            (call $flush (i32.const 1))
            i32.const 0))"#,
    );
    chain.state.set_storage(program, U256::ZERO, U256::from(5));
    let outcome = chain.call(program, []);
    assert_eq!(outcome.gas_refunded, 4_800);
    assert_eq!(chain.state.storage(program, U256::ZERO), U256::ZERO);
}

#[test]
fn a_contract_calls_a_program_in_its_own_context() {
    let mut chain = Chain::new();
    let program = chain.program(CONTEXT);
    let contract = chain.deploy(&forwarder(program));
    let outcome = chain.pay(contract, U256::from(9), []);
    assert_eq!(outcome.kind, Kind::Success);
    let expected = [word(contract), word(program), U256::from(9), U256::ZERO];
    assert_eq!(words(&outcome.output), expected);
    assert_eq!(chain.state.balance(program), U256::from(9));
}

#[test]
fn a_delegated_program_acts_as_the_contract_that_delegates() {
    let mut chain = Chain::new();
    let program = chain.program(CONTEXT);
    let contract = chain.deploy(&delegator(program));
    let outcome = chain.pay(contract, U256::from(9), []);
    let expected = [word(ALICE), word(contract), U256::from(9), U256::ZERO];
    assert_eq!(words(&outcome.output), expected);

    let writer = chain.program(WRITER);
    let contract = chain.deploy(&delegator(writer));
    let outcome = chain.call(contract, [0]);
    assert_eq!(outcome.kind, Kind::Success);
    assert_eq!(chain.state.storage(contract, U256::ZERO), U256::ONE);
    assert_eq!(chain.state.storage(writer, U256::ZERO), U256::ZERO);
    assert_eq!(outcome.logs[0].address, contract);
}

#[test]
fn a_program_calls_a_contract_that_calls_a_program() {
    let mut chain = Chain::new();
    let caller = chain.program(CALLER);
    let context = chain.program(CONTEXT);
    let contract = chain.deploy(&forwarder(context));
    let outcome = chain.pay(caller, U256::from(50), through(Via::Call, contract, 20, &[]));
    let (status, output) = inner_of(&outcome.output);
    assert_eq!(status, 0);
    assert_eq!(words(&output), [word(contract), word(context), U256::from(20), U256::ZERO]);
    assert_eq!(chain.state.balance(caller), U256::from(30));
}

#[test]
fn calls_alternate_between_contracts_and_programs() {
    let mut chain = Chain::new();
    let (caller, context) = (chain.program(CALLER), chain.program(CONTEXT));
    let inner = chain.deploy(&forwarder(context));
    let outer = chain.deploy(&forwarder(caller));
    // Contract, program, contract, program; the padding makes every frame's input differ.
    let outcome = chain.pay(outer, U256::from(8), through(Via::Call, inner, 3, &[7; 100]));
    assert_eq!(outcome.kind, Kind::Success);
    let (status, output) = inner_of(&outcome.output);
    assert_eq!(status, 0);
    assert_eq!(words(&output), [word(inner), word(context), U256::from(3), U256::ZERO]);
    assert_eq!(chain.state.balance(caller), U256::from(5));
}

#[test]
fn a_program_delegates_to_a_program() {
    let mut chain = Chain::new();
    let caller = chain.program(CALLER);
    let context = chain.program(CONTEXT);
    let outcome = chain.pay(caller, U256::from(50), through(Via::Delegate, context, 0, &[]));
    let (status, output) = inner_of(&outcome.output);
    assert_eq!(status, 0);
    assert_eq!(words(&output), [word(ALICE), word(caller), U256::from(50), U256::ZERO]);
}

#[test]
fn the_reentrancy_flag_is_set_only_in_the_second_frame() {
    let mut chain = Chain::new();
    let caller = chain.program(CALLER);
    let context = chain.program(CONTEXT);
    // The program calls itself, and there delegates to the one that shows the flag.
    let inside = through(Via::Delegate, context, 0, &[]);
    let outcome = chain.call(caller, through(Via::Call, caller, 0, &inside));
    let (_, output) = inner_of(&outcome.output);
    let (_, output) = inner_of(&output);
    assert_eq!(words(&output)[3], U256::ONE);

    let outcome = chain.call(caller, through(Via::Delegate, context, 0, &[]));
    let (_, output) = inner_of(&outcome.output);
    assert_eq!(words(&output)[3], U256::ZERO, "a delegate call opens no frame of its own");
}

#[test]
fn nothing_is_written_in_a_static_call() {
    let mut chain = Chain::new();
    let writer = chain.program(WRITER);
    let contract = chain.deploy(&static_forwarder(writer));
    let outcome = chain.call(contract, [0]);
    assert_eq!(outcome.kind, Kind::Revert);
    assert!(outcome.output.is_empty());
    assert_eq!(chain.state.storage(writer, U256::ZERO), U256::ZERO);

    let caller = chain.program(CALLER);
    let outcome = chain.call(caller, through(Via::Static, writer, 0, &[0]));
    assert_eq!(inner_of(&outcome.output), (2, Bytes::new()));
    // The caller is static because a contract calls it statically; then it may not send value.
    let contract = chain.deploy(&static_forwarder(caller));
    chain.state.set_balance(caller, U256::from(5));
    let outcome = chain.call(contract, through(Via::Call, BOB, 5, &[]));
    assert_eq!(inner_of(&outcome.output), (2, Bytes::new()));
    assert_eq!(chain.state.balance(BOB), U256::ZERO);
}

#[test]
fn a_revert_takes_back_storage_and_logs() {
    let mut chain = Chain::new();
    let writer = chain.program(WRITER);
    let outcome = chain.call(writer, [1]);
    assert_eq!(outcome.kind, Kind::Revert);
    assert!(outcome.logs.is_empty());
    assert_eq!(chain.state.storage(writer, U256::ZERO), U256::ZERO);

    let caller = chain.program(CALLER);
    let outcome = chain.call(caller, through(Via::Call, writer, 0, &[1]));
    assert_eq!(outcome.kind, Kind::Success);
    assert_eq!(inner_of(&outcome.output).0, 2);
    assert!(outcome.logs.is_empty());
    assert_eq!(chain.state.storage(writer, U256::ZERO), U256::ZERO);
}

#[test]
fn a_failing_callee_leaves_the_caller_a_sixty_fourth() {
    let mut chain = Chain::new();
    let caller = chain.program(CALLER);
    let burner = chain.deploy(&hex("fe"));
    let outcome = chain.call(caller, through(Via::Call, burner, 0, &[]));
    assert_eq!(outcome.kind, Kind::Success);
    assert_eq!(inner_of(&outcome.output), (2, Bytes::new()));
    assert!(outcome.gas_used > GAS * 63 / 64);
    assert!(outcome.gas_used < GAS);
}

#[test]
fn sending_value_to_a_new_account_costs_the_caller_all_of_its_price() {
    let mut chain = Chain::new();
    let caller = chain.program(CALLER);
    chain.call(caller, through(Via::Call, ALICE, 0, &[]));
    chain.state.set_balance(caller, U256::from(5));
    // Alice is warm as the sender, so that both calls differ only in what value costs.
    let plain = chain.call(caller, through(Via::Call, ALICE, 0, &[])).gas_used;
    let paid = chain.call(caller, through(Via::Call, ALICE, 1, &[])).gas_used;
    // One byte of calldata is no longer zero: 16 instead of 4.
    assert_eq!(paid - plain, 9_000 + 12);
    let new = chain.call(caller, through(Via::Call, BOB, 1, &[])).gas_used;
    let difference = |address: Address| -> u64 {
        address.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum()
    };
    let calldata = difference(BOB) + paid - difference(ALICE);
    assert_eq!(new - calldata, 25_000 + 2_500);
    assert_eq!(chain.state.balance(BOB), U256::ONE);
}

#[test]
fn the_stipend_alone_does_not_start_a_program() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    // CALL with no gas but the stipend, value 1; returns the status.
    let mut code = hex("5f 5f 5f 5f 6001 73");
    code.extend(program);
    code.extend(hex("5f f1 5f 52 6020 5f f3"));
    let contract = chain.deploy(&code);
    chain.state.set_balance(contract, U256::from(2));
    let outcome = chain.call(contract, []);
    assert_eq!(words(&outcome.output), [U256::ZERO]);
    assert_eq!(chain.state.balance(program), U256::ZERO);
    // Called once in this block, the program is cheap enough for the stipend.
    let outcome = chain.call(contract, []);
    assert_eq!(words(&outcome.output), [U256::ONE]);
    assert_eq!(chain.state.balance(program), U256::ONE);
}

#[test]
fn a_program_calls_a_precompile() {
    let mut chain = Chain::new();
    let caller = chain.program(CALLER);
    let outcome = chain.call(caller, through(Via::Call, ARB_SYS, 0, &hex("051038f2")));
    let (status, output) = inner_of(&outcome.output);
    assert_eq!(status, 0);
    assert_eq!(words(&output), [U256::from(116)]);
}

/// Creates a contract from its calldata; returns its address, and the revert data if it reverted.
const CREATOR: &str = r#"(module
    (import "vm_hooks" "read_args" (func $read_args (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
    (import "vm_hooks" "read_return_data"
        (func $return_data (param i32 i32 i32) (result i32)))
    (memory (export "memory") 2 2)
    (func (export "user_entrypoint") (param $len i32) (result i32)
        (call $read_args (i32.const 0))
        (call $create1 (i32.const 0) (local.get $len) (i32.const 65536) (i32.const 65612)
            (i32.const 65568))
        (call $write_result (i32.const 65600) (i32.add (i32.const 32)
            (call $return_data (i32.const 65632) (i32.const 0) (i32.const 1000))))
        (i32.const 0)))"#;

#[test]
fn a_program_creates_a_contract() {
    let mut chain = Chain::new();
    let creator = chain.program(CREATOR);
    let outcome = chain.call(creator, init_code(&hex("6001 00")));
    assert_eq!(outcome.kind, Kind::Success);
    let created = Address::from_word(words(&outcome.output)[0].into());
    assert_eq!(created, creator.create(1));
    assert_eq!(chain.state.code(created).as_ref(), hex("6001 00"));
    assert_eq!(chain.state.nonce(creator), 2);
}

#[test]
fn a_program_creates_a_program() {
    let mut chain = Chain::new();
    let creator = chain.program(CREATOR);
    chain.program(MINIMAL);
    let outcome = chain.call(creator, init_code(&program_code(MINIMAL)));
    let created = Address::from_word(words(&outcome.output)[0].into());
    assert_eq!(chain.call(created, []).kind, Kind::Success);
}

#[test]
fn a_failed_create_yields_no_address_and_the_revert_data() {
    let mut chain = Chain::new();
    let creator = chain.program(CREATOR);
    // Reverts with the word 7.
    let outcome = chain.call(creator, hex("6007 5f 52 6020 5f fd"));
    assert_eq!(words(&outcome.output), [U256::ZERO, U256::from(7)]);
    // Returns code that starts with EF but is no Stylus component.
    let outcome = chain.call(creator, hex("60ef 5f 53 6001 5f f3"));
    assert_eq!(words(&outcome.output), [U256::ZERO]);
}
