//! Random lives of a pool, compared with exact rationals.
//!
//! `Lived` keeps the books with the crate under test, settling accounts as lazily as a contract
//! would; `Exact` integrates every second's revenue over every account's weight with fractions, and
//! shares nothing with it but the calendar.

use std::collections::BTreeMap;

use accrual::{
    Books, Divide, EndWeeks, Pool, Token, U256, WEEK, account, rate_q128, start_of, stream_end,
    tokens_q128, week_of,
};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use proptest::prelude::*;

const ACCOUNTS: usize = 4;
const START: u64 = 2_950 * WEEK + 12_345;

struct Software;
impl Divide for Software {
    fn divide(numerator: U256, denominator: U256) -> U256 {
        numerator / denominator
    }
}

/// What can happen.
#[derive(Clone, Debug)]
enum Step {
    Wait(u64),
    Stake(usize, u128),
    Unstake(usize, u8),
    Lock(usize, u128, u64),
    Push(u128, u64),
    Claim(usize),
    Touch,
    Settle(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..ACCOUNTS;
    let amount = prop_oneof![1..10u128, 1..1_000_000_000u128, 1..(1u128 << 90)];
    prop_oneof![
        4 => prop_oneof![0..3u64, 1..WEEK, 1..(30 * WEEK)].prop_map(Step::Wait),
        3 => (who.clone(), amount.clone()).prop_map(|(w, a)| Step::Stake(w, a)),
        2 => (who.clone(), any::<u8>()).prop_map(|(w, part)| Step::Unstake(w, part)),
        2 => (who.clone(), amount.clone(), 1..=208u64).prop_map(|(w, b, d)| Step::Lock(w, b, d)),
        3 => (amount, 1..5u64).prop_map(|(a, w)| Step::Push(a, w)),
        2 => who.clone().prop_map(Step::Claim),
        1 => Just(Step::Touch),
        1 => who.prop_map(Step::Settle),
    ]
}

#[derive(Default)]
struct Shelf {
    boosts: BTreeMap<u64, u128>,
    rates: BTreeMap<u64, U256>,
    closed: BTreeMap<u64, U256>,
    held: U256,
}

impl Books for Shelf {
    fn boost_ending(&mut self, week: u64) -> u128 {
        self.boosts.get(&week).copied().unwrap_or_default()
    }
    fn rate_ending(&mut self, _: usize, week: u64) -> U256 {
        self.rates.get(&week).copied().unwrap_or_default()
    }
    fn close_week(&mut self, _: usize, week: u64, index: U256) {
        self.closed.insert(week, index);
    }
    fn hold(&mut self, _: usize, amount_q128: U256) {
        self.held += amount_q128;
    }
}

#[derive(Clone, Default)]
struct Account {
    balance: u128,
    boost: u128,
    correction: U256,
    ends: EndWeeks,
    settled: u64,
    buckets: BTreeMap<u64, u128>,
    paid: u128,
}

struct Lived {
    now: u64,
    pool: Pool,
    token: [Token; 1],
    shelf: Shelf,
    accounts: Vec<Account>,
}

impl Lived {
    fn new() -> Self {
        let pool = Pool { updated: START, ..Pool::default() };
        let account = Account { settled: week_of(START), ..Account::default() };
        Self {
            now: START,
            pool,
            token: [Token::default()],
            shelf: Shelf::default(),
            accounts: vec![account; ACCOUNTS],
        }
    }

    fn touch(&mut self) {
        self.pool.advance::<Software>(self.now, &mut self.token, &mut self.shelf);
    }

    fn settle(&mut self, who: usize) {
        self.touch();
        let week = week_of(self.now);
        let account = &mut self.accounts[who];
        for end in account.ends.between(account.settled, week).collect::<Vec<_>>() {
            let Some(boost) = account.buckets.remove(&end) else { continue };
            let index = self.shelf.closed[&end];
            account.correction = account::after_decrease(account.correction, boost, index);
            account.boost -= boost;
            if !account.buckets.contains_key(&(end ^ 1)) {
                account.ends.remove(end);
            }
        }
        account.settled = week;
    }

    fn stream(&mut self, amount_q128: U256, weeks: u64) {
        let end = stream_end(self.now, weeks);
        let rate = rate_q128::<Software>(amount_q128, self.now, end);
        self.token[0].rate += rate;
        *self.shelf.rates.entry(week_of(end)).or_default() += rate;
    }

    fn increase(&mut self, who: usize, balance: u128, boost: u128) {
        self.settle(who);
        let account = &mut self.accounts[who];
        let index = self.token[0].index;
        account.correction = account::after_increase(account.correction, balance + boost, index);
        account.balance += balance;
        account.boost += boost;
        self.pool.supply += balance;
        self.pool.boost += boost;
    }

    fn stake(&mut self, who: usize, amount: u128) {
        self.touch();
        if self.pool.weight() == 0 && !self.shelf.held.is_zero() {
            let held = core::mem::take(&mut self.shelf.held);
            self.stream(held, 1);
        }
        self.increase(who, amount, 0);
    }

    fn unstake(&mut self, who: usize, amount: u128) {
        self.settle(who);
        let account = &mut self.accounts[who];
        let index = self.token[0].index;
        account.correction = account::after_decrease(account.correction, amount, index);
        account.balance -= amount;
        self.pool.supply -= amount;
    }

    fn lock(&mut self, who: usize, boost: u128, weeks: u64) {
        let end = week_of(self.now) + weeks + 1;
        self.increase(who, 0, boost);
        let account = &mut self.accounts[who];
        account.ends.insert(end);
        *account.buckets.entry(end).or_default() += boost;
        *self.shelf.boosts.entry(end).or_default() += boost;
    }

    fn pending(&mut self, who: usize) -> U256 {
        self.settle(who);
        let account = &self.accounts[who];
        account::pending_q128(
            account.balance + account.boost,
            self.token[0].index,
            account.correction,
        )
    }

    fn claim(&mut self, who: usize) {
        let paid = account::whole(self.pending(who));
        let account = &mut self.accounts[who];
        account.correction = account::after_payment(account.correction, paid);
        account.paid += paid;
    }
}

fn rational(value: u128) -> BigRational {
    BigRational::from_integer(BigInt::from(value))
}

#[derive(Default)]
struct Exact {
    now: u64,
    balances: [u128; ACCOUNTS],
    locks: Vec<(usize, u128, u64)>,
    streams: Vec<(BigRational, u64)>, // per second, end
    held: BigRational,
    earned: Vec<BigRational>,
    pushed: u128,
}

impl Exact {
    fn new() -> Self {
        Self { now: START, earned: vec![BigRational::zero(); ACCOUNTS], ..Self::default() }
    }

    fn weight(&self, who: usize) -> u128 {
        let boosts: u128 =
            self.locks.iter().filter(|l| l.0 == who && l.2 > self.now).map(|l| l.1).sum();
        self.balances[who] + boosts
    }

    fn total(&self) -> u128 {
        (0..ACCOUNTS).map(|who| self.weight(who)).sum()
    }

    fn wait_until(&mut self, until: u64) {
        while self.now < until {
            let ends = self.locks.iter().map(|l| l.2).chain(self.streams.iter().map(|s| s.1));
            let next = ends.filter(|end| *end > self.now).min().unwrap_or(until).min(until);
            let seconds = rational(u128::from(next - self.now));
            let rate: BigRational =
                self.streams.iter().filter(|s| s.1 > self.now).map(|s| s.0.clone()).sum();
            let due = rate * seconds;
            let total = self.total();
            if total == 0 {
                self.held += due;
            } else {
                for who in 0..ACCOUNTS {
                    let share = BigRational::new(self.weight(who).into(), total.into());
                    self.earned[who] += &due * share;
                }
            }
            self.now = next;
        }
    }

    fn stream(&mut self, amount: BigRational, weeks: u64) {
        let end = start_of(week_of(self.now) + weeks + 1);
        self.streams.push((amount / rational(u128::from(end - self.now)), end));
    }

    fn stake(&mut self, who: usize, amount: u128) {
        if self.total() == 0 && !self.held.is_zero() {
            let held = core::mem::take(&mut self.held);
            self.stream(held, 1);
        }
        self.balances[who] += amount;
    }
}

/// Runs `steps` on both, and returns them at the same moment.
fn live(steps: &[Step]) -> (Lived, Exact) {
    let (mut lived, mut exact) = (Lived::new(), Exact::new());
    for step in steps {
        match *step {
            Step::Wait(seconds) => {
                lived.now += seconds;
                exact.wait_until(lived.now);
            }
            Step::Stake(who, amount) => {
                lived.stake(who, amount);
                exact.stake(who, amount);
            }
            Step::Unstake(who, part) => {
                let amount = exact.balances[who] / 255 * u128::from(part);
                lived.unstake(who, amount);
                exact.balances[who] -= amount;
            }
            Step::Lock(who, boost, weeks) => {
                if exact.balances[who] > 0 {
                    lived.lock(who, boost, weeks);
                    exact.locks.push((who, boost, start_of(week_of(exact.now) + weeks + 1)));
                }
            }
            Step::Push(amount, weeks) => {
                lived.touch();
                lived.stream(tokens_q128(amount), weeks);
                exact.stream(rational(amount), weeks);
                exact.pushed += amount;
            }
            Step::Claim(who) => lived.claim(who),
            Step::Touch => lived.touch(),
            Step::Settle(who) => lived.settle(who),
        }
    }
    (lived, exact)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn everyone_gets_within_one_wei_below_the_exact_share_and_nobody_more(
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let (mut lived, exact) = live(&steps);
        let one_q128 = rational(u128::MAX) + rational(1);
        for who in 0..ACCOUNTS {
            let pending = BigInt::from_bytes_be(
                num_bigint::Sign::Plus,
                &lived.pending(who).to_be_bytes::<32>(),
            );
            let got = rational(lived.accounts[who].paid)
                + BigRational::from_integer(pending) / &one_q128;
            let loss = &exact.earned[who] - &got;
            prop_assert!(loss >= BigRational::zero(), "account {who} got too much: {loss}");
            prop_assert!(loss < rational(1) / rational(1_000_000), "account {who} lost {loss}");
        }
    }

    #[test]
    fn total_weight_is_the_sum_of_weights(steps in proptest::collection::vec(step(), 1..60)) {
        let (mut lived, exact) = live(&steps);
        lived.touch();
        prop_assert_eq!(lived.pool.weight(), exact.total());
        for who in 0..ACCOUNTS {
            lived.settle(who);
            let account = &lived.accounts[who];
            prop_assert_eq!(account.balance + account.boost, exact.weight(who));
        }
    }

    #[test]
    fn claiming_often_pays_what_claiming_once_pays(
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let quiet: Vec<_> =
            steps.iter().filter(|s| !matches!(s, Step::Claim(_))).cloned().collect();
        let with_touches = |step: &Step| match step {
            Step::Claim(_) => Step::Touch,
            other => other.clone(),
        };
        let touched: Vec<_> = steps.iter().map(with_touches).collect();
        let (mut often, _) = live(&steps);
        let (mut once, _) = live(&touched);
        let (mut untouched, _) = live(&quiet);
        for who in 0..ACCOUNTS {
            for lived in [&mut often, &mut once, &mut untouched] {
                lived.claim(who);
            }
            prop_assert_eq!(often.accounts[who].paid, once.accounts[who].paid);
            let (a, b) = (once.accounts[who].paid, untouched.accounts[who].paid);
            prop_assert!(a.abs_diff(b) <= 1, "{a} {b}");
        }
    }
}
