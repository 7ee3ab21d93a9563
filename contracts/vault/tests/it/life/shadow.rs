//! Everybody's stake and the vault's settings once more: the rules, eagerly and without a thought for
//! gas. Revenue is not counted here; that is the model's.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};

use super::{
    action::Action,
    history::{History, Tallies},
};
use crate::{CURVE, Scene, WEEK, n};

/// What is locked together: assets and boost.
type Bucket = (U256, U256);

/// Weeks and basis points.
type Points = Vec<(u32, u32)>;

/// Everybody's stake, and the vault's settings.
pub(crate) struct Shadow {
    pub(crate) vault: Address,
    pub(crate) asset: Address,
    pub(crate) tokens: Vec<Address>,
    pub(crate) owner: Address,
    pub(crate) guardian: Address,
    /// Allowed by everybody to move everything; nobody else is allowed anything.
    pub(crate) keeper: Address,
    /// Somebody whom one token does not pay.
    pub(crate) blocked: (Address, Address),
    pub(crate) now: u64,
    pub(crate) paused: bool,
    /// What lies in the vault that nobody told it of.
    strays: BTreeMap<Address, U256>,
    pub(crate) past: History,
    balances: BTreeMap<Address, U256>,
    /// By account and unlock time; none of them has ended.
    locks: BTreeMap<(Address, u64), Bucket>,
    standing: BTreeMap<Address, (U256, U256, u64)>,
    points: Points,
    penalties: Points,
    retired: BTreeSet<Address>,
    payouts: BTreeMap<Address, (Address, bool)>,
    delegates: BTreeMap<Address, Address>,
    nonces: BTreeMap<Address, U256>,
}

impl Shadow {
    pub(crate) fn new(scene: &Scene, keeper: Address, blocked: (Address, Address)) -> Self {
        let mut past = History::default();
        past.total_was(scene.stage.timestamp(), n(0));
        Self {
            vault: scene.vault,
            asset: scene.asset,
            tokens: vec![scene.asset, scene.usd, scene.eth],
            owner: scene.owner,
            guardian: scene.guardian,
            keeper,
            blocked,
            now: scene.stage.timestamp(),
            paused: false,
            strays: BTreeMap::new(),
            past,
            balances: BTreeMap::new(),
            locks: BTreeMap::new(),
            standing: BTreeMap::new(),
            points: CURVE.to_vec(),
            penalties: Vec::new(),
            retired: BTreeSet::new(),
            payouts: BTreeMap::new(),
            delegates: BTreeMap::new(),
            nonces: BTreeMap::new(),
        }
    }

    pub(crate) fn balance(&self, account: Address) -> U256 {
        self.balances.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn supply(&self) -> U256 {
        self.balances.values().fold(n(0), |sum, balance| sum + *balance)
    }

    /// Assets and boost of what `account` has locked until `unlock_time`.
    pub(crate) fn bucket(&self, account: Address, unlock_time: u64) -> Bucket {
        self.locks.get(&(account, unlock_time)).copied().unwrap_or_default()
    }

    /// Unlock time, assets and boost of each lock of `account`.
    pub(crate) fn locks(&self, account: Address) -> Vec<(u64, U256, U256)> {
        let own = self.locks.range((account, 0)..=(account, u64::MAX));
        own.map(|((_, end), (assets, boost))| (*end, *assets, *boost)).collect()
    }

    /// Assets, boost and weeks of the standing lock of `account`.
    pub(crate) fn standing(&self, account: Address) -> (U256, U256, u64) {
        self.standing.get(&account).copied().unwrap_or_default()
    }

    /// Sum of the boosts of one account's unexpired locks, or of everybody's.
    pub(crate) fn boost(&self, account: Option<Address>) -> U256 {
        let meant = |who: Address| account.is_none_or(|account| account == who);
        let timed = self.locks.iter().filter(|((who, _), _)| meant(*who)).map(|(_, lock)| lock.1);
        let standing = self.standing.iter().filter(|(who, _)| meant(**who)).map(|(_, lock)| lock.1);
        timed.chain(standing).fold(n(0), |sum, boost| sum + boost)
    }

    pub(crate) fn weight(&self, account: Address) -> U256 {
        self.balance(account) + self.boost(Some(account))
    }

    pub(crate) fn unlocked(&self, account: Address) -> U256 {
        let locks = self.locks(account);
        let locked = locks.iter().fold(self.standing(account).0, |sum, lock| sum + lock.1);
        self.balance(account) - locked
    }

    pub(crate) fn boost_of(&self, assets: U256, weeks: U256) -> U256 {
        assets * U256::from(value(&self.points, weeks.to()) - 10_000) / n(10_000)
    }

    /// When a lock of `weeks` ends that is made now.
    pub(crate) fn end_of(&self, weeks: U256) -> u64 {
        (self.now / WEEK + weeks.to::<u64>() + 1) * WEEK
    }

    /// The part of the boost of a lock that leaves it with `assets`.
    pub(crate) fn part_of(&self, account: Address, unlock_time: u64, assets: U256) -> U256 {
        let (locked, boost) = self.bucket(account, unlock_time);
        (boost * assets).div_ceil(locked)
    }

    pub(crate) fn penalties(&self) -> &[(u32, u32)] {
        &self.penalties
    }

    /// What leaving with `assets` of a lock until `unlock_time` costs.
    pub(crate) fn penalty(&self, unlock_time: u64, assets: U256) -> U256 {
        let left = (unlock_time / WEEK - self.now / WEEK) as u32;
        (assets * U256::from(value(&self.penalties, left))).div_ceil(n(10_000))
    }

    pub(crate) fn is_retired(&self, token: Address) -> bool {
        self.retired.contains(&token)
    }

    /// `amount` more of `token` lies in the vault.
    pub(crate) fn stray(&mut self, token: Address, amount: U256) {
        *self.strays.entry(token).or_default() += amount;
    }

    /// What of `token` lies in the vault that nobody told it of.
    pub(crate) fn strays(&self, token: Address) -> U256 {
        self.strays.get(&token).copied().unwrap_or_default()
    }

    /// Whether `token` does not pay `receiver`.
    pub(crate) fn refuses(&self, token: Address, receiver: Address) -> bool {
        self.blocked == (token, receiver)
    }

    /// Payee, zero for the account itself, and whether payouts are automatic.
    pub(crate) fn payout(&self, account: Address) -> (Address, bool) {
        self.payouts.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn payee(&self, account: Address) -> Address {
        let (payee, _) = self.payout(account);
        if payee.is_zero() { account } else { payee }
    }

    pub(crate) fn delegate(&self, account: Address) -> Address {
        self.delegates.get(&account).copied().unwrap_or_default()
    }

    pub(crate) fn nonce(&self, account: Address) -> U256 {
        self.nonces.get(&account).copied().unwrap_or_default()
    }

    /// Everybody's votes now.
    pub(crate) fn tallies(&self) -> Tallies {
        let mut tallies = Tallies::new();
        for (account, delegate) in self.delegates.iter().filter(|(_, to)| !to.is_zero()) {
            *tallies.entry(*delegate).or_default() += self.weight(*account);
        }
        tallies
    }

    /// Lets time pass until `now`, and writes down what was.
    pub(crate) fn wait_until(&mut self, now: u64) {
        if now == self.now {
            return;
        }
        self.past.votes_were(self.now, self.tallies());
        let next = (self.now / WEEK + 1) * WEEK;
        let ends = self.locks.keys().map(|(_, end)| *end).filter(|end| *end <= now);
        let boundaries: BTreeSet<u64> =
            ends.chain([next].into_iter().filter(|t| *t <= now)).collect();
        for boundary in boundaries {
            self.locks.retain(|(_, end), _| *end > boundary);
            self.past.votes_were(boundary, self.tallies());
            self.past.total_was(boundary, self.supply() + self.boost(None));
        }
        self.now = now;
    }

    /// What a successful action does to stakes and settings; `compounded` is what it staked.
    pub(crate) fn apply(&mut self, sender: Address, action: &Action, compounded: U256) {
        match action {
            Action::Deposit { assets, receiver } | Action::Mint { shares: assets, receiver } => {
                self.credit(*receiver, *assets);
            }
            Action::Withdraw { assets, owner, .. }
            | Action::Redeem { shares: assets, owner, .. } => {
                self.debit(*owner, *assets);
            }
            Action::Transfer { to, value } => self.shift(sender, *to, *value),
            Action::Pull { from, to, value } => self.shift(*from, *to, *value),
            Action::Lock { assets, weeks } => self.lock(sender, *assets, *weeks),
            Action::DepositAndLock { assets, weeks } => {
                self.credit(sender, *assets);
                self.lock(sender, *assets, *weeks);
            }
            Action::Stand { assets, weeks } => self.stand(sender, *assets, *weeks),
            Action::Unwind { assets } => self.unwind(sender, *assets),
            Action::Extend { unlock_time, assets, weeks } => {
                self.take(sender, unlock_time.to(), *assets);
                self.lock(sender, *assets, *weeks);
            }
            Action::Exit { unlock_time, assets, .. } => {
                let penalty = self.penalty(unlock_time.to(), *assets);
                self.take(sender, unlock_time.to(), *assets);
                self.debit(sender, penalty);
            }
            Action::Compound => self.credit(sender, compounded),
            Action::Pause => self.paused = true,
            Action::Unpause => self.paused = false,
            Action::Retire { token } => drop(self.retired.insert(*token)),
            Action::Add { token, .. } => drop(self.retired.remove(token)),
            Action::Sync { token } => drop(self.strays.remove(token)),
            Action::SetCurve { points } => self.points.clone_from(points),
            Action::SetPenalties { points, .. } => self.penalties.clone_from(points),
            Action::SetPayout { payee, automatic } => {
                self.payouts.insert(sender, (*payee, *automatic));
            }
            Action::Delegate { to } => drop(self.delegates.insert(sender, *to)),
            Action::DelegateBySig(signed) => {
                let signer = signed.signer.expect("an accepted signature has a signer");
                self.delegates.insert(signer, signed.to);
                *self.nonces.entry(signer).or_default() += n(1);
            }
            Action::Notify { .. }
            | Action::Claim { .. }
            | Action::ClaimTo { .. }
            | Action::ClaimFor { .. }
            | Action::ClaimMany { .. }
            | Action::Checkpoint { .. } => (),
        }
    }

    fn credit(&mut self, account: Address, shares: U256) {
        *self.balances.entry(account).or_default() += shares;
    }

    fn debit(&mut self, account: Address, shares: U256) {
        *self.balances.entry(account).or_default() -= shares;
    }

    fn shift(&mut self, from: Address, to: Address, shares: U256) {
        self.debit(from, shares);
        self.credit(to, shares);
    }

    fn lock(&mut self, account: Address, assets: U256, weeks: U256) {
        self.lock_until(account, self.end_of(weeks), assets, self.boost_of(assets, weeks));
    }

    fn lock_until(&mut self, account: Address, end: u64, assets: U256, boost: U256) {
        let bucket = self.locks.entry((account, end)).or_default();
        *bucket = (bucket.0 + assets, bucket.1 + boost);
    }

    fn take(&mut self, account: Address, unlock_time: u64, assets: U256) {
        let part = self.part_of(account, unlock_time, assets);
        let bucket = self.locks.entry((account, unlock_time)).or_default();
        *bucket = (bucket.0 - assets, bucket.1 - part);
        if bucket.0.is_zero() {
            self.locks.remove(&(account, unlock_time));
        }
    }

    fn stand(&mut self, account: Address, assets: U256, weeks: U256) {
        let boost = self.boost_of(assets, weeks);
        let lock = self.standing.entry(account).or_default();
        *lock = (lock.0 + assets, lock.1 + boost, weeks.to());
    }

    fn unwind(&mut self, account: Address, assets: U256) {
        let (locked, boost, weeks) = self.standing(account);
        let part = (boost * assets).div_ceil(locked);
        self.standing.insert(account, (locked - assets, boost - part, weeks));
        self.lock_until(account, self.end_of(U256::from(weeks)), assets, part);
    }
}

/// The value at `weeks` of a curve that starts at zero weeks, rounded down.
fn value(points: &[(u32, u32)], weeks: u32) -> u32 {
    let after = points.partition_point(|point| point.0 <= weeks);
    let (from, bps) = points[after - 1];
    let next = points.get(after);
    next.map_or(bps, |(to, next)| bps + (next - bps) * (weeks - from) / (to - from))
}
