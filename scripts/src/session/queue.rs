//! Calls that come before: those that a Safe's batch holds already, and what they leave of the Safe's
//! balances and allowances.

use alloy::{
    primitives::{Address, Bytes, U256},
    providers::Provider,
    sol_types::SolCall,
};
use eyre::Result;

use super::{Sender, Site, Token};
use crate::{
    abi::{ISplitter, IToken, IVault},
    failure::Failure,
};

/// A call that will be made before those of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// The contract.
    pub to: Address,
    /// Wei that go with it.
    pub value: U256,
    /// The call.
    pub data: Bytes,
}

/// What a call takes from its sender by an allowance.
struct Taken {
    token: Address,
    amount: U256,
}

impl Queued {
    /// What the contract takes by it; `asset` is what the vault stakes.
    fn takes(&self, asset: Option<Address>) -> Option<Taken> {
        let data = &self.data;
        if let Ok(call) = ISplitter::depositCall::abi_decode(data) {
            return Some(Taken { token: call.token, amount: call.amount });
        }
        if let Ok(call) = IVault::notifyRevenueCall::abi_decode(data) {
            return Some(Taken { token: call.token, amount: call.amount });
        }
        let deposit = IVault::depositCall::abi_decode(data).map(|call| call.assets);
        let locked = || IVault::depositAndLockCall::abi_decode(data).map(|call| call.assets);
        let amount = deposit.or_else(|_| locked()).ok()?;
        Some(Taken { token: asset?, amount })
    }

    /// `allowed`, what `spender` may take of `token` before this call, after it.
    fn allowance(
        &self,
        token: Address,
        spender: Address,
        allowed: U256,
        asset: Option<Address>,
    ) -> U256 {
        if let Ok(call) = IToken::approveCall::abi_decode(&self.data) {
            let is_it = self.to == token && call.spender == spender;
            return if is_it { call.value } else { allowed };
        }
        match self.takes(asset) {
            Some(taken) if taken.token == token && self.to == spender && allowed != U256::MAX => {
                allowed.saturating_sub(taken.amount)
            }
            _ => allowed,
        }
    }

    /// `balance` of `token` before this call, after it.
    fn balance(&self, token: Address, balance: U256, asset: Option<Address>) -> U256 {
        let sent = IToken::transferCall::abi_decode(&self.data).ok().filter(|_| self.to == token);
        let taken = self.takes(asset).filter(|taken| taken.token == token);
        let spent = sent.map(|call| call.value).or_else(|| taken.map(|taken| taken.amount));
        balance.saturating_sub(spent.unwrap_or_default())
    }
}

impl Sender {
    /// What `spender` may take of `token` from the sender now, and after the calls that come before.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn allowance(
        &self,
        site: &Site,
        token: &Token,
        spender: Address,
    ) -> Result<(U256, U256)> {
        let now = site.erc20(token.address).allowance(self.address, spender).call().await?;
        let asset = self.asset(site).await?;
        let after = |allowed, call: &Queued| call.allowance(token.address, spender, allowed, asset);
        Ok((now, self.queue.iter().fold(now, after)))
    }

    /// What the sender has of `token`, less what the calls that come before spend of it.
    ///
    /// # Errors
    /// The token does not say, or the node does not answer.
    pub async fn balance(&self, site: &Site, token: &Token) -> Result<U256> {
        let address = token.address;
        let now = site.balance(address, self.address).await?.ok_or_else(|| {
            Failure::usage(format!("{address} does not tell its balances: is it an ERC-20?"))
        })?;
        let asset = self.asset(site).await?;
        Ok(self.queue.iter().fold(now, |left, call| call.balance(token.address, left, asset)))
    }

    /// Wei of the sender, less what the calls that come before spend of it.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn ether(&self, site: &Site) -> Result<U256> {
        let now = site.chain.provider().get_balance(self.address).await?;
        Ok(self.queue.iter().fold(now, |left, call| left.saturating_sub(call.value)))
    }

    /// What the vault stakes, if that matters.
    async fn asset(&self, site: &Site) -> Result<Option<Address>> {
        match site.vault() {
            Ok(vault) if !self.queue.is_empty() => Ok(Some(vault.asset().call().await?)),
            _ => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{B256, address};

    use super::*;

    const TOKEN: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    const SPLITTER: Address = Address::repeat_byte(2);

    fn queued(to: Address, call: &impl SolCall) -> Queued {
        Queued { to, value: U256::ZERO, data: call.abi_encode().into() }
    }

    #[test]
    fn an_approval_sets_and_a_deposit_uses_up_what_may_be_taken() {
        let amount = U256::from(60);
        let approve = IToken::approveCall { spender: SPLITTER, value: U256::from(100) };
        let deposit = ISplitter::depositCall { source: B256::ZERO, token: TOKEN, amount };
        let calls = [queued(TOKEN, &approve), queued(SPLITTER, &deposit)];
        let after = |calls: &[Queued], start: u64| {
            let start = U256::from(start);
            let left = |left, call: &Queued| call.allowance(TOKEN, SPLITTER, left, None);
            calls.iter().fold(start, left)
        };
        assert_eq!(after(&calls, 7), U256::from(40));
        assert_eq!(after(&calls[1..], 7), U256::ZERO);
        assert_eq!(calls[1].allowance(TOKEN, SPLITTER, U256::MAX, None), U256::MAX);
        assert_eq!(calls[1].balance(TOKEN, U256::from(100), None), U256::from(40));
        assert_eq!(calls[1].balance(SPLITTER, U256::from(100), None), U256::from(100));
    }

    #[test]
    fn a_stake_uses_up_what_the_vault_may_take_of_its_asset() {
        let vault = Address::repeat_byte(3);
        let assets = U256::from(60);
        let plain = queued(vault, &IVault::depositCall { assets, receiver: TOKEN });
        let call = IVault::depositAndLockCall { assets, durationWeeks: U256::from(4) };
        for call in [plain, queued(vault, &call)] {
            let left = call.allowance(TOKEN, vault, U256::from(100), Some(TOKEN));
            assert_eq!(left, U256::from(40));
            assert_eq!(call.allowance(TOKEN, vault, U256::from(100), None), U256::from(100));
        }
    }
}
