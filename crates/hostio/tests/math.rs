//! The host functions and `mul_div` against big integers, on edge values and at random.

use std::ops::Range;

use hostio::{U256, math_add_mod, math_div, math_mod, math_mul_mod, mul_div};
use num_bigint::BigUint;
use proptest::prelude::*;

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_be(&value.to_be_bytes::<32>())
}

/// Back to a word, or `None` if the value is too wide for one.
fn word(value: &BigUint) -> Option<U256> {
    U256::try_from_be_slice(&value.to_bytes_be())
}

/// What the EVM does with a zero divisor.
fn zero_over_zero(divisor: U256, quotient: impl FnOnce() -> BigUint) -> U256 {
    if divisor.is_zero() { U256::ZERO } else { word(&quotient()).expect("a reduced value fits") }
}

/// Zero, one, all ones, and every power of two with its neighbours.
fn edges() -> Vec<U256> {
    const STEP: usize = 17;
    let around = |bit: usize| {
        let power = U256::from(1) << bit;
        [power - U256::from(1), power, power + U256::from(1)]
    };
    let bits: Range<usize> = 0..256;
    let mut edges: Vec<_> = bits.step_by(STEP).chain([128, 255]).flat_map(around).collect();
    edges.extend([U256::ZERO, U256::MAX, U256::MAX - U256::from(1)]);
    edges
}

/// Words of every length, so that small and large meet.
fn any_word() -> impl Strategy<Value = U256> {
    (any::<[u8; 32]>(), 0_usize..=256)
        .prop_map(|(bytes, shift)| U256::from_be_bytes(bytes).wrapping_shr(shift))
}

fn check(a: U256, b: U256, d: U256) {
    assert_eq!(math_div(a, d), zero_over_zero(d, || big(a) / big(d)), "{a} / {d}");
    assert_eq!(math_mod(a, d), zero_over_zero(d, || big(a) % big(d)), "{a} % {d}");
    let sum = zero_over_zero(d, || (big(a) + big(b)) % big(d));
    assert_eq!(math_add_mod(a, b, d), sum, "({a} + {b}) % {d}");
    let product = zero_over_zero(d, || (big(a) * big(b)) % big(d));
    assert_eq!(math_mul_mod(a, b, d), product, "({a} * {b}) % {d}");
    let quotient = if d.is_zero() { None } else { word(&(big(a) * big(b) / big(d))) };
    assert_eq!(mul_div(a, b, d), quotient, "{a} * {b} / {d}");
}

#[test]
fn every_triple_of_edge_values_agrees_with_big_integers() {
    let edges = edges();
    for &a in &edges {
        for &b in &edges {
            for &d in &edges {
                check(a, b, d);
            }
        }
    }
}

#[test]
fn mul_div_is_none_at_the_first_quotient_that_does_not_fit() {
    let half = U256::from(1) << 128;
    assert_eq!(mul_div(half, half, U256::from(1)), None);
    assert_eq!(
        mul_div(half, half - U256::from(1), U256::from(1)),
        Some(U256::MAX - half + U256::from(1))
    );
    assert_eq!(mul_div(U256::MAX, U256::MAX, U256::MAX), Some(U256::MAX));
    assert_eq!(mul_div(U256::MAX, U256::MAX, U256::MAX - U256::from(1)), None);
    assert_eq!(mul_div(U256::from(1), U256::from(1), U256::ZERO), None);
}

proptest! {
    #[test]
    fn random_words_agree_with_big_integers(a in any_word(), b in any_word(), d in any_word()) {
        check(a, b, d);
    }

    /// The quotient is near the edge of what fits, where carries go wrong.
    #[test]
    fn quotients_near_two_to_the_256_agree(a in any_word(), b in any_word(), nudge in 0_u8..3) {
        let high = word(&((big(a) * big(b)) >> 256_u32)).expect("half of a product fits");
        check(a, b, high.saturating_add(U256::from(nudge)));
    }
}
