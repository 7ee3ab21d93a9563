//! A platform of one test's own, and those who take part in it.

use std::collections::BTreeMap;

use alloy::{
    eips::BlockId,
    primitives::{Address, B256, Bytes, U256, keccak256, utils::parse_ether},
    providers::{DynProvider, Provider},
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use artifact::Artifact;
use devnode::{Config, Node};
use eyre::{Result, WrapErr, eyre};
use tributary::{
    abi::{ISplitter, IToken, IVault, IWeth},
    chain::{Call, Chain},
    deploy::{Deployed, deploy},
    platform::Platform,
    system::{Deployer, Stablecoin, System},
};

use crate::Lab;

/// Seconds of a week.
pub const WEEK: u64 = 604_800;
/// The time on a node of our own until a test moves it: 1 January 2026, the beginning of a week.
pub const START: u64 = 2_922 * WEEK;

/// Gas limit on a node of our own, where it costs nothing: estimating would double the work.
const GAS_LIMIT: u64 = 25_000_000;
/// What the deployer starts with, in ether; enough for four programs at ten times the usual price.
const OWNER_ETHER: &str = "0.5";
/// What every other account starts with, in ether.
const ACCOUNT_ETHER: &str = "0.05";
/// The dollar of the tests.
const STABLECOIN: Stablecoin = Stablecoin {
    name: "Test Dollar",
    symbol: "USDT",
    decimals: 6,
    supply: U256::from_limbs([1_000_000_000_000_000, 0, 0, 0]),
};

/// `whole` tokens of 18 decimals.
#[must_use]
pub fn tokens(whole: u64) -> U256 {
    U256::from(whole) * U256::from(1_000_000_000_000_000_000_u64)
}

/// `whole` dollars of 6 decimals.
#[must_use]
pub fn dollars(whole: u64) -> U256 {
    U256::from(whole) * U256::from(1_000_000)
}

/// The calldata that constructs a contract with `arguments`.
#[must_use]
pub fn constructor(arguments: &[u8]) -> Vec<u8> {
    // `stylus_constructor()`, which every program with a constructor answers.
    [&[0x55, 0x85, 0x25, 0x8d], arguments].concat()
}

/// A platform that runs, on a chain that ends with it if it is our own.
#[derive(Debug)]
pub struct World {
    /// The connection.
    pub chain: Chain,
    /// The contracts.
    pub system: System,
    /// Owns them, and holds all tokens at first.
    pub owner: PrivateKeySigner,
    /// May pause them.
    pub guardian: PrivateKeySigner,
    /// The treasury that policies name.
    pub treasury: PrivateKeySigner,
    artifacts: &'static [Artifact],
    moves_time: bool,
    site: Site,
}

/// Where a world is, and who pays there.
#[derive(Debug)]
struct Site {
    /// Makes the accounts of this world its own.
    seed: B256,
    url: String,
    funder: PrivateKeySigner,
    /// Dropping it stops it.
    _node: Option<Node>,
}

impl World {
    /// Deploys a platform for the test called `name`.
    ///
    /// # Errors
    /// Whatever of the deployment failed.
    pub async fn build(lab: &Lab, name: &str) -> Result<Self> {
        let (chain, site) = Site::prepare(lab, name).await?;
        let [owner, guardian, treasury] =
            ["owner", "guardian", "treasury"].map(|n| key(site.seed, n));
        fund(&chain, &site.funder, owner.address(), OWNER_ETHER).await?;
        for role in [&guardian, &treasury] {
            fund(&chain, &site.funder, role.address(), ACCOUNT_ETHER).await?;
        }
        let platform = Platform::parse("test", include_str!("platform.toml"))?;
        let roles = BTreeMap::from([("treasury".to_owned(), treasury.address())]);
        let artifacts = lab.artifacts()?;
        let deployer =
            Deployer { chain: &chain, owner: &owner, guardian: guardian.address(), artifacts };
        let system = deployer.deploy(&platform, STABLECOIN, roles).await?;
        let moves_time = lab.moves_time();
        let world = Self { chain, system, owner, guardian, treasury, artifacts, moves_time, site };
        if !lab.is_ours() {
            world.renew_programs().await?;
        }
        Ok(world)
    }

    /// Deploys one more contract of package `package`, without constructing it.
    ///
    /// # Errors
    /// A transaction failed, or there is no such package.
    pub async fn deploy(&self, package: &str) -> Result<Address> {
        Ok(self.place(self.artifact(package)?).await?.address)
    }

    /// What package `package` was built to.
    ///
    /// # Errors
    /// There is no such package.
    pub fn artifact(&self, package: &str) -> Result<&'static Artifact> {
        let artifact = self.artifacts.iter().find(|artifact| artifact.name == package);
        artifact.ok_or_else(|| eyre!("there is no package {package}"))
    }

    /// Deploys any program, without constructing it.
    ///
    /// # Errors
    /// A transaction failed.
    pub async fn place(&self, artifact: &Artifact) -> Result<Deployed> {
        deploy(&self.chain, &self.owner, &artifact.name, artifact, None).await
    }

    /// Deploys one more contract and constructs it with `arguments`.
    ///
    /// # Errors
    /// A transaction failed, or there is no such package.
    pub async fn construct(&self, package: &str, arguments: &[u8]) -> Result<Address> {
        let address = self.deploy(package).await?;
        let call = Call::raw("construct", address, constructor(arguments));
        self.chain.send(&self.owner, call).await?;
        Ok(address)
    }

    /// Where the node is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.site.url
    }

    /// Everything that was built.
    #[must_use]
    pub const fn artifacts(&self) -> &'static [Artifact] {
        self.artifacts
    }

    /// Whether the node can move its clock.
    #[must_use]
    pub const fn moves_time(&self) -> bool {
        self.moves_time
    }

    /// A new account with some ether.
    ///
    /// # Errors
    /// The funder has too little.
    pub async fn account(&self, name: &str) -> Result<PrivateKeySigner> {
        let account = key(self.site.seed, name);
        fund(&self.chain, &self.site.funder, account.address(), ACCOUNT_ETHER).await?;
        Ok(account)
    }

    /// A new account with `amount` of the platform's token, all of it allowed to the vault.
    ///
    /// # Errors
    /// A transaction failed.
    pub async fn holder(&self, name: &str, amount: U256) -> Result<PrivateKeySigner> {
        let (holder, token) = (self.account(name).await?, self.token());
        let give = IToken::transferCall { to: holder.address(), value: amount };
        self.send(&self.owner, *token.address(), &give).await?;
        let allow = IToken::approveCall { spender: self.system.vault(), value: U256::MAX };
        self.send(&holder, *token.address(), &allow).await?;
        Ok(holder)
    }

    /// A new account that has staked `amount`.
    ///
    /// # Errors
    /// A transaction failed.
    pub async fn staker(&self, name: &str, amount: U256) -> Result<PrivateKeySigner> {
        let staker = self.holder(name, amount).await?;
        let stake = IVault::depositCall { assets: amount, receiver: staker.address() };
        self.send(&staker, self.system.vault(), &stake).await?;
        Ok(staker)
    }

    /// Pushes `amount` of `token` to the vault's stakers, from the owner.
    ///
    /// # Errors
    /// A transaction failed.
    pub async fn notify(&self, token: Address, amount: U256) -> Result<TransactionReceipt> {
        let allow = IToken::approveCall { spender: self.system.vault(), value: amount };
        self.send(&self.owner, token, &allow).await?;
        let push = IVault::notifyRevenueCall { token, amount };
        self.send(&self.owner, self.system.vault(), &push).await
    }

    /// Sends `call` and makes sure that it succeeds.
    ///
    /// # Errors
    /// It fails; the message names the contract's reason.
    pub async fn send<C: SolCall>(
        &self,
        from: &PrivateKeySigner,
        to: Address,
        call: &C,
    ) -> Result<TransactionReceipt> {
        self.chain.send(from, Call::to(C::SIGNATURE, to, call)).await
    }

    /// Sends `call` with `value` wei and makes sure that it succeeds.
    ///
    /// # Errors
    /// It fails; the message names the contract's reason.
    pub async fn pay<C: SolCall>(
        &self,
        from: &PrivateKeySigner,
        to: Address,
        call: &C,
        value: U256,
    ) -> Result<TransactionReceipt> {
        self.chain.send(from, Call::to(C::SIGNATURE, to, call).value(value)).await
    }

    /// What `call` of `from` would return in the latest block. Nothing is sent.
    ///
    /// # Errors
    /// It would fail.
    pub async fn ask<C: SolCall>(&self, from: Address, to: Address, call: &C) -> Result<C::Return> {
        let request = TransactionRequest::default().from(from).to(to);
        let request = request.input(Bytes::from(call.abi_encode()).into());
        let answer = self.chain.provider().call(request).block(BlockId::latest()).await;
        let data = answer.map_err(|error| tributary::chain::in_words(&error))?;
        C::abi_decode_returns(&data).wrap_err(C::SIGNATURE)
    }

    /// Lets it be `time` from now on, with a block that shows it.
    ///
    /// # Errors
    /// The node cannot move its clock; a test that does so is to be marked [`moving_time`].
    ///
    /// [`moving_time`]: crate::Case::moving_time
    pub async fn at(&self, time: u64) -> Result<()> {
        self.chain.set_time(time);
        self.chain.mine().await?;
        Ok(())
    }

    /// The time of the latest block.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn now(&self) -> Result<u64> {
        let block = self.chain.provider().get_block(Default::default()).await?;
        Ok(block.ok_or_else(|| eyre!("the node has no latest block"))?.header.timestamp)
    }

    /// Moves to the beginning of the next week, and returns it.
    ///
    /// # Errors
    /// The node cannot move its clock.
    pub async fn next_week(&self) -> Result<u64> {
        let start = (self.now().await? / WEEK + 1) * WEEK;
        self.at(start).await?;
        Ok(start)
    }

    fn provider(&self) -> DynProvider {
        self.chain.provider().clone()
    }

    /// The platform's token.
    #[must_use]
    pub fn token(&self) -> IToken::ITokenInstance<DynProvider> {
        IToken::new(self.system.address("token"), self.provider())
    }

    /// The dollar.
    #[must_use]
    pub fn dollar(&self) -> IToken::ITokenInstance<DynProvider> {
        IToken::new(self.system.address("stablecoin"), self.provider())
    }

    /// Wrapped ether.
    #[must_use]
    pub fn weth(&self) -> IWeth::IWethInstance<DynProvider> {
        IWeth::new(self.system.address("weth"), self.provider())
    }

    /// The vault.
    #[must_use]
    pub fn vault(&self) -> IVault::IVaultInstance<DynProvider> {
        IVault::new(self.system.vault(), self.provider())
    }

    /// The splitter.
    #[must_use]
    pub fn splitter(&self) -> ISplitter::ISplitterInstance<DynProvider> {
        ISplitter::new(self.system.splitter(), self.provider())
    }

    /// The id of the platform's policy number `place`, and of its source.
    #[must_use]
    pub fn policy(&self, place: usize) -> U256 {
        self.system.policy_ids[place]
    }

    /// The label of the platform's source number `place`.
    #[must_use]
    pub fn source(&self, place: usize) -> B256 {
        self.system.platform.sources[place].key()
    }
}

impl Site {
    /// Connects to the node of `lab`, or starts one.
    async fn prepare(lab: &Lab, name: &str) -> Result<(Chain, Self)> {
        if let Some(remote) = &lab.remote {
            let chain = Chain::connect(&remote.url).await?;
            let seed = keccak256([remote.run.as_slice(), name.as_bytes()].concat());
            let (url, funder) = (remote.url.clone(), remote.funder.clone());
            return Ok((chain, Self { seed, url, funder, _node: None }));
        }
        let config = Config { port: 0, timestamp: Some(START), ..Config::default() };
        let node = Node::start(config).await?;
        let chain = Chain::connect(&node.url()).await?.with_gas_limit(GAS_LIMIT);
        chain.set_time(START);
        let rich = node.accounts().last().ok_or_else(|| eyre!("the node funds nobody"))?;
        let funder = PrivateKeySigner::from_bytes(&rich.private_key)?;
        let (seed, url) = (keccak256(name), node.url());
        Ok((chain, Self { seed, url, funder, _node: Some(node) }))
    }
}

/// The key of `name` among those of `seed`.
///
/// # Panics
/// Never: no hash outside the curve's order will be found.
#[must_use]
pub fn key(seed: B256, name: &str) -> PrivateKeySigner {
    let secret = keccak256([seed.as_slice(), name.as_bytes()].concat());
    PrivateKeySigner::from_bytes(&secret).expect("a hash below the order of the curve")
}

async fn fund(
    chain: &Chain,
    funder: &PrivateKeySigner,
    account: Address,
    ether: &str,
) -> Result<()> {
    let call = Call::raw("fund an account", account, Bytes::new()).value(parse_ether(ether)?);
    chain.send(funder, call).await?;
    Ok(())
}
