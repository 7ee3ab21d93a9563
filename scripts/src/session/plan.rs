//! What is going to be done: calls, in order, each with what it is for.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};

use super::{Allowance, Permit, Token};
use crate::chain::Call;

/// What a command is going to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// All of it, in a few words.
    pub title: String,
    /// What will be different, as lines for the operator.
    pub facts: Vec<String>,
    /// What the operator may not want.
    pub warnings: Vec<String>,
    /// The calls.
    pub steps: Vec<Step>,
    /// What the next call needs.
    needed: Option<Allowance>,
}

/// One call.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is for.
    pub title: String,
    /// The contract.
    pub to: Address,
    /// Wei that go with it.
    pub value: U256,
    /// The call.
    pub data: Bytes,
    /// An allowance that it needs and that is not on chain yet: something before it gives it, or its
    /// own permit.
    pub allowance: Option<Allowance>,
    /// Whether it is of use only after the steps before it, so that it is simulated when those are mined.
    pub waits: bool,
    /// A permit that has to be signed into the call before it is sent.
    pub permit: Option<Permit>,
}

impl Plan {
    /// Nothing yet.
    pub fn new(title: impl Into<String>) -> Self {
        let (facts, warnings, steps) = (Vec::new(), Vec::new(), Vec::new());
        Self { title: title.into(), facts, warnings, steps, needed: None }
    }

    /// A single call.
    pub fn one(title: impl Into<String>, to: Address, call: &impl SolCall) -> Self {
        let title = title.into();
        Self::new(title.clone()).step(title, to, call)
    }

    /// With one more call.
    #[must_use]
    pub fn step(mut self, title: impl Into<String>, to: Address, call: &impl SolCall) -> Self {
        let (title, value, data) = (title.into(), U256::ZERO, call.abi_encode().into());
        let allowance = self.needed.take();
        let (waits, permit) = (false, None);
        self.steps.push(Step { title, to, value, data, allowance, waits, permit });
        self
    }

    /// The next call needs an allowance that is not on chain yet.
    #[must_use]
    pub fn needing(mut self, allowance: Allowance) -> Self {
        self.needed = Some(allowance);
        self
    }

    /// The last call takes a permit, which is signed when it is sent.
    #[must_use]
    pub fn permitted(mut self, permit: Permit) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.permit = Some(permit);
        }
        self
    }

    /// With a call that was made elsewhere, unless it creates a contract.
    #[must_use]
    pub fn call(mut self, call: &Call) -> Self {
        if let Some(to) = call.recipient() {
            let (title, data, value) = (call.kind.clone(), call.data().clone(), call.value);
            let (allowance, permit, waits) = (None, None, false);
            self.steps.push(Step { title, to, value, data, allowance, waits, permit });
        }
        self
    }

    /// With `value` wei on the last call.
    #[must_use]
    pub fn paying(mut self, value: U256) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.value = value;
        }
        self
    }

    /// With one more line for the operator.
    #[must_use]
    pub fn fact(mut self, fact: impl Into<String>) -> Self {
        self.facts.push(fact.into());
        self
    }

    /// With one more thing that the operator may not want.
    #[must_use]
    pub fn warning(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }

    /// With what has to be known of `token`, if it does not tell all of it.
    #[must_use]
    pub fn about(self, token: &Token) -> Self {
        match token.note() {
            Some(note) => self.fact(note),
            None => self,
        }
    }
}

impl Step {
    /// The transaction that it becomes.
    #[must_use]
    pub fn call(&self) -> Call {
        Call::raw(self.title.clone(), self.to, self.data.clone()).value(self.value)
    }
}
