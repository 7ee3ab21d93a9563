//! The tables, in Markdown.

use comfy_table::{CellAlignment, Table, presets};
use eyre::Result;

use super::{
    book::Book,
    goals::{self, Goal, per_token, with_receipt},
    run::{IDLE_WEEKS, PART, Run},
    site::Sample,
    splitting::{EVERYBODY, PULL, RECEIPT},
};

/// What is there to compare with, or a dash.
const NOTHING: &str = "–";

/// Everything.
pub(super) fn of(run: &Run) -> Result<String> {
    let mut text = String::new();
    let mut section = |title: &str, table: Table| text += &format!("## {title}\n\n{table}\n\n");
    section("Goals", goal_table(&goals::of(run)?));
    section("The vault with one reward token, and others", peer_table(run)?);
    section("The vault by number of reward tokens", token_table(run)?);
    section("Catching up after idle weeks", idle_table(run));
    section("By number of stakers", variants(&run.stakers)?);
    section("By number of one's own locks", variants(&run.locks)?);
    section("The splitter, and PaymentSplitter", splitter_table(run)?);
    section("Votes, and OpenZeppelin's ERC20Votes", vote_table(run)?);
    section("Where the vault's gas goes, one reward token, cached", floor_table(run.vault(1)?));
    let (_, [splitter, ..]) =
        run.splitters.iter().next_back().ok_or_else(|| eyre::eyre!("no payees"))?;
    section("Where the splitter's gas goes, cached", floor_table(splitter));
    Ok(text)
}

fn goal_table(goals: &[Goal]) -> Table {
    let mut table = table(&["goal", "measured", "limit", ""]);
    for goal in goals {
        let kept = if goal.kept() { "kept" } else { "MISSED" };
        row(&mut table, goal.what, [figure(goal.measured), figure(goal.limit), kept.to_owned()]);
    }
    table
}

fn peer_table(run: &Run) -> Result<Table> {
    let head =
        ["", "vault, cached", "uncached", "StakingRewards", "part of it", "OpenZeppelin ERC-4626"];
    let mut table = table(&head);
    for (name, sample) in run.vault(1)?.samples() {
        let theirs = run.staking_rewards.gas(name).ok();
        let ratio = theirs.map(|gas| format!("{:.2}", sample.gas as f64 / gas as f64));
        let cells = [
            sample.gas.to_string(),
            run.vault_uncached.gas(name)?.to_string(),
            or_nothing(theirs),
            or_nothing(ratio),
            or_nothing(run.shares.gas(name).ok()),
        ];
        row(&mut table, name, cells);
    }
    Ok(table)
}

fn token_table(run: &Run) -> Result<Table> {
    let counts: Vec<_> = run.vault.keys().map(ToString::to_string).collect();
    let head = [&[String::new()], &counts[..], &["each further".to_owned()]].concat();
    let mut table = table(&head.iter().map(String::as_str).collect::<Vec<_>>());
    for (name, _) in run.vault(1)?.samples() {
        let mut cells = Vec::new();
        for book in run.vault.values() {
            cells.push(book.gas(name)?.to_string());
        }
        cells.push(figure(per_token(run, name)?));
        row(&mut table, name, cells);
    }
    Ok(table)
}

fn idle_table(run: &Run) -> Table {
    let head = ["weeks", "one token", "eight tokens", "one token, locks end every week"];
    let mut table = table(&head);
    for (weeks, gas) in &run.idle {
        row(&mut table, &weeks.to_string(), gas.map(|gas| gas.to_string()));
    }
    let parts: Vec<u64> = run.in_parts.samples().map(|(_, sample)| sample.gas).collect();
    let (sum, dearest) = (parts.iter().sum::<u64>(), parts.iter().max().copied());
    let name = format!(
        "{} in parts of {PART}: {} calls, the dearest {}",
        IDLE_WEEKS[IDLE_WEEKS.len() - 1],
        parts.len(),
        dearest.unwrap_or_default(),
    );
    row(&mut table, &name, [sum.to_string(), NOTHING.to_owned(), NOTHING.to_owned()]);
    table
}

fn variants(books: &std::collections::BTreeMap<u64, Book>) -> Result<Table> {
    let counts = books.keys().map(ToString::to_string);
    let head: Vec<_> = std::iter::once(String::new()).chain(counts).collect();
    let mut table = table(&head.iter().map(String::as_str).collect::<Vec<_>>());
    let names = books.values().next().into_iter().flat_map(Book::samples);
    for (name, _) in names {
        let gas: Result<Vec<_>> = books.values().map(|book| book.gas(name)).collect();
        row(&mut table, name, gas?.iter().map(ToString::to_string));
    }
    Ok(table)
}

fn splitter_table(run: &Run) -> Result<Table> {
    let head = ["payees", "", "splitter, cached", "uncached", "PaymentSplitter", "part of it"];
    let mut table = table(&head);
    for (payees, [ours, uncached, theirs]) in &run.splitters {
        let books = [ours, uncached, theirs];
        for name in [RECEIPT, PULL, EVERYBODY] {
            splitter_row(&mut table, *payees, name, books.map(|book| book.gas(name)))?;
        }
        for (name, pulls) in [("receipt and pull", PULL), ("receipt and all pulls", EVERYBODY)] {
            splitter_row(&mut table, *payees, name, books.map(|book| with_receipt(book, pulls)))?;
        }
    }
    Ok(table)
}

fn splitter_row(
    table: &mut Table,
    payees: u32,
    name: &str,
    [ours, uncached, theirs]: [Result<u64>; 3],
) -> Result<()> {
    let [ours, uncached, theirs] = [ours?, uncached?, theirs?];
    let ratio = format!("{:.2}", ours as f64 / theirs as f64);
    let figures = [ours, uncached, theirs].map(|gas| gas.to_string());
    row(table, &payees.to_string(), [name.to_owned()].into_iter().chain(figures).chain([ratio]));
    Ok(())
}

fn vote_table(run: &Run) -> Result<Table> {
    let mut table = table(&["", "vault, cached", "ERC20Votes", "part of it"]);
    let [theirs, ours] = &run.votes;
    for (name, sample) in ours.samples() {
        let peer = theirs.gas(name)?;
        let ratio = format!("{:.2}", sample.gas as f64 / peer as f64);
        row(&mut table, name, [sample.gas.to_string(), peer.to_string(), ratio]);
    }
    Ok(table)
}

fn floor_table(book: &Book) -> Table {
    let head = [
        "",
        "gas",
        "transaction",
        "storage",
        "read only",
        "reloads",
        "logs",
        "calls",
        "refund",
        "floor",
        "entry",
        "hosts",
        "compute",
        "above the floor",
    ];
    let mut table = table(&head);
    for (name, sample) in book.samples() {
        if let Some(cells) = floor_cells(sample) {
            row(&mut table, name, cells);
        }
    }
    table
}

fn floor_cells(sample: &Sample) -> Option<Vec<String>> {
    let floor = sample.floor.as_ref()?;
    let gas = [
        sample.gas,
        floor.transaction,
        floor.storage,
        floor.read_only,
        floor.reloads,
        floor.logs,
        floor.calls,
        floor.refund,
        floor.total(),
        floor.entry,
        floor.hosts,
        floor.compute,
    ];
    let above = format!("{:.1} %", floor.overhead());
    Some(gas.iter().map(ToString::to_string).chain([above]).collect())
}

fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(head);
    table.column_iter_mut().skip(1).for_each(|c| c.set_cell_alignment(CellAlignment::Right));
    table
}

fn row(table: &mut Table, name: &str, cells: impl IntoIterator<Item = String>) {
    table.add_row(std::iter::once(name.to_owned()).chain(cells));
}

fn or_nothing(value: Option<impl ToString>) -> String {
    value.map_or_else(|| NOTHING.to_owned(), |value| value.to_string())
}

fn figure(value: f64) -> String {
    if value != 0.0 && value < 100.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}
