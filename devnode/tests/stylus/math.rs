//! 256-bit arithmetic and keccak.

use revm::primitives::{U256, keccak256};

use crate::harness::{output, price, uint, word};

/// The result of a function on the words at 32, 64 and 96.
fn compute(name: &str, operands: &[u8]) -> U256 {
    let setup: String =
        operands.iter().zip(1..).map(|(&value, slot)| word(32 * slot, value)).collect();
    let pointers: String =
        (1..=operands.len()).map(|slot| format!("(i32.const {})", 32 * slot)).collect();
    let out = output(&format!("{setup} (call ${name} {pointers})"), 32, |_| {});
    U256::from_be_slice(&out)
}

#[test]
fn arithmetic_is_that_of_the_evm() {
    assert_eq!(compute("math_div", &[17, 5]), uint(3));
    assert_eq!(compute("math_div", &[17, 0]), uint(0));
    assert_eq!(compute("math_mod", &[17, 5]), uint(2));
    assert_eq!(compute("math_mod", &[17, 0]), uint(0));
    assert_eq!(compute("math_pow", &[3, 5]), uint(243));
    assert_eq!(compute("math_pow", &[0, 0]), uint(1));
    assert_eq!(compute("math_pow", &[2, 255]), uint(1) << 255);
    assert_eq!(compute("math_add_mod", &[200, 100, 7]), uint(6));
    assert_eq!(compute("math_add_mod", &[200, 100, 0]), uint(0));
    assert_eq!(compute("math_mul_mod", &[200, 100, 7]), uint(1));
    assert_eq!(compute("math_mul_mod", &[200, 100, 0]), uint(0));
}

#[test]
fn modular_arithmetic_does_not_overflow_on_the_way() {
    // 2²⁵⁶ − 1 at 32, built by filling 32 bytes.
    let ones = "(memory.fill (i32.const 32) (i32.const 255) (i32.const 32))";
    for (name, expected) in [("math_add_mod", 0), ("math_mul_mod", 0)] {
        let body = format!(
            "{ones} {} (call ${name} (i32.const 32) (i32.const 32) (i32.const 64))",
            word(64, 5)
        );
        let out = output(&body, 32, |_| {});
        // 2²⁵⁶ − 1 is a multiple of five.
        assert_eq!(U256::from_be_slice(&out), uint(expected), "{name}");
    }
}

#[test]
fn powers_wrap() {
    let ones = "(memory.fill (i32.const 32) (i32.const 255) (i32.const 32))";
    let body = format!("{ones} {} (call $math_pow (i32.const 32) (i32.const 64))", word(64, 2));
    assert_eq!(U256::from_be_slice(&output(&body, 32, |_| {})), uint(1));
}

#[test]
fn the_prices_are_fixed_but_for_powers() {
    assert_eq!(price("", "(call $math_div (i32.const 0) (i32.const 32))").ink, 43_520);
    assert_eq!(price("", "(call $math_mod (i32.const 0) (i32.const 32))").ink, 43_520);
    let three = "(i32.const 0) (i32.const 32) (i32.const 64)";
    assert_eq!(price("", &format!("(call $math_add_mod {three})")).ink, 49_560);
    assert_eq!(price("", &format!("(call $math_mul_mod {three})")).ink, 52_660);
}

#[test]
fn a_power_costs_by_the_bytes_of_its_exponent() {
    let pow = "(call $math_pow (i32.const 0) (i32.const 32))";
    for (byte, bytes) in [(63, 1), (62, 2), (32, 32)] {
        let setup = format!("(i32.store8 (i32.const {byte}) (i32.const 1))");
        assert_eq!(price(&setup, pow).ink, 23_520 + 3_000 + 17_500 * (bytes + 1), "{byte}");
    }
    assert_eq!(price("", pow).ink, 23_520 + 3_000 + 17_500);
}

#[test]
fn hashing_costs_by_the_word() {
    for (len, ink) in [(0, 121_800), (64, 121_800), (65, 142_800), (1_000, 751_800)] {
        let call = format!("(call $keccak (i32.const 0) (i32.const {len}) (i32.const 32))");
        assert_eq!(price("", &call).ink, ink, "{len}");
    }
    let body = "(call $keccak (i32.const 0) (i32.const 5) (i32.const 32))";
    assert_eq!(output(body, 32, |_| {}), keccak256([0; 5]).as_slice());
}
