//! What holds for every command: who signs, what is sent and when, how failures end.

use std::fs;

use alloy::{primitives::U256, providers::Provider};
use eyre::Result;
use tributary_tests::{Case, World, tokens};

use super::{Desk, read_json};
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(nothing_is_sent_without_broadcast),
        play!(nothing_is_signed_without_broadcast),
        play!(a_sender_without_ether_is_told_before_anything_is_sent),
        play!(a_refusal_is_told_in_one_line_with_what_to_do_and_ends_with_3),
        play!(wrong_usage_ends_with_2_and_says_what_is_missing),
        play!(a_node_that_does_not_answer_ends_with_5),
        play!(the_configuration_names_the_node_and_refuses_another_chain),
        play!(a_safe_batch_collects_calls_and_sends_nothing),
        play!(a_key_in_a_keystore_signs),
        play!(completions_are_written_for_every_shell),
    ]
}

async fn nothing_is_sent_without_broadcast(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.holder("alice", tokens(5)).await?);
    let count = || async { world.chain.provider().get_transaction_count(alice.address()).await };
    let before = count().await?;
    let said = desk.signed(&alice, "stake 2.5")?;
    said.ends(0, &["stake 2.5", "simulated: succeeds", "Nothing was sent. Add --broadcast"]);
    let said = desk.signed(&alice, "stake 2.5 --json")?.json()?;
    assert_eq!(said["sent"], false);
    assert_eq!(said["transactions"][0]["arguments"]["assets"], "2500000000000000000");
    assert_eq!(count().await?, before);
    Ok(())
}

async fn nothing_is_signed_without_broadcast(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.account("alice").await?);
    let give = tributary::abi::IToken::transferCall { to: alice.address(), value: tokens(5) };
    world.send(&world.owner, *world.token().address(), &give).await?;
    let said = desk.signed(&alice, "stake 2.5 --json")?.json()?;
    let call = &said["transactions"][0];
    assert_eq!((&call["function"], &call["unsigned"]), (&"depositWithPermit".into(), &true.into()));
    assert_eq!(call["arguments"]["r"], alloy::primitives::B256::ZERO.to_string());
    assert!(call["gasEstimate"].as_u64().is_some(), "simulated as if it were allowed: {said}");
    let said = desk.signed(&alice, "stake 2.5 --approve --json")?.json()?;
    let gas = &said["transactions"][1]["gasEstimate"];
    assert!(gas.as_u64().is_some(), "what follows an approval is simulated too: {said}");
    Ok(())
}

async fn a_sender_without_ether_is_told_before_anything_is_sent(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    let poor = alloy::signers::local::PrivateKeySigner::from_bytes(&[0x42; 32].into())?;
    let line = format!("delegate {}", world.owner.address());
    let why = format!("{} has 0.000000000000000000 ETH, and needs up to", poor.address());
    desk.signed(&poor, &line)?.ends(0, &[&why, "Nothing was sent."]);
    desk.signed(&poor, &format!("{line} --broadcast"))?.ends(2, &[&why, "send it some"]);
    Ok(())
}

async fn a_refusal_is_told_in_one_line_with_what_to_do_and_ends_with_3(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.staker("alice", tokens(5)).await?);
    desk.done(&alice, "lock 3 --weeks 1")?;
    let said = desk.signed(&alice, "withdraw 4 --broadcast")?;
    let words =
        ["cannot withdraw 4", "SharesLocked", "unlocked: 2000000000000000000 (2 TEST)", "position"];
    said.ends(3, &words);
    assert_eq!(said.err.trim().lines().count(), 1, "{said:#?}");
    Ok(())
}

async fn wrong_usage_ends_with_2_and_says_what_is_missing(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.holder("alice", tokens(5)).await?);
    desk.run("stake")?.ends(2, &["<AMOUNT>"]);
    desk.run("stake 1e18")?.ends(2, &["write 1.5 (whole tokens), 1500wei (smallest units) or all"]);
    let comma = "push 12500,50 USDT --source subscriptions";
    desk.run(comma)?.ends(2, &["write 12500.50 or 1250050"]);
    desk.run("stake 1")?.ends(2, &["who sends?", "--account"]);
    desk.run(&format!("stake 1 --broadcast --from {}", alice.address()))?
        .ends(2, &["nobody signs"]);
    desk.signed(&alice, "stake 6")?.ends(2, &["the sender has 5"]);
    desk.signed(&alice, "stake 0")?.ends(2, &["the amount is zero"]);
    desk.signed(&alice, "stake 1 --private-key 0xabcd")?.ends(2, &["not 32 bytes of hex"]);
    desk.signed(&alice, "claim NONE")?
        .ends(2, &["there is no token \"NONE\"; the vault knows USDT"]);
    fs::remove_dir_all(desk.file("deployments"))?;
    desk.signed(&alice, "stake 1")?.ends(2, &["where is the vault? Give --vault ADDRESS"]);
    let vault = world.system.vault();
    desk.signed(&alice, &format!("stake 1 --vault {vault}"))?.ends(0, &["simulated: succeeds"]);
    Ok(())
}

async fn a_node_that_does_not_answer_ends_with_5(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    let said = desk.signed(&world.owner, "stake 1 --rpc-url http://127.0.0.1:9")?;
    said.ends(5, &["the node does not answer"]);
    for url in ["foo", "localhost:8547"] {
        desk.signed(&world.owner, &format!("stake 1 --rpc-url {url}"))?
            .ends(2, &["no URL of a node", "http://host:port"]);
    }
    Ok(())
}

async fn the_configuration_names_the_node_and_refuses_another_chain(world: World) -> Result<()> {
    let (mut desk, alice) = (Desk::new(&world).await?, world.holder("alice", tokens(5)).await?);
    let (url, chain_id) = (world.url(), world.chain.chain_id());
    desk.url = None;
    let config = |id: u64| {
        format!("network = \"home\"\n[networks.home]\nchain_id = {id}\nrpc_url = \"{url}\"\n")
    };
    fs::write(desk.file("tributary.toml"), config(chain_id))?;
    desk.signed(&alice, "stake 1")?.ends(0, &["simulated: succeeds"]);
    desk.signed(&alice, "stake 1 --network away")?.ends(2, &["no network \"away\"", "it has home"]);
    fs::write(desk.file("other.toml"), config(1))?;
    desk.signed(&alice, "stake 1 --config other.toml")?.ends(2, &["the configuration says 1"]);
    fs::write(desk.file("tributary.toml"), "[networks.home]\nrpc = \"x\"")?;
    desk.signed(&alice, "stake 1")?.ends(2, &["unknown field `rpc`"]);
    Ok(())
}

async fn a_safe_batch_collects_calls_and_sends_nothing(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    let safe = world.account("safe").await?.address();
    world
        .send(
            &world.owner,
            *world.token().address(),
            &tributary::abi::IToken::transferCall { to: safe, value: tokens(9) },
        )
        .await?;
    desk.run(&format!("stake 4 --safe-batch batch.json --safe {safe}"))?
        .ends(0, &["batch.json holds 2 transactions now"]);
    desk.run(&format!("stake 5 --safe-batch batch.json --safe {safe}"))?
        .ends(0, &["batch.json holds 4 transactions now"]);
    desk.run(&format!("stake 1 --safe-batch batch.json --safe {safe}"))?
        .ends(2, &["the sender has 0 TEST"]);
    let batch = read_json(&desk.file("batch.json"))?;
    assert_eq!(batch["meta"]["name"], "stake 4 TEST; stake 5 TEST");
    assert_eq!(batch["chainId"], world.chain.chain_id().to_string());
    assert_eq!(batch["transactions"][3]["contractMethod"]["name"], "deposit");
    assert_eq!(batch["transactions"][3]["contractInputsValues"]["receiver"], safe.to_string());
    assert_eq!(world.vault().totalSupply().call().await?, U256::ZERO);
    desk.run("stake 4 --safe-batch batch.json")?.ends(2, &["which Safe"]);
    let conflict = format!("stake 4 --safe-batch batch.json --safe {safe} --broadcast");
    desk.run(&conflict)?.ends(2, &["cannot be used with"]);
    Ok(())
}

/// The example of the Web3 Secret Storage Definition, whose password is `testpassword`.
const KEYSTORE: &str = r#"{"crypto":{"cipher":"aes-128-ctr",
    "cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
    "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    "kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256",
    "salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
    "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
    "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;

async fn a_key_in_a_keystore_signs(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    fs::create_dir_all(desk.file(".foundry/keystores"))?;
    fs::write(desk.file(".foundry/keystores/carol"), KEYSTORE)?;
    fs::write(desk.file("password"), "testpassword\n")?;
    fs::write(desk.file("other"), "guess\n")?;
    let home = desk.directory.display().to_string();
    let run = |line: &str| desk.started(line, &[("HOME", &home)]);
    let carol = "0x008AeEda4D805471dF9b2A5B0f38A0C3bCBA786b".to_lowercase();
    let said = run("claim --account carol --password-file password")?;
    said.ends(0, &["Nothing to do."]);
    assert!(said.out.to_lowercase().contains(&carol), "{said:#?}");
    run("claim --account carol --password-file other")?.ends(1, &["carol does not open"]);
    run("claim --account carol")?.ends(2, &["no terminal to ask for the password"]);
    run("claim --account dave --password-file other")?.ends(2, &["no keystore at", "cast wallet"]);
    Ok(())
}

async fn completions_are_written_for_every_shell(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        desk.run(&format!("completions {shell}"))?.ends(0, &["tributary", "stake"]);
    }
    Ok(())
}
