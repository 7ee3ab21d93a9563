//! What does not add up.

use std::fmt;

use super::{Place, Subject};

/// A place where the books and the truth differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The moment, as the observation is called, or the log.
    pub when: String,
    /// What was compared.
    pub what: String,
    /// What it should have been.
    pub expected: String,
    /// What it was.
    pub found: String,
}

impl Difference {
    /// The same with the names that `subject` knows in place of addresses and ids.
    #[must_use]
    pub fn named(&self, subject: &Subject) -> Self {
        let named = |text: &String| subject.named(text);
        Self {
            when: self.when.clone(),
            what: named(&self.what),
            expected: named(&self.expected),
            found: named(&self.found),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { when, what, expected, found } = self;
        write!(f, "{when}: {what}: expected {expected}, found {found}")
    }
}

/// Everything that does not add up. One wrong log can have thousands of consequences, so that only the
/// first are kept and the others counted.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    list: Vec<Difference>,
    dropped: usize,
}

impl Findings {
    /// How many differences are kept.
    pub const KEPT: usize = 1_000;

    /// The first differences, in the order in which they were found.
    #[must_use]
    pub fn list(&self) -> &[Difference] {
        &self.list
    }

    /// How many more there were.
    #[must_use]
    pub const fn dropped(&self) -> usize {
        self.dropped
    }

    /// Whether everything adds up.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn note(&mut self, difference: Difference) {
        if self.list.len() < Self::KEPT {
            self.list.push(difference);
        } else {
            self.dropped += 1;
        }
    }

    /// Notes at a moment called `when`.
    pub(crate) fn at(&mut self, when: impl Into<String>) -> Notes<'_> {
        Notes { when: When::Called(when.into()), findings: self }
    }

    /// Notes at a log.
    pub(crate) const fn at_log(&mut self, place: Place, time: u64) -> Notes<'_> {
        Notes { when: When::Log(place, time), findings: self }
    }
}

/// A moment, put into words only if something is wrong then.
#[derive(Debug)]
enum When {
    Called(String),
    Log(Place, u64),
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Called(name) => f.write_str(name),
            Self::Log(place, time) => {
                write!(f, "log {} of block {}, time {time}", place.index, place.block)
            }
        }
    }
}

/// Collects differences at one moment.
#[derive(Debug)]
pub(crate) struct Notes<'a> {
    when: When,
    findings: &'a mut Findings,
}

impl Notes<'_> {
    /// Notes a difference if the two are not the same; returns whether they are.
    pub(crate) fn same<T: PartialEq + fmt::Display>(
        &mut self,
        expected: T,
        found: T,
        what: impl FnOnce() -> String,
    ) -> bool {
        let same = expected == found;
        if !same {
            self.note(what(), expected.to_string(), found.to_string());
        }
        same
    }

    pub(crate) fn note(
        &mut self,
        what: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) {
        let (what, expected, found) = (what.into(), expected.into(), found.into());
        let when = self.when.to_string();
        self.findings.note(Difference { when, what, expected, found });
    }
}
