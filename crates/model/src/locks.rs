//! What the log tells of locks, and in which order it has to.

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;

use crate::{
    Event, MAX_LOCK_WEEKS, Problem, WEEK, big, schedule::Walk, week, weights::Taken, window_end,
};

/// What has to be told next, because the last fact is half of something.
#[derive(Clone, Debug)]
pub(crate) enum Next {
    /// What left the lock until `unlock_time` goes into a later one, or leaves early.
    Reduced { account: Address, unlock_time: u64, assets: U256 },
    /// What left the standing lock is locked until `unlock_time` with the boost it had.
    Relocked { account: Address, unlock_time: u64, assets: U256, boost: U256 },
    /// The shares of the penalty are burnt.
    Burnt { account: Address, penalty: U256 },
}

impl Next {
    /// Whether it is `event`.
    pub(crate) fn is(&self, event: &Event) -> bool {
        match (self, event) {
            (Self::Reduced { account, unlock_time, assets }, Event::Locked { .. }) => {
                let Event::Locked { account: who, unlock_time: end, assets: moved, .. } = event
                else {
                    return false;
                };
                (who, moved) == (account, assets) && end > unlock_time
            }
            (Self::Reduced { account, unlock_time, assets }, Event::ExitedEarly { .. }) => {
                matches!(event, Event::ExitedEarly { account: who, unlock_time: end, assets: left, .. }
                    if (who, end, left) == (account, unlock_time, assets))
            }
            (Self::Relocked { account, unlock_time, assets, boost }, event) => {
                let (account, unlock_time) = (*account, *unlock_time);
                *event == Event::Locked { account, unlock_time, assets: *assets, boost: *boost }
            }
            (Self::Burnt { account, penalty }, event) => {
                let (from, to, shares) = (*account, Address::ZERO, *penalty);
                *event == Event::Moved { from, to, shares }
            }
            _ => false,
        }
    }

    /// The problem that `event` was told instead.
    pub(crate) fn not(self, event: &Event) -> Result<(), Problem> {
        let (logged, expected) = (format!("{event:?}"), format!("{self:?}"));
        Err(Problem::Sequence { logged, expected })
    }

    /// The problem that nothing was told instead.
    pub(crate) fn missing(self) -> Result<(), Problem> {
        let (logged, expected) = ("nothing".to_owned(), format!("{self:?}"));
        Err(Problem::Sequence { logged, expected })
    }
}

impl Walk {
    /// Takes in a fact about locks; `next` is what had to be told, and this is it.
    pub(crate) fn lock_fact(&mut self, event: &Event, next: Option<Next>) -> Result<(), Problem> {
        let account = match event {
            Event::Locked { account, unlock_time, assets, boost } => {
                let keeps = matches!(next, Some(Next::Relocked { .. }));
                self.locked(*account, *unlock_time, *assets, *boost, keeps)?;
                account
            }
            Event::LockReduced { account, unlock_time, assets, boost } => {
                let taken = Taken { assets: big(*assets), logged: *boost };
                self.weights.reduce(*account, *unlock_time, &taken)?;
                let (who, unlock_time, assets) = (*account, *unlock_time, *assets);
                self.next = Some(Next::Reduced { account: who, unlock_time, assets });
                account
            }
            Event::StandingLocked { account, weeks, assets, boost } => {
                self.stand(*account, *weeks, *assets, *boost)?;
                account
            }
            Event::Unwound { account, assets, boost } => {
                self.unwind(*account, *assets, *boost)?;
                account
            }
            Event::ExitedEarly { account, unlock_time, assets, penalty } => {
                let reduced = matches!(next, Some(Next::Reduced { .. }));
                self.exit(*account, *unlock_time, *assets, *penalty, reduced)?;
                account
            }
            _ => return Ok(()),
        };
        self.weigh(*account);
        Ok(())
    }

    /// `keeps` says that the boost is one that the assets had already.
    fn locked(
        &mut self,
        account: Address,
        unlock_time: u64,
        assets: U256,
        logged: U256,
        keeps: bool,
    ) -> Result<(), Problem> {
        let weeks = (unlock_time / WEEK).checked_sub(week(self.now) + 1);
        let weeks = weeks.filter(|weeks| (1..=MAX_LOCK_WEEKS).contains(weeks));
        let Some(weeks) = weeks.filter(|_| unlock_time.is_multiple_of(WEEK)) else {
            return Err(Problem::UnlockTime { unlock_time });
        };
        let boost = if keeps { big(logged) } else { self.boost(weeks, assets, logged)? };
        self.weights.lock(account, unlock_time, big(assets), boost)
    }

    /// The boost that the curve gives, if that is what the log says.
    fn boost(&self, weeks: u64, assets: U256, logged: U256) -> Result<BigUint, Problem> {
        let boost = self.curve.as_ref().ok_or(Problem::NoCurve)?.boost(&big(assets), weeks);
        if boost != big(logged) {
            return Err(Problem::Boost { weeks, logged, expected: boost.to_string() });
        }
        Ok(boost)
    }

    fn stand(
        &mut self,
        account: Address,
        logged: u64,
        assets: U256,
        boost: U256,
    ) -> Result<(), Problem> {
        let weeks = logged.clamp(1, MAX_LOCK_WEEKS);
        if weeks != logged {
            return Err(Problem::StandingWeeks { account, weeks, logged });
        }
        let boost = self.boost(weeks, assets, boost)?;
        self.weights.stand(account, weeks, &big(assets), &boost)
    }

    fn unwind(&mut self, account: Address, assets: U256, boost: U256) -> Result<(), Problem> {
        let taken = Taken { assets: big(assets), logged: boost };
        let weeks = self.weights.unwind(account, &taken)?;
        let unlock_time = window_end(self.now, weeks);
        self.next = Some(Next::Relocked { account, unlock_time, assets, boost });
        Ok(())
    }

    /// `reduced` says that the lock was just reduced by these assets.
    fn exit(
        &mut self,
        account: Address,
        unlock_time: u64,
        assets: U256,
        logged: U256,
        reduced: bool,
    ) -> Result<(), Problem> {
        if !reduced {
            let locked = "nothing that left it".to_owned();
            let taken = assets.to_string();
            return Err(Problem::LockTooSmall { account, unlock_time, locked, taken });
        }
        let penalties = self.penalties.as_ref().ok_or(Problem::NoEarlyExit { account })?;
        let left = week(unlock_time) - week(self.now);
        let penalty = penalties.penalty(&big(assets), left);
        if penalty != big(logged) {
            return Err(Problem::Penalty { account, logged, expected: penalty.to_string() });
        }
        self.next = Some(Next::Burnt { account, penalty: logged });
        Ok(())
    }
}
