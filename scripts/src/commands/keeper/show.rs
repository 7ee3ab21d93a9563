//! What there is to do, for somebody who has not said `--broadcast`.

use std::fmt;

use alloy::{
    primitives::{Bytes, utils::format_ether},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use eyre::Result;
use serde::Serialize;

use super::once;
use crate::{
    console,
    keeper::{Agenda, Keeper, Rules, duty::is_activation, store::Store},
    session::{Plan, Session, Step, refusable},
    units::separated,
};

const TITLE: &str = "what there is to do";

/// All of it, as `--json` prints it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    title: &'static str,
    chain_id: u64,
    from: String,
    sent: bool,
    transactions: Vec<Line>,
    /// What is not sent, because whoever should take it would refuse.
    refused: Vec<String>,
    /// What is not sent, because it is too little yet.
    waiting: Vec<String>,
    /// What cannot be said before programs run again.
    after_activation: Vec<String>,
}

/// One call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    title: String,
    to: String,
    value: String,
    data: Bytes,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas_estimate: Option<u64>,
    /// What became of its simulation.
    simulated: String,
    #[serde(skip)]
    ether: Option<String>,
}

/// Shows it; if somebody sits at the terminal, asks, and does it.
///
/// # Errors
/// The node does not answer, a contract cannot be asked, or the operator declined.
pub(super) async fn run(session: &Session, rules: Rules, store: Store) -> Result<()> {
    let agenda = Keeper::duties(session, &rules, &store).await?;
    if session.writes_batch() {
        let mut plan = Plan::new(TITLE);
        (plan.steps, plan.facts) = (agenda.steps, agenda.refused);
        return session.carry_out(plan).await;
    }
    let (json, page) = (session.site.json, page(session, agenda).await?);
    if !json {
        print!("{page}");
    }
    if !page.transactions.is_empty() && session.may_send(page.transactions.len())? {
        return once(session, &Keeper::new(session, rules, store)?).await;
    }
    if json {
        console::json(&page)?;
    } else if !page.transactions.is_empty() {
        console::line("  Nothing was sent. Add --broadcast to send.")?;
    }
    Ok(())
}

async fn page(session: &Session, agenda: Agenda) -> Result<Page> {
    let mut transactions = Vec::new();
    for step in &agenda.steps {
        transactions.push(line(session, step).await?);
    }
    let Agenda { refused, waiting, later: after_activation, .. } = agenda;
    let (chain_id, from) = (session.site.chain.chain_id(), session.sender.address.to_string());
    Ok(Page {
        title: TITLE,
        chain_id,
        from,
        sent: false,
        transactions,
        refused,
        waiting,
        after_activation,
    })
}

async fn line(session: &Session, step: &Step) -> Result<Line> {
    let request = TransactionRequest::default()
        .from(session.sender.address)
        .to(step.to)
        .value(step.value)
        .input(step.data.clone().into());
    let estimate = session.site.chain.provider().estimate_gas(request).await;
    let (gas_estimate, simulated) = match estimate {
        Err(error) if is_activation(step) && error.as_error_resp().is_some() => {
            (None, "this node does not simulate activations".to_owned())
        }
        estimate => match refusable(estimate)? {
            Ok(gas) => (Some(gas), format!("succeeds, {} gas", separated(&gas.to_string()))),
            Err(why) => (None, format!("fails: {why}")),
        },
    };
    Ok(Line {
        title: step.title.clone(),
        to: session.site.name(step.to),
        value: step.value.to_string(),
        data: step.data.clone(),
        gas_estimate,
        simulated,
        ether: (!step.value.is_zero()).then(|| format_ether(step.value)),
    })
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n  chain {}, from {}", self.title, self.chain_id, self.from)?;
        for (place, line) in self.transactions.iter().enumerate() {
            writeln!(f, "  {}. {}\n       {line}", place + 1, line.title)?;
        }
        let after =
            self.after_activation.iter().map(|stage| format!("after the activation: {stage}"));
        let refused = self.refused.iter().map(|why| format!("not done: {why}"));
        let waiting = self.waiting.iter().map(|what| format!("too little yet: {what}"));
        after.chain(refused).chain(waiting).try_for_each(|line| writeln!(f, "  {line}"))?;
        if self.transactions.is_empty() {
            writeln!(f, "  Nothing to do.")?;
        }
        Ok(())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "to {}", self.to)?;
        self.ether.iter().try_for_each(|ether| write!(f, ", with {ether} ETH"))?;
        write!(f, "; simulated: {}", self.simulated)
    }
}
