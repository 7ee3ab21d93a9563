//! The report on a play as tables.

use std::{collections::BTreeMap, fmt::Write};

use alloy::primitives::U256;
use comfy_table::Table;

use super::{PayeeLine, PlatformReport, TokenLine, table::table};
use crate::{
    platform::Platform,
    scenario::cast::{HOLDERS, Holder},
    units::{multiplier, percent, separated, whole_tokens},
};

/// The whole report on `platform`, for reading.
#[must_use]
pub fn show(report: &PlatformReport, platform: &Platform) -> String {
    let view = View { report, platform };
    let sections = [
        ("Contracts", view.contracts()),
        ("Revenue by stream", view.revenue()),
        ("Where it went", view.payees()),
        ("Holders, at the moment at which they weighed most", view.holders()),
    ];
    let title = format!(
        "{} ({}): {} transactions on a chain of its own",
        platform.token.name, report.name, report.transactions
    );
    let mut text = format!("\n{title}\n{}\n", "=".repeat(title.len()));
    let earnings = report
        .tokens
        .iter()
        .map(|token| (format!("Earned and paid in {}", token.symbol), view.earnings(token)));
    let rest = [
        ("The vault's account at the end", view.vault()),
        ("The moments at which everything was compared", view.moments()),
        ("Gas by kind of call", view.gas()),
    ];
    let named = |(title, table): (&str, Table)| (title.to_owned(), table);
    let all = sections.map(named).into_iter().chain(earnings).chain(rest.map(named));
    for (title, table) in all {
        _ = write!(text, "\n{title}\n{table}\n");
    }
    text
}

/// Who takes part in every play, and what they do.
#[must_use]
pub fn cast() -> String {
    let mut text = "Who takes part\n".to_owned();
    for Holder { name, life } in HOLDERS {
        _ = writeln!(text, "  {name:<10} {life}");
    }
    text += "Revenue arrives before the first of them and again after the last; in weeks 10 and 11 nobody \
             touches anything.\n";
    text
}

/// The verdict in words.
#[must_use]
pub fn verdict(report: &PlatformReport) -> String {
    if report.reconciled {
        return format!(
            "{}: reconciled from logs alone. {} accounts in {} tokens at {} moments: nobody got more than \
             the exact value, nobody more than one smallest unit less, and every unit received is \
             accounted for.",
            report.name,
            report.holders.len(),
            report.tokens.len(),
            report.moments.len(),
        );
    }
    let count = report.differences.len();
    format!(
        "{}: NOT reconciled, {count} differences:\n  {}",
        report.name,
        report.differences.join("\n  ")
    )
}

struct View<'a> {
    report: &'a PlatformReport,
    platform: &'a Platform,
}

impl View<'_> {
    /// An amount of the token with that symbol, with the symbol.
    fn amount(&self, amount: U256, symbol: &str) -> String {
        let token = self.report.tokens.iter().find(|token| token.symbol == symbol);
        format!("{} {symbol}", whole_tokens(amount, token.map_or(0, |token| token.decimals)))
    }

    fn staked(&self, amount: U256) -> String {
        whole_tokens(amount, self.platform.token.decimals)
    }

    fn contracts(&self) -> Table {
        let mut table = table(["contract", "address", "code bytes", "WASM bytes"], 2);
        for line in &self.report.sizes {
            let (code, wasm) = (line.code_bytes.to_string(), line.wasm_bytes.to_string());
            let (code, wasm) = (separated(&code), separated(&wasm));
            table.add_row([line.name.clone(), line.address.clone(), code, wasm]);
        }
        table
    }

    fn revenue(&self) -> Table {
        let symbols = self.symbols();
        let mut table = table(std::iter::once("stream").chain(symbols.iter().copied()), 1);
        let mut sums: BTreeMap<&str, U256> = BTreeMap::new();
        for lines in self.report.revenue.chunk_by(|one, next| one.source == next.source) {
            let amounts = lines.iter().map(|line| self.amount(line.amount, &line.token));
            table.add_row(std::iter::once(lines[0].name.clone()).chain(amounts));
            for line in lines {
                *sums.entry(&line.token).or_default() += line.amount;
            }
        }
        let sums = symbols.iter().map(|token| self.amount(sums[*token], token));
        table.add_row(std::iter::once("all streams".to_owned()).chain(sums));
        table
    }

    fn symbols(&self) -> Vec<&str> {
        self.report.tokens.iter().map(|token| token.symbol.as_str()).collect()
    }

    /// One row for each payee of each policy, one column for each token.
    fn payees(&self) -> Table {
        let headings = ["policy", "payee", "share"].into_iter().chain(self.symbols());
        let mut table = table(headings.chain(["still owed"]), 2);
        let mut rows: BTreeMap<_, Vec<&PayeeLine>> = BTreeMap::new();
        for line in &self.report.payees {
            rows.entry((&line.policy, u32::MAX - line.bps, &line.payee)).or_default().push(line);
        }
        for ((policy, _, payee), lines) in rows {
            let stakers = if payee == "vault" { "stakers" } else { payee };
            let share = percent(lines[0].bps.into());
            let paid = self.report.tokens.iter().map(|token| {
                let paid =
                    lines.iter().filter(|line| line.token == token.symbol).map(|line| line.paid);
                self.amount(paid.sum(), &token.symbol)
            });
            let row = [policy.clone(), stakers.to_owned(), share].into_iter().chain(paid);
            table.add_row(row.chain([self.owed(&lines)]));
        }
        table
    }

    fn owed(&self, lines: &[&PayeeLine]) -> String {
        let owed = lines.iter().filter(|line| !line.owed.is_zero());
        let owed: Vec<_> = owed.map(|line| self.amount(line.owed, &line.token)).collect();
        if owed.is_empty() { "nothing".to_owned() } else { owed.join("\n") }
    }

    fn holders(&self) -> Table {
        let stake = format!("stake, {}", self.platform.vault.symbol);
        let mut table = table(["holder", &stake, "multiplier", "weight"], 1);
        for line in &self.report.holders {
            table.add_row([
                line.name.clone(),
                self.staked(line.stake),
                multiplier(line.multiplier_bps),
                self.staked(line.weight),
            ]);
        }
        table
    }

    fn earnings(&self, token: &TokenLine) -> Table {
        let headings =
            ["holder", "earned", "paid", "still claimable", "below exact, in units of 1e-"];
        let below = format!("{}{}", headings[4], token.decimals);
        let mut table = table(headings[..4].iter().copied().chain([below.as_str()]), 1);
        let whole = |amount| whole_tokens(amount, token.decimals);
        for holder in &self.report.holders {
            for line in holder.rewards.iter().filter(|line| line.token == token.symbol) {
                table.add_row([
                    holder.name.clone(),
                    whole(line.exact),
                    whole(line.paid),
                    whole(line.claimable),
                    line.below_exact.clone(),
                ]);
            }
        }
        table
    }

    fn vault(&self) -> Table {
        let headings =
            ["received", "paid", "claimable", "still to stream", "held", "fractions of a unit"];
        let mut table = table(headings, 0);
        for line in &self.report.vault {
            let parts =
                [line.received, line.paid, line.owed, line.streaming, line.held, line.fractions];
            table.add_row(parts.map(|part| self.amount(part, &line.token)));
        }
        table
    }

    fn moments(&self) -> Table {
        let headings = ["moment", "block", "holders", "staked", "total weight"];
        let mut table = table(headings, 1);
        for line in &self.report.moments {
            table.add_row([
                line.label.clone(),
                line.block.to_string(),
                line.holders.to_string(),
                self.staked(line.staked),
                self.staked(line.weight),
            ]);
        }
        table
    }

    fn gas(&self) -> Table {
        let mut table = table(["call", "count", "least", "median", "most"], 1);
        for line in &self.report.gas {
            let gas = [line.least, line.median, line.most].map(|gas| separated(&gas.to_string()));
            table.add_row([line.call.clone(), line.count.to_string()].into_iter().chain(gas));
        }
        table
    }
}
