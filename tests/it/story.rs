//! The main job, small enough to follow with a pencil: treasury → splitter → vault → holders.
//!
//! At the beginning of a week Alice stakes 100 and Bob stakes 100 and locks them for ten weeks, so he
//! weighs 200. The owner deposits 20.16 dollars of subscriptions, of which 60 %, 12,096,000 units, are
//! the stakers': ten a second for two weeks. After 1,000 seconds 10,000 have fallen due: a third is
//! Alice's (3,333⅓), two thirds are Bob's (6,666⅔). Alice leaves at that moment, and the rest of it
//! all, 12,086,000, is Bob's: with the 6,666⅔ from before, 12,092,666⅔.

use alloy::primitives::U256;
use eyre::Result;
use tributary::abi::{ISplitter, IToken, IVault};
use tributary_tests::{Case, WEEK, World, tokens};

use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![play!(revenue_reaches_its_holders_to_the_wei).moving_time()]
}

async fn revenue_reaches_its_holders_to_the_wei(world: World) -> Result<()> {
    let (alice, bob) =
        (world.holder("alice", tokens(100)).await?, world.holder("bob", tokens(100)).await?);
    let (vault, here, dollar) = (world.vault(), world.system.vault(), world.dollar());
    let (token, splitter) = (*dollar.address(), world.splitter());
    let start = world.next_week().await?;
    let stake = IVault::depositCall { assets: tokens(100), receiver: alice.address() };
    world.send(&alice, here, &stake).await?;
    let lock = IVault::depositAndLockCall { assets: tokens(100), durationWeeks: U256::from(10) };
    world.send(&bob, here, &lock).await?;

    let amount = U256::from(20_160_000);
    let approve = IToken::approveCall { spender: *splitter.address(), value: amount };
    world.send(&world.owner, token, &approve).await?;
    let source = world.source(0);
    let deposit = ISplitter::depositCall { source, token, amount };
    world.send(&world.owner, *splitter.address(), &deposit).await?;
    let policy_id = world.policy(0);
    let distribute = ISplitter::distributeCall { policyId: policy_id, token };
    world.send(&world.owner, *splitter.address(), &distribute).await?;
    let release = ISplitter::releaseCall { policyId: policy_id, payeeIndex: U256::from(1), token };
    world.send(&world.owner, *splitter.address(), &release).await?;
    let kept = dollar.balanceOf(world.treasury.address()).call().await?;
    assert_eq!(kept, U256::from(8_064_000));

    world.at(start + 1_000).await?;
    let leave = IVault::withdrawCall {
        assets: tokens(100),
        receiver: alice.address(),
        owner: alice.address(),
    };
    world.send(&alice, here, &leave).await?;
    let claim = IVault::claimCall { tokens: vec![token] };
    world.send(&alice, here, &claim).await?;
    assert_eq!(dollar.balanceOf(alice.address()).call().await?, U256::from(3_333));

    world.at(start + 11 * WEEK).await?;
    world.send(&bob, here, &claim).await?;
    let leave =
        IVault::withdrawCall { assets: tokens(100), receiver: bob.address(), owner: bob.address() };
    world.send(&bob, here, &leave).await?;
    assert_eq!(dollar.balanceOf(bob.address()).call().await?, U256::from(12_092_666));

    // What is missing of the 12,096,000 is less than a unit per holder.
    assert_eq!(dollar.balanceOf(here).call().await?, U256::from(1));
    assert_eq!(vault.totalSupply().call().await?, U256::ZERO);
    for holder in [&alice, &bob] {
        assert_eq!(world.token().balanceOf(holder.address()).call().await?, tokens(100));
    }
    assert_eq!(splitter.undistributed(token).call().await?, U256::ZERO);
    Ok(())
}
