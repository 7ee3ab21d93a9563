//! The chain's clock: the wall clock, shifted.
//!
//! A block's time never falls behind the block before it, and several blocks may share a second, as
//! on Arbitrum. Tests move the clock with [`Clock::increase`], which shifts it for good, and with
//! [`Clock::set_next`], which says exactly what the next block shows and shifts the clock to there.
//! Both behave like Anvil's, except that Anvil never lets two blocks share a second.
//!
//! Every function takes the wall clock's `now` (Unix seconds), so that none of them depends on it.

use super::ChainError;

/// Where the chain's time stands relative to the wall clock's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    /// Seconds the chain is ahead of the wall clock (negative: behind).
    offset: i64,
    /// The exact time of the next block, if one was asked for.
    next: Option<u64>,
    /// The last block's time.
    floor: u64,
}

impl Clock {
    /// A clock that shows `start` (or `now`, without one).
    pub(crate) fn starting_at(start: Option<u64>, now: u64) -> Self {
        let start = start.unwrap_or(now);
        Self { offset: distance(now, start), next: None, floor: start }
    }

    /// A clock this far ahead of the wall clock, whose last block showed `floor`.
    pub(crate) fn resumed(offset: i64, floor: u64) -> Self {
        Self { offset, next: None, floor }
    }

    /// How far it is ahead of the wall clock, in seconds.
    pub(crate) fn offset(&self) -> i64 {
        self.offset
    }

    /// The time a block would carry that was made now.
    pub(crate) fn peek(&self, now: u64) -> u64 {
        self.next.unwrap_or_else(|| now.saturating_add_signed(self.offset)).max(self.floor)
    }

    /// Records that a block was made with the time of [`Self::peek`], `timestamp`.
    pub(crate) fn stamp(&mut self, timestamp: u64, now: u64) {
        if self.next.take().is_some() {
            self.offset = distance(now, timestamp);
        }
        self.floor = timestamp;
    }

    /// Shifts the clock ahead for good; returns the total shift against the wall clock.
    pub(crate) fn increase(&mut self, seconds: u64) -> i64 {
        self.offset = self.offset.saturating_add_unsigned(seconds);
        self.offset
    }

    /// Makes the next block show `timestamp`; the clock runs on from there.
    pub(crate) fn set_next(&mut self, timestamp: u64) -> Result<(), ChainError> {
        if timestamp < self.floor {
            return Err(ChainError::TimestampBeforeHead { asked: timestamp, head: self.floor });
        }
        self.next = Some(timestamp);
        Ok(())
    }

    /// Sets the clock to show `timestamp` from now on; returns the total shift.
    pub(crate) fn set(&mut self, timestamp: u64, now: u64) -> i64 {
        self.next = None;
        self.offset = distance(now, timestamp);
        self.offset
    }
}

/// `to − from`, as far as it fits.
fn distance(from: u64, to: u64) -> i64 {
    (i128::from(to) - i128::from(from)).clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn stamped(clock: &mut Clock, now: u64) -> u64 {
        let timestamp = clock.peek(now);
        clock.stamp(timestamp, now);
        timestamp
    }

    #[test]
    fn it_follows_the_wall_clock_when_nobody_touches_it() {
        let mut clock = Clock::starting_at(None, NOW);
        assert_eq!(stamped(&mut clock, NOW), NOW);
        assert_eq!(stamped(&mut clock, NOW), NOW, "blocks may share a second");
        assert_eq!(stamped(&mut clock, NOW + 5), NOW + 5);
    }

    #[test]
    fn it_does_not_go_back_when_the_wall_clock_does() {
        let mut clock = Clock::starting_at(None, NOW);
        stamped(&mut clock, NOW);
        assert_eq!(stamped(&mut clock, NOW - 60), NOW);
    }

    #[test]
    fn an_increase_stays() {
        let mut clock = Clock::starting_at(None, NOW);
        assert_eq!(clock.increase(100), 100);
        assert_eq!(clock.increase(11), 111);
        assert_eq!(stamped(&mut clock, NOW), NOW + 111);
        assert_eq!(stamped(&mut clock, NOW + 1), NOW + 112);
    }

    #[test]
    fn an_exact_time_holds_for_one_block_and_shifts_the_clock() {
        let mut clock = Clock::starting_at(None, NOW);
        clock.set_next(NOW + 1_000).unwrap();
        assert_eq!(stamped(&mut clock, NOW + 7), NOW + 1_000);
        assert_eq!(stamped(&mut clock, NOW + 10), NOW + 1_003);
    }

    #[test]
    fn an_exact_time_before_the_head_is_refused() {
        let mut clock = Clock::starting_at(Some(500), NOW);
        assert!(clock.set_next(499).is_err());
        assert!(clock.set_next(500).is_ok());
    }

    #[test]
    fn a_start_in_the_past_counts_on_from_there() {
        let mut clock = Clock::starting_at(Some(500), NOW);
        assert_eq!(stamped(&mut clock, NOW), 500);
        assert_eq!(stamped(&mut clock, NOW + 3), 503);
    }

    #[test]
    fn a_clock_set_back_holds_still_until_it_catches_up_with_the_head() {
        let mut clock = Clock::starting_at(None, NOW);
        assert_eq!(clock.set(NOW - 10, NOW), -10);
        assert_eq!(stamped(&mut clock, NOW + 4), NOW);
        assert_eq!(stamped(&mut clock, NOW + 15), NOW + 5);
    }

    #[test]
    fn absurd_shifts_saturate() {
        let mut clock = Clock::starting_at(None, NOW);
        assert_eq!(clock.increase(u64::MAX), i64::MAX);
        assert!(clock.peek(NOW) > NOW);
        clock.set_next(u64::MAX).unwrap();
        assert_eq!(stamped(&mut clock, NOW), u64::MAX);
        assert_eq!(stamped(&mut clock, NOW), u64::MAX);
    }
}
