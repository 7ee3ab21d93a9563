//! What the vault has to tell next: some logs come in twos.

use alloy::primitives::{Address, U256};

use crate::{abi::IVault::IVaultEvents as Event, ledger::difference::Notes};

/// The second half of something that was half told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// What left a lock goes into a later one, or is left early.
    OutOfLock { account: Address, unlock_time: U256, assets: U256 },
    /// What left a standing lock goes into an ordinary one, with its boost.
    OutOfStanding { account: Address, assets: U256, boost: u128 },
}

impl Next {
    /// What `event` demands to be told after it.
    pub(crate) fn after(event: &Event) -> Option<Self> {
        match event {
            Event::LockReduced(told) => Some(Self::OutOfLock {
                account: told.account,
                unlock_time: told.unlockTime,
                assets: told.assets,
            }),
            Event::Unwound(told) => Some(Self::OutOfStanding {
                account: told.account,
                assets: told.assets,
                boost: told.boost.saturating_to(),
            }),
            _ => None,
        }
    }

    /// Whether `event` is what has to be told.
    pub(crate) fn is(&self, event: &Event) -> bool {
        match (*self, event) {
            (Self::OutOfLock { account, unlock_time, assets }, Event::ExitedEarly(told)) => {
                (told.account, told.unlockTime, told.assets) == (account, unlock_time, assets)
            }
            (Self::OutOfLock { account, assets, .. }, Event::Locked(told))
            | (Self::OutOfStanding { account, assets, .. }, Event::Locked(told)) => {
                (told.account, told.assets) == (account, assets)
            }
            _ => false,
        }
    }

    /// Notes that it was not told.
    pub(crate) fn missing(&self, notes: &mut Notes<'_>) {
        let (account, assets, due) = match self {
            Self::OutOfLock { account, assets, .. } => (account, assets, "Locked or ExitedEarly"),
            Self::OutOfStanding { account, assets, .. } => (account, assets, "Locked"),
        };
        let what = format!("vault, what became of {assets} that left a lock of {account}");
        notes.note(what, due, "no log of it");
    }
}

/// Notes what had to be told before `event` and was not; returns what was awaited and came. What `event`
/// demands in its turn is in `next` then.
pub(crate) fn follow(
    next: &mut Option<Next>,
    event: &Event,
    notes: &mut Notes<'_>,
) -> Option<Next> {
    // Votes may change at any time.
    if matches!(event, Event::DelegateVotesChanged(_)) {
        return None;
    }
    let awaited = std::mem::replace(next, Next::after(event));
    let came = awaited.filter(|next| next.is(event));
    if let Some(missing) = awaited.filter(|_| came.is_none()) {
        missing.missing(notes);
    }
    if let (None, Event::ExitedEarly(told)) = (came, event) {
        let what = format!("vault, {} that {} takes out early", told.assets, told.account);
        notes.note(what, "LockReduced before it", "no log of it");
    }
    came
}
