//! What a log of the vault means to the model.

use alloy_primitives::Log;
use alloy_sol_types::SolEventInterface;
use model::{Curve, Event, Penalties};
use vault::IVault::IVaultEvents;

/// The fact that `log` tells, if it bears on what anybody is entitled to.
pub(crate) fn fact(log: &Log) -> Option<Event> {
    let event = IVaultEvents::decode_raw_log(log.topics(), &log.data.data).ok()?;
    stake_fact(&event).or_else(|| lock_fact(&event)).or_else(|| revenue_fact(&event))
}

fn points(weeks: &[u32], bps: &[u32]) -> Vec<(u64, u64)> {
    weeks.iter().zip(bps).map(|(weeks, bps)| ((*weeks).into(), (*bps).into())).collect()
}

fn stake_fact(event: &IVaultEvents) -> Option<Event> {
    Some(match event {
        IVaultEvents::Transfer(moved) => {
            Event::Moved { from: moved.from, to: moved.to, shares: moved.value }
        }
        IVaultEvents::DelegateChanged(changed) => Event::Delegated {
            account: changed.delegator,
            from: changed.fromDelegate,
            to: changed.toDelegate,
        },
        IVaultEvents::DelegateVotesChanged(votes) => Event::VotesChanged {
            delegate: votes.delegate,
            previous: votes.previousVotes,
            new: votes.newVotes,
        },
        _ => return None,
    })
}

fn lock_fact(event: &IVaultEvents) -> Option<Event> {
    Some(match event {
        IVaultEvents::CurveChanged(curve) => {
            let points = points(&curve.durations, &curve.multipliers);
            Event::CurveSet(Curve::new(points).expect("the vault took it"))
        }
        IVaultEvents::PenaltyCurveChanged(curve) => {
            let points = points(&curve.durations, &curve.penalties);
            let some = !points.is_empty();
            Event::PenaltiesSet(some.then(|| Penalties::new(points).expect("the vault took it")))
        }
        IVaultEvents::Locked(lock) => Event::Locked {
            account: lock.account,
            unlock_time: lock.unlockTime.to(),
            assets: lock.assets,
            boost: lock.boost,
        },
        IVaultEvents::LockReduced(lock) => Event::LockReduced {
            account: lock.account,
            unlock_time: lock.unlockTime.to(),
            assets: lock.assets,
            boost: lock.boost,
        },
        IVaultEvents::StandingLocked(lock) => Event::StandingLocked {
            account: lock.account,
            weeks: lock.durationWeeks.to(),
            assets: lock.assets,
            boost: lock.boost,
        },
        IVaultEvents::Unwound(lock) => {
            Event::Unwound { account: lock.account, assets: lock.assets, boost: lock.boost }
        }
        IVaultEvents::ExitedEarly(exit) => Event::ExitedEarly {
            account: exit.account,
            unlock_time: exit.unlockTime.to(),
            assets: exit.assets,
            penalty: exit.penalty,
        },
        _ => return None,
    })
}

fn revenue_fact(event: &IVaultEvents) -> Option<Event> {
    Some(match event {
        IVaultEvents::RewardTokenAdded(added) => {
            Event::TokenAdded { token: added.token, stream_weeks: added.streamWeeks.to() }
        }
        IVaultEvents::RevenueNotified(push) => {
            Event::Notified { token: push.token, amount: push.amount, end: push.end.to() }
        }
        IVaultEvents::HeldRevenueStreamed(held) => Event::HeldStreamed {
            token: held.token,
            amount_q128: held.amountQ128,
            end: held.end.to(),
        },
        IVaultEvents::RevenueClaimed(paid) => {
            Event::Claimed { account: paid.account, token: paid.token, amount: paid.amount }
        }
        _ => return None,
    })
}
