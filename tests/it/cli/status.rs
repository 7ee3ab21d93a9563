//! The page that tells an engineer whether all is well.

use alloy::{primitives::U256, providers::ext::AnvilApi};
use eyre::Result;
use tributary::abi::IToken;
use tributary_tests::{Case, WEEK, World, tokens};

use super::Desk;
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(a_fresh_platform_is_well_and_is_what_was_built),
        play!(idle_weeks_and_programs_near_their_end_are_found).moving_time(),
        play!(missing_tokens_and_foreign_code_are_found).on_our_node(),
    ]
}

async fn a_fresh_platform_is_well_and_is_what_was_built(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    let said = desk.run("status --build")?;
    said.ends(0, &["as recorded, as built", "Roles", "owes nobody", "All is well."]);
    let page = desk.run("status --json")?.json()?;
    assert_eq!(page["platform"], "test");
    assert_eq!(page["roles"][0]["owner"], world.owner.address().to_string().to_lowercase());
    Ok(())
}

async fn idle_weeks_and_programs_near_their_end_are_found(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    world.staker("alice", tokens(1)).await?;
    world.at(world.now().await? + 49 * WEEK).await?;
    let said = desk.run("status")?;
    said.ends(6, &["nobody has touched the vault for 49 weeks", "vault expires in"]);
    world.at(world.now().await? + 5 * WEEK).await?;
    desk.run("status --json")?.ends(6, &["ProgramExpired"]);
    Ok(())
}

async fn missing_tokens_and_foreign_code_are_found(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    world.staker("alice", tokens(5)).await?;
    let vault = world.system.vault();
    let provider = world.chain.provider();
    provider.anvil_impersonate_account(vault).await?;
    let theft = IToken::transferCall { to: world.owner.address(), value: tokens(2) };
    provider.anvil_set_balance(vault, U256::from(10).pow(U256::from(18))).await?;
    let theft = alloy::rpc::types::TransactionRequest::default()
        .from(vault)
        .to(*world.token().address())
        .input(
            alloy::primitives::Bytes::from(alloy::sol_types::SolCall::abi_encode(&theft)).into(),
        );
    let sent = alloy::providers::Provider::send_transaction(provider, theft).await?;
    assert!(sent.get_receipt().await?.status());
    desk.run("status")?.ends(6, &["the vault holds 2 TEST less than its books say", "MISSING"]);
    provider.anvil_set_code(world.system.splitter(), alloy::hex!("00").into()).await?;
    let said = desk.run("status")?;
    assert!(said.code != Some(0), "{said:#?}");
    Ok(())
}
