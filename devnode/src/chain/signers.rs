//! Who may send without signing: the accounts whose keys the node has, and those it impersonates.

use std::collections::{HashMap, HashSet};

use alloy::{
    consensus::{SignableTransaction, TxEnvelope, TypedTransaction, transaction::Recovered},
    primitives::{Address, B256, Signature, U256},
    signers::{SignerSync, local::PrivateKeySigner},
};

use super::ChainError;
use crate::account::Account;

/// The keys, and the accounts that need none.
#[derive(Clone, Debug)]
pub(crate) struct Signers {
    keys: HashMap<Address, PrivateKeySigner>,
    impersonated: HashSet<Address>,
    everyone: bool,
}

impl Signers {
    /// Signers for `accounts`. An account with an impossible key can't be made, so none is dropped.
    pub(crate) fn new(accounts: &[Account]) -> Self {
        let signer = |account: &Account| PrivateKeySigner::from_bytes(&account.private_key).ok();
        let keys = accounts.iter().filter_map(signer).map(|key| (key.address(), key)).collect();
        Self { keys, impersonated: HashSet::new(), everyone: false }
    }

    /// Lets `address` send without a signature, or no longer.
    pub(crate) fn impersonate(&mut self, address: Address, allowed: bool) {
        if allowed {
            self.impersonated.insert(address);
        } else {
            self.impersonated.remove(&address);
        }
    }

    /// Lets everyone send without a signature, or no longer.
    pub(crate) fn impersonate_everyone(&mut self, allowed: bool) {
        self.everyone = allowed;
    }

    /// Whether transactions of `sender` can be signed.
    ///
    /// # Errors
    /// When the sender is neither an account of the node nor impersonated.
    pub(crate) fn check(&self, sender: Address) -> Result<(), ChainError> {
        let known = self.keys.contains_key(&sender) || self.impersonated.contains(&sender);
        if known || self.everyone { Ok(()) } else { Err(ChainError::NotUnlocked(sender)) }
    }

    /// Signs for `sender`; an impersonated sender's signature is made up.
    ///
    /// # Errors
    /// Those of [`Self::check`].
    pub(crate) fn sign(
        &self,
        transaction: TypedTransaction,
        sender: Address,
    ) -> Result<Recovered<TxEnvelope>, ChainError> {
        self.check(sender)?;
        let signature = match self.keys.get(&sender) {
            Some(key) => key
                .sign_hash_sync(&transaction.signature_hash())
                .map_err(|error| ChainError::Signature(error.to_string()))?,
            None => made_up(sender),
        };
        Ok(Recovered::new_unchecked(transaction.into_envelope(signature), sender))
    }
}

impl Signers {
    /// Signs a hash for an account whose key the node has.
    ///
    /// # Errors
    /// When it doesn't have it: an impersonated account can send, but not sign.
    pub(crate) fn sign_hash(&self, sender: Address, hash: B256) -> Result<Signature, ChainError> {
        let key = self.keys.get(&sender).ok_or(ChainError::NoKey(sender))?;
        key.sign_hash_sync(&hash).map_err(|error| ChainError::Signature(error.to_string()))
    }
}

/// Whether the sender did not sign this, but is impersonated.
pub(super) fn is_impersonated(transaction: &Recovered<TxEnvelope>) -> bool {
    *transaction.signature() == made_up(transaction.signer())
}

/// A signature that stands for `sender`'s. It differs between senders, so that equal transactions of
/// two of them have different hashes.
fn made_up(sender: Address) -> Signature {
    Signature::new(U256::from_be_bytes(sender.into_word().0), U256::ONE, false)
}

#[cfg(test)]
mod tests {
    use alloy::consensus::TxLegacy;

    use super::*;
    use crate::account::well_known_accounts;

    const STRANGER: Address = Address::repeat_byte(1);

    fn transaction() -> TypedTransaction {
        TxLegacy::default().into()
    }

    #[test]
    fn a_known_key_signs_for_its_account() {
        let account = well_known_accounts()[0];
        let signed = Signers::new(&[account]).sign(transaction(), account.address).unwrap();
        let recovered = alloy::consensus::transaction::SignerRecoverable::recover_signer(&*signed);
        assert_eq!(recovered.unwrap(), account.address);
        assert!(!is_impersonated(&signed));
    }

    #[test]
    fn a_stranger_sends_only_while_impersonated() {
        let mut signers = Signers::new(&[]);
        assert!(signers.sign(transaction(), STRANGER).is_err());
        signers.impersonate(STRANGER, true);
        let signed = signers.sign(transaction(), STRANGER).unwrap();
        assert_eq!(signed.signer(), STRANGER);
        assert!(is_impersonated(&signed));
        signers.impersonate(STRANGER, false);
        assert!(signers.sign(transaction(), STRANGER).is_err());
        signers.impersonate_everyone(true);
        assert!(signers.sign(transaction(), STRANGER).is_ok());
    }

    #[test]
    fn equal_transactions_of_two_impersonated_senders_have_different_hashes() {
        let mut signers = Signers::new(&[]);
        signers.impersonate_everyone(true);
        let first = signers.sign(transaction(), STRANGER).unwrap();
        let second = signers.sign(transaction(), Address::repeat_byte(2)).unwrap();
        assert_ne!(first.tx_hash(), second.tx_hash());
    }
}
