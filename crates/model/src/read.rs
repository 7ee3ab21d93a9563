//! From the vault's logs to facts.

use alloy_primitives::{B256, U256};
use alloy_sol_types::SolEventInterface;

use crate::{Curve, Event, Penalties};

/// `abi/IVault.sol`, read here and by nobody else's hand: an auditor's calculator decodes for itself.
mod interface {
    alloy_sol_types::sol!("../../abi/IVault.sol");
}

use interface::IVault::IVaultEvents as Log;

impl Event {
    /// What a log of a vault tells; none if it is of no event of `IVault`, or of one that bears on no
    /// entitlement. A list of points that is no curve is none either. Times beyond 64 bits, which no vault
    /// tells, are the largest.
    #[must_use]
    pub fn read(topics: &[B256], data: &[u8]) -> Option<Self> {
        let log = Log::decode_raw_log(topics, data).ok()?;
        stake(&log).or_else(|| lock(&log)).or_else(|| revenue(&log))
    }
}

fn points(weeks: &[u32], bps: &[u32]) -> Vec<(u64, u64)> {
    weeks.iter().zip(bps).map(|(weeks, bps)| ((*weeks).into(), (*bps).into())).collect()
}

fn time(seconds: U256) -> u64 {
    seconds.saturating_to()
}

fn stake(log: &Log) -> Option<Event> {
    Some(match log {
        Log::Transfer(moved) => {
            Event::Moved { from: moved.from, to: moved.to, shares: moved.value }
        }
        Log::DelegateChanged(changed) => Event::Delegated {
            account: changed.delegator,
            from: changed.fromDelegate,
            to: changed.toDelegate,
        },
        Log::DelegateVotesChanged(votes) => Event::VotesChanged {
            delegate: votes.delegate,
            previous: votes.previousVotes,
            new: votes.newVotes,
        },
        Log::CurveChanged(curve) => {
            Event::CurveSet(Curve::new(points(&curve.durations, &curve.multipliers)).ok()?)
        }
        Log::PenaltyCurveChanged(curve) if curve.durations.is_empty() => Event::PenaltiesSet(None),
        Log::PenaltyCurveChanged(curve) => {
            let points = points(&curve.durations, &curve.penalties);
            Event::PenaltiesSet(Some(Penalties::new(points).ok()?))
        }
        _ => return None,
    })
}

fn lock(log: &Log) -> Option<Event> {
    Some(match log {
        Log::Locked(lock) => Event::Locked {
            account: lock.account,
            unlock_time: time(lock.unlockTime),
            assets: lock.assets,
            boost: lock.boost,
        },
        Log::LockReduced(lock) => Event::LockReduced {
            account: lock.account,
            unlock_time: time(lock.unlockTime),
            assets: lock.assets,
            boost: lock.boost,
        },
        Log::StandingLocked(lock) => Event::StandingLocked {
            account: lock.account,
            weeks: time(lock.durationWeeks),
            assets: lock.assets,
            boost: lock.boost,
        },
        Log::Unwound(lock) => {
            Event::Unwound { account: lock.account, assets: lock.assets, boost: lock.boost }
        }
        Log::ExitedEarly(exit) => Event::ExitedEarly {
            account: exit.account,
            unlock_time: time(exit.unlockTime),
            assets: exit.assets,
            penalty: exit.penalty,
        },
        _ => return None,
    })
}

fn revenue(log: &Log) -> Option<Event> {
    Some(match log {
        Log::RewardTokenAdded(added) => {
            Event::TokenAdded { token: added.token, stream_weeks: time(added.streamWeeks) }
        }
        Log::RevenueNotified(push) => {
            Event::Notified { token: push.token, amount: push.amount, end: time(push.end) }
        }
        Log::HeldRevenueStreamed(held) => Event::HeldStreamed {
            token: held.token,
            amount_q128: held.amountQ128,
            end: time(held.end),
        },
        Log::RevenueClaimed(paid) => {
            Event::Claimed { account: paid.account, token: paid.token, amount: paid.amount }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::Address;
    use alloy_sol_types::SolEvent;

    use super::{interface::IVault, *};

    #[test]
    fn a_log_that_bears_on_entitlements_is_read_and_no_other() {
        let (account, token) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let amount = U256::from(7);
        let paid = IVault::RevenueClaimed { account, token, receiver: account, amount };
        let log = paid.encode_log_data();
        let read = Event::read(log.topics(), &log.data);
        assert_eq!(read, Some(Event::Claimed { account, token, amount }));
        assert_eq!(Event::read(log.topics(), &log.data[1..]), None, "it is cut off");
        let log = IVault::Paused { account }.encode_log_data();
        assert_eq!(Event::read(log.topics(), &log.data), None, "nobody earns by a pause");
        let log = IVault::CurveChanged { durations: vec![5], multipliers: vec![1] };
        let log = log.encode_log_data();
        assert_eq!(Event::read(log.topics(), &log.data), None, "no curve starts there");
    }
}
