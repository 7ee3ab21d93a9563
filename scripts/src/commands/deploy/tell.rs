//! How a deployment stands, for a person or a program.

use std::fmt::Write;

use alloy::primitives::{U256, utils::format_ether};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use crate::{
    deploy::{
        outlook::Outlook,
        run::{Deployment, Standing},
    },
    units::separated,
};

/// The longest cell: an address and a little more.
const WIDTH: u16 = 68;

/// Tables and what they mean.
pub(super) fn text(deployment: &Deployment<'_>, standing: &Standing) -> String {
    let mut text = head(deployment, standing);
    if standing.left.is_empty() {
        write!(text, "{}\n\n{}", check(standing), contracts(standing)).expect("a string takes it");
        text.push_str(&hand_over(deployment, standing));
    } else {
        text.push_str(&left(standing));
        text.push_str("\nNothing was sent. Add --broadcast to do this.");
    }
    text
}

fn head(deployment: &Deployment<'_>, standing: &Standing) -> String {
    let terms = deployment.terms;
    let (name, chain) = (&terms.platform.token.name, terms.chain_id);
    let what = match standing.left.len() {
        0 => "is as configured, nothing is left to do".to_owned(),
        1 => "one transaction is left".to_owned(),
        count => format!("{count} transactions are left"),
    };
    let how = if standing.at_once {
        "each contract is created, activated and constructed in one transaction"
    } else {
        "there is no StylusDeployer: contracts are created, activated and constructed step by step"
    };
    format!(
        "{name} on chain {chain}: {what}\nby {}, owned by {} in the end, guarded by {}\n{}\n{how}\n\n",
        terms.deployer,
        terms.owner,
        terms.guardian,
        activation(standing)
    )
}

/// Whether programs can be activated, and at what price.
fn activation(standing: &Standing) -> String {
    let Outlook { added_gas, gas_price, gas_limit, .. } = standing.outlook;
    match added_gas {
        0 => "activation is possible, at the usual price".to_owned(),
        added if added > gas_limit => format!(
            "activation is PAUSED: the chain's owner asks {} gas more, a transaction may use {}",
            separated(&added.to_string()),
            separated(&gas_limit.to_string())
        ),
        added => format!(
            "activation is DEAR: the chain's owner asks {} gas more for each program, {} ETH",
            separated(&added.to_string()),
            ether(u128::from(added) * gas_price)
        ),
    }
}

fn left(standing: &Standing) -> String {
    let mut table = table(&["", "transaction", "gas at most", "ETH at most"]);
    let price = standing.outlook.gas_price;
    for (place, planned) in standing.left.iter().enumerate() {
        let cost = ether(u128::from(planned.gas) * price);
        let gas = separated(&planned.gas.to_string());
        table.add_row([(place + 1).to_string(), planned.title.clone(), gas, cost]);
    }
    let gas: u64 = standing.left.iter().map(|planned| planned.gas).sum();
    let cost = ether(u128::from(gas) * price);
    table.add_row([String::new(), "together".into(), separated(&gas.to_string()), cost]);
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    format!(
        "{table}\nat {} gwei; without the fee of activation and what the parent chain costs\n",
        gwei(price)
    )
}

fn check(standing: &Standing) -> Table {
    let mut table = table(&["", "configured", "on chain", ""]);
    for item in &standing.items {
        let found = item.found.clone().unwrap_or_else(|| "nothing".into());
        let same = item.holds();
        let verdict = if same { "ok" } else { "DIFFERS" };
        let found = if same { "the same".to_owned() } else { found };
        table.add_row([item.name.clone(), item.wanted.clone(), found, verdict.into()]);
    }
    if let Some(column) = table.column_mut(1) {
        let most = comfy_table::Width::Fixed(WIDTH);
        column.set_constraint(comfy_table::ColumnConstraint::UpperBoundary(most));
    }
    table
}

fn contracts(standing: &Standing) -> Table {
    let mut table = table(&["contract", "address"]);
    for (role, address) in &standing.addresses {
        table.add_row([role.clone(), address.to_string()]);
    }
    table
}

/// What only the new owner can do.
fn hand_over(deployment: &Deployment<'_>, standing: &Standing) -> String {
    let mut text = String::new();
    for role in &standing.offered {
        let (address, owner) = (standing.addresses[role], deployment.terms.owner);
        let line = format!("\n{owner} has to accept the {role}: acceptOwnership() on {address}");
        text.push_str(&line);
    }
    text
}

fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY).set_header(headings.iter().copied());
    table
}

fn ether(wei: u128) -> String {
    format_ether(U256::from(wei)).trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn gwei(wei: u128) -> String {
    ether(wei.saturating_mul(1_000_000_000))
}

/// The same for a program.
pub(super) fn document(deployment: &Deployment<'_>, standing: &Standing) -> Value {
    let left = standing.left.iter();
    let left: Vec<_> = left
        .map(|planned| json!({ "transaction": planned.title, "gasAtMost": planned.gas }))
        .collect();
    let items = standing.items.iter();
    let items: Vec<_> = items
        .map(|item| {
            let (name, wanted, found) = (&item.name, &item.wanted, &item.found);
            json!({ "item": name, "configured": wanted, "onChain": found, "holds": item.holds() })
        })
        .collect();
    let terms = deployment.terms;
    json!({
        "chainId": terms.chain_id,
        "platform": terms.platform.name,
        "deployer": terms.deployer,
        "owner": terms.owner,
        "guardian": terms.guardian,
        "complete": standing.left.is_empty() && standing.differences().is_empty(),
        "activation": {
            "addedGas": standing.outlook.added_gas,
            "gasLimit": standing.outlook.gas_limit,
            "gasPrice": standing.outlook.gas_price.to_string(),
        },
        "contracts": standing.addresses,
        "left": left,
        "items": items,
        "toBeAccepted": standing.offered,
    })
}
