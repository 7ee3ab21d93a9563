//! What is on a chain of a platform, read anew whenever it is asked for.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
};
use eyre::Result;

use super::{activation::is_active, on_chain::OnChain, terms::Addresses};
use crate::{
    abi::{ISplitter, IToken, IVault},
    chain::Chain,
};

/// Everything that is compared with what was configured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The programs that are there, by role.
    pub(crate) programs: BTreeMap<String, Program>,
    /// The vault, if it is constructed.
    pub(crate) vault: Option<Vault>,
    /// The splitter, if it is constructed.
    pub(crate) splitter: Option<Splitter>,
    /// Tokens of any make that are there, by role.
    pub(crate) tokens: BTreeMap<String, Token>,
}

/// A program that is there.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) on_chain: OnChain,
    pub(crate) active: bool,
}

/// A token that answers.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) symbol: String,
    pub(crate) decimals: u8,
    pub(crate) supply: U256,
}

/// Who may do what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roles {
    pub(crate) owner: Address,
    pub(crate) pending_owner: Address,
    pub(crate) guardian: Address,
}

/// A vault that answers.
#[derive(Clone, Debug)]
pub(crate) struct Vault {
    pub(crate) roles: Roles,
    pub(crate) asset: Address,
    pub(crate) name: String,
    pub(crate) symbol: String,
    /// Weeks and basis points.
    pub(crate) curve: Vec<(u32, u32)>,
    /// Token, weeks of its streams, and whether it is retired.
    pub(crate) rewards: Vec<(Address, U256, bool)>,
    pub(crate) early_exit: IVault::penaltyCurveReturn,
}

/// A splitter that answers.
#[derive(Clone, Debug)]
pub(crate) struct Splitter {
    pub(crate) roles: Roles,
    pub(crate) weth: Address,
    /// In the order of their ids, which begin with 1.
    pub(crate) policies: Vec<ISplitter::policyReturn>,
    /// Name and policy of each source.
    pub(crate) sources: BTreeMap<B256, (B256, U256)>,
    /// None if the owner has set no terms.
    pub(crate) share: Option<ISplitter::stakersShareReturn>,
}

impl Seen {
    /// Reads what is at `addresses`; `ours` are the roles whose contracts are programs of this build.
    pub(crate) async fn read(chain: &Chain, addresses: &Addresses, ours: &[&str]) -> Result<Self> {
        let mut seen = Self::default();
        for (role, address) in addresses {
            if chain.provider().get_code_at(*address).await?.is_empty() {
                continue;
            }
            if !ours.contains(&role.as_str()) {
                seen.tokens.insert(role.clone(), Token::read(chain, *address).await?);
                continue;
            }
            let on_chain = OnChain::read(chain.provider(), *address).await?;
            let active = is_active(chain, on_chain.code_hash()).await;
            seen.programs.insert(role.clone(), Program { on_chain, active });
            if active {
                seen.read_program(chain, role, *address).await?;
            }
        }
        Ok(seen)
    }

    async fn read_program(&mut self, chain: &Chain, role: &str, address: Address) -> Result<()> {
        match role {
            "vault" => self.vault = Vault::read(chain, address).await?,
            "splitter" => self.splitter = Splitter::read(chain, address).await?,
            _ => {
                let token = Token::read(chain, address).await?;
                // Wrapped ether has no supply before somebody wraps; others have one from the start.
                if role == "weth" || !token.supply.is_zero() {
                    self.tokens.insert(role.to_owned(), token);
                }
            }
        }
        Ok(())
    }

    /// Whether the contract of `role` answers as one that was constructed.
    pub(crate) fn is_constructed(&self, role: &str) -> bool {
        match role {
            "vault" => self.vault.is_some(),
            "splitter" => self.splitter.is_some(),
            _ => self.tokens.contains_key(role),
        }
    }
}

impl Seen {
    /// Who may do what with the contracts that have an owner.
    fn roles(&self) -> impl Iterator<Item = (String, Roles)> {
        let roles = [
            ("vault", self.vault.as_ref().map(|vault| vault.roles)),
            ("splitter", self.splitter.as_ref().map(|splitter| splitter.roles)),
        ];
        roles.into_iter().filter_map(|(role, roles)| Some((role.to_owned(), roles?)))
    }

    /// Who owns them.
    pub(crate) fn owners(&self) -> Addresses {
        self.roles().map(|(role, roles)| (role, roles.owner)).collect()
    }

    /// Those that `owner` was offered and has not accepted.
    pub(crate) fn offered(&self, owner: Address) -> Vec<String> {
        let offered = self.roles().filter(|(_, roles)| roles.pending_owner == owner);
        offered.map(|(role, _)| role).collect()
    }
}

impl Token {
    async fn read(chain: &Chain, address: Address) -> Result<Self> {
        let token = IToken::new(address, chain.provider());
        Ok(Self {
            symbol: token.symbol().call().await?,
            decimals: token.decimals().call().await?,
            supply: token.totalSupply().call().await?,
        })
    }
}

impl Vault {
    async fn read(chain: &Chain, address: Address) -> Result<Option<Self>> {
        let vault = IVault::new(address, chain.provider());
        let owner = vault.owner().call().await?;
        if owner.is_zero() {
            return Ok(None);
        }
        let (pending_owner, guardian) =
            (vault.pendingOwner().call().await?, vault.guardian().call().await?);
        let curve = vault.curve().call().await?;
        let mut rewards = Vec::new();
        for token in vault.rewardTokens().call().await? {
            let state = vault.rewardState(token).call().await?;
            rewards.push((token, state.streamWeeks, state.retired));
        }
        Ok(Some(Self {
            roles: Roles { owner, pending_owner, guardian },
            asset: vault.asset().call().await?,
            name: vault.name().call().await?,
            symbol: vault.symbol().call().await?,
            curve: curve.durations.into_iter().zip(curve.multipliers).collect(),
            rewards,
            early_exit: vault.penaltyCurve().call().await?,
        }))
    }
}

impl Splitter {
    async fn read(chain: &Chain, address: Address) -> Result<Option<Self>> {
        let splitter = ISplitter::new(address, chain.provider());
        let owner = splitter.owner().call().await?;
        if owner.is_zero() {
            return Ok(None);
        }
        let (pending_owner, guardian) =
            (splitter.pendingOwner().call().await?, splitter.guardian().call().await?);
        let count: u64 = splitter.policyCount().call().await?.saturating_to();
        let mut policies = Vec::new();
        for id in 1..=count {
            policies.push(splitter.policy(U256::from(id)).call().await?);
        }
        let (count, mut sources) = (splitter.sourceCount().call().await?, BTreeMap::new());
        for index in 0..count.saturating_to::<u64>() {
            let source = splitter.sourceAt(U256::from(index)).call().await?;
            let info = splitter.sourceInfo(source).call().await?;
            sources.insert(source, (info.name, info.policyId));
        }
        let (roles, weth) =
            (Roles { owner, pending_owner, guardian }, splitter.weth().call().await?);
        let share = splitter.stakersShare().call().await?;
        let share = (!share.policyId.is_zero()).then_some(share);
        Ok(Some(Self { roles, weth, policies, sources, share }))
    }
}
