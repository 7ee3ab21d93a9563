//! Sources and policies.

use std::{fs, path::PathBuf};

use alloy::primitives::{Address, B256, address};
use clap::{Args, Subcommand};
use eyre::{Result, WrapErr};
use serde::Deserialize;

use super::lists::{ListPolicies, ListSources};
use crate::{
    abi::ISplitter,
    failure::Failure,
    platform::text_word,
    session::{Asking, Catalog, Kind, Operation, Plan, Sender, Sending, Site, source_id},
};

/// The only address that burns, so that a policy reads as what it does.
const BURN: Address = address!("0x000000000000000000000000000000000000dEaD");
/// Characters that a name has room for.
const NAME: usize = 31;

/// What can be done about sources.
#[derive(Debug, Subcommand)]
pub enum Source {
    /// Shows the sources, and which policy divides each
    List(Asking<ListSources>),
    /// Adds a source
    #[command(after_help = "Example:\n  \
        tributary source add gpu-on-demand --name \"On-demand GPU\" --policy 1 --account owner")]
    Add(Box<Sending<AddSource>>),
    /// Has what arrives from now on divided by another policy
    #[command(after_help = "Example:\n  \
        tributary source set-policy swap-fees --policy \"all to stakers\" --account owner")]
    SetPolicy(Box<Sending<SetPolicy>>),
}

impl Source {
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::List(command) => command.run().await,
            Self::Add(command) => command.run().await,
            Self::SetPolicy(command) => command.run().await,
        }
    }
}

/// What can be done about policies.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Shows the policies: who gets how much
    List(Asking<ListPolicies>),
    /// Creates a policy from a TOML file. It can never be changed; sources are pointed at another
    #[command(after_help = "Example file:\n  \
        name = \"stakers 60 / treasury 40\"\n  \
        payees = [\n    \
            { to = \"vault\", bps = 6_000 },\n    \
            { to = \"0x…\", bps = 3_000 },\n    \
            { to = \"0x…\", bps = 900, kind = \"splitter\", tag = \"from-above\" },\n    \
            { to = \"burn\", bps = 100 },\n  ]")]
    Create(Box<Sending<CreatePolicy>>),
}

impl Policy {
    pub(super) async fn run(self) -> Result<()> {
        match self {
            Self::List(command) => command.run().await,
            Self::Create(command) => command.run().await,
        }
    }
}

/// Arguments of `source add`.
#[derive(Debug, Args)]
pub struct AddSource {
    /// Its label, at most 32 ASCII characters; `unattributed` for revenue without one
    id: String,
    /// What people read, at most 31 ASCII characters
    #[arg(long)]
    name: String,
    /// The policy that divides it, by number or name; `stakers-share` for that of the stakers' share
    #[arg(long)]
    policy: String,
}

impl Operation for AddSource {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let policy_id = Catalog::read(site).await?.policy_id(&self.policy)?;
        let (source, name) = (source_id(&self.id), word(&self.name)?);
        let call = ISplitter::addSourceCall { source, name, policyId: policy_id };
        let title = format!("add source {}, divided by policy {}", self.id, self.policy);
        Ok(Plan::one(title, site.book.address("splitter")?, &call))
    }
}

/// `text` as the contracts hold it.
fn word(text: &str) -> Result<B256> {
    if text.is_empty() || text.len() > NAME || !text.is_ascii() {
        let why = format!("{text:?} is no name: 1 to {NAME} ASCII characters fit");
        return Err(Failure::usage(why));
    }
    Ok(text_word(text))
}

/// Arguments of `source set-policy`.
#[derive(Debug, Args)]
pub struct SetPolicy {
    /// The source: label, name or id
    source: String,
    /// The policy, by number or name; `stakers-share` for that of the stakers' share
    #[arg(long)]
    policy: String,
}

impl Operation for SetPolicy {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let catalog = Catalog::read(site).await?;
        let source = catalog.source(&self.source)?;
        let policy_id = catalog.policy_id(&self.policy)?;
        let call = ISplitter::setSourcePolicyCall { source: source.id, policyId: policy_id };
        let title = format!("divide {} by policy {}", source.label, self.policy);
        let plan = Plan::one(title, site.book.address("splitter")?, &call);
        let before = &source.policy;
        Ok(plan.fact(format!("what arrived until now stays divided by policy {before}")))
    }
}

/// Arguments of `policy create`.
#[derive(Debug, Args)]
pub struct CreatePolicy {
    /// The TOML file
    file: PathBuf,
}

/// A policy as its file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    name: String,
    payees: Vec<PayeeFile>,
}

/// A payee as the file has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PayeeFile {
    /// `vault`, `burn`, or an address.
    to: String,
    bps: u32,
    /// Needed for an address that is no plain account.
    kind: Option<Kind>,
    /// The source under which another splitter takes it.
    tag: Option<String>,
}

impl PayeeFile {
    fn who(&self, site: &Site) -> Result<(Address, Kind)> {
        let (address, usual) = match self.to.as_str() {
            "vault" => (site.book.address("vault")?, Kind::Stream),
            "burn" => (BURN, Kind::Burn),
            text => {
                let address = text.parse().map_err(|_| {
                    Failure::usage(format!("payee {text:?} is neither vault, burn nor an address"))
                })?;
                (address, Kind::Account)
            }
        };
        Ok((address, self.kind.unwrap_or(usual)))
    }
}

impl Operation for CreatePolicy {
    async fn plan(&self, site: &Site, _: &Sender) -> Result<Plan> {
        let shown = self.file.display();
        let text = fs::read_to_string(&self.file).wrap_err_with(|| format!("{shown}"))?;
        let policy: PolicyFile =
            toml::from_str(&text).map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
        let who: Vec<_> =
            policy.payees.iter().map(|payee| payee.who(site)).collect::<Result<_>>()?;
        let tag = |payee: &PayeeFile| payee.tag.as_deref().map(source_id).unwrap_or_default();
        let call = ISplitter::createPolicyCall {
            name: word(&policy.name)?,
            payees: who.iter().map(|(address, _)| *address).collect(),
            bps: policy.payees.iter().map(|payee| payee.bps).collect(),
            kinds: who.iter().map(|(_, kind)| *kind as u8).collect(),
            tags: policy.payees.iter().map(tag).collect(),
        };
        let title = format!("create policy {:?}", policy.name);
        Ok(Plan::one(title, site.book.address("splitter")?, &call))
    }
}
