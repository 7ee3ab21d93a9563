//! Transactions that are sent once, whatever happens to the sender.
//!
//! A transaction is written down, with its nonce, before it leaves; and its end, when it is known.
//! Whoever is killed in between finds it written, asks the chain for its end, and sends again only with
//! the same nonce, of which the chain takes one. One that is not mined in time is replaced by a dearer
//! version, under the same nonce and with the same content, as far as the limit allows.

use std::path::Path;

use alloy::{
    consensus::TxEnvelope,
    eips::BlockId,
    network::{EthereumWallet, NetworkTransactionBuilder, TransactionBuilder},
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::{TransactionReceipt, TransactionRequest},
};
use eyre::{Result, bail};

use super::{
    error::DeployError,
    record::{Pending, Record},
};
use crate::{
    auction::{Auction, TooDear, receipt_of},
    chain::{Account, Call, Chain, in_words},
};

/// How often a run waits for a transaction, with another version each time if that may be.
const VERSIONS: usize = 4;

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
    pub(crate) auction: Auction,
}

impl Courier<'_> {
    /// Learns the end of a transaction that an earlier run left under way. `None` if none was, if it
    /// never reached the chain, or if it is stuck; then what it should do is to be done with the next,
    /// which replaces it.
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
                return Ok(self.wait(&pending).await);
            }
        }
        Ok(None)
    }

    /// Sends `call`, waits for it, and makes sure that it succeeded; `say` is told of every version after
    /// the first. The record stays pending: it is for the caller to note what came of it, and to save that.
    pub(crate) async fn send(
        &self,
        record: &mut Record,
        call: &Call,
        say: &mut dyn FnMut(&str),
    ) -> Result<TransactionReceipt> {
        let mut pending = self.begin(record, call).await?;
        let mut request = self.request(call, &pending).await?;
        self.dispatch(record, &mut pending, &request).await?;
        for further in (0..VERSIONS).rev() {
            if let Some(receipt) = self.wait(&pending).await {
                return self.succeeded(record, request, receipt).await;
            }
            if further > 0
                && let Some(dearer) = self.dearer(call, &request).await
            {
                say(&format!("{}: not mined yet, offered again for more", call.kind));
                // Whatever the node says: an earlier version may be mined meanwhile.
                let _ = self.dispatch(record, &mut pending, &dearer).await;
                request = dearer;
            }
        }
        let transaction = pending.transactions.last().copied().unwrap_or(B256::ZERO);
        let (step, limit) = (pending.step, self.auction.limit);
        let fee = pending.max_fee_per_gas.unwrap_or_default().into();
        bail!(DeployError::NotMined { step, transaction, fee, limit })
    }

    /// The number that `call` takes: that of the transaction under way, unless that is used up.
    async fn begin(&self, record: &mut Record, call: &Call) -> Result<Pending> {
        let provider = self.chain.provider();
        let (step, mined) =
            (call.kind.clone(), provider.get_transaction_count(self.payer.address).await?);
        match record.pending.take() {
            Some(pending) if pending.step == step => Ok(pending),
            // What was to be done with that number is another matter, and is outbid as well.
            Some(pending) if pending.nonce >= mined => {
                Ok(Pending { step, transactions: Vec::new(), ..pending })
            }
            _ => {
                let nonce = provider.get_transaction_count(self.payer.address).pending().await?;
                Ok(Pending { step, nonce, transactions: Vec::new(), max_fee_per_gas: None })
            }
        }
    }

    /// Signs a version, writes it down, and sends it.
    async fn dispatch(
        &self,
        record: &mut Record,
        pending: &mut Pending,
        request: &TransactionRequest,
    ) -> Result<()> {
        let envelope: TxEnvelope = request.clone().build(&self.payer.wallet).await?;
        let hash = *envelope.tx_hash();
        if !pending.transactions.contains(&hash) {
            pending.transactions.push(hash);
        }
        pending.max_fee_per_gas =
            request.max_fee_per_gas.map(|fee| fee.try_into().unwrap_or(u64::MAX));
        record.pending = Some(pending.clone());
        record.save(self.directory)?;
        if let Err(error) = self.chain.provider().send_tx_envelope(envelope).await {
            // It may be there all the same, or an earlier version of it: then its end counts.
            if !self.is_known(pending).await? {
                return Err(in_words(&error).wrap_err(format!("{} was not sent", pending.step)));
            }
        }
        Ok(())
    }

    /// The same again for more, if the node says what gas costs, and limit and payer allow that.
    async fn dearer(
        &self,
        call: &Call,
        request: &TransactionRequest,
    ) -> Option<TransactionRequest> {
        let price = self.chain.provider().get_gas_price().await.ok()?;
        let fee = self.auction.offer(price, request.max_fee_per_gas).ok()?;
        let dearer = request.clone().with_max_fee_per_gas(fee);
        self.ensure_funds(call, &dearer, fee).await.ok()?;
        Some(dearer)
    }

    async fn succeeded(
        &self,
        record: &mut Record,
        request: TransactionRequest,
        receipt: TransactionReceipt,
    ) -> Result<TransactionReceipt> {
        if receipt.status() {
            return Ok(receipt);
        }
        let step = record.pending.take().map(|pending| pending.step).unwrap_or_default();
        record.save(self.directory)?;
        bail!(self.reason(request, &receipt).await.wrap_err(format!("{step} failed")));
    }

    async fn request(&self, call: &Call, pending: &Pending) -> Result<TransactionRequest> {
        let provider = self.chain.provider();
        let from = self.payer.address;
        let last = pending.max_fee_per_gas.map(u128::from);
        let offer = self.auction.offer(provider.get_gas_price().await?, last);
        let max_fee = offer.map_err(|TooDear { fee, limit }| {
            let step = call.kind.clone();
            DeployError::TooDear { step, fee, limit }
        })?;
        let mut request = call
            .request(from)
            .with_nonce(pending.nonce)
            .with_chain_id(self.chain.chain_id())
            .with_max_fee_per_gas(max_fee)
            .with_max_priority_fee_per_gas(0);
        if request.gas.is_none() {
            let estimate = provider.estimate_gas(request.clone()).await;
            let told = estimate.map_err(|error| in_words(&error).wrap_err(call.kind.clone()))?;
            request.set_gas_limit(told * 6 / 5);
        }
        self.ensure_funds(call, &request, max_fee).await?;
        Ok(request)
    }

    async fn ensure_funds(
        &self,
        call: &Call,
        request: &TransactionRequest,
        max_fee: u128,
    ) -> Result<()> {
        let payer = self.payer.address;
        let gas = u128::from(request.gas.unwrap_or_default());
        let needed = U256::from(gas.saturating_mul(max_fee)) + request.value.unwrap_or_default();
        let has = self.chain.provider().get_balance(payer).await?;
        if has < needed {
            let step = call.kind.clone();
            bail!(DeployError::InsufficientFunds { step, payer, needed, has });
        }
        Ok(())
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

    async fn wait(&self, pending: &Pending) -> Option<TransactionReceipt> {
        let (provider, patience) = (self.chain.provider(), self.auction.patience);
        receipt_of(provider, &pending.transactions, patience).await
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
