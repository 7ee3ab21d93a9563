//! Which transactions are refused, and in which words.

use devnode::evm::{self, InvalidTransaction, Kind, Mode, Transaction};
use revm::primitives::U256;

use crate::fixture::*;

fn refusal(chain: &mut Chain, tx: &Transaction) -> String {
    let before = chain.state.balance(ALICE);
    let refused = chain.try_send(tx).expect_err("the transaction is refused").to_string();
    assert_eq!(chain.state.balance(ALICE), before, "a refused transaction costs nothing");
    refused
}

#[test]
fn a_nonce_must_be_the_next_one() {
    let mut chain = Chain::new();
    chain.call(BOB, []);
    let tx = Transaction { nonce: 0, ..chain.transaction(Some(BOB), []) };
    let expected = format!("nonce too low: address {ALICE}, tx: 0 state: 1");
    assert_eq!(refusal(&mut chain, &tx), expected);
    let tx = Transaction { nonce: 5, ..tx };
    let expected = format!("nonce too high: address {ALICE}, tx: 5 state: 1");
    assert_eq!(refusal(&mut chain, &tx), expected);
}

#[test]
fn the_sender_must_be_able_to_pay_the_most_the_transaction_can_cost() {
    let mut chain = Chain::new();
    let tx = Transaction { from: BOB, nonce: 0, ..chain.transaction(Some(ALICE), []) };
    let want = U256::from(GAS) * U256::from(100_000_000);
    let expected = InvalidTransaction::InsufficientFunds { address: BOB, have: U256::ZERO, want };
    assert_eq!(chain.try_send(&tx), Err(expected.clone()));
    assert!(expected.to_string().starts_with("insufficient funds for gas * price + value: "));
    chain.state.set_balance(BOB, want);
    assert_eq!(chain.send(&tx).kind, Kind::Success);
}

#[test]
fn the_fee_cap_must_reach_the_base_fee() {
    let mut chain = Chain::new();
    let tx = Transaction { max_fee_per_gas: 99_999_999, ..chain.transaction(Some(BOB), []) };
    let reason = refusal(&mut chain, &tx);
    assert!(reason.starts_with("max fee per gas less than block base fee: "), "{reason}");
    let tx =
        Transaction { max_priority_fee_per_gas: 100_000_001, ..chain.transaction(Some(BOB), []) };
    let reason = refusal(&mut chain, &tx);
    assert!(reason.starts_with("max priority fee per gas higher than max fee per gas: "));
}

#[test]
fn the_gas_limit_must_cover_the_transaction_itself() {
    let mut chain = Chain::new();
    let tx = Transaction { gas_limit: 20_999, ..chain.transaction(Some(BOB), []) };
    assert_eq!(refusal(&mut chain, &tx), "intrinsic gas too low: have 20999, want 21000");
}

#[test]
fn init_code_is_limited() {
    let mut chain = Chain::new();
    let tx = chain.transaction(None, vec![0; 49_153]);
    let reason = "max initcode size exceeded: code size 49153 limit 49152";
    assert_eq!(refusal(&mut chain, &tx), reason);
}

#[test]
fn a_transaction_is_for_one_chain_unless_it_is_for_any() {
    let mut chain = Chain::new();
    let tx = Transaction { chain_id: Some(1), ..chain.transaction(Some(BOB), []) };
    assert_eq!(refusal(&mut chain, &tx), "invalid chain id for signer: have 1 want 412346");
    let tx = Transaction { chain_id: None, ..tx };
    assert_eq!(chain.send(&tx).kind, Kind::Success);
}

#[test]
fn contracts_do_not_send_transactions() {
    let mut chain = Chain::new();
    let contract = chain.deploy(&hex("00"));
    chain.state.set_balance(contract, ether());
    let tx = Transaction { from: contract, nonce: 1, ..chain.transaction(Some(BOB), []) };
    let reason = refusal(&mut chain, &tx);
    assert!(reason.starts_with(&format!("sender not an eoa: address {contract}, codehash: ")));
}

#[test]
fn an_impersonated_contract_does() {
    let mut chain = Chain::new();
    let contract = chain.deploy(&hex("00"));
    chain.state.set_balance(contract, ether() * U256::from(2));
    let mut tx = Transaction { from: contract, nonce: 1, ..chain.transaction(Some(BOB), []) };
    tx.value = ether();
    let outcome = evm::execute(&mut chain.state, &chain.block, &tx, Mode::Impersonate);
    assert_eq!(outcome.map(|outcome| outcome.kind), Ok(Kind::Success));
    assert_eq!(chain.state.balance(BOB), ether());
    assert_eq!(chain.state.nonce(contract), 2);
}

#[test]
fn a_set_code_transaction_needs_authorisations_and_a_callee() {
    let mut chain = Chain::new();
    let tx = Transaction { authorization_list: Some(vec![]), ..chain.transaction(Some(BOB), []) };
    let expected = format!("EIP-7702 transaction with empty auth list (sender {ALICE})");
    assert_eq!(refusal(&mut chain, &tx), expected);
    let tx = Transaction { to: None, ..tx };
    let expected =
        format!("EIP-7702 transaction cannot be used to create contract (sender {ALICE})");
    assert_eq!(refusal(&mut chain, &tx), expected);
}

#[test]
fn a_simulated_call_can_come_from_anybody_and_leaves_nothing() {
    let mut chain = Chain::new();
    let contract = chain.deploy(&hex("6001 5f 55"));
    let before = chain.state.balance(ALICE);
    assert_eq!(chain.simulate(contract, []).kind, Kind::Success);
    assert_eq!(chain.state.storage(contract, U256::ZERO), U256::ZERO);
    assert_eq!(chain.state.balance(ALICE), before);
}

#[test]
fn a_delegated_account_runs_the_program_it_delegates_to() {
    let mut chain = Chain::new();
    let program = chain.program(MINIMAL);
    let designator = [hex("ef0100"), program.to_vec()].concat();
    chain.state.set_code(BOB, designator.into());
    assert_eq!(chain.call(BOB, []).gas_used, 30_209);
}

#[test]
fn a_clone_of_the_state_does_not_see_later_changes() {
    let mut chain = Chain::new();
    let snapshot = chain.state.clone();
    chain.pay(BOB, ether(), []);
    assert_eq!(chain.state.balance(BOB), ether());
    assert_eq!(snapshot.balance(BOB), U256::ZERO);
    chain.state = snapshot;
    assert_eq!(chain.state.nonce(ALICE), 0);
}
