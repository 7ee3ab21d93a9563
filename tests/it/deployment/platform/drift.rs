//! What is on chain and otherwise than configured is named, and so is who made it so.

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use eyre::Result;
use tributary::{
    abi::{ISplitter, IVault},
    chain::{Call, Chain},
    session::label,
};
use tributary_tests::{Case, World};

use super::yard::{Yard, drift};
use crate::{deployment::echo, play};

pub(super) fn cases() -> Vec<Case> {
    vec![
        play!(whatever_somebody_changed_is_named),
        play!(a_contract_of_another_build_is_named_by_its_code_hash),
        play!(an_owner_that_nobody_configured_is_named),
    ]
}

/// What the owner of vault and splitter may do, and what it is that then differs.
async fn whatever_somebody_changed_is_named(world: World) -> Result<()> {
    let yard = Yard::open(&world, "changed").await?;
    let at = yard.run(&world.chain).await?.addresses;
    let (vault, splitter) = (at["vault"], at["splitter"]);
    let source = yard.terms.platform.sources[0].key();
    let other = Address::repeat_byte(9);
    let weth = world.system.address("weth");
    let curve = IVault::setCurveCall { durations: vec![0], multipliers: vec![10_000] };
    let retire = IVault::retireRewardTokenCall { token: at["weth"] };
    let add = IVault::addRewardTokenCall { token: weth, streamWeeks: U256::from(1) };
    let guardian = IVault::setGuardianCall { newGuardian: other };
    let policy = ISplitter::setSourcePolicyCall { source, policyId: U256::from(2) };
    let new = ISplitter::addSourceCall {
        source: other.into_word(),
        name: source,
        policyId: U256::from(1),
    };
    let unknown = format!("source {} (not in the file)", label(other.into_word()));
    let another = ISplitter::createPolicyCall {
        name: source,
        payees: vec![other],
        bps: vec![10_000],
        kinds: vec![0],
        tags: vec![B256::ZERO],
    };
    let changes = [
        ("vault curve", vault, curve.abi_encode()),
        ("vault reward 2", vault, retire.abi_encode()),
        ("vault reward 4 (not in the file)", vault, add.abi_encode()),
        ("vault guardian", vault, guardian.abi_encode()),
        ("source subscriptions", splitter, policy.abi_encode()),
        (unknown.as_str(), splitter, new.abi_encode()),
        ("policy 3 (not in the file)", splitter, another.abi_encode()),
    ];
    let (chain, mut expected) = (Chain::connect(world.url()).await?, Vec::new());
    for (item, contract, data) in changes {
        let receipt = chain.send(&yard.key, Call::raw(item, contract, data)).await?;
        expected.push((item.to_owned(), receipt.transaction_hash));
        let sent = yard.sent(&world).await?;
        let standing = yard.run(&world.chain).await?;
        assert!(standing.drift().is_empty(), "{:?}", standing.drift());
        let found = standing.outdated().into_iter();
        let mut found: Vec<_> =
            found.map(|change| (change.difference.item, change.transaction)).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
        assert!(standing.changes.iter().all(|one| one.sender == Some(yard.payer.address)));
        assert_eq!(yard.sent(&world).await?, sent);
    }
    Ok(())
}

async fn a_contract_of_another_build_is_named_by_its_code_hash(world: World) -> Result<()> {
    let mut yard = Yard::open(&world, "another build").await?;
    yard.run(&world.chain).await?;
    let hash = yard.record()?.contracts["vault"].code_hash;
    yard.replace(artifact::from_wasm("vault", &echo(yard.payer.address))?);
    let differences = drift(yard.run(&world.chain).await);
    assert_eq!(differences.len(), 1);
    assert_eq!(differences[0].item, "vault code hash");
    assert_eq!(differences[0].found, hash.to_string());
    Ok(())
}

async fn an_owner_that_nobody_configured_is_named(world: World) -> Result<()> {
    let yard = Yard::open(&world, "another owner").await?;
    let other = world.account("somebody").await?;
    let vault = yard.run(&world.chain).await?.addresses["vault"];
    let offer = IVault::transferOwnershipCall { newOwner: other.address() };
    let chain = Chain::connect(world.url()).await?;
    chain.send(&yard.key, Call::to("offer", vault, &offer)).await?;
    chain.send(&other, Call::to("accept", vault, &IVault::acceptOwnershipCall {})).await?;
    let [change] = &yard.run(&world.chain).await?.outdated()[..] else { panic!("one differs") };
    assert_eq!((change.event, change.sender), ("OwnershipTransferred", Some(other.address())));
    let difference = &change.difference;
    assert_eq!(difference.item, "vault owner");
    assert_eq!(difference.found, other.address().to_string());
    assert_eq!(difference.wanted, yard.payer.address.to_string());
    Ok(())
}
