//! The platform's token: ERC-20, and permits signed by a wallet.

use alloy::{
    primitives::{B256, U256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{Eip712Domain, SolStruct},
};
use eyre::Result;
use tributary::abi::IToken;
use tributary_tests::{Case, World, tokens};

use crate::play;

alloy::sol! {
    /// ERC-2612.
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_transfer_moves_tokens_and_is_logged),
        play!(a_spender_moves_what_it_was_allowed_and_no_more),
        play!(an_infinite_allowance_is_not_used_up),
        play!(the_domain_is_what_a_wallet_would_sign_for),
        play!(a_permit_signed_by_a_wallet_stakes_without_an_approval),
        play!(a_permit_works_once_before_its_deadline_and_for_its_signer_only),
    ]
}

/// `permit` of `owner` with its signature, as a call.
pub(crate) fn signed(
    owner: &PrivateKeySigner,
    permit: &Permit,
    domain: &Eip712Domain,
) -> Result<IToken::permitCall> {
    let signature = owner.sign_hash_sync(&permit.eip712_signing_hash(domain))?;
    Ok(IToken::permitCall {
        owner: permit.owner,
        spender: permit.spender,
        value: permit.value,
        deadline: permit.deadline,
        v: 27 + u8::from(signature.v()),
        r: B256::from(signature.r()),
        s: B256::from(signature.s()),
    })
}

/// The domain of the platform's token.
pub(crate) fn domain(world: &World) -> Eip712Domain {
    Eip712Domain {
        name: Some(world.system.platform.token.name.clone().into()),
        version: Some("1".into()),
        chain_id: Some(U256::from(world.chain.chain_id())),
        verifying_contract: Some(*world.token().address()),
        salt: None,
    }
}

async fn a_transfer_moves_tokens_and_is_logged(world: World) -> Result<()> {
    let (alice, bob) = (world.holder("alice", tokens(10)).await?, world.account("bob").await?);
    let (token, to, value) = (world.token(), bob.address(), tokens(4));
    let sent = world.send(&alice, *token.address(), &IToken::transferCall { to, value }).await?;
    let log = sent.decoded_log::<IToken::Transfer>().expect("a Transfer");
    assert_eq!((log.from, log.to, log.value), (alice.address(), to, value));
    assert_eq!(token.balanceOf(alice.address()).call().await?, tokens(6));
    assert_eq!(token.balanceOf(to).call().await?, value);
    assert_eq!(token.totalSupply().call().await?, tokens(1_000_000_000));
    Ok(())
}

async fn a_spender_moves_what_it_was_allowed_and_no_more(world: World) -> Result<()> {
    let (alice, bob) = (world.holder("alice", tokens(10)).await?, world.account("bob").await?);
    let (token, spender) = (world.token(), bob.address());
    let approve = IToken::approveCall { spender, value: tokens(3) };
    world.send(&alice, *token.address(), &approve).await?;
    let take = |value| IToken::transferFromCall { from: alice.address(), to: spender, value };
    let short =
        IToken::ERC20InsufficientAllowance { spender, allowance: tokens(3), needed: tokens(4) };
    world.refused(&bob, *token.address(), &take(tokens(4)), short).await;
    world.send(&bob, *token.address(), &take(tokens(2))).await?;
    assert_eq!(token.allowance(alice.address(), spender).call().await?, tokens(1));
    assert_eq!(token.balanceOf(spender).call().await?, tokens(2));
    Ok(())
}

async fn an_infinite_allowance_is_not_used_up(world: World) -> Result<()> {
    let (alice, bob) = (world.holder("alice", tokens(10)).await?, world.account("bob").await?);
    let (token, spender) = (world.token(), bob.address());
    let approve = IToken::approveCall { spender, value: U256::MAX };
    world.send(&alice, *token.address(), &approve).await?;
    let take = IToken::transferFromCall { from: alice.address(), to: spender, value: tokens(2) };
    world.send(&bob, *token.address(), &take).await?;
    assert_eq!(token.allowance(alice.address(), spender).call().await?, U256::MAX);
    Ok(())
}

async fn the_domain_is_what_a_wallet_would_sign_for(world: World) -> Result<()> {
    let (token, expected) = (world.token(), domain(&world));
    assert_eq!(token.DOMAIN_SEPARATOR().call().await?, expected.separator());
    let told = token.eip712Domain().call().await?;
    assert_eq!(Some(told.name.into()), expected.name);
    assert_eq!(Some(told.version.into()), expected.version);
    assert_eq!(Some(told.chainId), expected.chain_id);
    assert_eq!(Some(told.verifyingContract), expected.verifying_contract);
    assert_eq!((told.fields.0, told.salt), ([0x0f], B256::ZERO));
    Ok(())
}

async fn a_permit_signed_by_a_wallet_stakes_without_an_approval(world: World) -> Result<()> {
    let (alice, relay) = (world.account("alice").await?, world.account("relay").await?);
    let (token, vault) = (world.token(), world.vault());
    let give = IToken::transferCall { to: alice.address(), value: tokens(5) };
    world.send(&world.owner, *token.address(), &give).await?;
    let permit = Permit {
        owner: alice.address(),
        spender: *vault.address(),
        value: tokens(5),
        nonce: U256::ZERO,
        deadline: U256::MAX,
    };
    // Anybody may bring it: the signature is what counts.
    let call = signed(&alice, &permit, &domain(&world))?;
    let sent = world.send(&relay, *token.address(), &call).await?;
    let log = sent.decoded_log::<IToken::Approval>().expect("an Approval");
    assert_eq!((log.owner, log.spender, log.value), (permit.owner, permit.spender, permit.value));
    let stake =
        tributary::abi::IVault::depositCall { assets: tokens(5), receiver: alice.address() };
    world.send(&alice, *vault.address(), &stake).await?;
    assert_eq!(vault.balanceOf(alice.address()).call().await?, tokens(5));
    Ok(())
}

async fn a_permit_works_once_before_its_deadline_and_for_its_signer_only(
    world: World,
) -> Result<()> {
    let (alice, mallory) = (world.account("alice").await?, world.account("mallory").await?);
    let (token, deadline) = (*world.token().address(), U256::from(world.now().await? - 1));
    let (owner, spender, value) = (alice.address(), mallory.address(), tokens(1));
    let late = Permit { owner, spender, value, nonce: U256::ZERO, deadline };
    let permit = Permit { deadline: U256::MAX, ..late.clone() };

    let call = signed(&alice, &late, &domain(&world))?;
    world.refused(&mallory, token, &call, IToken::ERC2612ExpiredSignature { deadline }).await;
    let forged = signed(&mallory, &permit, &domain(&world))?;
    let signer = mallory.address();
    world.refused(&mallory, token, &forged, IToken::ERC2612InvalidSigner { signer, owner }).await;

    let call = signed(&alice, &permit, &domain(&world))?;
    world.send(&mallory, token, &call).await?;
    assert_eq!(world.token().nonces(owner).call().await?, U256::from(1));
    // A second time it is a signature of something else, by whoever that would make it.
    let next = Permit { nonce: U256::from(1), ..permit };
    let signature = alloy::primitives::Signature::new(call.r.into(), call.s.into(), call.v == 28);
    let signer =
        signature.recover_address_from_prehash(&next.eip712_signing_hash(&domain(&world)))?;
    world.refused(&mallory, token, &call, IToken::ERC2612InvalidSigner { signer, owner }).await;
    Ok(())
}
