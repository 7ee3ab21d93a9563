//! What is going to be done: calls, in order, each with what it is for.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};

use crate::{abi::IToken, chain::Call};

/// What a command is going to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// All of it, in a few words.
    pub title: String,
    /// What will be different, as lines for the operator.
    pub facts: Vec<String>,
    /// The calls.
    pub steps: Vec<Step>,
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
    /// Whether it can only succeed once the step before it is mined.
    pub needs_previous: bool,
}

impl Plan {
    /// Nothing yet.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), facts: Vec::new(), steps: Vec::new() }
    }

    /// A single call.
    pub fn one(title: impl Into<String>, to: Address, call: &impl SolCall) -> Self {
        let title = title.into();
        Self::new(title.clone()).step(title, to, call)
    }

    /// With one more call. What follows an approval needs it.
    #[must_use]
    pub fn step(mut self, title: impl Into<String>, to: Address, call: &impl SolCall) -> Self {
        let (title, value, data) = (title.into(), U256::ZERO, call.abi_encode().into());
        let approval = IToken::approveCall::SELECTOR;
        let needs_previous = self.steps.last().is_some_and(|last| last.data.starts_with(&approval));
        self.steps.push(Step { title, to, value, data, needs_previous });
        self
    }

    /// With a call that was made elsewhere, unless it creates a contract.
    #[must_use]
    pub fn call(mut self, call: &Call) -> Self {
        if let Some(to) = call.recipient() {
            let (title, data) = (call.kind.clone(), call.data().clone());
            self.steps.push(Step { title, to, value: call.value, data, needs_previous: false });
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
}

impl Step {
    /// The transaction that it becomes.
    #[must_use]
    pub fn call(&self) -> Call {
        Call::raw(self.title.clone(), self.to, self.data.clone()).value(self.value)
    }
}
