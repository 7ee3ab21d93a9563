//! Revenue: streamed by the second, by weight, in several tokens, and paid when its owner asks.

use alloy::primitives::U256;
use eyre::Result;
use tributary::abi::{IToken, IVault};
use tributary_tests::{Case, WEEK, World, dollars, tokens};

use super::{assert_earned, earned};
use crate::play;

/// Streams at ten units a second for two weeks.
const TEN_A_SECOND: u64 = 12_096_000;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(revenue_streams_by_the_second_by_weight).moving_time(),
        play!(streams_add_up).moving_time(),
        play!(a_transfer_leaves_past_revenue_with_the_sender).moving_time(),
        play!(a_claim_pays_every_token_once).moving_time(),
        play!(a_claim_can_be_paid_to_another).moving_time(),
        play!(revenue_that_found_nobody_waits_and_streams_anew).moving_time(),
        play!(the_asset_can_be_earned_and_is_kept_apart_from_stake).moving_time(),
        play!(catching_up_in_parts_changes_nobodys_revenue).moving_time(),
        play!(claiming_nothing_is_no_error),
        play!(a_retired_token_stays_claimable).moving_time(),
    ]
}

async fn revenue_streams_by_the_second_by_weight(world: World) -> Result<()> {
    let (alice, bob) =
        (world.staker("alice", tokens(1)).await?, world.staker("bob", tokens(4)).await?);
    let start = world.next_week().await?;
    let amount = U256::from(TEN_A_SECOND);
    let pushed = world.notify(*world.dollar().address(), amount).await?;
    let log = pushed.decoded_log::<IVault::RevenueNotified>().expect("a RevenueNotified");
    assert_eq!((log.amount, log.end), (amount, U256::from(start + 2 * WEEK)));
    assert_eq!(earned(&world, &alice).await?, U256::ZERO);
    world.at(start + 1).await?;
    assert_earned(earned(&world, &alice).await?, 2);
    assert_earned(earned(&world, &bob).await?, 8);
    world.at(start + 86_400).await?;
    assert_earned(earned(&world, &alice).await?, 172_800);
    assert_earned(earned(&world, &bob).await?, 691_200);
    world.at(start + 3 * WEEK).await?;
    assert_earned(earned(&world, &alice).await?, 2_419_200);
    assert_earned(earned(&world, &bob).await?, 9_676_800);
    Ok(())
}

async fn streams_add_up(world: World) -> Result<()> {
    let alice = world.staker("alice", tokens(3)).await?;
    let (start, dollar) = (world.next_week().await?, *world.dollar().address());
    world.notify(dollar, U256::from(TEN_A_SECOND)).await?;
    // A week later there is a week left of the first; the second is as fast, for two weeks.
    world.at(start + WEEK).await?;
    world.notify(dollar, U256::from(TEN_A_SECOND)).await?;
    world.at(start + WEEK + 100).await?;
    assert_earned(earned(&world, &alice).await?, 6_048_000 + 2_000);
    world.at(start + 2 * WEEK + 100).await?;
    assert_earned(earned(&world, &alice).await?, TEN_A_SECOND + 6_048_000 + 1_000);
    Ok(())
}

async fn a_transfer_leaves_past_revenue_with_the_sender(world: World) -> Result<()> {
    let (alice, bob) = (world.staker("alice", tokens(8)).await?, world.account("bob").await?);
    let start = world.next_week().await?;
    world.notify(*world.dollar().address(), U256::from(TEN_A_SECOND)).await?;
    world.at(start + 1_000).await?;
    let give = IVault::transferCall { to: bob.address(), value: tokens(8) };
    world.send(&alice, world.system.vault(), &give).await?;
    world.at(start + 3_000).await?;
    assert_earned(earned(&world, &alice).await?, 10_000);
    assert_earned(earned(&world, &bob).await?, 20_000);
    Ok(())
}

/// A staker after a week of dollars and of the platform's token.
async fn after_a_week(world: &World) -> Result<alloy::signers::local::PrivateKeySigner> {
    let alice = world.staker("alice", tokens(8)).await?;
    let start = world.next_week().await?;
    for token in [*world.dollar().address(), *world.token().address()] {
        world.notify(token, U256::from(TEN_A_SECOND)).await?;
    }
    world.at(start + WEEK).await?;
    Ok(alice)
}

async fn a_claim_pays_every_token_once(world: World) -> Result<()> {
    let (alice, here) = (after_a_week(&world).await?, world.system.vault());
    let (dollar, token) = (world.dollar(), world.token());
    let call = IVault::claimCall { tokens: vec![*dollar.address(), *token.address()] };
    let amounts = world.ask(alice.address(), here, &call).await?;
    world.send(&alice, here, &call).await?;
    assert_earned(amounts[0], 6_048_000);
    assert_eq!(dollar.balanceOf(alice.address()).call().await?, amounts[0]);
    assert_eq!(token.balanceOf(alice.address()).call().await?, amounts[1]);
    assert_eq!(earned(&world, &alice).await?, U256::ZERO);
    assert_eq!(world.ask(alice.address(), here, &call).await?, [U256::ZERO; 2]);
    Ok(())
}

async fn a_claim_can_be_paid_to_another(world: World) -> Result<()> {
    let (alice, bob) = (after_a_week(&world).await?, world.account("bob").await?);
    let (dollar, receiver) = (world.dollar(), bob.address());
    let call = IVault::claimToCall { tokens: vec![*dollar.address()], receiver };
    let sent = world.send(&alice, world.system.vault(), &call).await?;
    let log = sent.decoded_log::<IVault::RevenueClaimed>().expect("a RevenueClaimed");
    assert_eq!((log.account, log.receiver), (alice.address(), receiver));
    assert_eq!(log.token, *dollar.address());
    assert_earned(log.amount, 6_048_000);
    assert_eq!(dollar.balanceOf(receiver).call().await?, log.amount);
    assert_eq!(dollar.balanceOf(alice.address()).call().await?, U256::ZERO);
    Ok(())
}

async fn revenue_that_found_nobody_waits_and_streams_anew(world: World) -> Result<()> {
    let (start, vault, dollar) =
        (world.next_week().await?, world.vault(), *world.dollar().address());
    world.notify(dollar, U256::from(TEN_A_SECOND)).await?;
    // A week of it fell due while nobody was there.
    world.at(start + WEEK).await?;
    let state = vault.rewardState(dollar).call().await?;
    assert_eq!(state.heldQ128, U256::from(6_048_000) << 128);
    let alice = world.holder("alice", tokens(8)).await?;
    let stake = IVault::depositCall { assets: tokens(8), receiver: alice.address() };
    let sent = world.send(&alice, *vault.address(), &stake).await?;
    let log = sent.decoded_log::<IVault::HeldRevenueStreamed>().expect("a HeldRevenueStreamed");
    assert_eq!((log.token, log.end), (dollar, U256::from(start + 3 * WEEK)));
    assert_eq!(log.amountQ128, U256::from(6_048_000) << 128);
    // Ten a second of the stream, and five a second of what was held.
    world.at(start + WEEK + 1_000).await?;
    assert_earned(earned(&world, &alice).await?, 15_000);
    world.at(start + 4 * WEEK).await?;
    assert_earned(earned(&world, &alice).await?, TEN_A_SECOND);
    Ok(())
}

async fn the_asset_can_be_earned_and_is_kept_apart_from_stake(world: World) -> Result<()> {
    let (alice, vault, token) =
        (world.staker("alice", tokens(8)).await?, world.vault(), world.token());
    let (me, here, start) = (alice.address(), *vault.address(), world.next_week().await?);
    world.notify(*token.address(), tokens(14)).await?;
    assert_eq!(vault.totalAssets().call().await?, tokens(8));
    world.at(start + 2 * WEEK).await?;
    let leave = IVault::withdrawCall { assets: tokens(8), receiver: me, owner: me };
    world.send(&alice, here, &leave).await?;
    assert_eq!(token.balanceOf(me).call().await?, tokens(8));
    let call = IVault::claimCall { tokens: vec![*token.address()] };
    let paid = world.ask(me, here, &call).await?[0];
    assert!(tokens(14) - paid <= U256::from(1), "{paid}");
    world.send(&alice, here, &call).await?;
    assert_eq!(token.balanceOf(me).call().await?, tokens(8) + paid);
    Ok(())
}

async fn catching_up_in_parts_changes_nobodys_revenue(world: World) -> Result<()> {
    let (alice, vault) = (world.staker("alice", tokens(3)).await?, world.vault());
    let start = world.next_week().await?;
    let lock = IVault::lockCall { assets: tokens(1), durationWeeks: U256::from(2) };
    world.send(&alice, *vault.address(), &lock).await?;
    world.notify(*world.dollar().address(), U256::from(TEN_A_SECOND)).await?;
    world.at(start + 5 * WEEK + 7).await?;
    let before = earned(&world, &alice).await?;
    let catch_up = |weeks| IVault::checkpointCall { maxWeeks: U256::from(weeks) };
    let left = world.ask(alice.address(), *vault.address(), &catch_up(2)).await?;
    world.send(&alice, *vault.address(), &catch_up(2)).await?;
    assert_eq!(world.ask(alice.address(), *vault.address(), &catch_up(0)).await?, left);
    world.send(&alice, *vault.address(), &catch_up(208)).await?;
    assert_eq!(vault.lastCheckpoint().call().await?, U256::from(start + 5 * WEEK + 7));
    assert_eq!(earned(&world, &alice).await?, before);
    assert_earned(before, TEN_A_SECOND);
    Ok(())
}

async fn claiming_nothing_is_no_error(world: World) -> Result<()> {
    let alice = world.account("alice").await?;
    let call = IVault::claimCall { tokens: vec![*world.dollar().address()] };
    let sent = world.send(&alice, world.system.vault(), &call).await?;
    assert!(sent.decoded_log::<IVault::RevenueClaimed>().is_none());
    let none = world.ask(alice.address(), world.system.vault(), &call).await?;
    assert_eq!(none, [U256::ZERO]);
    Ok(())
}

async fn a_retired_token_stays_claimable(world: World) -> Result<()> {
    let (alice, vault) = (after_a_week(&world).await?, world.vault());
    let (token, here) = (*world.dollar().address(), *vault.address());
    let retire = IVault::retireRewardTokenCall { token };
    let sent = world.send(&world.owner, here, &retire).await?;
    assert!(sent.decoded_log::<IVault::RewardTokenRetired>().is_some());
    let allow = IToken::approveCall { spender: here, value: dollars(1) };
    world.send(&world.owner, token, &allow).await?;
    let push = IVault::notifyRevenueCall { token, amount: dollars(1) };
    world.refused(&world.owner, here, &push, IVault::RewardTokenIsRetired { token }).await;
    world.send(&alice, here, &IVault::claimCall { tokens: vec![token] }).await?;
    assert_earned(world.dollar().balanceOf(alice.address()).call().await?, 6_048_000);
    Ok(())
}
