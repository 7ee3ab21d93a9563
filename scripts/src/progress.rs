//! How far the work is, on standard error: bars on a terminal, plain lines elsewhere.

use std::{io::IsTerminal, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// All jobs' progress.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    bars: MultiProgress,
}

/// One job's progress.
#[derive(Debug)]
pub struct Job {
    name: String,
    bar: Option<ProgressBar>,
    /// The last line that was printed, so that it is not printed twice.
    last: std::sync::Mutex<String>,
}

impl Progress {
    /// Adds a job of `steps` steps.
    #[must_use]
    pub fn job(&self, name: &str, steps: u64) -> Job {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style =
                ProgressStyle::with_template("{prefix:>10} {bar:30} {pos:>4}/{len:4} {msg}");
            let bar = self.bars.add(ProgressBar::new(steps)).with_prefix(name.to_owned());
            bar.enable_steady_tick(Duration::from_millis(200));
            style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
        });
        Job { name: name.to_owned(), bar, last: std::sync::Mutex::default() }
    }
}

impl Job {
    /// Says what is being done.
    pub fn say(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.set_message(what.to_owned()),
            None => self.print_once(what),
        }
    }

    /// Says a detail of what is being done, where it can be said in passing: on a terminal.
    pub fn whisper(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
        }
    }

    /// One step is done.
    pub fn step(&self) {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    /// So many steps are done, all in all.
    pub fn reach(&self, steps: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(steps);
        }
    }

    /// The job is done.
    pub fn done(&self, what: &str) {
        match &self.bar {
            Some(bar) => bar.finish_with_message(what.to_owned()),
            None => self.print_once(what),
        }
    }

    fn print_once(&self, what: &str) {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *last != what {
            eprintln!("{}: {what}", self.name);
            what.clone_into(&mut last);
        }
    }
}
