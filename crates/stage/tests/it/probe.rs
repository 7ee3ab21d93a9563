//! A contract that does on request whatever a contract can do.

extern crate alloc;

use alloy_primitives::{Address, U256};
use alloy_sol_types::sol;
use stylus_sdk::{
    abi::Bytes,
    call::{RawCall, call, static_call},
    prelude::*,
    storage::StorageU256,
    stylus_core::calls::Call,
};

sol! {
    /// What a [`Probe`] understands.
    interface IProbe {
        error Refused(uint256 number);
        event NumberSet(uint256 number);
        function number() external view returns (uint256);
        function setNumber(uint256 number) external;
        function setAndRefuse(uint256 number) external;
        function setAndPanic(uint256 number) external;
        function setAndCall(uint256 number, address to, bytes calldata data) external payable returns (bool succeeded);
        function readAcross(address to, bytes calldata data) external returns (uint256 before, uint256 after);
        function writeUnflushed(uint256 number, address to, bytes calldata data) external returns (uint256 seen);
        function lookAt(address to, bytes calldata data) external view returns (bool succeeded);
        function borrow(address code, bytes calldata data) external returns (bool succeeded);
        function callWithGas(address to, uint64 gas) external returns (bool succeeded, uint64 spent);
        function who() external view returns (address sender, address origin, address me);
        function recover(bytes32 digest, uint8 v, bytes32 r, bytes32 s) external view returns (address signer);
    }
}

#[storage]
#[entrypoint]
pub(crate) struct Probe {
    number: StorageU256,
}

#[public]
impl Probe {
    fn number(&self) -> U256 {
        self.number.get()
    }

    fn set_number(&mut self, number: U256) {
        self.number.set(number);
        self.vm().log(IProbe::NumberSet { number });
    }

    fn set_and_refuse(&mut self, number: U256) -> Result<(), Vec<u8>> {
        self.set_number(number);
        Err(alloy_sol_types::SolError::abi_encode(&IProbe::Refused { number }))
    }

    fn set_and_panic(&mut self, number: U256) {
        self.set_number(number);
        panic!("as the test asked");
    }

    #[payable]
    fn set_and_call(&mut self, number: U256, to: Address, data: Bytes) -> bool {
        self.set_number(number);
        let context = Call::new_payable(self, self.vm().msg_value());
        call(self.vm(), context, to, &data).is_ok()
    }

    /// Reads before and after a call that does not touch the cache.
    fn read_across(&mut self, to: Address, data: Bytes) -> (U256, U256) {
        let before = self.number.get();
        // SAFETY: the point is a stale cache; nothing is written after.
        let _ = unsafe { RawCall::new(self.vm()).call(to, &data) };
        (before, self.number.get())
    }

    /// Writes, calls without flushing, and returns what the callee answered.
    fn write_unflushed(&mut self, number: U256, to: Address, data: Bytes) -> U256 {
        self.number.set(number);
        // SAFETY: the point is an unflushed cache; nothing aliases it.
        let seen = unsafe { RawCall::new(self.vm()).call(to, &data) };
        U256::from_be_slice(&seen.unwrap_or_default())
    }

    fn look_at(&self, to: Address, data: Bytes) -> bool {
        static_call(self.vm(), Call::new(), to, &data).is_ok()
    }

    fn borrow(&mut self, code: Address, data: Bytes) -> bool {
        // SAFETY: the cache is cleared first; the code is the test's.
        unsafe { RawCall::new_delegate(self.vm()).clear_storage_cache().call(code, &data).is_ok() }
    }

    fn call_with_gas(&mut self, to: Address, gas: u64) -> (bool, u64) {
        let before = self.vm().evm_gas_left();
        let context = Call::new_mutating(self).gas(gas);
        let succeeded = call(self.vm(), context, to, &[]).is_ok();
        (succeeded, before - self.vm().evm_gas_left())
    }

    fn who(&self) -> (Address, Address, Address) {
        (self.vm().msg_sender(), self.vm().tx_origin(), self.vm().contract_address())
    }

    fn recover(&self, digest: B256, v: u8, r: B256, s: B256) -> Address {
        let v = U256::from(v).to_be_bytes::<32>();
        let input = [digest.as_slice(), &v, r.as_slice(), s.as_slice()].concat();
        let ecrecover = Address::with_last_byte(1);
        let word = static_call(self.vm(), Call::new(), ecrecover, &input).unwrap_or_default();
        if word.len() == 32 { Address::from_slice(&word[12..]) } else { Address::ZERO }
    }
}

type B256 = alloy_primitives::B256;
