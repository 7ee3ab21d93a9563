//! Logs on disk, so that a long history is fetched once.
//!
//! The file is text, one JSON document a line, and only ever appended to: first what it is a cache of,
//! then chunks. A chunk is the logs of some contracts in a range of blocks, in order, and a *seal*: what
//! was asked, the hash of the last block, and a digest of the lines. What has no seal behind it was cut
//! off while it was written; it is taken away when the file is opened, like everything from the first
//! seal on that does not fit its lines. The seals are the checkpoint: the next question starts after them.
//! Between chunks, *marks* say how far the logs were proven.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, B256, Keccak256, keccak256};
use serde::{Deserialize, Serialize};

use super::{HistoryError, Proof, StoredLog};

/// What a cache is of. Another one is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The format of the file.
    pub version: u32,
    /// The chain.
    pub chain_id: u64,
    /// The hash of the block before the history begins, which tells chains of the same id apart.
    pub root: B256,
    /// The vault.
    pub vault: Address,
    /// The splitter.
    pub splitter: Address,
    /// The first block of the history.
    pub first: u64,
}

/// The format that this version reads and writes.
pub(crate) const VERSION: u32 = 1;

/// What was asked in one question, and what the chain looked like then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seal {
    /// Whose logs.
    pub(crate) of: Vec<Address>,
    /// The first block.
    pub(crate) from: u64,
    /// The last block.
    pub(crate) to: u64,
    /// The last block's hash.
    pub(crate) hash: B256,
    /// How many logs.
    pub(crate) logs: u64,
    /// Keccak-256 of the lines.
    pub(crate) digest: B256,
}

#[derive(Serialize, Deserialize)]
struct SealLine {
    seal: Seal,
}

/// Blocks whose logs were proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// How far.
    pub(crate) proof: Proof,
    /// The tokens whose moves were looked for, beside all logs of the contracts.
    pub(crate) tokens: Vec<Address>,
    /// The first block.
    pub(crate) from: u64,
    /// The last block.
    pub(crate) to: u64,
    /// The last block's hash.
    pub(crate) hash: B256,
}

#[derive(Serialize, Deserialize)]
struct MarkLine {
    mark: Mark,
}

/// A chunk in the file.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    pub(crate) seal: Seal,
    /// Where its first line starts.
    offset: u64,
    /// Where its seal ends.
    end: u64,
}

/// The file.
#[derive(Debug)]
pub(crate) struct Cache {
    path: PathBuf,
    file: File,
    end: u64,
    pub(crate) identity: Identity,
    pub(crate) chunks: Vec<Chunk>,
    /// With the place in the file where each ends.
    marks: Vec<(Mark, u64)>,
    /// Gone with the cache, if nobody asked to keep the file.
    _temporary: Option<tempfile::TempPath>,
}

impl Cache {
    /// Opens the cache at `path`, or starts one.
    pub(crate) fn open(path: &Path, identity: Identity) -> Result<Self, HistoryError> {
        let fail = |error| HistoryError::file(path, error);
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(fail)?;
        if file.try_lock().is_err() {
            return Err(HistoryError::Busy(path.to_owned()));
        }
        let (path, chunks) = (path.to_owned(), Vec::new());
        let marks = Vec::new();
        let mut cache = Self { path, file, end: 0, identity, chunks, marks, _temporary: None };
        cache.read()?;
        Ok(cache)
    }

    /// A cache that is gone when it is dropped.
    pub(crate) fn temporary(identity: Identity) -> Result<Self, HistoryError> {
        let fail = |error| HistoryError::file(Path::new("a temporary file"), error);
        let path = tempfile::NamedTempFile::new().map_err(fail)?.into_temp_path();
        let mut cache = Self::open(&path, identity)?;
        cache._temporary = Some(path);
        Ok(cache)
    }

    fn fail(&self, error: std::io::Error) -> HistoryError {
        HistoryError::file(&self.path, error)
    }

    /// Reads what is there, up to the last seal that fits.
    fn read(&mut self) -> Result<(), HistoryError> {
        let mut lines = BufReader::new(self.file.try_clone().map_err(|e| self.fail(e))?);
        let mut line = String::new();
        lines.read_line(&mut line).map_err(|e| self.fail(e))?;
        if line.ends_with('\n') {
            self.recognise(&line)?;
            self.end = line.len() as u64;
            (self.chunks, self.marks) = sealed(lines, self.end).map_err(|e| self.fail(e))?;
            let chunk = self.chunks.last().map_or(self.end, |last| last.end);
            self.cut(self.marks.last().map_or(chunk, |(_, end)| chunk.max(*end)))
        } else {
            self.cut(0)?;
            let line = json(&self.identity) + "\n";
            self.append(line.as_bytes())
        }
    }

    /// Refuses the cache of something else.
    fn recognise(&self, line: &str) -> Result<(), HistoryError> {
        let path = self.path.clone();
        let found: Identity = serde_json::from_str(line).map_err(|error| {
            HistoryError::NoCache { path: path.clone(), reason: error.to_string() }
        })?;
        if found == self.identity {
            return Ok(());
        }
        let (expected, found) = (json(&self.identity), json(&found));
        Err(HistoryError::OtherCache { path, expected, found })
    }

    /// Takes away everything from `offset` on.
    fn cut(&mut self, offset: u64) -> Result<(), HistoryError> {
        self.chunks.retain(|chunk| chunk.end <= offset);
        self.marks.retain(|(_, end)| *end <= offset);
        self.end = offset;
        self.file.set_len(offset).map_err(|e| self.fail(e))
    }

    /// Takes away the chunks from number `first` on.
    pub(crate) fn rewind(&mut self, first: usize) -> Result<(), HistoryError> {
        let offset = self.chunks.get(first).map_or(self.end, |chunk| chunk.offset);
        self.cut(offset)
    }

    /// Adds the logs of `of` in blocks `from` to `to`, whose hash is `hash`.
    pub(crate) fn add(
        &mut self,
        of: &[Address],
        (from, to, hash): (u64, u64, B256),
        logs: &[StoredLog],
    ) -> Result<(), HistoryError> {
        let mut text = String::new();
        for log in logs {
            text += &json(log);
            text.push('\n');
        }
        let digest = keccak256(&text);
        let seal = Seal { of: of.to_vec(), from, to, hash, logs: logs.len() as u64, digest };
        text += &json(&SealLine { seal: seal.clone() });
        text.push('\n');
        let offset = self.end;
        self.append(text.as_bytes())?;
        self.chunks.push(Chunk { seal, offset, end: self.end });
        Ok(())
    }

    /// Adds that some blocks were proven.
    pub(crate) fn mark(&mut self, mark: Mark) -> Result<(), HistoryError> {
        let line = json(&MarkLine { mark: mark.clone() }) + "\n";
        self.append(line.as_bytes())?;
        self.marks.push((mark, self.end));
        Ok(())
    }

    /// What was proven, in the order in which it was.
    pub(crate) fn marks(&self) -> impl DoubleEndedIterator<Item = &Mark> {
        self.marks.iter().map(|(mark, _)| mark)
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), HistoryError> {
        let write = |file: &mut File, end| {
            file.seek(SeekFrom::Start(end))?;
            file.write_all(bytes)?;
            file.sync_data()
        };
        write(&mut self.file, self.end).map_err(|e| self.fail(e))?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// The block after the last one whose logs of `address` are here.
    pub(crate) fn next(&self, address: Address) -> u64 {
        let last = self.chunks.iter().rev().find(|chunk| chunk.seal.of.contains(&address));
        last.map_or(self.identity.first, |chunk| chunk.seal.to + 1)
    }

    /// The logs of one chunk after the other, of chunks in the order of their blocks.
    pub(crate) fn lane(&self, chunks: Vec<Chunk>) -> Result<Lane, HistoryError> {
        let file = File::open(&self.path).map_err(|e| self.fail(e))?;
        Ok(Lane {
            path: self.path.clone(),
            lines: BufReader::with_capacity(1 << 16, file),
            chunks: chunks.into_iter(),
            left: 0,
            line: String::new(),
        })
    }

    /// The chunks in lanes, each of which is in the order of blocks.
    pub(crate) fn lanes(&self) -> Vec<Vec<Chunk>> {
        let mut lanes: Vec<Vec<Chunk>> = Vec::new();
        for chunk in self.chunks.iter().filter(|chunk| chunk.seal.logs > 0) {
            let follows = |lane: &&mut Vec<Chunk>| {
                lane.last().is_none_or(|last| last.seal.to < chunk.seal.from)
            };
            match lanes.iter_mut().find(follows) {
                Some(lane) => lane.push(chunk.clone()),
                None => lanes.push(vec![chunk.clone()]),
            }
        }
        lanes
    }
}

/// Chunks, and marks with where each ends in the file.
type Sealed = (Vec<Chunk>, Vec<(Mark, u64)>);

/// The sealed chunks and the marks in `lines`, which start at `offset` of the file, up to the first that
/// does not fit.
fn sealed(mut lines: impl BufRead, mut offset: u64) -> std::io::Result<Sealed> {
    let (mut chunks, mut marks, mut line) = (Vec::new(), Vec::new(), String::new());
    let (mut digest, mut logs, mut end) = (Keccak256::new(), 0, offset);
    loop {
        line.clear();
        end += lines.read_line(&mut line)? as u64;
        if !line.ends_with('\n') {
            return Ok((chunks, marks));
        }
        if line.starts_with(MARK) && logs == 0 {
            let Ok(MarkLine { mark }) = serde_json::from_str(&line) else {
                return Ok((chunks, marks));
            };
            marks.push((mark, end));
            offset = end;
            continue;
        }
        if !line.starts_with(SEAL) {
            digest.update(&line);
            logs += 1;
            continue;
        }
        let digest = std::mem::take(&mut digest).finalize();
        let logs = std::mem::take(&mut logs);
        let fits = |seal: &Seal| seal.digest == digest && seal.logs == logs;
        match serde_json::from_str(&line).map(|SealLine { seal }| seal) {
            Ok(seal) if fits(&seal) => chunks.push(Chunk { seal, offset, end }),
            _ => return Ok((chunks, marks)),
        }
        offset = end;
    }
}

/// Logs of chunks, read line by line.
#[derive(Debug)]
pub(crate) struct Lane {
    path: PathBuf,
    lines: BufReader<File>,
    chunks: std::vec::IntoIter<Chunk>,
    /// How many logs of the present chunk are left.
    left: u64,
    line: String,
}

impl Lane {
    fn read(&mut self) -> std::io::Result<Option<StoredLog>> {
        while self.left == 0 {
            let Some(chunk) = self.chunks.next() else { return Ok(None) };
            self.lines.seek(SeekFrom::Start(chunk.offset))?;
            self.left = chunk.seal.logs;
        }
        self.left -= 1;
        self.line.clear();
        self.lines.read_line(&mut self.line)?;
        Ok(Some(serde_json::from_str(&self.line)?))
    }
}

impl Iterator for Lane {
    type Item = Result<StoredLog, HistoryError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().map_err(|error| HistoryError::file(&self.path, error)).transpose()
    }
}

/// How the line of a seal starts, and no log's.
const SEAL: &str = "{\"seal\":";
/// How the line of a mark starts, and no log's.
const MARK: &str = "{\"mark\":";

/// One line of JSON.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data is always JSON")
}
