//! Long random lives of a splitter: every action of everybody, valid and not, over three tokens, against
//! integers of any size that share no code with it.
//!
//! Payees are plain accounts, the fire, and streams of every temper: one that takes what it is offered,
//! one that takes half, one that takes nothing, one that fails and one that burns all gas. Tokens are an
//! honest one, wrapped ether, and one that takes a fee on every transfer.
//!
//! # Invariants, after every step
//! - a payee is owed its share of what its policy received, rounded down, less what it was paid
//! - received by sources = received by policies = paid + undistributed, and the tokens are there
//! - an invalid action reverts with its error and changes nothing
//! - policies never change, and a change of a source or of the stakers' share touches later revenue only

use std::collections::{BTreeMap, btree_map::Entry};

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use num_bigint::BigUint;
use proptest::{
    prelude::Rng,
    test_runner::{RngAlgorithm, TestRng},
};
use splitter::ISplitter;
use stage::Revert;

use super::{
    ACCOUNT, BURN, IToken, STREAM, UNATTRIBUTED, World, balance,
    coin::{Coin, setBalanceCall},
    create, label, n, payees,
};

const STEPS: usize = 2_500;
const FEE_BPS: u64 = 100;
const FOLLOW: U256 = U256::MAX;
const DEAD: Address =
    Address::new([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xde, 0xad]);

/// How much of an offer a payee takes, in halves.
type Temper = u32;

#[derive(Clone)]
struct Payee {
    account: Address,
    kind: u8,
    temper: Temper,
    bps: u32,
}

/// The exact account of one splitter.
#[derive(Default)]
struct Books {
    policies: Vec<Vec<Payee>>,
    sources: BTreeMap<B256, U256>,
    by_source: BTreeMap<(B256, Address), BigUint>,
    by_policy: BTreeMap<(usize, Address), BigUint>,
    paid: BTreeMap<(usize, usize, Address), BigUint>,
    /// Tokens that lie there and were not booked.
    strays: BTreeMap<Address, u64>,
    paused: bool,
    /// Base policy, stakers' place in it, bounds, and the policy of now.
    share: Option<(usize, usize, u32, u32, usize)>,
}

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_be(&value.to_be_bytes::<32>())
}

impl Books {
    fn owed(&self, policy: usize, payee: usize, token: Address) -> BigUint {
        let received = self.by_policy.get(&(policy, token)).cloned().unwrap_or_default();
        let paid = self.paid.get(&(policy, payee, token)).cloned().unwrap_or_default();
        received * self.policies[policy][payee].bps / 10_000_u32 - paid
    }

    fn held(&self, token: Address) -> BigUint {
        let of = |sum: BigUint, (_, amount): (_, &BigUint)| sum + amount;
        let received = self.by_policy.iter().filter(|((_, t), _)| *t == token);
        let paid = self.paid.iter().filter(|((_, _, t), _)| *t == token);
        received.map(|(_, a)| ((), a)).fold(BigUint::ZERO, of)
            - paid.map(|(_, a)| ((), a)).fold(BigUint::ZERO, of)
    }

    fn policy_of(&self, source: B256) -> Option<usize> {
        let pointer = *self.sources.get(&source)?;
        let followed = || self.share.map(|share| share.4);
        if pointer == FOLLOW { followed() } else { Some(pointer.to::<usize>() - 1) }
    }

    fn book(&mut self, source: B256, token: Address, amount: u64) {
        let policy = self.policy_of(source).expect("a source");
        *self.by_source.entry((source, token)).or_default() += amount;
        *self.by_policy.entry((policy, token)).or_default() += amount;
    }

    /// Pays a payee what it takes of what it is owed; returns that.
    fn pay(&mut self, policy: usize, payee: usize, token: Address) -> BigUint {
        let takes = self.owed(policy, payee, token) * self.policies[policy][payee].temper / 2_u32;
        *self.paid.entry((policy, payee, token)).or_default() += &takes;
        takes
    }

    /// A policy's payees after the stakers' share was set.
    fn shared(&self, base: usize, stakers: usize, bps: u32) -> Vec<Payee> {
        let mut payees = self.policies[base].clone();
        let others = 10_000 - payees[stakers].bps;
        for (place, payee) in payees.iter_mut().enumerate() {
            payee.bps = if place == stakers { bps } else { payee.bps * (10_000 - bps) / others };
        }
        let left = 10_000 - payees.iter().map(|payee| payee.bps).sum::<u32>();
        payees[usize::from(stakers == 0)].bps += left;
        payees.retain(|payee| payee.bps > 0);
        payees
    }
}

struct Life {
    world: World,
    books: Books,
    dice: TestRng,
    tokens: [Address; 3],
    cast: Vec<(Address, u8, Temper)>,
    ballot: Address,
}

impl Life {
    fn new(seed: u64) -> Self {
        let world = World::new();
        let coin = world.stage.install("coin", Coin { fee_bps: FEE_BPS, ..Coin::default() });
        world.approve(coin);
        world.stage.fund(world.treasury, U256::from(u128::MAX));
        let account = |name: &str| (world.stage.account(name), ACCOUNT, 2);
        let cast = vec![
            account("team"),
            account("fund"),
            account("ada"),
            (DEAD, BURN, 2),
            (world.stage.install("honest", payees::honest), STREAM, 2),
            (world.stage.install("half", payees::half_hearted), STREAM, 1),
            (world.stage.install("idle", payees::idle), STREAM, 0),
            (world.stage.install("fickle", payees::fickle), STREAM, 0),
            (world.stage.install("burner", payees::burner), STREAM, 0),
        ];
        let bytes: Vec<u8> = seed.to_le_bytes().repeat(2);
        let dice = TestRng::from_seed(RngAlgorithm::XorShift, &bytes);
        let (tokens, ballot) = ([world.usd, world.weth, coin], world.stage.account("ballot"));
        let mut life = Self { world, books: Books::default(), dice, tokens, cast, ballot };
        life.add_policy();
        life.add_source(UNATTRIBUTED);
        life
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.dice.next_u64() % bound as u64) as usize
    }

    fn token(&mut self) -> Address {
        let place = self.below(3);
        self.tokens[place]
    }

    /// A source that exists, mostly.
    fn source(&mut self) -> B256 {
        let labels = [UNATTRIBUTED, label("a"), label("b"), label("c"), label("d"), label("none")];
        labels[self.below(labels.len())]
    }

    /// A policy's id, or one beyond the last, or what follows the stakers' share.
    fn pointer(&mut self) -> U256 {
        let policies = self.books.policies.len();
        match self.below(policies + 4) {
            0 => FOLLOW,
            place => n(place as u64),
        }
    }

    /// A known pointer: a policy, or the stakers' share where there is one.
    fn points(&self, pointer: U256) -> bool {
        let policies = n(self.books.policies.len() as u64);
        let policy = pointer > n(0) && pointer <= policies;
        policy || (pointer == FOLLOW && self.books.share.is_some())
    }

    fn is_owner(&mut self) -> bool {
        self.below(8) != 0
    }

    fn sender(&mut self) -> (Address, bool) {
        let owner = self.is_owner();
        (if owner { self.world.owner } else { self.world.treasury }, owner)
    }

    /// `call` of `sender` answers this or fails with that.
    #[track_caller]
    fn expect<C: SolCall>(&self, sender: Address, call: C, expected: Result<C::Return, Revert>)
    where
        C::Return: PartialEq + std::fmt::Debug,
    {
        assert_eq!(self.world.stage.call(sender, self.world.splitter, call), expected);
    }

    fn unauthorised(&self, account: Address) -> Revert {
        Revert::of(ISplitter::OwnableUnauthorizedAccount { account })
    }

    fn add_policy(&mut self) {
        let count = 1 + self.below(5);
        let mut chosen: Vec<Payee> = Vec::new();
        for place in 0..count {
            let rest = 10_000 - chosen.iter().map(|payee| payee.bps).sum::<u32>();
            let last = place + 1 == count || rest < 2;
            let bps = if last { rest } else { 1 + self.below(rest as usize - 1) as u32 };
            let actor = self.below(9);
            let (account, kind, temper) = self.cast[actor];
            chosen.push(Payee { account, kind, temper, bps });
            if last {
                break;
            }
        }
        let list: Vec<_> = chosen.iter().map(|p| (p.account, p.bps, p.kind)).collect();
        let (sender, owner) = self.sender();
        let id = n(self.books.policies.len() as u64 + 1);
        let expected = if owner { Ok(id) } else { Err(self.unauthorised(sender)) };
        self.expect(sender, create(&list), expected);
        if owner {
            self.books.policies.push(chosen);
        } else if self.books.policies.is_empty() {
            self.add_policy();
        }
    }

    fn add_source(&mut self, source: B256) {
        let pointer = if source == UNATTRIBUTED { n(1) } else { self.pointer() };
        let call = ISplitter::addSourceCall { source, name: source, policyId: pointer };
        let expected = if !self.points(pointer) {
            Err(Revert::of(ISplitter::UnknownPolicy { policyId: pointer }))
        } else if let Entry::Vacant(place) = self.books.sources.entry(source) {
            place.insert(pointer);
            Ok(())
        } else {
            Err(Revert::of(ISplitter::SourceExists { source }))
        };
        let answer = self.world.stage.call(self.world.owner, self.world.splitter, call);
        assert_eq!(answer.map(drop), expected);
    }

    fn point(&mut self) {
        let (source, pointer) = (self.source(), self.pointer());
        let call = ISplitter::setSourcePolicyCall { source, policyId: pointer };
        let expected = if !self.points(pointer) {
            Err(Revert::of(ISplitter::UnknownPolicy { policyId: pointer }))
        } else if let Some(entry) = self.books.sources.get_mut(&source) {
            *entry = pointer;
            Ok(())
        } else {
            Err(Revert::of(ISplitter::UnknownSource { source }))
        };
        let answer = self.world.stage.call(self.world.owner, self.world.splitter, call);
        assert_eq!(answer.map(drop), expected);
    }

    /// What a receipt of `amount` is refused with.
    fn refusal(&self, source: B256, amount: u64) -> Option<Revert> {
        if self.books.paused {
            return Some(Revert::of(ISplitter::EnforcedPause {}));
        }
        if !self.books.sources.contains_key(&source) {
            return Some(Revert::of(ISplitter::UnknownSource { source }));
        }
        (amount == 0).then(|| Revert::of(ISplitter::ZeroAmount {}))
    }

    /// Small amounts are as likely as large ones.
    fn amount(&mut self) -> u64 {
        let bits = self.below(40);
        if self.below(12) == 0 { 0 } else { self.dice.next_u64() >> (63 - bits) }
    }

    fn deposit(&mut self) {
        let (source, token, amount) = (self.source(), self.token(), self.amount());
        if token == self.world.weth {
            return self.deposit_native(source, amount);
        }
        let fee = if token == self.tokens[2] { amount * FEE_BPS / 10_000 } else { 0 };
        if token == self.tokens[2] {
            self.give(token, self.world.treasury, amount);
        }
        let call = ISplitter::depositCall { source, token, amount: n(amount) };
        let expected = self.refusal(source, amount).map_or(Ok(n(amount - fee)), Err);
        if expected.is_ok() {
            self.books.book(source, token, amount - fee);
        }
        self.expect(self.world.treasury, call, expected);
    }

    fn deposit_native(&mut self, source: B256, amount: u64) {
        let expected = self.refusal(source, amount).map_or(Ok(()), Err);
        if expected.is_ok() {
            self.books.book(source, self.world.weth, amount);
        }
        let call = ISplitter::depositNativeCall { source }.abi_encode();
        let sent = self.world.stage.from(self.world.treasury).value(n(amount));
        assert_eq!(sent.raw(self.world.splitter, call).map(drop), expected);
    }

    fn give(&self, token: Address, account: Address, amount: u64) {
        let set = setBalanceCall { account, value: n(amount) };
        self.world.stage.from(self.world.treasury).raw(token, set.abi_encode()).unwrap();
    }

    /// Tokens that come without a call, and their booking.
    fn stray(&mut self) {
        let (token, amount) = (self.world.usd, self.amount());
        let give = IToken::transferCall { to: self.world.splitter, value: n(amount) };
        self.world.stage.from(self.world.treasury).raw(token, give.abi_encode()).unwrap();
        *self.books.strays.entry(token).or_default() += amount;
    }

    fn sync(&mut self) {
        let token = self.token();
        let strays = self.books.strays.get(&token).copied().unwrap_or_default();
        let expected = self.refusal(UNATTRIBUTED, strays).map_or(Ok(n(strays)), Err);
        if expected.is_ok() {
            self.books.book(UNATTRIBUTED, token, strays);
            self.books.strays.remove(&token);
        }
        self.expect(self.world.treasury, ISplitter::syncCall { token }, expected);
    }

    fn release(&mut self) {
        let (policy, token) = (self.below(self.books.policies.len()), self.token());
        let place = self.below(self.books.policies[policy].len() + 1);
        let policy_id = n(policy as u64 + 1);
        let call =
            ISplitter::releaseCall { policyId: policy_id, payeeIndex: n(place as u64), token };
        let expected = match self.books.policies[policy].get(place).map(|payee| payee.account) {
            None => Err(Revert::of(ISplitter::UnknownPayee {
                policyId: policy_id,
                payeeIndex: n(place as u64),
            })),
            Some(_) if self.books.owed(policy, place, token) == BigUint::ZERO => {
                Err(Revert::of(ISplitter::ZeroAmount {}))
            }
            Some(payee) => {
                let paid = self.books.pay(policy, place, token);
                let failed = Revert::of(ISplitter::PaymentFailed { payee });
                if paid == BigUint::ZERO { Err(failed) } else { Ok(word(&paid)) }
            }
        };
        self.expect(self.world.treasury, call, expected);
    }

    fn distribute(&mut self) {
        let (policy, token) = (self.below(self.books.policies.len()), self.token());
        let others: Vec<usize> = (0..self.books.policies[policy].len())
            .filter(|place| self.books.policies[policy][*place].kind != ACCOUNT)
            .collect();
        let call = ISplitter::distributeCall { policyId: n(policy as u64 + 1), token };
        let paid = self.pay_each(policy, &others, token);
        self.expect(self.world.treasury, call, Ok(paid));
    }

    fn release_many(&mut self) {
        let (policy, token) = (self.below(self.books.policies.len()), self.token());
        let count = self.books.policies[policy].len();
        let places: Vec<usize> = (0..self.below(5)).map(|_| self.below(count)).collect();
        let call = ISplitter::releaseManyCall {
            policyId: n(policy as u64 + 1),
            payeeIndices: places.iter().map(|place| n(*place as u64)).collect(),
            token,
        };
        let paid = self.pay_each(policy, &places, token);
        self.expect(self.world.treasury, call, Ok(paid));
    }

    fn pay_each(&mut self, policy: usize, places: &[usize], token: Address) -> U256 {
        let paid = places.iter().map(|place| self.books.pay(policy, *place, token));
        word(&paid.sum())
    }

    fn pause(&mut self) {
        let (world, pause) = (&self.world, !self.books.paused);
        if pause {
            world.call(world.guardian, ISplitter::pauseCall {});
        } else {
            world.call(world.owner, ISplitter::unpauseCall {});
        }
        self.books.paused = pause;
    }

    fn set_terms(&mut self) {
        let base = self.below(self.books.policies.len());
        let stakers = self.below(self.books.policies[base].len());
        let (min, max) = (self.below(6_000) as u32, 4_000 + self.below(6_100) as u32);
        let bps = self.books.policies[base][stakers].bps;
        let call = ISplitter::setStakersShareTermsCall {
            setter: self.ballot,
            policyId: n(base as u64 + 1),
            stakersIndex: n(stakers as u64),
            minBps: n(min.into()),
            maxBps: n(max.into()),
        };
        let invalid = min == 0 || min > max || max > 10_000 || bps == 10_000;
        let expected = if invalid {
            Err(Revert::of(ISplitter::InvalidStakersShareTerms {}))
        } else if !(min..=max).contains(&bps) {
            Err(outside(bps, min, max))
        } else {
            self.books.share = Some((base, stakers, min, max, base));
            Ok(())
        };
        let answer = self.world.stage.call(self.world.owner, self.world.splitter, call);
        assert_eq!(answer.map(drop), expected);
    }

    fn set_share(&mut self) {
        let bps = self.below(10_200) as u32;
        let call = ISplitter::setStakersShareCall { bps: n(bps.into()) };
        let stranger = self.below(8) == 0;
        let sender = if stranger { self.world.treasury } else { self.world.owner };
        let expected = match self.books.share {
            _ if stranger => Err(self.unauthorised(sender)),
            None => Err(outside(bps, 0, 0)),
            Some((_, _, min, max, _)) if !(min..=max).contains(&bps) => Err(outside(bps, min, max)),
            Some((base, stakers, min, max, _)) => {
                let policy = self.books.policies.len();
                self.books.policies.push(self.books.shared(base, stakers, bps));
                self.books.share = Some((base, stakers, min, max, policy));
                Ok(n(policy as u64 + 1))
            }
        };
        self.expect(sender, call, expected);
    }

    fn step(&mut self) {
        match self.below(100) {
            0..36 => self.deposit(),
            36..44 => self.stray(),
            44..50 => self.sync(),
            50..66 => self.release(),
            66..74 => self.distribute(),
            74..82 => self.release_many(),
            82..86 if self.books.policies.len() < 24 => self.add_policy(),
            86..89 => {
                let source = self.source();
                self.add_source(source);
            }
            89..94 => self.point(),
            94 => self.set_terms(),
            95..97 if self.books.policies.len() < 32 => self.set_share(),
            97 => self.pause(),
            _ if self.books.paused => self.pause(),
            _ => self.release(),
        }
    }

    fn look(&self) {
        let view = |token| self.world.undistributed(token);
        for token in self.tokens {
            let held = self.books.held(token);
            assert_eq!(big(view(token)), held);
            let strays = self.books.strays.get(&token).copied().unwrap_or_default();
            let there = big(balance(&self.world.stage, token, self.world.splitter));
            assert_eq!(there, held + strays);
            for (policy, payees) in self.books.policies.iter().enumerate() {
                for place in 0..payees.len() {
                    let owed = self.world.owed(n(policy as u64 + 1), place as u64, token);
                    assert_eq!(big(owed), self.books.owed(policy, place, token));
                }
            }
        }
        for ((source, token), amount) in &self.books.by_source {
            let call = ISplitter::sourceReceivedCall { source: *source, token: *token };
            assert_eq!(big(self.world.view(call)), *amount);
        }
        for (policy, payees) in self.books.policies.iter().enumerate() {
            let read = self.world.view(ISplitter::policyCall { policyId: n(policy as u64 + 1) });
            assert_eq!(read.bps, payees.iter().map(|payee| payee.bps).collect::<Vec<_>>());
        }
    }
}

fn word(value: &BigUint) -> U256 {
    U256::from_be_slice(&value.to_bytes_be())
}

fn outside(bps: u32, min: u32, max: u32) -> Revert {
    let [bps, min, max] = [bps, min, max].map(|bps| n(bps.into()));
    Revert::of(ISplitter::StakersShareOutOfRange { bps, min, max })
}

fn live(seed: u64) {
    let mut life = Life::new(seed);
    for step in 0..STEPS {
        life.step();
        if step % 16 == 0 {
            life.look();
        }
    }
    life.look();
}

#[test]
fn random_lives_keep_the_books_to_the_unit() {
    for seed in 1..=4 {
        live(seed);
    }
}

#[test]
fn more_random_lives_keep_the_books_to_the_unit() {
    for seed in 5..=8 {
        live(seed);
    }
}
