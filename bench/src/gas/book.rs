//! What was measured, by name.

use eyre::{Result, eyre};

use super::site::Sample;

/// Samples in the order in which they were taken.
#[derive(Clone, Debug, Default)]
pub(super) struct Book(Vec<(String, Sample)>);

impl Book {
    /// Notes a sample.
    pub(super) fn note(&mut self, name: impl Into<String>, sample: Sample) {
        self.0.push((name.into(), sample));
    }

    /// All of them.
    pub(super) fn samples(&self) -> impl Iterator<Item = (&str, &Sample)> {
        self.0.iter().map(|(name, sample)| (name.as_str(), sample))
    }

    /// The gas of the sample called `name`.
    pub(super) fn gas(&self, name: &str) -> Result<u64> {
        let found = self.samples().find(|(known, _)| *known == name);
        found.map(|(_, sample)| sample.gas).ok_or_else(|| eyre!("{name:?} was not measured"))
    }
}
