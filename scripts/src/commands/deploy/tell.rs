//! How a deployment stands, for a person or a program.

use std::fmt::Write;

use alloy::primitives::{U256, utils::format_ether};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::{Value, json};

use crate::{
    deploy::{
        activation::FEE_HEADROOM, changes::Change, outlook::Outlook, run::Deployment,
        standing::Standing,
    },
    units::separated,
};

/// From ether to gwei.
const GIGA: U256 = U256::from_limbs([1_000_000_000, 0, 0, 0]);
/// The longest cell: an address and a little more.
const WIDTH: u16 = 68;

/// Tables and what they mean.
pub(super) fn text(deployment: &Deployment<'_>, standing: &Standing) -> String {
    let mut text = head(deployment, standing);
    if standing.left.is_empty() {
        write!(text, "{}\n\n{}", check(standing), contracts(standing)).expect("a string takes it");
        text.push_str(&allowed(standing));
        text.push_str(&hand_over(deployment, standing));
    } else {
        text.push_str(&left(deployment, standing));
        text.push_str("\nNothing was sent. Add --broadcast to do this.");
    }
    text
}

fn head(deployment: &Deployment<'_>, standing: &Standing) -> String {
    let terms = deployment.terms;
    let (name, chain) = (&terms.platform.token.name, terms.chain_id);
    let what = match standing.left.len() {
        0 if !standing.is_complete() => "is NOT as configured, nothing is left to do".to_owned(),
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
            ether(U256::from(added) * U256::from(gas_price))
        ),
    }
}

fn left(deployment: &Deployment<'_>, standing: &Standing) -> String {
    let mut table = table(&["", "transaction", "gas at most", "ETH at most", "fee sent along"]);
    let price = standing.outlook.gas_price;
    let row = |place: String, title: &str, gas: u64, fee: U256| {
        let cost = ether(U256::from(gas) * U256::from(price));
        [place, title.to_owned(), separated(&gas.to_string()), cost, ether(fee)]
    };
    for (place, planned) in standing.left.iter().enumerate() {
        table.add_row(row((place + 1).to_string(), &planned.title, planned.gas, planned.fee));
    }
    let gas = standing.left.iter().map(|planned| planned.gas).sum();
    let fee = standing.left.iter().map(|planned| planned.fee).sum();
    table.add_row(row(String::new(), "together", gas, fee));
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let [gwei, most] = [price, deployment.auction.limit].map(|wei| ether(U256::from(wei) * GIGA));
    format!(
        "{table}\nat {gwei} gwei, without what the parent chain costs. Of the fee sent along with an \
         activation the\nchain keeps a {FEE_HEADROOM}th when it is idle, and gives the rest back. Gas is \
         never paid above {most} gwei.\n"
    )
}

fn check(standing: &Standing) -> Table {
    let mut table = table(&["", "configured", "on chain", ""]);
    for item in &standing.items {
        let found = item.found.clone().unwrap_or_else(|| "nothing".into());
        let same = item.holds();
        let change = standing.changes.iter().find(|one| one.difference.item == item.name);
        let verdict = match change {
            _ if same => "ok",
            Some(change) if change.allowed => "ok, set since",
            Some(_) => "CHANGED SINCE",
            None => "DIFFERS",
        };
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

/// What was set since within what the file leaves open, and by whom.
fn allowed(standing: &Standing) -> String {
    let changes = standing.changes.iter().filter(|change| change.allowed);
    changes.map(|change| format!("\n{change}")).collect()
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

fn ether(wei: U256) -> String {
    let text = format_ether(wei);
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
}

/// The same for a program.
pub(super) fn document(deployment: &Deployment<'_>, standing: &Standing) -> Value {
    let left = standing.left.iter();
    let left: Vec<_> = left
        .map(|planned| {
            let (title, gas, fee) = (&planned.title, planned.gas, planned.fee.to_string());
            json!({ "transaction": title, "gasAtMost": gas, "feeSentAlong": fee })
        })
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
        "complete": standing.is_complete(),
        "activation": {
            "addedGas": standing.outlook.added_gas,
            "gasLimit": standing.outlook.gas_limit,
            "gasPrice": standing.outlook.gas_price.to_string(),
        },
        "contracts": standing.addresses,
        "left": left,
        "items": items,
        "changes": standing.changes.iter().map(change).collect::<Vec<_>>(),
        "toBeAccepted": standing.offered,
    })
}

fn change(change: &Change) -> Value {
    json!({
        "item": change.difference.item,
        "configured": change.difference.wanted,
        "onChain": change.difference.found,
        "event": change.event,
        "block": change.block,
        "transaction": change.transaction,
        "sender": change.sender,
        "through": change.through,
        "allowed": change.allowed,
    })
}
