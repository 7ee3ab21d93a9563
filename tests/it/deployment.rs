//! From bytes to a program: create, activate, construct.

mod fragments;
mod platform;

use std::future::IntoFuture;

use alloy::{
    primitives::{Address, Bytes, U256},
    providers::Provider,
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolError},
};
use eyre::Result;
use tributary::{
    abi::{ArbWasm, ISplitter, IVault},
    chain::Call,
    deploy::{
        activation, arguments,
        on_chain::OnChain,
        outlook::Outlook,
        verify::{Verdict, Verification},
    },
};
use tributary_tests::{ARB_WASM, Case, Programs, World, constructor, revert_data, tokens};

use crate::play;

const A_DAY: u64 = 86_400;

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = [fragments::cases(), platform::cases()].concat();
    cases.extend([
        play!(the_code_on_chain_is_a_compressed_program_of_the_bytes_that_were_built),
        play!(what_is_on_chain_is_verified_against_the_build),
        play!(every_contract_is_active_for_the_present_stylus_version),
        play!(a_thief_cannot_construct_a_second_time),
        play!(a_program_cannot_be_called_before_it_is_activated),
        play!(activation_takes_the_gas_that_was_computed_and_no_more_than_the_fee_sent)
            .on_our_node(),
        play!(stake_outlives_a_lapsed_activation).moving_time(),
    ]);
    cases
}

async fn the_code_on_chain_is_a_compressed_program_of_the_bytes_that_were_built(
    world: World,
) -> Result<()> {
    for contract in &world.system.contracts {
        let package = if contract.name == "stablecoin" { "token" } else { &contract.name };
        let found = OnChain::read(world.chain.provider(), contract.address).await?;
        assert_eq!(found.wasm()?, world.artifact(package)?.wasm, "{}", contract.name);
        assert_eq!(found.size(), contract.code_size, "{}", contract.name);
    }
    Ok(())
}

async fn what_is_on_chain_is_verified_against_the_build(world: World) -> Result<()> {
    let (vault, token) = (world.system.vault(), world.system.address("token"));
    let verify = async |address, package| {
        Verification::of(&world.chain, address, world.artifact(package)?).await
    };
    assert_eq!(verify(vault, "vault").await?.verdict, Verdict::Same);
    assert_eq!(verify(token, "token").await?.verdict, Verdict::Same);
    assert_eq!(verify(vault, "token").await?.verdict, Verdict::Differs);
    assert_eq!(verify(token, "vault").await?.verdict, Verdict::Differs);
    assert_eq!(verify(world.owner.address(), "token").await?.verdict, Verdict::NoProgram);
    Ok(())
}

async fn every_contract_is_active_for_the_present_stylus_version(world: World) -> Result<()> {
    let provider = world.chain.provider();
    let present = ArbWasm::new(ARB_WASM, provider).stylusVersion().call().await?;
    let programs = Programs::new(ARB_WASM, provider);
    for contract in &world.system.contracts {
        let version = programs.programVersion(contract.address).call().await?;
        assert_eq!(version, present, "{}", contract.name);
        let pages = programs.programMemoryFootprint(contract.address).call().await?;
        assert!((1..=2).contains(&pages), "{} takes {pages} pages; two are free", contract.name);
        let left = programs.programTimeLeft(contract.address).call().await?;
        assert!(left > 300 * A_DAY, "{} expires in {left} s", contract.name);
    }
    Ok(())
}

async fn a_thief_cannot_construct_a_second_time(world: World) -> Result<()> {
    let thief = world.account("thief").await?;
    let me = thief.address();
    let calldata = constructor(&arguments(&(me, me, *world.weth().address())));
    let error = ISplitter::AlreadyConstructed {}.abi_encode();
    world.refused_with_value(&thief, world.system.splitter(), &calldata, U256::ZERO, &error).await;
    assert_eq!(world.splitter().owner().call().await?, world.owner.address());
    Ok(())
}

async fn a_program_cannot_be_called_before_it_is_activated(world: World) -> Result<()> {
    let deployer = world.account("deployer").await?;
    let program = artifact::from_wasm("echo", &echo(deployer.address()))?;
    let init_code = artifact::init_code(&program.code.program(&[])?);
    let created = world.chain.send(&deployer, Call::create("create", init_code)).await?;
    let address = created.contract_address.expect("a creation has an address");
    let call = TransactionRequest::default().from(deployer.address()).to(address);
    let call = call.input(Bytes::from_static(b"hello").into());

    let programs = Programs::new(ARB_WASM, world.chain.provider());
    let inactive = programs.programVersion(address).call().await.expect_err("it is not active");
    let inactive = inactive.as_revert_data().expect("the error has data");
    assert_eq!(inactive, ArbWasm::ProgramNotActivated {}.abi_encode());
    assert!(revert_data(&world.chain.provider().call(call.clone()).await).is_some());

    activate(&world, &deployer, address).await?;
    assert_eq!(world.chain.provider().call(call).await?, Bytes::from_static(b"hello"));
    let again = ArbWasm::activateProgramCall { program: address };
    world.refused(&deployer, ARB_WASM, &again, ArbWasm::ProgramUpToDate {}).await;
    Ok(())
}

async fn activation_takes_the_gas_that_was_computed_and_no_more_than_the_fee_sent(
    world: World,
) -> Result<()> {
    let deployer = world.account("deployer").await?;
    let program = artifact::from_wasm("echo", &echo(deployer.address()))?;
    let init_code = artifact::init_code(&program.code.program(&[])?);
    let created = world.chain.send(&deployer, Call::create("create", init_code)).await?;
    let address = created.contract_address.expect("a creation has an address");
    let computed = Outlook::read(&world.chain).await?.activation_gas(&program);
    let call = activation::call(&program, address, computed);
    let balance = |of| world.chain.provider().get_balance(of).into_future();
    let (before, input) = (balance(deployer.address()).await?, call.request(deployer.address()));
    let used = world.chain.send(&deployer, call).await?;
    let zeros =
        input.input.input().expect("it is a call").iter().filter(|byte| **byte == 0).count();
    let calldata = 4 * zeros as u64 + 16 * (36 - zeros as u64);
    assert_eq!(used.gas_used - on_parent_chain(&used)?, 21_000 + calldata + computed);
    let gas = U256::from(used.gas_used) * U256::from(used.effective_gas_price);
    let paid = before - balance(deployer.address()).await? - gas;
    assert!(!paid.is_zero() && paid * U256::from(10) < activation::fee(&program), "{paid}");
    Ok(())
}

/// Gas that a receipt says was for the parent chain.
fn on_parent_chain(receipt: &TransactionReceipt) -> Result<u64> {
    let fields = serde_json::to_value(receipt)?;
    let told = fields["gasUsedForL1"].as_str().unwrap_or("0x0");
    Ok(u64::from_str_radix(told.trim_start_matches("0x"), 16)?)
}

async fn activate(world: &World, by: &PrivateKeySigner, program: Address) -> Result<()> {
    let call = Call::to("activate", ARB_WASM, &ArbWasm::activateProgramCall { program });
    let fee = U256::from(1_000_000_000_000_000_u64);
    world.chain.send(by, call.value(fee).gas(10_000_000)).await?;
    Ok(())
}

/// A program that returns its calldata, unlike any other: it carries `mark`.
fn echo(mark: Address) -> Vec<u8> {
    let mark: String = mark.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(module
            (import "vm_hooks" "read_args" (func $read (param i32)))
            (import "vm_hooks" "write_result" (func $write (param i32 i32)))
            (memory (export "memory") 1 1)
            (data (i32.const 4096) "{mark}")
            (func (export "user_entrypoint") (param $length i32) (result i32)
                (call $read (i32.const 0))
                (call $write (i32.const 0) (local.get $length))
                (i32.const 0)))"#
    );
    wat::parse_str(text).expect("the text of a module")
}

/// After a year the chain forgets a program until somebody, anybody, activates it again.
async fn stake_outlives_a_lapsed_activation(world: World) -> Result<()> {
    let (alice, anybody) =
        (world.staker("alice", tokens(5)).await?, world.account("anybody").await?);
    let (me, here) = (alice.address(), world.system.vault());
    world.at(world.now().await? + 366 * A_DAY).await?;
    let leave = IVault::redeemCall { shares: tokens(5), receiver: me, owner: me };
    world.refused_with_value(&alice, here, &leave.abi_encode(), U256::ZERO, &[]).await;
    for program in [here, *world.token().address()] {
        activate(&world, &anybody, program).await?;
    }
    world.send(&alice, here, &leave).await?;
    assert_eq!(world.token().balanceOf(me).call().await?, tokens(5));
    Ok(())
}
