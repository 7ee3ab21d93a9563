//! A platform that lives: what was changed since by those who may is told with its event, and is no drift.

use alloy::{
    primitives::{Address, B256, U256},
    providers::ext::AnvilApi,
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::Result;
use tributary::{
    abi::{ISplitter, IVault},
    chain::{Call, Chain},
    deploy::error::DeployError,
    platform::{EarlyExit, Payee, PayeeTarget, PenaltyPoint, Policy, Source},
};
use tributary_tests::{Case, World};

use super::yard::{Yard, drift};
use crate::play;

pub(super) fn cases() -> Vec<Case> {
    vec![
        play!(a_share_set_within_its_bounds_is_told_and_is_no_difference),
        play!(what_the_owner_takes_away_is_told_and_not_brought_back),
        play!(with_a_change_that_the_file_lacks_nothing_else_is_added),
        play!(what_is_left_after_the_hand_over_is_the_owners_to_do),
        play!(what_no_event_tells_of_is_drift).on_our_node(),
    ]
}

/// A deployed platform with everything that one may leave out, and who sets its share.
async fn deployed(world: &World, name: &str) -> Result<(Yard, PrivateKeySigner, Chain)> {
    let (mut yard, ballot) = (Yard::open(world, name).await?, world.account("ballot").await?);
    yard.complete(ballot.address());
    assert!(yard.run(&world.chain).await?.is_complete());
    assert!(yard.record()?.completed.is_some());
    Ok((yard, ballot, Chain::connect(world.url()).await?))
}

async fn a_share_set_within_its_bounds_is_told_and_is_no_difference(world: World) -> Result<()> {
    let (mut yard, ballot, chain) = deployed(&world, "share set").await?;
    let splitter = yard.record()?.contracts["splitter"].address;
    let mut last = None;
    for bps in [6_500, 7_000] {
        let set = ISplitter::setStakersShareCall { bps: U256::from(bps) };
        last = Some(chain.send(&ballot, Call::to("set", splitter, &set)).await?);
    }
    let (sent, standing) = (yard.sent(&world).await?, yard.run(&world.chain).await?);
    assert!(standing.is_complete() && standing.ensure_as_configured().is_ok());
    let [change] = &standing.changes[..] else { panic!("{:?}", standing.changes) };
    assert!(change.allowed);
    assert_eq!((change.event, change.sender), ("StakersShareChanged", Some(ballot.address())));
    assert_eq!(last.map(|receipt| receipt.transaction_hash), Some(change.transaction));
    assert_eq!(change.difference.found, "7000 bps by policy 4");
    assert_eq!(yard.sent(&world).await?, sent);

    // Policies are known by what is in them: two that the ballot made are not taken for the file's.
    let platform = &mut yard.terms.platform;
    let payees = vec![Payee { to: PayeeTarget::Address(ballot.address()), bps: 10_000 }];
    platform.policies.push(Policy { name: "to the ballot".into(), payees });
    let (id, name) = ("fees".to_owned(), "Fees".to_owned());
    platform.sources.push(Source { id, name, policy: "to the ballot".into() });
    let standing = yard.run(&world.chain).await?;
    assert!(standing.is_complete(), "{:?}", standing.differences());
    let fees = yard.terms.platform.sources[2].key();
    let splitter = ISplitter::new(splitter, world.chain.provider());
    assert_eq!(splitter.sourceInfo(fees).call().await?.policyId, U256::from(5));
    Ok(())
}

async fn what_the_owner_takes_away_is_told_and_not_brought_back(world: World) -> Result<()> {
    let (yard, _, chain) = deployed(&world, "taken away").await?;
    let vault = yard.record()?.contracts["vault"].address;
    // Without a splitter, too, so that it looks as if there never was an early exit.
    let nothing = IVault::setPenaltyCurveCall {
        durations: Vec::new(),
        penalties: Vec::new(),
        splitter: Address::ZERO,
        source: B256::ZERO,
    };
    let receipt = chain.send(&yard.key, Call::to("no exits", vault, &nothing)).await?;
    let (sent, standing) = (yard.sent(&world).await?, yard.run(&world.chain).await?);
    assert_eq!(yard.sent(&world).await?, sent);
    let [change] = &standing.outdated()[..] else { panic!("{:?}", standing.changes) };
    assert_eq!(
        (change.difference.item.as_str(), change.event),
        ("vault early exit", "PenaltyCurveChanged")
    );
    assert_eq!(
        (Some(change.block), change.transaction),
        (receipt.block_number, receipt.transaction_hash)
    );
    assert_eq!((change.sender, change.through), (Some(yard.payer.address), None));
    let error = standing.ensure_as_configured().expect_err("the file is outdated");
    assert_eq!(error.exit_code(), Some(7));
    assert!(error.to_string().contains(&receipt.transaction_hash.to_string()), "{error}");
    Ok(())
}

async fn with_a_change_that_the_file_lacks_nothing_else_is_added(world: World) -> Result<()> {
    let (mut yard, _, chain) = deployed(&world, "outdated").await?;
    let splitter = yard.record()?.contracts["splitter"].address;
    let terms = ISplitter::setStakersShareTermsCall {
        setter: Address::ZERO,
        policyId: U256::from(1),
        stakersIndex: U256::ZERO,
        minBps: U256::from(1_000),
        maxBps: U256::from(9_000),
    };
    chain.send(&yard.key, Call::to("other bounds", splitter, &terms)).await?;
    let policy = yard.terms.platform.policies[1].name.clone();
    let source = Source { id: "new".into(), name: "New".into(), policy };
    yard.terms.platform.sources.push(source);
    let sent = yard.sent(&world).await?;
    let error = yard.run(&world.chain).await.expect_err("the file comes first");
    let Some(DeployError::Outdated(changes)) = error.downcast_ref() else { panic!("{error:#}") };
    assert_eq!(changes[0].difference.item, "stakers' share");
    assert_eq!(yard.sent(&world).await?, sent);

    let share = yard.terms.platform.stakers_share.as_mut().expect("it has one");
    (share.min_bps, share.max_bps, yard.terms.share_setter) = (1_000, 9_000, Address::ZERO);
    let standing = yard.run(&world.chain).await?;
    assert!(standing.is_complete() && standing.changes.is_empty(), "{:?}", standing.changes);
    assert_eq!(yard.sent(&world).await?, sent + 1);
    Ok(())
}

async fn what_is_left_after_the_hand_over_is_the_owners_to_do(world: World) -> Result<()> {
    let mut yard = Yard::open(&world, "handed over, then more").await?;
    let (owner, chain) = (world.account("heir").await?, Chain::connect(world.url()).await?);
    yard.terms.owner = owner.address();
    let at = yard.run(&world.chain).await?.addresses;
    for role in ["vault", "splitter"] {
        let accept = IVault::acceptOwnershipCall {};
        chain.send(&owner, Call::to("accept", at[role], &accept)).await?;
    }
    let platform = &mut yard.terms.platform;
    let payees = vec![Payee { to: PayeeTarget::Address(owner.address()), bps: 10_000 }];
    platform.policies.push(Policy { name: "to the heir".into(), payees });
    let (id, name) = ("fees".to_owned(), "Fees".to_owned());
    platform.sources.push(Source { id, name, policy: "to the heir".into() });
    platform.vault.early_exit = Some(EarlyExit {
        source: "fees".into(),
        penalties: vec![PenaltyPoint { weeks: 0, penalty_bps: 100 }],
    });
    let sent = yard.sent(&world).await?;
    let error = yard.run(&world.chain).await.expect_err("the deployer owns nothing any more");
    let Some(DeployError::ForTheOwner { steps, owner: found }) = error.downcast_ref() else {
        panic!("{error:#}")
    };
    let expected =
        ["create policy \"to the heir\"", "add source \"fees\"", "set the price of leaving early"];
    assert_eq!((&steps[..], *found), (&expected.map(str::to_owned)[..], owner.address()));

    let standing = yard.deployment(&world.chain).standing().await?;
    let plan = yard.deployment(&world.chain).for_the_owner(&standing).await?;
    for step in &plan.steps {
        chain.send(&owner, step.call()).await?;
    }
    let standing = yard.run(&world.chain).await?;
    assert!(standing.is_complete() && plan.steps.len() == 3, "{:?}", standing.differences());
    assert_eq!(yard.sent(&world).await?, sent);
    Ok(())
}

/// The slot of the vault's guardian.
const GUARDIAN: u64 = 7;

async fn what_no_event_tells_of_is_drift(world: World) -> Result<()> {
    let (mut yard, _, chain) = deployed(&world, "tampered").await?;
    let vault = yard.record()?.contracts["vault"].address;
    let (told, untold) = (Address::repeat_byte(1), Address::repeat_byte(2));
    let change = IVault::setGuardianCall { newGuardian: told };
    chain.send(&yard.key, Call::raw("guardian", vault, change.abi_encode())).await?;
    assert_eq!(yard.run(&world.chain).await?.outdated().len(), 1);
    // What the last event says is not what is there.
    let provider = world.chain.provider();
    provider.anvil_set_storage_at(vault, U256::from(GUARDIAN), untold.into_word()).await?;
    let [difference] = &drift(yard.run(&world.chain).await)[..] else { panic!("one differs") };
    assert_eq!(
        (difference.item.as_str(), &difference.found),
        ("vault guardian", &untold.to_string())
    );

    // Nor is it an event if the file says something else than it did.
    provider.anvil_set_storage_at(vault, U256::from(GUARDIAN), told.into_word()).await?;
    yard.terms.platform.vault.curve[1].multiplier_bps += 1;
    let error = yard.run(&world.chain).await.expect_err("the file was changed");
    let Some(error) = error.downcast_ref::<DeployError>() else { panic!("{error:#}") };
    assert_eq!(error.exit_code(), Some(6));
    let said = error.to_string();
    assert!(said.contains("vault curve: 0w 10000, 10w 20001 is configured"), "{said}");
    assert!(said.contains("by those who may:\n  vault guardian"), "{said}");
    Ok(())
}
