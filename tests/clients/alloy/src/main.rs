//! alloy 2 with `AnyNetwork`: the story of `lib/scenario.js`, from the deployment that `DEPLOYMENT`
//! names, over HTTP for transactions and over a WebSocket for what happens.
//!
//! `AnyNetwork` and not `Ethereum`: a block of Arbitrum begins with a transaction of type 0x6a, which
//! the latter cannot read.

use std::{collections::BTreeMap, env, fs, time::Duration};

use alloy::{
    contract::{CallBuilder, CallDecoder},
    network::{AnyNetwork, AnyTransactionReceipt, EthereumWallet, ReceiptResponse},
    primitives::{Address, B256, U256},
    providers::{DynProvider, Provider, ProviderBuilder, WsConnect, ext::AnvilApi},
    rpc::types::Filter,
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{Eip712Domain, SolEvent, SolInterface, SolStruct},
};
use eyre::{OptionExt, Result, ensure, eyre};
use serde::Deserialize;
use tokio::time::timeout;

mod abi {
    //! The contracts, from their Solidity interfaces.
    #![expect(
        clippy::too_many_arguments,
        reason = "the binding of `permit` takes what `permit` takes"
    )]

    pub(crate) mod token {
        alloy::sol!(#![sol(rpc)] "../../../abi/IToken.sol");
    }
    pub(crate) mod vault {
        alloy::sol!(#![sol(rpc)] "../../../abi/IVault.sol");
    }
    pub(crate) mod splitter {
        alloy::sol!(#![sol(rpc)] "../../../abi/ISplitter.sol");
    }
}

use abi::{splitter::ISplitter, token::IToken, vault::IVault};

alloy::sol! {
    /// What a holder signs so that another may send its delegation.
    struct Delegation { address delegatee; uint256 nonce; uint256 expiry; }
}

type Network = DynProvider<AnyNetwork>;

const WEEK: u64 = 604_800;
const LOCK_WEEKS: u64 = 52;
/// After this long the stream of one push has ended.
const STREAM_ENDED: u64 = 3 * WEEK;
/// How long a subscription may stay silent.
const PATIENCE: Duration = Duration::from_secs(5);
/// What passes between transactions, so that an estimate and its transaction see time pass alike.
const A_MINUTE: u64 = 60;
/// Of the dollar's smallest unit.
const DOLLAR: u64 = 1_000_000;

/// What `lib/deploy.js` wrote.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deployment {
    url: String,
    websocket: String,
    contracts: BTreeMap<String, Address>,
    source: B256,
    policy_id: String,
    accounts: BTreeMap<String, Account>,
}

#[derive(Deserialize)]
struct Account {
    address: Address,
    key: String,
}

/// The contracts as one account sees them.
struct Seat {
    address: Address,
    signer: PrivateKeySigner,
    chain: Network,
    vault: IVault::IVaultInstance<Network, AnyNetwork>,
    splitter: ISplitter::ISplitterInstance<Network, AnyNetwork>,
    token: IToken::ITokenInstance<Network, AnyNetwork>,
    dollar: IToken::ITokenInstance<Network, AnyNetwork>,
}

impl Seat {
    fn take(deployment: &Deployment, role: &str) -> Result<Self> {
        let Account { address, key } = deployment.accounts.get(role).ok_or_eyre("no such role")?;
        let at =
            |name: &str| deployment.contracts.get(name).copied().ok_or_eyre("no such contract");
        let signer: PrivateKeySigner = key.parse()?;
        let wallet = EthereumWallet::from(signer.clone());
        let chain = ProviderBuilder::new()
            .network::<AnyNetwork>()
            .wallet(wallet)
            .connect_http(deployment.url.parse()?)
            .erased();
        chain.client().set_poll_interval(Duration::from_millis(20));
        Ok(Self {
            address: *address,
            signer,
            vault: IVault::new(at("vault")?, chain.clone()),
            splitter: ISplitter::new(at("splitter")?, chain.clone()),
            token: IToken::new(at("token")?, chain.clone()),
            dollar: IToken::new(at("dollar")?, chain.clone()),
            chain,
        })
    }

    /// Sends with the client's own estimates, and sees it succeed.
    async fn send<D: CallDecoder>(
        &self,
        call: CallBuilder<&Network, D, AnyNetwork>,
    ) -> Result<AnyTransactionReceipt> {
        self.chain.anvil_increase_time(A_MINUTE).await?;
        let receipt = call.send().await?.get_receipt().await?;
        ensure!(receipt.status(), "{} reverted", receipt.transaction_hash());
        Ok(receipt)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let deployment: Deployment =
        serde_json::from_str(&fs::read_to_string(env::var("DEPLOYMENT")?)?)?;
    let seat = |role| Seat::take(&deployment, role);
    let (owner, alice, bob) = (seat("owner")?, seat("alice")?, seat("bob")?);
    reads(&alice, &deployment).await?;
    stakes_and_locks(&alice, &bob).await?;
    divides_revenue(&owner, &deployment).await?;
    claims(&alice, &bob).await?;
    reads_blocks_and_logs(&alice).await?;
    decodes_errors(&alice, &bob).await?;
    delegates_by_signature(&alice, &bob).await?;
    subscribes(&bob, &owner, &deployment).await
}

#[expect(clippy::print_stdout, reason = "the runner counts these lines")]
fn found(sentence: &str) {
    println!("ok - {sentence}");
}

async fn reads(alice: &Seat, deployment: &Deployment) -> Result<()> {
    let vault = &alice.vault;
    ensure!(vault.name().call().await? == "Staked Scenario");
    ensure!(vault.decimals().call().await? == 18);
    ensure!(Some(&vault.asset().call().await?) == deployment.contracts.get("token"));
    found("names, decimals and the asset read as deployed");
    Ok(())
}

async fn stakes_and_locks(alice: &Seat, bob: &Seat) -> Result<()> {
    let (vault, thousand) = (&alice.vault, shares(1_000));
    alice.send(alice.token.approve(*vault.address(), thousand)).await?;
    let staked = alice.send(vault.deposit(thousand, alice.address)).await?;
    ensure!(event::<IVault::Deposit>(&staked)?.shares == thousand);
    found("alice approves and stakes");

    let receipt = alice.send(vault.lock(shares(400), U256::from(LOCK_WEEKS))).await?;
    let block = receipt.block_hash().ok_or_eyre("a receipt without block")?;
    let block = alice.chain.get_block_by_hash(block).await?.ok_or_eyre("no block")?;
    let locked = event::<IVault::Locked>(&receipt)?;
    let end = (block.header.timestamp / WEEK + LOCK_WEEKS + 1) * WEEK;
    ensure!((locked.boost, locked.unlockTime) == (shares(600), U256::from(end)));
    found("alice locks and weighs more");

    bob.send(bob.token.approve(*vault.address(), shares(400))).await?;
    bob.send(bob.vault.deposit(shares(400), bob.address)).await?;
    ensure!(vault.totalWeight().call().await? == shares(2_000));
    found("bob stakes, and the weights add up");
    Ok(())
}

async fn divides_revenue(owner: &Seat, deployment: &Deployment) -> Result<()> {
    let (splitter, dollar) = (&owner.splitter, *owner.dollar.address());
    let (amount, policy) = (U256::from(1_000 * DOLLAR), deployment.policy_id.parse::<U256>()?);
    owner.send(owner.dollar.approve(*splitter.address(), amount)).await?;
    let received = owner.send(splitter.deposit(deployment.source, dollar, amount)).await?;
    ensure!(event::<ISplitter::RevenueReceived>(&received)?.amount == amount);
    let pushed = owner.send(splitter.distribute(policy, dollar)).await?;
    ensure!(event::<IVault::RevenueNotified>(&pushed)?.amount == U256::from(600 * DOLLAR));
    let paid = owner.send(splitter.release(policy, U256::ONE, dollar)).await?;
    ensure!(event::<ISplitter::PayeePaid>(&paid)?.amount == U256::from(400 * DOLLAR));
    found("revenue is divided between the vault and the treasury");
    Ok(())
}

async fn claims(alice: &Seat, bob: &Seat) -> Result<()> {
    alice.chain.anvil_increase_time(STREAM_ENDED).await?;
    alice.chain.anvil_mine(Some(1), None).await?;
    for (seat, dollars) in [(alice, 480), (bob, 120)] {
        let (exact, dollar) = (U256::from(dollars * DOLLAR), *seat.dollar.address());
        let claimable = seat.vault.claimable(seat.address, dollar).call().await?;
        ensure!(claimable == exact || claimable + U256::ONE == exact, "{claimable} is not {exact}");
        let receipt = seat.send(seat.vault.claim(vec![dollar])).await?;
        ensure!(event::<IVault::RevenueClaimed>(&receipt)?.amount == claimable);
        ensure!(seat.dollar.balanceOf(seat.address).call().await? == claimable);
    }
    found("three weeks later both claim what their weight earned");
    Ok(())
}

async fn reads_blocks_and_logs(alice: &Seat) -> Result<()> {
    let claims = alice.vault.RevenueClaimed_filter().from_block(0);
    ensure!(claims.query().await?.len() == 2);
    ensure!(claims.topic1(alice.address).query().await?.len() == 1);
    let head = alice.chain.get_block_number().await?;
    for number in 0..=head {
        let block = alice.chain.get_block(number.into()).full().await?.ok_or_eyre("no block")?;
        let receipts = alice.chain.get_block_receipts(number.into()).await?.ok_or_eyre("none")?;
        ensure!(block.transactions.len() == receipts.len(), "block {number}");
        ensure!(block.other.contains_key("l1BlockNumber"), "block {number}");
    }
    found("every block is read whole, with its receipts and Arbitrum's fields");
    Ok(())
}

async fn decodes_errors(alice: &Seat, bob: &Seat) -> Result<()> {
    use IVault::IVaultErrors as Errors;
    let refused = alice.vault.transfer(bob.address, shares(601)).call().await;
    let error = reason(refused)?;
    ensure!(
        matches!(&error, Errors::SharesLocked(e) if (e.unlocked, e.needed) == (shares(600), shares(601)))
    );
    let refused = alice.vault.lock(U256::ONE, U256::from(209)).estimate_gas().await;
    let error = reason(refused)?;
    ensure!(matches!(&error, Errors::LockDurationOutOfRange(e) if e.max == U256::from(208)));
    let error = reason(alice.vault.pause().call().await)?;
    ensure!(matches!(&error, Errors::OwnableUnauthorizedAccount(e) if e.account == alice.address));
    found("custom errors arrive with name and arguments");
    Ok(())
}

async fn delegates_by_signature(alice: &Seat, bob: &Seat) -> Result<()> {
    let of = bob.vault.eip712Domain().call().await?;
    let (name, version) = (Some(of.name.into()), Some(of.version.into()));
    let domain =
        Eip712Domain::new(name, version, Some(of.chainId), Some(of.verifyingContract), None);
    let (delegatee, nonce, expiry) = (alice.address, U256::ZERO, U256::MAX);
    let digest = Delegation { delegatee, nonce, expiry }.eip712_signing_hash(&domain);
    let signed = bob.signer.sign_hash_sync(&digest)?;
    let (v, r, s) = (27 + u8::from(signed.v()), signed.r().into(), signed.s().into());
    alice.send(alice.vault.delegateBySig(delegatee, nonce, expiry, v, r, s)).await?;
    let votes = alice.vault.getVotes(alice.address).call().await?;
    ensure!(votes == bob.vault.weightOf(bob.address).call().await? && votes > U256::ZERO);
    found("a signed delegation is sent by another");
    Ok(())
}

async fn subscribes(bob: &Seat, owner: &Seat, deployment: &Deployment) -> Result<()> {
    let socket = ProviderBuilder::new()
        .network::<AnyNetwork>()
        .connect_ws(WsConnect::new(&deployment.websocket))
        .await?;
    let filter = Filter::new().address(*bob.vault.address()).event(IVault::Transfer::SIGNATURE);
    let mut logs = socket.subscribe_logs(&filter).await?;
    let mut heads = socket.subscribe_blocks().await?;
    let receipt = bob.send(bob.vault.transfer(owner.address, U256::from(7))).await?;
    let log = timeout(PATIENCE, logs.recv()).await??.log_decode::<IVault::Transfer>()?;
    ensure!(
        log.inner.value == U256::from(7)
            && log.transaction_hash == Some(receipt.transaction_hash())
    );
    let head = timeout(PATIENCE, heads.recv()).await??;
    ensure!(Some(head.number) == receipt.block_number());
    found("logs and heads arrive over a WebSocket");
    Ok(())
}

/// The custom error that `refused` carries.
fn reason<T>(refused: Result<T, alloy::contract::Error>) -> Result<IVault::IVaultErrors> {
    let error = refused.err().ok_or_eyre("it was not refused")?;
    let data = error.as_revert_data().ok_or_else(|| eyre!("no data: {error}"))?;
    Ok(IVault::IVaultErrors::abi_decode(&data)?)
}

/// The first event of type `E` in a receipt.
fn event<E: SolEvent>(receipt: &AnyTransactionReceipt) -> Result<E> {
    let mut logs = receipt.inner.inner.logs().iter();
    logs.find_map(|log| E::decode_log(&log.inner).ok())
        .map(|log| log.data)
        .ok_or_else(|| eyre!("no {}", E::SIGNATURE))
}

/// Whole tokens of 18 decimals.
fn shares(whole: u64) -> U256 {
    U256::from(whole) * U256::from(10).pow(U256::from(18))
}
