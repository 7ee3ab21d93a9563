//! What a program can learn of accounts.

use revm::primitives::{Address, Bytes};

use super::{
    Answered, Args, DONE, Host, Stop, i32,
    io::{length, part},
    price::{self, EVM_API, HOSTIO, PTR},
};

/// Gas to look at a cold account, which must be left whenever one is looked at.
const COLD_ACCOUNT_GAS: u64 = 2_600;
/// Gas to look at a warm account.
const WARM_ACCOUNT_GAS: u64 = 100;
/// Gas to load an account's code, on top. (For code of at most 24,576 bytes, the chain's limit.)
const CODE_GAS: u64 = 700;

impl Host<'_> {
    /// `account_balance(address, dest)`.
    pub(super) fn account_balance(&mut self, args: Args) -> Answered {
        let address = self.account(2 * PTR, args.u32(0))?;
        let balance = self.world.balance(address);
        self.machine.buy_gas(access_gas(balance.cold))?;
        self.write_word(args.u32(1), balance.value)?;
        DONE
    }

    /// `account_codehash(address, dest)`.
    pub(super) fn account_codehash(&mut self, args: Args) -> Answered {
        let address = self.account(2 * PTR, args.u32(0))?;
        let hash = self.world.code_hash(address);
        self.machine.buy_gas(access_gas(hash.cold))?;
        self.machine.write(args.u32(1), hash.value.as_slice())?;
        DONE
    }

    /// `account_code(address, offset, size, dest) -> copied`: the whole code is paid for, however
    /// little of it is copied.
    pub(super) fn account_code(&mut self, args: Args) -> Answered {
        let address = self.account(0, args.u32(0))?;
        let code = self.code(address)?;
        self.machine.buy(price::write(code.len()))?;
        let part = part(&code, args.u32(1), args.u32(2));
        self.machine.write(args.u32(3), &part)?;
        i32(length(&part))
    }

    /// `account_code_size(address) -> len`.
    pub(super) fn account_code_size(&mut self, args: Args) -> Answered {
        let address = self.account(0, args.u32(0))?;
        i32(length(&self.code(address)?))
    }

    /// What all functions here start with.
    fn account(&mut self, pointers: u64, address: u32) -> Result<Address, Stop> {
        self.machine.buy(HOSTIO + EVM_API + pointers)?;
        self.machine.need_gas(COLD_ACCOUNT_GAS)?;
        self.read_address(address)
    }

    /// An account's code. The last one that was not empty is remembered, and free to ask again.
    fn code(&mut self, address: Address) -> Result<Bytes, Stop> {
        if let Some((last, code)) = &self.context.code
            && *last == address
        {
            return Ok(code.clone());
        }
        let code = self.world.code(address);
        self.machine.buy_gas(CODE_GAS + access_gas(code.cold))?;
        if !code.value.is_empty() {
            self.context.code = Some((address, code.value.clone()));
        }
        Ok(code.value)
    }
}

fn access_gas(cold: bool) -> u64 {
    if cold { COLD_ACCOUNT_GAS } else { WARM_ACCOUNT_GAS }
}
