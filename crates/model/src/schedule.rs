//! The first pass: facts become steps that need no more decisions.
//!
//! Only balances, locks and the clock move here. The result is a flat list of [`Step`]s in which every
//! stretch of time has one constant total weight and one constant set of streams, so that all divisors
//! of the second pass can be read off it.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use num_bigint::BigUint;

use crate::{
    Contradiction, Curve, Event, Fact, Moment, Penalties, Problem, big, locks::Next, votes::Votes,
    weights::Weights, window_end,
};

/// One thing that happens in the second pass.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Time passes while `total` weight earns.
    Pass {
        /// How long.
        seconds: u64,
        /// Sum of all weights; while zero, what falls due is held.
        total: BigUint,
    },
    /// From now on `account` holds this.
    Weigh {
        /// Whose stake.
        account: Address,
        /// Shares.
        balance: BigUint,
        /// Boosts of unexpired locks.
        boost: BigUint,
    },
    /// `token` can be earned.
    Add {
        /// The reward token.
        token: Address,
    },
    /// `amount` begins to stream.
    Push {
        /// The reward token.
        token: Address,
        /// What arrived.
        amount: U256,
        /// How long it streams.
        seconds: u64,
        /// When it ends.
        end: u64,
    },
    /// Everything held begins to stream.
    Restream {
        /// The reward token.
        token: Address,
        /// How long it streams.
        seconds: u64,
        /// When it ends.
        end: u64,
        /// What the log says was held, in units of 2^-128.
        logged_q128: U256,
        /// The fact that says it.
        fact: usize,
        /// Unix seconds.
        time: u64,
    },
    /// The streams that end now stop.
    Stop {
        /// Unix seconds.
        end: u64,
    },
    /// Somebody is paid.
    Claim {
        /// Who earned it.
        account: Address,
        /// The reward token.
        token: Address,
        /// What was paid.
        amount: U256,
        /// The fact that says it.
        fact: usize,
        /// Unix seconds.
        time: u64,
    },
    /// A snapshot is taken.
    Mark {
        /// Unix seconds.
        time: u64,
        /// Who votes with what weight.
        votes: BTreeMap<Address, BigUint>,
    },
}

/// A restreaming that the rules demand or that the log tells.
#[derive(Clone, Copy, Debug)]
struct Restreaming {
    time: u64,
    end: u64,
    fact: usize,
    /// Where it is in the list of steps (demanded), or what it amounts to (told).
    at: usize,
    amount_q128: U256,
}

/// The walk through the facts.
#[derive(Default)]
pub(crate) struct Walk {
    pub(crate) now: u64,
    fact: usize,
    pub(crate) weights: Weights,
    pub(crate) curve: Option<Curve>,
    pub(crate) penalties: Option<Penalties>,
    /// What has to be told next.
    pub(crate) next: Option<Next>,
    votes: Votes,
    stream_weeks: BTreeMap<Address, u64>,
    streams: BTreeMap<u64, BTreeSet<Address>>,
    holding: BTreeSet<Address>,
    demanded: BTreeMap<Address, Vec<Restreaming>>,
    told: BTreeMap<Address, Vec<Restreaming>>,
    steps: Vec<Step>,
}

/// Turns `facts` into steps, with a [`Step::Mark`] for each of `moments` (in order).
///
/// # Errors
/// The first fact that the protocol does not allow after the ones before it.
pub(crate) fn schedule(facts: &[Fact], moments: &[Moment]) -> Result<Vec<Step>, Contradiction> {
    let mut walk = Walk::default();
    let mut moments = moments.iter().peekable();
    for at in 0..=facts.len() {
        while let Some(moment) = moments.next_if(|moment| moment.facts == at) {
            walk.mark(moment.time)?;
        }
        let Some(fact) = facts.get(at) else { break };
        walk.fact = at;
        walk.advance(fact.time)?;
        walk.apply(&fact.event).map_err(|problem| walk.contradiction(problem))?;
    }
    walk.settle()?;
    walk.match_restreamings()?;
    Ok(walk.steps)
}

impl Walk {
    const fn contradiction(&self, problem: Problem) -> Contradiction {
        Contradiction { fact: self.fact, time: self.now, problem }
    }

    fn mark(&mut self, time: u64) -> Result<(), Contradiction> {
        self.advance(time)?;
        self.settle()?;
        self.steps.push(Step::Mark { time, votes: self.votes.all(&self.weights) });
        Ok(())
    }

    /// Between transactions nothing is half told.
    fn settle(&mut self) -> Result<(), Contradiction> {
        let told = self.next.take().map_or(Ok(()), Next::missing);
        let votes = told.and_then(|()| self.votes.check(&self.weights));
        votes.map_err(|problem| self.contradiction(problem))
    }

    /// Lets time pass until `to`, stopping wherever a lock or a stream ends.
    fn advance(&mut self, to: u64) -> Result<(), Contradiction> {
        if to < self.now {
            let problem = Problem::OutOfOrder { previous: self.now };
            return Err(Contradiction { fact: self.fact, time: to, problem });
        }
        if to > self.now {
            self.settle()?;
        }
        while let Some(end) = self.next_end().filter(|end| *end <= to) {
            self.pass(end);
            self.finish(end);
        }
        self.pass(to);
        Ok(())
    }

    fn next_end(&self) -> Option<u64> {
        let stream = self.streams.keys().next().copied();
        stream.into_iter().chain(self.weights.next_expiry()).min()
    }

    fn pass(&mut self, to: u64) {
        if to == self.now {
            return;
        }
        if self.weights.is_empty() {
            self.holding.extend(self.streams.values().flatten());
        }
        let total = self.weights.total().clone();
        self.steps.push(Step::Pass { seconds: to - self.now, total });
        self.now = to;
    }

    fn finish(&mut self, end: u64) {
        if self.streams.remove(&end).is_some() {
            self.steps.push(Step::Stop { end });
        }
        for account in self.weights.expire(end) {
            self.weigh(account);
            self.votes.expired(account, &self.weights);
        }
    }

    pub(crate) fn weigh(&mut self, account: Address) {
        self.votes.weighed(account);
        let stake = self.weights.stake(account);
        let (balance, boost) = (stake.balance, stake.boost);
        self.steps.push(Step::Weigh { account, balance, boost });
    }

    fn apply(&mut self, event: &Event) -> Result<(), Problem> {
        if let Event::VotesChanged { delegate, previous, new } = event {
            return self.votes.changed(*delegate, *previous, *new);
        }
        let next = self.next.take();
        if next.as_ref().is_some_and(|next| !next.is(event)) {
            return next.map_or(Ok(()), |next| next.not(event));
        }
        match event {
            Event::CurveSet(curve) => self.curve = Some(curve.clone()),
            Event::PenaltiesSet(penalties) => self.penalties.clone_from(penalties),
            Event::TokenAdded { token, stream_weeks } => {
                self.stream_weeks.insert(*token, *stream_weeks);
                self.steps.push(Step::Add { token: *token });
            }
            Event::Moved { from, to, shares } => self.moved(*from, *to, &big(*shares))?,
            Event::Notified { token, amount, end } => self.notified(*token, *amount, *end)?,
            Event::HeldStreamed { token, amount_q128, end } => {
                let (time, fact, amount_q128) = (self.now, self.fact, *amount_q128);
                let told = Restreaming { time, end: *end, fact, at: 0, amount_q128 };
                self.told.entry(*token).or_default().push(told);
            }
            Event::Claimed { account, token, amount } => {
                self.window_weeks(*token)?;
                let (fact, time) = (self.fact, self.now);
                let (account, token, amount) = (*account, *token, *amount);
                self.steps.push(Step::Claim { account, token, amount, fact, time });
            }
            Event::Delegated { account, from, to } => {
                self.votes.delegated(*account, *from, *to)?;
            }
            _ => self.lock_fact(event, next)?,
        }
        Ok(())
    }

    fn moved(&mut self, from: Address, to: Address, shares: &BigUint) -> Result<(), Problem> {
        let was_empty = self.weights.is_empty();
        if !from.is_zero() {
            self.weights.burn(from, shares)?;
        }
        if !to.is_zero() {
            self.weights.mint(to, shares);
        }
        for account in [from, to].into_iter().filter(|account| !account.is_zero()) {
            self.weigh(account);
        }
        if was_empty && !self.weights.is_empty() {
            self.restream();
        }
        Ok(())
    }

    /// There is weight again: whatever is held streams over a fresh window.
    fn restream(&mut self) {
        for token in std::mem::take(&mut self.holding) {
            let (time, fact, at) = (self.now, self.fact, self.steps.len());
            let end = window_end(time, self.stream_weeks[&token]);
            let demanded = Restreaming { time, end, fact, at, amount_q128: U256::ZERO };
            self.demanded.entry(token).or_default().push(demanded);
            self.streams.entry(end).or_default().insert(token);
            let (seconds, logged_q128) = (end - time, U256::ZERO);
            self.steps.push(Step::Restream { token, seconds, end, logged_q128, fact, time });
        }
    }

    fn notified(&mut self, token: Address, amount: U256, end: u64) -> Result<(), Problem> {
        let expected = window_end(self.now, self.window_weeks(token)?);
        if end != expected {
            return Err(Problem::StreamEnd { token, logged: end, expected });
        }
        self.streams.entry(end).or_default().insert(token);
        self.steps.push(Step::Push { token, amount, seconds: end - self.now, end });
        Ok(())
    }

    fn window_weeks(&self, token: Address) -> Result<u64, Problem> {
        self.stream_weeks.get(&token).copied().ok_or(Problem::UnknownToken { token })
    }

    /// Every restreaming that the rules demand is told by the log, in order, and no other.
    fn match_restreamings(&mut self) -> Result<(), Contradiction> {
        let tokens: BTreeSet<Address> =
            self.demanded.keys().chain(self.told.keys()).copied().collect();
        for token in tokens {
            let demanded = self.demanded.remove(&token).unwrap_or_default();
            let told = self.told.remove(&token).unwrap_or_default();
            for at in 0..demanded.len().max(told.len()) {
                self.match_one(token, demanded.get(at), told.get(at))?;
            }
        }
        Ok(())
    }

    fn match_one(
        &mut self,
        token: Address,
        demanded: Option<&Restreaming>,
        told: Option<&Restreaming>,
    ) -> Result<(), Contradiction> {
        let key = |restreaming: &Restreaming| (restreaming.time, restreaming.end);
        if let (Some(demanded), Some(told)) = (demanded, told)
            && key(demanded) == key(told)
            && let Step::Restream { logged_q128, fact, .. } = &mut self.steps[demanded.at]
        {
            (*logged_q128, *fact) = (told.amount_q128, told.fact);
            return Ok(());
        }
        let say = |restreaming: Option<&Restreaming>| {
            restreaming.map_or_else(
                || "nothing".to_owned(),
                |one| format!("streamed at {} until {}", one.time, one.end),
            )
        };
        let problem = Problem::Held { token, logged: say(told), expected: say(demanded) };
        let first = told.or(demanded).map_or((0, 0), |one| (one.fact, one.time));
        Err(Contradiction { fact: first.0, time: first.1, problem })
    }
}
