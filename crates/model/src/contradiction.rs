//! Facts that cannot be.

use alloy_primitives::{Address, U256};

/// A fact that the protocol does not allow after the facts before it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fact {fact} at {time}: {problem}")]
pub struct Contradiction {
    /// Position in the list of facts, from zero.
    pub fact: usize,
    /// Unix seconds.
    pub time: u64,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a fact.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Time ran backwards.
    #[error("happened before the fact or moment before it, at {previous}")]
    OutOfOrder {
        /// The later time that came first.
        previous: u64,
    },
    /// Shares moved that were not there or not free.
    #[error("{account} moved or locked {needed} shares with only {unlocked} unlocked")]
    NotUnlocked {
        /// The holder.
        account: Address,
        /// What was free.
        unlocked: String,
        /// What was used.
        needed: String,
    },
    /// The unlock time is not the end of a week within the allowed range.
    #[error("a lock until {unlock_time} is not one of 1 to 208 whole weeks")]
    UnlockTime {
        /// As logged.
        unlock_time: u64,
    },
    /// The boost is not what the curve gives.
    #[error("a lock of {weeks} weeks was boosted by {logged}; the curve gives {expected}")]
    Boost {
        /// Duration that the unlock time implies.
        weeks: u64,
        /// As logged.
        logged: U256,
        /// As computed.
        expected: String,
    },
    /// There was a lock before any curve.
    #[error("a lock was made before a multiplier curve was set")]
    NoCurve,
    /// Revenue of a token nobody added.
    #[error("{token} is not a reward token")]
    UnknownToken {
        /// The token.
        token: Address,
    },
    /// The stream ends at another time than the rules say.
    #[error("revenue of {token} streams until {logged}; the rules say {expected}")]
    StreamEnd {
        /// The reward token.
        token: Address,
        /// As logged.
        logged: u64,
        /// As computed.
        expected: u64,
    },
    /// Held revenue was streamed where nothing was held, or not streamed where something was.
    #[error("held revenue of {token}: the log says [{logged}], the rules say [{expected}]")]
    Held {
        /// The reward token.
        token: Address,
        /// As logged.
        logged: String,
        /// As computed.
        expected: String,
    },
    /// A claim above what was earned.
    #[error("{account} was paid {paid} of {token} in all, but has earned only {earned}")]
    PaidAboveEarned {
        /// Who was paid.
        account: Address,
        /// The reward token.
        token: Address,
        /// Everything paid so far, this claim included.
        paid: String,
        /// Everything earned so far, exactly.
        earned: String,
    },
}
