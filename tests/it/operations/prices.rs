//! What the price of an operation depends on, and what it does not.

use alloy::{
    consensus::TxEnvelope,
    eips::eip2718::Encodable2718,
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::{Address, U256, utils::parse_ether},
    providers::{Provider, ext::AnvilApi},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
};
use eyre::{Result, ensure};
use tributary::abi::{IToken, IVault};
use tributary_tests::{Case, Snapshot, WEEK, World, tokens};

use super::fund::{Fund, Market, Prices};
use crate::play;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(each_reward_token_adds_what_the_snapshot_says).moving_time().on_our_node(),
        play!(each_idle_week_adds_what_the_snapshot_says).moving_time().on_our_node(),
        play!(catching_up_can_be_shared_by_many_calls_each_a_part_of_the_price)
            .moving_time()
            .on_our_node(),
        play!(ten_thousand_stakers_add_no_gas_to_anything).moving_time().on_our_node(),
        play!(a_hundred_own_locks_add_no_gas_to_anything).moving_time().on_our_node(),
    ]
}

/// Numbers of reward tokens that are tried.
const TOKENS: [usize; 4] = [1, 2, 4, 8];
/// Numbers of weeks in which nobody touches a vault.
const IDLE_WEEKS: [u64; 4] = [0, 1, 12, 52];
/// Numbers of stakers.
const STAKERS: [u64; 3] = [1, 10, 10_000];
/// Gas of a deposit for somebody who has nothing yet, and a reserve.
const DEPOSIT_GAS: u64 = 300_000;
/// Deposits in a block.
const BATCH: u64 = 500;
/// Where the addresses of a crowd begin: beyond those that the chain keeps for itself.
const MEMBERS: u64 = 1 << 32;

async fn each_reward_token_adds_what_the_snapshot_says(world: World) -> Result<()> {
    let most = TOKENS[TOKENS.len() - 1];
    let (market, mut prices) = (Market::open(world, most).await?, Prices::new());
    for count in TOKENS {
        let fund = market.fund(count, 4).await?;
        everything(&fund, &mut prices, &count_of(count, "reward token")).await?;
    }
    Snapshot::named("gas-reward-tokens").compare_tables(&prices)
}

/// All that a staker does and has done.
async fn everything(fund: &Fund<'_>, prices: &mut Prices, column: &str) -> Result<()> {
    fund.habits(prices, column).await?;
    fund.commitments(prices, column).await?;
    fund.delegation(prices, column).await
}

/// What somebody does who comes after idle weeks.
const LATECOMERS: [&str; 5] = ["checkpoint", "deposit", "claim", "withdraw", "lock"];

async fn each_idle_week_adds_what_the_snapshot_says(world: World) -> Result<()> {
    let (market, mut prices) = (Market::open(world, 1).await?, Prices::new());
    let mut funds = Vec::new();
    for _ in 0..IDLE_WEEKS.len() * LATECOMERS.len() {
        let fund = market.fund(1, 52).await?;
        fund.send(&market.alice, &fund.stake(&market.alice)).await?;
        funds.push(fund);
    }
    // All begin at once, and end within the year in which programs are active.
    let begin = market.world.now().await?;
    for (weeks, funds) in IDLE_WEEKS.iter().zip(funds.chunks(LATECOMERS.len())) {
        for (fund, name) in funds.iter().zip(LATECOMERS) {
            market.world.at(begin + weeks * WEEK).await?;
            let gas = come_late(fund, name).await?;
            let row = prices.entry(name.to_owned()).or_default();
            row.insert(count_of(*weeks, "week"), gas);
        }
    }
    Snapshot::named("gas-idle-weeks").compare_tables(&prices)
}

async fn come_late(fund: &Fund<'_>, name: &str) -> Result<u64> {
    let alice = &fund.market.alice;
    let me = alice.address();
    let leave = IVault::withdrawCall { assets: tokens(1), receiver: me, owner: me };
    match name {
        "deposit" => fund.send(alice, &fund.stake(alice)).await,
        "claim" => fund.send(alice, &IVault::claimCall { tokens: fund.rewards.clone() }).await,
        "withdraw" => fund.send(alice, &leave).await,
        "lock" => fund.send(alice, &fund.lock(4)).await,
        _ => fund.send(alice, &IVault::checkpointCall { maxWeeks: U256::MAX }).await,
    }
}

async fn catching_up_can_be_shared_by_many_calls_each_a_part_of_the_price(
    world: World,
) -> Result<()> {
    let market = Market::open(world, 1).await?;
    let [at_once, in_parts] = [market.fund(1, 52).await?, market.fund(1, 52).await?];
    market.wait(52 * WEEK).await?;
    let pass = |weeks: u64| IVault::checkpointCall { maxWeeks: U256::from(weeks) };
    let whole = at_once.send(&market.alice, &pass(52)).await?;
    let mut dearest = 0;
    for _ in 0..13 {
        dearest = dearest.max(in_parts.send(&market.alice, &pass(4)).await?);
    }
    assert!(dearest < whole / 2, "a thirteenth of the weeks: {dearest}, all of them: {whole}");
    let stake = |fund: &Fund<'_>| fund.stake(&market.alice);
    let [one, other] = [
        at_once.send(&market.alice, &stake(&at_once)).await?,
        in_parts.send(&market.alice, &stake(&in_parts)).await?,
    ];
    assert_eq!(one, other, "the books are where they would be");
    Ok(())
}

async fn ten_thousand_stakers_add_no_gas_to_anything(world: World) -> Result<()> {
    let (market, mut prices) = (Market::open(world, 1).await?, Prices::new());
    for stakers in STAKERS {
        let fund = market.fund(1, 4).await?;
        crowd(&fund, stakers - 1).await?;
        everything(&fund, &mut prices, &count_of(stakers, "staker")).await?;
    }
    ensure_equal(&prices);
    Snapshot::named("gas-stakers").compare_tables(&prices)
}

async fn a_hundred_own_locks_add_no_gas_to_anything(world: World) -> Result<()> {
    let (market, mut prices) = (Market::open(world, 1).await?, Prices::new());
    for locks in [10, 100] {
        let fund = market.fund(1, 4).await?;
        fund.send(&market.alice, &fund.stake(&market.alice)).await?;
        for weeks in 1..=locks {
            fund.send(&market.alice, &fund.lock(weeks)).await?;
        }
        fund.habits(&mut prices, &count_of(locks, "lock")).await?;
        fund.commitments(&mut prices, &count_of(locks, "lock")).await?;
    }
    ensure_equal(&prices);
    Ok(())
}

/// Makes sure that no operation's price depends on what was varied.
fn ensure_equal(prices: &Prices) {
    for (name, row) in prices {
        let mut gas = row.values();
        let first = gas.next();
        assert!(gas.all(|gas| Some(gas) == first), "the price of {name} depends on it: {row:?}");
    }
}

/// A number of things, in words.
fn count_of(count: impl TryInto<u64>, what: &str) -> String {
    match count.try_into() {
        Ok(1) => format!("1 {what}"),
        Ok(count) => format!("{count} {what}s"),
        Err(_) => format!("very many {what}s"),
    }
}

/// Has `count` accounts staked, each by a deposit of its own, many to a block.
async fn crowd(fund: &Fund<'_>, count: u64) -> Result<()> {
    let world = &fund.market.world;
    let payer = world.holder(&format!("payer for {count}"), tokens(count)).await?;
    let approve = IToken::approveCall { spender: fund.vault, value: U256::MAX };
    let approved = world.send(&payer, *world.token().address(), &approve).await?;
    let provider = world.chain.provider();
    let sent = provider.get_transaction_count(payer.address()).await?;
    provider.anvil_set_balance(payer.address(), parse_ether("1")?).await?;
    let (wallet, price) = (EthereumWallet::from(payer), approved.effective_gas_price);
    provider.anvil_set_auto_mine(false).await?;
    for number in 1..=count {
        let request = deposit_for(fund, number).with_nonce(sent + number - 1);
        let request = request.with_max_fee_per_gas(2 * price);
        let signed: TxEnvelope =
            request.with_chain_id(world.chain.chain_id()).build(&wallet).await?;
        // Not waited for: it is mined with the others.
        let _ = provider.send_raw_transaction(&signed.encoded_2718()).await?;
        if number % BATCH == 0 || number == count {
            world.chain.mine().await?;
        }
    }
    provider.anvil_set_auto_mine(true).await?;
    let held = world.token().balanceOf(fund.vault).call().await?;
    ensure!(held >= tokens(count), "not all of {count} have staked");
    Ok(())
}

/// Stakes one token for account number `number` of the crowd.
fn deposit_for(fund: &Fund<'_>, number: u64) -> TransactionRequest {
    let receiver = Address::left_padding_from(&(MEMBERS + number).to_be_bytes());
    let stake = IVault::depositCall { assets: tokens(1), receiver };
    TransactionRequest::default()
        .with_to(fund.vault)
        .with_gas_limit(DEPOSIT_GAS)
        .with_max_priority_fee_per_gas(0)
        .with_input(stake.abi_encode())
}
