//! # Token
//!
//! A plain ERC-20 with permit (ERC-2612), for platforms that have no token yet. The whole supply is
//! minted once, to one holder, by the constructor. Nobody can mint, burn, pause, or take anything:
//! there is no owner.
//!
//! *Invariant:* `Σ balanceOf = totalSupply`, which never changes after construction.
//!
//! *Trust:* none. An allowance of `2^256 - 1` is infinite. A permit is good for one chain, one token
//! and one nonce.
//!
//! The interface is `abi/IToken.sol`; what the functions promise is written there.
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
    Allowances, Approval, Balances, Contract, Permits, Revert, ShortString, Signature, Slot,
    abi::{Args, text, word},
    routes,
};
use stylus_sdk::{host::VM, prelude::*};

alloy_sol_types::sol!("../../abi/IToken.sol");

// The storage layout.
const NAME: ShortString = ShortString::at(0);
const SYMBOL: ShortString = ShortString::at(1);
const DECIMALS: Slot = Slot::at(2);
/// Two slots: balances and total supply.
const BALANCES: Balances = Balances::at(3);
const ALLOWANCES: Allowances = Allowances::at(5);
const PERMITS: Permits = Permits::at(6);

components::contract! {
    /// The token: all it is lies in storage.
    Token
}

impl Contract for Token {
    fn new(vm: VM) -> Self {
        Self { vm }
    }

    /// Mints the whole supply to one holder.
    fn construct(&mut self, args: Args<'_>) -> Result<(), Revert> {
        let vm = &self.vm;
        NAME.set(vm, args.bytes32(0));
        SYMBOL.set(vm, args.bytes32(1));
        DECIMALS.set(vm, U256::from(args.u8(2)));
        BALANCES.mint(vm, args.address(3), args.uint(4))
    }
}

impl Token {
    /// Sets an allowance that its owner signed.
    fn permit(&self, args: Args<'_>) -> Result<(), Revert> {
        let approval = Approval {
            owner: args.address(0),
            spender: args.address(1),
            value: args.uint(2),
            deadline: args.uint(3),
        };
        let signature = Signature { v: args.u8(4), r: args.bytes32(5), s: args.bytes32(6) };
        PERMITS.permit(&self.vm, ALLOWANCES, &NAME.get(&self.vm), approval, signature)
    }
}

routes! { IToken for Token, |token, args| {
    nameCall => text(&NAME.get(&token.vm)),
    symbolCall => text(&SYMBOL.get(&token.vm)),
    decimalsCall => word(DECIMALS.get(&token.vm)),
    totalSupplyCall => word(BALANCES.total_supply(&token.vm)),
    balanceOfCall => word(BALANCES.of(&token.vm, args.address(0))),
    allowanceCall => word(ALLOWANCES.get(&token.vm, args.address(0), args.address(1))),
    approveCall => {
        let owner = token.vm.msg_sender();
        ALLOWANCES.approve(&token.vm, owner, args.address(0), args.uint(1))?;
        word(true)
    },
    transferCall => {
        let from = token.vm.msg_sender();
        BALANCES.transfer(&token.vm, from, args.address(0), args.uint(1))?;
        word(true)
    },
    transferFromCall => {
        let (from, to, value) = (args.address(0), args.address(1), args.uint(2));
        ALLOWANCES.spend(&token.vm, from, token.vm.msg_sender(), value)?;
        BALANCES.transfer(&token.vm, from, to, value)?;
        word(true)
    },
    permitCall => { token.permit(args)?; Vec::new() },
    noncesCall => word(PERMITS.nonce(&token.vm, args.address(0))),
    DOMAIN_SEPARATORCall => word(components::domain_separator(&token.vm, &NAME.get(&token.vm))),
    eip712DomainCall => components::eip712_domain(&token.vm, &NAME.get(&token.vm)),
} }
