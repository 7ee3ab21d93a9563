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
    /// More left a lock than was in it.
    #[error("{account} took {taken} out of its lock until {unlock_time}, which has only {locked}")]
    LockTooSmall {
        /// The holder.
        account: Address,
        /// When the lock ends.
        unlock_time: u64,
        /// What was in it.
        locked: String,
        /// What left it.
        taken: String,
    },
    /// More left a standing lock than was in it.
    #[error("{account} unwound {taken} of its standing lock, which has only {locked}")]
    StandingTooSmall {
        /// The holder.
        account: Address,
        /// What was in it.
        locked: String,
        /// What left it.
        taken: String,
    },
    /// The boost that left a lock is not the part of what left it, rounded up.
    #[error("{account} gave up a boost of {logged} with a part of a lock; its part is {expected}")]
    BoostTaken {
        /// The holder.
        account: Address,
        /// As logged.
        logged: U256,
        /// As computed.
        expected: String,
    },
    /// A standing lock was made or enlarged with a duration that it cannot have.
    #[error("{account} has a standing lock of {weeks} weeks, to which {logged} weeks were added")]
    StandingWeeks {
        /// The holder.
        account: Address,
        /// The duration it has, or the nearest one allowed.
        weeks: u64,
        /// As logged.
        logged: u64,
    },
    /// An early exit that nobody has set a price for.
    #[error("{account} left a lock early with no penalty curve set")]
    NoEarlyExit {
        /// The holder.
        account: Address,
    },
    /// The penalty is not what the curve gives.
    #[error("{account} paid a penalty of {logged}; the curve gives {expected}")]
    Penalty {
        /// The holder.
        account: Address,
        /// As logged.
        logged: U256,
        /// As computed.
        expected: String,
    },
    /// A fact that has to be followed by another was not, or a fact that has to follow did not.
    #[error("the log goes on with [{logged}], but what must come next is [{expected}]")]
    Sequence {
        /// What was told.
        logged: String,
        /// What had to be told.
        expected: String,
    },
    /// A delegation from somebody who was not the delegate.
    #[error("{account} delegated away from {logged}; its delegate was {expected}")]
    Delegate {
        /// The holder.
        account: Address,
        /// As logged.
        logged: Address,
        /// As known from what came before.
        expected: Address,
    },
    /// The votes of a delegate are not the weights of those who delegate to it.
    #[error("the votes of {delegate} are {logged} by the log; the rules give {expected}")]
    Votes {
        /// Who votes.
        delegate: Address,
        /// As logged.
        logged: String,
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
