//! Gas that becomes dear while a platform is deployed.

use std::time::Duration;

use alloy::{primitives::U256, providers::Provider, providers::ext::AnvilApi};
use eyre::Result;
use tributary::{
    abi::ISplitter,
    chain::Chain,
    deploy::{error::DeployError, standing::Standing},
};
use tributary_tests::{Case, World};

use super::yard::Yard;
use crate::{cli::hostile::Hostile, play};

pub(super) fn cases() -> Vec<Case> {
    vec![
        play!(a_transaction_under_the_price_of_gas_is_replaced_and_done_once).on_our_node(),
        play!(above_the_limit_it_waits_and_a_later_run_goes_on_under_the_same_number).on_our_node(),
        play!(where_gas_is_above_the_limit_at_once_nothing_is_sent).on_our_node(),
    ]
}

/// A yard with plenty of ether that waits for a second, and a node whose prices rise to three times what
/// they are, unseen until something was sent.
async fn spiked(world: &World, name: &str) -> Result<(Yard, Hostile, u128)> {
    let mut yard = Yard::open(world, name).await?;
    yard.auction.patience = Duration::from_secs(1);
    let provider = world.chain.provider();
    let plenty = U256::from(10).pow(U256::from(19));
    provider.anvil_set_balance(yard.payer.address, plenty).await?;
    let (node, price) = (Hostile::before(world.url()).await?, provider.get_gas_price().await?);
    node.spike(3 * price);
    Ok((yard, node, price))
}

/// Everything is there, and was sent once.
async fn assert_once(
    world: &World,
    yard: &Yard,
    standing: &Standing,
    planned: usize,
) -> Result<()> {
    assert!(standing.is_complete(), "{:?}", standing.items);
    assert_eq!(yard.sent(world).await?, planned as u64);
    let splitter = ISplitter::new(standing.addresses["splitter"], world.chain.provider());
    let policies = yard.terms.platform.policies.len();
    assert_eq!(splitter.policyCount().call().await?, U256::from(policies));
    assert_eq!(yard.record()?.pending, None);
    Ok(())
}

async fn a_transaction_under_the_price_of_gas_is_replaced_and_done_once(
    world: World,
) -> Result<()> {
    let (yard, node, price) = spiked(&world, "replaced").await?;
    let planned = yard.deployment(&world.chain).standing().await?.left.len();
    let (chain, mut told) = (Chain::connect(&node.url).await?, Vec::new());
    let mut say = |line: &str| told.push(line.to_owned());
    let standing = yard.deployment(&chain).run(&yard.payer, &mut say).await?;
    assert_once(&world, &yard, &standing, planned).await?;
    assert_eq!(node.kept(), [2 * price], "one was kept, and what replaced it was mined");
    let again = told.iter().filter(|line| line.contains("offered again for more"));
    assert_eq!(again.count(), 1, "{told:?}");
    Ok(())
}

async fn above_the_limit_it_waits_and_a_later_run_goes_on_under_the_same_number(
    world: World,
) -> Result<()> {
    let (mut yard, node, price) = spiked(&world, "limited").await?;
    let planned = yard.deployment(&world.chain).standing().await?.left.len();
    yard.auction.limit = 2 * price;
    let chain = Chain::connect(&node.url).await?;
    let error = yard.run(&chain).await.expect_err("it costs three times that");
    let Some(DeployError::NotMined { fee, limit, .. }) = error.downcast_ref() else {
        panic!("{error:#}")
    };
    assert_eq!((*fee, *limit), (2 * price, 2 * price));
    let pending = yard.record()?.pending.expect("it is under way");
    assert_eq!((pending.nonce, pending.transactions.len()), (0, 1));
    assert_eq!(yard.sent(&world).await?, 0);

    let error = yard.run(&chain).await.expect_err("it still does");
    assert!(matches!(error.downcast_ref(), Some(DeployError::TooDear { .. })), "{error:#}");
    assert_eq!(node.kept().len(), 1, "nothing more was sent");

    yard.auction.limit = 10 * price;
    let standing = yard.run(&chain).await?;
    assert_once(&world, &yard, &standing, planned).await
}

async fn where_gas_is_above_the_limit_at_once_nothing_is_sent(world: World) -> Result<()> {
    let mut yard = Yard::open(&world, "too dear").await?;
    let price = world.chain.provider().get_gas_price().await?;
    yard.auction.limit = price - 1;
    let error = yard.run(&world.chain).await.expect_err("it is above the limit");
    let said = format!("{error:#}");
    assert!(said.contains("allowed by --max-fee"), "{said}");
    assert_eq!(yard.sent(&world).await?, 0);
    Ok(())
}
