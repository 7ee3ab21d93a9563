//! Activation: what it costs, what it records, how it fails.

use devnode::{
    evm::{self, Kind, Mode},
    precompiles::ARB_WASM,
};
use revm::primitives::{Address, B256, U256, address, b256};

use crate::fixture::*;

/// Gas of a transaction that calls `activateProgram`, less its calldata and the program's own part.
const ACTIVATION: u64 = 21_000 + 1_748_626;
const ACTIVATED: B256 = b256!("c0e812780707128d9a180db8ee4d1c1f1300b6dd0626d577b5d9ac759b76253c");

/// Gas of the calldata of `activateProgram`.
fn calldata(program: Address) -> u64 {
    activation(program).iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum()
}

#[test]
fn activating_the_smallest_program_costs_what_the_chain_charges() {
    let mut chain = Chain::new();
    let program = address!("1111111111111111111111111111111111111111");
    chain.state.set_code(program, program_code(MINIMAL).into());
    let outcome = chain.activate(program);
    assert_eq!(outcome.kind, Kind::Success);
    assert_eq!(outcome.gas_used, 1_771_066);
}

#[test]
fn activation_returns_version_and_fee_and_logs_them() {
    let mut chain = Chain::new();
    let program = chain.deploy_program(MINIMAL);
    let outcome = chain.activate(program);
    let fee = U256::from(43_607_190_175_334_u64);
    assert_eq!(words(&outcome.output), [U256::from(3), fee]);
    let [log] = outcome.logs.as_slice() else { panic!("one event") };
    assert_eq!(log.address, ARB_WASM);
    assert_eq!(log.topics(), [ACTIVATED, chain.code_hash(program).into()]);
    let data = words(&log.data.data);
    assert_eq!(data[1..], [word(program), fee, U256::from(3)]);
}

#[test]
fn the_fee_goes_to_the_network_and_the_rest_comes_back() {
    let mut chain = Chain::new();
    let program = chain.deploy_program(MINIMAL);
    let (alice, network) = (chain.state.balance(ALICE), chain.state.balance(Address::ZERO));
    let outcome = chain.activate(program);
    let fee = U256::from(43_607_190_175_334_u64);
    let gas = U256::from(outcome.gas_used) * U256::from(chain.block.basefee);
    assert_eq!(alice - chain.state.balance(ALICE), fee + gas);
    assert_eq!(chain.state.balance(Address::ZERO) - network, fee + gas);
    assert_eq!(chain.state.balance(ARB_WASM), U256::ZERO);
}

#[test]
fn data_gets_dearer_within_a_second_and_cheap_again_after_fifteen() {
    let mut chain = Chain::new();
    let fee = |chain: &mut Chain, constant: u32| {
        // Another constant is another code of the same size.
        let wat = MINIMAL.replace("i32.const 0", &format!("i32.const {constant} drop i32.const 0"));
        let program = chain.deploy_program(&wat);
        words(&chain.activate(program).output)[1]
    };
    let first = fee(&mut chain, 1);
    let second = fee(&mut chain, 2);
    assert!(second > first);
    chain.block.timestamp += 30;
    assert_eq!(fee(&mut chain, 3), first);
}

#[test]
fn a_program_is_activated_once_whatever_its_address() {
    let mut chain = Chain::new();
    let first = chain.deploy_program(MINIMAL);
    let second = chain.deploy_program(MINIMAL);
    assert_eq!(chain.activate(first).kind, Kind::Success);
    let outcome = chain.activate(second);
    assert_eq!(outcome.kind, Kind::Revert);
    assert_eq!(outcome.output.as_ref(), hex("cc944bf2"));
    assert!(outcome.gas_used < GAS, "a declared error leaves the gas");
    assert_eq!(chain.call(second, []).kind, Kind::Success);
}

#[test]
fn a_value_below_the_fee_is_not_enough() {
    let mut chain = Chain::new();
    let program = chain.deploy_program(MINIMAL);
    let outcome = chain.pay(ARB_WASM, U256::from(7), activation(program));
    assert_eq!(outcome.kind, Kind::Revert);
    assert_eq!(outcome.output[..4], hex("09781ab7"));
    let arguments = words(&outcome.output.slice(4..));
    assert_eq!(arguments, [U256::from(7), U256::from(43_607_190_175_334_u64)]);
    assert!(matches!(chain.call(program, []).kind, Kind::Halt(_)), "nothing was recorded");
}

#[test]
fn what_is_not_a_program_can_not_be_activated() {
    let mut chain = Chain::new();
    let contract = chain.deploy(&hex("00"));
    for target in [contract, BOB] {
        let outcome = chain.activate(target);
        assert_eq!(outcome.kind, Kind::Revert);
        assert_eq!(outcome.output.as_ref(), hex("27f38212"));
    }
}

#[test]
fn an_invalid_program_takes_all_gas_and_says_why() {
    let mut chain = Chain::new();
    let growing = r#"(module (memory (export "memory") 1)
        (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
    let program = chain.deploy_program(growing);
    let outcome = chain.activate(program);
    let Kind::Halt(reason) = outcome.kind else { panic!("the activation fails") };
    assert!(reason.starts_with("program activation failed: "), "{reason}");
    assert!(reason.contains("pay_for_memory_grow"), "{reason}");
    assert_eq!(outcome.gas_used, GAS);
}

#[test]
fn a_simulated_activation_leaves_no_trace() {
    let mut chain = Chain::new();
    let program = chain.deploy_program(MINIMAL);
    let mut tx = chain.transaction(Some(ARB_WASM), activation(program));
    tx.value = ether();
    let simulated =
        evm::execute(&mut chain.state, &chain.block, &tx, Mode::Call).expect("the call is valid");
    assert_eq!(simulated.kind, Kind::Success);
    let outcome = chain.activate(program);
    assert_eq!(outcome.output, simulated.output, "neither record nor demand was kept");
    assert_eq!(outcome.gas_used, simulated.gas_used);
}

#[test]
fn an_activation_is_undone_with_the_frame_that_made_it() {
    let mut chain = Chain::new();
    let program = chain.deploy_program(MINIMAL);
    // Activates what its calldata says, and then reverts.
    let mut code = hex("36 5f 5f 37 5f 5f 36 5f 34 73");
    code.extend(ARB_WASM);
    code.extend(hex("5a f1 50 5f 5f fd"));
    let reverting = chain.deploy(&code);
    let outcome = chain.pay(reverting, ether(), activation(program));
    assert_eq!(outcome.kind, Kind::Revert);
    assert!(outcome.gas_used > ACTIVATION, "the activation was carried out");
    let outcome = chain.activate(program);
    assert_eq!(outcome.kind, Kind::Success);
    assert_eq!(words(&outcome.output)[1], U256::from(43_607_190_175_334_u64));
}

#[test]
fn a_contract_can_activate_and_gets_the_rest_back() {
    let mut chain = Chain::new();
    let program = chain.deploy_program(MINIMAL);
    let activator = chain.deploy(&forwarder(ARB_WASM));
    let outcome = chain.pay(activator, ether(), activation(program));
    assert_eq!(outcome.kind, Kind::Success);
    assert_eq!(chain.state.balance(activator), ether() - U256::from(43_607_190_175_334_u64));
}

#[test]
fn a_program_in_fragments_is_one_program() {
    let mut chain = Chain::new();
    let wasm = wat::parse_str(MINIMAL).expect("the program is WebAssembly");
    let stream = compress(&wasm);
    let (left, right) = stream.split_at(stream.len() / 2);
    let prefix = hex("eff001");
    let fragments = [left, right].map(|slice| chain.deploy(&[&prefix, slice].concat()));
    let mut root = hex("eff00200");
    root.extend((wasm.len() as u32).to_be_bytes());
    root.extend(fragments.iter().flat_map(|fragment| fragment.to_vec()));
    let program = chain.deploy(&root);

    let outcome = chain.activate(program);
    assert_eq!(outcome.kind, Kind::Success);
    let words: u64 =
        fragments.iter().map(|f| (chain.state.code(*f).len() as u64).div_ceil(32)).sum();
    let native = 1_008;
    let expected = ACTIVATION + calldata(program) + native + 2 * 2_600 + 3 * words;
    assert_eq!(outcome.gas_used, expected);
    chain.mine();
    assert_eq!(chain.call(program, []).gas_used, 30_209);
    assert_eq!(chain.call(fragments[0], []).kind, Kind::Halt("invalid opcode".to_owned()));
}

#[test]
fn an_expired_program_must_be_activated_again() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    chain.block.timestamp += 366 * 86_400;
    let outcome = chain.call(program, []);
    assert!(matches!(outcome.kind, Kind::Halt(reason) if reason.contains("ProgramExpired")));
    let version = chain.simulate(ARB_WASM, method("d70c0ca7", &[chain.code_hash(program)]));
    assert_eq!(version.kind, Kind::Revert);
    assert_eq!(version.output[..4], hex("c9b12e52"));
    assert_eq!(chain.activate(program).kind, Kind::Success);
    assert_eq!(chain.call(program, []).kind, Kind::Success);
}

#[test]
fn a_program_can_be_kept_alive_after_a_month() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    let keepalive = method("c689bad5", &[chain.code_hash(program)]);
    let early = chain.pay(ARB_WASM, ether(), keepalive.clone());
    assert_eq!(early.kind, Kind::Revert);
    assert_eq!(early.output[..4], hex("16bd0cf8"));

    chain.block.timestamp += 100 * 86_400;
    let outcome = chain.pay(ARB_WASM, ether(), keepalive);
    assert_eq!(outcome.kind, Kind::Success);
    assert_eq!(outcome.logs.len(), 1);
    let left = words(&chain.ask(ARB_WASM, method("c775a62a", &[word(program)])))[0];
    assert!(left > U256::from(365 * 86_400 - 3_600), "{left} seconds left");
}
