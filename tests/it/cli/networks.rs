//! Several networks in one configuration.

use std::fs;

use devnode::{Config, Node};
use eyre::{Result, eyre};
use tributary_tests::{Case, World};

use super::{Desk, deploy::PLATFORM, read_json};
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![play!(each_network_has_its_node_its_platform_and_its_explorer)]
}

/// Another chain than that of the tests.
const AWAY: u64 = 42_170;

async fn each_network_has_its_node_its_platform_and_its_explorer(world: World) -> Result<()> {
    let mut desk = Desk::new(&world).await?;
    desk.url = None;
    let away = Node::start(Config { port: 0, chain_id: AWAY, ..Config::default() }).await?;
    let home = (world.chain.chain_id(), world.url());
    fs::write(desk.file("tributary.toml"), config(home, &away.url()))?;
    fs::write(desk.file("small.toml"), PLATFORM)?;
    let rich = away.accounts().last().ok_or_else(|| eyre!("the node funds nobody"))?;
    let key = alloy::signers::local::PrivateKeySigner::from_bytes(&rich.private_key)?;

    // The one that is meant if none is named, and the other with a platform of its own.
    desk.run("status")?.ends(0, &["test", "All is well."]);
    desk.run("status --network away")?.ends(2, &["where is the"]);
    let deploy = format!(
        "deploy --network away --platform small.toml --test-tokens --payee treasury={} --broadcast",
        key.address()
    );
    desk.signed(&key, &deploy)?.ends(0, &["on chain 42170", "is as configured"]);
    let page = desk.run("status --network away --json")?.json()?;
    assert_eq!((&page["platform"], &page["chainId"]), (&"small".into(), &AWAY.into()));
    let record = read_json(&desk.file("records/42170.json"))?;
    assert_eq!(record["platform"], "small");
    assert!(!desk.file("deployments/42170.json").exists(), "each has a directory of its own");

    // A network is named by the environment as well, and its explorer is that of its transactions.
    let secret = key.to_bytes().to_string();
    let variables = [("TRIBUTARY_NETWORK", "away"), ("ETH_PRIVATE_KEY", secret.as_str())];
    let said = desk.started("stake 5 --broadcast", &variables)?;
    said.ends(0, &["https://away.example/tx/0x"]);
    desk.signed(&key, "stake 5 --network home")?.ends(2, &["the sender has 0"]);
    desk.run("status --network abroad")?.ends(2, &["no network \"abroad\"", "away, home, mixed"]);
    desk.run("status --network mixed")?.ends(2, &["the configuration says 42170"]);
    Ok(())
}

fn config((chain_id, url): (u64, &str), away: &str) -> String {
    format!(
        r#"
        network = "home"
        [networks.home]
        chain_id = {chain_id}
        rpc_url = "{url}"
        explorer = "https://home.example"
        [networks.away]
        chain_id = {AWAY}
        rpc_url = "{away}"
        deployments = "records"
        explorer = "https://away.example"
        [networks.mixed]
        chain_id = {AWAY}
        rpc_url = "{url}"
        "#
    )
}
