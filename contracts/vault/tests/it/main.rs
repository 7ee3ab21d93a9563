//! The vault on the native stage: function by function, among hostile tokens, and through long
//! random lives that are compared with the exact rational model.

mod audit;
mod coin;
mod construction;
mod curve;
mod edges;
mod entry;
mod erc20;
mod erc4626;
mod exactness;
mod exits;
mod extend;
mod hostile;
mod life;
mod locks;
mod past;
mod payouts;
mod permit;
mod permits_in;
mod properties;
mod reentry;
mod reward_tokens;
mod roles;
mod shares;
mod standing;
mod streams;
mod surface;
mod till;
mod views;
mod votes;
mod work;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use stage::{Revert, Stage};
use vault::IVault;

use crate::coin::Coin;

/// Seconds of a week. The stage begins in the first second of one.
const WEEK: u64 = 604_800;
/// The largest amount that fits a packed slot.
const MAX: U256 = U256::from_limbs([u64::MAX, (1 << 48) - 1, 0, 0]);
/// What everybody has of every coin: a power of two, so that shares of it divide without rest.
const FORTUNE: u128 = 1 << 100;
/// Locks of a year weigh double, of four years fourfold.
const CURVE: [(u32, u32); 3] = [(0, 10_000), (52, 20_000), (208, 40_000)];

fn n(amount: u128) -> U256 {
    U256::from(amount)
}

/// Durations and multipliers of a curve, as the ABI takes them.
fn columns(points: &[(u32, u32)]) -> (Vec<u32>, Vec<u32>) {
    points.iter().copied().unzip()
}

/// A vault with three reward tokens, and the people around it.
struct Scene {
    stage: Stage,
    vault: Address,
    /// The asset, which is a reward token as well: streams one week.
    asset: Address,
    /// Streams one week.
    usd: Address,
    /// Streams four weeks.
    eth: Address,
    owner: Address,
    guardian: Address,
    treasury: Address,
    alice: Address,
    bob: Address,
    carol: Address,
}

/// The arguments of a construction.
struct Plan {
    asset: Address,
    owner: Address,
    guardian: Address,
    points: Vec<(u32, u32)>,
}

impl Plan {
    fn calldata(&self) -> Vec<u8> {
        let word = |text: &str| B256::right_padding_from(text.as_bytes());
        let (durations, multipliers) = columns(&self.points);
        let names = (word("Staked BitHash"), word("stBITHASH"));
        stage::constructor((
            self.asset,
            self.owner,
            self.guardian,
            names.0,
            names.1,
            durations,
            multipliers,
        ))
    }
}

impl Scene {
    /// The vault of the tests, with honest tokens.
    fn new() -> Self {
        Self::with_coins(&Coin::default(), &Coin::default())
    }

    /// The vault of the tests with these coins as asset and as usd.
    fn with_coins(asset: &Coin, usd: &Coin) -> Self {
        let scene = Self::bare(asset, usd);
        for (token, weeks) in [(scene.asset, 1), (scene.usd, 1), (scene.eth, 4)] {
            scene.add_token(token, weeks).expect("a new token");
        }
        scene
    }

    /// A vault without reward tokens.
    fn bare(asset: &Coin, usd: &Coin) -> Self {
        let stage = Stage::new();
        let at = |name: &str| stage.account(name);
        let plan = Plan {
            asset: stage.install("asset", asset.clone()),
            owner: at("owner"),
            guardian: at("guardian"),
            points: CURVE.to_vec(),
        };
        let vault = stage.deploy("vault", vault::main, plan.calldata()).expect("a valid plan");
        let usd = stage.install("usd", usd.clone());
        let eth = stage.install("eth", Coin::default());
        let [treasury, alice, bob, carol] = ["treasury", "alice", "bob", "carol"].map(at);
        for token in [plan.asset, usd, eth] {
            for holder in [treasury, alice, bob, carol] {
                coin::give(&stage, token, holder, n(FORTUNE));
            }
        }
        let Plan { asset, owner, guardian, .. } = plan;
        Self { stage, vault, asset, usd, eth, owner, guardian, treasury, alice, bob, carol }
    }

    fn call<C: SolCall>(&self, from: Address, call: C) -> Result<C::Return, Revert> {
        self.stage.call(from, self.vault, call)
    }

    #[track_caller]
    fn refused<C: SolCall>(&self, from: Address, call: C) -> Revert {
        self.stage.refused(from, self.vault, call)
    }

    #[track_caller]
    fn read<C: SolCall>(&self, call: C) -> C::Return {
        self.stage.view(self.vault, call).expect("a view of the vault")
    }

    fn add_token(&self, token: Address, weeks: u64) -> Result<(), Revert> {
        let call = IVault::addRewardTokenCall { token, streamWeeks: U256::from(weeks) };
        self.call(self.owner, call).map(drop)
    }

    fn deposit(&self, who: Address, assets: U256) -> Result<U256, Revert> {
        self.call(who, IVault::depositCall { assets, receiver: who })
    }

    #[track_caller]
    fn stake(&self, who: Address, assets: u128) {
        assert_eq!(self.deposit(who, n(assets)), Ok(n(assets)));
    }

    /// Takes `assets` of one's own stake out.
    fn withdraw(&self, who: Address, assets: U256) -> Result<U256, Revert> {
        self.call(who, IVault::withdrawCall { assets, receiver: who, owner: who })
    }

    fn lock(&self, who: Address, assets: u128, weeks: u64) -> Result<u64, Revert> {
        let call = IVault::lockCall { assets: n(assets), durationWeeks: U256::from(weeks) };
        self.call(who, call).map(|time| time.to())
    }

    fn transfer(&self, from: Address, to: Address, value: U256) -> Result<bool, Revert> {
        self.call(from, IVault::transferCall { to, value })
    }

    fn push(&self, token: Address, amount: u128) -> Result<U256, Revert> {
        self.call(self.treasury, IVault::notifyRevenueCall { token, amount: n(amount) })
    }

    fn claim(&self, who: Address, token: Address) -> Result<U256, Revert> {
        let paid = self.call(who, IVault::claimCall { tokens: vec![token] })?;
        assert_eq!(paid.len(), 1, "one amount per token");
        Ok(paid[0])
    }

    #[track_caller]
    fn claimable(&self, account: Address, token: Address) -> U256 {
        self.read(IVault::claimableCall { account, token })
    }

    #[track_caller]
    fn shares(&self, account: Address) -> U256 {
        self.read(IVault::balanceOfCall { account })
    }

    #[track_caller]
    fn unlocked(&self, account: Address) -> U256 {
        self.read(IVault::unlockedBalanceOfCall { account })
    }

    /// Unlock times, assets and boosts of the unexpired locks of `account`.
    #[track_caller]
    fn listed(&self, account: Address) -> Vec<(u64, U256, U256)> {
        let locks = self.read(IVault::locksOfCall { account });
        let times = locks.unlockTimes.iter().map(|time| time.to());
        times.zip(locks.assets).zip(locks.boosts).map(|((t, a), b)| (t, a, b)).collect()
    }

    #[track_caller]
    fn weight(&self, account: Address) -> U256 {
        self.read(IVault::weightOfCall { account })
    }

    #[track_caller]
    fn total_weight(&self) -> U256 {
        self.read(IVault::totalWeightCall {})
    }

    #[track_caller]
    fn reward(&self, token: Address) -> IVault::rewardStateReturn {
        self.read(IVault::rewardStateCall { token })
    }

    /// What `account` has of `token` outside of the vault.
    fn coins(&self, token: Address, account: Address) -> U256 {
        coin::balance(&self.stage, token, account)
    }

    /// Lets `weeks` weeks pass.
    fn weeks(&self, weeks: u64) {
        self.stage.warp(weeks * WEEK);
    }

    fn pause(&self) {
        assert!(self.call(self.guardian, IVault::pauseCall {}).is_ok());
    }
}
