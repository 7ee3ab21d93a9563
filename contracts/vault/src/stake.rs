//! Stake in, out and from hand to hand.

use accrual::MAX_AMOUNT;
use alloy_primitives::{Address, U256};
use components::{Approval, Signature, emit, fail};
use stylus_sdk::prelude::*;

use crate::{
    IVault, Result, Vault,
    storage::{ALLOWANCES, Config},
    words::Position,
};

/// *Reverts* with `ZeroAmount`.
pub(crate) fn ensure_not_zero(amount: U256) -> Result<()> {
    if amount.is_zero() { Err(fail!(IVault::ZeroAmount)) } else { Ok(()) }
}

/// `amount` as a 112-bit number.
///
/// *Reverts* with `ZeroAmount`, or with `AmountTooLarge` above `max`, which fits 112 bits.
pub(crate) fn bounded(amount: U256, max: u128) -> Result<u128> {
    ensure_not_zero(amount)?;
    let fits = u128::try_from(amount).ok().filter(|amount| *amount <= max);
    fits.ok_or_else(|| fail!(IVault::AmountTooLarge, amount, max))
}

impl Vault {
    /// *Reverts* with `EnforcedPause` while entering is paused.
    pub(crate) fn ensure_entering(&self) -> Result<()> {
        components::pause::ensure_not_paused(Config::get(self.vm()).paused)
    }

    /// *Reverts* unless shares can be held by `receiver`: neither zero nor the vault itself.
    pub(crate) fn ensure_holder(&self, receiver: Address) -> Result<()> {
        if receiver.is_zero() || receiver == self.vm().contract_address() {
            return Err(fail!(IVault::ERC20InvalidReceiver, receiver));
        }
        Ok(())
    }

    /// Pulls `amount` of `token` from `sender`; returns what arrived.
    pub(crate) fn pull(&mut self, token: Address, sender: Address, amount: U256) -> Result<U256> {
        let (vm, here) = (self.vm(), self.vm().contract_address());
        let before = components::balance_of(vm, token, here)?;
        components::safe_transfer_from(vm, token, sender, here, amount)?;
        let after = components::balance_of(vm, token, here)?;
        Ok(after.saturating_sub(before))
    }

    /// Stakes `amount` of the caller's assets for `receiver`.
    pub(crate) fn enter(&mut self, amount: U256, receiver: Address) -> Result<()> {
        // Check, effect, log.
        self.ensure_entering()?;
        self.ensure_holder(receiver)?;
        self.credit(receiver, amount)?;
        // Interaction.
        let (sender, asset) = (self.vm().msg_sender(), Config::get(self.vm()).asset);
        let received = self.pull(asset, sender, amount)?;
        if received != amount {
            return Err(fail!(IVault::AssetShortfall, amount, received));
        }
        Ok(())
    }

    /// Stakes `amount` of the caller's assets and locks them; returns when they are free again.
    pub(crate) fn enter_and_lock(&mut self, amount: U256, weeks: u32) -> Result<u64> {
        self.enter(amount, self.vm().msg_sender())?;
        self.lock_shares(amount, weeks)
    }

    /// Has a permit of the asset used, for `assets` and the vault.
    pub(crate) fn permit_assets(&mut self, assets: U256, deadline: U256, signature: Signature) {
        let (owner, spender) = (self.vm().msg_sender(), self.vm().contract_address());
        let approval = Approval { owner, spender, value: assets, deadline };
        components::try_permit(self.vm(), Config::get(self.vm()).asset, approval, signature);
    }

    /// Gives `receiver` shares for `amount` of assets that are, or are about to be, the vault's.
    pub(crate) fn credit(&mut self, receiver: Address, amount: U256) -> Result<()> {
        // Check.
        let mut ledger = self.open();
        let assets = bounded(amount, MAX_AMOUNT.saturating_sub(ledger.pool.supply))?;
        // Effect.
        if ledger.pool.weight() == 0 {
            self.stream_held(&mut ledger);
        }
        self.add_weight(&ledger, receiver, assets);
        let mut position = self.position(receiver);
        position.balance = position.balance.saturating_add(assets);
        self.store_position(receiver, position);
        ledger.pool.supply = ledger.pool.supply.saturating_add(assets);
        self.close(&ledger);
        // Log.
        let sender = self.vm().msg_sender();
        emit!(self.vm(), IVault::Transfer, [Address::ZERO, receiver], [amount]);
        emit!(self.vm(), IVault::Deposit, [sender, receiver], [amount, amount]);
        self.change_votes(self.delegate_of(receiver, &position), assets, 0);
        Ok(())
    }

    /// Takes `amount` of `owner`'s unlocked stake out to `receiver`.
    pub(crate) fn leave(&mut self, amount: U256, receiver: Address, owner: Address) -> Result<()> {
        // Check.
        self.ensure_holder(receiver)?;
        let sender = self.vm().msg_sender();
        if sender != owner {
            ALLOWANCES.spend(self.vm(), owner, sender, amount)?;
        }
        ensure_not_zero(amount)?;
        let mut ledger = self.open();
        let (mut position, assets) = self.free_position(owner, amount)?;
        // Effect.
        self.remove_weight(&ledger, owner, assets);
        position.balance = position.balance.saturating_sub(assets);
        self.store_position(owner, position);
        ledger.pool.supply = ledger.pool.supply.saturating_sub(assets);
        self.close(&ledger);
        // Log.
        emit!(self.vm(), IVault::Transfer, [owner, Address::ZERO], [amount]);
        emit!(self.vm(), IVault::Withdraw, [sender, receiver, owner], [amount, amount]);
        self.change_votes(self.delegate_of(owner, &position), 0, assets);
        // Interaction.
        components::safe_transfer(self.vm(), Config::get(self.vm()).asset, receiver, amount)
    }

    /// Moves `value` of `from`'s unlocked shares to `to`. Past revenue stays where it was earned;
    /// the locks of `to` are not looked at.
    pub(crate) fn move_shares(&mut self, from: Address, to: Address, value: U256) -> Result<()> {
        // Check.
        self.ensure_holder(to)?;
        // Written although no total changes: revenue counted from an index that was rounded down
        // and not kept would be a hair above the exact share.
        let ledger = self.open();
        self.close(&ledger);
        let (mut giving, shares) = self.free_position(from, value)?;
        // Effect.
        self.remove_weight(&ledger, from, shares);
        giving.balance = giving.balance.saturating_sub(shares);
        self.store_position(from, giving);
        self.add_weight(&ledger, to, shares);
        let mut taking = self.position(to);
        taking.balance = taking.balance.saturating_add(shares);
        self.store_position(to, taking);
        // Log.
        emit!(self.vm(), IVault::Transfer, [from, to], [value]);
        self.change_votes(self.delegate_of(from, &giving), 0, shares);
        self.change_votes(self.delegate_of(to, &taking), shares, 0);
        Ok(())
    }

    /// The position of `account` with its expired locks settled, and `needed` as a number of shares.
    ///
    /// *Reverts* with `ERC20InsufficientBalance` or `SharesLocked` unless `needed` shares of it are
    /// free. The boundaries up to now have been passed.
    fn free_position(&mut self, account: Address, needed: U256) -> Result<(Position, u128)> {
        let position = self.settled_position(account);
        let shares = self.ensure_free(account, &position, needed)?;
        Ok((position, shares))
    }

    /// The position of `account` with its expired locks settled, which the caller stores. The
    /// boundaries up to now have been passed.
    pub(crate) fn settled_position(&mut self, account: Address) -> Position {
        let mut position = self.position(account);
        self.settle(account, &mut position);
        position
    }

    /// `needed` as a number of shares.
    ///
    /// *Reverts* with `ERC20InsufficientBalance` or `SharesLocked` unless so many of them are free.
    pub(crate) fn ensure_free(
        &self,
        account: Address,
        position: &Position,
        needed: U256,
    ) -> Result<u128> {
        let balance = U256::from(position.balance);
        let shares = u128::try_from(needed).unwrap_or(u128::MAX);
        if needed > balance {
            return Err(fail!(IVault::ERC20InsufficientBalance, account, balance, needed));
        }
        let unlocked = self.unlocked(account, position);
        if shares > unlocked {
            return Err(fail!(IVault::SharesLocked, account, unlocked, needed));
        }
        Ok(shares)
    }
}
