//! What the EVM looks like on Arbitrum.

use devnode::{
    evm::{GAS_LIMIT, Kind, SEQUENCER},
    precompiles::{ARB_SYS, ARB_WASM},
};
use revm::primitives::{U256, b256, keccak256};

use crate::fixture::*;

/// Code that returns the word an opcode pushes.
fn returning(opcode: u8) -> Vec<u8> {
    [vec![opcode], hex("5f 52 6020 5f f3")].concat()
}

fn value_of(chain: &mut Chain, opcode: u8) -> U256 {
    let contract = chain.deploy(&returning(opcode));
    words(&chain.call(contract, []).output)[0]
}

#[test]
fn opcodes_show_arbitrums_values() {
    let mut chain = Chain::new();
    chain.block.l1_number = 77;
    assert_eq!(value_of(&mut chain, 0x43), U256::from(77), "NUMBER is the L1 block");
    assert_eq!(value_of(&mut chain, 0x44), U256::ONE, "PREVRANDAO");
    assert_eq!(value_of(&mut chain, 0x45), U256::from(GAS_LIMIT), "GASLIMIT");
    assert_eq!(value_of(&mut chain, 0x41), word(SEQUENCER), "COINBASE");
    assert_eq!(value_of(&mut chain, 0x48), U256::from(100_000_000), "BASEFEE");
    assert_eq!(value_of(&mut chain, 0x42), U256::from(NOW), "TIMESTAMP");
}

#[test]
fn the_gas_price_is_the_base_fee_whatever_is_offered() {
    let mut chain = Chain::new();
    let contract = chain.deploy(&returning(0x3a));
    let mut tx = chain.transaction(Some(contract), []);
    tx.max_fee_per_gas = 900_000_000;
    tx.max_priority_fee_per_gas = 500_000_000;
    let before = chain.state.balance(ALICE);
    let outcome = chain.send(&tx);
    let price = U256::from(100_000_000);
    assert_eq!(words(&outcome.output), [price]);
    assert_eq!(before - chain.state.balance(ALICE), U256::from(outcome.gas_used) * price);
    assert_eq!(chain.state.balance(SEQUENCER), U256::ZERO);
}

#[test]
fn a_free_call_sees_no_base_fee() {
    let mut chain = Chain::new();
    let contract = chain.deploy(&returning(0x48));
    assert_eq!(words(&chain.simulate(contract, []).output), [U256::ZERO]);
}

#[test]
fn blockhash_knows_l1_blocks() {
    let mut chain = Chain::new();
    let hash = b256!("1111111111111111111111111111111111111111111111111111111111111111");
    chain.block.l1_number = 10;
    chain.block.l1_hashes =
        [(9, hash)].into_iter().collect::<std::collections::BTreeMap<_, _>>().into();
    // BLOCKHASH of NUMBER - 1.
    let contract = chain.deploy(&hex("6001 43 03 40 5f 52 6020 5f f3"));
    assert_eq!(words(&chain.call(contract, []).output), [U256::from_be_bytes(hash.0)]);
}

#[test]
fn there_are_no_blobs() {
    let mut chain = Chain::new();
    let contract = chain.deploy(&returning(0x4a));
    assert_eq!(chain.call(contract, []).kind, Kind::Halt("invalid opcode".to_owned()));
}

#[test]
fn code_that_starts_with_ef_must_be_a_stylus_component() {
    let mut chain = Chain::new();
    for code in ["ef", "eff000", "eff00300", "ef0100"] {
        let outcome = chain.send(&chain.transaction(None, init_code(&hex(code))));
        let reason = "invalid code: must not begin with 0xef";
        assert_eq!(outcome.kind, Kind::Halt(reason.to_owned()), "{code}");
        assert_eq!(outcome.gas_used, GAS);
    }
    for code in ["eff00000", "eff00100", "eff00200"] {
        let deployed = chain.deploy(&hex(code));
        assert_eq!(chain.state.code(deployed).as_ref(), hex(code));
    }
}

#[test]
fn code_beyond_the_size_limit_is_refused_unless_the_chain_allows_it() {
    let mut chain = Chain::new();
    let mut code = hex("eff00000");
    code.resize(24_577, 0);
    let refused = chain.send(&chain.transaction(None, init_code(&code)));
    assert_eq!(refused.kind, Kind::Halt("max code size exceeded".to_owned()));
    chain.block.max_code_size = 100_000;
    chain.deploy(&code);
}

#[test]
fn a_program_can_not_be_destroyed() {
    let mut chain = Chain::new();
    let destructor = chain.deploy(&hex("5f ff"));
    // Delegates to the destructor and returns its status negated.
    let program = chain.program(&format!(
        r#"(module
        (import "vm_hooks" "delegate_call_contract"
            (func $delegate (param i32 i32 i32 i64 i32) (result i32)))
        (memory (export "memory") 1 1)
        (data (i32.const 0) "{}")
        (func (export "user_entrypoint") (param i32) (result i32)
            (call $delegate (i32.const 0) (i32.const 0) (i32.const 0) (i64.const -1)
                (i32.const 64))))"#,
        destructor.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>()
    ));
    chain.state.set_balance(program, ether());
    let outcome = chain.call(program, []);
    assert_eq!(outcome.kind, Kind::Revert, "the delegate call failed");
    assert!(outcome.gas_used < 100_000, "and left its gas");
    assert_eq!(chain.state.balance(program), ether());
    // Elsewhere it works.
    let contract = chain.deploy(&delegator(destructor));
    chain.state.set_balance(contract, ether());
    assert_eq!(chain.call(contract, []).kind, Kind::Success);
    assert_eq!(chain.state.balance(contract), U256::ZERO);
}

#[test]
fn precompiles_have_one_byte_of_code() {
    let mut chain = Chain::new();
    for precompile in [ARB_SYS, ARB_WASM] {
        let contract = [vec![0x73], precompile.to_vec(), returning(0x3b)].concat();
        let contract = chain.deploy(&contract);
        assert_eq!(words(&chain.call(contract, []).output), [U256::ONE]);
    }
}

#[test]
fn programs_show_their_raw_code_to_the_evm() {
    let mut chain = Chain::new();
    let program = chain.deploy_program(MINIMAL);
    let contract = chain.deploy(&[vec![0x73], program.to_vec(), returning(0x3f)].concat());
    let hash = keccak256(program_code(MINIMAL));
    assert_eq!(words(&chain.call(contract, []).output), [U256::from_be_bytes(hash.0)]);
}

#[test]
fn calldata_has_no_floor() {
    let mut chain = Chain::new();
    let outcome = chain.call(BOB, vec![1; 1_000]);
    assert_eq!(outcome.gas_used, 21_000 + 16_000);
}

#[test]
fn ethereums_precompiles_are_there() {
    let mut chain = Chain::new();
    let identity = revm::primitives::Address::with_last_byte(4);
    assert_eq!(chain.call(identity, [1, 2, 3]).output.as_ref(), [1, 2, 3]);
}
