//! Keys: accounts that can sign, and the precompile that recovers them.

use alloy_primitives::{Address, B256, U256, keccak256};
use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};

/// An account with a key, for tests of permits.
#[derive(Clone, Debug)]
pub struct Wallet {
    key: SigningKey,
    /// Where the key's owner lives.
    pub address: Address,
}

impl Wallet {
    /// The wallet of that name: the same key every time, and as good as public.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let key = SigningKey::from_slice(keccak256(name).as_slice());
        let key = key.expect("no test will ever find a hash outside the curve's order");
        let address = address_of(key.verifying_key());
        Self { key, address }
    }

    /// Signs a 32-byte digest as it is. Returns `(v, r, s)` with `v` 27 or 28.
    #[must_use]
    pub fn sign(&self, digest: B256) -> (u8, B256, B256) {
        let signed = self.key.sign_prehash_recoverable(digest.as_slice());
        let (signature, recovery) = signed.expect("a 32-byte digest can always be signed");
        let (r, s) = signature.split_bytes();
        (27 + recovery.to_byte(), B256::from_slice(&r), B256::from_slice(&s))
    }
}

fn address_of(key: &VerifyingKey) -> Address {
    let point = key.to_encoded_point(false);
    Address::from_slice(&keccak256(&point.as_bytes()[1..])[12..])
}

/// The precompile: `digest ++ v ++ r ++ s` in, a padded address out, nothing if it is no
/// signature. Short input is read as if zeros followed.
pub(crate) fn ecrecover(input: &[u8]) -> Vec<u8> {
    let mut words = [0_u8; 128];
    let len = input.len().min(words.len());
    words[..len].copy_from_slice(&input[..len]);
    recover(&words).map_or(Vec::new(), |signer| signer.into_word().to_vec())
}

fn recover(words: &[u8; 128]) -> Option<Address> {
    let v = U256::from_be_slice(&words[32..64]);
    let parity = u8::try_from(v.checked_sub(U256::from(27))?).ok().filter(|parity| *parity < 2)?;
    let signature = Signature::from_slice(&words[64..]).ok()?;
    // The precompile takes both of the curve's mirrored signatures; the library only the lower one.
    let (signature, parity) =
        signature.normalize_s().map_or((signature, parity), |lower| (lower, 1 - parity));
    let recovery = RecoveryId::from_byte(parity)?;
    let key = VerifyingKey::recover_from_prehash(&words[..32], &signature, recovery).ok()?;
    Some(address_of(&key))
}
