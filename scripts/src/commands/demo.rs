//! `tributary demo`: the main job, end to end, on real WASM.
//!
//! Every platform gets a chain of its own, so that its figures do not depend on which others are played,
//! and all are played at once.

use std::{collections::BTreeMap, sync::Arc};

use alloy::{
    primitives::{Address, U256},
    signers::local::PrivateKeySigner,
};
use artifact::Artifact;
use devnode::{Account, Config, Node};
use eyre::{Result, WrapErr, bail, eyre};
use model::WEEK;

use super::{build, devnode::funded};
use crate::{
    abi::IToken,
    chain::Chain,
    console,
    ledger::{Contracts, History, Node as Reader, Observation, Origin, Subject, reconcile},
    platform::{PRESETS, Platform, load},
    progress::{Job, Progress},
    report::{Document, PlatformReport, Play, gather, tables},
    scenario::{
        self, Step,
        cast::{Cast, HOLDERS, key_of},
        play::Player,
    },
    system::{Deployer, PACKAGES, Stablecoin, System},
};

/// The first second of the play: 1 January 2026, the beginning of a week.
const START: u64 = 2_922 * WEEK;
/// How long before it the contracts are deployed.
const HOUR: u64 = 3_600;
/// Gas limit of every transaction: what a block takes, near enough.
const GAS_LIMIT: u64 = 25_000_000;
/// The demo's dollar.
const STABLECOIN: Stablecoin = Stablecoin {
    name: "Demo Dollar",
    symbol: "USDD",
    decimals: 6,
    supply: U256::from_limbs([1_000_000_000_000_000, 0, 0, 0]),
};

/// What to play, and how to tell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A preset (bithash, opur) or a .toml file; all presets if none is named.
    #[arg(long, value_name = "NAME", value_parser = load)]
    platform: Option<Platform>,
    /// Prints one JSON document instead of tables; amounts are decimal strings in the smallest unit.
    #[arg(long)]
    json: bool,
    /// Leaves the chains running and prints how to reach them.
    #[arg(long)]
    keep: bool,
}

/// A platform that was played, on a chain that still runs.
#[derive(Debug)]
pub struct Played {
    /// The chain; dropping it stops it.
    pub node: Node,
    /// What was played.
    pub platform: Platform,
    /// What came of it.
    pub report: PlatformReport,
}

/// Plays, audits and tells.
///
/// # Errors
/// Something failed, or does not add up.
pub async fn run(args: Args) -> Result<()> {
    let platforms = args.platform.map_or_else(presets, |platform| Ok(vec![platform]))?;
    let artifacts = tokio::task::block_in_place(|| build::contracts(&PACKAGES))?;
    let played = play_all(platforms, artifacts.into()).await?;
    let failed: Vec<_> = played
        .iter()
        .filter(|one| !one.report.reconciled)
        .map(|one| one.platform.name.clone())
        .collect();
    tell(&played, args.json)?;
    if args.keep {
        keep(&played, args.json).await?;
    }
    if !failed.is_empty() {
        bail!("the books of {} do not reconcile; see the differences above", failed.join(" and "));
    }
    Ok(())
}

fn presets() -> Result<Vec<Platform>> {
    Ok(PRESETS.iter().map(|preset| load(preset.0)).collect::<Result<_, _>>()?)
}

/// Plays `platforms`, each on a chain of its own, with the contracts of [`PACKAGES`].
///
/// # Errors
/// The first failure; books that do not reconcile are none.
pub async fn play_all(platforms: Vec<Platform>, artifacts: Arc<[Artifact]>) -> Result<Vec<Played>> {
    let progress = Progress::default();
    let plays: Vec<_> = platforms
        .into_iter()
        .map(|platform| {
            let (progress, artifacts) = (progress.clone(), artifacts.clone());
            tokio::spawn(async move { play(platform, &artifacts, &progress).await })
        })
        .collect();
    let mut played = Vec::new();
    for play in plays {
        played.push(play.await??);
    }
    Ok(played)
}

async fn play(platform: Platform, artifacts: &[Artifact], progress: &Progress) -> Result<Played> {
    let name = platform.name.clone();
    let plan = scenario::write(&platform);
    let job = progress.job(&name, plan.steps.len() as u64);
    let cast = Cast::derive(operator()?)?;
    let node = start_node(&cast).await?;
    let chain = Chain::connect(&node.url()).await?.with_gas_limit(GAS_LIMIT);
    let report = async {
        job.say("deploying");
        chain.set_time(START - HOUR);
        let system = deploy(&chain, &cast, &platform, artifacts).await?;
        let player = Player { chain: &chain, system: &system, cast: &cast, start: START };
        player.prepare().await?;
        let seen = player.play(&plan, |step| tell_step(&job, step)).await?;
        job.say("auditing");
        audit(&chain, &system, &cast, &seen).await
    };
    let report = report.await.wrap_err(name)?;
    job.done(if report.reconciled { "reconciled" } else { "NOT reconciled" });
    Ok(Played { node, platform, report })
}

/// The first of Anvil's accounts: Nitro's own has a history on a real development chain.
fn operator() -> Result<PrivateKeySigner> {
    let accounts = devnode::well_known_accounts();
    let anvil = accounts.get(1).ok_or_else(|| eyre!("the node knows no second account"))?;
    Ok(PrivateKeySigner::from_bytes(&anvil.private_key)?)
}

async fn start_node(cast: &Cast) -> Result<Node> {
    let account =
        |key: &PrivateKeySigner| Account { address: key.address(), private_key: key.to_bytes() };
    let mut accounts = devnode::well_known_accounts();
    accounts.extend(cast.supporting().map(account));
    let timestamp = Some(START - 2 * HOUR);
    let config = Config { port: 0, accounts, timestamp, ..Config::default() };
    Node::start(config).await.wrap_err("the node does not start")
}

async fn deploy(
    chain: &Chain,
    cast: &Cast,
    platform: &Platform,
    artifacts: &[Artifact],
) -> Result<System> {
    let roles = platform.roles().into_iter();
    let roles = roles.map(|role| Ok((role.clone(), key_of(&role)?.address())));
    let (owner, guardian) = (&cast.operator, cast.guardian.address());
    let deployer = Deployer { chain, owner, guardian, artifacts };
    deployer.deploy(platform, STABLECOIN, roles.collect::<Result<_>>()?).await
}

fn tell_step(job: &Job, step: &Step) {
    let week = step.at / WEEK + 1;
    job.say(&if week <= 13 {
        format!("week {week} of 13")
    } else {
        format!("leaving, week {week}")
    });
    job.step();
}

async fn audit(
    chain: &Chain,
    system: &System,
    cast: &Cast,
    seen: &[Observation],
) -> Result<PlatformReport> {
    let contracts = Contracts { vault: system.vault(), splitter: system.splitter() };
    let subject = Subject {
        contracts,
        asset: system.address("token"),
        tokens: tokens(chain, system).await?,
        accounts: names(system, cast),
        sources: system.platform.sources.iter().map(|one| (one.key(), one.name.clone())).collect(),
    };
    let first = system.contracts.iter().map(|contract| contract.block).min().unwrap_or_default();
    let origin = Origin { chain_id: chain.chain_id(), contracts, asset: subject.asset, first };
    let (node, last) =
        (Reader::new(chain.provider().clone()), seen.last().map_or(0, |one| one.block));
    let mut history = History::open(&node, origin, None).await?;
    history.sync(&node, last, |_| {}).await?;
    let verdict = reconcile(history.entries(last)?, seen, &subject)?;
    Ok(gather(&Play {
        chain_id: chain.chain_id(),
        system,
        cast,
        subject: &subject,
        seen,
        verdict: &verdict,
        gas: chain.gas_book().summary(),
    }))
}

async fn tokens(chain: &Chain, system: &System) -> Result<BTreeMap<Address, (String, u8)>> {
    let mut tokens = BTreeMap::new();
    for address in system.tokens() {
        let token = IToken::new(address, chain.provider());
        tokens.insert(address, (token.symbol().call().await?, token.decimals().call().await?));
    }
    Ok(tokens)
}

fn names(system: &System, cast: &Cast) -> BTreeMap<Address, String> {
    let holders = HOLDERS.iter().zip(&cast.holders);
    let holders = holders.map(|(holder, key)| (key.address(), holder.name.to_owned()));
    let contracts = system.contracts.iter().map(|one| (one.address, one.name.clone()));
    let roles = system.roles.iter().map(|(role, address)| (*address, role.clone()));
    holders.chain(contracts).chain(roles).collect()
}

/// Prints the reports.
fn tell(played: &[Played], json: bool) -> Result<()> {
    let reports = played.iter().map(|one| &one.report);
    if json {
        let document = Document { platforms: reports.collect() };
        console::json(&document)?;
        return Ok(());
    }
    console::line(tables::cast())?;
    for one in played {
        console::line(tables::show(&one.report, &one.platform))?;
    }
    for report in reports {
        console::line(tables::verdict(report))?;
    }
    Ok(())
}

/// Says how to reach the chains, and waits for ctrl-c.
async fn keep(played: &[Played], json: bool) -> Result<()> {
    for one in played {
        let text = format!("\n{}\n{}", one.platform.token.name, funded(&one.node));
        if json { eprint!("{text}") } else { print!("{text}") }
    }
    eprintln!("\nRunning until ctrl-c.");
    tokio::signal::ctrl_c().await?;
    Ok(())
}
