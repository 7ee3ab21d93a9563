//! # The staking vault
//!
//! Stake a platform's token, optionally lock it for more weight, and earn the revenue that streams
//! in, second by second, in up to eight tokens. The ABI, with what every function demands, is
//! `abi/IVault.sol`; the arithmetic is the crate `accrual`.
//!
//! # Invariants
//! - Σ balances = total supply ≤ assets held; shares are worth one asset each, for ever.
//! - Σ weights = total weight, at every instant, expired locks counted right.
//! - For each token: paid + claimable + still to stream + held ≤ received, and what is missing is
//!   less than one wei per account.
//! - Σ votes of delegates = Σ weights of those who delegate, now and at any time that has passed.
//!
//! # Roles
//! The *owner* adds and retires reward tokens, replaces the curve for later locks, and says what leaving
//! a lock early costs and who gets that. The *guardian* can pause entering (deposit, lock, extend,
//! compound, notify). Nobody can stop leaving (withdraw, transfer, unwind, exit, claim), touch a stake,
//! or take back revenue.
//!
//! # Trust
//! The asset has to deliver what it is asked to and keep balances as they are; a deposit of which
//! less arrives is refused. A reward token is trusted with its own revenue only: no stake, exit or
//! other token's claim ever calls it.
//!
//! # Order
//! Each function checks, then writes its books, logs, and calls a token or a splitter last. Three are
//! different. `notifyRevenue` pulls first, because what arrives is what counts; it has written nothing
//! before that. A deposit with a permit has that used first. `claimMany` logs a payment, or gives it
//! back, once it knows whether it was made.
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

mod account;
mod exit;
mod ledger;
mod lock;
mod payout;
mod revenue;
mod stake;
mod storage;
mod surface;
mod views;
mod votes;
mod words;

use alloy_primitives::Address;
use components::{Contract, Revert, abi::Args, fail, pause};
use stylus_sdk::host::VM;

use crate::storage::{Config, NAME, ROLES, SYMBOL};

alloy_sol_types::sol!("../../abi/IVault.sol");

type Result<T> = core::result::Result<T, Revert>;

components::contract! {
    /// The vault; its storage is laid out in [`storage`].
    Vault
}

impl Contract for Vault {
    fn new(vm: VM) -> Self {
        Self { vm }
    }

    fn construct(&mut self, args: Args<'_>) -> Result<()> {
        self.start_clock();
        self.set_asset(args.address(0))?;
        ROLES.initialise(self.vm(), args.address(1), args.address(2))?;
        NAME.set(self.vm(), args.bytes32(3));
        SYMBOL.set(self.vm(), args.bytes32(4));
        self.store_curve(&args.u32s(5), &args.u32s(6))
    }
}

impl Vault {
    /// The chain.
    const fn vm(&self) -> &VM {
        &self.vm
    }

    /// *Reverts* with `InvalidAddress` unless `asset` is a token.
    fn set_asset(&mut self, asset: Address) -> Result<()> {
        let decimals = components::decimals(self.vm(), asset)
            .map_err(|_| fail!(IVault::InvalidAddress, asset))?;
        Config { asset, decimals, reward_count: 0, paused: false }.set(self.vm());
        Ok(())
    }

    /// Stops entering; for owner and guardian.
    fn pause(&mut self) -> Result<()> {
        let config = Config::get(self.vm());
        pause::pause(self.vm(), ROLES, config.paused)?;
        Config { paused: true, ..config }.set(self.vm());
        Ok(())
    }

    /// Allows entering again; for the owner.
    fn unpause(&mut self) -> Result<()> {
        let config = Config::get(self.vm());
        pause::unpause(self.vm(), ROLES, config.paused)?;
        Config { paused: false, ..config }.set(self.vm());
        Ok(())
    }
}
