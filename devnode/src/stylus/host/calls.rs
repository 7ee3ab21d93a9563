//! Calls and creates: priced here, carried out by another frame, and settled here again.

use revm::primitives::Bytes;

use super::{
    Answer, Answered, Args, DONE, Host, Request, Stop, i32,
    io::length,
    price::{self, EVM_API, HOSTIO, PTR},
};
use crate::stylus::{CallKind, CallRequest, CreateRequest, Returned, Touched};

/// What a call returns to the program when it succeeded.
const CALL_SUCCESS: u32 = 0;
/// What a call returns to the program when it did not, for whatever reason.
const CALL_FAILURE: u32 = 2;
/// Gas of any call.
const CALL_GAS: u64 = 100;
/// Gas for a cold callee, on top.
const COLD_CALL_GAS: u64 = 2_500;
/// Gas for sending value, on top.
const VALUE_GAS: u64 = 9_000;
/// Gas for sending value to an empty account, on top.
const NEW_ACCOUNT_GAS: u64 = 25_000;
/// Gas that a callee gets with value. Unlike in the EVM, the caller pays what is spent of it.
const STIPEND: u64 = 2_300;
/// Gas of any create.
const CREATE_GAS: u64 = 32_000;
/// Gas for each word of init code that a `create2` hashes.
const HASH_WORD_GAS: u64 = 6;

/// A call or create under way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    Call { spent: Spent, return_len: u32 },
    Create { spent: Spent, address_out: u32, revert_len: u32 },
}

/// Gas to be settled when a call or create returns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spent {
    /// Its own price.
    base: u64,
    /// What the other frame was given.
    given: u64,
}

impl Spent {
    fn settled(self, gas_left: u64) -> u64 {
        self.base.saturating_add(self.given.saturating_sub(gas_left))
    }
}

/// The arguments of the three kinds of call.
struct Call {
    kind: CallKind,
    to: u32,
    data: u32,
    len: u32,
    /// Where the value is, when the program chooses it.
    value: Option<u32>,
    /// The gas that the program is willing to forward.
    gas: u64,
    return_len: u32,
}

impl Host<'_> {
    /// `call_contract(address, data, len, value, gas, return_len) -> status`.
    pub(super) fn call_contract(&mut self, args: Args) -> Answered {
        self.call(&Call {
            kind: CallKind::Call,
            to: args.u32(0),
            data: args.u32(1),
            len: args.u32(2),
            value: Some(args.u32(3)),
            gas: args.u64(4),
            return_len: args.u32(5),
        })
    }

    /// `delegate_call_contract(address, data, len, gas, return_len) -> status`.
    pub(super) fn delegate_call_contract(&mut self, args: Args) -> Answered {
        self.call(&Call::without_value(CallKind::Delegate, args))
    }

    /// `static_call_contract(address, data, len, gas, return_len) -> status`.
    pub(super) fn static_call_contract(&mut self, args: Args) -> Answered {
        self.call(&Call::without_value(CallKind::Static, args))
    }

    fn call(&mut self, call: &Call) -> Answered {
        self.machine.buy(HOSTIO + 3 * PTR + EVM_API + 2 * price::read(call.len))?;
        let to = self.read_address(call.to)?;
        let data = self.read_bytes(call.data, call.len)?;
        let sent = call.value.map(|ptr| self.read_word(ptr)).transpose()?.unwrap_or_default();
        let sends = !sent.is_zero();
        if sends && self.context.env.static_context {
            return self.failed_call(0, call.return_len);
        }
        let left = self.machine.gas();
        let base = call_gas(self.world.touch_for_call(to), sends);
        let Some(rest) = left.checked_sub(base) else {
            return self.failed_call(left, call.return_len);
        };
        let gas = forwarded(rest, call.gas.min(left)) + if sends { STIPEND } else { 0 };
        let value = if call.kind == CallKind::Delegate { self.context.env.value } else { sent };
        let spent = Spent { base, given: gas };
        self.context.asked = Some(Asked::Call { spent, return_len: call.return_len });
        Ok(Answer::Ask(Request::Call(CallRequest { kind: call.kind, to, value, data, gas })))
    }

    /// A call that fails before it starts.
    fn failed_call(&mut self, gas: u64, return_len: u32) -> Answered {
        self.context.return_data = Bytes::new();
        self.machine.buy_gas(gas)?;
        self.machine.write(return_len, &0_u32.to_le_bytes())?;
        i32(CALL_FAILURE)
    }

    /// `create1(code, len, endowment, address_out, revert_len)`.
    pub(super) fn create1(&mut self, args: Args) -> Answered {
        self.machine.buy(HOSTIO + 3 * PTR + EVM_API + 2 * price::read(args.u32(1)))?;
        self.create(args, None, 0, [args.u32(3), args.u32(4)])
    }

    /// `create2(code, len, endowment, salt, address_out, revert_len)`.
    pub(super) fn create2(&mut self, args: Args) -> Answered {
        self.machine.buy(HOSTIO + 4 * PTR + EVM_API + 2 * price::read(args.u32(1)))?;
        let hashing = HASH_WORD_GAS * u64::from(args.u32(1).div_ceil(32));
        self.create(args, Some(args.u32(3)), hashing, [args.u32(4), args.u32(5)])
    }

    /// Init code is neither charged by the word nor limited in size on this path.
    fn create(
        &mut self,
        args: Args,
        salt: Option<u32>,
        hashing: u64,
        [address_out, revert_len]: [u32; 2],
    ) -> Answered {
        let code = self.read_bytes(args.u32(0), args.u32(1))?;
        let value = self.read_word(args.u32(2))?;
        let salt = salt.map(|ptr| self.read_hash(ptr)).transpose()?;
        self.need_writable()?;
        let base = CREATE_GAS + hashing;
        let rest = self.machine.gas().checked_sub(base).ok_or(Stop::Failure)?;
        let gas = rest - rest / 64;
        let spent = Spent { base, given: gas };
        self.context.asked = Some(Asked::Create { spent, address_out, revert_len });
        Ok(Answer::Ask(Request::Create(CreateRequest { salt, value, code, gas })))
    }

    /// Settles a call or create that has returned.
    pub(in crate::stylus) fn finish(&mut self, returned: Returned) -> Answered {
        match self.context.asked.take() {
            Some(Asked::Call { spent, return_len }) => {
                self.finish_call(spent, return_len, returned)
            }
            Some(Asked::Create { spent, address_out, revert_len }) => {
                self.finish_create(spent, [address_out, revert_len], returned)
            }
            None => Err(Stop::Failure),
        }
    }

    fn finish_call(&mut self, spent: Spent, return_len: u32, returned: Returned) -> Answered {
        self.machine.buy_gas(spent.settled(returned.gas_left))?;
        self.context.return_data = returned.output;
        let len = length(&self.context.return_data);
        self.machine.write(return_len, &len.to_le_bytes())?;
        i32(if returned.success { CALL_SUCCESS } else { CALL_FAILURE })
    }

    fn finish_create(
        &mut self,
        spent: Spent,
        [address_out, revert_len]: [u32; 2],
        returned: Returned,
    ) -> Answered {
        self.machine.buy_gas(spent.settled(returned.gas_left))?;
        self.context.return_data = if returned.reverted { returned.output } else { Bytes::new() };
        let len = length(&self.context.return_data);
        self.machine.write(revert_len, &len.to_le_bytes())?;
        let created = returned.created.filter(|_| returned.success).unwrap_or_default();
        self.machine.write(address_out, created.as_slice())?;
        DONE
    }
}

impl Call {
    fn without_value(kind: CallKind, args: Args) -> Self {
        Self {
            kind,
            to: args.u32(0),
            data: args.u32(1),
            len: args.u32(2),
            value: None,
            gas: args.u64(3),
            return_len: args.u32(4),
        }
    }
}

/// What a call costs before anything is forwarded.
fn call_gas(callee: Touched, sends: bool) -> u64 {
    let access = if callee.cold { COLD_CALL_GAS } else { 0 };
    let value = if sends { VALUE_GAS } else { 0 };
    let new_account = if sends && callee.empty { NEW_ACCOUNT_GAS } else { 0 };
    CALL_GAS + access + value + new_account
}

/// What is forwarded of the `rest`: at most 63 of 64 parts, and at most what is asked for.
fn forwarded(rest: u64, asked: u64) -> u64 {
    // Equal to ⌊rest × 63 / 64⌋, without the product's overflow.
    (rest - rest.div_ceil(64)).min(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_64th_rounded_up_is_held_back() {
        assert_eq!(forwarded(99_900, u64::MAX), 98_339);
        assert_eq!(forwarded(88_400, u64::MAX), 87_018);
        assert_eq!([0, 1, 63, 64, 65].map(|rest| forwarded(rest, u64::MAX)), [0, 0, 62, 63, 63]);
        assert_eq!(forwarded(99_900, 5), 5);
    }

    #[test]
    fn the_price_of_a_call_adds_up() {
        let callee = |cold, empty| Touched { cold, empty };
        assert_eq!(call_gas(callee(false, false), false), 100);
        assert_eq!(call_gas(callee(true, false), true), 11_600);
        assert_eq!(call_gas(callee(false, true), false), 100);
        assert_eq!(call_gas(callee(true, true), true), 36_600);
    }
}
