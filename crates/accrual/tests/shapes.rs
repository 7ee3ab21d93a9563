//! The curve, the set of weeks and the account's formulas, each on its own.

use accrual::{
    Books, Curve, Divide, EndWeeks, MAX_AMOUNT, ONE_BPS, Pool, Token, U256, WEEK, account, boost,
    portion, portion_up, start_of, stream_end, tokens_q128, week_of,
};
use proptest::prelude::*;

struct Software;
impl Divide for Software {
    fn divide(numerator: U256, denominator: U256) -> U256 {
        numerator / denominator
    }
}

fn curve(points: &[(u32, u32)]) -> Option<Curve> {
    let (durations, multipliers): (Vec<_>, Vec<_>) = points.iter().copied().unzip();
    Curve::multipliers(&durations, &multipliers)
}

/// Books in which nothing ends, and who writes into them.
#[derive(Default)]
struct Blank {
    closed: usize,
    held: U256,
}

impl Books for Blank {
    fn boost_ending(&mut self, _: u64) -> u128 {
        0
    }
    fn rate_ending(&mut self, _: usize, _: u64) -> U256 {
        U256::ZERO
    }
    fn close_week(&mut self, _: usize, _: u64, _: U256) {
        self.closed += 1;
    }
    fn hold(&mut self, _: usize, amount_q128: U256) {
        self.held += amount_q128;
    }
}

#[test]
fn amounts_fit_112_bits_and_no_more() {
    assert_eq!((MAX_AMOUNT.count_ones(), MAX_AMOUNT.leading_zeros()), (112, 128 - 112));
}

#[test]
fn weeks_in_which_no_boost_ends_are_not_written() {
    let mut pool = Pool { supply: 5, boost: 0, updated: start_of(3_000) };
    let mut token = [Token { index: U256::ZERO, rate: U256::from(50) }];
    let mut books = Blank::default();
    pool.advance::<Software>(start_of(3_010) + 7, &mut token, &mut books);
    assert_eq!((books.closed, books.held), (0, U256::ZERO));
    assert_eq!(pool.updated, start_of(3_010) + 7);
    assert_eq!(token[0].index, U256::from(10 * (10 * WEEK + 7)));
}

#[test]
fn a_curve_is_refused_unless_every_rule_holds() {
    assert!(curve(&[(0, 10_000)]).is_some());
    assert!(curve(&[]).is_none(), "no points");
    assert!(curve(&[(1, 10_000)]).is_none(), "first duration is not zero");
    assert!(curve(&[(0, 10_001)]).is_none(), "first multiplier is not one");
    assert!(curve(&[(0, 10_000), (0, 12_000)]).is_none(), "durations do not rise");
    assert!(curve(&[(0, 10_000), (4, 12_000), (8, 11_999)]).is_none(), "multipliers fall");
    assert!(curve(&[(0, 10_000), (209, 20_000)]).is_none(), "longer than four years");
    assert!(curve(&[(0, 10_000), (208, 100_001)]).is_none(), "more than ten times");
    let eight: Vec<_> = (0..8).map(|n| (n, 10_000 + n)).collect();
    assert!(curve(&eight).is_some());
    let nine: Vec<_> = (0..9).map(|n| (n, 10_000 + n)).collect();
    assert!(curve(&nine).is_none(), "nine points");
    assert!(Curve::multipliers(&[0, 1], &[10_000]).is_none(), "lists of different lengths");
}

#[test]
fn a_curve_is_linear_between_points_and_flat_after_the_last() {
    let curve = curve(&[(0, 10_000), (4, 12_000), (52, 40_000)]).unwrap();
    assert_eq!(curve.at(0), 10_000);
    assert_eq!(curve.at(1), 10_500);
    assert_eq!(curve.at(4), 12_000);
    assert_eq!(curve.at(5), 12_583); // 12,000 + 28,000/48 = 12,583.33
    assert_eq!(curve.at(52), 40_000);
    assert_eq!(curve.at(208), 40_000);
}

#[test]
fn a_penalty_curve_starts_anywhere_from_one_basis_point_to_everything() {
    let penalties = |points: &[(u32, u32)]| {
        let (weeks, bps): (Vec<_>, Vec<_>) = points.iter().copied().unzip();
        Curve::penalties(&weeks, &bps)
    };
    let curve = penalties(&[(0, 100), (10, 1_100), (208, 10_000)]).unwrap();
    assert_eq!([curve.at(0), curve.at(1), curve.at(10), curve.at(208)], [100, 200, 1_100, 10_000]);
    assert_eq!(penalties(&[(0, 1)]).unwrap().at(208), 1);
    assert!(penalties(&[]).is_none(), "no points");
    assert!(penalties(&[(0, 0)]).is_none(), "leaving for nothing is no lock");
    assert!(penalties(&[(1, 100)]).is_none(), "first week is not zero");
    assert!(penalties(&[(0, 200), (5, 100)]).is_none(), "penalties fall");
    assert!(penalties(&[(0, 10_001)]).is_none(), "more than everything");
    assert!(penalties(&[(0, 1), (209, 2)]).is_none(), "longer than any lock");
    assert_eq!(Curve::NONE.at(100), 0);
    assert_eq!(Curve::NONE.points().count(), 0);
}

#[test]
fn a_stream_lasts_at_least_its_weeks_and_less_than_one_more() {
    for into_week in [0, 1, WEEK / 2, WEEK - 1] {
        let now = start_of(3_000) + into_week;
        let lasts = stream_end(now, 2) - now;
        assert!((2 * WEEK..=3 * WEEK).contains(&lasts), "{lasts}");
        assert_eq!(stream_end(now, 2) % WEEK, 0);
    }
    assert_eq!(week_of(start_of(3_000) - 1), 2_999);
}

proptest! {
    #[test]
    fn a_portion_and_the_rest_rounded_up_make_the_whole(
        amount in 0..=MAX_AMOUNT, part in 0..=MAX_AMOUNT, more in 0..=MAX_AMOUNT,
    ) {
        let whole = part + more;
        prop_assume!(whole > 0);
        let (down, up) = (
            portion::<Software>(amount, part, whole),
            portion_up::<Software>(amount, more, whole),
        );
        prop_assert_eq!(down + up, amount);
        let exact = U256::from(amount) * U256::from(part);
        prop_assert!(U256::from(down) * U256::from(whole) <= exact);
        prop_assert!((U256::from(down) + U256::ONE) * U256::from(whole) > exact);
    }

    #[test]
    fn boost_is_the_floor_of_the_product(assets in 0..=MAX_AMOUNT, bps in ONE_BPS..=100_000u32) {
        let exact = num_bigint::BigUint::from(assets) * (bps - ONE_BPS) / ONE_BPS;
        prop_assert_eq!(num_bigint::BigUint::from(boost::<Software>(assets, bps)), exact);
    }

    #[test]
    fn a_set_of_weeks_gives_back_the_pairs_of_what_was_put_in(
        after in 0..10_000u64,
        offsets in proptest::collection::btree_set(1..=209u64, 0..40),
        until in 0..600u64,
    ) {
        let pairs: std::collections::BTreeSet<_> =
            offsets.iter().map(|o| (after + o) / 2).collect();
        let mut set = EndWeeks::default();
        for offset in &offsets {
            set.insert(after + offset);
        }
        let last = after + until.min(209);
        let expected: Vec<_> =
            (after + 1..=last).filter(|week| pairs.contains(&(week / 2))).collect();
        prop_assert_eq!(set.between(after, after + until).collect::<Vec<_>>(), expected);
        for offset in &offsets {
            set.remove(after + offset);
        }
        prop_assert_eq!(set, EndWeeks::default());
    }

    #[test]
    fn pending_does_not_change_when_weight_moves_and_falls_by_what_is_paid(
        weight in 0..=MAX_AMOUNT, delta in 0..=MAX_AMOUNT, paid in any::<u128>(),
        index in any::<[u64; 4]>(), correction in any::<[u64; 4]>(),
    ) {
        let (index, correction) = (U256::from_limbs(index), U256::from_limbs(correction));
        let before = account::pending_q128(weight, index, correction);
        let more = account::after_increase(correction, delta, index);
        prop_assert_eq!(account::pending_q128(weight + delta, index, more), before);
        let back = account::after_decrease(more, delta, index);
        prop_assert_eq!(back, correction);
        let after = account::pending_q128(weight, index, account::after_payment(correction, paid));
        prop_assert_eq!(after, before.wrapping_sub(tokens_q128(paid)));
        prop_assert_eq!(account::whole(tokens_q128(paid)), paid);
    }
}
