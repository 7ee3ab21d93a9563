//! The field's staking contracts, put through the same.

use alloy::{
    primitives::{Address, U256},
    signers::local::PrivateKeySigner,
    sol,
    sol_types::{SolCall, SolValue},
};
use eyre::Result;

use super::{
    book::Book,
    peers::Peers,
    site::{HOUR, Site, coins},
};

sol! {
    interface StakingRewards {
        function stake(uint256 amount) external;
        function withdraw(uint256 amount) external;
        function getReward() external;
        function exit() external;
        function notifyRewardAmount(uint256 reward) external;
    }
    interface Erc20 {
        function transfer(address to, uint256 value) external returns (bool);
        function deposit(uint256 assets, address receiver) external returns (uint256);
        function redeem(uint256 shares, address receiver, address owner) external returns (uint256);
        function delegate(address delegatee) external;
    }
}

/// Synthetix StakingRewards, which has one reward token and neither locks nor a share to transfer.
pub(super) async fn staking_rewards(peers: &Peers) -> Result<Book> {
    let mut site = Site::start(peers, false).await?;
    let (owner, mut book) = (site.owner(), Book::default());
    let (asset, reward) = (site.token().await?, site.token().await?);
    let roles = (owner.address(), owner.address(), reward, asset).abi_encode();
    let pool = site.create(&peers.code("StakingRewards")?, &roles).await?;
    let (first, alice) = (site.person(0), site.person(1));
    site.endow(asset, pool, &[&first, &alice]).await?;
    site.endow(reward, pool, &[&alice]).await?;
    site.send(&owner, reward, &Erc20::transferCall { to: pool, value: coins(10_000) }).await?;
    let stake = StakingRewards::stakeCall { amount: coins(100) };
    site.send(&first, pool, &stake).await?;
    let notify = StakingRewards::notifyRewardAmountCall { reward: coins(1_000) };
    site.send(&owner, pool, &notify).await?;
    let mut pool = Peer { site: &mut site, book: &mut book, to: pool };
    pool.act("notify, streaming", &owner, &notify).await?;
    pool.act("stake, first", &alice, &stake).await?;
    pool.act("stake more", &alice, &stake).await?;
    pool.act("claim one token", &alice, &StakingRewards::getRewardCall {}).await?;
    let part = StakingRewards::withdrawCall { amount: coins(10) };
    pool.act("withdraw part", &alice, &part).await?;
    pool.act("leave with everything", &alice, &StakingRewards::exitCall {}).await?;
    Ok(book)
}

/// OpenZeppelin's ERC-4626, which shares no revenue with anybody.
pub(super) async fn shares(peers: &Peers) -> Result<Book> {
    let mut site = Site::start(peers, false).await?;
    let (asset, mut book) = (site.token().await?, Book::default());
    let vault = site.create(&peers.code("Shares")?, &asset.abi_encode()).await?;
    let (first, alice) = (site.person(0), site.person(1));
    let (me, you) = (alice.address(), first.address());
    site.endow(asset, vault, &[&first, &alice]).await?;
    let stake = |receiver| Erc20::depositCall { assets: coins(100), receiver };
    site.send(&first, vault, &stake(you)).await?;
    let mut vault = Peer { site: &mut site, book: &mut book, to: vault };
    vault.act("stake, first", &alice, &stake(me)).await?;
    vault.act("stake more", &alice, &stake(me)).await?;
    let part = Erc20::redeemCall { shares: coins(10), receiver: me, owner: me };
    vault.act("withdraw part", &alice, &part).await?;
    let give = Erc20::transferCall { to: you, value: coins(1) };
    vault.act("transfer shares", &alice, &give).await?;
    Ok(book)
}

/// OpenZeppelin's ERC20Votes, which keeps the history of votes and nothing else.
pub(super) async fn votes(peers: &Peers) -> Result<Book> {
    let mut site = Site::start(peers, false).await?;
    let mut book = Book::default();
    let supply = U256::from(u128::MAX).abi_encode();
    let token = site.create(&peers.code("Votes")?, &supply).await?;
    let (owner, alice, bob) = (site.owner(), site.person(0), site.person(1));
    let give = |to: &PrivateKeySigner| Erc20::transferCall { to: to.address(), value: coins(1) };
    for person in [&alice, &bob] {
        site.send(&owner, token, &give(person)).await?;
    }
    let delegate = |to: &PrivateKeySigner| Erc20::delegateCall { delegatee: to.address() };
    site.send(&bob, token, &delegate(&bob)).await?;
    let mut token = Peer { site: &mut site, book: &mut book, to: token };
    token.act("delegate to oneself", &alice, &delegate(&alice)).await?;
    let half = Erc20::transferCall { to: bob.address(), value: coins(1) / U256::from(2) };
    token.act("transfer between delegates", &alice, &half).await?;
    Ok(book)
}

/// A contract that is measured.
struct Peer<'a> {
    site: &'a mut Site,
    book: &'a mut Book,
    to: Address,
}

impl Peer<'_> {
    /// Measures what `who` calls an hour after the last call.
    async fn act(&mut self, name: &str, who: &PrivateKeySigner, call: &impl SolCall) -> Result<()> {
        self.site.wait(HOUR);
        let sample = self.site.measure(who, self.to, call).await?;
        self.book.note(name, sample);
        Ok(())
    }
}
