//! A day with every operation that the contracts offer, and what can be said of all of them.

mod day;
mod fund;
mod prices;

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    json_abi::{Function, JsonAbi, StateMutability},
    primitives::Log,
    providers::Provider,
    rpc::types::{TransactionReceipt, TransactionRequest},
    sol_types::SolEventInterface,
};
use eyre::{Result, WrapErr};
use tributary::{
    abi::{ISplitter, IToken, IVault, IWeth, interfaces},
    chain::{Call, in_words},
};
use tributary_tests::{Case, Snapshot, World};

use self::day::Operation;
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    let of_all = vec![
        play!(an_estimate_of_gas_is_enough_for_every_operation),
        play!(every_function_that_changes_something_is_among_the_operations),
        play!(every_event_is_logged_and_decodes_with_the_interface).moving_time(),
        play!(gas_is_what_the_snapshot_says).moving_time().on_our_node(),
        play!(gas_of_programs_kept_ready_is_what_the_snapshot_says).moving_time().on_our_node(),
    ];
    [of_all, prices::cases()].concat()
}

/// Sends `operation` with `gas`, after the time that it waits for where the clock can be moved.
async fn carry_out(
    world: &World,
    operation: &Operation,
    gas: Option<u64>,
) -> Result<TransactionReceipt> {
    let Operation { name, from, to, value, data, .. } = operation;
    let call = Call::raw(*name, *to, data.clone()).value(*value);
    let call = gas.map_or(call.clone(), |limit| call.gas(limit));
    world.chain.send(from, call).await
}

async fn wait(world: &World, operation: &Operation) -> Result<()> {
    if operation.wait > 0 && world.moves_time() {
        world.at(world.now().await? + operation.wait).await?;
    }
    Ok(())
}

async fn estimate(world: &World, operation: &Operation) -> Result<u64> {
    let request = TransactionRequest::default()
        .from(operation.from.address())
        .to(operation.to)
        .value(operation.value)
        .input(operation.data.clone().into());
    let estimated = world.chain.provider().estimate_gas(request).await;
    estimated.map_err(|error| in_words(&error)).wrap_err(operation.name)
}

async fn an_estimate_of_gas_is_enough_for_every_operation(world: World) -> Result<()> {
    if world.moves_time() {
        world.at(world.now().await? + 1).await?; // and there it stands
    }
    for operation in day::of(&world).await? {
        wait(&world, &operation).await?;
        let estimated = estimate(&world, &operation).await?;
        // Where the clock runs, a second may pass before the block, and revenue fall due in it: more
        // to write than was foreseen. Clients add headroom for that; ours adds a fifth.
        let limit = if world.moves_time() { estimated } else { estimated + estimated / 5 };
        let receipt = carry_out(&world, &operation, Some(limit)).await?;
        assert!(receipt.gas_used <= limit, "{}", operation.name);
        // Enough means that everybody is paid, not that nothing reverts.
        let skipped = receipt.decoded_log::<ISplitter::PayeeSkipped>().is_some();
        assert_eq!(skipped, operation.name == day::PAYEE_FAILS, "{}", operation.name);
    }
    Ok(())
}

async fn every_function_that_changes_something_is_among_the_operations(world: World) -> Result<()> {
    let operations = day::of(&world).await?;
    let contracts = [
        ("IToken", vec!["token", "stablecoin"]),
        ("IVault", vec!["vault"]),
        ("ISplitter", vec!["splitter"]),
        ("IWeth", vec!["weth"]),
    ];
    let all = interfaces();
    let mut missing = Vec::new();
    for (interface, names) in contracts {
        let abi = all.iter().find(|(name, _)| *name == interface).expect("an interface");
        let places: Vec<_> = names.iter().map(|name| world.system.address(name)).collect();
        let called = |selector: &[u8]| {
            let calls = |operation: &Operation| {
                places.contains(&operation.to) && operation.data.starts_with(selector)
            };
            operations.iter().any(calls)
        };
        let changing = abi.1.functions().filter(|function| is_changing(function));
        let not_called = changing.filter(|function| !called(function.selector().as_slice()));
        missing.extend(not_called.map(|function| format!("{interface}.{}", function.signature())));
    }
    assert!(missing.is_empty(), "nobody calls {missing:?}");
    Ok(())
}

fn is_changing(function: &Function) -> bool {
    matches!(function.state_mutability, StateMutability::NonPayable | StateMutability::Payable)
}

/// The name of the event that `log` is, if the contract there declares it.
pub(crate) fn event_name(world: &World, log: &Log) -> Option<String> {
    let at = |name| log.address == world.system.address(name);
    let told = if at("vault") {
        format!("IVault {:?}", IVault::IVaultEvents::decode_log(log).ok()?.data)
    } else if at("splitter") {
        format!("ISplitter {:?}", ISplitter::ISplitterEvents::decode_log(log).ok()?.data)
    } else if at("weth") {
        format!("IWeth {:?}", IWeth::IWethEvents::decode_log(log).ok()?.data)
    } else {
        format!("IToken {:?}", IToken::ITokenEvents::decode_log(log).ok()?.data)
    };
    told.split_once('(').map(|(name, _)| name.to_owned())
}

/// A day on which every event is told.
pub(crate) async fn live_a_day(world: &World) -> Result<()> {
    for operation in day::of(world).await? {
        wait(world, &operation).await?;
        carry_out(world, &operation, None).await?;
    }
    Ok(())
}

/// The events that the contracts tell, each after the name of its interface.
pub(crate) fn events() -> BTreeSet<String> {
    // ERC-5267 declares it for domains that change; ours do not.
    const NEVER: &str = "EIP712DomainChanged";
    let named = |(interface, abi): (&str, JsonAbi)| {
        let names = abi.events.into_keys().filter(|name| name != NEVER);
        names.map(|name| format!("{interface} {name}")).collect::<Vec<_>>()
    };
    interfaces().into_iter().flat_map(named).collect()
}

async fn every_event_is_logged_and_decodes_with_the_interface(world: World) -> Result<()> {
    let mut seen = BTreeSet::new();
    for operation in day::of(&world).await? {
        wait(&world, &operation).await?;
        let receipt = carry_out(&world, &operation, None).await?;
        for log in receipt.logs() {
            let name = event_name(&world, &log.inner);
            seen.insert(name.unwrap_or_else(|| panic!("{}: {log:?}", operation.name)));
        }
    }
    let missing: Vec<_> = events().into_iter().filter(|name| !seen.contains(name)).collect();
    assert!(missing.is_empty(), "nobody saw {missing:?}");
    Ok(())
}

/// Each operation is alone in its block, so that its programs are entered uncached.
async fn gas_is_what_the_snapshot_says(world: World) -> Result<()> {
    compare_day(&world, "gas").await
}

async fn gas_of_programs_kept_ready_is_what_the_snapshot_says(world: World) -> Result<()> {
    fund::keep_programs_ready(&world).await?;
    compare_day(&world, "gas-cached").await
}

async fn compare_day(world: &World, snapshot: &str) -> Result<()> {
    let mut figures = BTreeMap::new();
    for operation in day::of(world).await? {
        wait(world, &operation).await?;
        let used = carry_out(world, &operation, None).await?.gas_used;
        let before = figures.insert(operation.name.to_owned(), used);
        assert!(before.is_none(), "two operations are called {:?}", operation.name);
    }
    Snapshot::named(snapshot).compare(&figures)
}
