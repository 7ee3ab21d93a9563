//! The interfaces in `abi/`: their JSON, and the functions that the contracts answer.

use std::{collections::BTreeSet, path::Path};

use alloy::{
    json_abi::{Function, JsonAbi},
    primitives::{Address, Bytes, keccak256},
    providers::Provider,
    rpc::types::TransactionRequest,
};
use components::{Routes, Selector};
use eyre::Result;
use tributary::abi::interfaces;
use tributary_tests::{Case, Lab, World, revert_data};

use crate::{check, play};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        check!(the_json_is_what_the_solidity_says),
        check!(the_contracts_route_the_functions_of_their_interfaces_and_no_other),
        play!(every_function_of_an_interface_is_answered_by_the_program),
        play!(what_is_no_function_is_refused_in_silence),
    ]
}

/// Each interface with the contract that has it.
const CONTRACTS: [(&str, &str); 4] =
    [("ISplitter", "splitter"), ("IToken", "token"), ("IVault", "vault"), ("IWeth", "weth")];

fn contract_of(interface: &str) -> &'static str {
    let found = CONTRACTS.iter().find(|(name, _)| *name == interface);
    found.unwrap_or_else(|| panic!("which contract has {interface}?")).1
}

fn the_json_is_what_the_solidity_says(_: &Lab) -> Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../abi");
    tributary::commands::abi::check(&directory)
}

fn declared(abi: &JsonAbi) -> BTreeSet<Selector> {
    abi.functions().map(|function| function.selector().0).collect()
}

fn the_contracts_route_the_functions_of_their_interfaces_and_no_other(_: &Lab) -> Result<()> {
    for (interface, abi) in interfaces() {
        let routed = match contract_of(interface) {
            "splitter" => <splitter::Splitter as Routes>::SELECTORS,
            "token" => <token::Token as Routes>::SELECTORS,
            "vault" => <vault::Vault as Routes>::SELECTORS,
            "weth" => <weth::Weth as Routes>::SELECTORS,
            other => panic!("{other} is no contract"),
        };
        let unique: BTreeSet<Selector> = routed.iter().copied().collect();
        assert_eq!(unique, declared(&abi), "{interface}");
        assert_eq!(unique.len(), routed.len(), "{interface} routes a function twice");
    }
    Ok(())
}

/// A call of `function` in which everything is zero or empty.
fn zeros(function: &Function) -> Vec<u8> {
    let mut calldata = function.selector().to_vec();
    let heads = function.inputs.len() * 32;
    let mut tail = 0_usize;
    for input in &function.inputs {
        let dynamic = input.ty.ends_with("[]") || input.ty == "string" || input.ty == "bytes";
        let head = if dynamic { heads + tail } else { 0 };
        tail += if dynamic { 32 } else { 0 };
        calldata.extend([0; 24]);
        calldata.extend((head as u64).to_be_bytes());
    }
    calldata.extend(vec![0; tail]);
    calldata
}

/// What the contract says to `calldata`, and nothing if it fails without a word.
async fn answer(world: &World, contract: Address, calldata: Vec<u8>) -> Option<Bytes> {
    let request = TransactionRequest::default().from(world.treasury.address()).to(contract);
    let request = request.input(Bytes::from(calldata).into());
    let answer = world.chain.provider().call(request).await;
    match revert_data(&answer) {
        Some(data) => (!data.is_empty()).then_some(data),
        None => answer.ok(),
    }
}

async fn every_function_of_an_interface_is_answered_by_the_program(world: World) -> Result<()> {
    for (interface, abi) in interfaces() {
        let contract = world.system.address(contract_of(interface));
        for function in abi.functions() {
            let said = answer(&world, contract, zeros(function)).await;
            assert!(said.is_some(), "{interface}.{} is not answered", function.signature());
        }
    }
    Ok(())
}

async fn what_is_no_function_is_refused_in_silence(world: World) -> Result<()> {
    let all: Vec<(_, JsonAbi)> = interfaces().into();
    let foreign = all.iter().flat_map(|(_, abi)| abi.functions().map(zeros));
    let invented = (0..64_u64).map(|n| keccak256(n.to_be_bytes())[..4].to_vec());
    let calls: Vec<Vec<u8>> = foreign.chain(invented).collect();
    for (interface, abi) in &all {
        let (contract, own) = (world.system.address(contract_of(interface)), declared(abi));
        for call in calls
            .iter()
            .filter(|call| !call.first_chunk().is_some_and(|selector| own.contains(selector)))
        {
            let said = answer(&world, contract, call.clone()).await;
            assert_eq!(said, None, "{interface} answers {}", alloy::hex::encode(&call[..4]));
        }
        assert_eq!(answer(&world, contract, vec![0; 3]).await, None, "{interface}, three bytes");
    }
    Ok(())
}
