//! What an account can do to a vault.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;

use crate::{IVault, columns};

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
    Stand { assets: U256, weeks: U256 },
    Unwind { assets: U256 },
    Extend { unlock_time: U256, assets: U256, weeks: U256 },
    Exit { unlock_time: U256, assets: U256, max_penalty: U256 },
    Notify { token: Address, amount: U256 },
    Sync { token: Address },
    Claim { tokens: Vec<Address> },
    ClaimTo { tokens: Vec<Address>, receiver: Address },
    SetPayout { payee: Address, automatic: bool },
    ClaimFor { account: Address, tokens: Vec<Address> },
    ClaimMany { accounts: Vec<Address>, token: Address },
    Compound,
    Delegate { to: Address },
    DelegateBySig(Signed),
    Checkpoint { weeks: U256 },
    Pause,
    Unpause,
    Retire { token: Address },
    Add { token: Address, weeks: U256 },
    SetCurve { points: Vec<(u32, u32)> },
    SetPenalties { points: Vec<(u32, u32)>, splitter: Address },
}

/// A delegation with its signature.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    /// Who signed it; nobody if the signature is none.
    pub(crate) signer: Option<Address>,
    pub(crate) to: Address,
    pub(crate) nonce: U256,
    pub(crate) expiry: U256,
    pub(crate) signature: (u8, B256, B256),
}

/// The splitter's source of penalties.
pub(crate) const PENALTIES: B256 = B256::repeat_byte(0x77);

impl Action {
    pub(crate) fn calldata(&self) -> Vec<u8> {
        match self.clone() {
            Self::Deposit { .. }
            | Self::Mint { .. }
            | Self::Withdraw { .. }
            | Self::Redeem { .. }
            | Self::Transfer { .. }
            | Self::Pull { .. } => self.stake_calldata(),
            Self::Lock { .. }
            | Self::DepositAndLock { .. }
            | Self::Stand { .. }
            | Self::Unwind { .. }
            | Self::Extend { .. }
            | Self::Exit { .. } => self.lock_calldata(),
            Self::Notify { token, amount } => {
                IVault::notifyRevenueCall { token, amount }.abi_encode()
            }
            Self::Sync { token } => IVault::syncCall { token }.abi_encode(),
            Self::Claim { tokens } => IVault::claimCall { tokens }.abi_encode(),
            Self::ClaimTo { tokens, receiver } => {
                IVault::claimToCall { tokens, receiver }.abi_encode()
            }
            Self::SetPayout { payee, automatic } => {
                IVault::setPayoutCall { payee, automatic }.abi_encode()
            }
            Self::ClaimFor { account, tokens } => {
                IVault::claimForCall { account, tokens }.abi_encode()
            }
            Self::ClaimMany { accounts, token } => {
                IVault::claimManyCall { accounts, token }.abi_encode()
            }
            Self::Compound => IVault::compoundCall {}.abi_encode(),
            Self::Delegate { to } => IVault::delegateCall { delegatee: to }.abi_encode(),
            Self::DelegateBySig(signed) => signed.calldata(),
            Self::Checkpoint { weeks } => IVault::checkpointCall { maxWeeks: weeks }.abi_encode(),
            Self::Pause => IVault::pauseCall {}.abi_encode(),
            Self::Unpause => IVault::unpauseCall {}.abi_encode(),
            Self::Retire { token } => IVault::retireRewardTokenCall { token }.abi_encode(),
            Self::Add { token, weeks } => {
                IVault::addRewardTokenCall { token, streamWeeks: weeks }.abi_encode()
            }
            Self::SetCurve { points } => {
                let (durations, multipliers) = columns(&points);
                IVault::setCurveCall { durations, multipliers }.abi_encode()
            }
            Self::SetPenalties { points, splitter } => {
                let (durations, penalties) = columns(&points);
                let source = PENALTIES;
                IVault::setPenaltyCurveCall { durations, penalties, splitter, source }.abi_encode()
            }
        }
    }

    fn stake_calldata(&self) -> Vec<u8> {
        match *self {
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
            _ => unreachable!("not about stakes: {self:?}"),
        }
    }

    fn lock_calldata(&self) -> Vec<u8> {
        match *self {
            Self::Lock { assets, weeks } => {
                IVault::lockCall { assets, durationWeeks: weeks }.abi_encode()
            }
            Self::DepositAndLock { assets, weeks } => {
                IVault::depositAndLockCall { assets, durationWeeks: weeks }.abi_encode()
            }
            Self::Stand { assets, weeks } => {
                IVault::lockStandingCall { assets, durationWeeks: weeks }.abi_encode()
            }
            Self::Unwind { assets } => IVault::unwindCall { assets }.abi_encode(),
            Self::Extend { unlock_time, assets, weeks } => {
                let call = IVault::extendLockCall {
                    unlockTime: unlock_time,
                    assets,
                    durationWeeks: weeks,
                };
                call.abi_encode()
            }
            Self::Exit { unlock_time, assets, max_penalty } => {
                let call = IVault::exitEarlyCall {
                    unlockTime: unlock_time,
                    assets,
                    maxPenalty: max_penalty,
                };
                call.abi_encode()
            }
            _ => unreachable!("not about locks: {self:?}"),
        }
    }
}

impl Signed {
    fn calldata(&self) -> Vec<u8> {
        let (v, r, s) = self.signature;
        let Self { to: delegatee, nonce, expiry, .. } = *self;
        IVault::delegateBySigCall { delegatee, nonce, expiry, v, r, s }.abi_encode()
    }
}
