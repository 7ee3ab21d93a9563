//! Arbitrum's precompiles, by the selectors the world calls them with.

use devnode::{
    evm::{self, Kind, Mode, SEQUENCER},
    precompiles::{
        ARB_ADDRESS_TABLE, ARB_AGGREGATOR, ARB_DEBUG, ARB_GAS_INFO, ARB_INFO, ARB_OWNER,
        ARB_OWNER_PUBLIC, ARB_RETRYABLE_TX, ARB_STATISTICS, ARB_SYS, ARB_WASM, ARB_WASM_CACHE,
    },
};
use revm::primitives::{Address, B256, U256, address, b256, keccak256};

use crate::fixture::*;

fn number(chain: &mut Chain, precompile: Address, selector: &str) -> U256 {
    words(&chain.ask(precompile, method(selector, &[])))[0]
}

fn become_owner(chain: &mut Chain) {
    assert_eq!(chain.call(ARB_DEBUG, method("0e5bbc11", &[])).kind, Kind::Success);
}

#[test]
fn arb_wasm_shows_the_parameters() {
    let mut chain = Chain::new();
    let parameters = [
        ("a996e0c2", 3),
        ("d1c17abc", 10_000),
        ("8ccfaa70", 22_000),
        ("4490c19d", 2),
        ("7af4ba49", 1_000),
        ("11c82ae8", 620_674_314),
        ("9786f96e", 128),
        ("5fc94c0b", 100),
        ("309f6555", 365),
        ("0a936455", 31),
        ("7af6e819", 32),
        ("2278c278", 0),
    ];
    for (selector, value) in parameters {
        assert_eq!(number(&mut chain, ARB_WASM, selector), U256::from(value), "{selector}");
    }
    let least = words(&chain.ask(ARB_WASM, method("99d0b38d", &[])));
    assert_eq!(least, [U256::from(8_832), U256::from(352)]);
}

#[test]
fn arb_wasm_knows_active_programs() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    let hash = chain.code_hash(program);
    let answers = [
        ("d70c0ca7", hash, 3),
        ("4089267f", hash, 502 * 1_024),
        ("cc8f4e88", word(program), 3),
        ("aef36be3", word(program), 0),
    ];
    for (selector, argument, value) in answers {
        let output = chain.ask(ARB_WASM, method(selector, &[argument]));
        assert_eq!(words(&output), [U256::from(value)], "{selector}");
    }
    let gas = words(&chain.ask(ARB_WASM, method("62b688aa", &[word(program)])));
    assert_eq!(gas, [U256::from(8_850 + 358), U256::from(358)]);
}

#[test]
fn arb_wasm_refuses_to_speak_of_other_code() {
    let mut chain = Chain::new();
    let outcome = chain.simulate(ARB_WASM, method("d70c0ca7", &[U256::from(7)]));
    assert_eq!(outcome.kind, Kind::Revert);
    assert_eq!(outcome.output.as_ref(), hex("6f809c4e"));
}

#[test]
fn a_view_costs_state_parameters_and_words() {
    let mut chain = Chain::new();
    let outcome = chain.call(ARB_WASM, method("d1c17abc", &[]));
    assert_eq!(outcome.gas_used, 21_000 + 4 * 16 + 800 + 100 + 3);
}

#[test]
fn what_a_precompile_does_not_answer_takes_all_gas() {
    let mut chain = Chain::new();
    let unknown = chain.transaction(Some(ARB_WASM), hex("deadbeef"));
    let short = chain.transaction(Some(ARB_WASM), hex("a996"));
    let mut valued = chain.transaction(Some(ARB_WASM), hex("a996e0c2"));
    valued.value = U256::ONE;
    let undecodable = chain.transaction(Some(ARB_WASM), hex("58c780c2 00"));
    for mut tx in [unknown, short, valued, undecodable] {
        tx.nonce = chain.state.nonce(ALICE);
        let outcome = chain.send(&tx);
        assert_eq!((outcome.kind, outcome.gas_used), (Kind::Revert, GAS));
        assert!(outcome.output.is_empty());
    }
}

#[test]
fn precompiles_do_not_write_in_static_calls_nor_act_for_others() {
    let mut chain = Chain::new();
    let program = chain.deploy_program(MINIMAL);
    let contract = chain.deploy(&static_forwarder(ARB_WASM));
    assert_eq!(chain.call(contract, activation(program)).kind, Kind::Revert);
    let version = hex("a996e0c2");
    assert_eq!(chain.call(contract, version.clone()).kind, Kind::Success);
    let contract = chain.deploy(&delegator(ARB_WASM));
    assert_eq!(chain.call(contract, version).kind, Kind::Revert);
}

#[test]
fn a_cached_program_starts_cheaply_in_every_block() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    become_owner(&mut chain);
    let outcome = chain.call(ARB_WASM_CACHE, method("e73ac9f2", &[word(program)]));
    assert_eq!(outcome.kind, Kind::Success);
    let topic = b256!("1bfaa29b4618e78f5b398027d530826dbb266dc976a5067f67fdad15434ecfab");
    assert_eq!(outcome.logs[0].topics()[0], topic);
    chain.mine();
    assert_eq!(chain.call(program, []).gas_used, 21_359);
    let cached = chain.ask(ARB_WASM_CACHE, method("a72f179b", &[chain.code_hash(program)]));
    assert_eq!(words(&cached), [U256::ONE]);

    let again = chain.call(ARB_WASM_CACHE, method("e73ac9f2", &[word(program)]));
    assert!(again.logs.is_empty(), "nothing changes");
    chain.call(ARB_WASM_CACHE, method("ce972013", &[chain.code_hash(program)]));
    chain.mine();
    assert_eq!(chain.call(program, []).gas_used, 30_209);
}

#[test]
fn only_managers_and_owners_cache_programs() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    let cache = method("e73ac9f2", &[word(program)]);
    let outcome = chain.call(ARB_WASM_CACHE, cache.clone());
    assert_eq!((outcome.kind, outcome.gas_used), (Kind::Revert, GAS));

    become_owner(&mut chain);
    let manager = chain.deploy(&forwarder(ARB_WASM_CACHE));
    chain.call(ARB_OWNER, method("ffdca515", &[word(manager)]));
    let managers = words(&chain.ask(ARB_WASM_CACHE, method("0ec1d773", &[])));
    assert_eq!(managers, [U256::from(32), U256::ONE, word(manager)]);
    assert_eq!(chain.call(manager, cache).kind, Kind::Success);
    chain.call(ARB_OWNER, method("bf197322", &[word(manager)]));
    let is_manager = chain.ask(ARB_WASM_CACHE, method("85e2de85", &[word(manager)]));
    assert_eq!(words(&is_manager), [U256::ZERO]);
}

#[test]
fn a_program_that_is_not_active_is_not_cached() {
    let mut chain = Chain::new();
    become_owner(&mut chain);
    let program = chain.deploy_program(MINIMAL);
    let outcome = chain.call(ARB_WASM_CACHE, method("e73ac9f2", &[word(program)]));
    assert_eq!(outcome.kind, Kind::Revert);
    assert_eq!(outcome.output[..4], hex("637d968f"));
    assert_eq!(words(&outcome.output.slice(4..)), [U256::ZERO, U256::from(3)]);
}

#[test]
fn owners_act_free_of_charge_and_others_not_at_all() {
    let mut chain = Chain::new();
    let set_price = method("8c1d4fda", &[U256::from(20_000)]);
    let outcome = chain.call(ARB_OWNER, set_price.clone());
    assert!(matches!(outcome.kind, Kind::Halt(reason) if reason.starts_with("unauthorized")));
    assert_eq!(outcome.gas_used, GAS);

    become_owner(&mut chain);
    let is_owner = chain.ask(ARB_OWNER_PUBLIC, method("26ef7f68", &[word(ALICE)]));
    assert_eq!(words(&is_owner), [U256::ONE]);
    let calldata: u64 = set_price.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum();
    let outcome = chain.call(ARB_OWNER, set_price);
    assert_eq!(outcome.kind, Kind::Success);
    assert_eq!(outcome.gas_used, 21_000 + calldata);
    let topic = b256!("3c9e6a772755407311e3b35b3ee56799df8f87395941b3a658eee9e08a67ebda");
    assert_eq!(outcome.logs[0].topics()[0], topic);
    assert_eq!(number(&mut chain, ARB_WASM, "d1c17abc"), U256::from(20_000));
}

#[test]
fn owners_set_the_parameters_of_stylus() {
    let mut chain = Chain::new();
    become_owner(&mut chain);
    let settings = [
        ("4567cc8e", 10_000, "8ccfaa70", 10_000),
        ("3f37a846", 5, "4490c19d", 5),
        ("aaa619e0", 77, "7af4ba49", 77),
        ("6595381a", 64, "9786f96e", 64),
        ("67e0718f", 75, "5fc94c0b", 76),
        ("aac68018", 10, "309f6555", 10),
        ("2a9cbe3e", 3, "0a936455", 3),
        ("380f1457", 0, "7af6e819", 0),
        ("a0a32497", 123_456, "2278c278", 123_456),
    ];
    for (setter, value, getter, shown) in settings {
        assert_eq!(chain.call(ARB_OWNER, method(setter, &[U256::from(value)])).kind, Kind::Success);
        assert_eq!(number(&mut chain, ARB_WASM, getter), U256::from(shown), "{setter}");
    }
    chain.call(ARB_OWNER, method("8293405e", &[U256::from(200), U256::from(33)]));
    let least = words(&chain.ask(ARB_WASM, method("99d0b38d", &[])));
    assert_eq!(least, [U256::from(256), U256::from(64)]);
    chain.call(ARB_OWNER, method("f1fe1a70", &[U256::from(2)]));
    assert_eq!(number(&mut chain, ARB_OWNER_PUBLIC, "e5a7f893"), U256::from(2));
    let nothing = chain.call(ARB_OWNER, method("8c1d4fda", &[U256::ZERO]));
    assert_eq!(nothing.kind, Kind::Revert, "ink can't be free");
}

#[test]
fn activation_gas_is_burned_by_every_activation() {
    let mut chain = Chain::new();
    become_owner(&mut chain);
    chain.call(ARB_OWNER, method("a0a32497", &[U256::from(123_456)]));
    let program = address!("1111111111111111111111111111111111111111");
    chain.state.set_code(program, program_code(MINIMAL).into());
    assert_eq!(chain.activate(program).gas_used, 1_771_066 + 123_456);
}

#[test]
fn arb_sys_knows_the_chain() {
    let mut chain = Chain::new();
    chain.block.l2_number = 300;
    let hash = B256::repeat_byte(9);
    chain.block.l2_hashes =
        [(299, hash)].into_iter().collect::<std::collections::BTreeMap<_, _>>().into();
    assert_eq!(number(&mut chain, ARB_SYS, "a3b1b31d"), U256::from(300));
    assert_eq!(number(&mut chain, ARB_SYS, "d127f54a"), U256::from(412_346));
    assert_eq!(number(&mut chain, ARB_SYS, "051038f2"), U256::from(116));
    let known = chain.ask(ARB_SYS, method("2b407a82", &[U256::from(299)]));
    assert_eq!(words(&known), [U256::from_be_bytes(hash.0)]);
    for outside in [300, 43, 301] {
        let outcome = chain.simulate(ARB_SYS, method("2b407a82", &[U256::from(outside)]));
        assert_eq!(outcome.output[..4], hex("d5dc642d"));
    }
}

#[test]
fn arb_sys_knows_who_called_whom() {
    let mut chain = Chain::new();
    let top = hex("08bd624c");
    let inner = chain.deploy(&forwarder(ARB_SYS));
    let outer = chain.deploy(&forwarder(inner));
    assert_eq!(words(&chain.call(inner, top.clone()).output), [U256::ONE]);
    assert_eq!(words(&chain.call(outer, top).output), [U256::ZERO]);
    let caller = hex("d74523b3");
    assert_eq!(words(&chain.call(inner, caller.clone()).output), [word(ALICE)]);
    assert_eq!(words(&chain.call(outer, caller).output), [word(outer)]);
}

#[test]
fn arb_sys_maps_addresses_of_the_parent_chain() {
    let mut chain = Chain::new();
    let high = address!("ffffffffffffffffffffffffffffffffffffffff");
    let alias = chain.ask(ARB_SYS, method("4dbbd506", &[word(high), U256::ZERO]));
    assert_eq!(words(&alias), [word(address!("1111000000000000000000000000000000001110"))]);
}

#[test]
fn messages_to_the_parent_chain_are_accumulated_and_their_value_is_burned() {
    let mut chain = Chain::new();
    let send = |chain: &mut Chain| {
        let outcome = chain.pay(ARB_SYS, U256::from(5), method("25e16063", &[word(BOB)]));
        assert_eq!(outcome.kind, Kind::Success);
        outcome
    };
    let first = send(&mut chain);
    assert_eq!(words(&first.output), [U256::ZERO]);
    let message = b256!("3e7aafa77dbf186b7fd488006beff893744caa3c4f6f299e8a709fa2087374fc");
    assert_eq!(first.logs.last().map(|log| log.topics()[0]), Some(message));
    let second = send(&mut chain);
    assert_eq!(words(&second.output), [U256::ONE]);
    let update = b256!("e9e13da364699fb5b0496ff5a0fc70760ad5836e93ba96568a4e42b9914a8b95");
    let (join, sent) = (&second.logs[0], &second.logs[1]);
    assert_eq!(join.topics()[0], update);
    let leaf = |hash: B256| keccak256(hash);
    let (left, right) = (leaf(first.logs[0].topics()[2]), leaf(sent.topics()[2]));
    assert_eq!(join.topics()[2], keccak256([left, right].concat()));
    assert_eq!(chain.state.balance(ARB_SYS), U256::ZERO);

    let mut question = chain.transaction(Some(ARB_SYS), hex("7aeecd2a"));
    question.from = Address::ZERO;
    question.max_fee_per_gas = 0;
    let state = evm::execute(&mut chain.state, &chain.block, &question, Mode::Call);
    let state = words(&state.expect("the call is valid").output);
    assert_eq!(state[..2], [U256::from(2), join.topics()[2].into()]);
}

#[test]
fn arb_info_shows_accounts() {
    let mut chain = Chain::new();
    let contract = chain.deploy(&hex("6001"));
    chain.state.set_balance(contract, U256::from(3));
    let balance = chain.ask(ARB_INFO, method("f8b2cb4f", &[word(contract)]));
    assert_eq!(words(&balance), [U256::from(3)]);
    let code = chain.ask(ARB_INFO, method("7e105ce2", &[word(contract)]));
    assert_eq!(words(&code)[1], U256::from(2));
}

#[test]
fn arb_gas_info_prices_data_at_nothing() {
    let mut chain = Chain::new();
    assert_eq!(number(&mut chain, ARB_GAS_INFO, "f918379a"), U256::from(100_000_000));
    assert_eq!(number(&mut chain, ARB_GAS_INFO, "f5d6ded7"), U256::ZERO);
    assert_eq!(number(&mut chain, ARB_GAS_INFO, "aae1cd4c"), U256::from(32_000_000));
    let limits = words(&chain.ask(ARB_GAS_INFO, method("612af178", &[])));
    assert_eq!(limits, [7_000_000, 32_000_000, 32_000_000].map(U256::from));
    let output = chain.call(ARB_GAS_INFO, method("41b247a8", &[])).output;
    let price = U256::from(100_000_000);
    let expected = [U256::ZERO, U256::ZERO, price * U256::from(20_000), price, U256::ZERO, price];
    assert_eq!(words(&output), expected);
}

#[test]
fn arb_debug_exists_in_debug_mode_only() {
    let mut chain = Chain::new();
    let revert = chain.simulate(ARB_DEBUG, method("7ea89f8b", &[U256::from(4)]));
    assert_eq!(revert.kind, Kind::Revert);
    assert_eq!(revert.output[..4], hex("1753067f"));
    let mut chain = Chain::new();
    chain.state.set_code(ARB_DEBUG, revm::primitives::Bytes::new());
    chain.block.debug = false;
    let outcome = chain.call(ARB_DEBUG, method("0e5bbc11", &[]));
    assert_eq!((outcome.kind, outcome.gas_used), (Kind::Success, 21_000 + 64), "empty account");
    let owner = chain.ask(ARB_OWNER_PUBLIC, method("26ef7f68", &[word(ALICE)]));
    assert_eq!(words(&owner), [U256::ZERO]);
}

#[test]
fn arb_address_table_numbers_addresses_in_order() {
    let mut chain = Chain::new();
    for (account, number) in [(ALICE, 0), (BOB, 1), (ALICE, 0)] {
        let outcome = chain.call(ARB_ADDRESS_TABLE, method("4420e486", &[word(account)]));
        assert_eq!(words(&outcome.output), [U256::from(number)]);
    }
    assert_eq!(number(&mut chain, ARB_ADDRESS_TABLE, "949d225d"), U256::from(2));
    let lookup = chain.ask(ARB_ADDRESS_TABLE, method("d4b6b5da", &[word(BOB)]));
    assert_eq!(words(&lookup), [U256::ONE]);
    let back = chain.ask(ARB_ADDRESS_TABLE, method("8a186788", &[U256::ONE]));
    assert_eq!(words(&back), [word(BOB)]);
    let unknown = chain.simulate(ARB_ADDRESS_TABLE, method("8a186788", &[U256::from(2)]));
    assert_eq!((unknown.kind, unknown.output.len()), (Kind::Revert, 0));
}

#[test]
fn arb_address_table_compresses_what_has_a_number_and_reads_both_forms() {
    let mut chain = Chain::new();
    chain.call(ARB_ADDRESS_TABLE, method("4420e486", &[word(ALICE)]));
    chain.call(ARB_ADDRESS_TABLE, method("4420e486", &[word(BOB)]));
    let stranger = Address::repeat_byte(0xEE);
    for (account, length) in [(BOB, 1), (stranger, 21)] {
        let compressed = chain.ask(ARB_ADDRESS_TABLE, method("f6a455a2", &[word(account)]));
        let length_word = words(&compressed)[1];
        assert_eq!(length_word, U256::from(length));
        let mut data = method("31862ada", &[U256::from(64), U256::ZERO, length_word]).to_vec();
        data.extend(&compressed[64..]);
        let answer = chain.ask(ARB_ADDRESS_TABLE, data);
        assert_eq!(words(&answer), [word(account), U256::from(length)]);
    }
}

#[test]
fn the_precompiles_of_a_chain_without_parent_say_that_nothing_is_there() {
    let mut chain = Chain::new();
    chain.block.l2_number = 9;
    let stats = words(&chain.ask(ARB_STATISTICS, method("c59d4847", &[])));
    assert_eq!((stats[0], stats.len()), (U256::from(9), 6));
    let lifetime = number(&mut chain, ARB_RETRYABLE_TX, "81e6e083");
    assert_eq!(lifetime, U256::from(604_800));
    let no_ticket = chain.simulate(ARB_RETRYABLE_TX, method("9f1025c6", &[U256::ONE]));
    assert_eq!(no_ticket.kind, Kind::Revert);
    assert_eq!(no_ticket.output[..], keccak256("NoTicketWithID()")[..4]);
    let posters = words(&chain.ask(ARB_AGGREGATOR, method("e10573a3", &[])));
    assert_eq!(posters[2], word(SEQUENCER));
}

#[test]
fn arb_debug_logs_when_it_may_and_fails_when_it_may_not() {
    let mut chain = Chain::new();
    let value = U256::from(42);
    let outcome = chain.pay(ARB_DEBUG, U256::from(7), method("7b9963ef", &[U256::ONE, value]));
    assert_eq!(words(&outcome.output), [word(ALICE), U256::from(7)]);
    assert_eq!(outcome.logs.len(), 2);
    assert!(outcome.logs.iter().all(|log| log.topics().contains(&B256::from(value))));
    for selector in ["8e5f30ab", "4700d305"] {
        assert_ne!(chain.call(ARB_DEBUG, method(selector, &[])).kind, Kind::Success, "{selector}");
    }
}

#[test]
fn nothing_is_due_to_the_parent_chain() {
    let mut chain = Chain::new();
    for selector in ["520acdd7", "5b39d23c", "138b47b4", "963d6002", "eff01306", "2987d027"] {
        assert_eq!(number(&mut chain, ARB_GAS_INFO, selector), U256::ZERO, "{selector}");
    }
}
