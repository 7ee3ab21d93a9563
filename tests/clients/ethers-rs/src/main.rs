//! ethers-rs 2: the story of `lib/scenario.js`, from the deployment that `DEPLOYMENT` names.
//!
//! Fees are set by hand: the library's own estimate offers a tip of 3 gwei, thirty times what
//! Arbitrum charges, and a thin account would be refused for it.

use std::{collections::BTreeMap, env, fs, sync::Arc, time::Duration};

use ethers::{
    contract::{ContractError, EthError, EthEvent, builders::ContractCall},
    core::abi::Detokenize,
    middleware::SignerMiddleware,
    prelude::abigen,
    providers::{Http, Middleware, Provider},
    signers::{LocalWallet, Signer},
    types::{Address, H256, TransactionReceipt, U256},
};
use eyre::{OptionExt, Result, ensure};
use serde::Deserialize;

abigen!(
    Vault, "../../../abi/IVault.json";
    Splitter, "../../../abi/ISplitter.json";
    Token, "../../../abi/IToken.json";
);

type Client = SignerMiddleware<Provider<Http>, LocalWallet>;

const WEEK: u64 = 604_800;
const LOCK_WEEKS: u64 = 52;
/// After this long the stream of one push has ended.
const PATIENCE: u64 = 3 * WEEK;
/// What passes between transactions, so that an estimate and its transaction see time pass alike.
const A_MINUTE: u64 = 60;
/// Of the dollar's smallest unit.
const DOLLAR: u64 = 1_000_000;

/// What `lib/deploy.js` wrote.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deployment {
    url: String,
    chain_id: u64,
    contracts: BTreeMap<String, Address>,
    source: H256,
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
    vault: Vault<Client>,
    splitter: Splitter<Client>,
    token: Token<Client>,
    dollar: Token<Client>,
}

impl Seat {
    fn take(deployment: &Deployment, role: &str) -> Result<Self> {
        let account = deployment.accounts.get(role).ok_or_eyre("no such role")?;
        let at =
            |name: &str| deployment.contracts.get(name).copied().ok_or_eyre("no such contract");
        let wallet: LocalWallet = account.key.parse()?;
        let provider = Provider::try_from(&deployment.url)?.interval(Duration::from_millis(20));
        let signer = wallet.with_chain_id(deployment.chain_id);
        let client = Arc::new(SignerMiddleware::new(provider, signer));
        Ok(Self {
            address: account.address,
            vault: Vault::new(at("vault")?, client.clone()),
            splitter: Splitter::new(at("splitter")?, client.clone()),
            token: Token::new(at("token")?, client.clone()),
            dollar: Token::new(at("dollar")?, client),
        })
    }

    /// Sends with the client's own gas estimate and Arbitrum's fees, and sees it succeed.
    async fn send<D: Detokenize>(
        &self,
        mut call: ContractCall<Client, D>,
    ) -> Result<TransactionReceipt> {
        let chain = self.vault.client();
        pass(&chain, A_MINUTE).await?;
        let price = chain.get_gas_price().await?;
        if let Some(transaction) = call.tx.as_eip1559_mut() {
            transaction.max_fee_per_gas = Some(price * 2);
            transaction.max_priority_fee_per_gas = Some(0.into());
        }
        let receipt = call.send().await?.await?.ok_or_eyre("a transaction was lost")?;
        ensure!(receipt.status == Some(1.into()), "{:?} reverted", receipt.transaction_hash);
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
    reads_logs(&alice).await?;
    decodes_errors(&alice, &bob).await
}

/// Lets `seconds` pass before the next block.
async fn pass(chain: &Client, seconds: u64) -> Result<()> {
    let _: serde_json::Value = chain.provider().request("evm_increaseTime", [seconds]).await?;
    Ok(())
}

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
    alice.send(alice.token.approve(vault.address(), thousand)).await?;
    let staked = alice.send(vault.deposit(thousand, alice.address)).await?;
    ensure!(event::<vault::DepositFilter>(&staked)?.shares == thousand);
    found("alice approves and stakes");

    let receipt = alice.send(vault.lock(shares(400), LOCK_WEEKS.into())).await?;
    let block = receipt.block_hash.ok_or_eyre("a receipt without block")?;
    let block = vault.client().get_block(block).await?.ok_or_eyre("no block")?;
    let locked = event::<vault::LockedFilter>(&receipt)?;
    let week = block.timestamp.as_u64() / WEEK;
    ensure!(locked.boost == shares(600));
    ensure!(locked.unlock_time == ((week + LOCK_WEEKS + 1) * WEEK).into());
    found("alice locks and weighs more");

    bob.send(bob.token.approve(vault.address(), shares(400))).await?;
    bob.send(bob.vault.deposit(shares(400), bob.address)).await?;
    ensure!(vault.total_weight().call().await? == shares(2_000));
    found("bob stakes, and the weights add up");
    Ok(())
}

async fn divides_revenue(owner: &Seat, deployment: &Deployment) -> Result<()> {
    let (splitter, dollar) = (&owner.splitter, owner.dollar.address());
    let (amount, policy) = (U256::from(1_000 * DOLLAR), U256::from_dec_str(&deployment.policy_id)?);
    owner.send(owner.dollar.approve(splitter.address(), amount)).await?;
    let received = owner.send(splitter.deposit(deployment.source.0, dollar, amount)).await?;
    ensure!(event::<splitter::RevenueReceivedFilter>(&received)?.amount == amount);
    let pushed = owner.send(splitter.distribute(policy, dollar)).await?;
    ensure!(event::<vault::RevenueNotifiedFilter>(&pushed)?.amount == (600 * DOLLAR).into());
    let paid = owner.send(splitter.release(policy, 1.into(), dollar)).await?;
    ensure!(event::<splitter::PayeePaidFilter>(&paid)?.amount == (400 * DOLLAR).into());
    found("revenue is divided between the vault and the treasury");
    Ok(())
}

async fn claims(alice: &Seat, bob: &Seat) -> Result<()> {
    let chain = alice.vault.client();
    pass(&chain, PATIENCE).await?;
    let _: serde_json::Value = chain.provider().request("evm_mine", ()).await?;
    for (seat, dollars) in [(alice, 480), (bob, 120)] {
        let exact = U256::from(dollars * DOLLAR);
        let claimable = seat.vault.claimable(seat.address, seat.dollar.address()).call().await?;
        ensure!(claimable == exact || claimable + 1 == exact, "{claimable} is not {exact}");
        let receipt = seat.send(seat.vault.claim(vec![seat.dollar.address()])).await?;
        ensure!(event::<vault::RevenueClaimedFilter>(&receipt)?.amount == claimable);
        ensure!(seat.dollar.balance_of(seat.address).call().await? == claimable);
    }
    found("three weeks later both claim what their weight earned");
    Ok(())
}

async fn reads_logs(alice: &Seat) -> Result<()> {
    let claims = alice.vault.event::<vault::RevenueClaimedFilter>().from_block(0);
    ensure!(claims.query().await?.len() == 2);
    ensure!(claims.topic1(alice.address).query().await?.len() == 1);
    found("the node's logs tell the story again");
    Ok(())
}

async fn decodes_errors(alice: &Seat, bob: &Seat) -> Result<()> {
    let refused = alice.vault.transfer(bob.address, shares(601)).call().await;
    let locked: vault::SharesLocked = reason(refused)?;
    ensure!((locked.unlocked, locked.needed) == (shares(600), shares(601)));
    let refused = alice.vault.lock(1.into(), 209.into()).estimate_gas().await;
    let range: vault::LockDurationOutOfRange = reason(refused)?;
    ensure!(range.duration_weeks == 209.into() && range.max == 208.into());
    let refused = alice.vault.pause().call().await.expect_err("a stranger paused");
    let any = refused.decode_contract_revert::<vault::VaultErrors>();
    ensure!(matches!(any, Some(vault::VaultErrors::OwnableUnauthorizedAccount(_))), "{any:?}");
    found("custom errors arrive with name and arguments");
    Ok(())
}

/// The custom error that `refused` carries.
fn reason<T, E: EthError>(refused: Result<T, ContractError<Client>>) -> Result<E> {
    let error = refused.err().ok_or_eyre("it was not refused")?;
    error.decode_revert().ok_or_else(|| eyre::eyre!("not {}: {error}", E::error_name()))
}

/// The first event of type `E` in a receipt.
fn event<E: EthEvent>(receipt: &TransactionReceipt) -> Result<E> {
    let mut logs = receipt.logs.iter().cloned().map(Into::into);
    logs.find_map(|log| E::decode_log(&log).ok()).ok_or_else(|| eyre::eyre!("no {}", E::name()))
}

/// Whole tokens of 18 decimals.
fn shares(whole: u64) -> U256 {
    U256::from(whole) * U256::exp10(18)
}
