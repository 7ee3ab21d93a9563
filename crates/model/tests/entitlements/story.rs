//! A short way to write down lists of facts.

use alloy_primitives::{Address, U256};
use model::{BPS, Curve, Event, Fact, Moment, Snapshot, WEEK, replay, window_end};

/// The start of every story: the beginning of a week.
pub(crate) const START: u64 = 3_000 * WEEK;

pub(crate) const TOKEN: Address = Address::repeat_byte(0xEE);

pub(crate) fn account(number: u8) -> Address {
    Address::repeat_byte(number + 1)
}

/// Facts in the making, for one reward token and a curve from 1x to 4x over 208 weeks.
#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) facts: Vec<Fact>,
    curve: Curve,
    stream_weeks: u64,
}

impl Story {
    pub(crate) fn new(stream_weeks: u64) -> Self {
        let curve = Curve::new(vec![(0, BPS), (208, 4 * BPS)]).unwrap();
        let added = Event::TokenAdded { token: TOKEN, stream_weeks };
        let events = [Event::CurveSet(curve.clone()), added];
        let facts = events.map(|event| Fact { time: START, event }).to_vec();
        Self { facts, curve, stream_weeks }
    }

    pub(crate) fn tell(&mut self, time: u64, event: Event) -> &mut Self {
        self.facts.push(Fact { time, event });
        self
    }

    pub(crate) fn stake(&mut self, time: u64, to: Address, shares: u128) -> &mut Self {
        self.transfer(time, Address::ZERO, to, shares)
    }

    pub(crate) fn leave(&mut self, time: u64, from: Address, shares: u128) -> &mut Self {
        self.transfer(time, from, Address::ZERO, shares)
    }

    pub(crate) fn transfer(
        &mut self,
        time: u64,
        from: Address,
        to: Address,
        shares: u128,
    ) -> &mut Self {
        self.tell(time, Event::Moved { from, to, shares: U256::from(shares) })
    }

    pub(crate) fn lock(
        &mut self,
        time: u64,
        account: Address,
        assets: u128,
        weeks: u64,
    ) -> &mut Self {
        let extra = u128::from(self.curve.multiplier_bps(weeks) - BPS);
        let boost = U256::from(assets * extra / u128::from(BPS));
        let (unlock_time, assets) = (window_end(time, weeks), U256::from(assets));
        self.tell(time, Event::Locked { account, unlock_time, assets, boost })
    }

    pub(crate) fn push(&mut self, time: u64, amount: u128) -> &mut Self {
        let end = window_end(time, self.stream_weeks);
        self.tell(time, Event::Notified { token: TOKEN, amount: U256::from(amount), end })
    }

    pub(crate) fn restream(&mut self, time: u64, amount_q128: U256) -> &mut Self {
        let end = window_end(time, self.stream_weeks);
        self.tell(time, Event::HeldStreamed { token: TOKEN, amount_q128, end })
    }

    /// The books after all facts, at `time`.
    pub(crate) fn at(&self, time: u64) -> Snapshot {
        let moment = Moment { facts: self.facts.len(), time };
        replay(&self.facts, &[moment]).unwrap().remove(0)
    }
}

/// What `number` has earned of the one token, in whole units with nine digits of the fraction.
pub(crate) fn earned(snapshot: &Snapshot, number: u8) -> String {
    snapshot.accounts[&account(number)].earned[&TOKEN].decimal(9)
}
