//! Revenue that others have paid out, or that is staked at once.

use alloc::vec::Vec;
use alloy_primitives::{Address, U256};
use components::{emit, fail};
use stylus_sdk::prelude::*;

use crate::{
    IVault, Result, Vault,
    storage::{Config, Payout},
};

/// The most gas that one transfer of a batch gets: a token with a hook for its receiver cannot burn
/// the gas of the others.
const TRANSFER_GAS: u64 = 500_000;
/// The least gas that is left before a transfer of a batch: with less, it could get less than
/// [`TRANSFER_GAS`], fail for want of it and be skipped.
const GAS_BEFORE_TRANSFER: u64 = 600_000;

impl Vault {
    /// Sets where the caller's revenue goes when it is claimed for it.
    pub(crate) fn set_payout(&mut self, payee: Address, automatic: bool) -> Result<()> {
        if payee == self.vm().contract_address() {
            return Err(fail!(IVault::InvalidAddress, payee));
        }
        let account = self.vm().msg_sender();
        Payout { payee, automatic }.set(self.vm(), account);
        emit!(self.vm(), IVault::PayoutChanged, [account, payee], [automatic]);
        Ok(())
    }

    /// Pays what `account` earned in `tokens` to its payee.
    pub(crate) fn pay_for(&mut self, account: Address, tokens: &[Address]) -> Result<Vec<U256>> {
        let payout = Payout::of(self.vm(), account);
        if !payout.automatic && self.vm().msg_sender() != account {
            return Err(fail!(IVault::PayoutNotAutomatic, account));
        }
        self.pay(account, tokens, payee_of(account, &payout))
    }

    /// Pays each of `accounts` that asked for it what it earned in `token`, skipping what fails.
    pub(crate) fn pay_many(&mut self, accounts: &[Address], token: Address) -> Result<Vec<U256>> {
        let id = self.reward_id(token)?;
        accounts.iter().map(|&account| self.try_pay(account, token, id)).collect()
    }

    /// Pays `account` what it earned of `token`, number `id`, or nothing.
    ///
    /// The books say that it was paid while the token is called. If it was not, they are changed back
    /// by the difference, so that what a re-entering call did meanwhile stands; and only then is it
    /// known what to log.
    fn try_pay(&mut self, account: Address, token: Address, id: u8) -> Result<U256> {
        // Check.
        let payout = Payout::of(self.vm(), account);
        if !payout.automatic {
            return Ok(U256::ZERO);
        }
        // Effect.
        self.settle_before_pay(account);
        let earned = self.take_pending(account, id);
        if earned == 0 {
            return Ok(U256::ZERO);
        }
        // Check: here, because settling may have cost much.
        let left = self.vm().evm_gas_left();
        if left < GAS_BEFORE_TRANSFER {
            return Err(fail!(IVault::NotEnoughGas, left, GAS_BEFORE_TRANSFER));
        }
        // Interaction.
        let (payee, amount) = (payee_of(account, &payout), U256::from(earned));
        if components::try_transfer(self.vm(), token, payee, amount, TRANSFER_GAS) {
            emit!(self.vm(), IVault::RevenueClaimed, [account, token, payee], [amount]);
            return Ok(amount);
        }
        self.give_back(account, id, earned);
        emit!(self.vm(), IVault::ClaimSkipped, [account, token], [amount]);
        Ok(U256::ZERO)
    }

    /// Stakes what the caller earned in the asset. The assets are here already, so no token is called.
    pub(crate) fn compound(&mut self) -> Result<u128> {
        // Check.
        self.ensure_entering()?;
        let asset = Config::get(self.vm()).asset;
        let id = self.reward_id(asset)?;
        // Effect.
        let (account, here) = (self.vm().msg_sender(), self.vm().contract_address());
        self.settle_before_pay(account);
        let amount = self.take_pending(account, id);
        if amount > 0 {
            emit!(self.vm(), IVault::RevenueClaimed, [account, asset, here], [amount]);
            self.credit(account, U256::from(amount))?;
        }
        Ok(amount)
    }
}

/// Where the revenue of `account` goes.
fn payee_of(account: Address, payout: &Payout) -> Address {
    if payout.payee.is_zero() { account } else { payout.payee }
}
