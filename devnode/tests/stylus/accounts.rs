//! Balances and code of accounts.

use devnode::stylus::Outcome;
use revm::primitives::keccak256;

use crate::harness::{GAS, Run, account, address, output, price, price_with, uint};

const BALANCE: &str = "(call $account_balance (i32.const 0) (i32.const 32))";
const HASH: &str = "(call $account_codehash (i32.const 0) (i32.const 32))";
const SIZE: &str = "(drop (call $account_code_size (i32.const 0)))";
const CODE: &str =
    "(drop (call $account_code (i32.const 0) (i32.const 1) (i32.const 2) (i32.const 32)))";

/// Puts 100 bytes of code and 7 wei at address zero.
fn populate(run: &mut Run) {
    run.chain.codes.insert(account(0), (0..100).collect());
    run.chain.balances.insert(account(0), uint(7));
}

#[test]
fn a_cold_account_costs_more_than_a_warm_one() {
    for (call, base, extra) in
        [(BALANCE, 78_153, 0), (HASH, 78_153, 0), (SIZE, 68_073, 700), (CODE, 73_113, 700)]
    {
        assert_eq!(price("", call).ink, base + (extra + 2_600) * GAS, "{call}");
        assert_eq!(price(BALANCE, call).ink, base + (extra + 100) * GAS, "{call}");
    }
}

#[test]
fn code_is_paid_for_in_full_however_little_is_copied() {
    let all = 68_073 + 5_040 + 30 * 68;
    assert_eq!(price_with("", CODE, populate).ink, all + 3_300 * GAS);
}

#[test]
fn the_last_code_is_remembered() {
    assert_eq!(price_with(SIZE, SIZE, populate).ink, 68_073);
    assert_eq!(price_with(SIZE, CODE, populate).ink, 68_073 + 5_040 + 30 * 68);
    let other = format!("{SIZE} {} {SIZE} {}", address(0, 1), address(0, 0));
    assert_eq!(price_with(&other, SIZE, populate).ink, 68_073, "empty code is not remembered");
}

#[test]
fn empty_code_is_asked_for_again() {
    assert_eq!(price(SIZE, SIZE).ink, 68_073 + 800 * GAS);
}

#[test]
fn the_values_are_those_of_the_chain() {
    assert_eq!(output(BALANCE, 32, populate)[31], 7);
    let code: Vec<u8> = (0..100).collect();
    assert_eq!(output(HASH, 32, populate), keccak256(&code).as_slice());
    assert_eq!(output(HASH, 32, |_| {}), [0; 32].as_slice());
    assert_eq!(output(CODE, 3, populate), [1, 2, 0].as_slice());
    let size = "(i32.store (i32.const 32) (call $account_code_size (i32.const 0)))";
    assert_eq!(output(size, 4, populate), [100, 0, 0, 0].as_slice());
}

#[test]
fn copying_past_the_end_of_code_copies_what_is_there() {
    for (offset, size, copied) in [(0, 1_000, 100), (98, 5, 2), (100, 1, 0), (u32::MAX, 1, 0)] {
        let body = format!(
            "(i32.store (i32.const 32) (call $account_code
                (i32.const 0) (i32.const {offset}) (i32.const {size}) (i32.const 64)))"
        );
        assert_eq!(output(&body, 4, populate), [copied, 0, 0, 0].as_slice());
    }
}

#[test]
fn looking_at_an_account_needs_the_price_of_a_cold_one() {
    let needed: u64 = 6_252 + 78_153 + 2_600 * GAS;
    for (gas, outcome) in
        [(needed.div_ceil(GAS), Outcome::Success), (needed / GAS, Outcome::OutOfInk)]
    {
        let mut run = Run::of_body(BALANCE);
        run.chain.warm_accounts.insert(account(0));
        run.gas = gas;
        assert_eq!(run.run().outcome, outcome, "{gas}");
    }
}
