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
        if plan.steps.is_empty() {
            self.say("  Nothing to do.");
        } else if let Some(file) = &self.fate.safe_batch {
            record.transactions.push(self.rehearse(1, &plan.steps[0]).await?);
            let safe = Some(self.sender.address);
            let count = safe_batch::append(file, self.site.chain.chain_id(), safe, &plan)?;
            let file = file.display().to_string();
            self.say(&format!("  {file} holds {count} transactions now. Nothing was sent."));
            record.safe_batch = Some(file);
        } else {
            record.sent = self.send_all(&plan, &mut record.transactions).await?;
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

    /// Simulates each call right before it is sent: later ones may need the earlier ones.
    async fn send_all(&self, plan: &Plan, done: &mut Vec<Done>) -> Result<bool> {
        for (place, step) in plan.steps.iter().enumerate() {
            done.push(self.rehearse(place + 1, step).await?);
            if place == 0 && !self.may_send(plan)? {
                self.show_rest(plan);
                return Ok(false);
            }
            let Some(signer) = &self.sender.signer else {
                return Err(Failure::usage("nobody signs; give --account NAME or --keystore FILE"));
            };
            let mined = self.send(signer, step, plan.steps.len()).await?;
            if let Some(last) = done.last_mut() {
                last.mined = Some(mined);
            }
        }
        Ok(true)
    }

    fn show_rest(&self, plan: &Plan) {
        for (place, step) in plan.steps.iter().enumerate().skip(1) {
            self.show(place + 1, step);
            self.say("       not simulated: it needs what comes before it");
        }
        self.say("  Nothing was sent. Add --broadcast to send.");
    }

    /// `--broadcast`, or a yes of whoever sits at the terminal.
    fn may_send(&self, plan: &Plan) -> Result<bool> {
        if self.fate.broadcast {
            return Ok(true);
        }
        let somebody = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        if !somebody || self.sender.signer.is_none() {
            return Ok(false);
        }
        for (place, step) in plan.steps.iter().enumerate().skip(1) {
            self.show(place + 1, step);
        }
        let count = plan.steps.len();
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

    async fn rehearse(&self, place: usize, step: &Step) -> Result<Done> {
        self.show(place, step);
        let simulated = self.simulate(step).await?;
        self.say(&format!(
            "       simulated: succeeds, {} gas",
            separated(&simulated.gas_estimate.to_string())
        ));
        let call = decode::call(&step.data);
        Ok(Done {
            title: step.title.clone(),
            to: step.to.to_string(),
            value: step.value.to_string(),
            data: step.data.clone(),
            function: call.as_ref().map(|call| call.name.clone()).unwrap_or_default(),
            arguments: call.map(|call| call.arguments()).unwrap_or_default(),
            simulated: Some(simulated),
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

    async fn send(&self, signer: &Signer, step: &Step, steps: usize) -> Result<Mined> {
        let job = Progress::default().job("sending", steps as u64);
        job.say(&step.title);
        let receipt = self.site.chain.send(signer, step.call()).await?;
        job.done("mined");
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
