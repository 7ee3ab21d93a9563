//! # WETH
//!
//! ETH as an ERC-20, one to one, for chains that have no canonical one. ETH sent without data is
//! wrapped for its sender, and `withdraw` pays it out to the caller. There is no owner and no
//! constructor.
//!
//! *Invariant:* `Σ balanceOf = totalSupply ≤ ETH held`; more is held only if ETH was forced in.
//!
//! *Trust:* none. A receiver called by `withdraw` finds the books closed.
//!
//! The interface is `abi/IWeth.sol`; what the functions promise is written there.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

extern crate alloc;

use alloc::vec::Vec;

use alloy_primitives::U256;
use components::{
    Allowances, Balances, Contract, Revert, Selector, SolCall,
    abi::{text, word},
    emit, routes,
};
use stylus_sdk::{host::VM, prelude::*};

alloy_sol_types::sol!("../../abi/IWeth.sol");

const NAME: &str = "Wrapped Ether";
const SYMBOL: &str = "WETH";
const DECIMALS: u8 = 18;

// The storage layout.
/// Two slots: balances and total supply.
const BALANCES: Balances = Balances::at(0);
const ALLOWANCES: Allowances = Allowances::at(2);

components::contract! {
    /// The contract: all it is lies in storage.
    Weth
}

impl Contract for Weth {
    const PAYABLE: &'static [Selector] = &[IWeth::depositCall::SELECTOR];

    fn new(vm: VM) -> Self {
        Self { vm }
    }

    /// Bare ETH is wrapped.
    fn receive(&mut self) -> Result<(), Revert> {
        self.wrap()
    }
}

impl Weth {
    fn wrap(&self) -> Result<(), Revert> {
        let (to, value) = (self.vm.msg_sender(), self.vm.msg_value());
        BALANCES.mint(&self.vm, to, value)?;
        emit!(&self.vm, IWeth::Deposit, [to], [value]);
        Ok(())
    }

    fn unwrap(&self, value: U256) -> Result<(), Revert> {
        let from = self.vm.msg_sender();
        BALANCES.burn(&self.vm, from, value)?;
        emit!(&self.vm, IWeth::Withdrawal, [from], [value]);
        components::send_value(&self.vm, from, value)
    }
}

routes! { IWeth for Weth, |weth, args| {
    depositCall => { weth.wrap()?; Vec::new() },
    withdrawCall => { weth.unwrap(args.uint(0))?; Vec::new() },
    nameCall => text(NAME),
    symbolCall => text(SYMBOL),
    decimalsCall => word(DECIMALS),
    totalSupplyCall => word(BALANCES.total_supply(&weth.vm)),
    balanceOfCall => word(BALANCES.of(&weth.vm, args.address(0))),
    allowanceCall => word(ALLOWANCES.get(&weth.vm, args.address(0), args.address(1))),
    approveCall => {
        let owner = weth.vm.msg_sender();
        ALLOWANCES.approve(&weth.vm, owner, args.address(0), args.uint(1))?;
        word(true)
    },
    transferCall => {
        let from = weth.vm.msg_sender();
        BALANCES.transfer(&weth.vm, from, args.address(0), args.uint(1))?;
        word(true)
    },
    transferFromCall => {
        let (from, to, value) = (args.address(0), args.address(1), args.uint(2));
        ALLOWANCES.spend(&weth.vm, from, weth.vm.msg_sender(), value)?;
        BALANCES.transfer(&weth.vm, from, to, value)?;
        word(true)
    },
} }
