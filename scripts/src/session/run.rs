//! From a plan to transactions: simulate, show, ask, send, tell.

use std::io::IsTerminal;

use alloy::{
    primitives::{Bytes, U256, utils::format_ether},
    providers::Provider,
    rpc::types::{Log, TransactionReceipt, TransactionRequest, state::StateOverride},
    transports::TransportError,
};
use eyre::{Report, Result};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Plan, Session, Signer, Step, decode, safe_batch,
    skipped::{Skipped, in_logs},
};
use crate::{chain::GAS_MARGIN, console, failure::Failure, progress::Progress, units::separated};

/// What came of a command, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    title: String,
    chain_id: u64,
    from: String,
    facts: Vec<String>,
    warnings: Vec<String>,
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
    #[serde(skip)]
    wei: U256,
    data: Bytes,
    function: String,
    arguments: Map<String, Value>,
    /// Whether a permit is still to be signed into it, when it is sent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unsigned: bool,
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
    #[serde(skip)]
    skipped: Vec<Skipped>,
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

impl Record {
    fn mined(&self) -> impl Iterator<Item = &Mined> {
        self.transactions.iter().filter_map(|done| done.mined.as_ref())
    }
}

impl Session {
    /// Does what the plan says, as far as the flags and the operator allow.
    ///
    /// # Errors
    /// A call would fail, or failed, or somebody was not paid by it, or the operator declined.
    pub async fn carry_out(&self, plan: Plan) -> Result<()> {
        let (mut record, mut outcome) = (self.record(&plan), Ok(()));
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
        } else {
            let sent = self.send_if_wanted(&plan, &mut record).await;
            if sent.is_err() && record.mined().next().is_none() {
                return sent;
            }
            outcome = sent;
        }
        if self.site.json {
            console::json(&record)?;
        }
        outcome?;
        match record.mined().flat_map(|mined| mined.skipped.clone()).collect::<Vec<_>>().as_slice()
        {
            [] => Ok(()),
            skipped => Err(self.site.unpaid(skipped).await?),
        }
    }

    async fn send_if_wanted(&self, plan: &Plan, record: &mut Record) -> Result<()> {
        let poor = self.cannot_pay(&record.transactions).await?;
        if let Some(why) = &poor {
            self.say(&format!("  ! {why}"));
            record.warnings.push(why.clone());
        }
        if !self.may_send(plan.steps.len())? {
            self.say("  Nothing was sent. Add --broadcast to send.");
            return Ok(());
        }
        let signer = self.sender.signer.as_ref().ok_or_else(|| {
            Failure::usage("nobody signs; give --account NAME or --keystore FILE")
        })?;
        if let Some(why) = poor {
            return Err(Failure::usage(why));
        }
        self.send_all(plan, signer, &mut record.transactions).await?;
        record.sent = true;
        Ok(())
    }

    /// Why the sender's ether does not suffice for what was rehearsed, if it does not: nodes want the
    /// highest fee of each transaction to be there.
    async fn cannot_pay(&self, rehearsed: &[Done]) -> Result<Option<String>> {
        let provider = self.site.chain.provider();
        let price = U256::from(2 * provider.get_gas_price().await?);
        let balance = provider.get_balance(self.sender.address).await?;
        let costs = rehearsed.iter().filter_map(|done| {
            let gas = done.simulated.as_ref()?.gas_estimate * 6 / 5 + GAS_MARGIN;
            Some(price.saturating_mul(U256::from(gas)).saturating_add(done.wei))
        });
        let Some(most) = costs.max().filter(|most| *most > balance) else { return Ok(None) };
        let (has, needs) = (format_ether(balance), format_ether(most));
        let who = self.sender.address;
        Ok(Some(format!("{who} has {has} ETH, and needs up to {needs} ETH for gas; send it some")))
    }

    fn record(&self, plan: &Plan) -> Record {
        Record {
            title: plan.title.clone(),
            chain_id: self.site.chain.chain_id(),
            from: self.sender.address.to_string(),
            facts: plan.facts.clone(),
            warnings: plan.warnings.clone(),
            sent: false,
            safe_batch: None,
            transactions: Vec::new(),
        }
    }

    /// For people; `--json` keeps standard output for the one object.
    fn say(&self, line: &str) {
        if !self.site.json {
            // What is being sent is more important than who hears of it.
            let _ = console::line(line);
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
        for warning in &plan.warnings {
            self.say(&format!("  ! {warning}"));
        }
        Ok(())
    }

    async fn send_all(&self, plan: &Plan, signer: &Signer, done: &mut [Done]) -> Result<()> {
        let progress = (!self.site.json).then(Progress::default);
        let job = progress.map(|progress| progress.job("sending", plan.steps.len() as u64));
        for (step, done) in plan.steps.iter().zip(done) {
            let step = self.ready(step, signer).await?;
            if step.allowance.is_some() || step.waits {
                *done = self.done(&step, Some(self.simulate(&step, None).await?));
            }
            if let Some(job) = &job {
                job.say(&step.title);
            }
            done.mined = Some(self.send(signer, &step).await?);
            if let Some(job) = &job {
                job.step();
            }
        }
        if let Some(job) = job {
            job.done("mined");
        }
        Ok(())
    }

    /// `step` with its permit signed, if it has one.
    async fn ready(&self, step: &Step, signer: &Signer) -> Result<Step> {
        let mut ready = step.clone();
        if let Some(permit) = ready.permit.take() {
            ready.data = permit.sign_into(&ready.data, signer).await?;
        }
        Ok(ready)
    }

    /// Whether `--broadcast` was given.
    #[must_use]
    pub const fn broadcasts(&self) -> bool {
        self.fate.broadcast
    }

    /// Whether calls go to a batch for a Safe instead.
    #[must_use]
    pub const fn writes_batch(&self) -> bool {
        self.fate.safe_batch.is_some()
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

    /// Shows a step, and simulates it: as if an allowance that it needs were there already, where the
    /// node and the token let that be pretended.
    async fn rehearse(&self, place: usize, step: &Step) -> Result<Done> {
        self.show(place, step);
        if step.waits {
            self.say("       simulated when the steps before it are mined");
            return Ok(self.done(step, None));
        }
        let pretended = match &step.allowance {
            Some(allowance) => allowance.pretended(&self.site).await,
            None => None,
        };
        if step.allowance.is_some() && pretended.is_none() {
            self.say(
                "       simulated when it is sent: it needs an allowance that is not there yet",
            );
            return Ok(self.done(step, None));
        }
        let supposed = if pretended.is_some() { ", with the allowance" } else { "" };
        let simulated = self.simulate(step, pretended).await?;
        let gas = separated(&simulated.gas_estimate.to_string());
        self.say(&format!("       simulated: succeeds{supposed}, {gas} gas"));
        Ok(self.done(step, Some(simulated)))
    }

    fn done(&self, step: &Step, simulated: Option<Simulated>) -> Done {
        let call = decode::call(&step.data);
        Done {
            title: step.title.clone(),
            to: step.to.to_string(),
            value: step.value.to_string(),
            wei: step.value,
            data: step.data.clone(),
            function: call.as_ref().map(|call| call.name.clone()).unwrap_or_default(),
            arguments: call.map(|call| call.arguments()).unwrap_or_default(),
            unsigned: step.permit.is_some(),
            simulated,
            mined: None,
        }
    }

    async fn simulate(&self, step: &Step, pretended: Option<StateOverride>) -> Result<Simulated> {
        let request = TransactionRequest::default()
            .from(self.sender.address)
            .to(step.to)
            .value(step.value)
            .input(step.data.clone().into());
        let provider = self.site.chain.provider();
        let returned = provider.call(request.clone()).overrides_opt(pretended.clone()).await;
        let returns = match returned {
            Ok(returns) => returns,
            Err(error) => return Err(self.refusal(step, &error).await),
        };
        let estimate = provider.estimate_gas(request).overrides_opt(pretended).await;
        match estimate {
            Ok(gas_estimate) => Ok(Simulated { gas_estimate, returns }),
            Err(error) => Err(self.refusal(step, &error).await),
        }
    }

    /// Why a step cannot be done; in a batch it may be for want of a call that is there already.
    async fn refusal(&self, step: &Step, error: &TransportError) -> Report {
        let refusal =
            self.site.refusal(step, error).await.wrap_err(format!("cannot {}", step.title));
        match self.sender.queue.len() {
            0 => refusal,
            count => refusal.wrap_err(format!("without the {count} calls that the batch holds")),
        }
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
            skipped: in_logs(receipt.logs()),
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
