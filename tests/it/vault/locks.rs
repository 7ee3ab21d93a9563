//! Locks: more weight for a while, and an end that nobody has to bring about.

use alloy::primitives::U256;
use eyre::Result;
use tributary::abi::IVault;
use tributary_tests::{Case, WEEK, World, tokens};

use super::{assert_earned, earned};
use crate::play;

/// Streams at ten units a second for two weeks.
const TEN_A_SECOND: u64 = 12_096_000;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_lock_weighs_by_the_curve_until_the_end_of_its_last_week),
        play!(locked_shares_can_be_neither_moved_nor_withdrawn),
        play!(assets_are_staked_and_locked_in_one_transaction),
        play!(a_lock_ends_by_itself_at_its_boundary).moving_time(),
        play!(a_boost_earns_up_to_its_boundary_and_not_a_second_more).moving_time(),
        play!(locks_that_end_in_the_same_week_are_one).moving_time(),
        play!(a_new_curve_is_for_new_locks_only),
    ]
}

async fn a_lock_weighs_by_the_curve_until_the_end_of_its_last_week(world: World) -> Result<()> {
    let (alice, vault) = (world.staker("alice", tokens(100)).await?, world.vault());
    let lock = IVault::lockCall { assets: tokens(40), durationWeeks: U256::from(5) };
    let sent = world.send(&alice, *vault.address(), &lock).await?;
    let log = sent.decoded_log::<IVault::Locked>().expect("a Locked");
    // Five of ten weeks: half of what ten give, which is as much again.
    assert_eq!((log.account, log.assets, log.boost), (alice.address(), tokens(40), tokens(20)));
    let begun = world.now().await? / WEEK;
    let unlock_time = U256::from((begun + 6) * WEEK);
    let locks = vault.locksOf(alice.address()).call().await?;
    // A week may have ended between the two transactions on a node whose clock runs.
    let latest = [unlock_time, unlock_time - U256::from(WEEK)];
    assert!(latest.contains(&log.unlockTime), "{} is none of {latest:?}", log.unlockTime);
    assert_eq!(locks.unlockTimes, [log.unlockTime]);
    assert_eq!((locks.assets, locks.boosts), (vec![tokens(40)], vec![tokens(20)]));
    assert_eq!(vault.weightOf(alice.address()).call().await?, tokens(120));
    assert_eq!(vault.totalWeight().call().await?, tokens(120));
    assert_eq!(vault.balanceOf(alice.address()).call().await?, tokens(100));
    assert_eq!(vault.unlockedBalanceOf(alice.address()).call().await?, tokens(60));
    Ok(())
}

async fn locked_shares_can_be_neither_moved_nor_withdrawn(world: World) -> Result<()> {
    let (alice, vault) = (world.staker("alice", tokens(100)).await?, world.vault());
    let (me, here) = (alice.address(), *vault.address());
    let lock = IVault::lockCall { assets: tokens(40), durationWeeks: U256::from(5) };
    world.send(&alice, here, &lock).await?;
    let (unlocked, needed) = (tokens(60), tokens(61));
    let error = || IVault::SharesLocked { account: me, unlocked, needed };
    let give = IVault::transferCall { to: world.treasury.address(), value: needed };
    world.refused(&alice, here, &give, error()).await;
    let leave = IVault::withdrawCall { assets: needed, receiver: me, owner: me };
    world.refused(&alice, here, &leave, error()).await;
    let lock = IVault::lockCall { assets: needed, durationWeeks: U256::from(5) };
    world.refused(&alice, here, &lock, error()).await;
    // What is free can go.
    let leave = IVault::withdrawCall { assets: unlocked, receiver: me, owner: me };
    world.send(&alice, here, &leave).await?;
    assert_eq!(vault.maxWithdraw(me).call().await?, U256::ZERO);
    Ok(())
}

async fn assets_are_staked_and_locked_in_one_transaction(world: World) -> Result<()> {
    let (alice, vault) = (world.holder("alice", tokens(10)).await?, world.vault());
    let call = IVault::depositAndLockCall { assets: tokens(10), durationWeeks: U256::from(10) };
    let sent = world.send(&alice, *vault.address(), &call).await?;
    assert!(sent.decoded_log::<IVault::Deposit>().is_some());
    assert!(sent.decoded_log::<IVault::Locked>().is_some());
    assert_eq!(vault.weightOf(alice.address()).call().await?, tokens(20));
    assert_eq!(vault.unlockedBalanceOf(alice.address()).call().await?, U256::ZERO);
    Ok(())
}

async fn a_lock_ends_by_itself_at_its_boundary(world: World) -> Result<()> {
    let alice = world.staker("alice", tokens(100)).await?;
    let (me, vault, here) = (alice.address(), world.vault(), world.system.vault());
    let week = world.next_week().await?;
    let lock = IVault::lockCall { assets: tokens(100), durationWeeks: U256::from(10) };
    world.send(&alice, here, &lock).await?;
    let end = week + 11 * WEEK;

    world.at(end - 1).await?;
    assert_eq!(vault.weightOf(me).call().await?, tokens(200));
    assert_eq!(vault.unlockedBalanceOf(me).call().await?, U256::ZERO);
    let leave = IVault::withdrawCall { assets: tokens(100), receiver: me, owner: me };
    let needed = tokens(100);
    let locked = IVault::SharesLocked { account: me, unlocked: U256::ZERO, needed };
    world.refused(&alice, here, &leave, locked).await;

    world.at(end).await?;
    assert_eq!(vault.weightOf(me).call().await?, tokens(100));
    assert_eq!(vault.totalWeight().call().await?, tokens(100));
    assert_eq!(vault.unlockedBalanceOf(me).call().await?, tokens(100));
    assert!(vault.locksOf(me).call().await?.unlockTimes.is_empty());
    world.send(&alice, here, &leave).await?;
    assert_eq!(world.token().balanceOf(me).call().await?, tokens(100));
    Ok(())
}

async fn a_boost_earns_up_to_its_boundary_and_not_a_second_more(world: World) -> Result<()> {
    let (alice, bob) =
        (world.staker("alice", tokens(100)).await?, world.staker("bob", tokens(100)).await?);
    let week = world.next_week().await?;
    let lock = IVault::lockCall { assets: tokens(100), durationWeeks: U256::from(10) };
    world.send(&bob, world.system.vault(), &lock).await?;
    let end = week + 11 * WEEK;
    // The stream begins a week before the lock ends, and ends a week after.
    world.at(end - WEEK).await?;
    world.notify(*world.dollar().address(), U256::from(TEN_A_SECOND)).await?;

    world.at(end).await?;
    assert_earned(earned(&world, &alice).await?, 2_016_000); // a third of a week's 6,048,000
    assert_earned(earned(&world, &bob).await?, 4_032_000);
    world.at(end + 1).await?;
    assert_earned(earned(&world, &alice).await?, 2_016_005); // half of each second's ten
    assert_earned(earned(&world, &bob).await?, 4_032_005);

    // Months later nothing has been lost or added, and nobody had to touch the lock.
    world.at(end + 20 * WEEK).await?;
    assert_earned(earned(&world, &alice).await?, 5_040_000);
    assert_earned(earned(&world, &bob).await?, 7_056_000);
    Ok(())
}

async fn locks_that_end_in_the_same_week_are_one(world: World) -> Result<()> {
    let (alice, vault) = (world.staker("alice", tokens(100)).await?, world.vault());
    let week = world.next_week().await?;
    let lock = |amount, weeks| IVault::lockCall {
        assets: tokens(amount),
        durationWeeks: U256::from(weeks),
    };
    world.send(&alice, *vault.address(), &lock(30, 5)).await?;
    world.send(&alice, *vault.address(), &lock(10, 8)).await?;
    world.at(week + 2 * WEEK).await?;
    world.send(&alice, *vault.address(), &lock(20, 3)).await?;
    let locks = vault.locksOf(alice.address()).call().await?;
    assert_eq!(locks.unlockTimes, [week + 6 * WEEK, week + 9 * WEEK].map(U256::from));
    assert_eq!(locks.assets, [tokens(50), tokens(10)]);
    assert_eq!(locks.boosts, [tokens(21), tokens(8)]); // 30 × 0.5 + 20 × 0.3, and 10 × 0.8
    Ok(())
}

async fn a_new_curve_is_for_new_locks_only(world: World) -> Result<()> {
    let (alice, vault) = (world.staker("alice", tokens(100)).await?, world.vault());
    let lock = IVault::lockCall { assets: tokens(10), durationWeeks: U256::from(10) };
    world.send(&alice, *vault.address(), &lock).await?;
    let (durations, multipliers) = (vec![0, 10], vec![10_000, 30_000]);
    let call =
        IVault::setCurveCall { durations: durations.clone(), multipliers: multipliers.clone() };
    let sent = world.send(&world.owner, *vault.address(), &call).await?;
    let log = sent.decoded_log::<IVault::CurveChanged>().expect("a CurveChanged").data;
    assert_eq!((log.durations, log.multipliers), (durations, multipliers));
    assert_eq!(vault.weightOf(alice.address()).call().await?, tokens(110));
    assert_eq!(vault.multiplier(U256::from(10)).call().await?, U256::from(30_000));
    world.send(&alice, *vault.address(), &lock).await?;
    assert_eq!(vault.weightOf(alice.address()).call().await?, tokens(130));
    Ok(())
}
