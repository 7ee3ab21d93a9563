//! How fast `tributary report` enters a history, and in how much memory.
//!
//! ```text
//! cargo bench -p bench --bench report
//! ```
//!
//! A history is invented (`Life`): people stake, lock, leave and claim, revenue comes in and goes out,
//! every amount as the contracts would have it. It is told by a [`Source`](tributary::ledger::Source), as
//! a node tells it, and so goes the whole way: ranges of logs, the cache on disk, decoding, the books, the
//! statement. Reading the cache and keeping the books, which is what a report on a history that is on disk
//! does, happens in a process of its own, whose peak of memory is measured. Rows with ten times the logs
//! and as many holders tell whether memory grows with the logs.

mod life;

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use comfy_table::{CellAlignment, Table, presets};
use eyre::{Result, ensure, eyre};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tributary::{
    ledger::{Books, History, Node, Subject},
    report::{Checks, RangeLine, state},
};

use self::life::{Life, Shape};

/// The environment variable that makes this process the one that is measured.
const MEASURED: &str = "TRIBUTARY_BENCH_REPORT";
/// Logs and holders of each row.
const SHAPES: [Shape; 3] = [
    Shape { logs: 100_000, holders: 10_000 },
    Shape { logs: 1_000_000, holders: 10_000 },
    Shape { logs: 1_000_000, holders: 100_000 },
];

/// Measures, or is measured.
///
/// # Errors
/// What could not be measured, and why.
pub fn main() -> Result<()> {
    let runtime = Runtime::new()?;
    if let Ok(path) = env::var(MEASURED) {
        let measured = runtime.block_on(enter(Path::new(&path)))?;
        println!("{measured}");
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "logs",
        "holders",
        "cache, MiB",
        "logs per second, to the cache",
        "logs per second, into the books",
        "peak memory, MiB",
    ]);
    for shape in SHAPES {
        table.add_row(runtime.block_on(measure(shape))?);
    }
    table.column_iter_mut().for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    println!("{table}");
    Ok(())
}

/// One row.
async fn measure(shape: Shape) -> Result<[String; 6]> {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("cache");
    let node = Node::new(Life::new(shape));
    let begun = Instant::now();
    let mut history = History::open(&node, life::ORIGIN, Some(&path)).await?;
    history.sync(&node, shape.last_block(), |_| {}).await?;
    let written = begun.elapsed().as_secs_f64();
    let logs = history.len();
    drop(history);
    let size = fs::metadata(&path)?.len();
    let output =
        Command::new(env::current_exe()?).env(MEASURED, &path).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the measured process failed");
    let measured: Value = serde_json::from_slice(&output.stdout)?;
    let figure = |name: &str| measured[name].as_f64().ok_or_else(|| eyre!("no {name}"));
    ensure!(figure("logs")? == logs as f64, "not all logs were entered");
    Ok([
        logs.to_string(),
        measured["holders"].to_string(),
        format!("{:.0}", size as f64 / f64::from(1 << 20)),
        format!("{:.0}", logs as f64 / written),
        format!("{:.0}", figure("logs")? / figure("seconds")?),
        format!("{:.1}", figure("memory")? / f64::from(1 << 20)),
    ])
}

/// Enters the history at `path` and writes the statement.
async fn enter(path: &Path) -> Result<Value> {
    let node = Node::new(Life::new(Shape { logs: 0, holders: 0 }));
    let history = History::open(&node, life::ORIGIN, Some(path)).await?;
    let begun = Instant::now();
    let mut books = Books::new(life::ORIGIN.contracts, life::ORIGIN.asset);
    let mut last = (0, 0);
    for entry in history.entries(u64::MAX)? {
        let entry = entry?;
        last = (entry.place.block, entry.time);
        books.enter(&entry);
    }
    books.balance("the end");
    let seconds = begun.elapsed().as_secs_f64();
    let (contracts, asset) = (life::ORIGIN.contracts, life::ORIGIN.asset);
    let names = (Default::default(), Default::default(), Default::default());
    let (tokens, accounts, sources) = names;
    let subject = Subject { contracts, asset, tokens, accounts, sources };
    let (to_block, to_time, to_hash) = (last.0, last.1, Default::default());
    let range = RangeLine { from_block: 0, to_block, to_hash, to_time, logs: books.entries() };
    let checks = Checks::default();
    let statement = state(&books, &subject, life::ORIGIN.chain_id, range, checks);
    ensure!(statement.reconciled, "{:#?}", statement.findings.first());
    let holders = statement.holders.len();
    Ok(
        json!({ "logs": books.entries(), "holders": holders, "seconds": seconds, "memory": peak()? }),
    )
}

/// The most memory that this process ever had, in bytes.
fn peak() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")
        .map_err(|_| eyre!("peak memory is read from /proc, which only Linux has"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix("kB"));
    Ok(kib.ok_or_else(|| eyre!("/proc tells no peak"))?.trim().parse::<u64>()? * 1_024)
}
