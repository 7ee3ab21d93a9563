//! Transactions that are sent once, whatever happens to the sender.
//!
//! A transaction is written down, with its nonce, before it leaves; and its end, when it is known.
//! Whoever is killed in between finds it written, asks the chain for its end, and sends again only with
//! the same nonce, of which the chain takes one.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use alloy::{
    consensus::TxEnvelope,
    eips::BlockId,
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::{TransactionReceipt, TransactionRequest},
};
use eyre::{Result, bail};
use tokio::time::sleep;

use super::{
    error::DeployError,
    record::{Pending, Record},
};
use crate::chain::{Account, Call, Chain, in_words};

/// How long a transaction is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Who pays and signs.
#[derive(Clone, Debug)]
pub struct Payer {
    /// The account.
    pub address: Address,
    /// What signs for it.
    pub wallet: EthereumWallet,
}

impl Payer {
    /// Anybody who signs.
    pub fn of(account: &impl Account) -> Self {
        Self { address: account.address(), wallet: account.wallet() }
    }
}

/// Sends a deployment's transactions, one after the other.
#[derive(Debug)]
pub(crate) struct Courier<'a> {
    pub(crate) chain: &'a Chain,
    pub(crate) payer: &'a Payer,
    pub(crate) directory: &'a Path,
}

impl Courier<'_> {
    /// Learns the end of a transaction that an earlier run left under way. `None` if none was, or if
    /// it never reached the chain; then what it should do is to be done with the next.
    pub(crate) async fn settle(&self, record: &mut Record) -> Result<Option<TransactionReceipt>> {
        let Some(pending) = record.pending.clone() else { return Ok(None) };
        if let Some(receipt) = self.mined(&pending).await? {
            return Ok(Some(receipt));
        }
        let provider = self.chain.provider();
        if provider.get_transaction_count(record.deployer).await? > pending.nonce {
            if let Some(receipt) = self.mined(&pending).await? {
                return Ok(Some(receipt));
            }
            // Another transaction took its place. What is on chain says what is left to do.
            record.pending = None;
            record.save(self.directory)?;
            return Ok(None);
        }
        for hash in &pending.transactions {
            if provider.get_transaction_by_hash(*hash).await?.is_some() {
                return self.wait(&pending).await.map(Some);
            }
        }
        Ok(None)
    }

    /// Sends `call`, waits for it, and makes sure that it succeeded. The record stays pending: it is
    /// for the caller to note what came of it, and to save that.
    pub(crate) async fn send(
        &self,
        record: &mut Record,
        call: &Call,
    ) -> Result<TransactionReceipt> {
        let provider = self.chain.provider();
        let (nonce, mut transactions) = match record.pending.take() {
            Some(pending) if pending.step == call.kind => (pending.nonce, pending.transactions),
            Some(pending) => (pending.nonce, Vec::new()),
            None => {
                (provider.get_transaction_count(self.payer.address).pending().await?, Vec::new())
            }
        };
        let request = self.request(call, nonce).await?;
        let envelope: TxEnvelope = request.clone().build(&self.payer.wallet).await?;
        let hash = *envelope.tx_hash();
        if !transactions.contains(&hash) {
            transactions.push(hash);
        }
        let pending = Pending { step: call.kind.clone(), nonce, transactions };
        record.pending = Some(pending.clone());
        record.save(self.directory)?;
        if let Err(error) = provider.send_tx_envelope(envelope).await {
            // It may be there all the same, or an earlier version of it: then its end counts.
            if !self.is_known(&pending).await? {
                return Err(in_words(&error).wrap_err(format!("{} was not sent", call.kind)));
            }
        }
        let receipt = self.wait(&pending).await?;
        if !receipt.status() {
            record.pending = None;
            record.save(self.directory)?;
            bail!(self.reason(request, &receipt).await.wrap_err(format!("{} failed", call.kind)));
        }
        Ok(receipt)
    }

    async fn request(&self, call: &Call, nonce: u64) -> Result<TransactionRequest> {
        let provider = self.chain.provider();
        let from = self.payer.address;
        let max_fee = 2 * provider.get_gas_price().await?;
        let mut request = call
            .request(from)
            .with_nonce(nonce)
            .with_chain_id(self.chain.chain_id())
            .with_max_fee_per_gas(max_fee)
            .with_max_priority_fee_per_gas(0);
        if request.gas.is_none() {
            let estimate = provider.estimate_gas(request.clone()).await;
            let told = estimate.map_err(|error| in_words(&error).wrap_err(call.kind.clone()))?;
            request.set_gas_limit(told * 6 / 5);
        }
        let gas = u128::from(request.gas.unwrap_or_default());
        let needed = U256::from(gas * max_fee) + request.value.unwrap_or_default();
        let has = provider.get_balance(from).await?;
        if has < needed {
            let step = call.kind.clone();
            bail!(DeployError::InsufficientFunds { step, payer: from, needed, has });
        }
        Ok(request)
    }

    async fn mined(&self, pending: &Pending) -> Result<Option<TransactionReceipt>> {
        for hash in &pending.transactions {
            let receipt = self.chain.provider().get_transaction_receipt(*hash).await?;
            if receipt.is_some() {
                return Ok(receipt);
            }
        }
        Ok(None)
    }

    async fn is_known(&self, pending: &Pending) -> Result<bool> {
        for hash in &pending.transactions {
            if self.chain.provider().get_transaction_by_hash(*hash).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(self.mined(pending).await?.is_some())
    }

    async fn wait(&self, pending: &Pending) -> Result<TransactionReceipt> {
        let (begun, mut pause) = (Instant::now(), Duration::from_millis(5));
        while begun.elapsed() < PATIENCE {
            if let Some(receipt) = self.mined(pending).await? {
                return Ok(receipt);
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
        let transaction = pending.transactions.last().copied().unwrap_or(B256::ZERO);
        bail!(DeployError::NotMined { step: pending.step.clone(), transaction })
    }

    /// Runs a reverted transaction again, to learn why, if the node does that.
    async fn reason(
        &self,
        request: TransactionRequest,
        receipt: &TransactionReceipt,
    ) -> eyre::Report {
        let block = receipt.block_number.map_or_else(BlockId::latest, BlockId::number);
        let hash = receipt.transaction_hash;
        let told = match self.chain.provider().call(request).block(block).await {
            Err(error) => in_words(&error),
            Ok(_) => eyre::eyre!("it does not when run again"),
        };
        told.wrap_err(format!("transaction {hash} reverted"))
    }
}
