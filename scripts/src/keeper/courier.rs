//! One transaction, from simulation to receipt, whatever the node does meanwhile.
//!
//! A transaction always takes the account's next number by what is *mined*. So one that got stuck is
//! replaced, by a higher fee, and never queued behind; two keepers with one account compete for the number,
//! and the loser's duty is gone at its next look.

use std::sync::Mutex;

use alloy::{
    consensus::TxEnvelope,
    eips::Encodable2718,
    network::{NetworkTransactionBuilder, TransactionBuilder},
    primitives::{B256, U256},
    providers::{DynProvider, Provider},
    rpc::types::TransactionRequest,
    transports::TransportError,
};
use eyre::Result;

use super::{
    Rules,
    duty::{ACTIVATION_GAS, is_activation, spent},
    effect,
    store::{Store, today},
};
use crate::{
    auction::{TooDear, receipt_of},
    chain::{Account, GAS_MARGIN, in_words},
    failure::Failure,
    session::{Session, Signer, Step},
};

/// The most gas that a transaction may have on Arbitrum's chains.
const MOST_GAS: u64 = 32_000_000;

/// Sends transactions of one account.
#[derive(Debug)]
pub struct Courier<'a> {
    provider: &'a DynProvider,
    chain_id: u64,
    signer: &'a Signer,
    rules: Rules,
    store: Store,
    /// Number and fee of the last transaction, which a replacement has to outbid.
    last: Mutex<Option<(u64, u128)>>,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It was mined and succeeded.
    Done {
        /// The transaction.
        hash: B256,
        /// Wei that it cost: gas and value.
        cost: U256,
    },
    /// It was mined and succeeded, but somebody who should have been paid was skipped.
    Partial {
        /// The transaction.
        hash: B256,
        /// Wei that it cost: gas and value.
        cost: U256,
        /// Who was skipped, in words.
        skipped: Vec<String>,
    },
    /// A contract refuses it, or it would do nothing: another did it, or it cannot be done.
    Needless(String),
    /// Too dear now, or not mined in time; the next round tries again.
    Postponed(String),
}

/// Something to go on with, or what is told instead.
type Ready<T> = Result<T, Delivery>;

/// A transaction that may be sent.
struct Offer {
    request: TransactionRequest,
    nonce: u64,
    fee: u128,
    /// The most that it can cost.
    worst: U256,
}

impl<'a> Courier<'a> {
    /// A courier with the session's signer.
    ///
    /// # Errors
    /// Nobody signs.
    pub fn new(session: &'a Session, rules: Rules, store: Store) -> Result<Self> {
        let signer = session.sender.signer.as_ref().ok_or_else(|| {
            Failure::usage("nobody signs; give --account NAME or --keystore FILE")
        })?;
        let (provider, chain_id) = (session.site.chain.provider(), session.site.chain.chain_id());
        Ok(Self { provider, chain_id, signer, rules, store, last: Mutex::default() })
    }

    /// Sends `step`, if it is of use and affordable, and waits for it.
    ///
    /// # Errors
    /// The node does not answer before anything was sent.
    pub async fn deliver(&self, step: &Step) -> Result<Delivery> {
        let request = TransactionRequest::default()
            .with_from(self.signer.address())
            .with_to(step.to)
            .with_value(step.value)
            .with_input(step.data.clone());
        let gas = match self.rehearse(step, &request).await? {
            Ok(gas) => gas,
            Err(instead) => return Ok(instead),
        };
        let offer = match self.offer(request, gas).await? {
            Ok(offer) => offer,
            Err(instead) => return Ok(instead),
        };
        let day = today();
        let budget = self.rules.budget_of(step);
        if !self.store.update(|state| state.reserve(day, budget, offer.worst))? {
            return Ok(Delivery::Postponed("the day's budget is spent".into()));
        }
        self.send(offer, step, day).await
    }

    /// The gas limit, if a simulation shows the step to be of use.
    async fn rehearse(&self, step: &Step, request: &TransactionRequest) -> Result<Ready<u64>> {
        let returned = match self.provider.call(request.clone()).await {
            Ok(returned) => returned,
            Err(error) => return judge(step, &error),
        };
        let moved = effect::moved(&step.data, &returned);
        if moved.is_some_and(|moved| moved.is_zero()) {
            return Ok(Err(Delivery::Needless("nobody would be paid".into())));
        }
        let gas = match self.provider.estimate_gas(request.clone()).await {
            Ok(gas) => gas * 6 / 5 + GAS_MARGIN,
            Err(error) => return judge(step, &error),
        };
        match moved {
            Some(moved) => self.enough(step, request, gas, moved).await,
            None => Ok(Ok(gas)),
        }
    }

    /// `gas`, or as much more as it takes to move `moved`: a payee that runs out of its part is skipped,
    /// which is no failure, so an estimate knows nothing of it.
    async fn enough(
        &self,
        step: &Step,
        request: &TransactionRequest,
        gas: u64,
        moved: U256,
    ) -> Result<Ready<u64>> {
        let mut gas = gas;
        while gas <= MOST_GAS {
            match self.provider.call(request.clone().with_gas_limit(gas)).await {
                Ok(returned) if effect::moved(&step.data, &returned) >= Some(moved) => {
                    return Ok(Ok(gas));
                }
                Err(error) if error.as_error_resp().is_none() => return Err(in_words(&error)),
                Ok(_) | Err(_) => gas *= 2,
            }
        }
        Ok(Err(Delivery::Needless(format!("with {MOST_GAS} gas it pays less than it should"))))
    }

    /// Number and fee, if the fee is one that the rules allow.
    async fn offer(&self, request: TransactionRequest, gas: u64) -> Result<Ready<Offer>> {
        let price = self.provider.get_gas_price().await.map_err(|error| in_words(&error))?;
        let counted = self.provider.get_transaction_count(self.signer.address()).latest().await;
        let nonce = counted.map_err(|error| in_words(&error))?;
        let fee = match self.rules.auction.offer(price, self.last_offer(nonce)) {
            Ok(fee) => fee,
            Err(TooDear { fee, limit }) => {
                let why = format!("gas costs {fee} wei, of which {limit} are allowed");
                return Ok(Err(Delivery::Postponed(why)));
            }
        };
        let value = request.value.unwrap_or_default();
        let worst = (U256::from(gas) * U256::from(fee)).saturating_add(value);
        let request = request
            .with_nonce(nonce)
            .with_chain_id(self.chain_id)
            .with_gas_limit(gas)
            .with_max_fee_per_gas(fee)
            .with_max_priority_fee_per_gas(0);
        Ok(Ok(Offer { request, nonce, fee, worst }))
    }

    /// What the last transaction offered, if it had the same number: this one replaces it.
    fn last_offer(&self, nonce: u64) -> Option<u128> {
        let last = *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        last.filter(|(number, _)| *number == nonce).map(|(_, fee)| fee)
    }

    async fn send(&self, offer: Offer, step: &Step, day: u64) -> Result<Delivery> {
        let settle =
            |actual: U256| self.store.update(|state| state.settle(day, offer.worst, actual));
        let envelope: TxEnvelope = offer.request.clone().build(&self.signer.wallet()).await?;
        let (hash, raw) = (*envelope.tx_hash(), envelope.encoded_2718());
        let last = Some((offer.nonce, offer.fee));
        *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = last;
        if let Err(error) = self.provider.send_raw_transaction(&raw).await {
            // Silence says nothing: it may have arrived. A plain refusal does.
            if let Some(refusal) = error.as_error_resp().filter(|told| !is_known(&told.message)) {
                settle(U256::ZERO)?;
                return Ok(Delivery::Postponed(refusal.message.to_string()));
            }
        }
        let patience = self.rules.auction.patience;
        let Some(receipt) = receipt_of(self.provider, &[hash], patience).await else {
            let seconds = patience.as_secs();
            return Ok(Delivery::Postponed(format!("{hash} was not mined within {seconds} s")));
        };
        let gas = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
        let cost = gas.saturating_add(spent(step, receipt.logs()));
        settle(cost)?;
        if receipt.status() {
            let skipped = effect::skipped(receipt.logs());
            return Ok(match skipped.is_empty() {
                true => Delivery::Done { hash, cost },
                false => Delivery::Partial { hash, cost, skipped },
            });
        }
        Ok(Delivery::Needless(format!("{hash} reverted: another was faster")))
    }
}

/// What follows from a simulation that failed.
fn judge(step: &Step, error: &TransportError) -> Result<Ready<u64>> {
    let Some(response) = error.as_error_resp() else { return Err(in_words(error)) };
    if response.as_revert_data().is_some() {
        return Ok(Err(Delivery::Needless(format!("{:#}", in_words(error)))));
    }
    if is_activation(step) {
        return Ok(Ok(ACTIVATION_GAS));
    }
    Ok(Err(Delivery::Postponed(response.message.to_string())))
}

/// Whether a node's refusal says that it has the transaction already.
fn is_known(message: &str) -> bool {
    ["already known", "already imported"].iter().any(|words| message.contains(words))
}
