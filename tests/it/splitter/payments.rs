//! Revenue out: to vaults, splitters, accounts and the fire.

use alloy::primitives::{B256, U256, address};
use eyre::Result;
use tributary::{
    abi::{ISplitter, IVault},
    deploy::arguments,
};
use tributary_tests::{Case, World, dollars};

use super::{ACCOUNT, BURN, SPLITTER, STREAM, create_policy, deposit, point};
use crate::{
    evm::{YES_SAYER, create},
    play,
};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(distributing_streams_the_stakers_part_and_leaves_the_accounts),
        play!(an_account_is_paid_when_anybody_asks_for_it),
        play!(a_changed_policy_touches_later_revenue_only),
        play!(a_payee_that_fails_blocks_nobody_and_stays_owed),
        play!(a_splitter_can_be_paid_under_a_source_of_its_own),
        play!(revenue_can_be_burnt),
        play!(paying_often_pays_what_paying_once_pays),
    ]
}

async fn distributing_streams_the_stakers_part_and_leaves_the_accounts(world: World) -> Result<()> {
    let (splitter, token) = (world.splitter(), *world.dollar().address());
    let (policy_id, vault) = (world.policy(0), world.system.vault());
    deposit(&world, world.source(0), token, dollars(100)).await?;
    let call = ISplitter::distributeCall { policyId: policy_id, token };
    assert_eq!(world.ask(vault, *splitter.address(), &call).await?, dollars(60));
    let sent = world.send(&world.owner, *splitter.address(), &call).await?;
    let paid = sent.decoded_log::<ISplitter::PayeePaid>().expect("a PayeePaid");
    assert_eq!((paid.policyId, paid.token, paid.payee), (policy_id, token, vault));
    assert_eq!((paid.payeeIndex, paid.amount), (U256::ZERO, dollars(60)));
    let pushed = sent.decoded_log::<IVault::RevenueNotified>().expect("a RevenueNotified");
    assert_eq!((pushed.sender, pushed.amount), (*splitter.address(), dollars(60)));
    assert_eq!(splitter.owed(policy_id, U256::ZERO, token).call().await?, U256::ZERO);
    assert_eq!(splitter.owed(policy_id, U256::from(1), token).call().await?, dollars(40));
    assert_eq!(world.dollar().allowance(*splitter.address(), vault).call().await?, U256::ZERO);
    Ok(())
}

async fn an_account_is_paid_when_anybody_asks_for_it(world: World) -> Result<()> {
    let (splitter, token) = (world.splitter(), *world.dollar().address());
    deposit(&world, world.source(0), token, dollars(100)).await?;
    let anybody = world.account("anybody").await?;
    let (policy_id, payee_index) = (world.policy(0), U256::from(1));
    let call = ISplitter::releaseCall { policyId: policy_id, payeeIndex: payee_index, token };
    world.send(&anybody, *splitter.address(), &call).await?;
    let treasury = world.treasury.address();
    assert_eq!(world.dollar().balanceOf(treasury).call().await?, dollars(40));
    let paid = splitter.payeePaid(policy_id, payee_index, token).call().await?;
    assert_eq!(paid, dollars(40));
    world.refused(&anybody, *splitter.address(), &call, ISplitter::ZeroAmount {}).await;
    Ok(())
}

async fn a_changed_policy_touches_later_revenue_only(world: World) -> Result<()> {
    let (splitter, source, token) = (world.splitter(), world.source(0), *world.dollar().address());
    deposit(&world, source, token, dollars(100)).await?;
    point(&world, source, world.policy(1)).await?;
    deposit(&world, source, token, dollars(10)).await?;
    let owed =
        |policy: usize, payee: u64| splitter.owed(world.policy(policy), U256::from(payee), token);
    assert_eq!(owed(0, 0).call().await?, dollars(60));
    assert_eq!(owed(0, 1).call().await?, dollars(40));
    assert_eq!(owed(1, 0).call().await?, dollars(10));
    assert_eq!(splitter.sourceReceived(source, token).call().await?, dollars(110));
    Ok(())
}

async fn a_payee_that_fails_blocks_nobody_and_stays_owed(world: World) -> Result<()> {
    let (splitter, source, token) = (world.splitter(), world.source(0), *world.dollar().address());
    // It answers that it took the revenue, and takes nothing.
    let idle = create(&world, &world.owner, YES_SAYER).await?;
    let vault = world.system.vault();
    let payees = [(idle, 2_500, STREAM, B256::ZERO), (vault, 7_500, STREAM, B256::ZERO)];
    let policy_id = create_policy(&world, &payees).await?;
    point(&world, source, policy_id).await?;
    deposit(&world, source, token, dollars(100)).await?;
    let distribute = ISplitter::distributeCall { policyId: policy_id, token };
    let sent = world.send(&world.owner, *splitter.address(), &distribute).await?;
    let skipped = sent.decoded_log::<ISplitter::PayeeSkipped>().expect("a PayeeSkipped");
    assert_eq!((skipped.payee, skipped.amount), (idle, dollars(25)));
    let paid = sent.decoded_log::<ISplitter::PayeePaid>().expect("a PayeePaid");
    assert_eq!((paid.payee, paid.amount), (vault, dollars(75)));
    assert_eq!(splitter.owed(policy_id, U256::ZERO, token).call().await?, dollars(25));
    assert_eq!(world.dollar().allowance(*splitter.address(), idle).call().await?, U256::ZERO);
    let release = ISplitter::releaseCall { policyId: policy_id, payeeIndex: U256::ZERO, token };
    let failed = ISplitter::PaymentFailed { payee: idle };
    world.refused(&world.owner, *splitter.address(), &release, failed).await;
    // A vault that is paused takes nothing either, until it is unpaused.
    deposit(&world, source, token, dollars(100)).await?;
    world.send(&world.owner, vault, &IVault::pauseCall {}).await?;
    world.send(&world.owner, *splitter.address(), &distribute).await?;
    assert_eq!(splitter.owed(policy_id, U256::from(1), token).call().await?, dollars(75));
    world.send(&world.owner, vault, &IVault::unpauseCall {}).await?;
    world.send(&world.owner, *splitter.address(), &distribute).await?;
    assert_eq!(splitter.owed(policy_id, U256::from(1), token).call().await?, U256::ZERO);
    Ok(())
}

async fn a_splitter_can_be_paid_under_a_source_of_its_own(world: World) -> Result<()> {
    let (splitter, source, token) = (world.splitter(), world.source(0), *world.dollar().address());
    let roles = (world.owner.address(), world.guardian.address(), *world.weth().address());
    let second = world.construct("splitter", &arguments(&roles)).await?;
    let (name, tag) = (B256::right_padding_from(b"all"), B256::right_padding_from(b"from above"));
    let create = ISplitter::createPolicyCall {
        name,
        payees: vec![world.treasury.address()],
        bps: vec![10_000],
        kinds: vec![ACCOUNT],
        tags: vec![B256::ZERO],
    };
    world.send(&world.owner, second, &create).await?;
    let add = ISplitter::addSourceCall { source: tag, name: tag, policyId: U256::from(1) };
    world.send(&world.owner, second, &add).await?;

    let policy_id = create_policy(&world, &[(second, 10_000, SPLITTER, tag)]).await?;
    point(&world, source, policy_id).await?;
    deposit(&world, source, token, dollars(9)).await?;
    let distribute = ISplitter::distributeCall { policyId: policy_id, token };
    world.send(&world.owner, *splitter.address(), &distribute).await?;
    let below = ISplitter::new(second, world.chain.provider());
    assert_eq!(below.sourceReceived(tag, token).call().await?, dollars(9));
    assert_eq!(splitter.undistributed(token).call().await?, U256::ZERO);
    Ok(())
}

async fn revenue_can_be_burnt(world: World) -> Result<()> {
    let (splitter, source, token) = (world.splitter(), world.source(0), *world.dollar().address());
    let fire = address!("0x000000000000000000000000000000000000dEaD");
    let policy_id = create_policy(&world, &[(fire, 10_000, BURN, B256::ZERO)]).await?;
    point(&world, source, policy_id).await?;
    deposit(&world, source, token, dollars(9)).await?;
    let distribute = ISplitter::distributeCall { policyId: policy_id, token };
    world.send(&world.owner, *splitter.address(), &distribute).await?;
    assert_eq!(world.dollar().balanceOf(fire).call().await?, dollars(9));
    Ok(())
}

async fn paying_often_pays_what_paying_once_pays(world: World) -> Result<()> {
    let (splitter, source, token) = (world.splitter(), world.source(0), *world.dollar().address());
    let (one, two) = (world.account("one").await?.address(), world.account("two").await?.address());
    let payees = [(one, 3_333, ACCOUNT, B256::ZERO), (two, 6_667, ACCOUNT, B256::ZERO)];
    let policy_id = create_policy(&world, &payees).await?;
    point(&world, source, policy_id).await?;
    let release = ISplitter::releaseCall { policyId: policy_id, payeeIndex: U256::ZERO, token };
    for _ in 0..4 {
        deposit(&world, source, token, U256::from(1_001)).await?;
        world.send(&world.owner, *splitter.address(), &release).await?;
    }
    // ⌊4,004 × 0.3333⌋, where four payments of ⌊1,001 × 0.3333⌋ would have been 1,332.
    assert_eq!(world.dollar().balanceOf(one).call().await?, U256::from(1_334));
    assert_eq!(splitter.owed(policy_id, U256::from(1), token).call().await?, U256::from(2_669));
    Ok(())
}
