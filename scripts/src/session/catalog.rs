//! What the splitter is set up to do: its policies and sources, read from the chain.

use std::fmt;

use alloy::primitives::{Address, B256, U256, hex};
use eyre::Result;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::{Site, decode::text_of};
use crate::{
    deploy::terms::FOLLOWS_SHARE,
    failure::Failure,
    platform::{STAKERS_SHARE, text_word},
    units::{checksummed, percent},
};

/// What a payee is to the splitter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Kind {
    /// Paid by `release`.
    Account = 0,
    /// A vault, told by `notifyRevenue`.
    Stream = 1,
    /// Another splitter, where it is revenue of the source that the payee's tag names.
    Splitter = 2,
    /// Out of circulation.
    Burn = 3,
}

impl Kind {
    /// By the splitter's number.
    pub(super) const fn of(number: u8) -> Self {
        match number {
            1 => Self::Stream,
            2 => Self::Splitter,
            3 => Self::Burn,
            _ => Self::Account,
        }
    }
}

/// One payee of a policy.
#[derive(Clone, Debug, Serialize)]
pub struct PayeeLine {
    /// Who.
    #[serde(serialize_with = "checksummed")]
    pub address: Address,
    /// Its part in basis points.
    pub bps: u32,
    /// What it is.
    pub kind: Kind,
    /// The source under which another splitter takes it.
    #[serde(skip_serializing_if = "B256::is_zero")]
    pub tag: B256,
}

/// One policy.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyLine {
    /// Counted from 1.
    pub id: u64,
    /// What people read.
    pub name: String,
    /// Who gets how much.
    pub payees: Vec<PayeeLine>,
}

/// One source of revenue.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceLine {
    /// As it stands on chain.
    pub id: B256,
    /// The same as text; `unattributed` for zero.
    pub label: String,
    /// What people read.
    pub name: String,
    /// The policy that divides it now.
    pub policy: u64,
    /// Whether that changes with the stakers' share.
    pub follows_share: bool,
}

/// The stakers' share, which somebody may set within bounds.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ShareLine {
    /// Who may set it; zero for nobody.
    #[serde(serialize_with = "checksummed")]
    pub setter: Address,
    /// What it is now, in basis points.
    pub bps: u64,
    /// The least that it can be set to.
    pub min_bps: u64,
    /// The most that it can be set to.
    pub max_bps: u64,
    /// The policy that divides now what follows it.
    pub policy: u64,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// In the order of their numbers.
    pub policies: Vec<PolicyLine>,
    /// In the order in which they were added.
    pub sources: Vec<SourceLine>,
    /// The stakers' share, if the owner lets it be set.
    pub share: Option<ShareLine>,
}

/// Questions that a node is asked at once.
pub const AT_ONCE: usize = 16;
/// How the source of revenue without a label is written.
const UNATTRIBUTED: &str = "unattributed";

/// A source's id as text: its label, `unattributed`, or hex.
#[must_use]
pub fn label(id: B256) -> String {
    if id.is_zero() {
        return UNATTRIBUTED.to_owned();
    }
    text_of(id).unwrap_or_else(|| hex::encode_prefixed(id))
}

/// The id that an operator means by `text`: 32 bytes of hex, `unattributed`, or a label.
#[must_use]
pub fn source_id(text: &str) -> B256 {
    match text.parse() {
        _ if text == UNATTRIBUTED => B256::ZERO,
        Ok(id) if text.len() == 66 => id,
        _ => text_word(text),
    }
}

impl Catalog {
    /// Reads it from the splitter of `site`.
    ///
    /// # Errors
    /// Nobody said where the splitter is, or the node does not answer.
    pub async fn read(site: &Site) -> Result<Self> {
        let policies = policies(site).await?;
        let share = ShareLine::read(site).await?;
        let sources = sources(site, share.as_ref()).await?;
        Ok(Self { policies, sources, share })
    }

    /// The number on chain of the policy that is meant by `text`: its number, its name, or
    /// `stakers-share`.
    ///
    /// # Errors
    /// There is none, or more than one of that name.
    pub fn policy_id(&self, text: &str) -> Result<U256> {
        if text == STAKERS_SHARE {
            Ok(FOLLOWS_SHARE)
        } else {
            Ok(U256::from(self.policy(text)?.id))
        }
    }

    /// The policy that is meant by `text`, its number or its name.
    ///
    /// # Errors
    /// There is none, or more than one of that name.
    pub fn policy(&self, text: &str) -> Result<&PolicyLine> {
        if let Some(found) = self.policies.iter().find(|one| one.id.to_string() == text) {
            return Ok(found);
        }
        let mut named = self.policies.iter().filter(|one| one.name == text);
        match (named.next(), named.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => {
                Err(Failure::usage(format!("several policies are called {text:?}; give a number")))
            }
            (None, _) => {
                let known = self.policies.iter().map(|one| format!("{} ({:?})", one.id, one.name));
                let known = known.collect::<Vec<_>>().join(", ");
                Err(Failure::usage(format!("there is no policy {text:?}; there are {known}")))
            }
        }
    }

    /// The policy that divides now what comes from `source`.
    ///
    /// # Errors
    /// There is none, which cannot be.
    pub fn policy_of(&self, source: &SourceLine) -> Result<&PolicyLine> {
        self.policy(&source.policy.to_string())
    }

    /// The source that is meant by `text`: its label, its id in hex, or its name.
    ///
    /// # Errors
    /// There is none.
    pub fn source(&self, text: &str) -> Result<&SourceLine> {
        let id = source_id(text);
        let found = self.sources.iter().find(|one| one.id == id || one.name == text);
        found.ok_or_else(|| {
            let known = self.sources.iter().map(|one| one.label.as_str()).collect::<Vec<_>>();
            Failure::usage(format!("there is no source {text:?}; there are {}", known.join(", ")))
        })
    }
}

async fn policies(site: &Site) -> Result<Vec<PolicyLine>> {
    let count: u64 = site.splitter()?.policyCount().call().await?.saturating_to();
    let policies = (1..=count).map(|id| PolicyLine::read(site, id));
    stream::iter(policies).buffered(AT_ONCE).try_collect().await
}

async fn sources(site: &Site, share: Option<&ShareLine>) -> Result<Vec<SourceLine>> {
    let splitter = site.splitter()?;
    let count: u64 = splitter.sourceCount().call().await?.saturating_to();
    let mut sources = Vec::new();
    for index in 0..count {
        let id = splitter.sourceAt(U256::from(index)).call().await?;
        let info = splitter.sourceInfo(id).call().await?;
        let follows_share = info.policyId == FOLLOWS_SHARE;
        let shared = share.map(|share| share.policy).filter(|_| follows_share);
        sources.push(SourceLine {
            id,
            label: label(id),
            name: text_of(info.name).unwrap_or_default(),
            policy: shared.unwrap_or_else(|| info.policyId.saturating_to()),
            follows_share,
        });
    }
    Ok(sources)
}

impl PolicyLine {
    /// Reads policy number `id` from the splitter of `site`.
    ///
    /// # Errors
    /// There is none, nobody said where the splitter is, or the node does not answer.
    pub async fn read(site: &Site, id: u64) -> Result<Self> {
        let found = site.splitter()?.policy(U256::from(id)).call().await?;
        let rest = found.bps.iter().zip(&found.kinds).zip(&found.tags);
        let payees = found.payees.iter().zip(rest).map(|(address, ((bps, kind), tag))| PayeeLine {
            address: *address,
            bps: *bps,
            kind: Kind::of(*kind),
            tag: *tag,
        });
        let name = text_of(found.name).unwrap_or_default();
        Ok(Self { id, name, payees: payees.collect() })
    }
}

impl ShareLine {
    /// Reads it from the splitter of `site`; nothing if the owner lets nobody set it.
    ///
    /// # Errors
    /// Nobody said where the splitter is, or the node does not answer.
    pub async fn read(site: &Site) -> Result<Option<Self>> {
        let found = site.splitter()?.stakersShare().call().await?;
        Ok((!found.policyId.is_zero()).then(|| Self {
            setter: found.setter,
            bps: found.bps.saturating_to(),
            min_bps: found.minBps.saturating_to(),
            max_bps: found.maxBps.saturating_to(),
            policy: found.policyId.saturating_to(),
        }))
    }
}

impl fmt::Display for ShareLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [now, least, most] = [self.bps, self.min_bps, self.max_bps].map(percent);
        let setter = if self.setter.is_zero() {
            "the owner alone".to_owned()
        } else {
            self.setter.to_string()
        };
        write!(f, "{now} by policy {}; {setter} may set it from {least} to {most}", self.policy)
    }
}
