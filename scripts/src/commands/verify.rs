//! `tributary verify`: rebuilds the contracts and compares them with what is on chain.

use std::path::Path;

use alloy::primitives::Address;
use comfy_table::{Table, presets};
use eyre::{Result, eyre};

use super::build;
use crate::{
    console,
    deploy::{
        record::{DIRECTORY, Record},
        terms::Terms,
        verify::{Verdict, Verification},
    },
    failure::Failure,
    session::NodeArgs,
    units::separated,
};

/// What to compare.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The contracts are built from the sources that this command was compiled from: check out the commit that \
was deployed, and run it from there. Fails unless everything is the same.

Examples:
  tributary verify --rpc-url $URL                                 # all of deployments/<chain id>.json
  tributary verify --rpc-url $URL --package vault --address 0x…   # without any record")]
pub struct Args {
    /// The contract at this address, instead of those on record
    #[arg(long, value_name = "ADDRESS", requires = "package")]
    address: Option<Address>,
    /// The package that the contract should be built from
    #[arg(long, value_name = "NAME", requires = "address")]
    package: Option<String>,
    /// Prints one JSON document
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    node: NodeArgs,
}

/// Compares, and tells.
///
/// # Errors
/// A contract is not what the sources are built to.
pub async fn run(args: Args) -> Result<()> {
    let (chain, network) = args.node.connect().await?;
    let directory = args.node.deployments(&network).unwrap_or(Path::new(DIRECTORY));
    let asked = args.asked(chain.chain_id(), directory)?;
    let mut packages: Vec<_> = asked.iter().map(|(_, package, _)| package.as_str()).collect();
    packages.sort_unstable();
    packages.dedup();
    let artifacts = tokio::task::block_in_place(|| build::contracts(&packages))?;
    let mut verified = Vec::new();
    for (name, package, address) in &asked {
        let artifact = artifacts.iter().find(|artifact| artifact.name == *package);
        let artifact = artifact.ok_or_else(|| eyre!("package {package} was not built"))?;
        verified.push((name.clone(), Verification::of(&chain, *address, artifact).await?));
    }
    if args.json {
        let one: Vec<_> = verified.iter().map(|(_, verification)| verification).collect();
        console::json(&one)?;
    } else {
        console::line(table(&verified))?;
    }
    let differing = verified.iter().filter(|(_, one)| !one.holds()).map(|(name, _)| name.as_str());
    let differing: Vec<_> = differing.collect();
    if differing.is_empty() {
        return Ok(());
    }
    let what = format!("not what these sources are built to: {}", differing.join(", "));
    Err(Failure::Unwell(what).into())
}

impl Args {
    /// Name, package and address of each contract.
    fn asked(&self, chain_id: u64, directory: &Path) -> Result<Vec<(String, String, Address)>> {
        if let (Some(address), Some(package)) = (self.address, &self.package) {
            return Ok(vec![(package.clone(), package.clone(), address)]);
        }
        let record = Record::load(directory, chain_id)?;
        let place = Record::path(directory, chain_id);
        let record = record.ok_or_else(|| {
            let place = place.display();
            Failure::usage(format!(
                "there is no {place}; give --package and --address, or --deployments"
            ))
        })?;
        let ours = record.contracts.into_iter().filter(|(_, contract)| !contract.external);
        let asked = ours.map(|(role, contract)| {
            let package = Terms::package(&role).to_owned();
            (role, package, contract.address)
        });
        Ok(asked.collect())
    }
}

fn table(verified: &[(String, Verification)]) -> Table {
    let mut table = Table::new();
    let headings = ["contract", "address", "code hash", "code bytes", "fragments", ""];
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(headings);
    for (name, one) in verified {
        table.add_row([
            name.clone(),
            one.address.to_string(),
            one.code_hash.map_or_else(|| "none".to_owned(), |hash| hash.to_string()),
            separated(&one.code_bytes.to_string()),
            one.fragments.len().to_string(),
            told(one.verdict).to_owned(),
        ]);
    }
    table
}

const fn told(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same => "the same, byte by byte",
        Verdict::SameWasm => "the same WASM, compressed otherwise",
        Verdict::Differs => "DIFFERS",
        Verdict::NoProgram => "NO PROGRAM",
    }
}
