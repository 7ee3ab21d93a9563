//! Amounts with nothing rounded off.

use std::{cmp::Ordering, fmt, ops::Add, sync::Arc};

use alloy_primitives::U256;
use num_bigint::BigUint;
use num_traits::Zero;

use crate::big;

/// A non-negative amount of a token's smallest unit, as a fraction that is never reduced.
///
/// All amounts of one replay share one denominator, so that adding them is adding integers.
#[derive(Clone)]
pub struct Exact {
    numerator: BigUint,
    denominator: Arc<BigUint>,
}

/// How an amount that was really received compares with what was due.
///
/// Only whole units can be received, so of an exact share the most that can be paid is the share rounded
/// down. *Within one wei* means that, or one less: of a share a hair above a whole number the contracts'
/// rounding, a hair itself, can cost a whole unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    /// More than was due.
    Above,
    /// What was due rounded down to a whole unit, or one unit less.
    Within,
    /// Less than that.
    Short,
}

impl Exact {
    pub(crate) const fn new(numerator: BigUint, denominator: Arc<BigUint>) -> Self {
        Self { numerator, denominator }
    }

    /// The amount rounded down to a whole unit.
    #[must_use]
    pub fn floor(&self) -> BigUint {
        &self.numerator / &*self.denominator
    }

    /// The amount rounded down to a whole unit, or the largest word if it is larger than that.
    #[must_use]
    pub fn floor_u256(&self) -> U256 {
        U256::try_from_be_slice(&self.floor().to_bytes_be()).unwrap_or(U256::MAX)
    }

    /// Whether nothing is due.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.numerator.is_zero()
    }

    /// Judges `received` against this amount as what was due.
    #[must_use]
    pub fn judge(&self, received: U256) -> Nearness {
        let (received, due) = (big(received), self.floor());
        if received > due {
            Nearness::Above
        } else if received + 1u8 < due {
            Nearness::Short
        } else {
            Nearness::Within
        }
    }

    /// What is left of the amount after `received`; nothing if that was more.
    #[must_use]
    pub fn less(&self, received: U256) -> Self {
        let received = big(received) * &*self.denominator;
        let rest =
            if received > self.numerator { BigUint::ZERO } else { &self.numerator - received };
        Self::new(rest, self.denominator.clone())
    }

    /// The amount in decimal with `digits` digits after the point, rounded down.
    #[must_use]
    pub fn decimal(&self, digits: u32) -> String {
        let scale = BigUint::from(10u8).pow(digits);
        let scaled = &self.numerator * &scale / &*self.denominator;
        let (whole, rest) = (&scaled / &scale, &scaled % &scale);
        let width = digits as usize;
        if digits == 0 { whole.to_string() } else { format!("{whole}.{rest:0>width$}") }
    }
}

impl Add for &Exact {
    type Output = Exact;

    fn add(self, other: &Exact) -> Exact {
        if self.denominator == other.denominator {
            return Exact::new(&self.numerator + &other.numerator, self.denominator.clone());
        }
        let numerator =
            &self.numerator * &*other.denominator + &other.numerator * &*self.denominator;
        Exact::new(numerator, Arc::new(&*self.denominator * &*other.denominator))
    }
}

impl From<U256> for Exact {
    fn from(whole: U256) -> Self {
        Self::new(big(whole), Arc::new(BigUint::from(1u8)))
    }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = &self.numerator * &*other.denominator;
        left.cmp(&(&other.numerator * &*self.denominator))
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.decimal(18))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thirds(numerator: u32) -> Exact {
        Exact::new(BigUint::from(numerator), Arc::new(BigUint::from(3u8)))
    }

    #[test]
    fn within_is_the_whole_part_and_one_unit_below_it() {
        for numerator in [9, 10, 11] {
            let judged = [4, 3, 2, 1].map(|received| thirds(numerator).judge(U256::from(received)));
            let (above, within, short) = (Nearness::Above, Nearness::Within, Nearness::Short);
            assert_eq!(judged, [above, within, within, short], "{numerator} thirds");
        }
        assert_eq!(thirds(2).judge(U256::ZERO), Nearness::Within);
    }

    #[test]
    fn decimals_are_cut_and_never_rounded_up() {
        assert_eq!(thirds(2).decimal(4), "0.6666");
        assert_eq!(thirds(2).decimal(0), "0");
        assert_eq!(thirds(30).decimal(2), "10.00");
    }

    #[test]
    fn fractions_with_different_denominators_compare_and_add_by_value() {
        let half = Exact::new(BigUint::from(2u8), Arc::new(BigUint::from(4u8)));
        let sum = &half + &thirds(1);
        assert_eq!(sum, Exact::new(BigUint::from(5u8), Arc::new(BigUint::from(6u8))));
        assert!(half > thirds(1));
    }
}
