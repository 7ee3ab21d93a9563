//! A statement as tables.

use std::{collections::BTreeMap, fmt::Write};

use alloy::primitives::U256;
use comfy_table::Table;

use super::{
    lines::{BalanceLine, TokenLine},
    statement::{Checks, Statement},
    table::table,
};
use crate::units::{percent, whole_tokens};

/// How many holders are shown; the files have all of them.
const SHOWN: usize = 20;
const RECONCILIATION: &str = "Received = paid + owed + streaming + held";

/// The whole statement, for reading.
#[must_use]
pub fn show(statement: &Statement) -> String {
    let view = View { statement, of_vault: true };
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
        (RECONCILIATION, view.reconciliation()),
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
    text += &View { statement, of_vault: false }.others();
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
    /// Whether it is on the tokens that the vault takes, or on all others.
    of_vault: bool,
}

impl View<'_> {
    fn token(&self, address: &str) -> Option<&TokenLine> {
        self.statement.tokens.iter().find(|token| token.address == address)
    }

    /// Whether the view is on the token at `address`.
    fn is_on(&self, address: &str) -> bool {
        self.token(address).is_some_and(|token| token.of_vault) == self.of_vault
    }

    /// An amount of the token at `address`, with its symbol.
    fn amount(&self, amount: U256, address: &str) -> String {
        let (symbol, decimals) =
            self.token(address).map_or((address, 0), |token| (&token.symbol, token.decimals));
        format!("{} {symbol}", whole_tokens(amount, decimals))
    }

    fn staked(&self, amount: u128) -> String {
        self.amount(U256::from(amount), &self.statement.asset)
    }

    /// The tokens that the vault does not take; nothing if there are none.
    fn others(&self) -> String {
        let lines = &self.statement.reconciliation;
        if !lines.iter().any(|line| self.is_on(&line.token_address)) {
            return String::new();
        }
        format!(
            "\nOther tokens. Anybody can push any token through the splitter: their tickers and decimals \
             are unverified, and none is counted above.\n\
             \nRevenue by week, source and token\n{}\n\nPaid by payee\n{}\n\n{RECONCILIATION}\n{}\n",
            self.revenue(),
            self.payees(),
            self.reconciliation()
        )
    }

    fn revenue(&self) -> Table {
        let mut table = table(["week", "source", "amount"], 2);
        let mut sums: BTreeMap<&str, U256> = BTreeMap::new();
        let lines = self.statement.revenue.iter();
        for line in lines.filter(|line| self.is_on(&line.revenue.token_address)) {
            let token = &line.revenue.token_address;
            let amount = self.amount(line.revenue.amount, token);
            table.add_row([line.starts.clone(), line.revenue.name.clone(), amount]);
            *sums.entry(token).or_default() += line.revenue.amount;
        }
        for (token, sum) in sums {
            table.add_row(["all".to_owned(), "all".to_owned(), self.amount(sum, token)]);
        }
        table
    }

    fn payees(&self) -> Table {
        let mut table = table(["policy", "payee", "share", "paid", "owed"], 2);
        let lines = self.statement.payees.iter();
        for line in lines.filter(|line| self.is_on(&line.token_address)) {
            table.add_row([
                // Names may be given twice.
                format!("{} {}", line.policy_id, line.policy),
                line.payee.clone(),
                percent(line.bps.into()),
                self.amount(line.paid, &line.token_address),
                self.amount(line.owed, &line.token_address),
            ]);
        }
        table
    }

    fn holders(&self) -> Table {
        let mut table = table(["holder", "staked", "locked", "weight"], 1);
        for line in self.statement.holders.iter().take(SHOWN) {
            let amounts = [line.staked, line.locked, line.weight];
            let amounts = amounts.map(|amount| self.staked(amount));
            table.add_row([line.address.clone()].into_iter().chain(amounts));
        }
        table
    }

    fn earnings(&self) -> Table {
        let mut table = table(["holder", "earned", "claimed", "claimable"], 1);
        for holder in self.statement.holders.iter().take(SHOWN) {
            for line in &holder.rewards {
                let amounts = [line.earned, line.claimed, line.claimable];
                let amounts = amounts.map(|one| self.amount(U256::from(one), &line.token_address));
                table.add_row([holder.address.clone()].into_iter().chain(amounts));
            }
        }
        table
    }

    fn reconciliation(&self) -> Table {
        let headings = ["contract"].into_iter().chain(BalanceLine::AMOUNTS);
        let mut table = table(headings, 1);
        let lines = self.statement.reconciliation.iter();
        for line in lines.filter(|line| self.is_on(&line.token_address)) {
            let amounts = line.amounts();
            let amounts = amounts.map(|amount| self.amount(amount, &line.token_address));
            table.add_row([line.contract.to_owned()].into_iter().chain(amounts));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, B256};

    use super::*;
    use crate::report::{Checks, RangeLine, RevenueLine, WeekLine};

    fn token(address: &str, decimals: u8, of_vault: bool) -> TokenLine {
        let (address, symbol) = (address.to_owned(), "TUSD".to_owned());
        TokenLine { address, symbol, decimals, of_vault }
    }

    fn revenue(token: &str, amount: u64) -> WeekLine {
        let [source, name] = ["ads", "Advertising"].map(str::to_owned);
        let (token, token_address) = ("TUSD".to_owned(), token.to_owned());
        let revenue =
            RevenueLine { source, name, token, token_address, amount: U256::from(amount) };
        WeekLine { week: 1, starts: "1970-01-08".to_owned(), revenue }
    }

    fn balance(at: &str) -> BalanceLine {
        let [none, some] = [U256::ZERO, U256::ONE];
        BalanceLine {
            contract: "splitter",
            token: "TUSD".to_owned(),
            token_address: at.to_owned(),
            opening: none,
            received: some,
            paid: none,
            owed: some,
            streaming: none,
            held: none,
            fractions: none,
            unnoticed: none,
        }
    }

    #[test]
    fn a_token_of_the_same_name_is_neither_added_nor_does_it_scale_anything() {
        let [true_one, fake, asset] = [1, 2, 3].map(|byte| Address::repeat_byte(byte).to_string());
        let (to_hash, nothing) = (B256::ZERO, Vec::new());
        let statement = Statement {
            chain_id: 1,
            vault: String::new(),
            splitter: String::new(),
            asset,
            range: RangeLine { from_block: 0, to_block: 1, to_hash, to_time: 0, logs: 2 },
            reconciled: true,
            findings: nothing,
            findings_left_out: 0,
            checks: Checks::default(),
            // The fake one comes first, where a search by name would find it.
            tokens: vec![token(&fake, 2, false), token(&true_one, 6, true)],
            revenue: vec![revenue(&fake, 77_700), revenue(&true_one, 5_000_000)],
            payees: Vec::new(),
            reconciliation: vec![balance(&fake), balance(&true_one)],
            holders: Vec::new(),
        };
        let text = show(&statement);
        let (ours, others) = text.split_once("Other tokens").expect("a part of its own");
        assert!(ours.contains("5.000000 TUSD") && !ours.contains("777.00"), "{text}");
        assert!(others.contains("777.00 TUSD") && !others.contains("5.000000"), "{text}");
    }
}
