//! What a contract has to have told, if something about it was changed by those who may.

use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::Log,
    sol_types::SolEvent,
};

use crate::abi::{ISplitter, IVault};

/// What changes an item, with what the item is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Witness {
    /// The multiplier curve, weeks and basis points.
    Curve(Vec<(u32, u32)>),
    /// The penalty curve, and splitter and source that get penalties.
    Penalties(Vec<(u32, u32)>, (Address, B256)),
    RewardAdded(Address),
    RewardRetired(Address),
    Guardian(&'static str, Address),
    Owner(&'static str, Address),
    PolicyCreated(U256),
    SourceAdded(B256),
    /// A source, and what it points at.
    SourcePolicy(B256, U256),
    /// Setter, policy and stakers of the stakers' share, and its bounds.
    ShareTerms((Address, U256, U256), (U256, U256)),
    /// Policy and basis points that the stakers' share was set to.
    ShareSet(U256, U256),
}

/// What a log says of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Testimony {
    /// The event's name.
    pub(crate) event: &'static str,
    /// Whether it left the item as it is now.
    pub(crate) holds: bool,
}

impl Witness {
    /// The contract that tells, by role.
    pub(crate) const fn contract(&self) -> &'static str {
        match self {
            Self::Guardian(role, _) | Self::Owner(role, _) => role,
            Self::Curve(_)
            | Self::Penalties(..)
            | Self::RewardAdded(_)
            | Self::RewardRetired(_) => "vault",
            _ => "splitter",
        }
    }

    /// What `log`, of that contract, says of the item; none if it tells of something else.
    pub(crate) fn hear(&self, log: &Log) -> Option<Testimony> {
        match self {
            Self::Guardian(..) | Self::Owner(..) => self.of_roles(log),
            _ if self.contract() == "vault" => self.of_vault(log),
            _ => self.of_splitter(log),
        }
    }

    fn of_roles(&self, log: &Log) -> Option<Testimony> {
        // The events are the same of both contracts.
        match self {
            Self::Guardian(_, now) => {
                told::<IVault::GuardianChanged>(log, |event| Some(event.newGuardian == *now))
            }
            Self::Owner(_, now) => {
                told::<IVault::OwnershipTransferred>(log, |event| Some(event.newOwner == *now))
            }
            _ => None,
        }
    }

    fn of_vault(&self, log: &Log) -> Option<Testimony> {
        match self {
            Self::Curve(now) => told::<IVault::CurveChanged>(log, |event| {
                Some(zipped(&event.durations, &event.multipliers) == *now)
            }),
            Self::Penalties(now, receiver) => told::<IVault::PenaltyCurveChanged>(log, |event| {
                let same = zipped(&event.durations, &event.penalties) == *now;
                Some(same && (event.splitter, event.source) == *receiver)
            }),
            Self::RewardAdded(token) => told::<IVault::RewardTokenAdded>(log, |event| {
                (event.token == *token).then_some(true)
            }),
            Self::RewardRetired(token) => told::<IVault::RewardTokenRetired>(log, |event| {
                (event.token == *token).then_some(true)
            }),
            _ => None,
        }
    }

    fn of_splitter(&self, log: &Log) -> Option<Testimony> {
        match self {
            Self::PolicyCreated(id) => told::<ISplitter::PolicyCreated>(log, |event| {
                (event.policyId == *id).then_some(true)
            }),
            Self::SourceAdded(key) => {
                told::<ISplitter::SourceAdded>(log, |event| (event.source == *key).then_some(true))
            }
            Self::SourcePolicy(key, now) => told::<ISplitter::SourcePolicyChanged>(log, |event| {
                (event.source == *key).then_some(event.policyId == *now)
            }),
            Self::ShareTerms(who, bounds) => {
                told::<ISplitter::StakersShareTermsChanged>(log, |event| {
                    let same = (event.setter, event.policyId, event.stakersIndex) == *who;
                    Some(same && (event.minBps, event.maxBps) == *bounds)
                })
            }
            Self::ShareSet(policy, bps) => told::<ISplitter::StakersShareChanged>(log, |event| {
                Some((event.policyId, event.bps) == (*policy, *bps))
            }),
            _ => None,
        }
    }
}

/// What `log` says, if it is an `E` that `judge` has something to say about.
fn told<E: SolEvent>(log: &Log, judge: impl FnOnce(&E) -> Option<bool>) -> Option<Testimony> {
    let event = E::decode_log(&log.inner).ok()?;
    let name = E::SIGNATURE.split('(').next().unwrap_or_default();
    judge(&event.data).map(|holds| Testimony { event: name, holds })
}

fn zipped(weeks: &[u32], bps: &[u32]) -> Vec<(u32, u32)> {
    weeks.iter().copied().zip(bps.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use alloy::primitives::LogData;

    use super::*;

    fn log(event: &impl SolEvent) -> Log {
        let data: LogData = event.encode_log_data();
        let inner = alloy::primitives::Log { address: Address::ZERO, data };
        Log { inner, ..Log::default() }
    }

    #[test]
    fn a_source_is_told_of_by_its_own_events_alone() {
        let (source, one, two) = (B256::repeat_byte(1), U256::from(1), U256::from(2));
        let witness = Witness::SourcePolicy(source, two);
        let said = |source, to| {
            let event =
                ISplitter::SourcePolicyChanged { source, previousPolicyId: one, policyId: to };
            witness.hear(&log(&event)).map(|told| told.holds)
        };
        assert_eq!(said(source, two), Some(true));
        assert_eq!(said(source, one), Some(false));
        assert_eq!(said(B256::ZERO, two), None);
    }

    #[test]
    fn an_event_of_another_kind_says_nothing() {
        let guardian = Address::repeat_byte(3);
        let event =
            IVault::GuardianChanged { previousGuardian: Address::ZERO, newGuardian: guardian };
        let heard = Witness::Guardian("vault", guardian).hear(&log(&event));
        assert_eq!(heard, Some(Testimony { event: "GuardianChanged", holds: true }));
        assert_eq!(Witness::Owner("vault", guardian).hear(&log(&event)), None);
        assert_eq!(Witness::Curve(Vec::new()).hear(&log(&event)), None);
    }
}
