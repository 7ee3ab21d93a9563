//! A holder's life by commands alone.

use alloy::{
    primitives::{Address, U256},
    signers::local::PrivateKeySigner,
};
use eyre::Result;
use tributary::abi::IToken;
use tributary_tests::{Case, WEEK, World, dollars, tokens};

use super::{Desk, catch_up, events};
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_holder_stakes_locks_claims_and_leaves).moving_time(),
        play!(a_permit_spares_the_approval),
        play!(locks_are_extended_unwound_and_left_early),
        play!(a_lock_says_when_it_ends_and_what_it_changes_of_the_weight),
        play!(a_position_is_that_of_the_signer_if_nobody_is_named),
        play!(payout_compound_and_votes_are_set_by_commands).moving_time(),
    ]
}

/// An account with `amount` of the platform's token, which allowed nobody anything.
async fn newcomer(world: &World, amount: U256) -> Result<PrivateKeySigner> {
    let account = world.account("newcomer").await?;
    let give = IToken::transferCall { to: account.address(), value: amount };
    world.send(&world.owner, *world.token().address(), &give).await?;
    Ok(account)
}

async fn a_holder_stakes_locks_claims_and_leaves(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, newcomer(&world, tokens(100)).await?);
    let (vault, me) = (world.vault(), alice.address());
    let start = world.next_week().await?;

    let said = desk.done(&alice, "stake 40 --approve")?;
    assert_eq!(said["transactions"].as_array().map(Vec::len), Some(2), "approve, then deposit");
    assert!(events(&said, 1).contains(&"Deposit"), "{said}");
    desk.done(&alice, "stake all --weeks 10")?;
    assert_eq!(vault.balanceOf(me).call().await?, tokens(100));
    assert_eq!(vault.unlockedBalanceOf(me).call().await?, tokens(40));
    desk.done(&alice, "lock 15 --weeks 4")?;
    assert_eq!(vault.unlockedBalanceOf(me).call().await?, tokens(25));

    catch_up(&world).await?;
    world.notify(*world.dollar().address(), dollars(100)).await?;
    world.at(start + 20 * WEEK).await?;
    let said = desk.done(&alice, "claim usdt")?;
    assert!(events(&said, 0).contains(&"RevenueClaimed"), "{said}");
    let earned = world.dollar().balanceOf(me).call().await?;
    assert!(earned + U256::from(1) >= dollars(100), "all but a unit: {earned}");
    catch_up(&world).await?;
    let friend = world.account("friend").await?.address();
    desk.done(&alice, &format!("withdraw all --to {friend}"))?;
    assert_eq!(world.token().balanceOf(friend).call().await?, tokens(100));
    Ok(())
}

async fn a_permit_spares_the_approval(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, newcomer(&world, tokens(9)).await?);
    let said = desk.done(&alice, "stake 4")?;
    let sent = &said["transactions"];
    assert_eq!(sent.as_array().map(Vec::len), Some(1));
    assert_eq!(sent[0]["function"], "depositWithPermit");
    let said = desk.done(&alice, "stake 5 --weeks 3")?;
    assert_eq!(said["transactions"][0]["function"], "depositAndLockWithPermit");
    let vault = world.vault();
    assert_eq!(vault.balanceOf(alice.address()).call().await?, tokens(9));
    assert_eq!(vault.unlockedBalanceOf(alice.address()).call().await?, tokens(4));
    Ok(())
}

async fn locks_are_extended_unwound_and_left_early(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.staker("alice", tokens(100)).await?);
    let (vault, me) = (world.vault(), alice.address());
    desk.done(&alice, "lock 60 --weeks 2")?;
    desk.done(&alice, "extend 1 --amount 20 --weeks 10")?;
    let locks = vault.locksOf(me).call().await?;
    assert_eq!(locks.assets, [tokens(40), tokens(20)]);
    let later = locks.unlockTimes[1];
    desk.signed(&alice, "extend 3 --weeks 20")?.ends(2, &["no lock 3; the account has 2"]);
    desk.signed(&alice, "extend 2 --weeks 1")?.ends(3, &["LockNotExtended", "choose more weeks"]);

    desk.signed(&alice, "exit 1")?.ends(2, &["no early exit"]);
    desk.done(&world.owner, "penalty set 0:1000 208:1000 --source subscriptions")?;
    let said = desk.done(&alice, &format!("exit {later} --amount 10"))?;
    assert!(
        said["facts"][0].as_str().is_some_and(|fact| fact.starts_with("it costs 1 TEST (10 %)"))
    );
    assert_eq!(vault.balanceOf(me).call().await?, tokens(99));
    assert_eq!(world.splitter().undistributed(*world.token().address()).call().await?, tokens(1));

    desk.done(&alice, "lock 30 --weeks 10 --standing")?;
    assert_eq!(vault.standingOf(me).call().await?.assets, tokens(30));
    desk.done(&alice, "unwind 12")?;
    assert_eq!(vault.standingOf(me).call().await?.assets, tokens(18));

    let page = desk.run(&format!("position {me} --json"))?.json()?;
    assert_eq!(page["standing"]["assets"]["amount"], tokens(18).to_string());
    assert_eq!(page["locks"].as_array().map(Vec::len), Some(2));
    assert_eq!(page["shareBps"], 10_000);
    desk.run(&format!("position {me}"))?.ends(0, &["99 TEST", "standing    18 TEST", "free on"]);
    Ok(())
}

async fn a_lock_says_when_it_ends_and_what_it_changes_of_the_weight(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.staker("alice", tokens(100)).await?);
    let said = desk.done(&alice, "lock 60 --weeks 10")?;
    let facts = said["facts"].to_string();
    let end = world.vault().locksOf(alice.address()).call().await?.unlockTimes[0];
    let end = tributary::units::date(end.to());
    assert!(facts.contains(&format!("it ends on {end}")), "{said}");
    assert!(facts.contains("weight is 100 TEST now, 160 TEST after"), "{said}");
    assert_eq!(said["warnings"], serde_json::json!([]));
    let twice = desk.signed(&alice, "extend 1 --weeks 11 --amount 30")?;
    twice.ends(0, &["! this locks for no more weight"]);

    desk.done(&world.owner, "curve set 0:10000 208:15200")?;
    let said = desk.signed(&alice, "extend 1 --weeks 20 --amount 30")?;
    said.ends(0, &["! this lowers the account's weight, from 160 TEST to 131.5 TEST"]);
    desk.done(&world.owner, "curve set 0:10000")?;
    for line in ["lock 1 --weeks 4", "lock 1 --weeks 4 --standing"] {
        desk.signed(&alice, line)?.ends(0, &["! this locks for no more weight"]);
    }
    Ok(())
}

async fn a_position_is_that_of_the_signer_if_nobody_is_named(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.staker("alice", tokens(3)).await?);
    let page = desk.signed(&alice, "position --json")?.json()?;
    assert_eq!(page["account"], alice.address().to_string());
    assert_eq!(page["staked"]["amount"], tokens(3).to_string());
    desk.run("position")?.ends(2, &["whose position?"]);
    Ok(())
}

async fn payout_compound_and_votes_are_set_by_commands(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.staker("alice", tokens(10)).await?);
    let (vault, me) = (world.vault(), alice.address());
    let friend = Address::repeat_byte(0x77);
    desk.done(&alice, &format!("payout {friend} --automatic"))?;
    let payout = vault.payoutOf(me).call().await?;
    assert_eq!((payout.payee, payout.automatic), (friend, true));
    desk.done(&alice, "payout")?;
    let payout = vault.payoutOf(me).call().await?;
    assert_eq!((payout.payee, payout.automatic), (Address::ZERO, false));

    desk.done(&alice, &format!("delegate {friend}"))?;
    assert_eq!(vault.getVotes(friend).call().await?, tokens(10));

    desk.signed(&alice, "compound")?.ends(0, &["that is 0 TEST", "Nothing to do"]);
    catch_up(&world).await?;
    world.notify(*world.token().address(), tokens(7)).await?;
    world.at(world.now().await? + 3 * WEEK).await?;
    desk.done(&alice, "compound")?;
    assert!(vault.balanceOf(me).call().await? >= tokens(17) - U256::from(1));
    Ok(())
}
