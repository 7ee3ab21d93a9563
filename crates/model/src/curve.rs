//! The multiplier curve: longer locks weigh more.

use num_bigint::BigUint;

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
    #[error("point {0} of the curve is above 208 weeks or 100000 bps")]
    Range(usize),
}

/// The largest multiplier, in basis points.
const MAX_MULTIPLIER_BPS: u64 = 100_000;

impl Curve {
    /// A curve through `points`, pairs of weeks and basis points.
    ///
    /// # Errors
    /// Says which rule the points break.
    pub fn new(points: Vec<(u64, u64)>) -> Result<Self, CurveError> {
        let Some(&first) = points.first().filter(|_| points.len() <= 8) else {
            return Err(CurveError::Count(points.len()));
        };
        if first != (0, BPS) {
            return Err(CurveError::Start(first.0, first.1));
        }
        for (at, pair) in points.windows(2).enumerate() {
            if pair[1].0 <= pair[0].0 || pair[1].1 < pair[0].1 {
                return Err(CurveError::Order(at + 1));
            }
            if pair[1].0 > MAX_LOCK_WEEKS || pair[1].1 > MAX_MULTIPLIER_BPS {
                return Err(CurveError::Range(at + 1));
            }
        }
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
        let after = self.points.partition_point(|point| point.0 <= weeks);
        let (from, bps) = self.points[after - 1];
        let Some(&(to, next_bps)) = self.points.get(after) else { return bps };
        bps + (next_bps - bps) * (weeks - from) / (to - from)
    }

    /// Additional weight of `assets` locked for `weeks`, rounded down to a whole unit.
    pub(crate) fn boost(&self, assets: &BigUint, weeks: u64) -> BigUint {
        assets * (self.multiplier_bps(weeks) - BPS) / BPS
    }
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
    }
}
