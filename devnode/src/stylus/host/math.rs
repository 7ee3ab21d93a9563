//! 256-bit arithmetic, which is dear in WebAssembly, and keccak.
//!
//! Operands are words in memory; the result takes the place of the first. Nothing fails: a
//! division by zero gives zero, as in the EVM.

use revm::primitives::{U256, keccak256};

use super::{
    Answered, Args, DONE, Host,
    price::{self, ADD_MOD, DIVISION, MUL_MOD, POW},
};

impl Host<'_> {
    /// `math_div(value, divisor)`.
    pub(super) fn math_div(&mut self, args: Args) -> Answered {
        self.binary(args, U256::checked_div)
    }

    /// `math_mod(value, modulus)`.
    pub(super) fn math_mod(&mut self, args: Args) -> Answered {
        self.binary(args, U256::checked_rem)
    }

    /// `math_pow(value, exponent)`: modulo 2²⁵⁶, priced by the exponent's bytes.
    pub(super) fn math_pow(&mut self, args: Args) -> Answered {
        self.machine.buy(POW)?;
        let (value, exponent) = (self.read_word(args.u32(0))?, self.read_word(args.u32(1))?);
        self.machine.buy(price::exponent(exponent.leading_zeros() / 8))?;
        self.write_word(args.u32(0), value.wrapping_pow(exponent))?;
        DONE
    }

    /// `math_add_mod(value, addend, modulus)`: without intermediate overflow.
    pub(super) fn math_add_mod(&mut self, args: Args) -> Answered {
        self.machine.buy(ADD_MOD)?;
        self.modular(args, U256::add_mod)
    }

    /// `math_mul_mod(value, multiplier, modulus)`: without intermediate overflow.
    pub(super) fn math_mul_mod(&mut self, args: Args) -> Answered {
        self.machine.buy(MUL_MOD)?;
        self.modular(args, U256::mul_mod)
    }

    /// `native_keccak256(data, len, dest)`.
    pub(super) fn native_keccak256(&mut self, args: Args) -> Answered {
        let len = args.u32(1);
        self.machine.buy(price::keccak(len))?;
        let hash = keccak256(self.machine.read(args.u32(0), len)?);
        self.machine.write(args.u32(2), hash.as_slice())?;
        DONE
    }

    fn binary(&mut self, args: Args, divide: fn(U256, U256) -> Option<U256>) -> Answered {
        self.machine.buy(DIVISION)?;
        let (value, divisor) = (self.read_word(args.u32(0))?, self.read_word(args.u32(1))?);
        self.write_word(args.u32(0), divide(value, divisor).unwrap_or_default())?;
        DONE
    }

    fn modular(&mut self, args: Args, op: fn(U256, U256, U256) -> U256) -> Answered {
        let (value, other) = (self.read_word(args.u32(0))?, self.read_word(args.u32(1))?);
        let modulus = self.read_word(args.u32(2))?;
        let result = if modulus.is_zero() { U256::ZERO } else { op(value, other, modulus) };
        self.write_word(args.u32(0), result)?;
        DONE
    }
}
