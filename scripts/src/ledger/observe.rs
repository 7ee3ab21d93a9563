//! What a chain says of itself at one block.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, U256},
    providers::DynProvider,
};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::{
    Contracts, HistoryError, Node,
    books::{PayeeKey, PayeeTerms, PolicyTerms, Roles, StakersShare},
};
use crate::abi::{ISplitter, IToken, IVault};

/// How many accounts are asked for at once.
const AT_ONCE: usize = 16;

/// The state of a system at the end of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What the moment is called.
    pub label: String,
    /// The block.
    pub block: u64,
    /// Its time in Unix seconds.
    pub time: u64,
    /// The vault.
    pub vault: VaultView,
    /// The splitter.
    pub splitter: SplitterView,
    /// The accounts that were looked at.
    pub accounts: BTreeMap<Address, AccountView>,
    /// The tokens that were looked at.
    pub tokens: BTreeMap<Address, TokenView>,
}

/// The vault's view of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultView {
    /// Shares in existence.
    pub total_supply: U256,
    /// Sum of all weights.
    pub total_weight: U256,
    /// Who may decide.
    pub roles: Roles,
    /// The multiplier curve, points of weeks and basis points.
    pub curve: Vec<(u32, u32)>,
    /// What leaving a lock early costs, points of weeks and basis points; none if it is not possible.
    pub penalties: Vec<(u32, u32)>,
    /// The splitter and the source that get it.
    pub penalty_receiver: (Address, B256),
    /// Unix seconds up to which the stored books are written.
    pub last_checkpoint: U256,
    /// The reward tokens.
    pub rewards: BTreeMap<Address, RewardView>,
}

/// The vault's books of one reward token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RewardView {
    /// What streams each second, in units of 2^-128.
    pub rate_q128: U256,
    /// What one unit of weight has earned, in units of 2^-128, modulo 2^256.
    pub index_q128: U256,
    /// What fell due while nobody was staked, in units of 2^-128.
    pub held_q128: U256,
    /// Everything that ever arrived.
    pub received: U256,
    /// Everything that was ever paid.
    pub paid: U256,
    /// Weeks that a push streams for.
    pub stream_weeks: u64,
    /// Whether it takes no new revenue.
    pub retired: bool,
}

/// The vault's view of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountView {
    /// Shares.
    pub balance: U256,
    /// Shares that can move.
    pub unlocked: U256,
    /// What it earns by.
    pub weight: U256,
    /// Its locks: end in Unix seconds, assets, boost.
    pub locks: Vec<(u64, U256, U256)>,
    /// Its standing lock: assets, boost, weeks.
    pub standing: (U256, U256, U256),
    /// Who is paid for it, zero for itself, and whether by anyone.
    pub payout: (Address, bool),
    /// Who votes with its weight, or zero.
    pub delegate: Address,
    /// What it votes with.
    pub votes: U256,
    /// What it can claim, by token.
    pub claimable: BTreeMap<Address, U256>,
}

/// The splitter's view of itself. Amounts that are zero are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitterView {
    /// Who may decide.
    pub roles: Roles,
    /// All policies.
    pub policies: BTreeMap<U256, PolicyTerms>,
    /// All sources: name and policy.
    pub sources: BTreeMap<B256, (B256, U256)>,
    /// The stakers' share.
    pub share: StakersShare,
    /// Everything received, by source and token.
    pub by_source: BTreeMap<(B256, Address), U256>,
    /// Everything received, by policy and token.
    pub by_policy: BTreeMap<(U256, Address), U256>,
    /// Everything paid.
    pub paid: BTreeMap<PayeeKey, U256>,
    /// Everything owed.
    pub owed: BTreeMap<PayeeKey, U256>,
}

/// One token, as it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenView {
    /// What the vault has.
    pub in_vault: U256,
    /// What the splitter has.
    pub in_splitter: U256,
    /// What the splitter says it has not paid out.
    pub undistributed: U256,
}

/// Who looks.
#[derive(Clone, Copy, Debug)]
pub struct Observer<'a> {
    /// The node.
    pub node: &'a Node<DynProvider>,
    /// At what.
    pub contracts: Contracts,
}

impl Observer<'_> {
    /// Looks at the system, at `accounts` and at `tokens` at the end of `block`.
    ///
    /// # Errors
    /// The node does not answer, or has not kept the state of that block.
    pub async fn look(
        &self,
        label: &str,
        block: u64,
        accounts: &[Address],
        tokens: &[Address],
    ) -> Result<Observation, HistoryError> {
        let eye = Eye { observer: *self, block };
        let rewards = eye.vault(IVault::rewardTokensCall {}).await?;
        let views = accounts.iter().copied().map(|one| eye.account(one, &rewards));
        let mut balances = BTreeMap::new();
        for token in tokens {
            balances.insert(*token, eye.token(*token).await?);
        }
        Ok(Observation {
            label: label.to_owned(),
            block,
            time: self.node.head(block).await?.time,
            vault: eye.vault_view(&rewards).await?,
            splitter: eye.splitter_view(tokens).await?,
            accounts: stream::iter(views).buffer_unordered(AT_ONCE).try_collect().await?,
            tokens: balances,
        })
    }
}

/// An observer at a block.
struct Eye<'a> {
    observer: Observer<'a>,
    block: u64,
}

impl Eye<'_> {
    async fn ask<C: alloy::sol_types::SolCall + Send + Sync>(
        &self,
        contract: Address,
        call: C,
    ) -> Result<C::Return, HistoryError> {
        self.observer.node.ask(contract, &call, self.block).await
    }

    async fn vault<C: alloy::sol_types::SolCall + Send + Sync>(
        &self,
        call: C,
    ) -> Result<C::Return, HistoryError> {
        self.ask(self.observer.contracts.vault, call).await
    }

    async fn splitter<C: alloy::sol_types::SolCall + Send + Sync>(
        &self,
        call: C,
    ) -> Result<C::Return, HistoryError> {
        self.ask(self.observer.contracts.splitter, call).await
    }

    async fn vault_view(&self, rewards: &[Address]) -> Result<VaultView, HistoryError> {
        let curve = self.vault(IVault::curveCall {}).await?;
        let penalties = self.vault(IVault::penaltyCurveCall {}).await?;
        let mut states = BTreeMap::new();
        for token in rewards {
            states.insert(*token, self.reward(*token).await?);
        }
        Ok(VaultView {
            total_supply: self.vault(IVault::totalSupplyCall {}).await?,
            total_weight: self.vault(IVault::totalWeightCall {}).await?,
            roles: Roles {
                owner: self.vault(IVault::ownerCall {}).await?,
                pending_owner: self.vault(IVault::pendingOwnerCall {}).await?,
                guardian: self.vault(IVault::guardianCall {}).await?,
                is_paused: self.vault(IVault::pausedCall {}).await?,
            },
            curve: curve.durations.into_iter().zip(curve.multipliers).collect(),
            penalties: penalties.durations.into_iter().zip(penalties.penalties).collect(),
            penalty_receiver: (penalties.splitter, penalties.source),
            last_checkpoint: self.vault(IVault::lastCheckpointCall {}).await?,
            rewards: states,
        })
    }

    async fn reward(&self, token: Address) -> Result<RewardView, HistoryError> {
        let state = self.vault(IVault::rewardStateCall { token }).await?;
        Ok(RewardView {
            rate_q128: state.rateQ128,
            index_q128: state.indexQ128,
            held_q128: state.heldQ128,
            received: state.received,
            paid: state.paid,
            stream_weeks: state.streamWeeks.saturating_to(),
            retired: state.retired,
        })
    }

    async fn account(
        &self,
        account: Address,
        rewards: &[Address],
    ) -> Result<(Address, AccountView), HistoryError> {
        let mut claimable = BTreeMap::new();
        for &token in rewards {
            claimable.insert(token, self.vault(IVault::claimableCall { account, token }).await?);
        }
        let locks = self.vault(IVault::locksOfCall { account }).await?;
        let standing = self.vault(IVault::standingOfCall { account }).await?;
        let payout = self.vault(IVault::payoutOfCall { account }).await?;
        let ends = locks.unlockTimes.iter().map(U256::saturating_to);
        let view = AccountView {
            balance: self.vault(IVault::balanceOfCall { account }).await?,
            unlocked: self.vault(IVault::unlockedBalanceOfCall { account }).await?,
            weight: self.vault(IVault::weightOfCall { account }).await?,
            locks: ends.zip(locks.assets).zip(locks.boosts).map(|((a, b), c)| (a, b, c)).collect(),
            standing: (standing.assets, standing.boost, standing.durationWeeks),
            payout: (payout.payee, payout.automatic),
            delegate: self.vault(IVault::delegatesCall { account }).await?,
            votes: self.vault(IVault::getVotesCall { account }).await?,
            claimable,
        };
        Ok((account, view))
    }

    async fn token(&self, token: Address) -> Result<TokenView, HistoryError> {
        let Contracts { vault, splitter } = self.observer.contracts;
        Ok(TokenView {
            in_vault: self.ask(token, IToken::balanceOfCall { account: vault }).await?,
            in_splitter: self.ask(token, IToken::balanceOfCall { account: splitter }).await?,
            undistributed: self.splitter(ISplitter::undistributedCall { token }).await?,
        })
    }

    async fn splitter_view(&self, tokens: &[Address]) -> Result<SplitterView, HistoryError> {
        let mut view = SplitterView {
            roles: Roles {
                owner: self.splitter(ISplitter::ownerCall {}).await?,
                pending_owner: self.splitter(ISplitter::pendingOwnerCall {}).await?,
                guardian: self.splitter(ISplitter::guardianCall {}).await?,
                is_paused: self.splitter(ISplitter::pausedCall {}).await?,
            },
            policies: self.policies().await?,
            sources: self.sources().await?,
            share: self.share().await?,
            by_source: BTreeMap::new(),
            by_policy: BTreeMap::new(),
            paid: BTreeMap::new(),
            owed: BTreeMap::new(),
        };
        for token in tokens {
            self.amounts(&mut view, *token).await?;
        }
        Ok(view)
    }

    async fn policies(&self) -> Result<BTreeMap<U256, PolicyTerms>, HistoryError> {
        let count: u64 = self.splitter(ISplitter::policyCountCall {}).await?.saturating_to();
        let mut policies = BTreeMap::new();
        for id in (1..=count).map(U256::from) {
            let policy = self.splitter(ISplitter::policyCall { policyId: id }).await?;
            let columns = policy.payees.into_iter().zip(policy.bps);
            let columns = columns.zip(policy.kinds.into_iter().zip(policy.tags));
            let payee = |((account, bps), (kind, tag))| PayeeTerms { account, bps, kind, tag };
            let terms = PolicyTerms { name: policy.name, payees: columns.map(payee).collect() };
            policies.insert(id, terms);
        }
        Ok(policies)
    }

    async fn sources(&self) -> Result<BTreeMap<B256, (B256, U256)>, HistoryError> {
        let count: u64 = self.splitter(ISplitter::sourceCountCall {}).await?.saturating_to();
        let mut sources = BTreeMap::new();
        for index in (0..count).map(U256::from) {
            let source = self.splitter(ISplitter::sourceAtCall { index }).await?;
            let told = self.splitter(ISplitter::sourceInfoCall { source }).await?;
            sources.insert(source, (told.name, told.policyId));
        }
        Ok(sources)
    }

    async fn share(&self) -> Result<StakersShare, HistoryError> {
        let told = self.splitter(ISplitter::stakersShareCall {}).await?;
        Ok(StakersShare {
            setter: told.setter,
            min_bps: told.minBps,
            max_bps: told.maxBps,
            bps: told.bps,
            policy: told.policyId,
            base: told.basePolicyId,
            stakers: told.stakersIndex,
        })
    }

    /// The amounts of one token by source, policy and payee.
    async fn amounts(&self, view: &mut SplitterView, token: Address) -> Result<(), HistoryError> {
        for source in view.sources.keys().copied() {
            let amount = self.splitter(ISplitter::sourceReceivedCall { source, token }).await?;
            note(&mut view.by_source, (source, token), amount);
        }
        let policies = view.policies.iter().map(|(id, terms)| (*id, terms.payees.len()));
        for (id, payees) in policies.collect::<Vec<_>>() {
            let call = ISplitter::policyReceivedCall { policyId: id, token };
            let received = self.splitter(call).await?;
            note(&mut view.by_policy, (id, token), received);
            // Nobody is paid or owed a part of nothing.
            let payees = if received.is_zero() { 0 } else { payees };
            let parts = (0..payees).map(|payee| self.part((id, payee, token)));
            let mut parts = stream::iter(parts).buffer_unordered(AT_ONCE);
            while let Some((key, paid, owed)) = parts.try_next().await? {
                note(&mut view.paid, key, paid);
                note(&mut view.owed, key, owed);
            }
        }
        Ok(())
    }

    /// What one payee was paid, and is owed.
    async fn part(&self, key: PayeeKey) -> Result<(PayeeKey, U256, U256), HistoryError> {
        let (policy_id, index, token) = (key.0, U256::from(key.1), key.2);
        let paid = ISplitter::payeePaidCall { policyId: policy_id, payeeIndex: index, token };
        let owed = ISplitter::owedCall { policyId: policy_id, payeeIndex: index, token };
        Ok((key, self.splitter(paid).await?, self.splitter(owed).await?))
    }
}

/// Puts down what is not zero.
fn note<K: Ord>(amounts: &mut BTreeMap<K, U256>, key: K, amount: U256) {
    if !amount.is_zero() {
        amounts.insert(key, amount);
    }
}
