//! What the model is told.

use alloy_primitives::{Address, U256};

use crate::{Curve, Penalties};

/// Something that happened at a time. Facts are given in the order of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Unix seconds of the block.
    pub time: u64,
    /// What happened.
    pub event: Event,
}

/// The events of a vault that bear on entitlements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Locks made from now on are boosted by this curve.
    CurveSet(Curve),
    /// `token` can be earned, or again; its later pushes stream to the end of their week plus `stream_weeks`.
    TokenAdded {
        /// The reward token.
        token: Address,
        /// Whole weeks a push streams, beyond the week it arrives in.
        stream_weeks: u64,
    },
    /// Shares moved; minted if `from` is zero, burnt if `to` is zero.
    Moved {
        /// Previous holder, or zero.
        from: Address,
        /// New holder, or zero.
        to: Address,
        /// Number of shares.
        shares: U256,
    },
    /// `assets` of `account` are locked until `unlock_time` and earn as `assets + boost`.
    Locked {
        /// Whose shares.
        account: Address,
        /// When the lock ends by itself.
        unlock_time: u64,
        /// Shares locked.
        assets: U256,
        /// Additional weight.
        boost: U256,
    },
    /// `assets` left the lock of `account` that ends at `unlock_time`, to a later one or for good; what
    /// becomes of them is told next, by [`Event::Locked`] or [`Event::ExitedEarly`].
    LockReduced {
        /// Whose shares.
        account: Address,
        /// When the lock ends.
        unlock_time: u64,
        /// Shares that left it.
        assets: U256,
        /// Weight that left with them: their part of the lock's boost, rounded up.
        boost: U256,
    },
    /// `assets` of `account` are locked until it unwinds them and earn as `assets + boost`.
    StandingLocked {
        /// Whose shares.
        account: Address,
        /// Whole weeks that the lock lasts once it is unwound.
        weeks: u64,
        /// Shares locked.
        assets: U256,
        /// Additional weight.
        boost: U256,
    },
    /// `assets` of `account` left its standing lock for an ordinary one, which an [`Event::Locked`] with
    /// the same boost tells next.
    Unwound {
        /// Whose shares.
        account: Address,
        /// Shares that left it.
        assets: U256,
        /// Weight that goes with them: their part of the standing boost, rounded up.
        boost: U256,
    },
    /// `account` unlocked what an [`Event::LockReduced`] told before, for a penalty; the burning of so
    /// many shares, an [`Event::Moved`], is told next.
    ExitedEarly {
        /// Whose shares.
        account: Address,
        /// When the lock would have ended.
        unlock_time: u64,
        /// Shares unlocked, those of the penalty included.
        assets: U256,
        /// What that cost.
        penalty: U256,
    },
    /// Leaving a lock early costs this from now on; nothing means that it is not possible.
    PenaltiesSet(Option<Penalties>),
    /// The weight of `account`, present and future, votes for `to`; zero is nobody.
    Delegated {
        /// Whose weight.
        account: Address,
        /// Who voted with it before, or zero.
        from: Address,
        /// Who votes with it now, or zero.
        to: Address,
    },
    /// The votes of `delegate` changed by something else than the end of a lock.
    VotesChanged {
        /// Who votes.
        delegate: Address,
        /// With what weight before.
        previous: U256,
        /// With what weight now.
        new: U256,
    },
    /// `amount` of `token` arrived and streams until `end`.
    Notified {
        /// The reward token.
        token: Address,
        /// What arrived.
        amount: U256,
        /// When the last of it has streamed.
        end: u64,
    },
    /// What had been held for lack of weight streams anew until `end`.
    HeldStreamed {
        /// The reward token.
        token: Address,
        /// The held amount in units of 2^-128 token, as the vault rounded it.
        amount_q128: U256,
        /// When the last of it has streamed.
        end: u64,
    },
    /// `account` was paid `amount` of `token`.
    Claimed {
        /// Who earned it, wherever it was sent.
        account: Address,
        /// The reward token.
        token: Address,
        /// What was paid.
        amount: U256,
    },
}

/// A moment to look at the books: after the first `facts` facts, at `time`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// How many facts have happened.
    pub facts: usize,
    /// Unix seconds; not before the last of those facts.
    pub time: u64,
}
