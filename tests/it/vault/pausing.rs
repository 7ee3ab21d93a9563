//! Owner and guardian: entering can be paused, leaving cannot.

use alloy::primitives::{Address, U256};
use eyre::Result;
use tributary::abi::IVault;
use tributary_tests::{Case, World, dollars, tokens};

use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_pause_stops_entering),
        play!(a_pause_never_stops_leaving),
        play!(the_guardian_pauses_and_only_the_owner_unpauses),
        play!(ownership_passes_in_two_steps),
    ]
}

async fn a_pause_stops_entering(world: World) -> Result<()> {
    let (alice, vault) = (world.staker("alice", tokens(8)).await?, world.vault());
    let (receiver, here, five) = (alice.address(), *vault.address(), U256::from(5));
    world.send(&world.guardian, here, &IVault::pauseCall {}).await?;
    assert!(vault.paused().call().await?);
    assert_eq!(vault.maxDeposit(receiver).call().await?, U256::ZERO);
    assert_eq!(vault.maxMint(receiver).call().await?, U256::ZERO);
    let stop = || IVault::EnforcedPause {};
    world.refused(&alice, here, &IVault::depositCall { assets: five, receiver }, stop()).await;
    world.refused(&alice, here, &IVault::mintCall { shares: five, receiver }, stop()).await;
    let lock = IVault::lockCall { assets: five, durationWeeks: five };
    world.refused(&alice, here, &lock, stop()).await;
    let both = IVault::depositAndLockCall { assets: five, durationWeeks: five };
    world.refused(&alice, here, &both, stop()).await;
    let token = *world.dollar().address();
    let push = IVault::notifyRevenueCall { token, amount: dollars(1) };
    world.refused(&world.owner, here, &push, stop()).await;
    Ok(())
}

async fn a_pause_never_stops_leaving(world: World) -> Result<()> {
    let (alice, vault) = (world.staker("alice", tokens(8)).await?, world.vault());
    let (me, here, to) = (alice.address(), *vault.address(), world.treasury.address());
    world.notify(*world.dollar().address(), dollars(100)).await?;
    world.send(&world.owner, here, &IVault::pauseCall {}).await?;
    world.send(&alice, here, &IVault::transferCall { to, value: tokens(1) }).await?;
    let out = IVault::withdrawCall { assets: tokens(2), receiver: me, owner: me };
    world.send(&alice, here, &out).await?;
    let out = IVault::redeemCall { shares: tokens(5), receiver: me, owner: me };
    world.send(&alice, here, &out).await?;
    let claim = IVault::claimCall { tokens: vec![*world.dollar().address()] };
    world.send(&alice, here, &claim).await?;
    assert_eq!(world.token().balanceOf(me).call().await?, tokens(7));
    Ok(())
}

async fn the_guardian_pauses_and_only_the_owner_unpauses(world: World) -> Result<()> {
    let (here, account) = (world.system.vault(), world.guardian.address());
    let stranger = world.account("stranger").await?;
    let no = |account: Address| IVault::OwnableUnauthorizedAccount { account };
    world.refused(&stranger, here, &IVault::pauseCall {}, no(stranger.address())).await;
    let paused = world.send(&world.guardian, here, &IVault::pauseCall {}).await?;
    assert_eq!(paused.decoded_log::<IVault::Paused>().expect("a Paused").account, account);
    world.refused(&world.guardian, here, &IVault::unpauseCall {}, no(account)).await;
    let unpaused = world.send(&world.owner, here, &IVault::unpauseCall {}).await?;
    assert!(unpaused.decoded_log::<IVault::Unpaused>().is_some());
    assert!(!world.vault().paused().call().await?);
    Ok(())
}

async fn ownership_passes_in_two_steps(world: World) -> Result<()> {
    let (heir, vault) = (world.account("heir").await?, world.vault());
    let (account, here) = (heir.address(), *vault.address());
    let no = |account| IVault::OwnableUnauthorizedAccount { account };
    let offer = IVault::transferOwnershipCall { newOwner: account };
    world.refused(&heir, here, &offer, no(account)).await;
    world.send(&world.owner, here, &offer).await?;
    assert_eq!(vault.owner().call().await?, world.owner.address());
    assert_eq!(vault.pendingOwner().call().await?, account);
    let accept = IVault::acceptOwnershipCall {};
    world.refused(&world.guardian, here, &accept, no(world.guardian.address())).await;
    let sent = world.send(&heir, here, &accept).await?;
    let log = sent.decoded_log::<IVault::OwnershipTransferred>().expect("an OwnershipTransferred");
    assert_eq!((log.previousOwner, log.newOwner), (world.owner.address(), account));
    assert_eq!(vault.owner().call().await?, account);
    assert_eq!(vault.pendingOwner().call().await?, Address::ZERO);
    Ok(())
}
