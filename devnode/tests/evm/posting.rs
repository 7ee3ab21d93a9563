//! What a transaction pays for being posted to the parent chain, once an owner has set a price.

use devnode::{
    evm::{InvalidTransaction, Kind, Transaction},
    precompiles::{ARB_DEBUG, ARB_GAS_INFO, ARB_OWNER},
};
use revm::primitives::{Address, Bytes, U256};

use crate::fixture::{ALICE, BOB, Chain, method, words};

/// Wei per unit, as much as gas costs: a unit then costs one gas.
const PRICE: u64 = 100_000_000;

const TRANSFER: u64 = 21_000;

fn priced() -> Chain {
    let mut chain = Chain::new();
    assert_eq!(chain.call(ARB_DEBUG, method("0e5bbc11", &[])).kind, Kind::Success);
    let price = method("2b352fae", &[U256::from(PRICE)]);
    assert_eq!(chain.call(ARB_OWNER, price).kind, Kind::Success);
    chain
}

fn posting(chain: &Chain, bytes: Vec<u8>) -> Transaction {
    Transaction { posted: bytes.into(), ..chain.transaction(Some(BOB), Bytes::new()) }
}

/// Bytes that can't be compressed.
fn random(len: usize) -> Vec<u8> {
    let mut seed = 1_u64;
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed.to_le_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

#[test]
fn posting_is_free_until_an_owner_sets_a_price() {
    let mut chain = Chain::new();
    let outcome = chain.send(&posting(&chain, random(200)));
    assert_eq!((outcome.gas_used, outcome.gas_used_for_l1), (TRANSFER, 0));
}

#[test]
fn each_compressed_byte_costs_sixteen_units() {
    let mut chain = priced();
    let outcome = chain.send(&posting(&chain, random(200)));
    assert_eq!(outcome.gas_used, TRANSFER + outcome.gas_used_for_l1);
    let bytes = outcome.gas_used_for_l1 / 16;
    assert_eq!(bytes * 16, outcome.gas_used_for_l1);
    assert!((200..220).contains(&bytes), "what can't be compressed: {bytes} bytes");
    let zeros = chain.send(&posting(&chain, vec![0; 10_000]));
    assert!(zeros.gas_used_for_l1 < 50 * 16, "{}", zeros.gas_used_for_l1);
}

#[test]
fn gas_that_does_not_cover_the_posting_is_too_little() {
    let mut chain = priced();
    let needed = chain.send(&posting(&chain, random(200))).gas_used;
    let tx = Transaction { gas_limit: needed - 1, ..posting(&chain, random(200)) };
    let expected = InvalidTransaction::IntrinsicGas { have: needed - 1, want: needed };
    assert_eq!(chain.try_send(&tx), Err(expected));
    let tx = Transaction { gas_limit: needed, ..tx };
    assert_eq!(chain.send(&tx).kind, Kind::Success);
}

#[test]
fn arb_gas_info_tells_what_the_transaction_pays_for_it() {
    let mut chain = priced();
    let asks = method("c6f7de0e", &[]);
    let tx =
        Transaction { posted: random(100).into(), ..chain.transaction(Some(ARB_GAS_INFO), asks) };
    let outcome = chain.send(&tx);
    let fee = U256::from(outcome.gas_used_for_l1) * U256::from(PRICE);
    assert_eq!(words(&outcome.output), [fee]);
    assert!(fee > U256::ZERO);
    assert!(chain.state.nonce(ALICE) > 0 && chain.state.account(Address::ZERO).is_some());
}
