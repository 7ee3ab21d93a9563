//! What the vault should say to each action: its rules once more, eagerly and without a thought for
//! gas. Revenue is not counted here; that is the model's.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use stage::Revert;

use crate::{CURVE, IVault, MAX, WEEK, columns, n};

/// Something an account does.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Deposit { assets: U256, receiver: Address },
    Mint { shares: U256, receiver: Address },
    Withdraw { assets: U256, receiver: Address, owner: Address },
    Redeem { shares: U256, receiver: Address, owner: Address },
    Transfer { to: Address, value: U256 },
    Pull { from: Address, to: Address, value: U256 },
    Lock { assets: U256, weeks: U256 },
    DepositAndLock { assets: U256, weeks: U256 },
    Notify { token: Address, amount: U256 },
    Claim { tokens: Vec<Address> },
    ClaimTo { tokens: Vec<Address>, receiver: Address },
    Checkpoint { weeks: U256 },
    Pause,
    Unpause,
    Retire { token: Address },
    SetCurve { points: Vec<(u32, u32)> },
}

impl Action {
    pub(crate) fn calldata(&self) -> Vec<u8> {
        match self.clone() {
            Self::Deposit { assets, receiver } => {
                IVault::depositCall { assets, receiver }.abi_encode()
            }
            Self::Mint { shares, receiver } => IVault::mintCall { shares, receiver }.abi_encode(),
            Self::Withdraw { assets, receiver, owner } => {
                IVault::withdrawCall { assets, receiver, owner }.abi_encode()
            }
            Self::Redeem { shares, receiver, owner } => {
                IVault::redeemCall { shares, receiver, owner }.abi_encode()
            }
            Self::Transfer { to, value } => IVault::transferCall { to, value }.abi_encode(),
            Self::Pull { from, to, value } => {
                IVault::transferFromCall { from, to, value }.abi_encode()
            }
            Self::Lock { assets, weeks } => {
                IVault::lockCall { assets, durationWeeks: weeks }.abi_encode()
            }
            Self::DepositAndLock { assets, weeks } => {
                IVault::depositAndLockCall { assets, durationWeeks: weeks }.abi_encode()
            }
            Self::Notify { token, amount } => {
                IVault::notifyRevenueCall { token, amount }.abi_encode()
            }
            Self::Claim { tokens } => IVault::claimCall { tokens }.abi_encode(),
            Self::ClaimTo { tokens, receiver } => {
                IVault::claimToCall { tokens, receiver }.abi_encode()
            }
            Self::Checkpoint { weeks } => IVault::checkpointCall { maxWeeks: weeks }.abi_encode(),
            Self::Pause => IVault::pauseCall {}.abi_encode(),
            Self::Unpause => IVault::unpauseCall {}.abi_encode(),
            Self::Retire { token } => IVault::retireRewardTokenCall { token }.abi_encode(),
            Self::SetCurve { points } => {
                let (durations, multipliers) = columns(&points);
                IVault::setCurveCall { durations, multipliers }.abi_encode()
            }
        }
    }
}

/// A lock as it was made.
struct Lock {
    account: Address,
    end: u64,
    assets: U256,
    boost: U256,
}

/// Everybody's stake, and the vault's settings.
pub(crate) struct Shadow {
    pub(crate) vault: Address,
    pub(crate) asset: Address,
    pub(crate) tokens: Vec<Address>,
    pub(crate) owner: Address,
    pub(crate) guardian: Address,
    /// Allowed by everybody to move everything; nobody else is allowed anything.
    pub(crate) keeper: Address,
    pub(crate) now: u64,
    pub(crate) paused: bool,
    balances: BTreeMap<Address, U256>,
    locks: Vec<Lock>,
    points: Vec<(u32, u32)>,
    retired: BTreeSet<Address>,
}

type Verdict = Result<(), Revert>;

fn refuse_if<E: alloy_sol_types::SolError>(wrong: bool, error: E) -> Verdict {
    if wrong { Err(Revert::of(error)) } else { Ok(()) }
}

impl Shadow {
    pub(crate) fn new(scene: &crate::Scene, keeper: Address) -> Self {
        Self {
            vault: scene.vault,
            asset: scene.asset,
            tokens: vec![scene.asset, scene.usd, scene.eth],
            owner: scene.owner,
            guardian: scene.guardian,
            keeper,
            now: scene.stage.timestamp(),
            paused: false,
            balances: BTreeMap::new(),
            locks: Vec::new(),
            points: CURVE.to_vec(),
            retired: BTreeSet::new(),
        }
    }

    pub(crate) fn balance(&self, account: Address) -> U256 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn supply(&self) -> U256 {
        self.balances.values().fold(n(0), |sum, balance| sum + *balance)
    }

    fn running(&self, account: Option<Address>) -> impl Iterator<Item = &Lock> {
        let running = self.locks.iter().filter(|lock| lock.end > self.now);
        running.filter(move |lock| account.is_none_or(|account| lock.account == account))
    }

    /// Sum of the boosts of one account's unexpired locks, or of everybody's.
    pub(crate) fn boost(&self, account: Option<Address>) -> U256 {
        self.running(account).fold(n(0), |sum, lock| sum + lock.boost)
    }

    pub(crate) fn unlocked(&self, account: Address) -> U256 {
        let locked = self.running(Some(account)).fold(n(0), |sum, lock| sum + lock.assets);
        self.balance(account) - locked
    }

    fn multiplier(&self, weeks: u32) -> u32 {
        let after = self.points.partition_point(|point| point.0 <= weeks);
        let (from, bps) = self.points[after - 1];
        let next = self.points.get(after);
        next.map_or(bps, |(to, next)| bps + (next - bps) * (weeks - from) / (to - from))
    }

    fn boost_of(&self, assets: U256, weeks: U256) -> U256 {
        assets * U256::from(self.multiplier(weeks.to()) - 10_000) / n(10_000)
    }

    /// What `sender`, who has `funds` of the coin that the action takes, is to be answered.
    pub(crate) fn judge(&self, sender: Address, action: &Action, funds: U256) -> Verdict {
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
            Action::Notify { token, amount } => self.judge_push(*token, *amount, funds),
            Action::Claim { tokens } => self.judge_claim(tokens, sender),
            Action::ClaimTo { tokens, receiver } => self.judge_claim(tokens, *receiver),
            Action::Checkpoint { .. } => Ok(()),
            Action::Pause => self.judge_role(sender, sender == self.guardian),
            Action::Unpause => self.judge_role(sender, false),
            Action::Retire { token } => {
                self.judge_role(sender, false)?;
                self.judge_token(*token)
            }
            Action::SetCurve { points } => {
                self.judge_role(sender, false)?;
                refuse_if(points.first() != Some(&(0, 10_000)), IVault::InvalidCurve {})
            }
        }
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

    fn judge_push(&self, token: Address, amount: U256, funds: U256) -> Verdict {
        refuse_if(self.paused, IVault::EnforcedPause {})?;
        self.judge_token(token)?;
        refuse_if(self.retired.contains(&token), IVault::RewardTokenIsRetired { token })?;
        judge_amount(amount, MAX)?;
        refuse_if(amount > funds, IVault::TokenTransferFailed { token })
    }

    fn judge_claim(&self, tokens: &[Address], receiver: Address) -> Verdict {
        let unable = receiver.is_zero() || receiver == self.vault;
        refuse_if(unable, IVault::InvalidAddress { account: receiver })?;
        tokens.iter().try_for_each(|token| self.judge_token(*token))
    }

    fn judge_role(&self, account: Address, guarding: bool) -> Verdict {
        let allowed = guarding || account == self.owner;
        refuse_if(!allowed, IVault::OwnableUnauthorizedAccount { account })
    }

    /// What a successful action does to stakes and settings.
    pub(crate) fn apply(&mut self, sender: Address, action: &Action) {
        match action {
            Action::Deposit { assets, receiver } | Action::Mint { shares: assets, receiver } => {
                self.credit(*receiver, *assets);
            }
            Action::Withdraw { assets, owner, .. }
            | Action::Redeem { shares: assets, owner, .. } => {
                self.debit(*owner, *assets);
            }
            Action::Transfer { to, value } => self.shift(sender, *to, *value),
            Action::Pull { from, to, value } => self.shift(*from, *to, *value),
            Action::Lock { assets, weeks } => self.lock(sender, *assets, *weeks),
            Action::DepositAndLock { assets, weeks } => {
                self.credit(sender, *assets);
                self.lock(sender, *assets, *weeks);
            }
            Action::Pause => self.paused = true,
            Action::Unpause => self.paused = false,
            Action::Retire { token } => drop(self.retired.insert(*token)),
            Action::SetCurve { points } => self.points.clone_from(points),
            Action::Notify { .. }
            | Action::Claim { .. }
            | Action::ClaimTo { .. }
            | Action::Checkpoint { .. } => (),
        }
    }

    fn credit(&mut self, account: Address, shares: U256) {
        *self.balances.entry(account).or_default() += shares;
    }

    fn debit(&mut self, account: Address, shares: U256) {
        *self.balances.entry(account).or_default() -= shares;
    }

    fn shift(&mut self, from: Address, to: Address, shares: U256) {
        self.debit(from, shares);
        self.credit(to, shares);
    }

    fn lock(&mut self, account: Address, assets: U256, weeks: U256) {
        let end = (self.now / WEEK + weeks.to::<u64>() + 1) * WEEK;
        let boost = self.boost_of(assets, weeks);
        self.locks.retain(|lock| lock.end > self.now);
        self.locks.push(Lock { account, end, assets, boost });
    }
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
