//! What a keeper keeps between rounds and between runs, in one file that several keepers may share.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::PathBuf,
    time::SystemTime,
};

use alloy::primitives::{Address, U256};
use eyre::{Result, WrapErr};
use serde::{Deserialize, Serialize};

const DAY: u64 = 86_400;

/// The file.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
}

/// Its content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct State {
    /// Days since 1970 of `spent`.
    pub day: u64,
    /// Wei spent on that day, or set aside for transactions that are under way.
    pub spent: U256,
    /// The block up to which logs were read.
    pub scanned: u64,
    /// Who opted in to payouts by anyone.
    pub automatic: BTreeSet<Address>,
}

impl State {
    /// Sets `amount` aside for a transaction of `day`, if that leaves the day's spending within `budget`.
    pub fn reserve(&mut self, day: u64, budget: U256, amount: U256) -> bool {
        if self.day != day {
            (self.day, self.spent) = (day, U256::ZERO);
        }
        let spent = self.spent.saturating_add(amount);
        let fits = spent <= budget;
        if fits {
            self.spent = spent;
        }
        fits
    }

    /// What was set aside on `day` cost `actual` in the end. A day that is over is not touched.
    pub fn settle(&mut self, day: u64, reserved: U256, actual: U256) {
        if self.day == day {
            self.spent = self.spent.saturating_sub(reserved).saturating_add(actual);
        }
    }
}

/// The day it is now, by the clock of the machine.
#[must_use]
pub fn today() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.as_secs() / DAY
}

impl Store {
    /// The store at `path`, which need not exist.
    #[must_use]
    pub const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// What is in it.
    ///
    /// # Errors
    /// The file cannot be read, or is no state of a keeper.
    pub fn read(&self) -> Result<State> {
        if !self.path.exists() {
            return Ok(State::default());
        }
        let shown = self.path.display();
        let text = fs::read_to_string(&self.path).wrap_err_with(|| format!("{shown}"))?;
        serde_json::from_str(&text).wrap_err_with(|| format!("{shown} is no state of a keeper"))
    }

    /// Changes it. Other keepers wait meanwhile; a kill leaves the old content or the new.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn update<T>(&self, change: impl FnOnce(&mut State) -> T) -> Result<T> {
        let shown = self.path.display();
        let lock = File::create(self.path.with_extension("lock"));
        let lock = lock.wrap_err_with(|| format!("{shown} cannot be locked"))?;
        lock.lock()?;
        let mut state = self.read()?;
        let result = change(&mut state);
        let fresh = self.path.with_extension("new");
        fs::write(&fresh, serde_json::to_string_pretty(&state)? + "\n")
            .and_then(|()| fs::rename(&fresh, &self.path))
            .wrap_err_with(|| format!("{shown} cannot be written"))?;
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wei(amount: u64) -> U256 {
        U256::from(amount)
    }

    #[test]
    fn a_day_spends_no_more_than_its_budget_and_the_next_begins_anew() {
        let mut state = State::default();
        assert!(state.reserve(1, wei(10), wei(6)));
        assert!(!state.reserve(1, wei(10), wei(5)), "eleven are too many");
        state.settle(1, wei(6), wei(2));
        assert!(state.reserve(1, wei(10), wei(8)), "two and eight are ten");
        assert!(!state.reserve(1, wei(10), wei(1)));
        assert!(state.reserve(2, wei(10), wei(10)));
        state.settle(1, wei(8), wei(0));
        assert_eq!(state.spent, wei(10), "yesterday's refund is not today's");
    }

    #[test]
    fn keepers_that_share_a_file_share_a_budget() {
        let path =
            std::env::temp_dir().join(format!("tributary-store-{}.json", std::process::id()));
        let store = Store::at(path.clone());
        let spenders: Vec<_> = (0..8)
            .map(|_| {
                let store = store.clone();
                std::thread::spawn(move || {
                    let reserve =
                        || store.update(|state| state.reserve(7, wei(100), wei(3))).unwrap();
                    (0..20).filter(|_| reserve()).count()
                })
            })
            .collect();
        let granted: usize = spenders.into_iter().map(|one| one.join().unwrap()).sum();
        assert_eq!((granted, store.read().unwrap().spent), (33, wei(99)));
        for ending in ["json", "lock"] {
            fs::remove_file(path.with_extension(ending)).unwrap();
        }
    }
}
