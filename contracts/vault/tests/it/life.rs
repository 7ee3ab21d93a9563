//! Long random lives of a vault: valid, invalid and weird actions of eight accounts over three reward
//! tokens, with pauses from no time to years.
//!
//! Each action has to be answered as the [`Shadow`] says. Every few steps, what the vault shows is
//! compared with the shadow, and what everybody has earned is noted; at the end of a life the exact
//! model replays its logs and judges every note.
//!
//! # Invariants
//! - everybody has at most one wei less than can be paid of the exact share, and nobody more
//! - balances add up to the supply, weights to the total weight
//! - the vault has what it owes, in every token
//! - what can be claimed never falls but by a claim
//! - an invalid action reverts with its error and logs nothing
//! - in the end everybody gets out with everything, and less than a wei each is left

use std::collections::BTreeMap;

use alloy_primitives::{Address, Log, U256};
use alloy_sol_types::SolEventInterface;
use model::{Event, Fact, Moment, Snapshot};
use vault::IVault::IVaultEvents;

use crate::{
    IVault, MAX, Scene, WEEK, coin, n,
    shadow::{Action, Shadow},
};

const ACCOUNTS: usize = 8;
const STEPS: usize = 640;
/// Steps from one comparison to the next.
const STRIDE: usize = 8;
/// No life lasts longer than what 32 bits of seconds can tell.
const LAST_WEEK: u64 = 6_500;

/// Random numbers (splitmix64): the same for the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// One time out of `of`.
    fn chance(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }

    /// An amount of any order of magnitude up to `bits` bits.
    fn magnitude(&mut self, bits: u64) -> U256 {
        let wide = U256::from_limbs([self.roll(), self.roll(), 0, 0]);
        wide >> (128 - 1 - self.below(bits)) as usize
    }

    /// An amount around `most`: often valid, sometimes just above, sometimes absurd.
    fn amount(&mut self, most: U256) -> U256 {
        match self.below(16) {
            0 => U256::ZERO,
            1 => most + U256::from(1),
            2 => self.pick(&[U256::MAX, MAX, MAX + U256::from(1), U256::from(1) << 128]),
            3..6 => most,
            6 => U256::from(1),
            _ => most / U256::from(1 + self.below(9)),
        }
    }
}

/// Everybody's claimable and paid revenue at a moment.
struct Note {
    earned: Vec<(Address, Address, U256)>,
    total_weight: U256,
}

struct Life {
    scene: Scene,
    accounts: Vec<Address>,
    shadow: Shadow,
    dice: Dice,
    seed: u64,
    facts: Vec<Fact>,
    moments: Vec<Moment>,
    notes: Vec<Note>,
    paid: BTreeMap<(Address, Address), U256>,
    least: BTreeMap<(Address, Address), U256>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let scene = Scene::new();
        let accounts: Vec<Address> =
            (0..ACCOUNTS).map(|i| scene.stage.account(&format!("holder {i}"))).collect();
        let keeper = accounts[0];
        for account in &accounts {
            for token in [scene.asset, scene.usd, scene.eth] {
                coin::give(&scene.stage, token, *account, U256::from(1) << 110);
            }
            let call = IVault::approveCall { spender: keeper, value: U256::MAX };
            assert_eq!(scene.call(*account, call), Ok(true));
        }
        let shadow = Shadow::new(&scene, keeper);
        let mut life = Self {
            scene,
            accounts,
            shadow,
            dice: Dice(seed),
            seed,
            facts: Vec::new(),
            moments: Vec::new(),
            notes: Vec::new(),
            paid: BTreeMap::new(),
            least: BTreeMap::new(),
        };
        life.read_logs();
        life
    }

    /// A whole life, from the first step to the last claim.
    fn live(mut self) {
        for step in 0..STEPS {
            self.wait();
            let sender = self.sender();
            let action = self.action(sender);
            let sender = self.entitled(sender, &action);
            self.act(sender, &action, step);
            if self.dice.chance(80) {
                self.desert(step);
            }
            if step % STRIDE == 0 {
                self.look();
            }
        }
        self.leave();
        self.reconcile();
    }

    fn sender(&mut self) -> Address {
        match self.dice.below(24) {
            0 => self.scene.owner,
            1 => self.scene.guardian,
            2 => self.shadow.keeper,
            _ => self.dice.pick(&self.accounts),
        }
    }

    /// Somebody who may do it, mostly, if only few may.
    fn entitled(&mut self, sender: Address, action: &Action) -> Address {
        match action {
            Action::Unpause | Action::SetCurve { .. } | Action::Retire { .. }
                if !self.dice.chance(3) =>
            {
                self.scene.owner
            }
            Action::Pause if self.dice.chance(2) => self.scene.guardian,
            _ => sender,
        }
    }

    /// Everybody takes out what is unlocked.
    fn desert(&mut self, step: usize) {
        for account in self.accounts.clone() {
            let (assets, receiver, owner) = (self.shadow.unlocked(account), account, account);
            self.act(account, &Action::Withdraw { assets, receiver, owner }, step);
        }
    }

    /// Mostly no time or little; sometimes to a boundary, or weeks, or years.
    fn wait(&mut self) {
        let into_week = self.shadow.now % WEEK;
        let seconds = match self.dice.below(40) {
            0..14 => 0,
            14..18 => 1,
            18..24 => self.dice.below(3_600),
            24..30 => self.dice.below(WEEK),
            30 | 31 => WEEK - into_week,
            32 => WEEK - into_week - 1,
            33 => WEEK - into_week + 1,
            34..37 => self.dice.below(4 * WEEK),
            37 => self.dice.below(60 * WEEK),
            38 if self.dice.chance(4) => self.dice.below(300 * WEEK),
            _ => self.dice.below(86_400),
        };
        if (self.shadow.now + seconds) / WEEK < LAST_WEEK {
            self.scene.stage.warp(seconds);
        }
        self.shadow.now = self.scene.stage.timestamp();
    }

    /// Somebody, or now and then somebody who cannot be paid.
    fn receiver(&mut self) -> Address {
        match self.dice.below(20) {
            0 => Address::ZERO,
            1 => self.scene.vault,
            _ => self.dice.pick(&self.accounts),
        }
    }

    fn token(&mut self) -> Address {
        let stranger = self.accounts[1];
        let known = self.dice.pick(&self.shadow.tokens);
        if self.dice.chance(20) { stranger } else { known }
    }

    fn tokens(&mut self) -> Vec<Address> {
        (0..self.dice.below(5)).map(|_| self.token()).collect()
    }

    /// Every other life knows short locks only, so that its vault is deserted now and then.
    fn duration(&mut self) -> U256 {
        let longest = if self.seed.is_multiple_of(2) { 208 } else { 3 };
        match self.dice.below(12) {
            0 => self.dice.pick(&[U256::ZERO, n(209), U256::MAX, U256::from(1_u64 << 32)]),
            1 => U256::from(longest),
            2 | 3 => n(1),
            4..8 => U256::from(1 + self.dice.below(longest.min(8))),
            _ => U256::from(1 + self.dice.below(longest)),
        }
    }

    fn action(&mut self, sender: Address) -> Action {
        let from = if self.dice.chance(3) { self.dice.pick(&self.accounts) } else { sender };
        let (own, theirs) = (self.shadow.unlocked(sender), self.shadow.unlocked(from));
        match self.dice.below(100) {
            0..16 => self.entry(),
            16..22 => Action::Withdraw {
                assets: self.dice.amount(theirs),
                receiver: self.receiver(),
                owner: from,
            },
            22..26 => Action::Redeem {
                shares: self.dice.amount(theirs),
                receiver: self.receiver(),
                owner: from,
            },
            26..36 => Action::Transfer { to: self.receiver(), value: self.dice.amount(own) },
            36..40 => Action::Pull { from, to: self.receiver(), value: self.dice.amount(theirs) },
            40..52 => Action::Lock { assets: self.dice.amount(own), weeks: self.duration() },
            52..58 => Action::DepositAndLock { assets: self.stake(), weeks: self.duration() },
            58..72 => {
                let most = self.dice.magnitude(90);
                Action::Notify { token: self.token(), amount: self.dice.amount(most) }
            }
            72..82 => Action::Claim { tokens: self.tokens() },
            82..86 => Action::ClaimTo { tokens: self.tokens(), receiver: self.receiver() },
            86..92 => Action::Checkpoint { weeks: self.checkpoint() },
            92 => Action::Pause,
            93..97 => Action::Unpause,
            97 if self.dice.chance(8) => Action::Retire { token: self.token() },
            _ => self.change(),
        }
    }

    /// Small amounts are as likely as large ones.
    fn stake(&mut self) -> U256 {
        let most = self.dice.magnitude(108);
        self.dice.amount(most)
    }

    fn entry(&mut self) -> Action {
        let (amount, receiver) = (self.stake(), self.receiver());
        if self.dice.chance(2) {
            Action::Deposit { assets: amount, receiver }
        } else {
            Action::Mint { shares: amount, receiver }
        }
    }

    fn checkpoint(&mut self) -> U256 {
        let few = self.dice.below(4);
        self.dice.pick(&[U256::from(few), U256::MAX])
    }

    fn change(&mut self) -> Action {
        let steep = self.dice.below(90_001) as u32;
        let curves = [
            vec![(0, 10_000), (208, 10_000 + steep)],
            vec![(0, 10_000), (4, 10_001), (100, 10_001 + steep / 2)],
            vec![(0, 10_000)],
            vec![(0, 9_999)],
        ];
        Action::SetCurve { points: curves[self.dice.below(4) as usize].clone() }
    }

    fn act(&mut self, sender: Address, action: &Action, step: usize) {
        let taken = match action {
            Action::Notify { token, .. } if self.shadow.tokens.contains(token) => *token,
            _ => self.scene.asset,
        };
        let funds = self.scene.coins(taken, sender);
        let expected = self.shadow.judge(sender, action, funds);
        let answer = self.scene.stage.from(sender).raw(self.scene.vault, action.calldata());
        let place = format!("seed {}, step {step}: {action:?}", self.seed);
        assert_eq!(answer.map(drop), expected, "{place}");
        if expected.is_ok() {
            self.shadow.apply(sender, action);
            self.read_logs();
        } else {
            assert!(self.scene.stage.logs().is_empty(), "{place}");
        }
    }

    fn read_logs(&mut self) {
        let time = self.scene.stage.timestamp();
        for log in self.scene.stage.take_logs() {
            if let Some(event) = fact(&log) {
                if let Event::Claimed { account, token, amount } = event {
                    *self.paid.entry((account, token)).or_default() += amount;
                }
                self.facts.push(Fact { time, event });
            }
        }
    }

    /// Compares what the vault shows with the shadow, and notes what everybody has earned.
    fn look(&mut self) {
        let place = format!("seed {}, fact {}", self.seed, self.facts.len());
        let (scene, shadow) = (&self.scene, &self.shadow);
        for account in &self.accounts {
            let balance = shadow.balance(*account);
            assert_eq!(scene.shares(*account), balance, "{place}");
            assert_eq!(scene.unlocked(*account), shadow.unlocked(*account), "{place}");
            assert_eq!(scene.weight(*account), balance + shadow.boost(Some(*account)), "{place}");
        }
        let (supply, total_weight) = (shadow.supply(), shadow.supply() + shadow.boost(None));
        assert_eq!(scene.read(IVault::totalSupplyCall {}), supply, "{place}");
        assert_eq!(scene.total_weight(), total_weight, "{place}");
        for token in &shadow.tokens {
            let state = scene.reward(*token);
            let staked = if *token == scene.asset { supply } else { n(0) };
            let there = scene.coins(*token, scene.vault);
            assert_eq!(there, staked + state.received - state.paid, "{place}");
        }
        let earned = self.earned(&place);
        self.notes.push(Note { earned, total_weight });
        self.moments.push(Moment { facts: self.facts.len(), time: self.shadow.now });
    }

    fn earned(&mut self, place: &str) -> Vec<(Address, Address, U256)> {
        let mut earned = Vec::new();
        for account in &self.accounts {
            for token in &self.shadow.tokens {
                let key = (*account, *token);
                let paid = self.paid.get(&key).copied().unwrap_or_default();
                let sum = paid + self.scene.claimable(*account, *token);
                let before = self.least.insert(key, sum).unwrap_or_default();
                assert!(sum >= before, "{place}: what was earned fell from {before} to {sum}");
                earned.push((*account, *token, sum));
            }
        }
        earned
    }

    /// Everybody claims everything and takes everything out.
    fn leave(&mut self) {
        self.scene.weeks(300);
        self.shadow.now = self.scene.stage.timestamp();
        self.look();
        for account in self.accounts.clone() {
            let tokens = self.shadow.tokens.clone();
            self.act(account, &Action::Claim { tokens }, STEPS);
            let (assets, receiver, owner) = (self.shadow.balance(account), account, account);
            if !assets.is_zero() {
                self.act(account, &Action::Withdraw { assets, receiver, owner }, STEPS);
            }
        }
        self.look();
        assert_eq!(self.scene.total_weight(), n(0), "seed {}", self.seed);
        for token in &self.shadow.tokens {
            let state = self.scene.reward(*token);
            let held: U256 = state.heldQ128 >> 128;
            let dust = state.received - state.paid - held;
            assert!(dust <= n(ACCOUNTS as u128 + 1), "seed {}: {dust} left", self.seed);
        }
    }

    /// The exact model's judgement on every note.
    fn reconcile(&self) {
        let snapshots = model::replay(&self.facts, &self.moments)
            .unwrap_or_else(|contradiction| panic!("seed {}: {contradiction}", self.seed));
        assert_eq!(snapshots.len(), self.notes.len());
        for (snapshot, note) in snapshots.iter().zip(&self.notes) {
            self.compare(snapshot, note);
        }
    }

    fn compare(&self, snapshot: &Snapshot, note: &Note) {
        let place = format!("seed {}, time {}", self.seed, snapshot.time);
        let exact = U256::from_be_slice(&snapshot.total_weight.to_bytes_be());
        assert_eq!(note.total_weight, exact, "{place}");
        for (account, token, sum) in &note.earned {
            let standing = snapshot.accounts.get(account);
            let Some(exact) = standing.and_then(|standing| standing.earned.get(token)) else {
                assert!(sum.is_zero(), "{place}: somebody earned {sum} without a stake");
                continue;
            };
            // Of an exact share a hair above a whole number, a hair less can be a whole wei less:
            // the bound is one wei below what can be paid of the exact share (first met by seed 27).
            let whole = exact.floor_u256();
            assert!(*sum <= whole, "{place}: {sum} is above {exact:?}");
            assert!(*sum + n(1) >= whole, "{place}: {sum} is short of {exact:?}");
        }
    }
}

/// What a log of the vault means to the model.
fn fact(log: &Log) -> Option<Event> {
    let event = IVaultEvents::decode_raw_log(log.topics(), &log.data.data).ok()?;
    Some(match event {
        IVaultEvents::CurveChanged(curve) => {
            let wide = |column: Vec<u32>| column.into_iter().map(u64::from);
            let points = wide(curve.durations).zip(wide(curve.multipliers)).collect();
            Event::CurveSet(model::Curve::new(points).expect("the vault took it"))
        }
        IVaultEvents::RewardTokenAdded(added) => {
            Event::TokenAdded { token: added.token, stream_weeks: added.streamWeeks.to() }
        }
        IVaultEvents::Transfer(moved) => {
            Event::Moved { from: moved.from, to: moved.to, shares: moved.value }
        }
        IVaultEvents::Locked(lock) => Event::Locked {
            account: lock.account,
            unlock_time: lock.unlockTime.to(),
            assets: lock.assets,
            boost: lock.boost,
        },
        IVaultEvents::RevenueNotified(push) => {
            Event::Notified { token: push.token, amount: push.amount, end: push.end.to() }
        }
        IVaultEvents::HeldRevenueStreamed(held) => Event::HeldStreamed {
            token: held.token,
            amount_q128: held.amountQ128,
            end: held.end.to(),
        },
        IVaultEvents::RevenueClaimed(paid) => {
            Event::Claimed { account: paid.account, token: paid.token, amount: paid.amount }
        }
        _ => return None,
    })
}

/// Sixteen lives: with their neighbours, more than 20,000 steps.
fn live_through(seeds: core::ops::Range<u64>) {
    for seed in seeds {
        Life::new(seed).live();
    }
}

#[test]
fn the_first_sixteen_random_lives_agree_with_the_exact_model() {
    live_through(0..16);
}

#[test]
fn sixteen_more_random_lives_agree_with_the_exact_model() {
    live_through(16..32);
}
