//! Figures that are kept in the repository, so that a change of them is seen and meant.

use std::{collections::BTreeMap, env, fs, path::PathBuf};

use eyre::{Result, WrapErr, bail};
use serde::{Serialize, de::DeserializeOwned};

/// Set to anything, it makes the tests write the figures instead of comparing them.
const UPDATE: &str = "UPDATE_SNAPSHOTS";

/// A file of figures in `tests/snapshots/`.
#[derive(Clone, Debug)]
pub struct Snapshot {
    path: PathBuf,
}

impl Snapshot {
    /// The file `name.json`.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("snapshots");
        Self { path: directory.join(name).with_extension("json") }
    }

    /// Compares `found` with the file, figure by figure. A figure is named by its row and its column.
    ///
    /// # Errors
    /// As those of [`Self::compare`].
    pub fn compare_tables(&self, found: &BTreeMap<String, BTreeMap<String, u64>>) -> Result<()> {
        self.compare_as(found, |table| {
            let row = |(row, columns): (&String, &BTreeMap<String, u64>)| {
                let named =
                    |(column, figure): (&String, &u64)| (format!("{row}, {column}"), *figure);
                columns.iter().map(named).collect::<Vec<_>>()
            };
            table.iter().flat_map(row).collect()
        })
    }

    /// Compares `found` with the file, figure by figure.
    ///
    /// # Errors
    /// A figure is another, missing or new; the message tells which, and how to accept it.
    pub fn compare(&self, found: &BTreeMap<String, u64>) -> Result<()> {
        self.compare_as(found, Clone::clone)
    }

    /// Compares what `figures` makes of `found` and of the file.
    fn compare_as<T: Serialize + DeserializeOwned + Default>(
        &self,
        found: &T,
        figures: impl Fn(&T) -> BTreeMap<String, u64>,
    ) -> Result<()> {
        if env::var_os(UPDATE).is_some() {
            let text = serde_json::to_string_pretty(found)? + "\n";
            return fs::write(&self.path, text).wrap_err_with(|| self.path.display().to_string());
        }
        let kept = match fs::read_to_string(&self.path) {
            Ok(text) => serde_json::from_str(&text)?,
            Err(_) => T::default(),
        };
        let differences = differences(&figures(&kept), &figures(found));
        if differences.is_empty() {
            return Ok(());
        }
        bail!(
            "{} has other figures:\n{}\nIf they are meant, accept them with\n\
             {UPDATE}=1 cargo test -p tributary-tests",
            self.path.display(),
            differences.join("\n"),
        )
    }
}

fn differences(kept: &BTreeMap<String, u64>, found: &BTreeMap<String, u64>) -> Vec<String> {
    let names = kept.keys().chain(found.keys().filter(|name| !kept.contains_key(*name)));
    let line = |name: &String| match (kept.get(name), found.get(name)) {
        (Some(before), Some(now)) if before == now => None,
        (Some(before), Some(now)) => Some(format!(
            "  {name}: {now}, was {before} ({:+})",
            i128::from(*now) - i128::from(*before)
        )),
        (Some(before), None) => Some(format!("  {name}: not measured any more, was {before}")),
        (None, now) => Some(format!("  {name}: {}, is new", now.copied().unwrap_or_default())),
    };
    names.filter_map(line).collect()
}
