//! Long random lives of a vault: everything that eight accounts, the owner and the guardian can do over
//! three reward tokens, valid, invalid and weird, with pauses from no time to years.
//!
//! Each action has to be answered as the [`Shadow`] says, error or return value. Every few steps, what the
//! vault shows is compared with the shadow, and what everybody has earned is noted; at the end of a life
//! the exact model replays its logs, contradicts them if it can, and judges every note.
//!
//! # Invariants
//!
//! | | what holds | where |
//! |---|---|---|
//! | 1 | balances add up to the supply, and the vault has what it owes, in the asset and every token | [`Life::look`] |
//! | 2 | weights add up to the total weight, with locks that expired unseen | [`Life::look`] |
//! | 3 | paid + claimable + still to stream + held = received, but for less than a wei an account | [`Life::assert_empty`], and to the last bit in the model |
//! | 4 | everybody has what can be paid of the exact share, or one wei less | [`Life::reconcile`] |
//! | 5 | what was earned never falls; no claim but one's own takes it | `Life::earned`, `properties` |
//! | 6 | locks end in their second, for balances, weights and votes | [`Life::look`], the model |
//! | 7 | leaving succeeds in every state: each withdrawal is answered as the shadow says, paused or not | [`Life::act`], [`Life::leave`] |
//! | 8 | the splitter's own books | its own tests |
//! | 9 | votes are the weights of those who delegate, now, at random past times, and in the log | `Life::votes`, the model |
//! | 10 | any path to a state gives the same | `properties` |
//! | 11 | nobody interferes with another | `properties` |
//!
//! And an invalid action reverts with its error and logs nothing; in the end everybody gets out with
//! everything.
//!
//! # More of them
//!
//! `LIVES=10000 cargo test --release -p vault random_lives` lives through 10,000 seeds, 6.4 million steps;
//! `FIRST_LIFE=77 LIVES=1` repeats the life of seed 77. A seed that fails becomes a test by its name.

mod action;
mod choices;
mod dice;
mod facts;
mod history;
mod judge;
mod look;
mod shadow;

use std::collections::BTreeMap;

use alloy_primitives::{Address, U256};
use model::{Event, Fact, Moment};
use stage::Wallet;

use self::{action::Action, dice::Dice, facts::fact, judge::Known, look::Note, shadow::Shadow};
use crate::{
    IVault, Scene, WEEK,
    coin::{self, Coin, Vice},
    till::Till,
};

const ACCOUNTS: usize = 8;
const STEPS: usize = 640;
/// Steps from one comparison to the next.
const STRIDE: usize = 8;
/// No life lasts longer than what 32 bits of seconds can tell.
const LAST_WEEK: u64 = 6_500;

struct Life {
    scene: Scene,
    till: Till,
    till_address: Address,
    /// Where no contract is.
    nobody: Address,
    wallets: Vec<Wallet>,
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
        let usd = Coin::with(vice_of(seed));
        let scene = Scene::with_coins(&Coin::default(), &usd);
        let blocked = scene.stage.account("blocked");
        usd.block(blocked);
        let till = Till::default();
        let till_address = scene.stage.install("till", till.clone());
        let wallets: Vec<Wallet> =
            (0..ACCOUNTS).map(|i| Wallet::new(&format!("holder {i}"))).collect();
        let accounts: Vec<Address> = wallets.iter().map(|wallet| wallet.address).collect();
        let keeper = accounts[0];
        let shadow = Shadow::new(&scene, keeper, (scene.usd, blocked));
        let mut life = Self {
            till,
            till_address,
            nobody: scene.stage.account("nobody"),
            scene,
            wallets,
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
        life.endow();
        life.read_logs();
        life
    }

    /// Gives everybody coins, and the keeper everybody's allowance.
    fn endow(&self) {
        for account in &self.accounts {
            for token in [self.scene.asset, self.scene.usd, self.scene.eth] {
                coin::give(&self.scene.stage, token, *account, U256::from(1) << 110);
            }
            let call = IVault::approveCall { spender: self.shadow.keeper, value: U256::MAX };
            assert_eq!(self.scene.call(*account, call), Ok(true));
        }
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
        self.shadow.wait_until(self.scene.stage.timestamp());
    }

    /// `from` sends the vault at most `value` of `token` without a word.
    fn stray(&mut self, from: Address, token: Address, value: U256) {
        let value = value.min(self.scene.coins(token, from));
        coin::send(&self.scene.stage, token, from, self.scene.vault, value);
        self.shadow.stray(token, value);
    }

    fn act(&mut self, sender: Address, action: &Action, step: usize) {
        let taken = match action {
            Action::Notify { token, .. } if self.shadow.tokens.contains(token) => *token,
            _ => self.scene.asset,
        };
        let scene = &self.scene;
        let funds = scene.coins(taken, sender);
        let owed = |account, token| scene.claimable(account, token);
        let known = Known { funds, owed: &owed };
        let expected = self.shadow.judge(sender, action, &known);
        let place = format!("seed {}, step {step}: {action:?}", self.seed);
        let returned = expected.is_ok().then(|| self.shadow.answer(sender, action, &known));
        let compounded = match action {
            Action::Compound => owed(sender, scene.asset),
            _ => U256::ZERO,
        };
        let answer = scene.stage.from(sender).raw(scene.vault, action.calldata());
        assert_eq!(answer.clone().map(drop), expected, "{place}");
        if let Some(returned) = returned {
            if let Some(returned) = returned {
                assert_eq!(answer, Ok(returned), "{place}");
            }
            self.shadow.apply(sender, action, compounded);
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

    /// Everybody unwinds, waits, claims everything and takes everything out.
    fn leave(&mut self) {
        for account in self.accounts.clone() {
            let assets = self.shadow.standing(account).0;
            if !assets.is_zero() {
                self.act(account, &Action::Unwind { assets }, STEPS);
            }
        }
        self.scene.weeks(300);
        self.shadow.wait_until(self.scene.stage.timestamp());
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
        self.assert_empty();
    }
}

/// How the usd of this life does not pay the one account that it does not pay.
fn vice_of(seed: u64) -> Vice {
    let vices = [Vice::Reverts, Vice::ReturnsFalse, Vice::BurnsAllGas, Vice::RevertsWithMegabytes];
    vices[seed as usize % vices.len()].clone()
}

/// A share of the lives that the environment asks for, or of 160: more than 100,000 steps.
fn live_through(share: u64) {
    let asked = |name: &str| std::env::var(name).ok().map(|value| value.parse::<u64>());
    let number = |name, otherwise| match asked(name) {
        Some(value) => value.unwrap_or_else(|_| panic!("{name} has to be a number")),
        None => otherwise,
    };
    let (first, lives) = (number("FIRST_LIFE", 0), number("LIVES", 160));
    for seed in (first..first + lives).filter(|seed| seed % 4 == share) {
        Life::new(seed).live();
    }
}

#[test]
fn random_lives_agree_with_the_exact_model() {
    live_through(0);
}

#[test]
fn random_lives_with_short_locks_agree_with_the_exact_model() {
    live_through(1);
}

#[test]
fn more_random_lives_agree_with_the_exact_model() {
    live_through(2);
}

#[test]
fn more_random_lives_with_short_locks_agree_with_the_exact_model() {
    live_through(3);
}
