//! The keeper, at work for a platform, on good nodes and bad ones.

use std::{
    io::{BufRead, BufReader},
    time::Duration,
};

use alloy::{
    primitives::U256,
    providers::{Provider, ext::AnvilApi},
    signers::local::PrivateKeySigner,
    transports::http::reqwest,
};
use eyre::{Result, ensure};
use serde_json::{Value, json};
use tributary::abi::{ISplitter, IToken, IVault};
use tributary_tests::{ARB_WASM, Case, Programs, WEEK, World, dollars, tokens};

use super::{
    Desk, Said, catch_up,
    hostile::{Hostile, Mood},
};
use crate::play;

const DAY: u64 = 86_400;
/// What the stakers have of a deposit of ten dollars.
const OWED: u64 = 6_000_000;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(the_keeper_does_what_there_is_to_do_and_then_nothing).moving_time(),
        play!(programs_are_renewed_and_activated_again).moving_time(),
        play!(what_comes_after_an_activation_is_shown_as_such).moving_time(),
        play!(no_failure_of_the_node_loses_or_doubles_a_duty),
        play!(budget_and_fee_are_never_exceeded),
        play!(two_keepers_at_once_are_as_good_as_one),
        play!(what_a_reorganisation_undid_is_done_again).on_our_node(),
        play!(the_keeper_outlives_a_silent_node_and_tells_of_its_health),
    ]
}

/// Ten dollars from the owner, of which six are owed to the stakers.
async fn earn(world: &World) -> Result<()> {
    let (token, amount) = (*world.dollar().address(), dollars(10));
    let splitter = world.system.splitter();
    catch_up(world).await?;
    let approve = IToken::approveCall { spender: splitter, value: amount };
    world.send(&world.owner, token, &approve).await?;
    let source = world.source(0);
    world.send(&world.owner, splitter, &ISplitter::depositCall { source, token, amount }).await?;
    Ok(())
}

async fn in_vault(world: &World) -> Result<U256> {
    Ok(world.dollar().balanceOf(world.system.vault()).call().await?)
}

/// One round of a keeper that does not wait for long.
pub(super) fn keep(desk: &Desk, key: &PrivateKeySigner, flags: &str) -> Result<Said> {
    let line = format!("keeper --once --broadcast --json --patience 1s --rpc-timeout 1 {flags}");
    desk.signed(key, &line)
}

async fn the_keeper_does_what_there_is_to_do_and_then_nothing(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let (alice, vault) = (world.staker("alice", tokens(5)).await?, world.vault());
    let (me, here) = (alice.address(), world.system.vault());
    let opt_in = IVault::setPayoutCall { payee: Default::default(), automatic: true };
    world.send(&alice, here, &opt_in).await?;
    earn(&world).await?;
    desk.signed(&keeper, "keeper")?.ends(0, &["distribute 6 USDT of policy 1", "Nothing was sent"]);
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 1);
    assert_eq!(in_vault(&world).await?, U256::from(OWED));

    world.at(world.now().await? + 3 * WEEK).await?;
    assert_eq!(keep(&desk, &keeper, "--min-payout 5.5")?.json()?["done"], 2, "books and a payout");
    let paid = world.dollar().balanceOf(me).call().await?;
    assert!(paid + U256::from(1) >= U256::from(OWED), "all but a unit: {paid}");
    let last: u64 = vault.lastCheckpoint().call().await?.saturating_to();
    assert_eq!(last / WEEK, world.now().await? / WEEK);
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 0);
    desk.run("status")?.ends(0, &["All is well."]);
    Ok(())
}

async fn programs_are_renewed_and_activated_again(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let programs = Programs::new(ARB_WASM, world.chain.provider());
    let left = |contract| {
        let programs = &programs;
        async move { programs.programTimeLeft(contract).call().await }
    };
    for days in [340, 400] {
        world.at(world.now().await? + days * DAY).await?;
        for _ in 0..3 {
            keep(&desk, &keeper, "--budget 1")?.json()?;
        }
        for contract in &world.system.contracts {
            let days = left(contract.address).await? / DAY;
            assert!(days > 300, "{} lives for {days} days", contract.name);
        }
    }
    Ok(())
}

async fn what_comes_after_an_activation_is_shown_as_such(world: World) -> Result<()> {
    let (mut desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let node = Hostile::before(world.url()).await?;
    desk.url = Some(node.url.clone());
    world.at(world.now().await? + 400 * DAY).await?;
    desk.run("status")?
        .ends(6, &["vault does not run: ProgramExpired", "`tributary keeper --once --broadcast`"]);
    let shown = [
        "activate the program of vault again",
        "simulated: succeeds",
        "after the activation: distribute what is owed",
        "after the activation: take in what came without a call",
        "Nothing was sent. Add --broadcast to send.",
    ];
    desk.signed(&keeper, "keeper --once")?.ends(0, &shown);
    // As Nitro does since 3.11.5.
    node.set("eth_estimateGas", Mood::Refuse("activations are not simulated"), 100);
    desk.signed(&keeper, "keeper --once")?
        .ends(0, &["this node does not simulate activations", "Add --broadcast"]);
    let page = desk.signed(&keeper, "keeper --json")?.json()?;
    assert_eq!(page["afterActivation"].as_array().map(Vec::len), Some(3));
    Ok(())
}

async fn no_failure_of_the_node_loses_or_doubles_a_duty(world: World) -> Result<()> {
    let mut desk = Desk::new(&world).await?;
    let keeper = world.account("keeper").await?;
    let node = Hostile::before(world.url()).await?;
    desk.url = Some(node.url.clone());
    // A number below the next one needs a transaction before.
    let allow = IToken::approveCall { spender: keeper.address(), value: U256::ZERO };
    world.send(&keeper, *world.dollar().address(), &allow).await?;
    let failures = [
        ("eth_chainId", Mood::Broken, 1),
        ("eth_call", Mood::Hang, 1),
        ("eth_call", Mood::Refuse("rate limit exceeded"), 1),
        ("eth_getBlockByNumber", Mood::Garbage, 1),
        ("eth_estimateGas", Mood::Cut, 1),
        ("eth_getTransactionCount", Mood::Lie(json!("0x0")), 1),
        ("eth_sendRawTransaction", Mood::Refuse("replacement transaction underpriced"), 1),
        ("eth_sendRawTransaction", Mood::Swallow, 1),
        ("eth_sendRawTransaction", Mood::Cut, 1),
        ("eth_sendRawTransaction", Mood::LostAnswer, 1),
        ("eth_getTransactionReceipt", Mood::Lie(Value::Null), 1_000),
        ("eth_getTransactionReceipt", Mood::Broken, 3),
        ("", Mood::Broken, 7),
    ];
    for (round, (method, mood, times)) in failures.into_iter().enumerate() {
        let round = round as u64 + 1;
        earn(&world).await?;
        node.set(method, mood.clone(), times);
        let mut ends = Vec::new();
        while in_vault(&world).await? < U256::from(round * OWED) {
            let said = keep(&desk, &keeper, "--budget 1")?;
            ensure!(matches!(said.code, Some(0 | 1 | 5)), "{method} {mood:?}: {said:#?}");
            ends.push(said.code);
            ensure!(ends.len() < 12, "{method} {mood:?}: {ends:?} {said:#?}");
        }
        assert_eq!(in_vault(&world).await?, U256::from(round * OWED), "{method} {mood:?}");
        let sent = world.chain.provider().get_transaction_count(keeper.address()).await?;
        assert_eq!(sent, round + 1, "one transaction for each duty: {method} {mood:?}");
    }
    Ok(())
}

async fn budget_and_fee_are_never_exceeded(world: World) -> Result<()> {
    let mut desk = Desk::new(&world).await?;
    let keeper = world.account("keeper").await?;
    let node = Hostile::before(world.url()).await?;
    desk.url = Some(node.url.clone());
    earn(&world).await?;
    let said = keep(&desk, &keeper, "--budget 0.0000001")?;
    assert_eq!(said.json()?["postponed"], 1);
    said.ends(0, &["the day's budget is spent"]);

    node.set("eth_gasPrice", Mood::Lie(json!("0x174876e800")), 100); // a hundred gwei
    keep(&desk, &keeper, "--budget 1")?
        .ends(0, &["gas costs 100000000000 wei, of which 1000000000"]);
    let balance = world.chain.provider().get_balance(keeper.address()).await?;
    node.set("", Mood::Broken, 0);
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 1);
    let spent = balance - world.chain.provider().get_balance(keeper.address()).await?;
    let written = super::read_json(&desk.file(&format!("keeper-{}.json", world.chain.chain_id())))?;
    let written: U256 = serde_json::from_value(written["spent"].clone())?;
    assert_eq!(written, spent, "what is written down is what it cost, to the wei");
    Ok(())
}

async fn two_keepers_at_once_are_as_good_as_one(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    for round in 1..=3 {
        earn(&world).await?;
        std::thread::scope(|scope| {
            let keepers: Vec<_> =
                (0..2).map(|_| scope.spawn(|| keep(&desk, &keeper, "--budget 1"))).collect();
            keepers
                .into_iter()
                .try_for_each(|one| one.join().expect("the command was run")?.json().map(|_| ()))
        })?;
        assert_eq!(in_vault(&world).await?, U256::from(round * OWED));
    }
    Ok(())
}

async fn what_a_reorganisation_undid_is_done_again(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    earn(&world).await?;
    let before = world.chain.provider().anvil_snapshot().await?;
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 1);
    assert!(world.chain.provider().anvil_revert(before).await?);
    assert_eq!(in_vault(&world).await?, U256::ZERO);
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 1);
    assert_eq!(in_vault(&world).await?, U256::from(OWED));
    Ok(())
}

async fn the_keeper_outlives_a_silent_node_and_tells_of_its_health(world: World) -> Result<()> {
    let mut desk = Desk::new(&world).await?;
    let keeper = world.account("keeper").await?;
    let node = Hostile::before(world.url()).await?;
    desk.url = Some(node.url.clone());
    node.set("", Mood::Broken, 3);
    earn(&world).await?;
    let line = "keeper --broadcast --interval 1s --rpc-timeout 1 --health 127.0.0.1:0";
    let secret = keeper.to_bytes().to_string();
    let mut command = desk.command(line, &[("ETH_PRIVATE_KEY", &secret)])?;
    let mut running = command.stdout(std::process::Stdio::piped()).spawn()?;
    let health = async {
        let stdout = running.stdout.take().expect("it is piped");
        let mut first = String::new();
        BufReader::new(stdout).read_line(&mut first)?;
        let url = first.trim().strip_prefix("Health at ").unwrap_or_default().to_owned();
        let done = |facts: &Value| facts["done"] == 1 && facts["failuresInARow"] == 0;
        let (status, facts) = health_when(&url, done).await?;
        ensure!((status, &facts["healthy"]) == (200, &Value::Bool(true)), "{status} {facts}");

        node.set("", Mood::Broken, 1_000_000);
        let (status, facts) = health_when(&url, |facts| facts["healthy"] == false).await?;
        let told = facts["lastError"].as_str().unwrap_or_default();
        ensure!(status == 503 && told.contains("500"), "{status} {facts}");
        node.set("", Mood::Broken, 0);
        health_when(&url, |facts| facts["healthy"] == true).await?;
        Ok(())
    };
    let healthy: Result<()> = health.await;
    running.kill()?;
    running.wait()?;
    healthy
}

/// What the endpoint tells, as soon as it is what is waited for.
async fn health_when(url: &str, wanted: impl Fn(&Value) -> bool) -> Result<(u16, Value)> {
    let mut last = Value::Null;
    for _ in 0..300 {
        let answer = reqwest::get(url).await?;
        let status = answer.status().as_u16();
        last = serde_json::from_str(&answer.text().await?)?;
        if wanted(&last) {
            return Ok((status, last));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err(eyre::eyre!("it never told what was waited for, at last {last}"))
}
