//! What a trace shows of a host function: not its pointers, but what they point at.
//!
//! Numbers are big-endian. The order is the one that tools expect which read such traces; it is not
//! always that of the parameters.

use revm::primitives::Bytes;
use wasmi::Val;

use super::{Args, Context, HostCall};
use crate::stylus::machine::Machine;

/// Something to show. The numbers are those of the parameters.
#[derive(Clone, Copy, Debug)]
enum Piece {
    /// The parameter's low 1, 2, 4 or 8 bytes.
    Number(usize, usize),
    /// So many bytes of memory at a pointer.
    Memory(usize, u32),
    /// The bytes of memory at a pointer, as many as another parameter says.
    Data(usize, usize),
    /// The length that was written at a pointer.
    Length(usize),
    /// The low bytes of the result.
    Result(usize),
    /// The bytes of memory at a pointer, as many as the result says.
    Copied(usize),
    /// The calldata.
    Calldata,
}

use Piece::{Calldata, Copied, Data, Length, Memory, Number, Result};

const WORD: u32 = 32;
const ADDRESS: u32 = 20;

/// How to show one call of a host function.
pub(in crate::stylus) struct Shape {
    /// The name it is shown under.
    pub(in crate::stylus) name: &'static str,
    args: &'static [Piece],
    outs: &'static [Piece],
    given: Args,
}

impl Shape {
    /// How to show a call; nothing for most of what only debug chains have.
    pub(in crate::stylus) fn of(call: HostCall) -> Option<Self> {
        let name = match call.name() {
            "log_txt" => "console_log_text",
            name => name,
        };
        let (args, outs) = pieces(name)?;
        Some(Self { name, args, outs, given: call.args() })
    }

    /// What went in, as it is in memory now.
    pub(in crate::stylus) fn args(&self, machine: &Machine, context: &Context) -> Vec<u8> {
        self.collect(self.args, None, machine, context)
    }

    /// What came out.
    pub(in crate::stylus) fn outs(
        &self,
        result: Option<&Val>,
        machine: &Machine,
        context: &Context,
    ) -> Vec<u8> {
        self.collect(self.outs, result, machine, context)
    }

    fn collect(
        &self,
        pieces: &[Piece],
        result: Option<&Val>,
        machine: &Machine,
        context: &Context,
    ) -> Vec<u8> {
        pieces.iter().flat_map(|piece| self.show(*piece, result, machine, context)).collect()
    }

    /// One piece; nothing if it lies outside of memory, in which case the function fails.
    fn show(
        &self,
        piece: Piece,
        result: Option<&Val>,
        machine: &Machine,
        context: &Context,
    ) -> Bytes {
        let result = match result {
            Some(Val::I32(number)) => number.cast_unsigned().into(),
            Some(Val::I64(number)) => number.cast_unsigned(),
            _ => 0,
        };
        let memory = |pointer, len| {
            let bytes = machine.read(self.given.u32(pointer), len).unwrap_or_default();
            Bytes::copy_from_slice(bytes)
        };
        match piece {
            Number(index, len) => low_bytes(self.given.u64(index), len),
            Memory(pointer, len) => memory(pointer, len),
            Data(pointer, len) => memory(pointer, self.given.u32(len)),
            Length(pointer) => memory(pointer, 4).iter().rev().copied().collect(),
            Result(len) => low_bytes(result, len),
            Copied(pointer) => memory(pointer, u32::try_from(result).unwrap_or_default()),
            Calldata => context.env.calldata.clone(),
        }
    }
}

fn low_bytes(number: u64, len: usize) -> Bytes {
    let bytes = number.to_be_bytes();
    Bytes::copy_from_slice(&bytes[bytes.len() - len..])
}

/// Arguments and results of a function, in the order in which they are shown.
#[rustfmt::skip]
fn pieces(name: &str) -> Option<(&'static [Piece], &'static [Piece])> {
    Some(match name {
        "read_args" => (&[], &[Calldata]),
        "write_result" => (&[Data(0, 1)], &[]),
        "exit_early" => (&[Number(0, 4)], &[]),
        "storage_load_bytes32" | "transient_load_bytes32" => (&[Memory(0, WORD)], &[Memory(1, WORD)]),
        "storage_cache_bytes32" | "transient_store_bytes32" => (&[Memory(0, WORD), Memory(1, WORD)], &[]),
        "storage_flush_cache" => (&[Number(0, 1)], &[]),
        "call_contract" => (&[Memory(0, ADDRESS), Number(4, 8), Memory(3, WORD), Data(1, 2)], &[Length(5), Result(1)]),
        "delegate_call_contract" | "static_call_contract" => (&[Memory(0, ADDRESS), Number(3, 8), Data(1, 2)], &[Length(4), Result(1)]),
        "create1" => (&[Memory(2, WORD), Data(0, 1)], &[Memory(3, ADDRESS), Length(4)]),
        "create2" => (&[Memory(2, WORD), Memory(3, WORD), Data(0, 1)], &[Memory(4, ADDRESS), Length(5)]),
        "read_return_data" => (&[Number(1, 4), Number(2, 4)], &[Copied(0)]),
        "return_data_size" | "msg_reentrant" | "tx_ink_price" => (&[], &[Result(4)]),
        "emit_log" => (&[Number(2, 4), Data(0, 1)], &[]),
        "account_balance" | "account_codehash" => (&[Memory(0, ADDRESS)], &[Memory(1, WORD)]),
        "account_code" => (&[Memory(0, ADDRESS), Number(1, 4), Number(2, 4)], &[Copied(3)]),
        "account_code_size" => (&[Memory(0, ADDRESS)], &[Result(4)]),
        "evm_gas_left" | "evm_ink_left" | "chainid" | "block_gas_limit" | "block_number" | "block_timestamp" => (&[], &[Result(8)]),
        "block_basefee" | "msg_value" | "tx_gas_price" => (&[], &[Memory(0, WORD)]),
        "block_coinbase" | "contract_address" | "msg_sender" | "tx_origin" => (&[], &[Memory(0, ADDRESS)]),
        "math_div" | "math_mod" | "math_pow" => (&[Memory(0, WORD), Memory(1, WORD)], &[Memory(0, WORD)]),
        "math_add_mod" | "math_mul_mod" => (&[Memory(0, WORD), Memory(1, WORD), Memory(2, WORD)], &[Memory(0, WORD)]),
        "native_keccak256" => (&[Data(0, 1)], &[Memory(2, WORD)]),
        "pay_for_memory_grow" => (&[Number(0, 2)], &[]),
        "console_log_text" => (&[Data(0, 1)], &[]),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{super::table::VM_HOOKS, *};

    #[test]
    fn every_function_that_all_chains_have_is_shown() {
        for hook in VM_HOOKS {
            assert!(pieces(hook.name).is_some(), "{}", hook.name);
        }
    }

    #[test]
    fn what_is_shown_exists() {
        for hook in VM_HOOKS {
            let (args, outs) = pieces(hook.name).expect("every function is shown");
            for piece in args.iter().chain(outs) {
                let index = match *piece {
                    Number(index, _) | Memory(index, _) | Length(index) | Copied(index) => index,
                    Data(pointer, len) => pointer.max(len),
                    Result(_) | Calldata => continue,
                };
                assert!(index < hook.params.len(), "{}: {piece:?}", hook.name);
            }
        }
    }
}
