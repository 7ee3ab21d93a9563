//! Nodes that lie about logs, and reports that find them out.

use std::{collections::BTreeMap, path::Path};

use alloy::{providers::Provider, rpc::types::Filter};
use eyre::{Result, ensure, eyre};
use serde_json::Value;
use tributary_tests::{Case, World};

use super::{run, written};
use crate::{
    cli::hostile::{Hostile, Mood},
    operations::{event_name, events, live_a_day},
    play,
};

pub(super) fn cases() -> Vec<Case> {
    vec![
        play!(a_log_of_every_event_that_is_withheld_changed_or_doubled_is_named).moving_time(),
        play!(a_block_that_a_node_says_nothing_of_is_named_by_its_header).moving_time(),
        play!(a_node_without_receipts_is_reported_on_unproven_unless_a_proof_is_asked_for),
    ]
}

/// A block and a position in it.
type Place = (u64, u64);

/// What becomes of a log; several logs are told in place of it.
type Lie = fn(Value) -> Vec<Value>;

fn withheld(_: Value) -> Vec<Value> {
    Vec::new()
}

fn doubled(log: Value) -> Vec<Value> {
    vec![log.clone(), log]
}

/// Another last digit, of the data or, where there is none, of what the log is about.
fn changed(mut log: Value) -> Vec<Value> {
    let topics = log["topics"].as_array().map_or(0, Vec::len);
    let whole = log["data"].as_str().is_none_or(|data| data.len() <= 2);
    let place = if whole { &mut log["topics"][topics - 1] } else { &mut log["data"] };
    let mut digits = place.as_str().unwrap_or_default().to_owned();
    let last = if digits.pop() == Some('0') { '1' } else { '0' };
    digits.push(last);
    *place = digits.into();
    vec![log]
}

/// The number in a field of a log.
fn number(log: &Value, field: &str) -> Option<u64> {
    u64::from_str_radix(log[field].as_str()?.trim_start_matches("0x"), 16).ok()
}

/// A node that tells `lie` in place of the logs at `places`.
async fn liar(world: &World, places: Vec<Place>, lie: Lie) -> Result<Hostile> {
    let node = Hostile::before(world.url()).await?;
    let twist = move |logs: &mut Value| {
        let told = logs.as_array().into_iter().flatten().cloned();
        let twisted = told.flat_map(|log| {
            let place = number(&log, "blockNumber").zip(number(&log, "logIndex"));
            if place.is_some_and(|place| places.contains(&place)) { lie(log) } else { vec![log] }
        });
        *logs = twisted.collect();
    };
    node.set("eth_getLogs", Mood::twist(twist), usize::MAX);
    Ok(node)
}

/// Of each event of vault and splitter, the place of one log.
async fn one_of_each(world: &World) -> Result<BTreeMap<String, Place>> {
    let first = world.system.contracts.iter().map(|contract| contract.block).min();
    let contracts = vec![world.system.vault(), world.system.splitter()];
    let filter = Filter::new().address(contracts).from_block(first.unwrap_or_default());
    let mut all: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for log in world.chain.provider().get_logs(&filter).await? {
        let name = event_name(world, &log.inner).ok_or_else(|| eyre!("what is {log:?}?"))?;
        let place =
            log.block_number.zip(log.log_index).ok_or_else(|| eyre!("where is {log:?}?"))?;
        all.entry(name).or_default().push(place);
    }
    let ours = |name: &String| name.starts_with("IVault ") || name.starts_with("ISplitter ");
    let missing: Vec<_> =
        events().into_iter().filter(ours).filter(|name| !all.contains_key(name)).collect();
    ensure!(missing.is_empty(), "nobody told {missing:?}");
    Ok(all.into_iter().map(|(name, places)| (name, places[places.len() / 2])).collect())
}

/// The report off `node`.
async fn report(world: &World, node: &Hostile, path: &Path, more: &[&str]) -> Result<Value> {
    let ended = run(world, &node.url, path, more).await;
    let statement = written(path)?;
    assert_eq!(ended.is_ok(), statement["reconciled"] == true, "{ended:?}");
    Ok(statement)
}

/// Asserts that `statement` names the event called so at its place.
fn assert_named(statement: &Value, name: &str, (block, index): Place) {
    let name = name.replace("IVault ", "vault, ").replace("ISplitter ", "splitter, ");
    let when = format!("log {index} of block {block}, ");
    let findings = statement["findings"].as_array().into_iter().flatten();
    let says = |finding: &Value, field: &str| finding[field].as_str().unwrap_or("").to_owned();
    let named =
        |finding: &Value| says(finding, "when").starts_with(&when) && says(finding, "what") == name;
    let found = findings.clone().any(named);
    assert!(found, "{name} at {when}is not named among {:#}", statement["findings"]);
}

async fn a_log_of_every_event_that_is_withheld_changed_or_doubled_is_named(
    world: World,
) -> Result<()> {
    live_a_day(&world).await?;
    let chosen = one_of_each(&world).await?;
    for lie in [withheld as Lie, changed, doubled] {
        let directory = tempfile::tempdir()?;
        let node = liar(&world, chosen.values().copied().collect(), lie).await?;
        // Some of them are alone in their blocks, which only a header tells.
        let statement = report(&world, &node, directory.path(), &["--prove", "headers"]).await?;
        for (name, place) in &chosen {
            assert_named(&statement, name, *place);
        }
        assert_eq!(statement["proven"], "logs that are not all the chain's");
    }
    Ok(())
}

async fn a_block_that_a_node_says_nothing_of_is_named_by_its_header(world: World) -> Result<()> {
    live_a_day(&world).await?;
    // An approval moves nothing, and is alone in its block.
    let name = "IVault Approval";
    let place = one_of_each(&world).await?[name];
    let (liar, honest) =
        (liar(&world, vec![place], withheld).await?, Hostile::before(world.url()).await?);
    let [silent, true_one] = [tempfile::tempdir()?, tempfile::tempdir()?];
    let (silent, true_one) = (silent.path(), true_one.path());
    // A token of that day tells wrong balances, which is found in any case.
    let found = report(&world, &liar, silent, &[]).await?;
    assert_eq!(found["proven"], "every block with logs proven by its receipts");
    let due = report(&world, &honest, true_one, &[]).await?;
    assert_eq!(found["findings"], due["findings"]);
    let found = report(&world, &liar, silent, &["--prove", "headers"]).await?;
    assert_named(&found, name, place);
    let proven = report(&world, &honest, true_one, &["--prove", "headers"]).await?;
    assert_eq!(proven["findings"], due["findings"]);
    let says = proven["proven"].as_str().unwrap_or("");
    assert!(says.ends_with("on that no other block has any"), "{says}");
    Ok(())
}

async fn a_node_without_receipts_is_reported_on_unproven_unless_a_proof_is_asked_for(
    world: World,
) -> Result<()> {
    let node = Hostile::before(world.url()).await?;
    node.set("eth_getBlockReceipts", Mood::Refuse("the method does not exist"), usize::MAX);
    let directory = tempfile::tempdir()?;
    let statement = report(&world, &node, directory.path(), &[]).await?;
    let says = statement["proven"].as_str().unwrap_or("");
    assert!(says.starts_with("logs as the node tells them, unproven, because"), "{says}");
    let error = run(&world, &node.url, directory.path(), &["--prove", "receipts"]).await;
    assert!(format!("{:#}", error.unwrap_err()).contains("the logs cannot be proven"));
    Ok(())
}
