//! What a program learns of its call, and paying for memory.

use devnode::stylus::{Block, Env, Outcome, Pages};
use revm::primitives::Bytes;

use crate::harness::{GAS, Run, account, output, price, price_with, uint};

fn env() -> Env {
    Env {
        calldata: Bytes::from_static(b"abc"),
        caller: account(1),
        value: uint(2),
        contract: account(3),
        origin: account(4),
        static_context: false,
        block: Block {
            number: 5,
            timestamp: 6,
            basefee: uint(7),
            coinbase: account(8),
            gas_limit: 9,
        },
        chain_id: 10,
        gas_price: uint(11),
    }
}

#[test]
fn numbers_are_returned() {
    for (name, value) in
        [("block_number", 5), ("block_timestamp", 6), ("block_gas_limit", 9), ("chainid", 10)]
    {
        assert_eq!(price("", &format!("(drop (call ${name}))")).ink, 8_400, "{name}");
        let body = format!("(i64.store (i32.const 32) (call ${name}))");
        let out = output(&body, 8, |run| run.env = env());
        assert_eq!(out, [value, 0, 0, 0, 0, 0, 0, 0].as_slice(), "{name}");
    }
}

#[test]
fn words_and_addresses_are_written_big_endian() {
    for (name, len, last) in [
        ("msg_sender", 20, 1),
        ("msg_value", 32, 2),
        ("contract_address", 20, 3),
        ("tx_origin", 20, 4),
        ("block_basefee", 32, 7),
        ("block_coinbase", 20, 8),
        ("tx_gas_price", 32, 11),
    ] {
        let call = format!("(call ${name} (i32.const 32))");
        assert_eq!(price("", &call).ink, 13_440, "{name}");
        let out = output(&call, len, |run| run.env = env());
        assert_eq!(out.last(), Some(&last), "{name}");
        assert!(out[..out.len() - 1].iter().all(|&byte| byte == 0), "{name}");
    }
}

#[test]
fn the_ink_price_is_the_chains() {
    assert_eq!(price("", "(drop (call $tx_ink_price))").ink, 8_400);
    let body = "(i32.store (i32.const 32) (call $tx_ink_price))";
    assert_eq!(output(body, 4, |_| {}), 10_000_u32.to_le_bytes().as_slice());
}

#[test]
fn gas_and_ink_left_are_those_after_the_question() {
    assert_eq!(price("", "(drop (call $evm_gas_left))").ink, 8_400);
    assert_eq!(price("", "(drop (call $evm_ink_left))").ink, 8_400);
    // The block `i32.const, call` and the question itself are paid by then.
    let spent = 1 + 3_800 + 2_450 + 8_400;
    let ink = output("(i64.store (i32.const 32) (call $evm_ink_left))", 8, |run| run.gas = 100);
    assert_eq!(ink, (100 * GAS - spent).to_le_bytes().as_slice());
    let gas = output("(i64.store (i32.const 32) (call $evm_gas_left))", 8, |run| run.gas = 100);
    assert_eq!(gas, (100 - spent.div_ceil(GAS)).to_le_bytes().as_slice());
}

#[test]
fn reentrancy_is_the_chains_to_tell() {
    assert_eq!(price("", "(drop (call $msg_reentrant))").ink, 8_400);
    let body = "(i32.store (i32.const 32) (call $msg_reentrant))";
    assert_eq!(output(body, 4, |run| run.chain.reentrant = true), [1, 0, 0, 0].as_slice());
    assert_eq!(output(body, 4, |_| {}), [0, 0, 0, 0].as_slice());
}

#[test]
fn pages_can_be_paid_for_without_growing() {
    assert_eq!(price("", "(call $pay_for_memory_grow (i32.const 0))").ink, 8_400);
    let priced = price("", "(call $pay_for_memory_grow (i32.const 1))");
    assert_eq!((priced.ink, priced.run.chain.pages), (0, Pages { open: 2, ever: 2 }));
    let priced = price("", "(call $pay_for_memory_grow (i32.const 3))");
    assert_eq!((priced.ink, priced.run.chain.pages), (2_000 * GAS, Pages { open: 4, ever: 4 }));
    let ever = |run: &mut Run| run.chain.pages.ever = 20;
    assert_eq!(price_with("", "(call $pay_for_memory_grow (i32.const 3))", ever).ink, 2_000 * GAS);
}

#[test]
fn more_pages_than_there_can_be_are_out_of_ink() {
    for pages in [128, 65_535, 65_536, -1] {
        let body = format!("(call $pay_for_memory_grow (i32.const {pages}))");
        assert_eq!(Run::of_body(&body).run().outcome, Outcome::OutOfInk, "{pages}");
    }
}

#[test]
fn growing_beyond_the_programs_own_maximum_is_paid_and_fails() {
    let mut run = Run::of(
        r#"(module
            (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
            (memory (export "memory") 1 2)
            (func (export "user_entrypoint") (param i32) (result i32)
                (i32.ne (memory.grow (i32.const 3)) (i32.const -1))))"#,
    );
    let exit = run.succeed();
    assert_eq!(exit.ink_used, 1 + 8_050 + 1 + 170 + 1 + 2_450 + 2_000 * GAS);
    assert_eq!(run.chain.pages, Pages { open: 4, ever: 4 });
}

#[test]
fn memory_that_can_not_grow_is_not_paid_for() {
    let exit = Run::of_body("(drop (memory.grow (i32.const 3)))").succeed();
    assert_eq!(exit.ink_used, 1 + 8_050 + 9 + 1 + 1 + 2_450);
}
