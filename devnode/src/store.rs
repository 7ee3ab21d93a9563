//! A chain's file.
//!
//! A file is replaced as a whole or not at all: the new one is written under another name, brought to
//! the disk, and renamed. So whenever the process is killed, or the machine goes down, the file is the
//! chain as it was at some moment, at most a little while ago.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::time::{Duration, Instant, sleep};

use crate::chain::{Chain, ChainError, Dump};

/// How long it takes at most until a change is on the disk, as long as saving is fast.
const PERIOD: Duration = Duration::from_secs(1);

/// The part of the time that may be spent on saving, as one in so many.
const SHARE: u32 = 10;

/// Where a chain is kept.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    /// The chain's revision that is in the file.
    saved: Mutex<Option<u64>>,
}

/// Why a chain could not be read from its file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl Store {
    /// The store in the file at `path`.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, saved: Mutex::default() }
    }

    /// Lets `chain` become what the file holds, if there is a file.
    ///
    /// # Errors
    /// When the file can't be read, or holds no chain, or another one.
    pub(crate) fn load(&self, chain: &Chain) -> Result<(), LoadError> {
        match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            json => Ok(chain.load(Dump::parse(&json?)?)?),
        }
    }

    /// Saves `chain`, if it has changed since the last time.
    ///
    /// # Errors
    /// When the file can't be written. The old one is left as it is then.
    pub(crate) fn save(&self, chain: &Chain) -> io::Result<()> {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let revision = Some(chain.revision());
        if *saved != revision {
            replace(&self.path, &chain.dump().to_json())?;
            *saved = revision;
        }
        Ok(())
    }

    /// Saves `chain` again and again, until it is gone.
    pub(crate) async fn keep_saving(self: Arc<Self>, chain: Weak<Chain>) {
        let mut pause = PERIOD;
        loop {
            sleep(pause).await;
            let Some(chain) = chain.upgrade() else { return };
            let (store, start) = (Arc::clone(&self), Instant::now());
            let saved = tokio::task::spawn_blocking(move || store.save(&chain)).await;
            if let Ok(Err(error)) = saved {
                tracing::error!(file = %self.path.display(), %error, "can't save the chain");
            }
            pause = PERIOD.max(start.elapsed() * SHARE);
        }
    }
}

/// Replaces a file by one with this content.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    // Always the same: what a killed process left half written is written over.
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = File::create(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    sync_directory(path)
}

/// Brings the file's new name to the disk, where that is a thing of its own.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    if cfg!(unix) { File::open(directory.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}
