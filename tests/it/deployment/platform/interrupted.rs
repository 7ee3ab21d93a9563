//! Deployments that are killed, at every point where that can matter, and gone on with.

use std::time::Duration;

use alloy::{
    primitives::{Address, Bytes, U256},
    providers::ext::AnvilApi,
};
use eyre::Result;
use tributary::{
    abi::{ISplitter, IVault},
    chain::{Call, Chain},
    deploy::{error::DeployError, standing::Standing, stylus_deployer::STYLUS_DEPLOYER},
};
use tributary_tests::{Case, Fault, World, constructor};

use super::yard::Yard;
use crate::play;

pub(super) fn cases() -> Vec<Case> {
    vec![
        play!(killed_before_and_after_every_transaction_it_ends_as_if_it_were_not),
        play!(without_a_stylus_deployer_it_is_the_same_step_by_step).on_our_node(),
        play!(a_transaction_that_still_waits_to_be_mined_is_waited_for).on_our_node(),
        play!(a_stranger_who_constructs_first_is_found_out).on_our_node(),
    ]
}

async fn killed_before_and_after_every_transaction_it_ends_as_if_it_were_not(
    world: World,
) -> Result<()> {
    let mut yard = Yard::open(&world, "killed").await?;
    let ballot = Address::repeat_byte(0xba);
    yard.complete(ballot);
    let standing = kill_at_every_transaction(&world, &yard).await?;
    assert!(standing.at_once);

    let splitter = ISplitter::new(standing.addresses["splitter"], world.chain.provider());
    let share = splitter.stakersShare().call().await?;
    assert_eq!((share.setter, share.bps), (ballot, U256::from(6_000)));
    assert_eq!((share.minBps, share.maxBps), (U256::from(5_000), U256::from(8_000)));
    let subscriptions = splitter.sourceInfo(world.source(0)).call().await?;
    assert_eq!(subscriptions.policyId, U256::MAX, "it follows the share");
    let vault = IVault::new(standing.addresses["vault"], world.chain.provider());
    let exit = vault.penaltyCurve().call().await?;
    assert_eq!((exit.durations, exit.penalties), (vec![0], vec![1_000]));
    assert_eq!((exit.splitter, exit.source), (*splitter.address(), world.source(1)));
    Ok(())
}

async fn without_a_stylus_deployer_it_is_the_same_step_by_step(world: World) -> Result<()> {
    remove_stylus_deployer(&world).await?;
    let yard = Yard::open(&world, "step by step").await?;
    let standing = kill_at_every_transaction(&world, &yard).await?;
    assert!(!standing.at_once);
    Ok(())
}

/// Every run dies just before its first transaction, or just after; two such runs make one step.
async fn kill_at_every_transaction(world: &World, yard: &Yard) -> Result<Standing> {
    let planned = yard.deployment(&world.chain).standing().await?.left.len();
    let mut killed = 0;
    let standing = loop {
        let fault = if killed % 2 == 0 { Fault::BeforeSending(1) } else { Fault::AfterSending(1) };
        match yard.run(&world.through(fault).await?).await {
            Ok(standing) => break standing,
            Err(error) => assert!(format!("{error:#}").contains("connection is gone"), "{error:#}"),
        }
        killed += 1;
        assert!(killed <= 2 * planned, "it does not get on");
    };
    // Activations of code that is active already fall away: two roles share the token's.
    let sent = yard.sent(world).await?;
    assert_eq!(killed as u64, 2 * sent);
    assert!(sent <= planned as u64 && standing.items.iter().all(|item| item.holds()));
    let record = yard.record()?;
    assert_eq!(record.pending, None);
    assert!(record.contracts.values().all(|contract| contract.transaction.is_some()));
    Ok(standing)
}

async fn a_transaction_that_still_waits_to_be_mined_is_waited_for(world: World) -> Result<()> {
    let yard = Yard::open(&world, "waits").await?;
    let provider = world.chain.provider();
    provider.anvil_set_auto_mine(false).await?;
    let killed = yard.run(&world.through(Fault::AfterSending(1)).await?).await;
    assert!(killed.is_err());
    assert_eq!(yard.sent(&world).await?, 0);
    let mining = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            provider.anvil_mine(Some(1), None).await.expect("the node mines on demand");
        }
    };
    let standing = tokio::select! {
        standing = yard.run(&world.chain) => standing?,
        () = mining => unreachable!("it mines until the other is done"),
    };
    assert!(standing.left.is_empty());
    let record = yard.record()?;
    // Nothing was sent twice: the token's transaction is the one of before the kill.
    assert!(record.contracts["token"].transaction.is_some());
    Ok(())
}

async fn a_stranger_who_constructs_first_is_found_out(world: World) -> Result<()> {
    remove_stylus_deployer(&world).await?;
    let yard = Yard::open(&world, "robbed").await?;
    let thief = world.account("thief").await?;
    // The first creates; the code is active already; the second constructs.
    assert!(yard.run(&world.through(Fault::BeforeSending(2)).await?).await.is_err());
    let token = yard.record()?.contracts["token"].address;
    // The same token in every respect but one: whose it is.
    let theft = constructor(&yard.terms.coin().arguments(thief.address()));
    let theft = Call::raw("rob", token, theft);
    Chain::connect(world.url()).await?.send(&thief, theft).await?;
    let error = yard.run(&world.chain).await.expect_err("the token is another's");
    match error.downcast_ref() {
        Some(DeployError::ConstructedByAnother { role, address }) => {
            assert_eq!((role.as_str(), *address), ("token", token));
        }
        _ => panic!("{error:#}"),
    }
    Ok(())
}

async fn remove_stylus_deployer(world: &World) -> Result<()> {
    Ok(world.chain.provider().anvil_set_code(STYLUS_DEPLOYER, Bytes::new()).await?)
}
