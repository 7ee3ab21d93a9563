//! What does not add up.

use std::fmt;

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

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { when, what, expected, found } = self;
        write!(f, "{when}: {what}: expected {expected}, found {found}")
    }
}

/// Collects differences at one moment.
#[derive(Debug)]
pub(crate) struct Findings<'a> {
    when: &'a str,
    list: &'a mut Vec<Difference>,
}

impl<'a> Findings<'a> {
    pub(crate) const fn new(when: &'a str, list: &'a mut Vec<Difference>) -> Self {
        Self { when, list }
    }

    /// Notes a difference if the two are not the same.
    pub(crate) fn same<T: PartialEq + fmt::Display>(
        &mut self,
        expected: T,
        found: T,
        what: impl FnOnce() -> String,
    ) {
        if expected != found {
            self.note(what(), expected.to_string(), found.to_string());
        }
    }

    pub(crate) fn note(&mut self, what: String, expected: String, found: String) {
        self.list.push(Difference { when: self.when.to_owned(), what, expected, found });
    }
}
