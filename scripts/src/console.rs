//! Standard output that may be closed before everything is said, as by `| head`.

use std::{
    fmt::Display,
    io::{self, ErrorKind, Write},
};

use eyre::Result;
use serde::Serialize;

/// Prints a line. If nobody reads any more, that is no error: what is being done is done to its end.
///
/// # Errors
/// It cannot be written for another reason, a full disk for instance.
pub fn line(text: impl Display) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Prints one JSON object.
///
/// # Errors
/// As for [`line()`].
pub fn json(value: &impl Serialize) -> Result<()> {
    line(serde_json::to_string_pretty(value)?)
}
