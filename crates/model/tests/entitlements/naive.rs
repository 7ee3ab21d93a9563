//! The same rules written down once more, as slowly and plainly as possible: fractions of
//! arbitrary precision, every interval between two events, every stream, every account.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::Address;
use model::{Event, Fact};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

/// What everybody has earned at `until`, of the one token. Knows no empty vault.
pub(crate) fn earned(facts: &[Fact], until: u64) -> BTreeMap<Address, BigRational> {
    let times: Vec<u64> = breakpoints(facts, until).into_iter().collect();
    let mut earned: BTreeMap<Address, BigRational> = BTreeMap::new();
    for span in times.windows(2) {
        let weights = weights(facts, span[0]);
        let total: BigRational = weights.values().sum();
        let due = rate(facts, span[0]) * whole(span[1] - span[0]);
        for (account, weight) in weights {
            let part = if total.is_zero() { total.clone() } else { weight * &due / &total };
            *earned.entry(account).or_insert_with(BigRational::zero) += part;
        }
    }
    earned
}

fn breakpoints(facts: &[Fact], until: u64) -> BTreeSet<u64> {
    let ends = facts.iter().filter_map(|fact| match fact.event {
        Event::Notified { end, .. } => Some(end),
        Event::Locked { unlock_time, .. } => Some(unlock_time),
        _ => None,
    });
    let times = facts.iter().map(|fact| fact.time).chain(ends).chain([until]);
    times.filter(|time| *time <= until).collect()
}

/// Balances and unexpired boosts from `now` on.
fn weights(facts: &[Fact], now: u64) -> BTreeMap<Address, BigRational> {
    let mut weights: BTreeMap<Address, BigRational> = BTreeMap::new();
    let mut add = |account: Address, amount: BigRational| {
        *weights.entry(account).or_insert_with(BigRational::zero) += amount;
    };
    for fact in facts.iter().filter(|fact| fact.time <= now) {
        match &fact.event {
            Event::Moved { from, to, shares } => {
                add(*from, -whole(shares));
                add(*to, whole(shares));
            }
            Event::Locked { account, unlock_time, boost, .. } if *unlock_time > now => {
                add(*account, whole(boost));
            }
            _ => {}
        }
    }
    weights.remove(&Address::ZERO);
    weights
}

/// What falls due each second from `now` on.
fn rate(facts: &[Fact], now: u64) -> BigRational {
    let streams = facts.iter().filter(|fact| fact.time <= now);
    let rates = streams.filter_map(|fact| match &fact.event {
        Event::Notified { amount, end, .. } if *end > now => {
            Some(whole(amount) / whole(end - fact.time))
        }
        _ => None,
    });
    rates.sum()
}

/// A whole number as a fraction, by way of its decimal digits.
fn whole(number: impl ToString) -> BigRational {
    let number: BigInt = number.to_string().parse().unwrap();
    BigRational::from(number)
}
