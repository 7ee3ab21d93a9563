//! The curves over weeks: longer locks weigh more, and leaving one early costs more.

use std::ops::RangeInclusive;

use num_bigint::BigUint;
use num_integer::Integer;

use crate::{BPS, MAX_LOCK_WEEKS};

/// Points `(weeks, bps)`, linear in between (rounded down to a whole basis point), flat after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    points: Vec<(u64, u64)>,
}

/// Why a list of points is no curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CurveError {
    /// Too few or too many points.
    #[error("a curve has 1 to 8 points, not {0}")]
    Count(usize),
    /// The curve does not start where everybody starts.
    #[error("the first point of a curve is (0 weeks, 10000 bps), not ({0}, {1})")]
    Start(u64, u64),
    /// A point does not follow from the one before it.
    #[error("point {0} of the curve must have more weeks than the one before it and no fewer bps")]
    Order(usize),
    /// A point lies outside of what the vault allows.
    #[error("point {0} of the curve is outside of 208 weeks or the bps that are allowed")]
    Range(usize),
}

/// The most points of a curve.
const MAX_POINTS: usize = 8;

/// The largest multiplier, in basis points.
const MAX_MULTIPLIER_BPS: u64 = 100_000;

impl Curve {
    /// A curve through `points`, pairs of weeks and basis points.
    ///
    /// # Errors
    /// Says which rule the points break.
    pub fn new(points: Vec<(u64, u64)>) -> Result<Self, CurveError> {
        let first = first_of(&points)?;
        if first != (0, BPS) {
            return Err(CurveError::Start(first.0, first.1));
        }
        check(&points, BPS..=MAX_MULTIPLIER_BPS)?;
        Ok(Self { points })
    }

    /// The points, in order of weeks.
    #[must_use]
    pub fn points(&self) -> &[(u64, u64)] {
        &self.points
    }

    /// Multiplier in basis points of a lock of `weeks`, rounded down.
    #[must_use]
    pub fn multiplier_bps(&self, weeks: u64) -> u64 {
        value(&self.points, weeks)
    }

    /// Additional weight of `assets` locked for `weeks`, rounded down to a whole unit.
    pub(crate) fn boost(&self, assets: &BigUint, weeks: u64) -> BigUint {
        assets * (self.multiplier_bps(weeks) - BPS) / BPS
    }
}

/// What leaving a lock early costs: points `(weeks left, bps)`, linear in between (rounded down to a whole
/// basis point), flat after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Penalties {
    points: Vec<(u64, u64)>,
}

impl Penalties {
    /// A curve through `points`, pairs of weeks left and basis points.
    ///
    /// # Errors
    /// Says which rule the points break.
    pub fn new(points: Vec<(u64, u64)>) -> Result<Self, CurveError> {
        let first = first_of(&points)?;
        if first.0 != 0 {
            return Err(CurveError::Start(first.0, first.1));
        }
        check(&points, 1..=BPS)?;
        Ok(Self { points })
    }

    /// What leaving costs with `weeks` left, the begun one included, in basis points, rounded down.
    #[must_use]
    pub fn bps(&self, weeks: u64) -> u64 {
        value(&self.points, weeks)
    }

    /// What leaving with `assets` costs with `weeks` left, rounded up to a whole unit.
    pub(crate) fn penalty(&self, assets: &BigUint, weeks: u64) -> BigUint {
        (assets * self.bps(weeks)).div_ceil(&BigUint::from(BPS))
    }
}

fn first_of(points: &[(u64, u64)]) -> Result<(u64, u64), CurveError> {
    let first = points.first().filter(|_| points.len() <= MAX_POINTS);
    first.copied().ok_or(CurveError::Count(points.len()))
}

/// Whether each point lies in range and follows from the one before it.
fn check(points: &[(u64, u64)], bps: RangeInclusive<u64>) -> Result<(), CurveError> {
    for (at, pair) in points.windows(2).enumerate() {
        if pair[1].0 <= pair[0].0 || pair[1].1 < pair[0].1 {
            return Err(CurveError::Order(at + 1));
        }
    }
    let outside = |point: &(u64, u64)| point.0 > MAX_LOCK_WEEKS || !bps.contains(&point.1);
    points.iter().position(outside).map_or(Ok(()), |at| Err(CurveError::Range(at)))
}

/// The value at `weeks` of the curve through `points`, of which the first is at zero.
fn value(points: &[(u64, u64)], weeks: u64) -> u64 {
    let after = points.partition_point(|point| point.0 <= weeks);
    let (from, bps) = points[after - 1];
    let Some(&(to, next_bps)) = points.get(after) else { return bps };
    bps + (next_bps - bps) * (weeks - from) / (to - from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiplier_between_two_points_lies_on_the_line_rounded_down() {
        let curve = Curve::new(vec![(0, 10_000), (3, 10_010), (6, 20_000)]).unwrap();
        let read: Vec<u64> = (0..8).map(|weeks| curve.multiplier_bps(weeks)).collect();
        assert_eq!(read, [10_000, 10_003, 10_006, 10_010, 13_340, 16_670, 20_000, 20_000]);
    }

    #[test]
    fn a_list_of_points_that_breaks_a_rule_is_refused_with_that_rule() {
        let refusal = |points| Curve::new(points).unwrap_err();
        assert_eq!(refusal(vec![]), CurveError::Count(0));
        assert_eq!(refusal(vec![(1, 10_000)]), CurveError::Start(1, 10_000));
        assert_eq!(refusal(vec![(0, 10_000), (4, 9_999)]), CurveError::Order(1));
        assert_eq!(refusal(vec![(0, 10_000), (0, 20_000)]), CurveError::Order(1));
        assert_eq!(refusal(vec![(0, 10_000), (209, 20_000)]), CurveError::Range(1));
        assert_eq!(refusal(vec![(0, 10_000), (208, 100_001)]), CurveError::Range(1));
        assert_eq!(refusal((0..9).map(|n| (n, 10_000)).collect()), CurveError::Count(9));
    }

    #[test]
    fn a_penalty_is_rounded_up_and_its_basis_points_down() {
        let penalties = Penalties::new(vec![(0, 1), (3, 11), (6, 5_000)]).unwrap();
        let read: Vec<u64> = [0, 1, 2, 3, 4, 208].map(|weeks| penalties.bps(weeks)).to_vec();
        assert_eq!(read, [1, 4, 7, 11, 1_674, 5_000]);
        let of = |assets: u32, weeks| penalties.penalty(&BigUint::from(assets), weeks);
        assert_eq!(
            [of(1, 0), of(10_000, 0), of(10_001, 0), of(3, 6)],
            [1u8, 1, 2, 2].map(BigUint::from)
        );
    }

    #[test]
    fn penalties_start_at_no_weeks_and_cost_from_nearly_nothing_to_all() {
        let refusal = |points| Penalties::new(points).unwrap_err();
        assert_eq!(refusal(vec![]), CurveError::Count(0));
        assert_eq!(refusal(vec![(1, 1)]), CurveError::Start(1, 1));
        assert_eq!(refusal(vec![(0, 0)]), CurveError::Range(0));
        assert_eq!(refusal(vec![(0, 10_000), (1, 10_001)]), CurveError::Range(1));
        assert_eq!(refusal(vec![(0, 2), (1, 1)]), CurveError::Order(1));
        assert!(Penalties::new(vec![(0, 1), (208, 10_000)]).is_ok());
    }
}
