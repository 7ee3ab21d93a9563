//! `floor(a * b / d)` through a 512-bit product.
//!
//! The product is `high * 2^256 + low`. Its low half is the wrapping product; its high half follows
//! from the product modulo `2^256 - 1`, which is `high + low` with the carry folded in, and which the
//! host computes. If there is no high half, one host division ends it. Otherwise the remainder,
//! again from the host, is subtracted, so that the division is exact; an exact division by an odd
//! number is a multiplication by its inverse modulo `2^256`, and the power of two is shifted out.

use alloy_primitives::U256;

use crate::{math_div, math_mul_mod};

const BITS: usize = 256;

/// `floor(a * b / d)`, whatever the size of `a * b`.
///
/// `None` if `d` is zero or the quotient does not fit 256 bits.
#[must_use]
pub fn mul_div(a: U256, b: U256, d: U256) -> Option<U256> {
    let (high, low) = wide_mul(a, b);
    // A high half of `d` or more is a quotient of 2^256 or more; so is any product over zero.
    if high >= d {
        return None;
    }
    if high.is_zero() {
        return Some(math_div(low, d));
    }
    let remainder = math_mul_mod(a, b, d);
    let (low, borrow) = low.overflowing_sub(remainder);
    let high = high.wrapping_sub(U256::from(borrow));
    Some(exact_div(high, low, d))
}

/// The 512-bit product, as `(high, low)`.
fn wide_mul(a: U256, b: U256) -> (U256, U256) {
    let low = a.wrapping_mul(b);
    let folded = math_mul_mod(a, b, U256::MAX);
    let (high, borrow) = folded.overflowing_sub(low);
    (high.wrapping_sub(U256::from(borrow)), low)
}

/// `(high * 2^256 + low) / d` for a multiple of `d` whose quotient fits 256 bits.
fn exact_div(high: U256, low: U256, d: U256) -> U256 {
    let twos = d.trailing_zeros();
    let odd = d.wrapping_shr(twos);
    let shifted = if twos == 0 {
        low
    } else {
        low.wrapping_shr(twos) | high.wrapping_shl(BITS.wrapping_sub(twos))
    };
    shifted.wrapping_mul(inverse(odd))
}

/// The inverse of an odd number modulo `2^256`, by Newton's iteration.
///
/// `3 * odd XOR 2` is right in its five lowest bits and each step doubles them: six steps give 320.
fn inverse(odd: U256) -> U256 {
    let two = U256::from(2);
    let mut inverse = U256::from(3).wrapping_mul(odd) ^ two;
    for _ in 0..6 {
        inverse = inverse.wrapping_mul(two.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse
}
