//! What is to happen, as data.

use alloy::primitives::U256;

use super::cast::Who;
use crate::platform::RewardToken;

/// Everything that is to happen, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// In order of time; several may share a second.
    pub steps: Vec<Step>,
}

/// Something that is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Seconds since the beginning, which is the start of a week.
    pub at: u64,
    /// What.
    pub action: Action,
}

/// What is to happen. Amounts are in the smallest unit; sources, policies and payees are places in the
/// platform's lists. A policy that a change of the stakers' share makes has the place after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Stakes without a lock.
    Stake {
        /// Who.
        who: Who,
        /// How much.
        amount: U256,
    },
    /// Stakes and locks in one transaction.
    StakeLocked {
        /// Who.
        who: Who,
        /// How much.
        amount: U256,
        /// For how long.
        weeks: u64,
    },
    /// Locks what is staked already.
    Lock {
        /// Who.
        who: Who,
        /// How much.
        amount: U256,
        /// For how long.
        weeks: u64,
    },
    /// Leaves with everything that is unlocked.
    Leave {
        /// Who.
        who: Who,
    },
    /// Leaves the lock that ends last with some of it, before its end and for a penalty.
    ExitEarly {
        /// Who.
        who: Who,
        /// With how much.
        amount: U256,
    },
    /// Hands unlocked shares over.
    Transfer {
        /// From whom.
        from: Who,
        /// To whom.
        to: Who,
        /// How many, or all that are unlocked.
        amount: Option<U256>,
    },
    /// Claims every reward token.
    Claim {
        /// Who earned it.
        who: Who,
        /// Who gets it, if it is somebody else.
        receiver: Option<Who>,
    },
    /// Revenue arrives under its source; ether if the token is WETH.
    Push {
        /// Where it comes from.
        source: usize,
        /// In which token.
        token: RewardToken,
        /// How much.
        amount: U256,
    },
    /// Revenue arrives without a call, and is picked up; ether if the token is WETH.
    PushBare {
        /// In which token.
        token: RewardToken,
        /// How much.
        amount: U256,
    },
    /// The vault gets its part of what arrived.
    Distribute {
        /// Of which policy.
        policy: usize,
        /// In which token.
        token: RewardToken,
    },
    /// A plain account gets its part.
    Release {
        /// Of which policy.
        policy: usize,
        /// Which payee.
        payee: usize,
        /// In which token.
        token: RewardToken,
    },
    /// Another policy divides what arrives from now on.
    ChangePolicy {
        /// Under which source.
        source: usize,
        /// By which policy.
        policy: usize,
    },
    /// Another part goes to the stakers of what arrives from now on under sources that follow their share.
    SetShare {
        /// How much, in basis points.
        bps: u32,
    },
    /// Nothing happens; the books are looked at.
    Observe {
        /// What the moment is called.
        label: String,
    },
}
