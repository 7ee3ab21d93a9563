//! What a chain says of itself at one block.

use std::collections::BTreeMap;

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, U256},
    providers::{DynProvider, Provider},
};
use eyre::{Result, eyre};

use crate::{
    abi::{ISplitter, IToken, IVault},
    system::System,
};

/// The chain's own view of a system at the end of one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// What the moment is called.
    pub label: String,
    /// The block.
    pub block: u64,
    /// Its time in Unix seconds.
    pub time: u64,
    /// Shares in existence.
    pub total_supply: U256,
    /// Sum of all weights.
    pub total_weight: U256,
    /// Every holder.
    pub accounts: BTreeMap<Address, AccountView>,
    /// Every reward token, and what is staked.
    pub tokens: BTreeMap<Address, TokenView>,
    /// What each payee is owed, by policy, place and token.
    pub owed: BTreeMap<(U256, U256, Address), U256>,
    /// What each source ever brought, by token.
    pub sources: BTreeMap<(B256, Address), U256>,
}

/// The chain's view of one holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// Shares.
    pub balance: U256,
    /// What it earns by.
    pub weight: U256,
    /// What it can claim, by token.
    pub claimable: BTreeMap<Address, U256>,
}

/// The chain's view of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenView {
    /// What the vault has.
    pub in_vault: U256,
    /// What the splitter has.
    pub in_splitter: U256,
    /// What the splitter says it has not paid out.
    pub undistributed: U256,
}

/// Looks at `system` and `accounts` at the end of `block`.
///
/// # Errors
/// The node does not answer, or a view reverts.
pub async fn observe(
    provider: &DynProvider,
    system: &System,
    accounts: &[Address],
    label: &str,
    block: BlockId,
) -> Result<Observation> {
    let header =
        provider.get_block(block).await?.ok_or_else(|| eyre!("there is no block {block}"))?;
    let eye = Eye { provider, system, block };
    let vault = eye.vault();
    let mut views = BTreeMap::new();
    for account in accounts {
        views.insert(*account, eye.account(*account).await?);
    }
    Ok(Observation {
        label: label.to_owned(),
        block: header.header.number,
        time: header.header.timestamp,
        total_supply: vault.totalSupply().block(block).call().await?,
        total_weight: vault.totalWeight().block(block).call().await?,
        accounts: views,
        tokens: eye.tokens().await?,
        owed: eye.owed().await?,
        sources: eye.sources().await?,
    })
}

struct Eye<'a> {
    provider: &'a DynProvider,
    system: &'a System,
    block: BlockId,
}

impl Eye<'_> {
    fn vault(&self) -> IVault::IVaultInstance<&DynProvider> {
        IVault::new(self.system.vault(), self.provider)
    }

    fn splitter(&self) -> ISplitter::ISplitterInstance<&DynProvider> {
        ISplitter::new(self.system.splitter(), self.provider)
    }

    async fn account(&self, account: Address) -> Result<AccountView> {
        let vault = self.vault();
        let mut claimable = BTreeMap::new();
        for token in self.system.reward_tokens() {
            let amount = vault.claimable(account, token).block(self.block).call().await?;
            claimable.insert(token, amount);
        }
        Ok(AccountView {
            balance: vault.balanceOf(account).block(self.block).call().await?,
            weight: vault.weightOf(account).block(self.block).call().await?,
            claimable,
        })
    }

    async fn tokens(&self) -> Result<BTreeMap<Address, TokenView>> {
        let mut tokens = BTreeMap::new();
        for address in self.system.tokens() {
            let token = IToken::new(address, self.provider);
            let splitter = self.system.splitter();
            let view = TokenView {
                in_vault: token.balanceOf(self.system.vault()).block(self.block).call().await?,
                in_splitter: token.balanceOf(splitter).block(self.block).call().await?,
                undistributed: self
                    .splitter()
                    .undistributed(address)
                    .block(self.block)
                    .call()
                    .await?,
            };
            tokens.insert(address, view);
        }
        Ok(tokens)
    }

    async fn owed(&self) -> Result<BTreeMap<(U256, U256, Address), U256>> {
        let (splitter, mut owed) = (self.splitter(), BTreeMap::new());
        for (policy, id) in self.system.platform.policies.iter().zip(&self.system.policy_ids) {
            for payee in (0..policy.payees.len()).map(U256::from) {
                for token in self.system.reward_tokens() {
                    let amount = splitter.owed(*id, payee, token).block(self.block).call().await?;
                    owed.insert((*id, payee, token), amount);
                }
            }
        }
        Ok(owed)
    }

    async fn sources(&self) -> Result<BTreeMap<(B256, Address), U256>> {
        let (splitter, mut sources) = (self.splitter(), BTreeMap::new());
        for source in self.system.platform.sources.iter().map(|source| source.key()) {
            for token in self.system.reward_tokens() {
                let amount =
                    splitter.sourceReceived(source, token).block(self.block).call().await?;
                sources.insert((source, token), amount);
            }
        }
        Ok(sources)
    }
}
