//! From a plan to transactions: simulate, show, ask, send, tell.

use std::io::IsTerminal;

use alloy::{
    primitives::{Bytes, utils::format_ether},
    providers::Provider,
    rpc::types::{Log, TransactionReceipt, TransactionRequest},
};
use eyre::{Result, WrapErr};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Plan, Session, Signer, Step, decode, safe_batch};
use crate::{chain::in_words, failure::Failure, progress::Progress, units::separated};

/// What came of a command, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    title: String,
    chain_id: u64,
    from: String,
    facts: Vec<String>,
    /// Whether all of it was sent and mined.
    sent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    safe_batch: Option<String>,
    transactions: Vec<Done>,
}

/// One call, and how far it came.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    title: String,
    to: String,
    value: String,
    data: Bytes,
    function: String,
    arguments: Map<String, Value>,
    #[serde(flatten)]
    simulated: Option<Simulated>,
    #[serde(flatten)]
    mined: Option<Mined>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Simulated {
    gas_estimate: u64,
    returns: Bytes,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Mined {
    hash: String,
    block: u64,
    gas_used: u64,
    events: Vec<Event>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    contract: String,
    event: String,
    arguments: Map<String, Value>,
    #[serde(skip)]
    shown: String,
}

impl Session {
    /// Does what the plan says, as far as the flags and the operator allow.
    ///
    /// # Errors
    /// A call would fail, or failed, or the operator declined.
    pub async fn carry_out(&self, plan: Plan) -> Result<()> {
        let mut record = self.record(&plan);
        self.head(&plan).await?;
        for (place, step) in plan.steps.iter().enumerate() {
            record.transactions.push(self.rehearse(place + 1, step).await?);
        }
        if plan.steps.is_empty() {
            self.say("  Nothing to do.");
        } else if let Some(file) = &self.fate.safe_batch {
            let safe = Some(self.sender.address);
            let count = safe_batch::append(file, self.site.chain.chain_id(), safe, &plan)?;
            let file = file.display().to_string();
            self.say(&format!("  {file} holds {count} transactions now. Nothing was sent."));
            record.safe_batch = Some(file);
        } else if self.may_send(plan.steps.len())? {
            self.send_all(&plan, &mut record.transactions).await?;
            record.sent = true;
        } else {
            self.say("  Nothing was sent. Add --broadcast to send.");
        }
        if self.site.json {
            println!("{}", serde_json::to_string_pretty(&record)?);
        }
        Ok(())
    }

    fn record(&self, plan: &Plan) -> Record {
        Record {
            title: plan.title.clone(),
            chain_id: self.site.chain.chain_id(),
            from: self.sender.address.to_string(),
            facts: plan.facts.clone(),
            sent: false,
            safe_batch: None,
            transactions: Vec::new(),
        }
    }

    /// For people; `--json` keeps standard output for the one object.
    fn say(&self, line: &str) {
        if !self.site.json {
            println!("{line}");
        }
    }

    async fn head(&self, plan: &Plan) -> Result<()> {
        let sender = self.sender.address;
        let balance = self.site.chain.provider().get_balance(sender).await?;
        let (chain, ether) = (self.site.chain.chain_id(), format_ether(balance));
        self.say(&plan.title);
        self.say(&format!("  chain {chain}, from {} with {ether} ETH", self.site.name(sender)));
        for fact in &plan.facts {
            self.say(&format!("  {fact}"));
        }
        Ok(())
    }

    async fn send_all(&self, plan: &Plan, done: &mut [Done]) -> Result<()> {
        let signer = self.sender.signer.as_ref().ok_or_else(|| {
            Failure::usage("nobody signs; give --account NAME or --keystore FILE")
        })?;
        let job = Progress::default().job("sending", plan.steps.len() as u64);
        for (step, done) in plan.steps.iter().zip(done) {
            if step.needs_previous {
                done.simulated = Some(self.simulate(step).await?);
            }
            job.say(&step.title);
            done.mined = Some(self.send(signer, step).await?);
            job.step();
        }
        job.done("mined");
        Ok(())
    }

    /// Whether `--broadcast` was given.
    #[must_use]
    pub const fn broadcasts(&self) -> bool {
        self.fate.broadcast
    }

    /// Whether `count` transactions may be sent: by `--broadcast`, or a yes of whoever sits at the
    /// terminal.
    ///
    /// # Errors
    /// The operator declined.
    pub fn may_send(&self, count: usize) -> Result<bool> {
        if self.fate.broadcast {
            return Ok(true);
        }
        let somebody = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if !somebody || self.sender.signer.is_none() {
            return Ok(false);
        }
        let question =
            if count == 1 { "Send it?".to_owned() } else { format!("Send {count} transactions?") };
        match dialoguer::Confirm::new().with_prompt(question).default(false).interact()? {
            true => Ok(true),
            false => Err(Failure::Declined.into()),
        }
    }

    fn show(&self, place: usize, step: &Step) {
        let call = decode::call(&step.data);
        let call = call.map_or_else(|| format!("data {}", step.data), |call| call.to_string());
        self.say(&format!("  {place}. {}", step.title));
        self.say(&format!("       {}: {call}", self.site.name(step.to)));
        if !step.value.is_zero() {
            self.say(&format!("       with {} ETH ({} wei)", format_ether(step.value), step.value));
        }
    }

    /// Shows a step, and simulates it unless what it needs is still to come.
    async fn rehearse(&self, place: usize, step: &Step) -> Result<Done> {
        self.show(place, step);
        let simulated = if step.needs_previous {
            self.say("       simulated when the step before it is mined");
            None
        } else {
            let simulated = self.simulate(step).await?;
            let gas = separated(&simulated.gas_estimate.to_string());
            self.say(&format!("       simulated: succeeds, {gas} gas"));
            Some(simulated)
        };
        let call = decode::call(&step.data);
        Ok(Done {
            title: step.title.clone(),
            to: step.to.to_string(),
            value: step.value.to_string(),
            data: step.data.clone(),
            function: call.as_ref().map(|call| call.name.clone()).unwrap_or_default(),
            arguments: call.map(|call| call.arguments()).unwrap_or_default(),
            simulated,
            mined: None,
        })
    }

    async fn simulate(&self, step: &Step) -> Result<Simulated> {
        let request = TransactionRequest::default()
            .from(self.sender.address)
            .to(step.to)
            .value(step.value)
            .input(step.data.clone().into());
        let provider = self.site.chain.provider();
        let returned = provider.call(request.clone()).await;
        let returns =
            returned.map_err(|error| in_words(&error)).wrap_err_with(|| would_not(step))?;
        let estimate = provider.estimate_gas(request).await;
        let gas_estimate = estimate.map_err(|e| in_words(&e)).wrap_err_with(|| would_not(step))?;
        Ok(Simulated { gas_estimate, returns })
    }

    async fn send(&self, signer: &Signer, step: &Step) -> Result<Mined> {
        let receipt = self.site.chain.send(signer, step.call()).await?;
        let mined = self.mined(&receipt);
        let gas = separated(&mined.gas_used.to_string());
        self.say(&format!("       sent {}, block {}, {gas} gas", mined.hash, mined.block));
        if let Some(explorer) = &self.site.network.explorer {
            self.say(&format!("       {explorer}/tx/{}", mined.hash));
        }
        for event in &mined.events {
            self.say(&format!("       {} {}", event.contract, event.shown));
        }
        Ok(mined)
    }

    fn mined(&self, receipt: &TransactionReceipt) -> Mined {
        Mined {
            hash: receipt.transaction_hash.to_string(),
            block: receipt.block_number.unwrap_or_default(),
            gas_used: receipt.gas_used,
            events: receipt.logs().iter().map(|log| self.event(log)).collect(),
        }
    }

    fn event(&self, log: &Log) -> Event {
        let contract = self.site.name(log.address());
        match decode::event(&log.inner.data) {
            Some(event) => Event {
                contract,
                shown: event.to_string(),
                arguments: event.arguments(),
                event: event.name,
            },
            None => Event {
                contract,
                event: String::new(),
                arguments: Map::new(),
                shown: format!("unknown event {:?}", log.topics()),
            },
        }
    }
}

fn would_not(step: &Step) -> String {
    format!("cannot {}", step.title)
}
