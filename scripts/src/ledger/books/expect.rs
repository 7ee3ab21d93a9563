//! What the contracts have to say of themselves, if the logs are right.

use std::collections::{BTreeMap, BTreeSet};

use accrual::account::whole;
use alloy::primitives::{Address, U256};

use super::{Books, Line, SplitterBooks, clock::Clock};
use crate::ledger::observe::{
    AccountView, Observation, RewardView, SplitterView, TokenView, VaultView,
};

impl Books {
    /// Every token that the contracts named or moved.
    #[must_use]
    pub fn tokens(&self) -> BTreeSet<Address> {
        let rewards = self.vault.clock.rewards.iter().map(|reward| reward.token);
        let split = self.splitter.by_source.keys().map(|(_, token)| *token);
        self.flows.tokens().into_iter().chain(rewards).chain(split).chain([self.asset]).collect()
    }

    /// What came into vault and splitter without their taking notice of it.
    #[must_use]
    pub fn unnoticed(&self, token: Address) -> [U256; 2] {
        self.flows.unnoticed(token, self.asset, self.splitter.received_in(token))
    }

    /// The reward tokens, in the order in which they were added.
    pub fn reward_tokens(&self) -> impl Iterator<Item = Address> + '_ {
        self.vault.clock.rewards.iter().map(|reward| reward.token)
    }

    /// The `count` accounts with the most shares, or all that ever held any.
    #[must_use]
    pub fn largest(&self, count: usize) -> Vec<Address> {
        let holders = self.vault.holders.iter();
        let mut all: Vec<_> = holders.map(|(one, holder)| (holder.weight(), *one)).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.into_iter().take(count).map(|(_, account)| account).collect()
    }

    /// What an observer of `accounts` and `tokens` sees at the end of `block`, at `time`.
    #[must_use]
    pub fn expect(
        &self,
        block: u64,
        time: u64,
        accounts: &[Address],
        tokens: &[Address],
    ) -> Observation {
        let clock = self.vault.clock_at(time);
        Observation {
            label: String::new(),
            block,
            time,
            accounts: self.accounts(accounts, &clock),
            tokens: tokens.iter().map(|one| (*one, self.token(*one))).collect(),
            splitter: self.splitter_view(tokens),
            vault: self.vault_view(&clock),
        }
    }

    fn accounts(&self, accounts: &[Address], clock: &Clock) -> BTreeMap<Address, AccountView> {
        let votes = self.votes(clock);
        let view = |account: &Address| {
            let votes = votes.get(account).copied().unwrap_or_default();
            (*account, AccountView { votes, ..self.account(*account, clock) })
        };
        accounts.iter().map(view).collect()
    }

    /// What each delegate votes with: the weights of those who delegate to it.
    fn votes(&self, clock: &Clock) -> BTreeMap<Address, U256> {
        let mut votes: BTreeMap<Address, U256> = BTreeMap::new();
        let delegating = self.vault.holders.iter().filter(|(_, one)| !one.delegate.is_zero());
        for (account, holder) in delegating {
            let weight = self.vault.holder_at(*account, clock).map_or(0, |one| one.weight());
            *votes.entry(holder.delegate).or_default() += U256::from(weight);
        }
        votes
    }

    fn account(&self, account: Address, clock: &Clock) -> AccountView {
        let holder = self.vault.holder_at(account, clock).unwrap_or_default();
        let claimable = |id: usize| {
            let pending = whole(holder.pending(id, clock.running[id].index));
            (clock.rewards[id].token, U256::from(pending))
        };
        let lock = |(end, assets, boost)| (end, U256::from(assets), U256::from(boost));
        AccountView {
            balance: U256::from(holder.balance),
            unlocked: U256::from(holder.unlocked()),
            weight: U256::from(holder.weight()),
            locks: holder.shown_locks().into_iter().map(lock).collect(),
            standing: (
                U256::from(holder.standing.assets),
                U256::from(holder.standing.boost),
                U256::from(holder.standing.weeks),
            ),
            payout: holder.payout,
            delegate: holder.delegate,
            votes: U256::ZERO,
            claimable: (0..clock.rewards.len()).map(claimable).collect(),
        }
    }

    fn vault_view(&self, clock: &Clock) -> VaultView {
        let reward = |id: usize| {
            let (reward, running) = (&clock.rewards[id], clock.running[id]);
            let view = RewardView {
                rate_q128: running.rate,
                index_q128: running.index,
                held_q128: reward.held,
                received: U256::from(reward.received),
                paid: U256::from(reward.paid),
                stream_weeks: reward.stream_weeks,
                retired: reward.retired,
            };
            (reward.token, view)
        };
        VaultView {
            total_supply: U256::from(clock.pool.supply),
            total_weight: U256::from(clock.pool.weight()),
            roles: self.vault.roles,
            curve: points(self.vault.curve),
            penalties: points(self.vault.penalties.0),
            penalty_receiver: (self.vault.penalties.1, self.vault.penalties.2),
            last_checkpoint: U256::from(self.vault.clock.pool.updated),
            rewards: (0..clock.rewards.len()).map(reward).collect(),
        }
    }

    fn splitter_view(&self, tokens: &[Address]) -> SplitterView {
        let SplitterBooks { policies, sources, share, roles, by_source, by_policy, paid, .. } =
            &self.splitter;
        let owed = |line: Line| ((line.policy, line.payee, line.token), line.owed());
        SplitterView {
            roles: *roles,
            policies: policies.clone(),
            sources: sources.clone(),
            share: *share,
            by_source: present(copied(by_source), |key| tokens.contains(&key.1)),
            by_policy: present(copied(by_policy), |key| tokens.contains(&key.1)),
            paid: present(copied(paid), |key| tokens.contains(&key.2)),
            owed: present(self.splitter.lines().map(owed), |key| tokens.contains(&key.2)),
        }
    }

    fn token(&self, token: Address) -> TokenView {
        let [in_vault, in_splitter] = self.flows.balances(token);
        let (received, paid) = (self.splitter.received_in(token), self.splitter.paid_in(token));
        TokenView {
            in_vault: in_vault.unwrap_or_default(),
            in_splitter: in_splitter.unwrap_or_default(),
            undistributed: received.saturating_sub(paid),
        }
    }
}

fn points(curve: Option<accrual::Curve>) -> Vec<(u32, u32)> {
    curve.map_or_else(Vec::new, |curve| curve.points().collect())
}

/// The amounts of wanted keys that are not zero: views show zero for what never was.
fn present<K: Ord>(
    amounts: impl Iterator<Item = (K, U256)>,
    wanted: impl Fn(&K) -> bool,
) -> BTreeMap<K, U256> {
    amounts.filter(|(key, amount)| !amount.is_zero() && wanted(key)).collect()
}

fn copied<K: Copy>(amounts: &BTreeMap<K, U256>) -> impl Iterator<Item = (K, U256)> + '_ {
    amounts.iter().map(|(key, amount)| (*key, *amount))
}
