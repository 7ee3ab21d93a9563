//! The EVM's `DIV`, `MOD`, `ADDMOD` and `MULMOD`, by value.

use alloy_primitives::U256;

#[cfg(not(target_arch = "wasm32"))]
use native as hooks;
#[cfg(target_arch = "wasm32")]
use vm as hooks;

/// `value / divisor`, rounded down; zero if `divisor` is zero.
#[must_use]
pub fn math_div(value: U256, divisor: U256) -> U256 {
    hooks::div(value, divisor)
}

/// `value % modulus`; zero if `modulus` is zero.
#[must_use]
pub fn math_mod(value: U256, modulus: U256) -> U256 {
    hooks::rem(value, modulus)
}

/// `(a + b) % modulus` with a sum that does not overflow; zero if `modulus` is zero.
#[must_use]
pub fn math_add_mod(a: U256, b: U256, modulus: U256) -> U256 {
    hooks::add_mod(a, b, modulus)
}

/// `(a * b) % modulus` with a product that does not overflow; zero if `modulus` is zero.
#[must_use]
pub fn math_mul_mod(a: U256, b: U256, modulus: U256) -> U256 {
    hooks::mul_mod(a, b, modulus)
}

/// The host functions themselves: 32-byte big-endian words, the result written over the first.
#[cfg(target_arch = "wasm32")]
mod vm {
    use alloy_primitives::U256;

    #[link(wasm_import_module = "vm_hooks")]
    unsafe extern "C" {
        fn math_div(value: *mut u8, divisor: *const u8);
        fn math_mod(value: *mut u8, modulus: *const u8);
        fn math_add_mod(value: *mut u8, addend: *const u8, modulus: *const u8);
        fn math_mul_mod(value: *mut u8, multiplier: *const u8, modulus: *const u8);
    }

    type Binary = unsafe extern "C" fn(*mut u8, *const u8);
    type Ternary = unsafe extern "C" fn(*mut u8, *const u8, *const u8);

    pub(super) fn div(value: U256, divisor: U256) -> U256 {
        binary(math_div, value, divisor)
    }

    pub(super) fn rem(value: U256, modulus: U256) -> U256 {
        binary(math_mod, value, modulus)
    }

    pub(super) fn add_mod(a: U256, b: U256, modulus: U256) -> U256 {
        ternary(math_add_mod, a, b, modulus)
    }

    pub(super) fn mul_mod(a: U256, b: U256, modulus: U256) -> U256 {
        ternary(math_mul_mod, a, b, modulus)
    }

    #[inline(always)]
    fn binary(function: Binary, a: U256, b: U256) -> U256 {
        let mut word = a.to_be_bytes::<32>();
        let b = b.to_be_bytes::<32>();
        // SAFETY: both pointers are to 32 bytes of this frame, which is what the host reads and
        // writes; it keeps neither.
        unsafe { function(word.as_mut_ptr(), b.as_ptr()) };
        U256::from_be_bytes(word)
    }

    #[inline(always)]
    fn ternary(function: Ternary, a: U256, b: U256, modulus: U256) -> U256 {
        let mut word = a.to_be_bytes::<32>();
        let b = b.to_be_bytes::<32>();
        let modulus = modulus.to_be_bytes::<32>();
        // SAFETY: all three pointers are to 32 bytes of this frame, which is what the host reads
        // and writes; it keeps none.
        unsafe { function(word.as_mut_ptr(), b.as_ptr(), modulus.as_ptr()) };
        U256::from_be_bytes(word)
    }
}

/// The twin for everything that is not a Stylus program.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    use alloy_primitives::U256;

    pub(super) fn div(value: U256, divisor: U256) -> U256 {
        value.checked_div(divisor).unwrap_or_default()
    }

    pub(super) fn rem(value: U256, modulus: U256) -> U256 {
        value.checked_rem(modulus).unwrap_or_default()
    }

    pub(super) fn add_mod(a: U256, b: U256, modulus: U256) -> U256 {
        a.add_mod(b, modulus)
    }

    pub(super) fn mul_mod(a: U256, b: U256, modulus: U256) -> U256 {
        a.mul_mod(b, modulus)
    }
}
