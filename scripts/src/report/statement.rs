//! The report on a system's history: the document of `tributary report --json`.

use alloy::primitives::B256;
use serde::Serialize;

use super::lines::{BalanceLine, PayeeLine, Reader, RevenueLine, TokenLine, decimal};
use crate::ledger::{Account, Books, Subject};

/// Everything that the logs say of a range of blocks, and whether it adds up.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// The chain.
    pub chain_id: u64,
    /// The vault's address.
    pub vault: String,
    /// The splitter's address.
    pub splitter: String,
    /// What is staked: the address of the platform's token.
    pub asset: String,
    /// What it covers.
    pub range: RangeLine,
    /// Whether every wei is accounted for.
    pub reconciled: bool,
    /// Where it is not.
    pub findings: Vec<FindingLine>,
    /// How many more findings there are.
    pub findings_left_out: usize,
    /// By what.
    #[serde(flatten)]
    pub checks: Checks,
    /// The tokens.
    pub tokens: Vec<TokenLine>,
    /// What each source brought of each token in the range, week by week.
    pub revenue: Vec<WeekLine>,
    /// Where it went.
    pub payees: Vec<PayeeLine>,
    /// Received = paid + owed + streaming + held, for vault and splitter.
    pub reconciliation: Vec<BalanceLine>,
    /// Everybody who ever held a share, the heaviest first.
    pub holders: Vec<HolderLine>,
}

/// What the logs were held against.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checks {
    /// How far it is proven that these are the chain's logs.
    pub proven: String,
    /// What the books were compared with.
    pub compared: String,
}

/// The range of a report.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RangeLine {
    /// The first block whose revenue and payments count.
    pub from_block: u64,
    /// The last block.
    pub to_block: u64,
    /// Its hash, which stands for everything before it.
    pub to_hash: B256,
    /// Its time in Unix seconds.
    pub to_time: u64,
    /// How many logs there are since the beginning.
    pub logs: u64,
}

/// Something that does not add up.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingLine {
    /// The log or the moment.
    pub when: String,
    /// What was compared.
    pub what: String,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

/// What one source brought of one token in one week.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WeekLine {
    /// The week of the grid: it starts at Unix time `week × 604,800`.
    pub week: u64,
    /// The day on which it starts.
    pub starts: String,
    /// The rest.
    #[serde(flatten)]
    pub revenue: RevenueLine,
}

/// One holder.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HolderLine {
    /// Who.
    pub address: String,
    /// Shares, locked ones included.
    #[serde(serialize_with = "decimal")]
    pub staked: u128,
    /// Of these, what cannot move.
    #[serde(serialize_with = "decimal")]
    pub locked: u128,
    /// What it earns by.
    #[serde(serialize_with = "decimal")]
    pub weight: u128,
    /// By token.
    pub rewards: Vec<EarnedLine>,
}

/// What one holder earned of one token.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EarnedLine {
    /// Symbol of the token.
    pub token: String,
    /// Where the token is.
    pub token_address: String,
    /// In the range, rounded down.
    #[serde(serialize_with = "decimal")]
    pub earned: u128,
    /// In the range.
    #[serde(serialize_with = "decimal")]
    pub claimed: u128,
    /// At the end, rounded down.
    #[serde(serialize_with = "decimal")]
    pub claimable: u128,
}

/// Writes the report.
#[must_use]
pub fn state(
    books: &Books,
    subject: &Subject,
    chain_id: u64,
    range: RangeLine,
    checks: Checks,
) -> Statement {
    let reader = Reader { books, subject };
    let tokens: Vec<_> = books.tokens().into_iter().collect();
    let mut reconciliation = reader.splitter();
    reconciliation.extend(reader.vault(range.to_time));
    Statement {
        chain_id,
        vault: subject.contracts.vault.to_string(),
        splitter: subject.contracts.splitter.to_string(),
        asset: subject.asset.to_string(),
        range,
        reconciled: books.findings().is_empty(),
        findings: findings(books, subject),
        findings_left_out: books.findings().dropped(),
        checks,
        tokens: reader.tokens(&tokens),
        revenue: weeks(&reader),
        payees: reader.payees(),
        reconciliation,
        holders: holders(&reader, range.to_time),
    }
}

fn findings(books: &Books, subject: &Subject) -> Vec<FindingLine> {
    let named = books.findings().list().iter().map(|one| one.named(subject));
    let line = |one: crate::ledger::Difference| FindingLine {
        when: one.when,
        what: one.what,
        expected: one.expected,
        found: one.found,
    };
    named.map(line).collect()
}

fn weeks(reader: &Reader<'_>) -> Vec<WeekLine> {
    let weekly = reader.books.splitter().weekly.iter();
    weekly
        .map(|(&(week, source, token), &amount)| WeekLine {
            week,
            starts: day(week * accrual::WEEK),
            revenue: reader.revenue_line(source, token, amount),
        })
        .collect()
}

fn holders(reader: &Reader<'_>, time: u64) -> Vec<HolderLine> {
    let standings = reader.books.at(time);
    let mut accounts: Vec<_> = standings.accounts().collect();
    accounts.sort_unstable_by_key(|one| (std::cmp::Reverse(one.weight), one.address));
    accounts.iter().map(|one| holder(one, reader.subject)).collect()
}

fn holder(account: &Account, subject: &Subject) -> HolderLine {
    let line = |one: &crate::ledger::Earnings| EarnedLine {
        token: subject.symbol(one.token),
        token_address: one.token.to_string(),
        earned: one.earned,
        claimed: one.claimed,
        claimable: one.claimable,
    };
    HolderLine {
        address: subject.account(account.address),
        staked: account.staked,
        locked: account.locked,
        weight: account.weight,
        rewards: account.earnings.iter().map(line).collect(),
    }
}

/// The day that contains Unix time `at`, as `2026-01-01`.
fn day(at: u64) -> String {
    // Days since 1 March of the year 0 of the Gregorian calendar, in eras of 400 years.
    let days = at / 86_400 + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", era * 400 + year + later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let days = [(0, "1970-01-01"), (951_782_400, "2000-02-29"), (1_767_225_600, "2026-01-01")];
        for (at, name) in days {
            assert_eq!(day(at), name);
        }
    }
}
