//! Tokens that do not describe themselves, share a ticker, or break.

use alloy::{
    hex,
    primitives::{Address, U256},
    providers::ext::AnvilApi,
};
use eyre::Result;
use tributary::abi::IVault;
use tributary_tests::{Case, WEEK, World, dollars, tokens};

use super::{Desk, catch_up, events, owner::another_token};
use crate::{evm::create, play};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(reward_tokens_that_say_nothing_of_themselves_disable_nothing).moving_time(),
        play!(a_ticker_of_two_tokens_is_refused_with_both_addresses),
        play!(a_broken_token_keeps_no_other_back).moving_time().on_our_node(),
        play!(what_is_no_token_or_no_payee_is_told_as_such),
    ]
}

/// Runtime code that answers `symbol()` with 32 bytes of text, as the oldest tokens do, and everything
/// else with 0.
const OLD_TOKEN: [u8; 41] =
    hex!("60003560e01c6395d89b4114601957600060005260206000f35b624d4b5260e81b60005260206000f3");

/// Runtime code that answers `balanceOf` with 0 and nothing else: a token without ticker and decimals.
const MUTE_TOKEN: [u8; 31] = hex!("60003560e01c6370a082311460145760006000fd5b600060005260206000f3");

async fn add_reward(world: &World, token: Address) -> Result<()> {
    let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(1) };
    world.send(&world.owner, world.system.vault(), &add).await?;
    Ok(())
}

async fn reward_tokens_that_say_nothing_of_themselves_disable_nothing(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    let alice = world.staker("alice", tokens(1)).await?;
    let nothing = create(&world, &world.owner, &MUTE_TOKEN).await?;
    add_reward(&world, nothing).await?;
    add_reward(&world, create(&world, &world.owner, &OLD_TOKEN).await?).await?;
    world.notify(*world.dollar().address(), dollars(5)).await?;
    world.at(world.now().await? + 3 * WEEK).await?;

    let short = format!("0 smallest units of {}…", &nothing.to_string()[..6]);
    desk.run("reward list")?.ends(0, &["0 MKR", &short]);
    let position = format!("position {}", alice.address());
    let note = format!("the token at {nothing} tells neither ticker nor decimals");
    desk.run(&position)?.ends(0, &["USDT", "0 MKR", &note]);
    let page = desk.run(&format!("{position} --json"))?.json()?;
    assert_eq!(page["claimable"][3]["token"], nothing.to_string());
    for line in ["distribute", "release", "sync"] {
        desk.signed(&alice, line)?.ends(0, &["Nothing to do."]);
    }
    desk.signed(&alice, &format!("push 1 {nothing} --source subscriptions"))?
        .ends(2, &["does not tell how many decimals it has", &nothing.to_string()]);
    let said = desk.done(&alice, "claim")?;
    assert!(events(&said, 0).contains(&"RevenueClaimed"), "{said}");
    desk.done(&world.owner, "reward retire mkr")?;
    Ok(())
}

async fn a_ticker_of_two_tokens_is_refused_with_both_addresses(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    let twin = world.construct("token", &another_token("USDT", world.owner.address())).await?;
    desk.done(&world.owner, &format!("reward add {twin} --stream-weeks 1"))?;
    let true_one = world.dollar().address().to_string();
    desk.signed(&world.owner, "push 1 USDT --source subscriptions")?
        .ends(2, &["several tokens are called USDT", &true_one, &twin.to_string()]);
    desk.signed(&world.owner, &format!("push 1 {true_one} --source subscriptions"))?
        .ends(0, &["push 1 USDT from subscriptions"]);
    Ok(())
}

async fn a_broken_token_keeps_no_other_back(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.staker("alice", tokens(1)).await?);
    world.notify(*world.dollar().address(), dollars(5)).await?;
    world.notify(*world.token().address(), tokens(5)).await?;
    world.at(world.now().await? + 3 * WEEK).await?;
    // Everything reverts.
    let broken = hex!("60006000fd");
    let dollar = *world.dollar().address();
    world.chain.provider().anvil_set_code(dollar, broken.into()).await?;
    let said = desk.done(&alice, "claim")?;
    let warning = said["warnings"][0].as_str().unwrap_or_default();
    assert!(
        warning.contains("cannot be paid now and stays claimable: TokenTransferFailed"),
        "{said}"
    );
    let paid = &said["transactions"][0]["arguments"]["tokens"];
    assert_eq!(*paid, format!("[\"{}\"]", world.token().address()));
    desk.run(&format!("position {}", alice.address()))?
        .ends(0, &["smallest units", &dollar.to_string()]);
    Ok(())
}

async fn what_is_no_token_or_no_payee_is_told_as_such(world: World) -> Result<()> {
    let (desk, alice) = (Desk::new(&world).await?, world.staker("alice", tokens(1)).await?);
    let nobody = Address::repeat_byte(0x5a);
    desk.signed(&alice, &format!("claim {nobody}"))?
        .ends(2, &["is none of the vault's reward tokens"]);
    desk.signed(&world.owner, &format!("reward add {nobody} --stream-weeks 1"))?
        .ends(2, &["there is no ERC-20 at", &nobody.to_string()]);
    desk.signed(&alice, "release --policy 1 --payee 9")?
        .ends(2, &["policy 1 has no payee 9; they are 0 to 1"]);
    desk.signed(&alice, &format!("claim --vault {nobody}"))?
        .ends(1, &["a contract does not answer as its interface says", "its address is right"]);
    catch_up(&world).await
}
