//! A vault for measuring: its programs are kept ready, revenue streams, and nothing in it is new.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, U256, address},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::Result;
use tributary::{
    abi::{IToken, IVault},
    deploy::arguments,
};
use tributary_tests::{WEEK, World, tokens};

/// Gas by operation, then by what is varied.
pub(crate) type Prices = BTreeMap<String, BTreeMap<String, u64>>;

/// Makes its caller an owner of a development chain, who may cache programs.
const ARB_DEBUG: Address = address!("0x00000000000000000000000000000000000000ff");
/// Keeps programs ready.
const ARB_WASM_CACHE: Address = address!("0x0000000000000000000000000000000000000072");

/// Between two operations.
pub(crate) const HOUR: u64 = 3_600;

alloy::sol! {
    interface ArbDebug {
        function becomeChainOwner() external;
    }
    interface ArbWasmCache {
        function cacheProgram(address program) external payable;
    }
}

/// From now on every program of `world` costs what it costs when the chain keeps it ready.
pub(crate) async fn keep_programs_ready(world: &World) -> Result<()> {
    world.send(&world.owner, ARB_DEBUG, &ArbDebug::becomeChainOwnerCall {}).await?;
    for contract in &world.system.contracts {
        let keep = ArbWasmCache::cacheProgramCall { program: contract.address };
        world.send(&world.owner, ARB_WASM_CACHE, &keep).await?;
    }
    Ok(())
}

/// What all vaults of a test share: reward tokens, and three who hold some of everything.
#[derive(Debug)]
pub(crate) struct Market {
    pub(crate) world: World,
    /// Stakes before anybody else.
    pub(crate) first: PrivateKeySigner,
    pub(crate) alice: PrivateKeySigner,
    /// Locks, so that there are locks besides one's own.
    pub(crate) carol: PrivateKeySigner,
    rewards: Vec<Address>,
}

impl Market {
    /// With `count` tokens that can be rewards.
    pub(crate) async fn open(world: World, count: usize) -> Result<Self> {
        keep_programs_ready(&world).await?;
        let [first, alice, carol] = ["first", "alice", "carol"];
        let first = world.holder(first, tokens(100_000_000)).await?;
        let alice = world.holder(alice, tokens(100_000_000)).await?;
        let carol = world.holder(carol, tokens(100_000_000)).await?;
        let mut market = Self { world, first, alice, carol, rewards: Vec::new() };
        for _ in 0..count {
            market.add_token().await?;
        }
        Ok(market)
    }

    async fn add_token(&mut self) -> Result<()> {
        let (world, supply) = (&self.world, tokens(1_000_000_000));
        let (name, owner) = (B256::right_padding_from(b"Reward"), world.owner.address());
        let terms = arguments(&(name, name, U256::from(18), owner, supply));
        let token = world.construct("token", &terms).await?;
        for holder in [&self.first, &self.alice, &self.carol] {
            let give = IToken::transferCall { to: holder.address(), value: U256::ONE };
            world.send(&world.owner, token, &give).await?;
        }
        self.rewards.push(token);
        Ok(())
    }

    /// A vault that pays the first `count` tokens, each streaming for `weeks` weeks at least, in which
    /// `first` has staked before and since the streams began.
    pub(crate) async fn fund(&self, count: usize, weeks: u64) -> Result<Fund<'_>> {
        let (world, owner) = (&self.world, self.world.owner.address());
        let (asset, name) = (*world.token().address(), B256::right_padding_from(b"Fund"));
        let curve = (vec![0_u32, 52, 208], vec![10_000_u32, 20_000, 40_000]);
        let terms = arguments(&(asset, owner, owner, name, name, curve.0, curve.1));
        let vault = world.construct("vault", &terms).await?;
        let approve = IToken::approveCall { spender: vault, value: U256::MAX };
        for holder in [&self.first, &self.alice, &self.carol] {
            world.send(holder, asset, &approve).await?;
        }
        let fund = Fund { market: self, vault, rewards: self.rewards[..count].to_vec() };
        fund.send(&self.first, &fund.stake(&self.first)).await?;
        fund.stream(weeks).await?;
        fund.send(&self.first, &fund.stake(&self.first)).await?;
        Ok(fund)
    }

    /// Lets `seconds` pass.
    pub(crate) async fn wait(&self, seconds: u64) -> Result<()> {
        self.world.at(self.world.now().await? + seconds).await
    }
}

/// One vault of a market.
#[derive(Debug)]
pub(crate) struct Fund<'a> {
    pub(crate) market: &'a Market,
    pub(crate) vault: Address,
    pub(crate) rewards: Vec<Address>,
}

impl Fund<'_> {
    async fn stream(&self, weeks: u64) -> Result<()> {
        let (world, owner) = (&self.market.world, &self.market.world.owner);
        let approve = IToken::approveCall { spender: self.vault, value: U256::MAX };
        for &token in &self.rewards {
            let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(weeks) };
            self.send(owner, &add).await?;
            world.send(owner, token, &approve).await?;
            self.send(owner, &self.push(token)).await?;
        }
        self.market.wait(HOUR).await
    }

    /// Has `who` call the vault; returns the gas used.
    pub(crate) async fn send(&self, who: &PrivateKeySigner, call: &impl SolCall) -> Result<u64> {
        Ok(self.market.world.send(who, self.vault, call).await?.gas_used)
    }

    /// The same after an hour, noted in `prices` under `name` and `column`.
    pub(crate) async fn price(
        &self,
        prices: &mut Prices,
        (name, column): (&str, &str),
        who: &PrivateKeySigner,
        call: &impl SolCall,
    ) -> Result<()> {
        self.market.wait(HOUR).await?;
        let gas = self.send(who, call).await?;
        let before = prices.entry(name.to_owned()).or_default().insert(column.to_owned(), gas);
        assert_eq!(before, None, "two operations are called {name:?}");
        Ok(())
    }

    /// Everything that a staker does more than once, by alice; carol has locks that end in the same
    /// weeks.
    pub(crate) async fn habits(&self, prices: &mut Prices, column: &str) -> Result<()> {
        let (alice, carol) = (&self.market.alice, &self.market.carol);
        let (me, other) = (alice.address(), self.market.first.address());
        let owner = &self.market.world.owner;
        let push = self.push(self.rewards[0]);
        let one = IVault::claimCall { tokens: vec![self.rewards[0]] };
        let all = IVault::claimCall { tokens: self.rewards.clone() };
        let leave = IVault::withdrawCall { assets: tokens(1), receiver: me, owner: me };
        let give = IVault::transferCall { to: other, value: tokens(1) };
        let both = IVault::depositAndLockCall { assets: tokens(1), durationWeeks: U256::from(8) };
        self.send(carol, &self.stake(carol)).await?;
        for weeks in [4, 8] {
            self.send(carol, &self.lock(weeks)).await?;
        }
        self.price(prices, ("deposit, first", column), alice, &self.stake(alice)).await?;
        self.price(prices, ("deposit", column), alice, &self.stake(alice)).await?;
        self.price(prices, ("notifyRevenue", column), owner, &push).await?;
        self.price(prices, ("claim, one token", column), alice, &one).await?;
        self.price(prices, ("claim, all tokens", column), alice, &all).await?;
        self.price(prices, ("withdraw", column), alice, &leave).await?;
        self.price(prices, ("transfer", column), alice, &give).await?;
        self.price(prices, ("lock, first", column), alice, &self.lock(4)).await?;
        self.price(prices, ("lock, same week", column), alice, &self.lock(4)).await?;
        self.price(prices, ("lock, another week", column), alice, &self.lock(8)).await?;
        self.price(prices, ("depositAndLock", column), alice, &both).await
    }

    /// Locks that stand, grow longer and are left, by alice after her [`habits`](Self::habits).
    pub(crate) async fn commitments(&self, prices: &mut Prices, column: &str) -> Result<()> {
        let (alice, world) = (&self.market.alice, &self.market.world);
        let week = world.now().await? / WEEK;
        let end = |weeks: u64| U256::from((week + weeks + 1) * WEEK);
        let (assets, long) = (tokens(1), U256::from(8));
        let stand = IVault::lockStandingCall { assets, durationWeeks: long };
        let unwind = IVault::unwindCall { assets };
        let extend = IVault::extendLockCall { unlockTime: end(4), assets, durationWeeks: long };
        let leave = IVault::exitEarlyCall { unlockTime: end(8), assets, maxPenalty: U256::MAX };
        let curve = IVault::setPenaltyCurveCall {
            durations: vec![0],
            penalties: vec![1_000],
            splitter: world.system.splitter(),
            source: world.source(0),
        };
        self.send(&world.owner, &curve).await?;
        self.price(prices, ("lockStanding, first", column), alice, &stand).await?;
        self.price(prices, ("lockStanding", column), alice, &stand).await?;
        self.price(prices, ("unwind", column), alice, &unwind).await?;
        self.price(prices, ("extendLock", column), alice, &extend).await?;
        // The splitter, which all vaults of the market share, takes a first penalty of all only once.
        self.send(alice, &leave).await?;
        self.price(prices, ("exitEarly", column), alice, &leave).await
    }

    /// Payouts by others, and votes, by and for alice after her [`habits`](Self::habits).
    pub(crate) async fn delegation(&self, prices: &mut Prices, column: &str) -> Result<()> {
        let (alice, first) = (&self.market.alice, &self.market.first);
        let (account, other) = (alice.address(), first.address());
        let set = IVault::setPayoutCall { payee: Address::ZERO, automatic: true };
        let for_alice = IVault::claimForCall { account, tokens: self.rewards.clone() };
        let many = IVault::claimManyCall { accounts: vec![account], token: self.rewards[0] };
        let vote = IVault::delegateCall { delegatee: account };
        let give = IVault::transferCall { to: other, value: tokens(1) };
        self.price(prices, ("setPayout", column), alice, &set).await?;
        self.price(prices, ("claimFor, all tokens", column), first, &for_alice).await?;
        self.price(prices, ("claimMany, one account", column), first, &many).await?;
        self.price(prices, ("delegate, first", column), alice, &vote).await?;
        self.price(prices, ("deposit, delegated", column), alice, &self.stake(alice)).await?;
        self.price(prices, ("lock, delegated", column), alice, &self.lock(4)).await?;
        self.price(prices, ("transfer, delegated", column), alice, &give).await
    }

    /// Revenue.
    pub(crate) fn push(&self, token: Address) -> IVault::notifyRevenueCall {
        IVault::notifyRevenueCall { token, amount: tokens(1_000) }
    }

    /// Stake.
    pub(crate) fn stake(&self, who: &PrivateKeySigner) -> IVault::depositCall {
        IVault::depositCall { assets: tokens(100), receiver: who.address() }
    }

    /// A lock.
    pub(crate) fn lock(&self, weeks: u64) -> IVault::lockCall {
        IVault::lockCall { assets: tokens(1), durationWeeks: U256::from(weeks) }
    }
}
