//! A treasury's day by commands alone.

use std::fs;

use alloy::{
    primitives::{U256, utils::parse_ether},
    signers::local::PrivateKeySigner,
};
use eyre::Result;
use serde_json::Value;
use tributary::{abi::IToken, chain::Call};
use tributary_tests::{Case, WEEK, World, dollars, tokens};

use super::{Desk, catch_up, events, read_json};
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(revenue_is_pushed_distributed_and_released),
        play!(ether_and_bare_transfers_are_revenue_too),
        play!(a_week_of_pushes_fits_in_one_batch_for_a_safe),
        play!(a_batch_allows_what_each_of_its_calls_takes),
        play!(a_payee_that_is_skipped_is_a_failure_with_its_reason),
        play!(a_vault_that_is_weeks_behind_is_brought_forward_before_it_is_paid).moving_time(),
    ]
}

async fn revenue_is_pushed_distributed_and_released(world: World) -> Result<()> {
    let (desk, till) = (Desk::new(&world).await?, world.account("till").await?);
    world.staker("alice", tokens(1)).await?;
    let give = IToken::transferCall { to: till.address(), value: dollars(100) };
    world.send(&world.owner, *world.dollar().address(), &give).await?;

    desk.signed(&till, "push 1 USDT --source nowhere")?
        .ends(2, &["no source \"nowhere\"; there are subscriptions, unattributed"]);
    let said = desk.done(&till, "push 100 USDT --source subscriptions")?;
    assert!(events(&said, 1).contains(&"RevenueReceived"), "{said}");
    let page = desk.run("status --json")?.json()?;
    let owed = page["money"]["owed"].as_array().map(|all| all.iter());
    let owed: Vec<_> = owed.into_iter().flatten().map(|one| &one["amount"]["amount"]).collect();
    assert_eq!(owed, ["60000000", "40000000"]);

    let said = desk.done(&till, "distribute")?;
    assert_eq!(
        said["transactions"].as_array().map(Vec::len),
        Some(1),
        "one policy is owed one token"
    );
    assert_eq!(world.dollar().balanceOf(world.system.vault()).call().await?, dollars(60));
    desk.done(&till, "release USDT --policy 1 --payee 1")?;
    assert_eq!(world.dollar().balanceOf(world.treasury.address()).call().await?, dollars(40));
    for line in ["distribute", "release", "sync"] {
        desk.signed(&till, line)?.ends(0, &["Nothing to do."]);
    }
    Ok(())
}

async fn ether_and_bare_transfers_are_revenue_too(world: World) -> Result<()> {
    let (desk, till) = (Desk::new(&world).await?, world.account("till").await?);
    let (splitter, weth) = (world.splitter(), *world.weth().address());
    desk.signed(&till, "push all eth --source subscriptions")?.ends(2, &["pay for gas"]);
    desk.done(&till, "push 0.01 eth --source Subscriptions")?;
    let source = world.source(0);
    let received = splitter.sourceReceived(source, weth).call().await?;
    assert_eq!(received, parse_ether("0.01")?);

    catch_up(&world).await?;
    let stray = IToken::transferCall { to: world.system.splitter(), value: dollars(3) };
    world.send(&world.owner, *world.dollar().address(), &stray).await?;
    desk.run("status")?.ends(6, &["3 USDT beside the books"]);
    let stray = IToken::transferCall { to: world.system.vault(), value: dollars(2) };
    world.send(&world.owner, *world.dollar().address(), &stray).await?;
    let said = desk.done(&till, "sync USDT")?;
    let titles = said["transactions"].as_array().expect("a list").iter().map(|one| &one["title"]);
    let wanted =
        ["take in 3 USDT that lie in the splitter", "take in 2 USDT that lie in the vault"];
    assert_eq!(titles.collect::<Vec<_>>(), wanted);
    desk.signed(&till, "sync")?.ends(0, &["Nothing to do."]);
    assert_eq!(splitter.undistributed(*world.dollar().address()).call().await?, dollars(3));
    Ok(())
}

async fn a_week_of_pushes_fits_in_one_batch_for_a_safe(world: World) -> Result<()> {
    let (desk, safe) = (Desk::new(&world).await?, world.account("safe").await?);
    let give = IToken::transferCall { to: safe.address(), value: dollars(10) };
    world.send(&world.owner, *world.dollar().address(), &give).await?;
    let here = safe.address();
    for line in ["push 4 USDT --source subscriptions", "push 0.001 eth --source subscriptions"] {
        desk.run(&format!("{line} --safe-batch week.json --safe {here}"))?.ends(0, &["week.json"]);
    }
    let batch = read_json(&desk.file("week.json"))?;
    let calls = batch["transactions"].as_array().expect("a list");
    let names: Vec<_> = calls.iter().map(|one| &one["contractMethod"]["name"]).collect();
    assert_eq!(names, ["approve", "deposit", "depositNative"]);
    assert_eq!(calls[2]["value"], "1000000000000000");
    assert_eq!(calls[2]["contractMethod"]["payable"], true);
    execute(&world, &safe, calls).await?;
    let (splitter, dollar) = (world.splitter(), *world.dollar().address());
    assert_eq!(splitter.sourceReceived(world.source(0), dollar).call().await?, dollars(4));
    Ok(())
}

/// What a Safe does when it executes a batch: the same calls, by its account.
async fn execute(world: &World, safe: &PrivateKeySigner, calls: &[Value]) -> Result<()> {
    for call in calls {
        let data = encoded(call)?;
        let value: U256 = call["value"].as_str().unwrap_or_default().parse()?;
        let to = call["to"].as_str().unwrap_or_default().parse()?;
        world.chain.send(safe, Call::raw("a call of the batch", to, data).value(value)).await?;
    }
    Ok(())
}

async fn a_batch_allows_what_each_of_its_calls_takes(world: World) -> Result<()> {
    let (desk, safe) = (Desk::new(&world).await?, world.account("safe").await?);
    let (dollar, splitter) = (*world.dollar().address(), world.system.splitter());
    let give = IToken::transferCall { to: safe.address(), value: dollars(250) };
    world.send(&world.owner, dollar, &give).await?;
    let allow = IToken::approveCall { spender: splitter, value: dollars(100) };
    world.send(&safe, dollar, &allow).await?;
    let here = safe.address();
    let push = format!("--source subscriptions --safe-batch two.json --safe {here}");
    desk.run(&format!("push 100 USDT {push}"))?.ends(0, &["two.json holds 1 transactions"]);
    desk.run(&format!("push 100 USDT {push}"))?.ends(0, &["two.json holds 3 transactions"]);
    desk.run(&format!("push 51 USDT {push}"))?.ends(2, &["the sender has 50 USDT"]);
    let batch = read_json(&desk.file("two.json"))?;
    let title = "push 100 USDT from subscriptions";
    assert_eq!(batch["meta"]["name"], format!("{title}; {title}"));
    execute(&world, &safe, batch["transactions"].as_array().expect("a list")).await?;
    let received = world.splitter().sourceReceived(world.source(0), dollar).call().await?;
    assert_eq!(received, dollars(200));
    Ok(())
}

/// Pays the stakers, and burns.
const BURNING: &str = r#"
    name = "stakers and fire"
    payees = [{ to = "vault", bps = 6_000 }, { to = "burn", bps = 4_000 }]
"#;

async fn a_payee_that_is_skipped_is_a_failure_with_its_reason(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    fs::write(desk.file("burning.toml"), BURNING)?;
    desk.done(&world.owner, "policy create burning.toml")?;
    desk.done(&world.owner, "source set-policy subscriptions --policy 3")?;
    let said = desk.signed(&world.owner, "push 100 USDT --source unattributed --broadcast")?;
    said.ends(0, &["RevenueReceived(source: unattributed, "]);
    desk.done(&world.owner, "push 100 USDT --source subscriptions")?;
    desk.done(&world.owner, "pause --of vault")?;
    let why = "EnforcedPause, it is paused; distribute again once it is unpaused";
    let said = desk.signed(&world.owner, "distribute --policy 3 --broadcast --json")?;
    said.ends(6, &["a payee was not paid", "payee 0 of policy 3, 60 USDT", why]);
    let record: Value = serde_json::from_str(&said.out)?;
    assert!(events(&record, 0).contains(&"PayeeSkipped"), "{record}");
    let nothing = desk.signed(&world.owner, "distribute --broadcast")?;
    nothing.ends(6, &["nothing of it can be paid now", why, "100 USDT"]);
    desk.done(&world.owner, "unpause --of vault")?;
    let said = desk.done(&world.owner, "distribute")?;
    assert_eq!(said["transactions"].as_array().map(Vec::len), Some(2), "of two policies");
    Ok(())
}

async fn a_vault_that_is_weeks_behind_is_brought_forward_before_it_is_paid(
    world: World,
) -> Result<()> {
    let desk = Desk::new(&world).await?;
    world.staker("alice", tokens(1)).await?;
    desk.done(&world.owner, "push 100 USDT --source subscriptions")?;
    catch_up(&world).await?;
    world.at(world.now().await? + 10 * WEEK).await?;
    let said = desk.done(&world.owner, "distribute")?;
    let calls = said["transactions"].as_array().expect("a list");
    let names: Vec<_> = calls.iter().map(|one| &one["function"]).collect();
    assert_eq!(names, ["checkpoint", "checkpoint", "distribute"]);
    assert!(events(&said, 2).contains(&"PayeePaid"), "{said}");
    Ok(())
}

/// The calldata that Safe's app makes of a call by name.
fn encoded(call: &serde_json::Value) -> Result<Vec<u8>> {
    use alloy::{
        dyn_abi::{DynSolType, JsonAbiExt},
        json_abi::Function,
    };
    let method = &call["contractMethod"];
    let function: Function = serde_json::from_value(serde_json::json!({
        "type": "function", "name": method["name"], "inputs": method["inputs"], "outputs": [],
        "stateMutability": "payable",
    }))?;
    let values = function.inputs.iter().map(|input| {
        let value = call["contractInputsValues"][&input.name].as_str().unwrap_or_default();
        Ok(input.ty.parse::<DynSolType>()?.coerce_str(value)?)
    });
    Ok(function.abi_encode_input(&values.collect::<Result<Vec<_>>>()?)?)
}
