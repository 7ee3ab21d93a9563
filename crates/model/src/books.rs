//! The second pass: steps become money, in integers over one common denominator.
//!
//! Two fixed units are used. Rates (tokens per second) and held amounts are integers over
//! `rate_unit`, a common multiple of all stream lengths; indices (tokens per weight) and earnings are
//! integers over `rate_unit × weight_unit`, where `weight_unit` is a common multiple of all total
//! weights.

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use crate::{
    Contradiction, Exact, Fact, Moment, Pot, Problem, Snapshot, Standing, big,
    schedule::{Step, schedule},
};

/// The largest difference, in units of 2^-128, between what the vault says it held and what the rules
/// give: a billionth of a unit, far above what rounding a rate down each second can lose.
const HELD_TOLERANCE_BITS: u32 = 98;

/// Replays `facts` and looks at the books at each of `moments` (in order of their facts and times).
///
/// # Errors
/// The first fact that the protocol does not allow after the ones before it. Whether *enough* was paid
/// is not judged here: compare [`Standing::earned`] with what was paid and what can be claimed.
///
/// # Panics
/// If the model itself loses or makes money: the identity of the crate's documentation is checked at
/// every moment.
pub fn replay(facts: &[Fact], moments: &[Moment]) -> Result<Vec<Snapshot>, Contradiction> {
    let steps = schedule(facts, moments)?;
    let mut books = Books::new(Units::of(&steps));
    for step in steps {
        books.take(step)?;
    }
    Ok(books.snapshots)
}

/// The two units of the replay.
struct Units {
    /// A rate or held amount of one token is this integer.
    rate: Arc<BigUint>,
    /// `rate` times this is the unit of indices and earnings.
    weight: BigUint,
    /// A whole token as an earning.
    earning: Arc<BigUint>,
}

impl Units {
    fn of(steps: &[Step]) -> Self {
        let (mut pushed, mut restreamed, mut weight) =
            (BigUint::one(), BigUint::one(), BigUint::one());
        for step in steps {
            match step {
                Step::Push { seconds, .. } => raise(&mut pushed, &BigUint::from(*seconds)),
                // What is held is a fraction already, so that its lengths multiply.
                Step::Restream { seconds, .. } => restreamed *= *seconds,
                Step::Pass { total, .. } if !total.is_zero() => raise(&mut weight, total),
                _ => {}
            }
        }
        let rate = pushed * restreamed;
        let earning = Arc::new(&rate * &weight);
        Self { rate: Arc::new(rate), weight, earning }
    }
}

/// Makes `multiple` the least common multiple of itself and `divisor`.
///
/// The remainder is taken first: a greatest common divisor of a huge and a small number is slow.
fn raise(multiple: &mut BigUint, divisor: &BigUint) {
    let common = (&*multiple % divisor).gcd(divisor);
    *multiple *= divisor / common;
}

/// One reward token's money.
#[derive(Default)]
struct Flow {
    received: U256,
    /// Per second, in rate units.
    rate: BigUint,
    /// What of `rate` stops when.
    endings: BTreeMap<u64, BigUint>,
    /// Per unit of weight since the beginning, in earning units.
    index: BigUint,
    /// In rate units.
    held: BigUint,
}

/// One account's money.
#[derive(Default)]
struct Account {
    balance: BigUint,
    boost: BigUint,
    earned: BTreeMap<Address, Earning>,
    paid: BTreeMap<Address, U256>,
}

/// What one account earned of one token.
#[derive(Default)]
struct Earning {
    /// In earning units, up to `index`.
    amount: BigUint,
    /// The index that `amount` is written up to.
    index: BigUint,
}

struct Books {
    units: Units,
    total: BigUint,
    flows: BTreeMap<Address, Flow>,
    accounts: BTreeMap<Address, Account>,
    snapshots: Vec<Snapshot>,
}

impl Books {
    const fn new(units: Units) -> Self {
        Self {
            units,
            total: BigUint::ZERO,
            flows: BTreeMap::new(),
            accounts: BTreeMap::new(),
            snapshots: Vec::new(),
        }
    }

    fn take(&mut self, step: Step) -> Result<(), Contradiction> {
        match step {
            Step::Pass { seconds, total } => self.pass(seconds, &total),
            Step::Weigh { account, balance, boost } => self.weigh(account, balance, boost),
            Step::Add { token } => {
                self.flows.entry(token).or_default();
            }
            Step::Push { token, amount, seconds, end } => self.push(token, amount, seconds, end),
            Step::Restream { token, seconds, end, logged_q128, fact, time } => {
                let at = |problem| Contradiction { fact, time, problem };
                self.restream(token, seconds, end, logged_q128).map_err(at)?;
            }
            Step::Stop { end } => self.stop(end),
            Step::Claim { account, token, amount, fact, time } => {
                let at = |problem| Contradiction { fact, time, problem };
                self.claim(account, token, amount).map_err(at)?;
            }
            Step::Mark { time, votes } => self.mark(time, votes),
        }
        Ok(())
    }

    fn pass(&mut self, seconds: u64, total: &BigUint) {
        if total.is_zero() {
            for flow in self.flows.values_mut() {
                flow.held += &flow.rate * seconds;
            }
            return;
        }
        let per_weight = &self.units.weight / total * seconds;
        for flow in self.flows.values_mut().filter(|flow| !flow.rate.is_zero()) {
            flow.index += &flow.rate * &per_weight;
        }
    }

    fn weigh(&mut self, account: Address, balance: BigUint, boost: BigUint) {
        let one = self.accounts.entry(account).or_default();
        one.settle(&self.flows);
        self.total = &self.total + &balance + &boost - &one.balance - &one.boost;
        (one.balance, one.boost) = (balance, boost);
    }

    fn push(&mut self, token: Address, amount: U256, seconds: u64, end: u64) {
        let rate = big(amount) * &*self.units.rate / seconds;
        let flow = self.flows.entry(token).or_default();
        flow.received += amount;
        flow.start(rate, end);
    }

    fn restream(
        &mut self,
        token: Address,
        seconds: u64,
        end: u64,
        logged_q128: U256,
    ) -> Result<(), Problem> {
        let flow = self.flows.entry(token).or_default();
        let held = std::mem::take(&mut flow.held);
        flow.start(&held / seconds, end);
        let exact = (held << 128u32) / &*self.units.rate;
        let logged = big(logged_q128);
        if logged > exact || &exact - &logged > BigUint::one() << HELD_TOLERANCE_BITS {
            let (logged, expected) = (format!("{logged} / 2^128"), format!("{exact} / 2^128"));
            return Err(Problem::Held { token, logged, expected });
        }
        Ok(())
    }

    fn stop(&mut self, end: u64) {
        for flow in self.flows.values_mut() {
            if let Some(rate) = flow.endings.remove(&end) {
                flow.rate -= rate;
            }
        }
    }

    fn claim(&mut self, account: Address, token: Address, amount: U256) -> Result<(), Problem> {
        let one = self.accounts.entry(account).or_default();
        one.settle(&self.flows);
        let paid = one.paid.entry(token).or_default();
        *paid += amount;
        let earned = one.earned.get(&token).map_or(BigUint::ZERO, |e| e.amount.clone());
        if big(*paid) * &*self.units.earning <= earned {
            return Ok(());
        }
        let earned = Exact::new(earned, self.units.earning.clone()).decimal(9);
        Err(Problem::PaidAboveEarned { account, token, paid: paid.to_string(), earned })
    }

    fn mark(&mut self, time: u64, votes: BTreeMap<Address, BigUint>) {
        for account in self.accounts.values_mut() {
            account.settle(&self.flows);
        }
        let snapshot = Snapshot {
            time,
            total_weight: self.total.clone(),
            accounts: self
                .accounts
                .iter()
                .map(|(at, one)| (*at, one.standing(&self.units)))
                .collect(),
            tokens: self
                .flows
                .iter()
                .map(|(at, flow)| (*at, flow.pot(time, &self.units)))
                .collect(),
            votes,
        };
        self.prove(&snapshot);
        self.snapshots.push(snapshot);
    }

    /// Everything earned + still to stream + held = everything received, to the last bit.
    fn prove(&self, snapshot: &Snapshot) {
        for (token, pot) in &snapshot.tokens {
            let nothing = Exact::new(BigUint::ZERO, self.units.earning.clone());
            let earned = snapshot.accounts.values().filter_map(|one| one.earned.get(token));
            let earned = earned.fold(nothing, |sum, one| &sum + one);
            let all = &earned + &(&pot.to_stream + &pot.held);
            assert_eq!(all, Exact::from(pot.received), "the model lost count of {token}");
        }
    }
}

impl Flow {
    fn start(&mut self, rate: BigUint, end: u64) {
        self.rate += &rate;
        *self.endings.entry(end).or_default() += rate;
    }

    fn pot(&self, now: u64, units: &Units) -> Pot {
        let left = self.endings.iter().map(|(end, rate)| rate * (end - now)).sum::<BigUint>();
        Pot {
            received: self.received,
            to_stream: Exact::new(left, units.rate.clone()),
            held: Exact::new(self.held.clone(), units.rate.clone()),
        }
    }
}

impl Account {
    /// Writes the earnings up to the present index.
    fn settle(&mut self, flows: &BTreeMap<Address, Flow>) {
        let weight = &self.balance + &self.boost;
        for (token, flow) in flows {
            let earning = self.earned.entry(*token).or_default();
            if earning.index != flow.index {
                earning.amount += &weight * (&flow.index - &earning.index);
                earning.index.clone_from(&flow.index);
            }
        }
    }

    fn standing(&self, units: &Units) -> Standing {
        let exact = |one: &Earning| Exact::new(one.amount.clone(), units.earning.clone());
        Standing {
            balance: self.balance.clone(),
            boost: self.boost.clone(),
            earned: self.earned.iter().map(|(token, one)| (*token, exact(one))).collect(),
            paid: self.paid.clone(),
        }
    }
}
