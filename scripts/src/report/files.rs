//! A statement as CSV files, for spreadsheets. Amounts are in the smallest unit.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{lines::BalanceLine, statement::Statement};

/// Writes `revenue.csv`, `payees.csv`, `holders.csv`, `reconciliation.csv`, `findings.csv` and
/// `statement.json` into `directory`, each replaced as a whole; returns their paths.
///
/// # Errors
/// The system's, with the file.
pub fn write(statement: &Statement, directory: &Path) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(directory)?;
    let files = [
        ("revenue.csv", revenue(statement)?),
        ("payees.csv", payees(statement)?),
        ("holders.csv", holders(statement)?),
        ("reconciliation.csv", reconciliation(statement)?),
        ("findings.csv", findings(statement)?),
        ("statement.json", serde_json::to_vec_pretty(statement)?),
    ];
    let place = |(name, bytes): (&str, Vec<u8>)| replace(&directory.join(name), &bytes);
    files.into_iter().map(place).collect()
}

/// Writes a file so that there is the old one or the new one, and never half of it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    let beside = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(beside)?;
    io::Write::write_all(&mut file, bytes)?;
    file.persist(path)?;
    Ok(path.to_owned())
}

fn sheet<const N: usize>(
    headings: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(headings)?;
    for row in rows {
        writer.write_record(row.map(inert))?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

/// `cell` as no spreadsheet takes it for a formula: names are what strangers like.
fn inert(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

fn revenue(statement: &Statement) -> io::Result<Vec<u8>> {
    let rows = statement.revenue.iter().map(|line| {
        let revenue = line.revenue.clone();
        let amount = revenue.amount.to_string();
        let week = line.week.to_string();
        let (token, address) = (revenue.token, revenue.token_address);
        [week, line.starts.clone(), revenue.source, revenue.name, token, address, amount]
    });
    sheet(["week", "starts", "source", "name", "token", "token_address", "amount"], rows)
}

fn payees(statement: &Statement) -> io::Result<Vec<u8>> {
    let rows = statement.payees.iter().map(|line| {
        let (paid, owed) = (line.paid.to_string(), line.owed.to_string());
        let (id, bps) = (line.policy_id.to_string(), line.bps.to_string());
        let (token, address) = (line.token.clone(), line.token_address.clone());
        [id, line.policy.clone(), line.payee.clone(), bps, token, address, paid, owed]
    });
    let headings =
        ["policy_id", "policy", "payee", "bps", "token", "token_address", "paid", "owed"];
    sheet(headings, rows)
}

/// One row for each holder and token.
fn holders(statement: &Statement) -> io::Result<Vec<u8>> {
    let rows = statement.holders.iter().flat_map(|holder| {
        let stake = [holder.staked, holder.locked, holder.weight].map(|one| one.to_string());
        holder.rewards.iter().map(move |line| {
            let [staked, locked, weight] = stake.clone();
            let [earned, claimed, claimable] =
                [line.earned, line.claimed, line.claimable].map(|one| one.to_string());
            let (holder, token) = (holder.address.clone(), line.token.clone());
            let address = line.token_address.clone();
            [holder, staked, locked, weight, token, address, earned, claimed, claimable]
        })
    });
    let [holder, staked, locked, weight] = ["holder", "staked", "locked", "weight"];
    let [earned, claimed, claimable] = ["earned", "claimed", "claimable"];
    let (token, address) = ("token", "token_address");
    sheet([holder, staked, locked, weight, token, address, earned, claimed, claimable], rows)
}

fn reconciliation(statement: &Statement) -> io::Result<Vec<u8>> {
    let rows = statement.reconciliation.iter().map(|line| {
        let [opening, received, paid, owed, streaming, held, fractions, unnoticed] =
            line.amounts().map(|amount| amount.to_string());
        let (contract, token) = (line.contract.to_owned(), line.token.clone());
        let at = line.token_address.clone();
        [contract, token, at, opening, received, paid, owed, streaming, held, fractions, unnoticed]
    });
    let [opening, received, paid, owed, streaming, held, fractions, unnoticed] =
        BalanceLine::AMOUNTS;
    let [contract, token, at] = ["contract", "token", "token_address"];
    let headings =
        [contract, token, at, opening, received, paid, owed, streaming, held, fractions, unnoticed];
    sheet(headings, rows)
}

fn findings(statement: &Statement) -> io::Result<Vec<u8>> {
    let rows = statement.findings.iter().cloned();
    let rows = rows.map(|one| [one.when, one.what, one.expected, one.found]);
    sheet(["when", "what", "expected", "found"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_a_spreadsheet_would_compute_is_told_as_text() {
        let names = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "1,5", "GPU = leasing"];
        let rows = names.map(|name| [name.to_owned()]);
        let text = String::from_utf8(sheet(["name"], rows).unwrap()).unwrap();
        let told = "name\n'=1+1\n'+1\n'-1\n'@SUM(A1)\n'\t=1\n\"1,5\"\nGPU = leasing\n";
        assert_eq!(text, told);
    }
}
