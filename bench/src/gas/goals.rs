//! What we promised to cost, and whether we do.

use eyre::Result;

use super::{book::Book, run::Run, vault::LOCK_AGAIN};

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

/// All of them, of `run`.
pub(super) fn of(run: &Run) -> Result<Vec<Goal>> {
    let one = run.vault(1)?;
    let mut goals = Vec::new();
    let mut goal = |what, measured, limit| goals.push(Goal { what, measured, limit });
    let synthetix =
        |name| -> Result<f64> { Ok(one.gas(name)? as f64 / run.staking_rewards.gas(name)? as f64) };
    goal("stake more, part of Synthetix", synthetix("stake more")?, 0.80);
    goal("withdraw, part of Synthetix", synthetix("withdraw part")?, 0.80);
    goal("each further reward token, staking more", per_token(run, "stake more")?, 12_500.0);
    goal("claim", one.gas("claim one token")? as f64, 70_000.0);
    goal("first lock; others' locks end that week", one.gas("lock, first")? as f64, 125_000.0);
    let alone = one.gas("lock, first, nobody's end week")?;
    goal("first lock; nobody's lock ends that week", alone as f64, 125_000.0);
    goal("later lock; one's own ends that week", one.gas(LOCK_AGAIN)? as f64, 85_000.0);
    let other = one.gas("lock, second end week")?;
    goal("later lock; only others' locks end that week", other as f64, 85_000.0);
    let alone = one.gas("lock, fourth, nobody's end week")?;
    goal("later lock; nobody's lock ends that week", alone as f64, 85_000.0);
    let grown = growth(&run.stakers.iter().map(|(_, book)| book).collect::<Vec<_>>())?;
    goal("what anything grows by with stakers", grown as f64, 0.0);
    let grown = growth(&run.locks.iter().map(|(_, book)| book).collect::<Vec<_>>())?;
    goal("what anything grows by with one's own locks", grown as f64, 0.0);
    let [quiet, eight, ending] = idle_week(run)?;
    goal("an idle week, one token", quiet, 12_000.0);
    goal("an idle week, eight tokens, each", eight / 8.0, 12_000.0);
    goal("a week at whose end locks end, one token", ending, 12_000.0);
    for (payees, what) in [
        (2, "receipt and pull, 2 payees, part of PaymentSplitter"),
        (10, "receipt and pull, 10 payees, part of PaymentSplitter"),
        (32, "receipt and pull, 32 payees, part of PaymentSplitter"),
    ] {
        let [ours, _, theirs] = &run.splitters[&payees];
        goal(what, both(ours)? as f64 / both(theirs)? as f64, 0.90);
    }
    goal("most of our own above the floor, in percent", worst_overhead(run)?, 15.0);
    Ok(goals)
}

/// Gas of a receipt and a pull.
pub(super) fn both(book: &Book) -> Result<u64> {
    Ok(book.gas("receipt")? + book.gas("pull")?)
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

/// The most by which any sample differs between `books`.
fn growth(books: &[&Book]) -> Result<u64> {
    let mut most = 0;
    for book in books {
        for (name, sample) in books[0].samples() {
            most = most.max(book.gas(name)?.abs_diff(sample.gas));
        }
    }
    Ok(most)
}

/// What each idle week costs, on average over the most weeks.
fn idle_week(run: &Run) -> Result<[f64; 3]> {
    let (none, most) = (run.idle.first_key_value(), run.idle.last_key_value());
    let (Some((_, none)), Some((weeks, most))) = (none, most) else { return Ok([f64::NAN; 3]) };
    Ok([0, 1, 2].map(|n| (most[n] as f64 - none[n] as f64) / *weeks as f64))
}

fn worst_overhead(run: &Run) -> Result<f64> {
    let splitters = run.splitters.values().map(|books| &books[0]);
    let books = run.vault.values().chain(splitters);
    let floors = books.flat_map(Book::samples).filter_map(|(_, sample)| sample.floor.as_ref());
    Ok(floors.map(|floor| floor.overhead()).fold(0.0, f64::max))
}
