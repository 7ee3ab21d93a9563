//! A token with vices, played by an actor.

use alloy_primitives::{Address, U256};
use stage::{Actor, Answer, Frame, Revert, slot};

use super::{IToken, n};

/// A token whose `mint` is open to all, and which does as told.
#[derive(Clone, Copy, Default)]
pub(crate) struct Coin {
    /// Basis points that the receiver of a transfer loses.
    pub(crate) fee_bps: u64,
    /// Returns nothing, and changes an allowance only from or to zero, as USDT does.
    pub(crate) like_usdt: bool,
    /// Returns `false` instead of moving anything.
    pub(crate) refuses: bool,
    /// Returns `true` without moving anything out of this account.
    pub(crate) stuck: Option<Address>,
    /// Is called, without data, before each transfer.
    pub(crate) hook: Option<Address>,
    /// Whoever receives this many tokens or more burns all gas.
    pub(crate) burns_from: Option<u64>,
}

alloy_sol_types::sol! {
    interface Mint {
        /// Sets a balance, as a rebasing token does.
        function setBalance(address account, uint256 value) external;
    }
}
pub(crate) use Mint::setBalanceCall;

fn balance_slot(account: Address) -> U256 {
    slot((account,))
}

fn allowance_slot(owner: Address, spender: Address) -> U256 {
    slot((owner, spender))
}

impl Coin {
    fn transfer(&self, frame: &Frame<'_>, from: Address, to: Address, value: U256) -> Answer {
        if let Some(hook) = self.hook {
            frame.call_raw(hook, U256::ZERO, u64::MAX, Vec::new())?;
        }
        if self.burns_from.is_some_and(|limit| value >= n(limit)) {
            frame.burn_all_gas();
        }
        if self.stuck != Some(from) && !self.refuses {
            let had = frame.load(balance_slot(from));
            let rest = had.checked_sub(value).ok_or(Revert(b"too little".to_vec()))?;
            frame.store(balance_slot(from), rest);
            let arrives = value - value * n(self.fee_bps) / n(10_000);
            frame.store(balance_slot(to), frame.load(balance_slot(to)) + arrives);
        }
        self.answer()
    }

    fn answer(&self) -> Answer {
        let word = U256::from(!self.refuses).to_be_bytes::<32>();
        Ok(if self.like_usdt { Vec::new() } else { word.to_vec() })
    }

    fn approve(&self, frame: &Frame<'_>, spender: Address, value: U256) -> Answer {
        let key = allowance_slot(frame.sender(), spender);
        if self.like_usdt && !value.is_zero() && !frame.load(key).is_zero() {
            return Err(Revert(b"reset first".to_vec()));
        }
        frame.store(key, value);
        self.answer()
    }

    fn spend(&self, frame: &Frame<'_>, from: Address, value: U256) -> Result<(), Revert> {
        let key = allowance_slot(from, frame.sender());
        let allowed = frame.load(key);
        let rest = allowed.checked_sub(value).ok_or(Revert(b"not allowed".to_vec()))?;
        frame.store(key, if allowed == U256::MAX { allowed } else { rest });
        Ok(())
    }
}

impl Actor for Coin {
    fn call(&self, frame: &Frame<'_>) -> Answer {
        if let Ok(call) = frame.decode::<IToken::balanceOfCall>() {
            return Ok(frame.load(balance_slot(call.account)).to_be_bytes::<32>().to_vec());
        }
        if let Ok(call) = frame.decode::<IToken::allowanceCall>() {
            let allowed = frame.load(allowance_slot(call.owner, call.spender));
            return Ok(allowed.to_be_bytes::<32>().to_vec());
        }
        if let Ok(call) = frame.decode::<IToken::transferCall>() {
            return self.transfer(frame, frame.sender(), call.to, call.value);
        }
        if let Ok(call) = frame.decode::<IToken::transferFromCall>() {
            self.spend(frame, call.from, call.value)?;
            return self.transfer(frame, call.from, call.to, call.value);
        }
        if let Ok(call) = frame.decode::<IToken::approveCall>() {
            return self.approve(frame, call.spender, call.value);
        }
        let set = frame.decode::<Mint::setBalanceCall>()?;
        frame.store(balance_slot(set.account), set.value);
        Ok(Vec::new())
    }
}
