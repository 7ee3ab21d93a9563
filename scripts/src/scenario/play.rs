//! Carrying a plan out on a chain.

use alloy::{
    eips::BlockId,
    primitives::{Address, U256},
    signers::local::PrivateKeySigner,
};
use eyre::{Result, WrapErr, eyre};

use super::{
    Action, Plan, Step,
    cast::{Cast, Who},
};
use crate::{
    abi::{ISplitter, IToken, IVault},
    chain::{Call, Chain},
    ledger::{Contracts, Node, Observation, Observer},
    platform::RewardToken,
    system::System,
};

/// A company that plays on a chain.
#[derive(Debug)]
pub struct Player<'a> {
    /// Where.
    pub chain: &'a Chain,
    /// On which contracts.
    pub system: &'a System,
    /// Who.
    pub cast: &'a Cast,
    /// Unix seconds of the plan's beginning.
    pub start: u64,
}

/// What every holder gets from the operator before the play, in whole platform tokens.
const ENDOWMENT: u64 = 2_000_000;

impl Player<'_> {
    /// Hands out tokens and allowances.
    ///
    /// # Errors
    /// The first transaction that failed.
    pub async fn prepare(&self) -> Result<()> {
        let token = self.system.token(RewardToken::Platform);
        let one = U256::from(10).pow(U256::from(self.system.platform.token.decimals));
        let value = U256::from(ENDOWMENT) * one;
        let vault = IToken::approveCall { spender: self.system.vault(), value: U256::MAX };
        for holder in &self.cast.holders {
            let gift = IToken::transferCall { to: holder.address(), value };
            self.pay(Call::to("token transfer", token, &gift)).await?;
            self.chain.send(holder, Call::to("token approve", token, &vault)).await?;
        }
        let splitter = IToken::approveCall { spender: self.system.splitter(), value: U256::MAX };
        for token in [token, self.system.token(RewardToken::Stablecoin)] {
            self.pay(Call::to("token approve", token, &splitter)).await?;
        }
        Ok(())
    }

    /// Carries out every step, telling `progress` before each; returns what was observed.
    ///
    /// # Errors
    /// The first step that failed, and why.
    pub async fn play(
        &self,
        plan: &Plan,
        mut progress: impl FnMut(&Step),
    ) -> Result<Vec<Observation>> {
        let mut seen = Vec::new();
        for step in &plan.steps {
            progress(step);
            self.chain.set_time(self.start + step.at);
            let done = self.step(&step.action, &mut seen).await;
            done.wrap_err_with(|| format!("at second {} of the play, {:?}", step.at, step.action))?;
        }
        Ok(seen)
    }

    async fn step(&self, action: &Action, seen: &mut Vec<Observation>) -> Result<()> {
        match action {
            Action::Stake { who, amount } => self.stake(*who, *amount).await,
            Action::StakeLocked { who, amount, weeks } => {
                self.stake_locked(*who, *amount, *weeks).await
            }
            Action::Lock { who, amount, weeks } => self.lock(*who, *amount, *weeks).await,
            Action::Leave { who } => self.leave(*who).await,
            Action::ExitEarly { who, amount } => self.exit_early(*who, *amount).await,
            Action::Transfer { from, to, amount } => self.transfer(*from, *to, *amount).await,
            Action::Claim { who, receiver } => self.claim(*who, *receiver).await,
            Action::Push { source, token, amount } => self.push(*source, *token, *amount).await,
            Action::PushBare { token, amount } => self.push_bare(*token, *amount).await,
            Action::Distribute { policy, token } => self.distribute(*policy, *token).await,
            Action::Release { policy, payee, token } => self.release(*policy, *payee, *token).await,
            Action::ChangePolicy { source, policy } => self.change_policy(*source, *policy).await,
            Action::SetShare { bps } => self.set_share(*bps).await,
            Action::Observe { label } => {
                seen.push(self.observe(label).await?);
                Ok(())
            }
        }
    }

    fn holder(&self, who: Who) -> (&PrivateKeySigner, Address) {
        let signer = &self.cast.holders[who];
        (signer, signer.address())
    }

    async fn pay(&self, call: Call) -> Result<()> {
        self.chain.send(&self.cast.operator, call).await?;
        Ok(())
    }

    async fn call(&self, who: Who, call: Call) -> Result<()> {
        self.chain.send(self.holder(who).0, call).await?;
        Ok(())
    }

    /// What is unlocked depends on the time: an empty block brings the chain to this moment first.
    async fn unlocked(&self, account: Address) -> Result<U256> {
        let now = BlockId::number(self.chain.mine().await?);
        let vault = IVault::new(self.system.vault(), self.chain.provider());
        Ok(vault.unlockedBalanceOf(account).block(now).call().await?)
    }

    async fn stake(&self, who: Who, assets: U256) -> Result<()> {
        let deposit = IVault::depositCall { assets, receiver: self.holder(who).1 };
        self.call(who, Call::to("deposit", self.system.vault(), &deposit)).await
    }

    async fn stake_locked(&self, who: Who, assets: U256, weeks: u64) -> Result<()> {
        let lock = IVault::depositAndLockCall { assets, durationWeeks: U256::from(weeks) };
        self.call(who, Call::to("depositAndLock", self.system.vault(), &lock)).await
    }

    async fn lock(&self, who: Who, assets: U256, weeks: u64) -> Result<()> {
        let lock = IVault::lockCall { assets, durationWeeks: U256::from(weeks) };
        self.call(who, Call::to("lock", self.system.vault(), &lock)).await
    }

    async fn leave(&self, who: Who) -> Result<()> {
        let account = self.holder(who).1;
        let assets = self.unlocked(account).await?;
        let withdraw = IVault::withdrawCall { assets, receiver: account, owner: account };
        self.call(who, Call::to("withdraw", self.system.vault(), &withdraw)).await
    }

    async fn exit_early(&self, who: Who, assets: U256) -> Result<()> {
        let vault = IVault::new(self.system.vault(), self.chain.provider());
        let locks = vault.locksOf(self.holder(who).1).call().await?;
        let last = locks.unlockTimes.last().copied();
        let unlock_time = last.ok_or_else(|| eyre!("there is no lock to leave"))?;
        let exit = IVault::exitEarlyCall { unlockTime: unlock_time, assets, maxPenalty: assets };
        self.call(who, Call::to("exitEarly", self.system.vault(), &exit)).await
    }

    async fn transfer(&self, from: Who, to: Who, amount: Option<U256>) -> Result<()> {
        let value = match amount {
            Some(amount) => amount,
            None => self.unlocked(self.holder(from).1).await?,
        };
        let transfer = IVault::transferCall { to: self.holder(to).1, value };
        self.call(from, Call::to("transfer of shares", self.system.vault(), &transfer)).await
    }

    async fn claim(&self, who: Who, receiver: Option<Who>) -> Result<()> {
        let (tokens, vault) = (self.system.reward_tokens(), self.system.vault());
        let call = match receiver {
            None => Call::to("claim", vault, &IVault::claimCall { tokens }),
            Some(to) => {
                let receiver = self.holder(to).1;
                Call::to("claimTo", vault, &IVault::claimToCall { tokens, receiver })
            }
        };
        self.call(who, call).await
    }

    async fn push(&self, source: usize, kind: RewardToken, amount: U256) -> Result<()> {
        let source = self.system.platform.sources[source].key();
        let splitter = self.system.splitter();
        if kind == RewardToken::Weth {
            let deposit = ISplitter::depositNativeCall { source };
            return self.pay(Call::to("depositNative", splitter, &deposit).value(amount)).await;
        }
        let deposit = ISplitter::depositCall { source, token: self.system.token(kind), amount };
        self.pay(Call::to("deposit of revenue", splitter, &deposit)).await
    }

    async fn push_bare(&self, kind: RewardToken, amount: U256) -> Result<()> {
        let splitter = self.system.splitter();
        if kind == RewardToken::Weth {
            return self.pay(Call::raw("bare ether", splitter, []).value(amount)).await;
        }
        let token = self.system.token(kind);
        let transfer = IToken::transferCall { to: splitter, value: amount };
        self.pay(Call::to("token transfer", token, &transfer)).await?;
        self.pay(Call::to("sync", splitter, &ISplitter::syncCall { token })).await
    }

    /// The id of the policy of this place: ids begin with 1, and nobody else makes policies.
    fn policy_id(policy: usize) -> U256 {
        U256::from(policy + 1)
    }

    async fn distribute(&self, policy: usize, kind: RewardToken) -> Result<()> {
        let policy_id = Self::policy_id(policy);
        let token = self.system.token(kind);
        let distribute = ISplitter::distributeCall { policyId: policy_id, token };
        self.pay(Call::to("distribute", self.system.splitter(), &distribute)).await
    }

    async fn release(&self, policy: usize, payee: usize, kind: RewardToken) -> Result<()> {
        let release = ISplitter::releaseCall {
            policyId: Self::policy_id(policy),
            payeeIndex: U256::from(payee),
            token: self.system.token(kind),
        };
        self.pay(Call::to("release", self.system.splitter(), &release)).await
    }

    async fn change_policy(&self, source: usize, policy: usize) -> Result<()> {
        let change = ISplitter::setSourcePolicyCall {
            source: self.system.platform.sources[source].key(),
            policyId: Self::policy_id(policy),
        };
        self.pay(Call::to("setSourcePolicy", self.system.splitter(), &change)).await
    }

    async fn set_share(&self, bps: u32) -> Result<()> {
        let set = ISplitter::setStakersShareCall { bps: U256::from(bps) };
        self.pay(Call::to("setStakersShare", self.system.splitter(), &set)).await
    }

    async fn observe(&self, label: &str) -> Result<Observation> {
        let block = self.chain.mine().await?;
        let accounts: Vec<Address> = self.cast.holders.iter().map(|one| one.address()).collect();
        let node = Node::new(self.chain.provider().clone());
        let observer = Observer {
            node: &node,
            contracts: Contracts { vault: self.system.vault(), splitter: self.system.splitter() },
        };
        Ok(observer.look(label, block, &accounts, &self.system.tokens()).await?)
    }
}
