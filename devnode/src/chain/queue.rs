//! Transactions that came too early.
//!
//! A client that sends several transactions at once may see a later nonce arrive first. Such a
//! transaction waits here until the gap before it is filled, as it would in a node's pool.

use std::collections::{BTreeMap, HashMap};

use alloy::{
    consensus::{Transaction as _, TxEnvelope, transaction::Recovered},
    primitives::{Address, B256},
};

use super::ChainError;

/// How far ahead of the account's nonce a transaction may be.
const MAX_NONCE_GAP: u64 = 1_024;

/// How many transactions may wait in all.
const MAX_WAITING: usize = 16_384;

/// The waiting transactions, by sender and nonce.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    waiting: BTreeMap<(Address, u64), Recovered<TxEnvelope>>,
    by_hash: HashMap<B256, (Address, u64)>,
}

impl Queue {
    /// Lets a transaction wait whose nonce is ahead of `expected`. One that waits already under
    /// the same nonce gives way.
    pub(crate) fn push(
        &mut self,
        transaction: Recovered<TxEnvelope>,
        expected: u64,
    ) -> Result<(), ChainError> {
        let key = (transaction.signer(), transaction.nonce());
        if key.1 - expected > MAX_NONCE_GAP || self.waiting.len() >= MAX_WAITING {
            return Err(ChainError::NonceTooHigh { nonce: key.1, expected });
        }
        self.by_hash.insert(*transaction.tx_hash(), key);
        if let Some(replaced) = self.waiting.insert(key, transaction) {
            self.by_hash.remove(replaced.tx_hash());
        }
        Ok(())
    }

    /// Takes out the transaction that `sender` wants executed at `nonce`.
    pub(crate) fn take(&mut self, sender: Address, nonce: u64) -> Option<Recovered<TxEnvelope>> {
        let transaction = self.waiting.remove(&(sender, nonce))?;
        self.by_hash.remove(transaction.tx_hash());
        Some(transaction)
    }

    /// The waiting transaction of this hash.
    pub(crate) fn get(&self, hash: B256) -> Option<&Recovered<TxEnvelope>> {
        self.waiting.get(self.by_hash.get(&hash)?)
    }
}

#[cfg(test)]
mod tests {
    use alloy::{
        consensus::{SignableTransaction, TxLegacy},
        primitives::Signature,
    };

    use super::*;

    const SENDER: Address = Address::repeat_byte(7);

    fn transaction(nonce: u64, gas_limit: u64) -> Recovered<TxEnvelope> {
        let unsigned = TxLegacy { nonce, gas_limit, ..TxLegacy::default() };
        let signed = unsigned.into_signed(Signature::test_signature());
        Recovered::new_unchecked(signed.into(), SENDER)
    }

    #[test]
    fn a_transaction_waits_until_its_nonce_comes() {
        let mut queue = Queue::default();
        let later = transaction(5, 0);
        queue.push(later.clone(), 4).unwrap();
        assert_eq!(queue.get(*later.tx_hash()), Some(&later));
        assert_eq!(queue.take(SENDER, 4), None);
        assert_eq!(queue.take(SENDER, 5), Some(later.clone()));
        assert_eq!(queue.get(*later.tx_hash()), None);
    }

    #[test]
    fn a_second_transaction_of_one_nonce_replaces_the_first() {
        let mut queue = Queue::default();
        let (first, second) = (transaction(5, 1), transaction(5, 2));
        queue.push(first.clone(), 4).unwrap();
        queue.push(second.clone(), 4).unwrap();
        assert_eq!(queue.get(*first.tx_hash()), None);
        assert_eq!(queue.take(SENDER, 5), Some(second));
    }

    #[test]
    fn a_nonce_far_ahead_is_refused() {
        let mut queue = Queue::default();
        assert!(queue.push(transaction(MAX_NONCE_GAP, 0), 0).is_ok());
        assert!(queue.push(transaction(MAX_NONCE_GAP + 1, 0), 0).is_err());
    }
}
