//! What the keeper does with money: what it sends, what it leaves alone, and what it says of that; and what
//! `status` says of the same.

use std::fs;

use alloy::{
    primitives::{Address, B256, U256, hex, utils::parse_ether},
    providers::{Provider, ext::AnvilApi},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use eyre::Result;
use tributary::abi::{ISplitter, IToken, IVault, IWeth};
use tributary_tests::{Case, WEEK, World, dollars, tokens};

use super::{Desk, catch_up, hostile::Hostile, keeper::keep};
use crate::{
    evm::{MISER, create},
    play,
};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(what_nobody_would_take_is_not_sent_and_is_found),
        play!(a_payee_that_refuses_does_not_hold_up_the_others),
        play!(strays_are_taken_in_and_dust_is_left),
        play!(strays_in_the_vault_are_found_with_what_mends_them),
        play!(payouts_have_a_threshold_for_each_token).moving_time(),
        play!(a_batch_that_takes_too_much_gas_is_halved).moving_time(),
        play!(a_token_that_breaks_keeps_nobody_from_the_others).on_our_node(),
        play!(a_vault_that_is_weeks_behind_is_brought_forward_first).moving_time(),
        play!(a_vault_that_needs_more_gas_than_an_estimate_is_paid).moving_time(),
        play!(policies_without_end_cost_the_keeper_few_questions),
        play!(a_token_that_nobody_vouches_for_is_a_note),
    ]
}

/// `amount` of `token` from the owner, as revenue of the platform's source number `place`.
async fn push(world: &World, place: usize, token: Address, amount: U256) -> Result<()> {
    let splitter = world.system.splitter();
    catch_up(world).await?;
    let approve = IToken::approveCall { spender: splitter, value: amount };
    world.send(&world.owner, token, &approve).await?;
    let source = world.source(place);
    world.send(&world.owner, splitter, &ISplitter::depositCall { source, token, amount }).await?;
    Ok(())
}

/// `amount` of `token` from the owner, without a call.
async fn give(world: &World, to: Address, token: Address, amount: U256) -> Result<()> {
    catch_up(world).await?;
    world.send(&world.owner, token, &IToken::transferCall { to, value: amount }).await?;
    Ok(())
}

async fn own<C: SolCall>(world: &World, to: Address, call: &C) -> Result<()> {
    catch_up(world).await?;
    world.send(&world.owner, to, call).await?;
    Ok(())
}

/// How many transactions `account` has sent.
async fn sent(world: &World, account: &PrivateKeySigner) -> Result<u64> {
    Ok(world.chain.provider().get_transaction_count(account.address()).await?)
}

async fn what_nobody_would_take_is_not_sent_and_is_found(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let (dollar, vault) = (*world.dollar().address(), world.system.vault());
    push(&world, 0, dollar, dollars(1_000)).await?;
    own(&world, vault, &IVault::retireRewardTokenCall { token: dollar }).await?;
    for _ in 0..2 {
        let said = keep(&desk, &keeper, "")?;
        let round = said.json()?;
        assert_eq!((&round["done"], &round["refused"]), (&0.into(), &1.into()), "{said:#?}");
        said.ends(0, &["cannot pay 600 USDT to payee 0", "RewardTokenIsRetired"]);
    }
    let again = format!("`tributary reward add {dollar} --stream-weeks 1` opens it again");
    desk.run("status")?.ends(
        6,
        &[
            "refuses 600 USDT that it is owed by policy 1, RewardTokenIsRetired: ",
            &again,
            "REFUSED",
        ],
    );

    // A unit of it is no alarm, or anybody could raise one.
    own(&world, vault, &IVault::retireRewardTokenCall { token: *world.token().address() }).await?;
    push(&world, 1, *world.token().address(), U256::from(1)).await?;
    let said = desk.run("status")?;
    assert!(!said.out.contains("refuses 0.000000000000000001 TEST"), "{said:#?}");

    // Ether is not retired, but nothing enters a vault that is paused.
    let weth = *world.weth().address();
    let wrap = IWeth::depositCall {};
    world.pay(&world.owner, weth, &wrap, parse_ether("0.02")?).await?;
    push(&world, 1, weth, parse_ether("0.02")?).await?;
    own(&world, vault, &IVault::pauseCall {}).await?;
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["refused"], 2);
    said.ends(0, &["cannot pay 0.02 WETH to payee 0", "EnforcedPause"]);
    desk.run("status")?.ends(6, &["0.02 WETH", "`tributary unpause --of vault`, then"]);
    assert_eq!(sent(&world, &keeper).await?, 0);

    own(&world, vault, &IVault::unpauseCall {}).await?;
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 1);
    assert_eq!(world.weth().balanceOf(vault).call().await?, parse_ether("0.02")?);
    Ok(())
}

async fn a_payee_that_refuses_does_not_hold_up_the_others(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let (dollar, splitter) = (*world.dollar().address(), world.system.splitter());
    let dead: Address = "0x000000000000000000000000000000000000dEaD".parse()?;
    let policy = ISplitter::createPolicyCall {
        name: B256::right_padding_from(b"burn half"),
        payees: vec![world.system.vault(), dead],
        bps: vec![5_000, 5_000],
        kinds: vec![1, 3],
        tags: vec![B256::ZERO; 2],
    };
    own(&world, splitter, &policy).await?;
    let source = world.source(0);
    let point = ISplitter::setSourcePolicyCall { source, policyId: U256::from(3) };
    own(&world, splitter, &point).await?;
    push(&world, 0, dollar, dollars(10)).await?;
    own(&world, world.system.vault(), &IVault::retireRewardTokenCall { token: dollar }).await?;

    let said = keep(&desk, &keeper, "")?;
    let round = said.json()?;
    assert_eq!(
        (&round["done"], &round["partial"], &round["refused"]),
        (&1.into(), &0.into(), &1.into())
    );
    said.ends(0, &["distribute 5 USDT of policy 3 to 1 of 2 payees"]);
    assert_eq!(world.dollar().balanceOf(dead).call().await?, dollars(5));
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 0);
    Ok(())
}

async fn strays_are_taken_in_and_dust_is_left(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let (dollar, splitter) = (*world.dollar().address(), world.system.splitter());
    give(&world, splitter, dollar, dollars(3)).await?;
    let sync = format!("3 USDT lie in the splitter beside its books: `tributary sync {dollar}`");
    desk.run("status")?.ends(6, &[&sync, "3 USDT beside the books"]);
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["done"], 2, "taken in and distributed: {said:#?}");
    assert_eq!(world.dollar().balanceOf(world.system.vault()).call().await?, dollars(3));

    give(&world, splitter, dollar, U256::from(999)).await?;
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 0, "less than a thousandth");
    desk.run("status")?.ends(0, &["0.000999 USDT beside the books", "All is well."]);
    let said = keep(&desk, &keeper, "--min-revenue usdt=500wei")?;
    assert_eq!(said.json()?["done"], 2, "{said:#?}");

    give(&world, splitter, dollar, dollars(1)).await?;
    own(&world, splitter, &ISplitter::pauseCall {}).await?;
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["refused"], 1);
    said.ends(0, &["cannot take in 1 USDT that came to the splitter", "EnforcedPause"]);
    Ok(())
}

async fn strays_in_the_vault_are_found_with_what_mends_them(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    world.staker("alice", tokens(5)).await?;
    let (token, vault) = (*world.token().address(), world.system.vault());
    give(&world, vault, token, tokens(100)).await?;
    let sync = format!("100 TEST lie in the vault beside its books: `tributary sync {token}`");
    desk.run("status")?.ends(6, &[&sync]);
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["done"], 1, "{said:#?}");
    assert_eq!(world.vault().rewardState(token).call().await?.received, tokens(100));
    desk.run("status")?.ends(0, &["All is well."]);

    own(&world, vault, &IVault::retireRewardTokenCall { token }).await?;
    give(&world, vault, token, tokens(1)).await?;
    let add = format!("`tributary reward add {token} --stream-weeks 1`");
    let open = format!("{add}, then `tributary sync {token}`");
    desk.run("status")?.ends(6, &[&open]);
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["refused"], 1, "{said:#?}");
    catch_up(&world).await?;
    desk.done(&world.owner, add.trim_matches('`').trim_start_matches("tributary "))?;
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 1);
    desk.run("status")?.ends(0, &["All is well."]);
    Ok(())
}

/// Two accounts that stake as much as each other and let anyone pay them; ten dollars stream to them.
async fn two_who_opted_in(world: &World) -> Result<()> {
    for name in ["alice", "bob"] {
        let staker = world.staker(name, tokens(5)).await?;
        let opt_in = IVault::setPayoutCall { payee: Address::ZERO, automatic: true };
        world.send(&staker, world.system.vault(), &opt_in).await?;
    }
    world.notify(*world.dollar().address(), dollars(10)).await?;
    world.at(world.now().await? + 3 * WEEK).await
}

async fn payouts_have_a_threshold_for_each_token(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let weth = *world.weth().address();
    world.pay(&world.owner, weth, &IWeth::depositCall {}, parse_ether("0.02")?).await?;
    world.notify(weth, parse_ether("0.02")?).await?;
    two_who_opted_in(&world).await?;

    desk.signed(&keeper, "keeper --min-payout UDST=1")?.ends(2, &["no token \"UDST\""]);
    desk.signed(&keeper, "keeper --min-payout 6 --min-payout weth=0.05")?.ends(
        0,
        &["2 accounts wait for", "USDT together, each for less than 6 USDT", "less than 0.05 WETH"],
    );
    let file = format!(
        "network = \"one\"\n[networks.one]\nchain_id = {}\n[networks.one.keeper]\n\
         min_payout = {{ default = \"6\", USDT = \"4\", weth = \"0.05\" }}\n",
        world.chain.chain_id()
    );
    fs::write(desk.file("tributary.toml"), file)?;
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["done"], 2, "idle weeks, and dollars to two accounts: {said:#?}");
    fs::remove_file(desk.file("tributary.toml"))?;
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["done"], 1, "a hundredth of an ether each is worth it: {said:#?}");
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 0);
    Ok(())
}

async fn a_batch_that_takes_too_much_gas_is_halved(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    two_who_opted_in(&world).await?;
    let said = keep(&desk, &keeper, "--payout-gas 400000")?;
    assert_eq!(said.json()?["refused"], 1, "{said:#?}");
    said.ends(0, &["2 accounts cannot be paid USDT with 400000 gas"]);
    // Enough for the first transfer of a batch, for which the vault wants 600,000, not for the second.
    let said = keep(&desk, &keeper, "--payout-gas 740000")?;
    assert_eq!(said.json()?["done"], 2, "each on its own: {said:#?}");
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 0);
    Ok(())
}

async fn a_token_that_breaks_keeps_nobody_from_the_others(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let token = create(&world, &world.owner, MISER).await?;
    let add = IVault::addRewardTokenCall { token, streamWeeks: U256::from(1) };
    own(&world, world.system.vault(), &add).await?;
    push(&world, 0, *world.dollar().address(), dollars(10)).await?;
    // From now on it reverts whatever it is asked.
    world.chain.provider().anvil_set_code(token, hex!("60006000fd").into()).await?;
    let left_out = format!("the token {token} is left out: ");
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["done"], 1, "{said:#?}");
    said.ends(0, &[&left_out]);
    desk.run("status")?.ends(6, &[&left_out, &format!("`tributary reward retire {token}`")]);
    Ok(())
}

async fn a_vault_that_is_weeks_behind_is_brought_forward_first(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    world.staker("alice", tokens(1)).await?;
    push(&world, 0, *world.dollar().address(), dollars(10)).await?;
    world.at(world.now().await? + 20 * WEEK).await?;
    desk.signed(&keeper, "keeper")?.ends(
        0,
        &["1. pass 8 idle weeks", "3. pass 4 idle weeks", "4. distribute 6 USDT of policy 1"],
    );
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["done"], 4, "{said:#?}");
    assert_eq!(world.dollar().balanceOf(world.system.vault()).call().await?, dollars(6));
    Ok(())
}

/// Another vault for the platform's token, to which a dollar streams; in each of the next `weeks` weeks a
/// lock ends.
async fn another_vault(world: &World, weeks: u64) -> Result<Address> {
    let (asset, owner) = (*world.token().address(), world.owner.address());
    let word = tributary::platform::text_word("Another");
    let (durations, multipliers) = (vec![0_u32, 1], vec![10_000_u32, 20_000]);
    let terms = (asset, owner, owner, word, word, durations, multipliers);
    let vault = world.construct("vault", &tributary::deploy::arguments(&terms)).await?;
    let dollar = *world.dollar().address();
    let add = IVault::addRewardTokenCall { token: dollar, streamWeeks: U256::from(1) };
    own(world, vault, &add).await?;
    own(world, asset, &IToken::approveCall { spender: vault, value: tokens(weeks) }).await?;
    own(world, vault, &IVault::depositCall { assets: tokens(weeks), receiver: owner }).await?;
    for week in 1..=weeks {
        let lock = IVault::lockCall { assets: tokens(1), durationWeeks: U256::from(week) };
        own(world, vault, &lock).await?;
    }
    let amount = dollars(1);
    own(world, dollar, &IToken::approveCall { spender: vault, value: amount }).await?;
    own(world, vault, &IVault::notifyRevenueCall { token: dollar, amount }).await?;
    Ok(vault)
}

/// A vault that the keeper does not bring forward, since it is not the platform's own, so far behind that an
/// estimate, which is content when the payee is skipped, is not enough.
async fn a_vault_that_needs_more_gas_than_an_estimate_is_paid(world: World) -> Result<()> {
    let (desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let (other, splitter) = (another_vault(&world, 45).await?, world.system.splitter());
    let policy = ISplitter::createPolicyCall {
        name: B256::right_padding_from(b"all to another vault"),
        payees: vec![other],
        bps: vec![10_000],
        kinds: vec![1],
        tags: vec![B256::ZERO],
    };
    own(&world, splitter, &policy).await?;
    let source = world.source(0);
    let point = ISplitter::setSourcePolicyCall { source, policyId: U256::from(3) };
    own(&world, splitter, &point).await?;
    push(&world, 0, *world.dollar().address(), dollars(10)).await?;
    world.at(world.now().await? + 46 * WEEK).await?;
    let said = keep(&desk, &keeper, "--budget 1")?;
    assert_eq!(said.json()?["partial"], 0, "{said:#?}");
    assert_eq!(world.dollar().balanceOf(other).call().await?, dollars(11));
    Ok(())
}

async fn policies_without_end_cost_the_keeper_few_questions(world: World) -> Result<()> {
    let (mut desk, keeper) = (Desk::new(&world).await?, world.account("keeper").await?);
    let (dollar, splitter) = (*world.dollar().address(), world.system.splitter());
    let terms = ISplitter::setStakersShareTermsCall {
        setter: world.owner.address(),
        policyId: U256::from(1),
        stakersIndex: U256::ZERO,
        minBps: U256::from(5_000),
        maxBps: U256::from(8_000),
    };
    own(&world, splitter, &terms).await?;
    let source = world.source(0);
    push(&world, 0, dollar, dollars(10)).await?;
    let follow = ISplitter::setSourcePolicyCall { source, policyId: U256::MAX };
    own(&world, splitter, &follow).await?;
    for more in 1..=70 {
        let bps = U256::from(6_000 + more);
        world.send(&world.owner, splitter, &ISplitter::setStakersShareCall { bps }).await?;
    }
    push(&world, 0, dollar, dollars(10)).await?;

    let node = Hostile::before(world.url()).await?;
    desk.url = Some(node.url.clone());
    let said = keep(&desk, &keeper, "")?;
    assert_eq!(said.json()?["done"], 2, "of the first policy and of the last: {said:#?}");
    said.ends(0, &["of policy 1:", "of policy 72:"]);
    let (with_debts, before) = (node.asked(), node.asked());
    assert_eq!(keep(&desk, &keeper, "")?.json()?["done"], 0);
    let without = node.asked() - before;
    assert!(with_debts < 240, "{with_debts} questions, 72 of them for totals");
    assert!(without < 160, "{without} questions, 72 of them for totals");
    Ok(())
}

async fn a_token_that_nobody_vouches_for_is_a_note(world: World) -> Result<()> {
    let desk = Desk::new(&world).await?;
    let word = tributary::platform::text_word;
    let (owner, supply) = (world.owner.address(), dollars(1_000));
    let terms = (word("Fake"), word("USDT"), U256::from(6), owner, supply);
    let fake = world.construct("token", &tributary::deploy::arguments(&terms)).await?;
    push(&world, 0, fake, dollars(10)).await?;
    let note = format!("6 USDT ({fake}, whose ticker nobody vouches for) are owed by policy 1");
    desk.run("status")?.ends(0, &[&note, "Nothing is found wrong"]);
    Ok(())
}
