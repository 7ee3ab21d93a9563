//! `deploy` as an engineer meets it, on a platform that lives.

use std::fs;

use eyre::Result;
use serde_json::Value;
use tributary_tests::{Case, World};

use super::{Desk, read_json};
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_living_platform_is_told_from_one_that_drifted_by_the_exit_code),
        play!(a_file_that_cannot_be_is_refused_before_anything_else),
        play!(privileged_calls_for_share_and_penalties_go_into_a_batch),
    ]
}

/// A platform with everything that one may leave out.
pub(super) const PLATFORM: &str = r#"
    [token]
    name = "Small Token"
    symbol = "SMALL"
    decimals = 18
    supply = "1_000"

    [vault]
    name = "Staked Small Token"
    symbol = "stSMALL"
    curve = [{ weeks = 0, multiplier_bps = 10_000 }]
    rewards = [{ token = "platform", stream_weeks = 1 }]

    [vault.early_exit]
    source = "exits"
    penalties = [{ weeks = 0, penalty_bps = 1_000 }, { weeks = 52, penalty_bps = 2_500 }]

    [[policy]]
    name = "half and half"
    payees = [{ to = "vault", bps = 5_000 }, { to = "treasury", bps = 5_000 }]

    [stakers_share]
    policy = "half and half"
    min_bps = 4_000
    max_bps = 6_000

    [[source]]
    id = "exits"
    name = "Exits"
    policy = "half and half"

    [[source]]
    id = "unattributed"
    name = "Unattributed"
    policy = "stakers-share"
"#;

/// One source more.
const SOURCE: &str = r#"
    [[source]]
    id = "new"
    name = "New"
    policy = "half and half"
"#;

async fn a_living_platform_is_told_from_one_that_drifted_by_the_exit_code(
    world: World,
) -> Result<()> {
    let (desk, owner) = (Desk::new(&world).await?, world.account("owner of the small one").await?);
    // Funded before commands move the node's clock past the world's.
    let heir = world.account("heir").await?;
    let file = desk.file("small.toml");
    fs::write(&file, PLATFORM)?;
    let me = owner.address();
    let deploy = format!(
        "deploy --platform small.toml --test-tokens --payee treasury={me} --deployments mine"
    );
    let run = |line: &str| desk.signed(&owner, &format!("{line} --deployments mine --broadcast"));
    let said = desk.signed(&owner, &deploy)?;
    let words = ["set the terms of the stakers' share", "set the price of leaving early"];
    said.ends(0, &[words[0], words[1], "Gas is never paid above"]);
    desk.signed(&owner, &format!("{deploy} --broadcast"))?.ends(
        0,
        &[
            "is as configured",
            "4000 to 6000 bps for payee 0 of policy 1",
            "0w 1000, 52w 2500; to exits",
        ],
    );
    let said = desk.signed(&owner, &format!("{deploy} --safe-batch batch.json"))?;
    said.ends(0, &["Nothing is left to do."]);
    let record = read_json(&desk.file(&format!("mine/{}.json", world.chain.chain_id())))?;
    assert!(record["completed"].is_u64(), "{record}");

    // What the share was set to within its bounds is told, and all is as configured.
    run("share set 5500")?.ends(0, &["StakersShareChanged"]);
    desk.signed(&owner, &deploy)?.ends(
        0,
        &[
            "is as configured",
            "5500 bps by policy 2",
            "ok, set since",
            "StakersShareChanged in block",
        ],
    );

    // What the owner changed is told with its transaction, and the file is outdated.
    let changed = run("curve set 0:10000 52:20000 --json")?.json()?;
    let hash = changed["transactions"][0]["hash"].as_str().unwrap_or_default().to_owned();
    let said = desk.signed(&owner, &deploy)?;
    said.ends(7, &["NOT as configured", "CHANGED SINCE", "write it into the platform file", &hash]);
    said.ends(7, &["0w 10000, 52w 20000 is on chain", &format!("sent by {me}")]);
    let said = desk.signed(&owner, &format!("{deploy} --broadcast --json"))?;
    assert_eq!(said.code, Some(7));
    let told: Value = serde_json::from_str(&said.out)?;
    assert_eq!(told["complete"], false);
    let changes = told["changes"].as_array().cloned().unwrap_or_default();
    let curve = changes.iter().find(|change| change["item"] == "vault curve");
    assert_eq!(curve.map(|change| &change["transaction"]), Some(&Value::from(hash)));

    // With the file up to date all is well again; with another figure in it, something drifted.
    let points = "{ weeks = 0, multiplier_bps = 10_000 }";
    let curve = format!("{points}, {{ weeks = 52, multiplier_bps = 20_000 }}");
    fs::write(&file, PLATFORM.replacen(points, &curve, 1))?;
    desk.signed(&owner, &deploy)?.ends(0, &["is as configured"]);
    fs::write(&file, PLATFORM.replacen(points, &curve, 1) + SOURCE)?;
    run(&format!("role offer {}", heir.address()))?.ends(0, &[]);
    desk.signed(&heir, "role accept --deployments mine --broadcast")?.ends(0, &[]);
    let theirs = format!("{deploy} --owner {}", heir.address());
    desk.signed(&owner, &format!("{theirs} --broadcast"))?
        .ends(1, &["owns the contracts", "add source \"new\""]);
    desk.signed(&owner, &format!("{theirs} --safe-batch batch.json"))?
        .ends(0, &["batch.json holds 1 transactions now"]);
    let batch = read_json(&desk.file("batch.json"))?;
    assert_eq!(batch["transactions"][0]["contractMethod"]["name"], "addSource");
    let deploy = theirs;
    fs::write(&file, PLATFORM.replacen(points, &curve, 1).replace("= 2_500", "= 2_600"))?;
    desk.signed(&owner, &deploy)?.ends(
        6,
        &["no event since the deployment says why", "vault early exit: 0w 1000, 52w 2600"],
    );
    Ok(())
}

async fn a_file_that_cannot_be_is_refused_before_anything_else(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    for (from, to, words) in [
        ("max_bps = 6_000", "max_bps = 4_500", "1 <= min_bps <= 5000 <= max_bps <= 10000"),
        (
            "source = \"exits\"",
            "source = \"none\"",
            "the sources are [\"exits\", \"unattributed\"]",
        ),
        ("penalty_bps = 2_500", "penalty = 2_500", "unknown field `penalty`"),
    ] {
        fs::write(desk.file("small.toml"), PLATFORM.replacen(from, to, 1))?;
        desk.run("deploy --platform small.toml")?.ends(2, &[words]);
    }
    let setter = "deploy --platform bithash --test-tokens --share-setter";
    let me = world.owner.address();
    desk.run(&format!("{setter} {me} --from {me}"))?.ends(2, &["has no [stakers_share]"]);
    Ok(())
}

async fn privileged_calls_for_share_and_penalties_go_into_a_batch(world: World) -> Result<()> {
    let (desk, safe) = (Desk::new(&world).await?, world.owner.address());
    let batch = format!("--safe-batch batch.json --safe {safe}");
    let terms = format!("share terms --setter {safe} --policy 1 --payee 0 --min 5000 --max 8000");
    desk.run(&format!("{terms} {batch}"))?.ends(0, &["batch.json holds 1 transactions now"]);
    let penalty = "penalty set 0:1000 208:5000 --source subscriptions";
    desk.run(&format!("{penalty} {batch}"))?.ends(0, &["holds 2 transactions now"]);
    let calls = read_json(&desk.file("batch.json"))?["transactions"].clone();
    let said = |place: usize, key: &str| calls[place]["contractInputsValues"][key].clone();
    assert_eq!(calls[0]["contractMethod"]["name"], "setStakersShareTerms");
    assert_eq!((said(0, "minBps"), said(0, "maxBps")), ("5000".into(), "8000".into()));
    assert_eq!(calls[1]["contractMethod"]["name"], "setPenaltyCurve");
    assert_eq!(said(1, "splitter"), world.system.splitter().to_string());
    let share = world.splitter().stakersShare().call().await?;
    assert!(share.policyId.is_zero(), "nothing was sent");
    Ok(())
}
