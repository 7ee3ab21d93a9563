//! A holder's life by commands alone.

use alloy::primitives::U256;
use eyre::Result;
use tributary_tests::{Case, WEEK, World, dollars, tokens};

use super::Desk;
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![play!(a_holder_stakes_locks_claims_and_leaves).moving_time()]
}

async fn a_holder_stakes_locks_claims_and_leaves(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world)?, world.account("alice").await?);
    let (vault, me) = (world.vault(), alice.address());
    let give = tributary::abi::IToken::transferCall { to: me, value: tokens(100) };
    world.send(&world.owner, *world.token().address(), &give).await?;
    let start = world.next_week().await?;

    let said = desk.done(&alice, "stake 40")?;
    assert_eq!(said["transactions"].as_array().map(Vec::len), Some(2), "approve, then deposit");
    assert_eq!(said["transactions"][1]["events"][0]["event"], "Transfer");
    desk.done(&alice, "stake all --weeks 10")?;
    assert_eq!(vault.balanceOf(me).call().await?, tokens(100));
    assert_eq!(vault.unlockedBalanceOf(me).call().await?, tokens(40));
    desk.done(&alice, "lock 15 --weeks 4")?;
    assert_eq!(vault.unlockedBalanceOf(me).call().await?, tokens(25));

    world.notify(*world.dollar().address(), dollars(100)).await?;
    world.at(start + 20 * WEEK).await?;
    let said = desk.done(&alice, "claim usdt")?;
    assert_eq!(said["transactions"][0]["events"][0]["event"], "RevenueClaimed");
    let earned = world.dollar().balanceOf(me).call().await?;
    assert!(earned + U256::from(1) >= dollars(100), "all but a unit: {earned}");
    let friend = world.account("friend").await?.address();
    desk.done(&alice, &format!("withdraw all --to {friend}"))?;
    assert_eq!(world.token().balanceOf(friend).call().await?, tokens(100));
    Ok(())
}
