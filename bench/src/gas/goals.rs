//! What we promised to cost, and whether we do.

use std::collections::BTreeMap;

use eyre::Result;

use super::{
    book::Book,
    floor::Floor,
    run::Run,
    splitting::{EVERYBODY, PULL, RECEIPT},
    vault::LOCK_AGAIN,
};

/// A promise: `measured` is not above `limit`.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    pub(super) what: &'static str,
    pub(super) measured: f64,
    pub(super) limit: f64,
}

impl Goal {
    /// Whether it is kept.
    pub(super) fn kept(&self) -> bool {
        self.measured <= self.limit
    }
}

fn goal(what: &'static str, measured: f64, limit: f64) -> Goal {
    Goal { what, measured, limit }
}

/// All of them, of `run`.
pub(super) fn of(run: &Run) -> Result<Vec<Goal>> {
    let mut goals = staking(run)?;
    goals.extend(locking(run)?);
    goals.extend(growing(run)?);
    goals.extend(splitting(run)?);
    let above = worst_overhead(run);
    goals.push(goal("most that is ours above the floor, in percent", above, 15.0));
    Ok(goals)
}

fn staking(run: &Run) -> Result<Vec<Goal>> {
    let one = run.vault(1)?;
    let part =
        |name| -> Result<f64> { Ok(one.gas(name)? as f64 / run.staking_rewards.gas(name)? as f64) };
    Ok(vec![
        goal("stake more, part of Synthetix", part("stake more")?, 0.80),
        goal("withdraw, part of Synthetix", part("withdraw part")?, 0.80),
        goal("each further reward token, staking more", per_token(run, "stake more")?, 12_500.0),
        goal("claim", one.gas("claim one token")? as f64, 70_000.0),
    ])
}

fn locking(run: &Run) -> Result<Vec<Goal>> {
    let one = run.vault(1)?;
    [
        ("first lock; others' locks end that week", "lock, first", 125_000.0),
        ("first lock; nobody's lock ends that week", "lock, first, nobody's end week", 125_000.0),
        ("later lock; one's own ends that week", LOCK_AGAIN, 85_000.0),
        ("later lock; only others' locks end that week", "lock, second end week", 85_000.0),
        ("later lock; nobody's lock ends that week", "lock, fourth, nobody's end week", 85_000.0),
    ]
    .into_iter()
    .map(|(what, name, limit)| Ok(goal(what, one.gas(name)? as f64, limit)))
    .collect()
}

fn growing(run: &Run) -> Result<Vec<Goal>> {
    let [quiet, eight, ending] = idle_week(run);
    Ok(vec![
        goal("growth of anything with stakers", growth(&run.stakers)? as f64, 0.0),
        goal("growth of anything with one's own locks", growth(&run.locks)? as f64, 0.0),
        goal("an idle week, one token", quiet, 12_000.0),
        goal("an idle week, eight tokens, each", eight / 8.0, 12_000.0),
        goal("an idle week at whose end locks end, one token", ending, 12_000.0),
    ])
}

fn splitting(run: &Run) -> Result<Vec<Goal>> {
    let what = [
        ["receipt and a pull, 2 payees, part of PaymentSplitter", "the same, and all pull"],
        ["receipt and a pull, 10 payees, part of PaymentSplitter", "the same, and all pull"],
        ["receipt and a pull, 32 payees, part of PaymentSplitter", "the same, and all pull"],
    ];
    let mut goals = Vec::new();
    for (what, [ours, _, theirs]) in what.into_iter().zip(run.splitters.values()) {
        for (what, pulls) in what.into_iter().zip([PULL, EVERYBODY]) {
            let ratio = with_receipt(ours, pulls)? as f64 / with_receipt(theirs, pulls)? as f64;
            goals.push(goal(what, ratio, 0.90));
        }
    }
    Ok(goals)
}

/// Gas of a receipt and of `pulls`.
pub(super) fn with_receipt(book: &Book, pulls: &str) -> Result<u64> {
    Ok(book.gas(RECEIPT)? + book.gas(pulls)?)
}

/// What each reward token after the first adds, the dearest step.
pub(super) fn per_token(run: &Run, name: &str) -> Result<f64> {
    let mut dearest: f64 = 0.0;
    let mut before: Option<(usize, u64)> = None;
    for (tokens, book) in &run.vault {
        let gas = book.gas(name)?;
        if let Some((fewer, less)) = before {
            dearest = dearest.max((gas as f64 - less as f64) / (tokens - fewer) as f64);
        }
        before = Some((*tokens, gas));
    }
    Ok(dearest)
}

/// The most by which any sample differs between the books.
fn growth(books: &BTreeMap<u64, Book>) -> Result<u64> {
    let Some(fewest) = books.values().next() else { return Ok(0) };
    let mut most = 0;
    for book in books.values() {
        for (name, sample) in fewest.samples() {
            most = most.max(book.gas(name)?.abs_diff(sample.gas));
        }
    }
    Ok(most)
}

/// What each idle week costs, on average over the most weeks.
fn idle_week(run: &Run) -> [f64; 3] {
    let ends = run.idle.first_key_value().zip(run.idle.last_key_value());
    let Some(((_, none), (weeks, most))) = ends else { return [f64::NAN; 3] };
    [0, 1, 2].map(|column| (most[column] as f64 - none[column] as f64) / *weeks as f64)
}

fn worst_overhead(run: &Run) -> f64 {
    let splitters = run.splitters.values().map(|books| &books[0]);
    let books = run.vault.values().chain(splitters);
    let floors = books.flat_map(Book::samples).filter_map(|(_, sample)| sample.floor.as_ref());
    floors.map(Floor::overhead).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gas::site::Sample;

    fn book(gas: u64) -> Book {
        let mut book = Book::default();
        book.note("stake", Sample { gas, floor: None });
        book
    }

    #[test]
    fn growth_is_the_largest_difference_and_none_is_none() {
        let books = BTreeMap::from([(1, book(70)), (10, book(70)), (100, book(73))]);
        assert_eq!(growth(&books).unwrap(), 3);
        assert_eq!(growth(&BTreeMap::from([(1, book(70)), (10, book(70))])).unwrap(), 0);
    }

    #[test]
    fn a_goal_is_kept_up_to_its_limit() {
        assert!(goal("", 0.8, 0.8).kept());
        assert!(!goal("", 0.81, 0.8).kept());
        assert!(!goal("", f64::NAN, 0.8).kept());
    }
}
