//! Our vault, put through what the field's staking contracts were put through.
//!
//! Another staker is there, revenue streams in every reward token, everybody holds some of each, an
//! hour passes between transactions and never a week, and no transaction is the first of its kind on
//! the chain unless its name says so.

use alloy::{
    primitives::{Address, B256, U256},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::Result;
use tributary::{abi::IVault, deploy::arguments};

use super::{
    book::Book,
    peers::Peers,
    site::{HOUR, Site, WEEK, coins},
};

/// The multiplier curve: up to four times for four years.
const DURATIONS: [u32; 3] = [0, 52, 208];
const MULTIPLIERS: [u32; 3] = [10_000, 20_000, 40_000];

/// Locking more until the end of a week in which one's own lock ends.
pub(super) const LOCK_AGAIN: &str = "lock, same end week";

/// A vault whose revenue streams, and who is staked there.
struct Stakers {
    site: Site,
    vault: Address,
    rewards: Vec<Address>,
    /// Staked before anybody else.
    first: PrivateKeySigner,
    alice: PrivateKeySigner,
    carol: PrivateKeySigner,
}

impl Stakers {
    /// A vault with `tokens` reward tokens, each of which streams for `weeks` weeks at least.
    async fn gather(peers: &Peers, cached: bool, tokens: usize, weeks: u64) -> Result<Self> {
        let mut site = Site::start(peers, cached).await?;
        let (owner, asset) = (site.owner(), site.token().await?);
        let name = B256::right_padding_from(b"Staked");
        let (durations, multipliers) = (DURATIONS.to_vec(), MULTIPLIERS.to_vec());
        let roles = (asset, owner.address(), owner.address(), name, name, durations, multipliers);
        let vault = site.program("vault", arguments(&roles)).await?;
        let [first, alice, carol] = [0, 1, 2].map(|number| site.person(number));
        site.endow(asset, vault, &[&first, &alice, &carol]).await?;
        let mut stakers = Self { site, vault, rewards: Vec::new(), first, alice, carol };
        for _ in 0..tokens {
            stakers.add_reward(weeks).await?;
        }
        stakers.site.send(&stakers.first, vault, &stake(&stakers.first)).await?;
        Ok(stakers)
    }

    async fn add_reward(&mut self, weeks: u64) -> Result<()> {
        let (site, owner) = (&self.site, self.site.owner());
        let token = site.token().await?;
        let people = [&owner, &self.first, &self.alice, &self.carol];
        site.endow(token, self.vault, &people).await?;
        let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(weeks) };
        site.send(&owner, self.vault, &add).await?;
        self.rewards.push(token);
        Ok(())
    }

    /// Starts a stream in every reward token, and has the first staker act once while they run, so that
    /// no figure is zero any more.
    async fn stream(&mut self) -> Result<()> {
        for token in self.rewards.clone() {
            self.site.send(&self.site.owner(), self.vault, &push(token)).await?;
        }
        self.site.wait(HOUR);
        self.site.send(&self.first, self.vault, &stake(&self.first)).await?;
        self.site.wait(HOUR);
        Ok(())
    }

    /// Measures what `who` calls, and lets an hour pass.
    async fn act(
        &mut self,
        book: &mut Book,
        name: &str,
        who: &PrivateKeySigner,
        call: &impl SolCall,
    ) -> Result<()> {
        let sample = self.site.measure(who, self.vault, call).await?;
        book.note(name, sample);
        self.site.wait(HOUR);
        Ok(())
    }
}

/// Everything that a staker does, with `tokens` reward tokens.
pub(super) async fn life(peers: &Peers, cached: bool, tokens: usize) -> Result<Book> {
    let mut stakers = Stakers::gather(peers, cached, tokens, 4).await?;
    let mut book = Book::default();
    revenue(&mut stakers, &mut book).await?;
    staking(&mut stakers, &mut book).await?;
    leaving(&mut stakers, &mut book).await?;
    locking(&mut stakers, &mut book).await?;
    Ok(book)
}

async fn revenue(stakers: &mut Stakers, book: &mut Book) -> Result<()> {
    let (owner, token) = (stakers.site.owner(), stakers.rewards[0]);
    stakers.stream().await?;
    stakers.act(book, "notify, streaming", &owner, &push(token)).await
}

async fn staking(stakers: &mut Stakers, book: &mut Book) -> Result<()> {
    let (alice, tokens) = (stakers.alice.clone(), stakers.rewards.clone());
    stakers.act(book, "stake, first", &alice, &stake(&alice)).await?;
    stakers.act(book, "stake more", &alice, &stake(&alice)).await?;
    let one = IVault::claimCall { tokens: vec![tokens[0]] };
    stakers.act(book, "claim one token", &alice, &one).await?;
    stakers.act(book, "claim all tokens", &alice, &IVault::claimCall { tokens }).await
}

async fn leaving(stakers: &mut Stakers, book: &mut Book) -> Result<()> {
    let (alice, other) = (stakers.alice.clone(), stakers.first.address());
    let (receiver, owner) = (alice.address(), alice.address());
    let part = IVault::withdrawCall { assets: coins(10), receiver, owner };
    stakers.act(book, "withdraw part", &alice, &part).await?;
    let give = IVault::transferCall { to: other, value: coins(1) };
    stakers.act(book, "transfer shares", &alice, &give).await
}

/// Locks, where others have locks that end in the same weeks, as in a vault that is in use; and where
/// nobody has, as in a new one.
async fn locking(stakers: &mut Stakers, book: &mut Book) -> Result<()> {
    let (alice, carol, vault) = (stakers.alice.clone(), stakers.carol.clone(), stakers.vault);
    stakers.site.send(&carol, vault, &stake(&carol)).await?;
    stakers.site.wait(HOUR);
    stakers.act(book, "lock, first, nobody's end week", &carol, &lock(26)).await?;
    for weeks in [8, 16] {
        stakers.site.send(&carol, vault, &lock(weeks)).await?;
    }
    stakers.act(book, "lock, first", &alice, &lock(26)).await?;
    stakers.act(book, LOCK_AGAIN, &alice, &lock(26)).await?;
    stakers.act(book, "lock, second end week", &alice, &lock(8)).await?;
    stakers.act(book, "lock, third end week", &alice, &lock(16)).await?;
    stakers.act(book, "lock, fourth, nobody's end week", &alice, &lock(100)).await?;
    let both = IVault::depositAndLockCall { assets: coins(5), durationWeeks: U256::from(26) };
    stakers.act(book, "deposit and lock, same end week", &alice, &both).await
}

/// How weeks pass in which nobody touches the vault.
#[derive(Clone, Copy, Debug)]
pub(super) struct Idle {
    /// Reward tokens that stream all the time.
    pub(super) tokens: usize,
    /// How many weeks.
    pub(super) weeks: u64,
    /// Whether somebody's lock ends at the end of each.
    pub(super) locks_end: bool,
}

/// What catching up costs after `idle` weeks, with calls that pass `at_once` weeks each.
pub(super) async fn catching_up(peers: &Peers, idle: Idle, at_once: u64) -> Result<Book> {
    let mut stakers = Stakers::gather(peers, true, idle.tokens, 52).await?;
    let (first, carol, vault) = (stakers.first.clone(), stakers.carol.clone(), stakers.vault);
    stakers.stream().await?;
    stakers.site.send(&carol, vault, &stake(&carol)).await?;
    for weeks in 1..=idle.weeks * u64::from(idle.locks_end) {
        stakers.site.send(&carol, vault, &lock(weeks)).await?;
    }
    // The shortest lock ends with the next week but one.
    stakers.site.wait(WEEK);
    stakers.site.send(&first, vault, &stake(&first)).await?;
    stakers.site.idle(idle.weeks).await?;
    let mut book = Book::default();
    for call in 1..=idle.weeks.div_ceil(at_once).max(1) {
        let part = IVault::checkpointCall { maxWeeks: U256::from(at_once) };
        stakers.act(&mut book, &format!("call {call}"), &first, &part).await?;
    }
    Ok(book)
}

/// What a staker pays where `others` staked before.
pub(super) async fn crowded(peers: &Peers, others: u64) -> Result<Book> {
    let mut stakers = Stakers::gather(peers, true, 1, 4).await?;
    for number in 1..others {
        let receiver = Address::left_padding_from(&(0xffff + number).to_be_bytes());
        let stake = IVault::depositCall { assets: coins(1), receiver };
        stakers.site.send(&stakers.first, stakers.vault, &stake).await?;
    }
    stakers.stream().await?;
    habits(&mut stakers).await
}

/// What a staker pays who has `locks` locks already, each of which ends in another week.
pub(super) async fn locked(peers: &Peers, locks: u64) -> Result<Book> {
    let mut stakers = Stakers::gather(peers, true, 1, 4).await?;
    let (alice, vault) = (stakers.alice.clone(), stakers.vault);
    stakers.stream().await?;
    stakers.site.send(&alice, vault, &stake(&alice)).await?;
    for weeks in (1..=locks).rev() {
        stakers.site.send(&alice, vault, &lock(weeks)).await?;
    }
    stakers.site.wait(HOUR);
    habits(&mut stakers).await
}

/// Votes of those who have no locks.
pub(super) async fn votes(peers: &Peers) -> Result<Book> {
    let mut stakers = Stakers::gather(peers, true, 1, 4).await?;
    let (first, alice, mut book) = (stakers.first.clone(), stakers.alice.clone(), Book::default());
    let delegate = |to: &PrivateKeySigner| IVault::delegateCall { delegatee: to.address() };
    stakers.stream().await?;
    stakers.site.send(&alice, stakers.vault, &stake(&alice)).await?;
    stakers.site.send(&first, stakers.vault, &delegate(&first)).await?;
    stakers.site.wait(HOUR);
    stakers.act(&mut book, "delegate to oneself", &alice, &delegate(&alice)).await?;
    let give = IVault::transferCall { to: first.address(), value: coins(1) };
    stakers.act(&mut book, "transfer between delegates", &alice, &give).await?;
    Ok(book)
}

/// What stakers do again and again.
async fn habits(stakers: &mut Stakers) -> Result<Book> {
    let (alice, mut book) = (stakers.alice.clone(), Book::default());
    staking(stakers, &mut book).await?;
    leaving(stakers, &mut book).await?;
    stakers.site.send(&alice, stakers.vault, &lock(1)).await?;
    stakers.act(&mut book, LOCK_AGAIN, &alice, &lock(1)).await?;
    Ok(book)
}

fn push(token: Address) -> IVault::notifyRevenueCall {
    IVault::notifyRevenueCall { token, amount: coins(1_000) }
}

fn stake(who: &PrivateKeySigner) -> IVault::depositCall {
    IVault::depositCall { assets: coins(100), receiver: who.address() }
}

fn lock(weeks: u64) -> IVault::lockCall {
    IVault::lockCall { assets: coins(1), durationWeeks: U256::from(weeks) }
}
