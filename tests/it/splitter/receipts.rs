//! Revenue in: by deposit, in ether, and found lying there.

use alloy::{
    primitives::{B256, Bytes, U256},
    providers::Provider,
};
use eyre::Result;
use tributary::{
    abi::{ISplitter, IToken},
    chain::Call,
};
use tributary_tests::{Case, World, dollars};

use super::deposit;
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_deposit_is_booked_under_its_source_and_the_policy_in_force),
        play!(ether_is_wrapped_on_arrival),
        play!(bare_ether_is_revenue_without_a_source),
        play!(tokens_sent_without_a_call_are_found_by_sync),
        play!(a_pause_stops_receipts_and_not_payments),
        play!(sources_and_policies_can_be_read_back),
    ]
}

async fn a_deposit_is_booked_under_its_source_and_the_policy_in_force(world: World) -> Result<()> {
    let (splitter, source, token) = (world.splitter(), world.source(0), *world.dollar().address());
    let (spender, amount) = (*splitter.address(), dollars(50));
    world.send(&world.owner, token, &IToken::approveCall { spender, value: amount }).await?;
    let call = ISplitter::depositCall { source, token, amount };
    assert_eq!(world.ask(world.owner.address(), spender, &call).await?, amount);
    let sent = world.send(&world.owner, spender, &call).await?;
    let log = sent.decoded_log::<ISplitter::RevenueReceived>().expect("a RevenueReceived");
    assert_eq!((log.source, log.token, log.sender), (source, token, world.owner.address()));
    assert_eq!((log.policyId, log.amount), (world.policy(0), amount));
    deposit(&world, source, token, dollars(20)).await?;
    assert_eq!(splitter.sourceReceived(source, token).call().await?, dollars(70));
    assert_eq!(splitter.policyReceived(world.policy(0), token).call().await?, dollars(70));
    assert_eq!(splitter.policyReceived(world.policy(1), token).call().await?, U256::ZERO);
    assert_eq!(splitter.undistributed(token).call().await?, dollars(70));
    assert_eq!(world.dollar().balanceOf(spender).call().await?, dollars(70));
    Ok(())
}

async fn ether_is_wrapped_on_arrival(world: World) -> Result<()> {
    let (splitter, source, value) = (world.splitter(), world.source(0), U256::from(12_345));
    let call = ISplitter::depositNativeCall { source };
    let sent = world.pay(&world.owner, *splitter.address(), &call, value).await?;
    let log = sent.decoded_log::<ISplitter::RevenueReceived>().expect("a RevenueReceived");
    let weth = *world.weth().address();
    assert_eq!((log.source, log.token, log.amount), (source, weth, value));
    assert_eq!(world.weth().balanceOf(*splitter.address()).call().await?, value);
    assert_eq!(world.chain.provider().get_balance(*splitter.address()).await?, U256::ZERO);
    Ok(())
}

async fn bare_ether_is_revenue_without_a_source(world: World) -> Result<()> {
    let (splitter, weth, value) = (world.splitter(), *world.weth().address(), U256::from(777));
    let ether = Call::raw("send ether", *splitter.address(), Bytes::new()).value(value);
    let sent = world.chain.send(&world.owner, ether).await?;
    let log = sent.decoded_log::<ISplitter::RevenueReceived>().expect("a RevenueReceived");
    assert_eq!((log.source, log.token, log.amount), (B256::ZERO, weth, value));
    assert_eq!(splitter.sourceReceived(B256::ZERO, weth).call().await?, value);
    assert_eq!(splitter.policyReceived(world.policy(1), weth).call().await?, value);
    Ok(())
}

async fn tokens_sent_without_a_call_are_found_by_sync(world: World) -> Result<()> {
    let (splitter, token) = (world.splitter(), *world.dollar().address());
    deposit(&world, world.source(0), token, dollars(5)).await?;
    let give = IToken::transferCall { to: *splitter.address(), value: dollars(3) };
    world.send(&world.owner, token, &give).await?;
    assert_eq!(splitter.undistributed(token).call().await?, dollars(5));
    let finder = world.account("finder").await?;
    let sync = ISplitter::syncCall { token };
    assert_eq!(world.ask(finder.address(), *splitter.address(), &sync).await?, dollars(3));
    world.send(&finder, *splitter.address(), &sync).await?;
    assert_eq!(splitter.sourceReceived(B256::ZERO, token).call().await?, dollars(3));
    assert_eq!(splitter.undistributed(token).call().await?, dollars(8));
    world.refused(&finder, *splitter.address(), &sync, ISplitter::ZeroAmount {}).await;
    Ok(())
}

async fn a_pause_stops_receipts_and_not_payments(world: World) -> Result<()> {
    let (here, source, token) =
        (world.system.splitter(), world.source(0), *world.dollar().address());
    deposit(&world, source, token, dollars(10)).await?;
    world.send(&world.guardian, here, &ISplitter::pauseCall {}).await?;
    let stop = || ISplitter::EnforcedPause {};
    let amount = dollars(1);
    world
        .refused(&world.owner, here, &ISplitter::depositCall { source, token, amount }, stop())
        .await;
    world.refused(&world.owner, here, &ISplitter::syncCall { token }, stop()).await;
    let policy = world.policy(0);
    world.send(&world.owner, here, &ISplitter::distributeCall { policyId: policy, token }).await?;
    let release = ISplitter::releaseCall { policyId: policy, payeeIndex: U256::from(1), token };
    world.send(&world.owner, here, &release).await?;
    assert_eq!(world.splitter().undistributed(token).call().await?, U256::ZERO);
    Ok(())
}

async fn sources_and_policies_can_be_read_back(world: World) -> Result<()> {
    let (splitter, platform) = (world.splitter(), &world.system.platform);
    assert_eq!(splitter.policyCount().call().await?, U256::from(platform.policies.len()));
    assert_eq!(splitter.sourceCount().call().await?, U256::from(platform.sources.len()));
    for (place, source) in platform.sources.iter().enumerate() {
        let key = splitter.sourceAt(U256::from(place)).call().await?;
        assert_eq!(key, source.key());
        let info = splitter.sourceInfo(key).call().await?;
        assert_eq!(info.name, tributary::platform::text_word(&source.name));
        assert_eq!(info.policyId, world.policy(place));
    }
    let policy = splitter.policy(world.policy(0)).call().await?;
    assert_eq!(policy.payees, [world.system.vault(), world.treasury.address()]);
    assert_eq!((policy.bps, policy.kinds), (vec![6_000, 4_000], vec![1, 0]));
    assert_eq!(policy.tags, [B256::ZERO; 2]);
    assert_eq!(splitter.weth().call().await?, *world.weth().address());
    Ok(())
}
