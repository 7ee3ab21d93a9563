//! Pages: what commands that only read have to show, for people and as JSON.

use std::fmt::Display;

use alloy::primitives::{Address, U256};
use comfy_table::{Table, presets};
use eyre::Result;
use serde::Serialize;

use super::{Site, SiteArgs, Token};
use crate::{console, units::checksummed};

/// A command that only reads.
pub trait Inquiry {
    /// What it shows.
    type Page: Serialize + Display;

    /// Reads what it shows.
    ///
    /// # Errors
    /// The node does not answer, or something is not there.
    fn read(&self, site: &Site) -> impl Future<Output = Result<Self::Page>>;

    /// What is wrong with what was read, if showing it does not say it all.
    ///
    /// # Errors
    /// What is wrong.
    fn judge(&self, _page: &Self::Page) -> Result<()> {
        Ok(())
    }
}

/// An inquiry and the site it asks, as one command's arguments.
#[derive(Debug, clap::Args)]
pub struct Asking<I: Inquiry + clap::Args> {
    #[command(flatten)]
    inquiry: I,
    #[command(flatten)]
    site: SiteArgs,
}

impl<I: Inquiry + clap::Args> Asking<I> {
    /// Reads and shows.
    ///
    /// # Errors
    /// It could not be read, or something is wrong with it.
    pub async fn run(&self) -> Result<()> {
        let site = self.site.open().await?;
        let page = self.inquiry.read(&site).await?;
        if site.json {
            console::json(&page)?;
        } else {
            console::line(&page)?;
        }
        self.inquiry.judge(&page)
    }
}

/// An amount of a token: exact for programs, readable for people.
#[derive(Clone, Debug, Serialize)]
pub struct Sum {
    /// In the smallest unit.
    pub amount: String,
    /// The token's ticker.
    pub symbol: String,
    /// The token.
    #[serde(serialize_with = "checksummed")]
    pub token: Address,
    /// What the token does not tell of itself, if there is anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// For people.
    #[serde(skip)]
    pub shown: String,
}

impl Token {
    /// `amount` of this token.
    #[must_use]
    pub fn sum(&self, amount: U256) -> Sum {
        Sum {
            amount: amount.to_string(),
            symbol: self.symbol.clone(),
            token: self.address,
            note: self.note(),
            shown: self.show(amount),
        }
    }
}

/// A table as all pages have it.
pub fn table<const N: usize>(
    headings: &[&str; N],
    lines: impl IntoIterator<Item = [String; N]>,
) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(headings);
    table.add_rows(lines);
    table
}
