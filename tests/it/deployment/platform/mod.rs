//! `tributary deploy`: from whatever is on chain to what was configured.

mod dear;
mod drift;
mod governed;
mod interrupted;
mod refused;
mod yard;

use eyre::Result;
use tributary::{
    abi::{ISplitter, IVault},
    chain::{Call, Chain},
    deploy::record::Record,
};
use tributary_tests::{Case, Fault, World};

use self::yard::Yard;
use crate::play;

pub(super) fn cases() -> Vec<Case> {
    let here = vec![
        play!(a_platform_is_deployed_as_configured_and_a_second_run_sends_nothing),
        play!(a_record_that_was_lost_is_found_again_on_chain),
        play!(a_node_that_refuses_to_simulate_activations_is_deployed_to),
        play!(tokens_that_are_there_are_taken_and_checked),
        play!(vault_and_splitter_are_offered_to_their_owner_who_accepts),
        play!(nothing_is_sent_or_written_by_looking),
    ];
    [here, dear::cases(), drift::cases(), governed::cases(), interrupted::cases(), refused::cases()]
        .concat()
}

async fn a_platform_is_deployed_as_configured_and_a_second_run_sends_nothing(
    world: World,
) -> Result<()> {
    let yard = Yard::open(&world, "twice").await?;
    let planned = yard.deployment(&world.chain).standing().await?.left.len();
    let standing = yard.run(&world.chain).await?;
    assert!(standing.items.iter().all(|item| item.holds()), "{:?}", standing.items);
    assert_eq!(yard.sent(&world).await?, planned as u64);

    let vault = IVault::new(standing.addresses["vault"], world.chain.provider());
    assert_eq!(vault.owner().call().await?, yard.payer.address);
    let splitter = ISplitter::new(standing.addresses["splitter"], world.chain.provider());
    let policies = yard.terms.platform.policies.len();
    assert_eq!(splitter.policyCount().call().await?.to::<usize>(), policies);

    let again = yard.run(&world.chain).await?;
    assert_eq!(again.addresses, standing.addresses);
    assert_eq!(yard.sent(&world).await?, planned as u64);
    Ok(())
}

async fn a_record_that_was_lost_is_found_again_on_chain(world: World) -> Result<()> {
    let yard = Yard::open(&world, "lost").await?;
    let standing = yard.run(&world.chain).await?;
    let (sent, record) = (yard.sent(&world).await?, yard.record()?);
    assert!(record.contracts.values().all(|contract| contract.block.is_some()));
    std::fs::remove_file(Record::path(&yard.directory, record.chain_id))?;

    assert_eq!(yard.run(&world.chain).await?.addresses, standing.addresses);
    assert_eq!(yard.sent(&world).await?, sent);
    let found = yard.record()?;
    for (role, contract) in &found.contracts {
        let before = &record.contracts[role];
        assert_eq!((contract.address, contract.code_hash), (before.address, before.code_hash));
    }
    Ok(())
}

async fn a_node_that_refuses_to_simulate_activations_is_deployed_to(world: World) -> Result<()> {
    let yard = Yard::open(&world, "refuses").await?;
    let chain = world.through(Fault::NoSimulation).await?;
    let standing = yard.run(&chain).await?;
    assert!(standing.left.is_empty() && standing.differences().is_empty());
    Ok(())
}

async fn tokens_that_are_there_are_taken_and_checked(world: World) -> Result<()> {
    let mut yard = Yard::open(&world, "there").await?;
    let mut other = Yard::open(&world, "there, otherwise").await?;
    for role in ["token", "stablecoin", "weth"] {
        yard.terms.existing.insert(role.to_owned(), world.system.address(role));
    }
    let standing = yard.run(&world.chain).await?;
    assert_eq!(standing.addresses["token"], world.system.address("token"));
    assert!(yard.record()?.contracts["token"].external);
    assert!(!yard.record()?.contracts["vault"].external);
    let vault = IVault::new(standing.addresses["vault"], world.chain.provider());
    assert_eq!(vault.asset().call().await?, world.system.address("token"));
    assert_eq!(vault.rewardTokens().call().await?, world.system.reward_tokens());

    other.terms.existing.insert("stablecoin".to_owned(), world.system.address("weth"));
    let differences = yard::drift(other.run(&world.chain).await);
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].found, "18 decimals");
    assert_eq!(other.sent(&world).await?, 0);
    Ok(())
}

async fn vault_and_splitter_are_offered_to_their_owner_who_accepts(world: World) -> Result<()> {
    let mut yard = Yard::open(&world, "handed over").await?;
    let owner = world.account("the one to own").await?;
    yard.terms.owner = owner.address();
    let standing = yard.run(&world.chain).await?;
    assert_eq!(standing.offered, ["vault", "splitter"]);
    let sent = yard.sent(&world).await?;
    let chain = Chain::connect(world.url()).await?;
    for role in ["vault", "splitter"] {
        let accept = IVault::acceptOwnershipCall {};
        chain.send(&owner, Call::to("accept", standing.addresses[role], &accept)).await?;
    }
    let standing = yard.run(&world.chain).await?;
    assert!(standing.offered.is_empty() && standing.items.iter().all(|item| item.holds()));
    assert_eq!(yard.sent(&world).await?, sent);
    Ok(())
}

async fn nothing_is_sent_or_written_by_looking(world: World) -> Result<()> {
    let yard = Yard::open(&world, "looking").await?;
    let standing = yard.deployment(&world.chain).standing().await?;
    assert!(standing.left.iter().all(|planned| planned.gas > 21_000));
    assert_eq!(yard.sent(&world).await?, 0);
    assert!(!yard.directory.exists());
    // What is predicted is what comes true.
    assert_eq!(yard.run(&world.chain).await?.addresses, standing.addresses);
    Ok(())
}
