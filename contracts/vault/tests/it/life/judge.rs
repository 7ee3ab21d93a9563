//! What the vault should answer: with which error, or with what.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolError, SolValue};
use stage::Revert;

use super::{
    action::{Action, Signed},
    shadow::Shadow,
};
use crate::{IVault, MAX, n};

type Verdict = Result<(), Revert>;

/// What has to be known beside the stakes.
pub(crate) struct Known<'a> {
    /// What the sender has of the coin that the action takes.
    pub(crate) funds: U256,
    /// What an account can claim of a token, which is the model's to judge.
    pub(crate) owed: &'a dyn Fn(Address, Address) -> U256,
}

fn refuse_if<E: SolError>(wrong: bool, error: E) -> Verdict {
    if wrong { Err(Revert::of(error)) } else { Ok(()) }
}

impl Shadow {
    /// Whether `sender` may do it, or the error it has to get.
    pub(crate) fn judge(&self, sender: Address, action: &Action, known: &Known<'_>) -> Verdict {
        let funds = known.funds;
        match action {
            Action::Deposit { assets, receiver } | Action::Mint { shares: assets, receiver } => {
                self.judge_entry(*assets, *receiver, funds)
            }
            Action::Withdraw { assets, receiver, owner }
            | Action::Redeem { shares: assets, receiver, owner } => {
                self.judge_holder(*receiver)?;
                self.judge_spender(*owner, sender, *assets, sender == *owner)?;
                refuse_if(assets.is_zero(), IVault::ZeroAmount {})?;
                self.judge_free(*owner, *assets)
            }
            Action::Transfer { to, value } => {
                self.judge_holder(*to)?;
                self.judge_free(sender, *value)
            }
            Action::Pull { from, to, value } => {
                self.judge_spender(*from, sender, *value, false)?;
                self.judge_holder(*to)?;
                self.judge_free(*from, *value)
            }
            Action::Lock { assets, weeks } => {
                judge_weeks(*weeks)?;
                refuse_if(self.paused, IVault::EnforcedPause {})?;
                refuse_if(assets.is_zero(), IVault::ZeroAmount {})?;
                self.judge_free(sender, *assets)?;
                self.judge_boost(*assets, *weeks)
            }
            Action::DepositAndLock { assets, weeks } => {
                judge_weeks(*weeks)?;
                self.judge_entry(*assets, sender, funds)?;
                self.judge_boost(*assets, *weeks)
            }
            Action::Stand { .. }
            | Action::Unwind { .. }
            | Action::Extend { .. }
            | Action::Exit { .. } => self.judge_lock_change(sender, action),
            Action::Notify { token, amount } => self.judge_push(*token, *amount, funds),
            Action::Sync { token } => {
                self.judge_push(*token, self.strays(*token), self.strays(*token))
            }
            Action::Claim { tokens } => self.judge_claim(sender, tokens, sender, known),
            Action::ClaimTo { tokens, receiver } => {
                self.judge_claim(sender, tokens, *receiver, known)
            }
            Action::ClaimFor { account, tokens } => {
                let willing = sender == *account || self.payout(*account).1;
                let account = *account;
                refuse_if(!willing, IVault::PayoutNotAutomatic { account })?;
                self.judge_claim(account, tokens, self.payee(account), known)
            }
            Action::ClaimMany { token, .. } => self.judge_token(*token),
            Action::SetPayout { payee: account, .. } => {
                refuse_if(*account == self.vault, IVault::InvalidAddress { account: *account })
            }
            Action::Compound => {
                refuse_if(self.paused, IVault::EnforcedPause {})?;
                let (amount, max) = ((known.owed)(sender, self.asset), MAX - self.supply());
                refuse_if(amount > max, IVault::AmountTooLarge { amount, max })
            }
            Action::DelegateBySig(signed) => self.judge_signature(signed),
            Action::Delegate { .. } | Action::Checkpoint { .. } => Ok(()),
            Action::Pause => self.judge_role(sender, sender == self.guardian),
            Action::Unpause => self.judge_role(sender, false),
            Action::Retire { token } => {
                self.judge_role(sender, false)?;
                self.judge_token(*token)
            }
            Action::Add { token, weeks } => {
                self.judge_role(sender, false)?;
                self.judge_new_token(*token, *weeks)
            }
            Action::SetCurve { points } => {
                self.judge_role(sender, false)?;
                refuse_if(points.first() != Some(&(0, 10_000)), IVault::InvalidCurve {})
            }
            Action::SetPenalties { points, splitter } => {
                self.judge_role(sender, false)?;
                self.judge_penalties(points, *splitter)
            }
        }
    }

    fn judge_penalties(&self, points: &[(u32, u32)], splitter: Address) -> Verdict {
        if points.is_empty() {
            return Ok(());
        }
        self.judge_payable(splitter)?;
        let valid = points[0].0 == 0 && points.iter().all(|point| (1..=10_000).contains(&point.1));
        refuse_if(!valid, IVault::InvalidCurve {})
    }

    fn judge_lock_change(&self, sender: Address, action: &Action) -> Verdict {
        match *action {
            Action::Stand { assets, weeks } => {
                judge_weeks(weeks)?;
                refuse_if(self.paused, IVault::EnforcedPause {})?;
                refuse_if(assets.is_zero(), IVault::ZeroAmount {})?;
                self.judge_free(sender, assets)?;
                let (there, _, duration) = self.standing(sender);
                let error = IVault::StandingDurationDiffers {
                    durationWeeks: U256::from(duration),
                    asked: weeks,
                };
                refuse_if(!there.is_zero() && U256::from(duration) != weeks, error)?;
                self.judge_boost(assets, weeks)
            }
            Action::Unwind { assets } => judge_part(n(0), assets, self.standing(sender).0),
            Action::Extend { unlock_time, assets, weeks } => {
                judge_weeks(weeks)?;
                refuse_if(self.paused, IVault::EnforcedPause {})?;
                self.judge_taken(sender, unlock_time, assets)?;
                let later = U256::from(self.end_of(weeks));
                let error =
                    IVault::LockNotExtended { unlockTime: unlock_time, newUnlockTime: later };
                refuse_if(later <= unlock_time, error)?;
                let given_up = self.part_of(sender, unlock_time.to(), assets);
                let (amount, rest) = (self.boost_of(assets, weeks), self.boost(None) - given_up);
                let max = MAX - rest;
                refuse_if(amount > max, IVault::AmountTooLarge { amount, max })
            }
            Action::Exit { unlock_time, assets, max_penalty } => {
                self.judge_taken(sender, unlock_time, assets)?;
                refuse_if(self.penalties().is_empty(), IVault::NoEarlyExit {})?;
                let penalty = self.penalty(unlock_time.to(), assets);
                let error = IVault::PenaltyTooHigh { penalty, maxPenalty: max_penalty };
                refuse_if(penalty > max_penalty, error)
            }
            _ => Ok(()),
        }
    }

    fn judge_taken(&self, account: Address, unlock_time: U256, assets: U256) -> Verdict {
        let time = u64::try_from(unlock_time).unwrap_or_default();
        judge_part(unlock_time, assets, self.bucket(account, time).0)
    }

    fn judge_signature(&self, signed: &Signed) -> Verdict {
        let expiry = signed.expiry;
        let late = U256::from(self.now) > expiry;
        refuse_if(late, IVault::VotesExpiredSignature { expiry })?;
        let Some(account) = signed.signer else {
            return Err(Revert::of(IVault::ECDSAInvalidSignature {}));
        };
        let next = self.nonce(account);
        let error = IVault::InvalidAccountNonce { account, currentNonce: next };
        refuse_if(signed.nonce != next, error)
    }

    fn judge_entry(&self, assets: U256, receiver: Address, funds: U256) -> Verdict {
        refuse_if(self.paused, IVault::EnforcedPause {})?;
        self.judge_holder(receiver)?;
        judge_amount(assets, MAX - self.supply())?;
        refuse_if(assets > funds, IVault::TokenTransferFailed { token: self.asset })
    }

    fn judge_holder(&self, receiver: Address) -> Verdict {
        let unable = receiver.is_zero() || receiver == self.vault;
        refuse_if(unable, IVault::ERC20InvalidReceiver { receiver })
    }

    fn judge_spender(&self, owner: Address, spender: Address, needed: U256, own: bool) -> Verdict {
        let allowed = own || needed.is_zero() || (spender == self.keeper && owner != self.vault);
        let allowance = n(0);
        refuse_if(!allowed, IVault::ERC20InsufficientAllowance { spender, allowance, needed })
    }

    fn judge_free(&self, account: Address, needed: U256) -> Verdict {
        let (balance, unlocked) = (self.balance(account), self.unlocked(account));
        let short = IVault::ERC20InsufficientBalance { sender: account, balance, needed };
        refuse_if(needed > balance, short)?;
        refuse_if(needed > unlocked, IVault::SharesLocked { account, unlocked, needed })
    }

    fn judge_boost(&self, assets: U256, weeks: U256) -> Verdict {
        let (amount, max) = (self.boost_of(assets, weeks), MAX - self.boost(None));
        refuse_if(amount > max, IVault::AmountTooLarge { amount, max })
    }

    fn judge_token(&self, token: Address) -> Verdict {
        refuse_if(!self.tokens.contains(&token), IVault::UnknownRewardToken { token })
    }

    /// Whoever is no token of the vault here is no token at all.
    fn judge_new_token(&self, token: Address, weeks: U256) -> Verdict {
        self.judge_payable(token)?;
        let (min, max) = (n(1), n(52));
        let wrong = weeks < min || weeks > max;
        refuse_if(wrong, IVault::StreamWeeksOutOfRange { streamWeeks: weeks, min, max })?;
        let known = self.tokens.contains(&token);
        refuse_if(known && !self.is_retired(token), IVault::RewardTokenExists { token })?;
        refuse_if(!known, IVault::InvalidAddress { account: token })
    }

    fn judge_push(&self, token: Address, amount: U256, funds: U256) -> Verdict {
        refuse_if(self.paused, IVault::EnforcedPause {})?;
        self.judge_token(token)?;
        refuse_if(self.is_retired(token), IVault::RewardTokenIsRetired { token })?;
        judge_amount(amount, MAX)?;
        refuse_if(amount > funds, IVault::TokenTransferFailed { token })
    }

    fn judge_claim(
        &self,
        account: Address,
        tokens: &[Address],
        receiver: Address,
        known: &Known<'_>,
    ) -> Verdict {
        self.judge_payable(receiver)?;
        tokens.iter().try_for_each(|token| self.judge_token(*token))?;
        tokens.iter().try_for_each(|&token| {
            let fails = self.refuses(token, receiver) && !(known.owed)(account, token).is_zero();
            refuse_if(fails, IVault::TokenTransferFailed { token })
        })
    }

    fn judge_payable(&self, account: Address) -> Verdict {
        let unable = account.is_zero() || account == self.vault;
        refuse_if(unable, IVault::InvalidAddress { account })
    }

    fn judge_role(&self, account: Address, guarding: bool) -> Verdict {
        let allowed = guarding || account == self.owner;
        refuse_if(!allowed, IVault::OwnableUnauthorizedAccount { account })
    }

    /// What a successful action returns; nothing if the stakes do not tell.
    pub(crate) fn answer(
        &self,
        sender: Address,
        action: &Action,
        known: &Known<'_>,
    ) -> Option<Vec<u8>> {
        Some(match action {
            Action::Deposit { assets: amount, .. }
            | Action::Mint { shares: amount, .. }
            | Action::Withdraw { assets: amount, .. }
            | Action::Redeem { shares: amount, .. }
            | Action::Notify { amount, .. } => amount.abi_encode(),
            Action::Sync { token } => self.strays(*token).abi_encode(),
            Action::Transfer { .. } | Action::Pull { .. } => true.abi_encode(),
            Action::Lock { weeks, .. }
            | Action::DepositAndLock { weeks, .. }
            | Action::Extend { weeks, .. } => U256::from(self.end_of(*weeks)).abi_encode(),
            Action::Stand { assets, weeks } => self.boost_of(*assets, *weeks).abi_encode(),
            Action::Unwind { .. } => {
                let weeks = U256::from(self.standing(sender).2);
                U256::from(self.end_of(weeks)).abi_encode()
            }
            Action::Exit { unlock_time, assets, .. } => {
                self.penalty(unlock_time.to(), *assets).abi_encode()
            }
            Action::Claim { tokens } | Action::ClaimTo { tokens, .. } => {
                each_once(tokens, |token| (known.owed)(sender, token))
            }
            Action::ClaimFor { account, tokens } => {
                each_once(tokens, |token| (known.owed)(*account, token))
            }
            Action::ClaimMany { accounts, token } => each_once(accounts, |account| {
                let paid = self.payout(account).1 && !self.refuses(*token, self.payee(account));
                if paid { (known.owed)(account, *token) } else { n(0) }
            }),
            Action::Compound => (known.owed)(sender, self.asset).abi_encode(),
            Action::Checkpoint { .. } => return None,
            Action::SetPayout { .. }
            | Action::Delegate { .. }
            | Action::DelegateBySig(_)
            | Action::Pause
            | Action::Unpause
            | Action::Retire { .. }
            | Action::Add { .. }
            | Action::SetCurve { .. }
            | Action::SetPenalties { .. } => Vec::new(),
        })
    }
}

/// One amount for each of `list`, of which the second and later mentions of one get nothing.
fn each_once(list: &[Address], amount: impl Fn(Address) -> U256) -> Vec<u8> {
    let first = |i: usize| !list[..i].contains(&list[i]);
    let amounts = list.iter().enumerate();
    let amounts = amounts.map(|(i, one)| if first(i) { amount(*one) } else { n(0) });
    amounts.collect::<Vec<_>>().abi_encode()
}

/// `assets` as a part of what is locked until `unlock_time`.
fn judge_part(unlock_time: U256, assets: U256, locked: U256) -> Verdict {
    refuse_if(assets.is_zero(), IVault::ZeroAmount {})?;
    let error = IVault::LockTooSmall { unlockTime: unlock_time, locked, assets };
    refuse_if(assets > locked, error)
}

fn judge_weeks(weeks: U256) -> Verdict {
    let (min, max) = (n(1), n(208));
    let wrong = weeks < min || weeks > max;
    refuse_if(wrong, IVault::LockDurationOutOfRange { durationWeeks: weeks, min, max })
}

fn judge_amount(amount: U256, max: U256) -> Verdict {
    refuse_if(amount.is_zero(), IVault::ZeroAmount {})?;
    refuse_if(amount > max, IVault::AmountTooLarge { amount, max })
}
