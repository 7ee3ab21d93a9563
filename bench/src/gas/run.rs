//! All measurements of one run.

use std::collections::BTreeMap;

use eyre::{Result, eyre};

use super::{
    book::Book,
    peers::Peers,
    splitting, theirs,
    vault::{self, Idle},
};

/// Numbers of reward tokens, idle weeks, stakers, locks and payees that are tried.
pub(super) const TOKENS: [usize; 4] = [1, 2, 4, 8];
pub(super) const IDLE_WEEKS: [u64; 4] = [0, 1, 12, 52];
pub(super) const STAKERS: [u64; 3] = [1, 10, 1_000];
pub(super) const LOCKS: [u64; 3] = [1, 10, 100];
pub(super) const PAYEES: [u32; 3] = [2, 10, 32];
/// Weeks that each of several calls passes.
pub(super) const PART: u64 = 4;

/// What was measured.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) staking_rewards: Book,
    pub(super) shares: Book,
    /// Theirs and ours.
    pub(super) votes: [Book; 2],
    /// The vault by number of reward tokens.
    pub(super) vault: BTreeMap<usize, Book>,
    pub(super) vault_uncached: Book,
    /// Catching up by idle weeks: with one token, with eight, and with one and locks that end.
    pub(super) idle: BTreeMap<u64, [u64; 3]>,
    /// Catching up in parts, after the most weeks.
    pub(super) in_parts: Book,
    /// By number of stakers, and by number of one's own locks.
    pub(super) stakers: BTreeMap<u64, Book>,
    pub(super) locks: BTreeMap<u64, Book>,
    /// By number of payees: ours, ours uncached, theirs.
    pub(super) splitters: BTreeMap<u32, [Book; 3]>,
}

impl Run {
    /// Measures everything.
    pub(super) async fn of(peers: &Peers) -> Result<Self> {
        let mut run = Self {
            staking_rewards: theirs::staking_rewards(peers).await?,
            shares: theirs::shares(peers).await?,
            votes: [theirs::votes(peers).await?, vault::votes(peers).await?],
            vault: BTreeMap::new(),
            vault_uncached: vault::life(peers, false, 1).await?,
            idle: BTreeMap::new(),
            in_parts: parts(peers).await?,
            stakers: BTreeMap::new(),
            locks: BTreeMap::new(),
            splitters: BTreeMap::new(),
        };
        run.vary(peers).await?;
        Ok(run)
    }

    async fn vary(&mut self, peers: &Peers) -> Result<()> {
        for tokens in TOKENS {
            self.vault.insert(tokens, vault::life(peers, true, tokens).await?);
        }
        for weeks in IDLE_WEEKS {
            self.idle.insert(weeks, idle(peers, weeks).await?);
        }
        for stakers in STAKERS {
            self.stakers.insert(stakers, vault::crowded(peers, stakers).await?);
        }
        for locks in LOCKS {
            self.locks.insert(locks, vault::locked(peers, locks).await?);
        }
        for payees in PAYEES {
            self.splitters.insert(payees, splitters(peers, payees).await?);
        }
        Ok(())
    }

    /// The vault with `tokens` reward tokens, cached.
    pub(super) fn vault(&self, tokens: usize) -> Result<&Book> {
        self.vault.get(&tokens).ok_or_else(|| eyre!("{tokens} reward tokens were not tried"))
    }
}

async fn parts(peers: &Peers) -> Result<Book> {
    let weeks = IDLE_WEEKS[IDLE_WEEKS.len() - 1];
    vault::catching_up(peers, Idle { tokens: 1, weeks, locks_end: false }, PART).await
}

async fn idle(peers: &Peers, weeks: u64) -> Result<[u64; 3]> {
    let mut gas = [0; 3];
    for (gas, (tokens, locks_end)) in gas.iter_mut().zip([(1, false), (8, false), (1, true)]) {
        let idle = Idle { tokens, weeks, locks_end };
        *gas = vault::catching_up(peers, idle, weeks.max(1)).await?.gas("call 1")?;
    }
    Ok(gas)
}

async fn splitters(peers: &Peers, payees: u32) -> Result<[Book; 3]> {
    let ours = splitting::ours(peers, true, payees).await?;
    let uncached = splitting::ours(peers, false, payees).await?;
    Ok([ours, uncached, splitting::theirs(peers, payees).await?])
}
