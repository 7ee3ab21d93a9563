//! In and out: one share for one asset, for ever.

use alloy::primitives::{Address, U256};
use eyre::Result;
use tributary::abi::IVault;
use tributary_tests::{Case, World, tokens};

use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_deposit_mints_as_many_shares_and_is_logged),
        play!(a_mint_takes_as_many_assets_and_may_be_for_another),
        play!(a_withdrawal_burns_shares_and_pays_whom_it_names),
        play!(a_redemption_for_another_uses_up_an_allowance),
        play!(the_erc_4626_facade_says_one_to_one),
        play!(stake_comes_and_goes_with_the_shares_that_are_transferred),
    ]
}

async fn a_deposit_mints_as_many_shares_and_is_logged(world: World) -> Result<()> {
    let (alice, vault) = (world.holder("alice", tokens(10)).await?, world.vault());
    let (me, assets) = (alice.address(), tokens(7));
    let call = IVault::depositCall { assets, receiver: me };
    assert_eq!(world.ask(me, *vault.address(), &call).await?, assets);
    let sent = world.send(&alice, *vault.address(), &call).await?;
    let log = sent.decoded_log::<IVault::Deposit>().expect("a Deposit");
    assert_eq!((log.sender, log.owner, log.assets, log.shares), (me, me, assets, assets));
    let minted = sent.decoded_log::<IVault::Transfer>().expect("a Transfer");
    assert_eq!((minted.from, minted.to, minted.value), (Address::ZERO, me, assets));
    assert_eq!(vault.balanceOf(me).call().await?, assets);
    assert_eq!(vault.totalAssets().call().await?, assets);
    assert_eq!(world.token().balanceOf(*vault.address()).call().await?, assets);
    assert_eq!(world.token().balanceOf(me).call().await?, tokens(3));
    Ok(())
}

async fn a_mint_takes_as_many_assets_and_may_be_for_another(world: World) -> Result<()> {
    let (alice, bob) = (world.holder("alice", tokens(10)).await?, world.account("bob").await?);
    let (vault, call) =
        (world.vault(), IVault::mintCall { shares: tokens(2), receiver: bob.address() });
    assert_eq!(world.ask(alice.address(), *vault.address(), &call).await?, tokens(2));
    world.send(&alice, *vault.address(), &call).await?;
    assert_eq!(vault.balanceOf(bob.address()).call().await?, tokens(2));
    assert_eq!(vault.balanceOf(alice.address()).call().await?, U256::ZERO);
    assert_eq!(world.token().balanceOf(alice.address()).call().await?, tokens(8));
    Ok(())
}

async fn a_withdrawal_burns_shares_and_pays_whom_it_names(world: World) -> Result<()> {
    let (alice, bob) = (world.staker("alice", tokens(10)).await?, world.account("bob").await?);
    let (vault, owner, receiver) = (world.vault(), alice.address(), bob.address());
    let call = IVault::withdrawCall { assets: tokens(4), receiver, owner };
    let sent = world.send(&alice, *vault.address(), &call).await?;
    let log = sent.decoded_log::<IVault::Withdraw>().expect("a Withdraw");
    assert_eq!((log.sender, log.receiver, log.owner), (owner, receiver, owner));
    assert_eq!((log.assets, log.shares), (tokens(4), tokens(4)));
    assert_eq!(world.token().balanceOf(receiver).call().await?, tokens(4));
    assert_eq!(vault.totalSupply().call().await?, tokens(6));
    Ok(())
}

async fn a_redemption_for_another_uses_up_an_allowance(world: World) -> Result<()> {
    let (alice, bob) = (world.staker("alice", tokens(10)).await?, world.account("bob").await?);
    let (vault, owner, spender) = (world.vault(), alice.address(), bob.address());
    let redeem = |shares| IVault::redeemCall { shares, receiver: spender, owner };
    let none = U256::ZERO;
    let short = IVault::ERC20InsufficientAllowance { spender, allowance: none, needed: tokens(1) };
    world.refused(&bob, *vault.address(), &redeem(tokens(1)), short).await;
    let approve = IVault::approveCall { spender, value: tokens(3) };
    world.send(&alice, *vault.address(), &approve).await?;
    world.send(&bob, *vault.address(), &redeem(tokens(2))).await?;
    assert_eq!(vault.allowance(owner, spender).call().await?, tokens(1));
    assert_eq!(world.token().balanceOf(spender).call().await?, tokens(2));
    Ok(())
}

async fn the_erc_4626_facade_says_one_to_one(world: World) -> Result<()> {
    let (alice, vault) = (world.staker("alice", tokens(10)).await?, world.vault());
    let (me, some) = (alice.address(), tokens(123));
    assert_eq!(vault.asset().call().await?, *world.token().address());
    assert_eq!(vault.decimals().call().await?, 18);
    assert_eq!(vault.symbol().call().await?, "stTEST");
    assert_eq!(vault.convertToShares(some).call().await?, some);
    assert_eq!(vault.convertToAssets(some).call().await?, some);
    assert_eq!(vault.previewDeposit(some).call().await?, some);
    assert_eq!(vault.previewMint(some).call().await?, some);
    assert_eq!(vault.previewWithdraw(some).call().await?, some);
    assert_eq!(vault.previewRedeem(some).call().await?, some);
    let room = (U256::from(1) << 112) - U256::from(1) - tokens(10);
    assert_eq!(vault.maxDeposit(me).call().await?, room);
    assert_eq!(vault.maxMint(me).call().await?, room);
    assert_eq!(vault.maxWithdraw(me).call().await?, tokens(10));
    assert_eq!(vault.maxRedeem(me).call().await?, tokens(10));
    Ok(())
}

async fn stake_comes_and_goes_with_the_shares_that_are_transferred(world: World) -> Result<()> {
    let (alice, bob) = (world.staker("alice", tokens(10)).await?, world.account("bob").await?);
    let (vault, to) = (world.vault(), bob.address());
    let give = IVault::transferCall { to, value: tokens(4) };
    world.send(&alice, *vault.address(), &give).await?;
    assert_eq!(vault.weightOf(alice.address()).call().await?, tokens(6));
    assert_eq!(vault.weightOf(to).call().await?, tokens(4));
    assert_eq!(vault.totalWeight().call().await?, tokens(10));
    let leave = IVault::withdrawCall { assets: tokens(4), receiver: to, owner: to };
    world.send(&bob, *vault.address(), &leave).await?;
    assert_eq!(world.token().balanceOf(to).call().await?, tokens(4));
    Ok(())
}
