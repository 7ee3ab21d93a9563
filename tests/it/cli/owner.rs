//! An owner's and a guardian's work by commands alone.

use std::fs;

use alloy::primitives::{Address, U256};
use eyre::Result;
use serde_json::json;
use tributary_tests::{Case, World};

use super::{Desk, catch_up};
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(policies_and_sources_are_made_and_changed),
        play!(the_stakers_share_is_set_within_its_terms),
        play!(curves_and_reward_tokens_are_changed),
        play!(a_token_is_not_retired_while_the_splitter_owes_the_vault_some_of_it),
        play!(ownership_passes_in_two_steps_and_the_guardian_pauses),
    ]
}

/// A policy of every kind of payee, for some contract as SPLITTER.
const POLICY: &str = r#"
    name = "all kinds"
    payees = [
        { to = "vault", bps = 5_000 },
        { to = "0x7777777777777777777777777777777777777777", bps = 4_000 },
        { to = "SPLITTER", bps = 900, kind = "splitter", tag = "above" },
        { to = "burn", bps = 100 },
    ]
"#;

async fn policies_and_sources_are_made_and_changed(world: World) -> Result<()> {
    let (desk, splitter) = (Desk::new(&world).await?, world.splitter());
    // Any contract will do where nothing is paid.
    let policy = POLICY.replace("SPLITTER", &world.system.address("weth").to_string());
    fs::write(desk.file("policy.toml"), &policy)?;
    let said = desk.done(&world.owner, "policy create policy.toml")?;
    assert_eq!(said["transactions"][0]["events"][0]["arguments"]["policyId"], "3");
    let made = splitter.policy(U256::from(3)).call().await?;
    assert_eq!((made.bps, made.kinds), (vec![5_000, 4_000, 900, 100], vec![1, 0, 2, 3]));
    desk.done(&world.owner, "source add ads --name Ads --policy 3")?;
    desk.done(&world.owner, "source set-policy subscriptions --policy 3")?;
    assert_eq!(splitter.sourceInfo(world.source(0)).call().await?.policyId, U256::from(3));

    let page = desk.run("source list --json")?.json()?;
    assert_eq!((&page["sources"][2]["label"], &page["policies"]), (&"ads".into(), &json!(null)));
    desk.run("source list")?.ends(0, &["ads", "all kinds", "unattributed", "Nobody may set"]);
    let page = desk.run("policy list --json")?.json()?;
    assert_eq!(page["policies"][2]["payees"][2]["kind"], "splitter");
    let vault = world.system.vault().to_string();
    assert_eq!(page["policies"][2]["payees"][0]["address"], vault, "with its checksum");
    let said = desk.run("policy list")?;
    said.ends(0, &["all kinds", "40 %", "above", &vault]);
    assert!(!said.out.contains("unattributed"), "sources are another page: {said:#?}");

    catch_up(&world).await?;
    let thief = world.account("thief").await?;
    let said = desk.signed(&thief, "source set-policy ads --policy 1 --broadcast")?;
    said.ends(3, &["OwnableUnauthorizedAccount", "send it from the owner"]);
    fs::write(desk.file("wrong.toml"), policy.replace("5_000", "5_001"))?;
    desk.signed(&world.owner, "policy create wrong.toml")?.ends(3, &["SharesDoNotAddUp", "10000"]);
    fs::write(desk.file("wrong.toml"), policy.replace("kind =", "sort ="))?;
    desk.signed(&world.owner, "policy create wrong.toml")?.ends(2, &["unknown field `sort`"]);
    desk.signed(&world.owner, "source set-policy ads --policy 9")?.ends(2, &["no policy \"9\""]);
    Ok(())
}

async fn the_stakers_share_is_set_within_its_terms(world: World) -> Result<()> {
    let (desk, ballot) = (Desk::new(&world).await?, world.account("ballot").await?);
    let setter = ballot.address();
    desk.signed(&ballot, "share set 6500")?.ends(2, &["`tributary share terms`"]);
    let terms = format!("share terms --setter {setter} --policy 1 --payee 0 --min 5000 --max 8000");
    desk.done(&world.owner, &terms)?;
    desk.done(&world.owner, "source set-policy subscriptions --policy stakers-share")?;
    desk.done(&ballot, "share set 6500")?;
    let page = desk.run("source list --json")?.json()?;
    assert_eq!(
        (&page["share"]["bps"], &page["sources"][0]["followsShare"]),
        (&6_500.into(), &true.into())
    );
    assert_eq!(page["sources"][0]["policy"], page["share"]["policy"]);
    desk.signed(&ballot, "share set 9000")?
        .ends(3, &["StakersShareOutOfRange", "max: 8000 (80 %)", "bounds"]);
    desk.signed(&world.guardian, "share set 6000")?.ends(3, &["send it from whoever may set"]);
    desk.run("status")?.ends(0, &["Stakers' share: 65 %"]);
    Ok(())
}

async fn curves_and_reward_tokens_are_changed(world: World) -> Result<()> {
    let (desk, vault) = (Desk::new(&world).await?, world.vault());
    let other = world.construct("token", &another_token("OTH", world.owner.address())).await?;
    desk.done(&world.owner, "curve set 0:10000 52:25000 208:40000")?;
    assert_eq!(vault.multiplier(U256::from(52)).call().await?, U256::from(25_000));
    desk.run("curve show")?.ends(0, &["0 weeks 1x, 52 weeks 2.5x, 208 weeks 4x", "not possible"]);
    desk.signed(&world.owner, "curve set 0:10000 52:9000")?
        .ends(3, &["InvalidCurve", "never falling"]);
    desk.signed(&world.owner, "curve set 52")?.ends(2, &["write WEEKS:BPS"]);

    desk.done(&world.owner, &format!("reward add {other} --stream-weeks 2"))?;
    desk.done(&world.owner, "reward retire USDT")?;
    let page = desk.run("reward list --json")?.json()?;
    assert_eq!(page["tokens"].as_array().map(Vec::len), Some(4));
    assert_eq!(
        (&page["tokens"][0]["retired"], &page["tokens"][3]["streamWeeks"]),
        (&true.into(), &2.into())
    );
    desk.run("reward list")?.ends(0, &["retired", "takes revenue"]);
    Ok(())
}

async fn a_token_is_not_retired_while_the_splitter_owes_the_vault_some_of_it(
    world: World,
) -> Result<()> {
    let (desk, retire) = (Desk::new(&world).await?, "reward retire USDT");
    desk.done(&world.owner, "push 100 USDT --source subscriptions")?;
    let words = ["the splitter owes the vault 60 USDT", "`tributary distribute USDT` first"];
    desk.signed(&world.owner, retire)?.ends(2, &words);
    desk.signed(&world.owner, &format!("{retire} --anyway"))?.ends(0, &["! the splitter owes"]);
    desk.done(&world.owner, "distribute USDT")?;
    desk.done(&world.owner, retire)?;
    let words =
        ["payee 0 of policy 1, vault", "has retired this token: its 60 % of the USDT will wait"];
    desk.signed(&world.owner, "push 1 USDT --source subscriptions")?.ends(0, &words);
    let said = desk.done(&world.owner, "reward add USDT --stream-weeks 2")?;
    assert!(said["title"].as_str().is_some_and(|title| title.contains("again in USDT")), "{said}");
    Ok(())
}

/// Constructor arguments of a further token.
pub(super) fn another_token(symbol: &str, holder: Address) -> Vec<u8> {
    let (name, symbol) =
        (tributary::platform::text_word("Other"), tributary::platform::text_word(symbol));
    tributary::deploy::arguments(&(name, symbol, U256::from(6), holder, U256::from(1))).to_vec()
}

async fn ownership_passes_in_two_steps_and_the_guardian_pauses(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    let (heir, warden) = (world.account("heir").await?, world.account("warden").await?);
    desk.signed(&heir, "role accept")?.ends(3, &["send it from the account that was offered"]);
    desk.signed(&heir, "pause")?.ends(3, &["send it from the owner or the guardian"]);
    desk.done(&world.owner, &format!("role guardian {}", warden.address()))?;
    desk.done(&warden, "pause")?;
    let said = desk.run("status --json")?;
    assert_eq!(said.code, Some(6));
    let page: serde_json::Value = serde_json::from_str(&said.out)?;
    assert_eq!(page["findings"].as_array().map(Vec::len), Some(2));
    desk.signed(&warden, "unpause")?.ends(3, &["OwnableUnauthorizedAccount"]);
    desk.done(&world.owner, "unpause --of vault")?;
    desk.run("status")?.ends(6, &["the splitter is paused; `tributary unpause --of splitter`"]);

    desk.done(&world.owner, &format!("role offer {}", heir.address()))?;
    desk.run("status")?.ends(6, &[&heir.address().to_string()]);
    desk.done(&heir, "role accept")?;
    assert_eq!(world.vault().owner().call().await?, heir.address());
    assert_eq!(world.splitter().owner().call().await?, heir.address());
    desk.done(&heir, "unpause --of splitter")?;
    desk.run("status")?.ends(0, &["All is well."]);
    Ok(())
}
