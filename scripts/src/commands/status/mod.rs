//! `tributary status`: one page that tells an engineer whether all is well.
//!
//! It reads what runs (programs), who may do what (roles), how far the books are, what is owed, and
//! whether the contracts hold what their books say. Whatever is not as it should be is listed as a finding,
//! and ends the command with its own exit code.

mod money;
mod program;
mod roles;

use std::fmt;

use clap::Args;
use eyre::Result;
use serde::Serialize;

use self::{money::Money, program::ProgramLine, roles::RoleLine};
use crate::{
    failure::Failure,
    session::{Inquiry, Site, table},
    units::date,
};

/// Weeks that nobody touched the vault, above which somebody should: each makes the next call dearer.
const WEEKS_BEHIND: u64 = 4;
/// Seconds of a week.
const WEEK: u64 = 604_800;

/// Arguments of `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Builds the contracts, and compares what is on chain with that
    #[arg(long)]
    build: bool,
}

/// Everything.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    chain_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
    /// Unix time of the latest block.
    time: u64,
    programs: Vec<ProgramLine>,
    roles: Vec<RoleLine>,
    /// Unix time up to which the vault's books are written.
    last_checkpoint: u64,
    weeks_behind: u64,
    money: Money,
    /// What is not as it should be.
    findings: Vec<String>,
}

impl Inquiry for Status {
    type Page = Page;

    async fn read(&self, site: &Site) -> Result<Page> {
        let (vault, time) = (site.vault()?, site.now().await?);
        let last_checkpoint = vault.lastCheckpoint().call().await?.saturating_to();
        let mut page = Page {
            chain_id: site.chain.chain_id(),
            platform: site.book.platform.clone(),
            time,
            programs: program::read(site, self.build).await?,
            roles: roles::read(site).await?,
            last_checkpoint,
            weeks_behind: (time / WEEK).saturating_sub(last_checkpoint / WEEK),
            money: money::read(site).await?,
            findings: Vec::new(),
        };
        page.findings = page.examine();
        Ok(page)
    }

    fn judge(&self, page: &Page) -> Result<()> {
        match page.findings.as_slice() {
            [] => Ok(()),
            [only] => Err(Failure::Unwell(only.clone()).into()),
            all => Err(Failure::Unwell(format!("{} findings, see above", all.len())).into()),
        }
    }
}

impl Page {
    fn examine(&self) -> Vec<String> {
        let programs = self.programs.iter().flat_map(ProgramLine::findings);
        let roles = self.roles.iter().filter_map(RoleLine::finding);
        let behind = (self.weeks_behind > WEEKS_BEHIND).then(|| {
            let weeks = self.weeks_behind;
            format!("nobody has touched the vault for {weeks} weeks: run `tributary keeper --once`")
        });
        programs.chain(roles).chain(behind).chain(self.money.findings()).collect()
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let platform = self.platform.as_deref().unwrap_or("a platform");
        writeln!(f, "{platform} on chain {}, {}\n", self.chain_id, date(self.time))?;
        let lines = self.programs.iter().map(ProgramLine::cells);
        let headings = ["contract", "address", "version", "expires in", "cached", "code"];
        writeln!(f, "Programs\n{}\n", table(&headings, lines))?;
        let lines = self.roles.iter().map(RoleLine::cells);
        let headings = ["contract", "owner", "offered to", "guardian", "entering"];
        writeln!(f, "Roles\n{}\n", table(&headings, lines))?;
        writeln!(f, "{}\n", self.money)?;
        let (weeks, last) = (self.weeks_behind, date(self.last_checkpoint));
        writeln!(f, "The vault's books are written up to {last}, {weeks} weeks behind.\n")?;
        if self.findings.is_empty() {
            return write!(f, "All is well.");
        }
        write!(f, "Findings")?;
        self.findings.iter().try_for_each(|finding| write!(f, "\n  - {finding}"))
    }
}
