//! What runs: whether the chain executes it, for how long, and whether it is what was built.

use alloy::{
    primitives::{Address, B256, keccak256},
    providers::Provider,
};
use artifact::Artifact;
use eyre::Result;
use serde::Serialize;

use crate::{
    abi::{ArbWasm, ArbWasmCache},
    chain::refusal,
    commands::build,
    deploy::{activation::ARB_WASM, on_chain::OnChain},
    keeper::duty::{ARB_WASM_CACHE, PROGRAM},
    session::{Entry, Site},
    system::PACKAGES,
};

/// A program that expires within so many days should be renewed.
const DAYS_LEFT: u64 = 30;
const DAY: u64 = 86_400;

/// One contract.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProgramLine {
    name: String,
    address: Address,
    code_hash: B256,
    /// What of its code can be said against a record and a build.
    code: Vec<Code>,
    #[serde(flatten)]
    state: State,
}

/// What is known of a contract's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Code {
    Absent,
    AsRecorded,
    NotAsRecorded,
    AsBuilt,
    NotAsBuilt,
}

/// Whether the chain executes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase", tag = "state")]
enum State {
    /// A contract of the EVM, which never expires, or nothing at all.
    Other,
    #[serde(rename_all = "camelCase")]
    Active { version: u16, current_version: u16, days_left: u64, cached: bool },
    #[serde(rename_all = "camelCase")]
    Inactive { reason: String },
}

/// Reads all contracts of the book.
pub(super) async fn read(site: &Site, build: bool) -> Result<Vec<ProgramLine>> {
    let artifacts = if build {
        tokio::task::block_in_place(|| build::contracts(&PACKAGES))?
    } else {
        Vec::new()
    };
    let mut lines = Vec::new();
    for (name, entry) in &site.book.contracts {
        lines.push(line(site, name, entry, &artifacts).await?);
    }
    Ok(lines)
}

async fn line(
    site: &Site,
    name: &str,
    entry: &Entry,
    artifacts: &[Artifact],
) -> Result<ProgramLine> {
    let code = site.chain.provider().get_code_at(entry.address).await?;
    let code_hash = keccak256(&code);
    let recorded = entry.code_hash.map(|recorded| match recorded == code_hash {
        true => Code::AsRecorded,
        false => Code::NotAsRecorded,
    });
    let is_program = code.starts_with(&PROGRAM);
    let artifact = artifacts.iter().find(|artifact| is_program && artifact.name == package(name));
    let built = match artifact {
        Some(artifact) => Some(compare(site, entry.address, artifact).await?),
        None => None,
    };
    let absent = code.is_empty().then_some(Code::Absent);
    Ok(ProgramLine {
        name: name.to_owned(),
        address: entry.address,
        code_hash,
        code: [absent, recorded, built].into_iter().flatten().collect(),
        state: if is_program { state(site, entry.address, code_hash).await } else { State::Other },
    })
}

/// Every token of ours is made by the same package.
fn package(name: &str) -> &str {
    if name == "stablecoin" { "token" } else { name }
}

/// Compares what runs, whatever accounts it is spread over.
async fn compare(site: &Site, at: Address, artifact: &Artifact) -> Result<Code> {
    let found = OnChain::read(site.chain.provider(), at).await?.wasm()?;
    Ok(if found == artifact.wasm { Code::AsBuilt } else { Code::NotAsBuilt })
}

async fn state(site: &Site, at: Address, code_hash: B256) -> State {
    match activity(site, at, code_hash).await {
        Ok(active) => active,
        Err(error) => {
            let reason =
                error.as_revert_data().map_or_else(|| error.to_string(), |data| refusal(&data));
            State::Inactive { reason }
        }
    }
}

async fn activity(
    site: &Site,
    at: Address,
    code_hash: B256,
) -> Result<State, alloy::contract::Error> {
    let wasm = ArbWasm::new(ARB_WASM, site.chain.provider());
    let cache = ArbWasmCache::new(ARB_WASM_CACHE, site.chain.provider());
    Ok(State::Active {
        version: wasm.codehashVersion(code_hash).call().await?,
        current_version: wasm.stylusVersion().call().await?,
        days_left: wasm.programTimeLeft(at).call().await? / DAY,
        cached: cache.codehashIsCached(code_hash).call().await?,
    })
}

impl ProgramLine {
    pub(super) fn findings(&self) -> Vec<String> {
        let name = &self.name;
        let mut findings = Vec::new();
        for code in &self.code {
            findings.extend(match code {
                Code::Absent => Some(format!("{name}: there is no contract at {}", self.address)),
                Code::NotAsRecorded => {
                    Some(format!("{name}: its code is not the one that was deployed"))
                }
                Code::NotAsBuilt => {
                    Some(format!("{name}: its code is not what this source builds"))
                }
                Code::AsRecorded | Code::AsBuilt => None,
            });
        }
        match &self.state {
            State::Inactive { reason } => findings.push(format!("{name} does not run: {reason}")),
            State::Active { days_left, .. } if *days_left < DAYS_LEFT => {
                findings.push(format!(
                    "{name} expires in {days_left} days: run `tributary keeper --once --broadcast`"
                ));
            }
            State::Active { .. } | State::Other => {}
        }
        findings
    }

    pub(super) fn cells(&self) -> [String; 6] {
        let (version, expiry, cached) = match &self.state {
            State::Other => ("EVM".to_owned(), "never".to_owned(), String::new()),
            State::Inactive { .. } => ("inactive".to_owned(), String::new(), String::new()),
            State::Active { version, current_version, days_left, cached } => (
                format!("{version} of {current_version}"),
                format!("{days_left} days"),
                if *cached { "yes" } else { "no" }.to_owned(),
            ),
        };
        let code = self.code.iter().map(|code| match code {
            Code::Absent => "ABSENT",
            Code::AsRecorded => "as recorded",
            Code::NotAsRecorded => "NOT AS RECORDED",
            Code::AsBuilt => "as built",
            Code::NotAsBuilt => "NOT AS BUILT",
        });
        let code = code.collect::<Vec<_>>().join(", ");
        [self.name.clone(), self.address.to_string(), version, expiry, cached, code]
    }
}
