//! What the splitter is set up to do, as pages: its sources, its policies.

use std::fmt;

use clap::Args;
use eyre::Result;
use serde::Serialize;

use crate::{
    session::{Catalog, Inquiry, PolicyLine, ShareLine, Site, SourceLine, label, table},
    units::percent,
};

/// Arguments of `source list`: none.
#[derive(Debug, Args)]
pub struct ListSources {}

/// The sources, and what those follow that have no policy of their own.
#[derive(Debug, Serialize)]
pub struct Sources {
    sources: Vec<SourceLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<ShareLine>,
    /// For their names.
    #[serde(skip)]
    policies: Vec<PolicyLine>,
}

impl Inquiry for ListSources {
    type Page = Sources;

    async fn read(&self, site: &Site) -> Result<Sources> {
        let Catalog { policies, sources, share } = Catalog::read(site).await?;
        Ok(Sources { sources, share, policies })
    }
}

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.sources.iter().map(|one| {
            let policy = self.policies.iter().find(|policy| policy.id == one.policy);
            let policy = policy.map(|policy| policy.name.clone()).unwrap_or_default();
            let follows = if one.follows_share { ", as the stakers' share" } else { "" };
            let number = format!("{}{follows}", one.policy);
            [one.label.clone(), one.name.clone(), number, policy]
        });
        let headings = ["source", "name", "policy", "which is called"];
        write!(f, "{}", table(&headings, lines))?;
        match &self.share {
            Some(share) => write!(f, "\n\nStakers' share: {share}"),
            None => write!(f, "\n\nNobody may set the stakers' share (`tributary share terms`)."),
        }
    }
}

/// Arguments of `policy list`: none.
#[derive(Debug, Args)]
pub struct ListPolicies {}

/// The policies.
#[derive(Debug, Serialize)]
pub struct Policies {
    policies: Vec<PolicyLine>,
}

impl Inquiry for ListPolicies {
    type Page = Policies;

    async fn read(&self, site: &Site) -> Result<Policies> {
        Ok(Policies { policies: Catalog::read(site).await?.policies })
    }
}

impl fmt::Display for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headings = ["policy", "name", "payee", "address", "share", "kind", "tag"];
        write!(f, "{}", table(&headings, self.policies.iter().flat_map(lines)))
    }
}

/// A line for each payee; number and name stand in the first.
fn lines(policy: &PolicyLine) -> Vec<[String; 7]> {
    let payees = policy.payees.iter().enumerate().map(|(index, payee)| {
        let shown = |text: String| if index == 0 { text } else { String::new() };
        [
            shown(policy.id.to_string()),
            shown(policy.name.clone()),
            index.to_string(),
            payee.address.to_string(),
            percent(payee.bps.into()),
            format!("{:?}", payee.kind).to_lowercase(),
            if payee.tag.is_zero() { String::new() } else { label(payee.tag) },
        ]
    });
    payees.collect()
}
