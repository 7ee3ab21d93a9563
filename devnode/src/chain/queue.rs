//! Transactions that wait: for the nonces before them, or for somebody to make a block.
//!
//! A client that sends several transactions at once may see a later nonce arrive first. Such a
//! transaction waits here until the gap before it is filled, as it would in a node's pool. When
//! blocks are not made by themselves, every transaction does.
//!
//! A clone shares what waits with its original, as a state's does: snapshots take many.

use std::sync::Arc;

use alloy::{
    consensus::{Transaction as _, TxEnvelope, transaction::Recovered},
    primitives::{Address, B256},
};

use super::ChainError;
use crate::evm::map::Map;

/// How far ahead of the account's nonce a transaction may be.
const MAX_NONCE_GAP: u64 = 1_024;

/// How many transactions may wait in all.
const MAX_WAITING: usize = 16_384;

/// The waiting transactions, by sender and nonce.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue {
    waiting: Map<(Address, u64), Arc<Waiting>>,
    by_hash: Map<B256, (Address, u64)>,
    arrivals: u64,
}

#[derive(Debug)]
struct Waiting {
    transaction: Recovered<TxEnvelope>,
    /// The how-manieth it was to arrive.
    arrival: u64,
}

impl Queue {
    /// Lets a transaction wait whose sender's next nonce is `expected`. One that waits already
    /// under the same nonce gives way.
    pub(crate) fn push(
        &mut self,
        transaction: Recovered<TxEnvelope>,
        expected: u64,
    ) -> Result<(), ChainError> {
        let key = (transaction.signer(), transaction.nonce());
        if key.1.saturating_sub(expected) > MAX_NONCE_GAP || self.waiting.len() >= MAX_WAITING {
            return Err(ChainError::NonceTooHigh { nonce: key.1, expected });
        }
        // Gives way.
        self.take(key.0, key.1);
        self.by_hash.insert(*transaction.tx_hash(), key);
        self.arrivals += 1;
        let waiting = Waiting { transaction, arrival: self.arrivals };
        self.waiting.insert(key, Arc::new(waiting));
        Ok(())
    }

    /// Takes out the transaction that `sender` wants executed at `nonce`.
    pub(crate) fn take(&mut self, sender: Address, nonce: u64) -> Option<Recovered<TxEnvelope>> {
        let key = (sender, nonce);
        let transaction = self.waiting.get(&key)?.transaction.clone();
        self.waiting.remove(&key);
        self.by_hash.remove(transaction.tx_hash());
        Some(transaction)
    }

    /// Takes out, of all whose turn it is, the one that arrived first. `next` is the nonce of an
    /// account's next transaction.
    pub(crate) fn take_ready(
        &mut self,
        next: impl Fn(Address) -> u64,
    ) -> Option<Recovered<TxEnvelope>> {
        let ready = self.waiting.iter().filter(|((sender, nonce), _)| next(*sender) == *nonce);
        let (sender, nonce) = *ready.min_by_key(|(_, waiting)| waiting.arrival)?.0;
        self.take(sender, nonce)
    }

    /// The nonce after those of `sender` that wait without a gap from `expected` on.
    pub(crate) fn nonce_after(&self, sender: Address, expected: u64) -> u64 {
        let mut next = expected;
        while self.waiting.get(&(sender, next)).is_some() {
            next += 1;
        }
        next
    }

    /// The waiting transaction of this hash.
    pub(crate) fn get(&self, hash: B256) -> Option<&Recovered<TxEnvelope>> {
        self.waiting.get(self.by_hash.get(&hash)?).map(|waiting| &waiting.transaction)
    }

    /// Every waiting transaction, by sender and nonce.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Recovered<TxEnvelope>> {
        let mut waiting: Vec<_> = self.waiting.iter().collect();
        waiting.sort_unstable_by_key(|(key, _)| **key);
        waiting.into_iter().map(|(_, waiting)| &waiting.transaction)
    }

    /// Forgets the transaction of this hash; returns whether there was one.
    pub(crate) fn forget(&mut self, hash: B256) -> bool {
        let Some((sender, nonce)) = self.by_hash.get(&hash).copied() else { return false };
        self.take(sender, nonce).is_some()
    }

    /// Forgets all transactions that `unwanted` says so of.
    pub(crate) fn forget_where(&mut self, unwanted: impl Fn(Address) -> bool) {
        let keys = self.waiting.iter().map(|(key, _)| *key);
        let keys: Vec<_> = keys.filter(|(sender, _)| unwanted(*sender)).collect();
        for (sender, nonce) in keys {
            self.take(sender, nonce);
        }
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
    const OTHER: Address = Address::repeat_byte(1);

    fn transaction(nonce: u64, gas_limit: u64) -> Recovered<TxEnvelope> {
        sent_by(SENDER, nonce, gas_limit)
    }

    fn sent_by(sender: Address, nonce: u64, gas_limit: u64) -> Recovered<TxEnvelope> {
        let unsigned = TxLegacy { nonce, gas_limit, ..TxLegacy::default() };
        let signed = unsigned.into_signed(Signature::test_signature());
        Recovered::new_unchecked(signed.into(), sender)
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

    #[test]
    fn of_those_whose_turn_it_is_the_first_to_arrive_goes_first() {
        let mut queue = Queue::default();
        let (ahead, first) = (transaction(1, 0), transaction(0, 1));
        let second = sent_by(OTHER, 0, 2);
        for transaction in [&ahead, &first, &second] {
            queue.push(transaction.clone(), 0).unwrap();
        }
        assert_eq!(queue.take_ready(|_| 0), Some(first));
        assert_eq!(queue.take_ready(|_| 0), Some(second));
        assert_eq!(queue.take_ready(|_| 0), None);
        assert_eq!(queue.take_ready(|_| 1), Some(ahead));
    }

    #[test]
    fn the_next_nonce_is_the_one_after_the_gapless_ones() {
        let mut queue = Queue::default();
        for nonce in [3, 4, 6] {
            queue.push(transaction(nonce, 0), 3).unwrap();
        }
        assert_eq!(queue.nonce_after(SENDER, 3), 5);
        assert_eq!(queue.nonce_after(OTHER, 3), 3);
    }

    #[test]
    fn what_is_forgotten_is_gone() {
        let mut queue = Queue::default();
        let (one, other) = (transaction(3, 0), sent_by(OTHER, 3, 1));
        queue.push(one.clone(), 3).unwrap();
        queue.push(other.clone(), 3).unwrap();
        assert!(queue.forget(*one.tx_hash()));
        assert!(!queue.forget(*one.tx_hash()));
        queue.forget_where(|sender| sender == OTHER);
        assert_eq!(queue.iter().count(), 0);
        assert_eq!(queue.get(*other.tx_hash()), None);
    }
}
