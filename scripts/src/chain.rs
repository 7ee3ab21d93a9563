//! A connection to a node, and transactions that are checked.
//!
//! Every transaction is signed here, sent raw, waited for and found successful, or told with the reason
//! why not. Nothing depends on which node answers. What each kind of call costs is written down.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use alloy::{
    consensus::TxEnvelope,
    eips::BlockId,
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::{Address, B256, Bytes, TxKind, U256},
    providers::{DynProvider, Provider, ProviderBuilder, ext::AnvilApi},
    rpc::types::{TransactionReceipt, TransactionRequest},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
    transports::{TransportError, http::reqwest},
};
use eyre::{Result, WrapErr, eyre};

use crate::{
    abi,
    auction::receipt_of,
    failure::{Failure, advice},
};

/// How long a node may take to answer.
const ANSWER: Duration = Duration::from_secs(30);

/// Gas that is added to every estimate, beside a fifth of it. Bringing the vault's books over a week's
/// end writes two slots for each of at most eight reward tokens; an estimate made just before does not
/// know. What is not used is not paid.
pub(crate) const GAS_MARGIN: u64 = 200_000;

/// How long a receipt is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who signs and pays for a transaction.
pub trait Account: Sync {
    /// From where it comes.
    fn address(&self) -> Address;
    /// What signs it.
    fn wallet(&self) -> EthereumWallet;
}

impl Account for PrivateKeySigner {
    fn address(&self) -> Address {
        Self::address(self)
    }

    fn wallet(&self) -> EthereumWallet {
        self.clone().into()
    }
}

/// A node.
#[derive(Debug)]
pub struct Chain {
    provider: DynProvider,
    chain_id: u64,
    /// Twice the gas price when connecting.
    first_max_fee: u128,
    /// Gas limit of every transaction; without one it is estimated, with a fifth more.
    gas_limit: Option<u64>,
    nonces: Mutex<BTreeMap<Address, u64>>,
    time: Mutex<Option<u64>>,
    gas: Mutex<GasBook>,
}

/// Gas used by kind of call, in the order in which kinds first appeared.
#[derive(Clone, Debug, Default)]
pub struct GasBook {
    kinds: Vec<(String, Vec<u64>)>,
}

/// A transaction to be.
#[derive(Clone, Debug)]
pub struct Call {
    /// What it is, for messages and for the gas book.
    pub kind: String,
    /// Wei that go along.
    pub value: U256,
    to: TxKind,
    data: Bytes,
    gas: Option<u64>,
}

impl Call {
    /// A call of a contract's function.
    pub fn to(kind: impl Into<String>, contract: Address, call: &impl SolCall) -> Self {
        Self::raw(kind, contract, call.abi_encode())
    }

    /// A call with any data.
    pub fn raw(kind: impl Into<String>, to: Address, data: impl Into<Bytes>) -> Self {
        let (to, data) = (TxKind::Call(to), data.into());
        Self { kind: kind.into(), to, value: U256::ZERO, data, gas: None }
    }

    /// The creation of a contract.
    pub fn create(kind: impl Into<String>, init_code: impl Into<Bytes>) -> Self {
        let data = init_code.into();
        Self { kind: kind.into(), to: TxKind::Create, value: U256::ZERO, data, gas: None }
    }

    /// With `value` wei attached.
    #[must_use]
    pub const fn value(mut self, value: U256) -> Self {
        self.value = value;
        self
    }

    /// With this gas limit, so that nothing is estimated.
    #[must_use]
    pub const fn gas(mut self, limit: u64) -> Self {
        self.gas = Some(limit);
        self
    }

    /// Whom it calls; `None` if it creates.
    #[must_use]
    pub fn recipient(&self) -> Option<Address> {
        self.to.to().copied()
    }

    /// What it says.
    #[must_use]
    pub const fn data(&self) -> &Bytes {
        &self.data
    }

    /// As `from` would send it, without nonce and fee.
    #[must_use]
    pub fn request(&self, from: Address) -> TransactionRequest {
        let mut request = TransactionRequest::default()
            .with_from(from)
            .with_value(self.value)
            .with_input(self.data.clone())
            .with_kind(self.to);
        request.gas = self.gas;
        request
    }
}

impl Chain {
    /// Connects to the node at `url`.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn connect(url: &str) -> Result<Self> {
        Self::connect_within(url, ANSWER).await
    }

    /// Connects to the node at `url`, which may take `timeout` for each answer.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn connect_within(url: &str, timeout: Duration) -> Result<Self> {
        let url =
            url.parse().wrap_err_with(|| format!("{url:?} is no URL; write http://host:port"))?;
        let client = reqwest::Client::builder().timeout(timeout).build()?;
        let builder = ProviderBuilder::new().disable_recommended_fillers();
        Self::over(builder.connect_reqwest(client, url).erased()).await
    }

    /// Connects through a provider of one's own, which adds nothing to requests by itself.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn over(provider: DynProvider) -> Result<Self> {
        let chain_id = provider.get_chain_id().await.map_err(|e| in_words(&e))?;
        let first_max_fee = 2 * provider.get_gas_price().await.map_err(|e| in_words(&e))?;
        Ok(Self {
            provider,
            chain_id,
            first_max_fee,
            gas_limit: None,
            nonces: Mutex::default(),
            time: Mutex::default(),
            gas: Mutex::default(),
        })
    }

    /// Gives every transaction this gas limit, and the present fee, instead of asking each time: on a
    /// node of one's own, where gas costs nothing, that saves half of the work.
    #[must_use]
    pub const fn with_gas_limit(mut self, limit: u64) -> Self {
        self.gas_limit = Some(limit);
        self
    }

    /// The provider, for reading.
    #[must_use]
    pub const fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// The chain's id.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// What each kind of call has cost so far.
    #[must_use]
    pub fn gas_book(&self) -> GasBook {
        lock(&self.gas).clone()
    }

    /// From now on every block carries the time `at`. Only a development node can do that.
    pub fn set_time(&self, at: u64) {
        *lock(&self.time) = Some(at);
    }

    /// Mines a block without transactions.
    ///
    /// # Errors
    /// The node is no development node.
    pub async fn mine(&self) -> Result<u64> {
        self.stamp().await?;
        self.provider.anvil_mine(Some(1), None).await.wrap_err("the node cannot mine on demand")?;
        Ok(self.provider.get_block_number().await?)
    }

    /// Sends a transaction of `signer`, waits for it, and makes sure that it succeeded.
    ///
    /// # Errors
    /// The node refuses it, or it reverts; the message names the reason.
    pub async fn send(&self, signer: &impl Account, call: Call) -> Result<TransactionReceipt> {
        let kind = call.kind.clone();
        let sent = self.try_send(signer, call).await;
        if sent.is_err() {
            // Whether the nonce was used up is for the node to say.
            lock(&self.nonces).remove(&signer.address());
        }
        sent.wrap_err_with(|| format!("{kind} failed"))
    }

    async fn try_send(&self, signer: &impl Account, call: Call) -> Result<TransactionReceipt> {
        let request = self.request(signer.address(), &call).await?;
        let envelope: TxEnvelope = request.clone().build(&signer.wallet()).await?;
        self.stamp().await?;
        let sent = self.provider.send_tx_envelope(envelope).await.map_err(|e| in_words(&e))?;
        lock(&self.nonces).entry(signer.address()).and_modify(|nonce| *nonce += 1);
        let receipt = self.receipt(*sent.tx_hash()).await?;
        if !receipt.status() {
            return Err(self.reason(request, &receipt).await);
        }
        lock(&self.gas).note(&call.kind, receipt.gas_used);
        Ok(receipt)
    }

    async fn request(&self, from: Address, call: &Call) -> Result<TransactionRequest> {
        let mut request = TransactionRequest::default()
            .with_from(from)
            .with_nonce(self.nonce(from).await?)
            .with_chain_id(self.chain_id)
            .with_max_fee_per_gas(self.max_fee_per_gas().await?)
            .with_max_priority_fee_per_gas(0)
            .with_value(call.value)
            .with_input(call.data.clone())
            .with_kind(call.to);
        let limit = match call.gas.or(self.gas_limit) {
            Some(limit) => limit,
            None => {
                let estimate = self.provider.estimate_gas(request.clone()).await;
                estimate.map_err(|e| in_words(&e))? * 6 / 5 + GAS_MARGIN
            }
        };
        request.set_gas_limit(limit);
        Ok(request)
    }

    /// Twice the present gas price, so that a rise before the transaction is mined does no harm.
    async fn max_fee_per_gas(&self) -> Result<u128> {
        match self.gas_limit {
            Some(_) => Ok(self.first_max_fee),
            None => Ok(2 * self.provider.get_gas_price().await?),
        }
    }

    async fn nonce(&self, account: Address) -> Result<u64> {
        let known = lock(&self.nonces).get(&account).copied();
        if let Some(nonce) = known {
            return Ok(nonce);
        }
        let nonce = self.provider.get_transaction_count(account).pending().await?;
        Ok(*lock(&self.nonces).entry(account).or_insert(nonce))
    }

    /// Tells the node the time of the next block, if it is being told.
    async fn stamp(&self) -> Result<()> {
        let time = *lock(&self.time);
        if let Some(time) = time {
            let set = self.provider.anvil_set_next_block_timestamp(time).await;
            set.wrap_err("the node cannot set the time of a block")?;
        }
        Ok(())
    }

    async fn receipt(&self, hash: B256) -> Result<TransactionReceipt> {
        let receipt = receipt_of(&self.provider, &[hash], PATIENCE).await;
        let late = || eyre!("transaction {hash} was not mined within {} s", PATIENCE.as_secs());
        receipt.ok_or_else(late)
    }

    /// Runs a reverted transaction again, to learn why.
    async fn reason(
        &self,
        request: TransactionRequest,
        receipt: &TransactionReceipt,
    ) -> eyre::Report {
        let before = receipt.block_number.map_or_else(BlockId::latest, BlockId::number);
        let hash = receipt.transaction_hash;
        match self.provider.call(request).block(before).await {
            Err(error) => in_words(&error).wrap_err(format!("transaction {hash}")),
            Ok(_) => Failure::Reverted(format!(
                "transaction {hash} reverted, and does not when run again: try once more"
            ))
            .into(),
        }
    }
}

/// What a node's error says: the custom error by name, with what to do about it where that is known.
pub fn in_words(error: &TransportError) -> eyre::Report {
    let Some(response) = error.as_error_resp() else {
        return Failure::Unreachable(error.to_string()).into();
    };
    match response.as_revert_data() {
        Some(data) if !data.is_empty() => refused(&data).into(),
        Some(_) => Failure::Reverted(format!("{}, without a reason", response.message)).into(),
        None => eyre!("{}", response.message),
    }
}

/// What a contract's revert data says, and what to do about it.
#[must_use]
pub fn refusal(data: &[u8]) -> String {
    refused(data).to_string()
}

/// The same as a failure.
#[must_use]
pub fn refused(data: &[u8]) -> Failure {
    let what = abi::explain(data);
    let name = what.split(' ').next().unwrap_or_default();
    Failure::Refused { advice: advice(name), what }
}

/// Least, middle and most of a kind of call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GasUse {
    /// What was called.
    pub kind: String,
    /// How often.
    pub count: usize,
    /// Least gas used.
    pub least: u64,
    /// The middle one.
    pub median: u64,
    /// Most gas used.
    pub most: u64,
}

impl GasBook {
    fn note(&mut self, kind: &str, gas: u64) {
        match self.kinds.iter_mut().find(|(known, _)| known == kind) {
            Some((_, uses)) => uses.push(gas),
            None => self.kinds.push((kind.to_owned(), vec![gas])),
        }
    }

    /// One line for each kind of call.
    #[must_use]
    pub fn summary(&self) -> Vec<GasUse> {
        self.kinds.iter().map(|(kind, uses)| summarise(kind, uses.clone())).collect()
    }
}

fn summarise(kind: &str, mut uses: Vec<u64>) -> GasUse {
    uses.sort_unstable();
    let (count, middle) = (uses.len(), uses.len() / 2);
    GasUse {
        kind: kind.to_owned(),
        count,
        least: uses[0],
        median: uses[middle],
        most: uses[count - 1],
    }
}

/// A panic elsewhere does not make the books unreadable.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gas_book_tells_least_median_and_most_of_each_kind() {
        let mut book = GasBook::default();
        for (kind, gas) in [("claim", 7), ("stake", 5), ("claim", 3), ("claim", 4)] {
            book.note(kind, gas);
        }
        let kind = "claim".to_owned();
        let claims = GasUse { kind, count: 3, least: 3, median: 4, most: 7 };
        assert_eq!(book.summary()[0], claims);
        assert_eq!(book.summary()[1].count, 1);
    }
}
