//! A statement as tables.

use std::{collections::BTreeMap, fmt::Write};

use alloy::primitives::U256;
use comfy_table::Table;

use super::{
    lines::BalanceLine,
    statement::{Checks, Statement},
    table::table,
};
use crate::units::{percent, whole_tokens};

/// How many holders are shown; the files have all of them.
const SHOWN: usize = 20;

/// The whole statement, for reading. `asset` is the symbol of what is staked.
#[must_use]
pub fn show(statement: &Statement, asset: &str) -> String {
    let view = View { statement, asset };
    let range = statement.range;
    let mut text = format!(
        "Blocks {} to {} ({}) of chain {}, {} logs since the beginning.\n",
        range.from_block, range.to_block, range.to_hash, statement.chain_id, range.logs
    );
    let sections = [
        ("Revenue by week, source and token", view.revenue()),
        ("Paid by payee", view.payees()),
        ("Holders, the heaviest first", view.holders()),
        ("Earned by holders", view.earnings()),
        ("Received = paid + owed + streaming + held", view.reconciliation()),
    ];
    for (title, table) in sections {
        _ = write!(text, "\n{title}\n{table}\n");
    }
    let holders = statement.holders.len();
    if holders > SHOWN {
        _ = writeln!(
            text,
            "\nThe tables show {SHOWN} of {holders} holders; --out DIR and --json give all."
        );
    }
    _ = write!(text, "\n{}", verdict(statement));
    text
}

/// Whether it adds up, in words.
#[must_use]
pub fn verdict(statement: &Statement) -> String {
    let Checks { proven, compared } = &statement.checks;
    if statement.reconciled {
        let [logs, holders] = [statement.range.logs, statement.holders.len() as u64];
        return format!(
            "Reconciled: {logs} logs, {holders} holders, every wei accounted for; {proven}; {compared}."
        );
    }
    let count = statement.findings.len() + statement.findings_left_out;
    let mut text = format!("NOT reconciled, {count} findings; {proven}; {compared}:");
    for one in &statement.findings {
        let (when, what) = (&one.when, &one.what);
        _ = write!(text, "\n  {when}: {what}: expected {}, found {}", one.expected, one.found);
    }
    if statement.findings_left_out > 0 {
        _ = write!(text, "\n  and {} more", statement.findings_left_out);
    }
    text
}

struct View<'a> {
    statement: &'a Statement,
    asset: &'a str,
}

impl View<'_> {
    /// An amount of the token with that symbol, with the symbol.
    fn amount(&self, amount: U256, symbol: &str) -> String {
        let token = self.statement.tokens.iter().find(|token| token.symbol == symbol);
        format!("{} {symbol}", whole_tokens(amount, token.map_or(0, |token| token.decimals)))
    }

    fn revenue(&self) -> Table {
        let mut table = table(["week", "source", "amount"], 2);
        let mut sums: BTreeMap<&str, U256> = BTreeMap::new();
        for line in &self.statement.revenue {
            let amount = self.amount(line.revenue.amount, &line.revenue.token);
            table.add_row([line.starts.clone(), line.revenue.name.clone(), amount]);
            *sums.entry(&line.revenue.token).or_default() += line.revenue.amount;
        }
        for (token, sum) in sums {
            table.add_row(["all".to_owned(), "all".to_owned(), self.amount(sum, token)]);
        }
        table
    }

    fn payees(&self) -> Table {
        let mut table = table(["policy", "payee", "share", "paid", "owed"], 2);
        for line in &self.statement.payees {
            table.add_row([
                line.policy.clone(),
                line.payee.clone(),
                percent(line.bps.into()),
                self.amount(line.paid, &line.token),
                self.amount(line.owed, &line.token),
            ]);
        }
        table
    }

    fn holders(&self) -> Table {
        let mut table = table(["holder", "staked", "locked", "weight"], 1);
        for line in self.statement.holders.iter().take(SHOWN) {
            let amounts = [line.staked, line.locked, line.weight];
            let amounts = amounts.map(|amount| self.amount(U256::from(amount), self.asset));
            table.add_row([line.address.clone()].into_iter().chain(amounts));
        }
        table
    }

    fn earnings(&self) -> Table {
        let mut table = table(["holder", "earned", "claimed", "claimable"], 1);
        for holder in self.statement.holders.iter().take(SHOWN) {
            for line in &holder.rewards {
                let amounts = [line.earned, line.claimed, line.claimable];
                let amounts = amounts.map(|amount| self.amount(U256::from(amount), &line.token));
                table.add_row([holder.address.clone()].into_iter().chain(amounts));
            }
        }
        table
    }

    fn reconciliation(&self) -> Table {
        let headings = ["contract"].into_iter().chain(BalanceLine::AMOUNTS);
        let mut table = table(headings, 1);
        for line in &self.statement.reconciliation {
            let amounts = line.amounts();
            let amounts = amounts.map(|amount| self.amount(amount, &line.token));
            table.add_row([line.contract.to_owned()].into_iter().chain(amounts));
        }
        table
    }
}
