//! Programs that one account cannot hold.

use alloy::{
    primitives::{Address, Bytes, address},
    providers::Provider,
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use artifact::{Artifact, CODE_LIMIT};
use eyre::Result;
use tributary::{
    chain::Call,
    deploy::{
        error::DeployError,
        fragments,
        on_chain::OnChain,
        verify::{Verdict, Verification},
    },
};
use tributary_tests::{Case, World};

use crate::play;

const ARB_OWNER: Address = address!("0000000000000000000000000000000000000070");

/// Bytes of the table of [`reader`]: as much as needs three fragments.
const TABLE: usize = 60_000;

alloy::sol! {
    /// The part of the precompile that limits fragments.
    interface ArbOwner {
        function setMaxStylusContractFragments(uint8 count) external;
    }
}

pub(super) fn cases() -> Vec<Case> {
    vec![
        play!(a_program_that_one_account_cannot_hold_runs_from_its_fragments),
        play!(fragments_that_are_on_chain_are_not_placed_again),
        play!(a_chain_that_takes_too_few_fragments_is_told_from_one_that_takes_enough)
            .on_our_node(),
    ]
}

async fn a_program_that_one_account_cannot_hold_runs_from_its_fragments(
    world: World,
) -> Result<()> {
    let (program, table) = reader(world.owner.address())?;
    assert!(program.report.compressed > 2 * CODE_LIMIT, "{}", program.report);
    let deployed = world.place(&program).await?;
    for offset in [0, 24_573, TABLE - 32] {
        let input = Bytes::from((offset as u32).to_le_bytes());
        let call = TransactionRequest::default().to(deployed.address).input(input.into());
        let answer = world.chain.provider().call(call).await?;
        assert_eq!(answer, table[offset..offset + 32], "at {offset}");
    }

    let found = OnChain::read(world.chain.provider(), deployed.address).await?;
    assert_eq!(found.wasm()?, program.wasm);
    assert_eq!((found.fragments.len(), found.size()), (3, program.report.compressed));
    let verified = Verification::of(&world.chain, deployed.address, &program).await?;
    assert_eq!((verified.verdict, verified.fragments.len()), (Verdict::Same, 3));
    let predicted = fragments::addresses_of(&program).into_iter().map(Address::from);
    assert!(predicted.eq(found.fragments.iter().map(|(address, _)| *address)));
    Ok(())
}

async fn fragments_that_are_on_chain_are_not_placed_again(world: World) -> Result<()> {
    let (program, _) = reader(world.guardian.address())?;
    let first = world.place(&program).await?;
    let placed = |world: &World| {
        let book = world.chain.gas_book().summary();
        book.iter().filter(|line| line.kind.ends_with("of reader")).map(|line| line.count).sum()
    };
    let before: usize = placed(&world);
    let second = world.place(&program).await?;
    assert_eq!((before, placed(&world)), (3, 3));
    assert_ne!(first.address, second.address);
    Ok(())
}

async fn a_chain_that_takes_too_few_fragments_is_told_from_one_that_takes_enough(
    world: World,
) -> Result<()> {
    let (program, _) = reader(world.treasury.address())?;
    fragments::ensure_taken(&world.chain, &program).await?;
    for count in [2, 0] {
        let set = ArbOwner::setMaxStylusContractFragmentsCall { count };
        let call = Call::raw("set the limit", ARB_OWNER, set.abi_encode());
        world.chain.send(&chain_owner()?, call).await?;
        let refused = world.place(&program).await.expect_err("it has three fragments");
        match refused.downcast_ref() {
            Some(DeployError::TooManyFragments { needed: 3, offered, .. }) => {
                assert_eq!(*offered, count);
            }
            _ => panic!("{refused:#}"),
        }
    }
    Ok(())
}

/// The first of the node's accounts, which owns the chain.
fn chain_owner() -> Result<PrivateKeySigner> {
    Ok(PrivateKeySigner::from_bytes(&devnode::well_known_accounts()[0].private_key)?)
}

/// A program that answers an offset (u32, little-endian) with the 32 bytes there of a table, and the
/// table: noise that follows from `seed`, so that no other program is like it.
fn reader(seed: Address) -> Result<(Artifact, Vec<u8>)> {
    let mut state = seed.into_word().0;
    let mut table = Vec::new();
    while table.len() < TABLE {
        state = alloy::primitives::keccak256(state).0;
        table.extend(state);
    }
    let data: String = table.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let text = format!(
        r#"(module
            (import "vm_hooks" "read_args" (func $read (param i32)))
            (import "vm_hooks" "write_result" (func $write (param i32 i32)))
            (memory (export "memory") 1 1)
            (data (i32.const 1024) "{data}")
            (func (export "user_entrypoint") (param $length i32) (result i32)
                (call $read (i32.const 0))
                (call $write (i32.add (i32.const 1024) (i32.load (i32.const 0))) (i32.const 32))
                (i32.const 0)))"#
    );
    Ok((artifact::from_wasm("reader", &wat::parse_str(text)?)?, table))
}
