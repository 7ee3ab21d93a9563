//! Logs, decoded into what the audit works with.

use std::collections::BTreeSet;

use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::Log,
    sol_types::SolEvent,
};
use model::{Curve, Event, Fact};

use super::Subject;
use crate::abi::{ISplitter, IToken, IVault, IWeth};

/// Where a log is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its block.
    pub block: u64,
    /// Its position in the block.
    pub index: u64,
}

/// Why logs cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// A log without block, position or time.
    #[error("a log of {0} has no block, position or time; ask a node that has mined it")]
    Unmined(Address),
    /// A log that does not decode as what its topic says.
    #[error("the log {0:?} does not decode: {1}")]
    Undecodable(Place, String),
}

/// Something the splitter told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Split {
    /// `(policy, bps)`: a policy with these shares, in order of payees, to these accounts.
    Policy(U256, Vec<(Address, u32)>),
    /// `(source, token, policy, amount)` arrived.
    Received(B256, Address, U256, U256),
    /// `(policy, payee index, account, token, amount)` was paid.
    Paid(U256, U256, Address, Address, U256),
}

/// A move of tokens into or out of one of the system's contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TokenMove {
    pub(crate) token: Address,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) value: U256,
}

/// Everything a system told, in order.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    pub(crate) facts: Vec<(Place, Fact)>,
    /// The vault's stakes in and out, in assets: `(in, out)`.
    pub(crate) staked: Vec<(Place, U256, U256)>,
    /// Revenue that the splitter brought to the vault.
    pub(crate) brought: Vec<(Place, Address, U256)>,
    pub(crate) splits: Vec<(Place, Split)>,
    pub(crate) moves: Vec<(Place, TokenMove)>,
    wraps: Vec<(Place, TokenMove)>,
}

impl Journal {
    /// Reads `logs`, which are in order.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub fn read(logs: &[Log], subject: &Subject) -> Result<Self, JournalError> {
        let mut journal = Self::default();
        for log in logs {
            let unmined = || JournalError::Unmined(log.address());
            let (block, index) = log.block_number.zip(log.log_index).ok_or_else(unmined)?;
            let time = log.block_timestamp.ok_or_else(unmined)?;
            let place = Place { block, index };
            let read = if log.address() == subject.vault {
                journal.vault_log(place, time, log, subject)
            } else if log.address() == subject.splitter {
                journal.splitter_log(place, log)
            } else {
                journal.token_log(place, log, subject)
            };
            read.map_err(|error| JournalError::Undecodable(place, error.to_string()))?;
        }
        journal.settle_wraps();
        Ok(journal)
    }

    fn vault_log(
        &mut self,
        place: Place,
        time: u64,
        log: &Log,
        subject: &Subject,
    ) -> alloy::sol_types::Result<()> {
        let nothing = U256::ZERO;
        if let Some(event) = vault_event(log)? {
            self.facts.push((place, Fact { time, event }));
        }
        match log.topic0() {
            Some(&IVault::Deposit::SIGNATURE_HASH) => {
                let event = IVault::Deposit::decode_log(&log.inner)?;
                self.staked.push((place, event.assets, nothing));
            }
            Some(&IVault::Withdraw::SIGNATURE_HASH) => {
                let event = IVault::Withdraw::decode_log(&log.inner)?;
                self.staked.push((place, nothing, event.assets));
            }
            Some(&IVault::RevenueNotified::SIGNATURE_HASH) => {
                let event = IVault::RevenueNotified::decode_log(&log.inner)?;
                if event.sender == subject.splitter {
                    self.brought.push((place, event.token, event.amount));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn splitter_log(&mut self, place: Place, log: &Log) -> alloy::sol_types::Result<()> {
        let split = match log.topic0() {
            Some(&ISplitter::PolicyCreated::SIGNATURE_HASH) => {
                let event = ISplitter::PolicyCreated::decode_log(&log.inner)?.data;
                Split::Policy(event.policyId, event.payees.into_iter().zip(event.bps).collect())
            }
            Some(&ISplitter::RevenueReceived::SIGNATURE_HASH) => {
                let event = ISplitter::RevenueReceived::decode_log(&log.inner)?;
                Split::Received(event.source, event.token, event.policyId, event.amount)
            }
            Some(&ISplitter::PayeePaid::SIGNATURE_HASH) => {
                let event = ISplitter::PayeePaid::decode_log(&log.inner)?;
                let (policy, payee) = (event.policyId, event.payeeIndex);
                Split::Paid(policy, payee, event.payee, event.token, event.amount)
            }
            _ => return Ok(()),
        };
        self.splits.push((place, split));
        Ok(())
    }

    fn token_log(
        &mut self,
        place: Place,
        log: &Log,
        subject: &Subject,
    ) -> alloy::sol_types::Result<()> {
        let (from, to, value, list) = match (log.topic0(), &log.inner) {
            (Some(&IToken::Transfer::SIGNATURE_HASH), raw) => {
                let IToken::Transfer { from, to, value } = IToken::Transfer::decode_log(raw)?.data;
                (from, to, value, &mut self.moves)
            }
            (Some(&IWeth::Deposit::SIGNATURE_HASH), raw) => {
                let IWeth::Deposit { to, value } = IWeth::Deposit::decode_log(raw)?.data;
                (Address::ZERO, to, value, &mut self.wraps)
            }
            (Some(&IWeth::Withdrawal::SIGNATURE_HASH), raw) => {
                let IWeth::Withdrawal { from, value } = IWeth::Withdrawal::decode_log(raw)?.data;
                (from, Address::ZERO, value, &mut self.wraps)
            }
            _ => return Ok(()),
        };
        if [from, to].iter().any(|end| [subject.vault, subject.splitter].contains(end)) {
            list.push((place, TokenMove { token: log.address(), from, to, value }));
        }
        Ok(())
    }

    /// Wrapping mints and unwrapping burns. Some WETH tell that as a transfer too and some do not: of
    /// those that do not, the wraps are moves.
    fn settle_wraps(&mut self) {
        let ends = |one: &TokenMove| (one.token, one.from.is_zero(), one.to.is_zero());
        let told: BTreeSet<_> = self.moves.iter().map(|(_, one)| ends(one)).collect();
        let untold = std::mem::take(&mut self.wraps).into_iter();
        self.moves.extend(untold.filter(|(_, one)| !told.contains(&ends(one))));
        self.moves.sort_by_key(|(place, _)| *place);
    }
}

/// A fact for the model, if the log tells one.
fn vault_event(log: &Log) -> alloy::sol_types::Result<Option<Event>> {
    let raw = &log.inner;
    Ok(Some(match log.topic0() {
        Some(&IVault::CurveChanged::SIGNATURE_HASH) => {
            curve(IVault::CurveChanged::decode_log(raw)?.data)?
        }
        Some(&IVault::RewardTokenAdded::SIGNATURE_HASH) => {
            let event = IVault::RewardTokenAdded::decode_log(raw)?;
            Event::TokenAdded {
                token: event.token,
                stream_weeks: event.streamWeeks.saturating_to(),
            }
        }
        Some(&IVault::Transfer::SIGNATURE_HASH) => {
            let event = IVault::Transfer::decode_log(raw)?;
            Event::Moved { from: event.from, to: event.to, shares: event.value }
        }
        Some(&IVault::Locked::SIGNATURE_HASH) => {
            let IVault::Locked { account, unlockTime, assets, boost } =
                IVault::Locked::decode_log(raw)?.data;
            Event::Locked { account, unlock_time: unlockTime.saturating_to(), assets, boost }
        }
        Some(&IVault::RevenueNotified::SIGNATURE_HASH) => {
            let event = IVault::RevenueNotified::decode_log(raw)?;
            let end = event.end.saturating_to();
            Event::Notified { token: event.token, amount: event.amount, end }
        }
        Some(&IVault::HeldRevenueStreamed::SIGNATURE_HASH) => {
            let event = IVault::HeldRevenueStreamed::decode_log(raw)?;
            let (amount_q128, end) = (event.amountQ128, event.end.saturating_to());
            Event::HeldStreamed { token: event.token, amount_q128, end }
        }
        Some(&IVault::RevenueClaimed::SIGNATURE_HASH) => {
            let event = IVault::RevenueClaimed::decode_log(raw)?;
            Event::Claimed { account: event.account, token: event.token, amount: event.amount }
        }
        _ => return Ok(None),
    }))
}

fn curve(event: IVault::CurveChanged) -> alloy::sol_types::Result<Event> {
    let points = event.durations.iter().zip(&event.multipliers);
    let curve = Curve::new(points.map(|(weeks, bps)| ((*weeks).into(), (*bps).into())).collect());
    Ok(Event::CurveSet(curve.map_err(|error| alloy::sol_types::Error::custom(error.to_string()))?))
}
