//! `tributary report`, run as a person runs it.

mod lies;

use std::{collections::BTreeMap, fs, path::Path};

use alloy::primitives::{B256, U256};
use clap::Parser;
use eyre::{Result, eyre};
use serde_json::Value;
use tributary::{
    abi::{ISplitter, IToken, IVault},
    commands::{Cli, demo::play_all},
    deploy::arguments,
    platform::load,
};
use tributary_tests::{Case, Lab, WEEK, World, dollars, tokens};

use crate::{check, play};

pub(crate) fn cases() -> Vec<Case> {
    let of_honest_nodes = vec![
        play!(a_report_says_where_every_unit_went_and_that_it_adds_up).moving_time(),
        play!(a_report_on_a_range_counts_what_happened_in_it).moving_time(),
        play!(a_token_that_borrows_a_ticker_is_told_apart).moving_time(),
        play!(a_report_on_contracts_that_are_not_there_is_refused),
        check!(the_demo_reconciles_by_the_same_books_and_by_the_exact_model),
    ];
    [of_honest_nodes, lies::cases()].concat()
}

/// Runs the command line `tributary report` with `more`, and reads what it wrote.
async fn report(world: &World, directory: &Path, more: &[&str]) -> Result<Value> {
    run(world, world.url(), directory, more).await?;
    written(directory)
}

/// What a report wrote.
fn written(directory: &Path) -> Result<Value> {
    Ok(serde_json::from_slice(&fs::read(directory.join("out/statement.json"))?)?)
}

/// Runs the command line `tributary report` with `more`, off the node at `url`.
async fn run(world: &World, url: &str, directory: &Path, more: &[&str]) -> Result<()> {
    let (vault, splitter) = (world.system.vault(), world.system.splitter());
    let (out, cache) = (directory.join("out"), directory.join("cache"));
    let [vault, splitter] = [vault, splitter].map(|address| address.to_string());
    let [kept, cache] = [&out, &cache].map(|path| path.to_string_lossy().into_owned());
    let line = [
        ["tributary", "report", "--rpc-url", url],
        ["--vault", &vault, "--splitter", &splitter],
        ["--out", &kept, "--cache", &cache],
    ]
    .concat();
    let cli = Cli::try_parse_from(line.iter().chain(more))?;
    cli.run().await
}

/// Alice stakes and locks; a hundred dollars come, of which sixty stream to her for two weeks; after one
/// she claims.
async fn a_week(world: &World) -> Result<u64> {
    let alice = world.holder("alice", tokens(100)).await?;
    let (vault, splitter) = (world.system.vault(), world.system.splitter());
    let dollar = *world.dollar().address();
    let start = world.next_week().await?;
    let lock = IVault::depositAndLockCall { assets: tokens(100), durationWeeks: U256::from(10) };
    world.send(&alice, vault, &lock).await?;
    let allow = IToken::approveCall { spender: splitter, value: U256::MAX };
    world.send(&world.owner, dollar, &allow).await?;
    pay(world).await?;
    world.at(start + WEEK).await?;
    world.send(&alice, vault, &IVault::claimCall { tokens: vec![dollar] }).await?;
    Ok(start)
}

/// A hundred dollars for the first source, and the stakers' part of it to the vault.
async fn pay(world: &World) -> Result<()> {
    let (splitter, token) = (world.system.splitter(), *world.dollar().address());
    let deposit = ISplitter::depositCall { source: world.source(0), token, amount: dollars(100) };
    world.send(&world.owner, splitter, &deposit).await?;
    let distribute = ISplitter::distributeCall { policyId: world.policy(0), token };
    world.send(&world.owner, splitter, &distribute).await?;
    Ok(())
}

/// The line of `contract` for the dollar.
fn line<'a>(statement: &'a Value, contract: &str) -> Result<&'a Value> {
    let lines = statement["reconciliation"].as_array().into_iter().flatten();
    let mut ours = lines.filter(|line| line["contract"] == contract && line["token"] == "USDT");
    ours.next().ok_or_else(|| eyre!("no line of {contract} in {statement:#}"))
}

async fn a_report_says_where_every_unit_went_and_that_it_adds_up(world: World) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let start = a_week(&world).await?;
    world.at(start + WEEK + 1_000).await?;
    let statement = report(&world, directory.path(), &[]).await?;
    assert_eq!(statement["reconciled"], true, "{:#}", statement["findings"]);
    assert_eq!(statement["revenue"].as_array().map(Vec::len), Some(1));
    let week = &statement["revenue"][0];
    assert_eq!((&week["name"], &week["amount"]), (&"Subscriptions".into(), &"100000000".into()));
    assert_eq!(week["week"], start / WEEK);
    let split = line(&statement, "splitter")?;
    assert_eq!((&split["paid"], &split["owed"]), (&"60000000".into(), &"40000000".into()));
    // Sixty dollars in two weeks: the second has begun a thousand seconds ago.
    let streamed = line(&statement, "vault")?;
    assert_eq!(streamed["received"], "60000000");
    let number = |name: &str| -> Result<u64> { Ok(streamed[name].as_str().unwrap_or("").parse()?) };
    let parts = ["paid", "owed", "streaming", "held", "fractions"].map(number);
    assert_eq!(parts.into_iter().sum::<Result<u64>>()?, 60_000_000);
    assert!(number("fractions")? <= 1, "{streamed:#}");
    let holder = &statement["holders"][0];
    assert_eq!(holder["staked"], tokens(100).to_string());
    assert_eq!(holder["locked"], tokens(100).to_string());
    assert_eq!(holder["weight"], tokens(200).to_string());
    for name in ["revenue", "payees", "holders", "reconciliation", "findings"] {
        let path = directory.path().join("out").join(name).with_extension("csv");
        assert!(fs::read_to_string(path)?.lines().count() > usize::from(name != "findings"));
    }
    Ok(())
}

async fn a_report_on_a_range_counts_what_happened_in_it(world: World) -> Result<()> {
    let directory = tempfile::tempdir()?;
    a_week(&world).await?;
    let whole = report(&world, directory.path(), &[]).await?;
    let next = (whole["range"]["toBlock"].as_u64().unwrap_or(0) + 1).to_string();
    pay(&world).await?;
    let range = report(&world, directory.path(), &["--from-block", &next]).await?;
    assert_eq!(range["reconciled"], true, "{:#}", range["findings"]);
    let (before, after) = (line(&whole, "vault")?, line(&range, "vault")?);
    assert_eq!((&before["opening"], &before["received"]), (&"0".into(), &"60000000".into()));
    let paid: u64 = before["paid"].as_str().unwrap_or("").parse()?;
    assert_eq!(after["opening"], (60_000_000 - paid).to_string());
    assert_eq!((&after["received"], &after["paid"]), (&"60000000".into(), &"0".into()));
    let split = line(&range, "splitter")?;
    let figures = ["opening", "received", "paid", "owed"].map(|name| split[name].as_str());
    assert_eq!(figures, [Some("40000000"), Some("100000000"), Some("60000000"), Some("80000000")]);
    assert_eq!(range["holders"][0]["rewards"][0]["claimed"], "0");
    // What was there before is still read back the same.
    let last = (next.parse::<u64>()? - 1).to_string();
    let again = report(&world, directory.path(), &["--to-block", &last]).await?;
    assert_eq!(again["reconciliation"], whole["reconciliation"]);
    Ok(())
}

/// A stranger pushes a token of its own making, called as the platform's dollar is, with other decimals.
async fn a_token_that_borrows_a_ticker_is_told_apart(world: World) -> Result<()> {
    a_week(&world).await?;
    let before = tempfile::tempdir()?;
    let before = report(&world, before.path(), &[]).await?;
    let stranger = world.holder("stranger", tokens(1)).await?;
    let [name, ticker] = ["Tether".as_bytes(), b"USDT"].map(B256::right_padding_from);
    let (decimals, supply) = (U256::from(2), U256::from(1_000_000));
    let terms = arguments(&(name, ticker, decimals, stranger.address(), supply));
    let fake = world.construct("token", &terms).await?;
    let splitter = world.system.splitter();
    let allow = IToken::approveCall { spender: splitter, value: supply };
    world.send(&stranger, fake, &allow).await?;
    let push = ISplitter::depositCall { source: world.source(0), token: fake, amount: supply };
    world.send(&stranger, splitter, &push).await?;
    let directory = tempfile::tempdir()?;
    let after = report(&world, directory.path(), &[]).await?;
    assert_eq!(after["reconciled"], true, "{:#}", after["findings"]);
    assert_eq!(line(&before, "splitter")?, line(&after, "splitter")?);
    let lines = after["revenue"].as_array().into_iter().flatten();
    let revenue: BTreeMap<_, _> =
        lines.map(|line| (line["tokenAddress"].as_str(), line["amount"].as_str())).collect();
    let [dollar, fake] = [*world.dollar().address(), fake].map(|token| token.to_string());
    let expected = [(Some(dollar.as_str()), "100000000"), (Some(fake.as_str()), "1000000")];
    assert_eq!(revenue, expected.map(|(token, amount)| (token, Some(amount))).into());
    let tokens = after["tokens"].as_array().into_iter().flatten();
    let told = |at: &str| tokens.clone().find(|token| token["address"] == at).cloned();
    let (dollar, fake) = (told(&dollar).unwrap_or_default(), told(&fake).unwrap_or_default());
    assert_eq!((&dollar["symbol"], &dollar["ofVault"]), (&"USDT".into(), &true.into()));
    let unlike = format!("USDT at {}", fake["address"].as_str().unwrap_or(""));
    assert_eq!((&fake["symbol"], &fake["ofVault"]), (&unlike.into(), &false.into()));
    Ok(())
}

async fn a_report_on_contracts_that_are_not_there_is_refused(world: World) -> Result<()> {
    let nothing = alloy::primitives::Address::repeat_byte(0xee).to_string();
    let node = ["tributary", "report", "--rpc-url", world.url()];
    let line = [node, ["--vault", &nothing, "--splitter", &nothing]].concat();
    let error = Cli::try_parse_from(line)?.run().await.unwrap_err();
    assert!(error.to_string().contains("there is no contract at 0x"), "{error:#}");
    Ok(())
}

fn the_demo_reconciles_by_the_same_books_and_by_the_exact_model(lab: &Lab) -> Result<()> {
    let (platform, artifacts) = (load("bithash")?, lab.artifacts()?.to_vec());
    let play = play_all(vec![platform], artifacts.into());
    let played = tokio::runtime::Runtime::new()?.block_on(play)?;
    for one in &played {
        assert!(one.report.reconciled, "{:#?}", one.report.differences);
        assert!(one.report.holders.iter().any(|holder| !holder.rewards.is_empty()));
    }
    Ok(())
}
