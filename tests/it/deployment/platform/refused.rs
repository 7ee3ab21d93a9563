//! What cannot be done is said before anything is sent.

use alloy::{
    primitives::{Address, U256, address, utils::parse_ether},
    providers::ext::AnvilApi,
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::Result;
use tributary::{
    chain::Call,
    deploy::{error::DeployError, terms::Terms},
};
use tributary_tests::{Case, World};

use super::yard::Yard;
use crate::{deployment::echo, play};

const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");

alloy::sol! {
    /// The part of the precompile that prices activations.
    interface ArbOwner {
        function setWasmActivationGas(uint64 gas) external;
    }
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        play!(paused_activations_are_told_and_dear_ones_are_paid).on_our_node(),
        play!(a_payer_with_too_little_is_told_how_much_is_needed).on_our_node(),
        play!(another_account_cannot_go_on_with_a_deployment),
        play!(another_platform_needs_another_directory),
        play!(what_the_file_leaves_open_is_asked_for),
    ]
}

fn reason(error: eyre::Report) -> DeployError {
    error.downcast().unwrap_or_else(|other| panic!("not a typed error: {other:#}"))
}

async fn paused_activations_are_told_and_dear_ones_are_paid(world: World) -> Result<()> {
    let mut yard = Yard::open(&world, "paused").await?;
    set_activation_gas(&world, 40_000_000).await?;
    // Code that is active, as every contract's is here, needs no activation: only what is new does.
    let new = artifact::from_wasm("vault", &echo(yard.payer.address))?;
    let vault = yard.replace(new);
    let error = reason(yard.run(&world.chain).await.expect_err("activations are paused"));
    let DeployError::ActivationPaused { contract, added, needed, limit } = error else {
        panic!("{error}")
    };
    assert_eq!((contract.as_str(), added), ("vault", 40_000_000));
    assert!(needed > added && needed > limit, "{needed}");
    assert_eq!(yard.sent(&world).await?, 0);

    yard.replace(vault);
    set_activation_gas(&world, 5_000_000).await?;
    assert_eq!(yard.run(&world.chain).await?.outlook.added_gas, 5_000_000);
    Ok(())
}

async fn set_activation_gas(world: &World, gas: u64) -> Result<()> {
    let owner = PrivateKeySigner::from_bytes(&devnode::well_known_accounts()[0].private_key)?;
    let set = ArbOwner::setWasmActivationGasCall { gas };
    world.chain.send(&owner, Call::raw("set the price", ARB_OWNER, set.abi_encode())).await?;
    Ok(())
}

async fn a_payer_with_too_little_is_told_how_much_is_needed(world: World) -> Result<()> {
    let yard = Yard::open(&world, "poor").await?;
    let little = parse_ether("0.0001")?;
    world.chain.provider().anvil_set_balance(yard.payer.address, little).await?;
    let error = reason(yard.run(&world.chain).await.expect_err("that is too little"));
    let DeployError::InsufficientFunds { step, needed, has, .. } = error else { panic!("{error}") };
    assert_eq!((step.as_str(), has), ("deploy token", little));
    assert!(needed > little && needed < parse_ether("0.05")?, "{needed}");
    world.chain.provider().anvil_set_balance(yard.payer.address, U256::from(10) * needed).await?;
    assert!(yard.run(&world.chain).await?.left.is_empty());
    Ok(())
}

async fn another_account_cannot_go_on_with_a_deployment(world: World) -> Result<()> {
    let mut yard = Yard::open(&world, "begun").await?;
    let stranger = Yard::open(&world, "stranger").await?;
    yard.payer = stranger.payer.clone();
    let error = reason(yard.run(&world.chain).await.expect_err("it is another's"));
    let DeployError::OtherDeployer { expected, found, .. } = error else { panic!("{error}") };
    assert_eq!((expected, found), (yard.terms.deployer, stranger.payer.address));
    assert_eq!(stranger.sent(&world).await?, 0);
    Ok(())
}

async fn another_platform_needs_another_directory(world: World) -> Result<()> {
    let mut yard = Yard::open(&world, "one").await?;
    yard.run(&world.chain).await?;
    let sent = yard.sent(&world).await?;
    yard.terms.platform.name = "two".into();
    let error = reason(yard.run(&world.chain).await.expect_err("the record is another's"));
    assert!(matches!(error, DeployError::OtherPlatform { .. }), "{error}");
    assert_eq!(yard.sent(&world).await?, sent);
    Ok(())
}

async fn what_the_file_leaves_open_is_asked_for(world: World) -> Result<()> {
    let (platform, me) = (world.system.platform.clone(), world.owner.address());
    let settle = |platform| Terms::settle(platform, world.chain.chain_id(), me, false);
    let error = settle(platform.clone()).expect_err("the treasury is not known").to_string();
    assert!(error.contains("treasury") && error.contains("[chain."), "{error}");
    let mut named = platform;
    let on_chain = named.chains.entry(world.chain.chain_id().to_string()).or_default();
    on_chain.payees = world.system.roles.clone();
    let error = settle(named).expect_err("the dollar is not known").to_string();
    assert!(error.contains("stablecoin") && error.contains("--test-tokens"), "{error}");
    Ok(())
}
