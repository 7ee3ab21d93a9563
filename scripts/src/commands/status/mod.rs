//! `tributary status`: one page that tells an engineer whether all is well.
//!
//! It reads what runs (programs), who may do what (roles), how far the books are, what is owed, and
//! whether the contracts hold what their books say. Whatever is not as it should be is listed as a finding,
//! and ends the command with its own exit code.

mod arrivals;
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
    keeper::duty::weeks_behind,
    session::{Inquiry, ShareLine, Site, table},
    units::date,
};

/// Weeks that nobody touched the vault, above which somebody should: each makes the next call dearer.
const WEEKS_BEHIND: u64 = 4;

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
    /// What the contracts say; nothing if one of them does not run.
    #[serde(flatten)]
    told: Option<Told>,
    /// What is not as it should be, each with what mends it.
    findings: Vec<String>,
    /// What is worth a look, though nothing may be wrong.
    notes: Vec<String>,
}

/// What the contracts say.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    roles: Vec<RoleLine>,
    /// Unix time up to which the vault's books are written.
    last_checkpoint: u64,
    weeks_behind: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stakers_share: Option<ShareLine>,
    money: Money,
}

impl Inquiry for Status {
    type Page = Page;

    async fn read(&self, site: &Site) -> Result<Page> {
        let programs = program::read(site, self.build).await?;
        let time = site.now().await?;
        let mut findings: Vec<_> = programs.iter().flat_map(ProgramLine::findings).collect();
        let told = match Told::read(site).await {
            Ok(told) => Some(told),
            // What does not run cannot be asked; the programs say which it is.
            Err(_) if !findings.is_empty() => None,
            Err(error) => return Err(error),
        };
        findings.extend(told.iter().flat_map(Told::findings));
        let notes = told.iter().flat_map(|told| told.money.notes()).collect();
        let (chain_id, platform) = (site.chain.chain_id(), site.book.platform.clone());
        Ok(Page { chain_id, platform, time, programs, told, findings, notes })
    }

    fn judge(&self, page: &Page) -> Result<()> {
        match page.findings.as_slice() {
            [] => Ok(()),
            [only] => Err(Failure::Unwell(only.clone()).into()),
            all => Err(Failure::Unwell(format!("{} findings, see above", all.len())).into()),
        }
    }
}

impl Told {
    async fn read(site: &Site) -> Result<Self> {
        let last_checkpoint = site.vault()?.lastCheckpoint().call().await?.saturating_to();
        Ok(Self {
            roles: roles::read(site).await?,
            last_checkpoint,
            weeks_behind: weeks_behind(site).await?,
            money: money::read(site).await?,
            stakers_share: ShareLine::read(site).await?,
        })
    }

    fn findings(&self) -> Vec<String> {
        let roles = self.roles.iter().filter_map(RoleLine::finding);
        let behind = (self.weeks_behind > WEEKS_BEHIND).then(|| {
            let weeks = self.weeks_behind;
            format!(
                "nobody has touched the vault for {weeks} weeks: run `tributary keeper --once --broadcast`"
            )
        });
        roles.chain(behind).chain(self.money.findings()).collect()
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.roles.iter().map(RoleLine::cells);
        let headings = ["contract", "owner", "offered to", "guardian", "entering"];
        writeln!(f, "Roles\n{}\n", table(&headings, lines))?;
        writeln!(f, "{}\n", self.money)?;
        if let Some(share) = &self.stakers_share {
            writeln!(f, "Stakers' share: {share}.\n")?;
        }
        let (weeks, last) = (self.weeks_behind, date(self.last_checkpoint));
        writeln!(f, "The vault's books are written up to {last}, {weeks} weeks behind.\n")
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let platform = self.platform.as_deref().unwrap_or("a platform");
        writeln!(f, "{platform} on chain {}, {}\n", self.chain_id, date(self.time))?;
        let lines = self.programs.iter().map(ProgramLine::cells);
        let headings = ["contract", "address", "version", "expires in", "cached", "code"];
        writeln!(f, "Programs\n{}\n", table(&headings, lines))?;
        self.told.iter().try_for_each(|told| write!(f, "{told}"))?;
        let lists = [("Findings", &self.findings), ("Notes", &self.notes)];
        let lists = lists.iter().filter(|(_, lines)| !lines.is_empty());
        let lists =
            lists.map(|(heading, lines)| format!("{heading}\n  - {}", lines.join("\n  - ")));
        let verdict = match (self.findings.as_slice(), self.notes.as_slice()) {
            ([], []) => Some("All is well.".to_owned()),
            ([], _) => Some("Nothing is found wrong; the notes are worth a look.".to_owned()),
            _ => None,
        };
        write!(f, "{}", lists.chain(verdict).collect::<Vec<_>>().join("\n\n"))
    }
}
