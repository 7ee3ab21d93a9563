//! The accounts that the node funds at the start and signs for.
//!
//! Their keys are public knowledge: the first is the development account of Nitro's dev chain, the
//! others are those that Anvil and Hardhat derive from the mnemonic `test test test test test test
//! test test test test test junk`. Never send them anything of value on a real chain.

use std::fmt;

use alloy::{
    primitives::{Address, B256, b256},
    signers::{k256::ecdsa, local::PrivateKeySigner},
};

/// The key of Nitro's development account, `0x3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E`.
const NITRO_KEY: B256 = b256!("b6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659");

/// The first ten keys of the mnemonic that Anvil and Hardhat use.
const ANVIL_KEYS: [B256; 10] = [
    b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    b256!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    b256!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    b256!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    b256!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    b256!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    b256!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    b256!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    b256!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
];

/// An account whose key the node knows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Where its ether is.
    pub address: Address,
    /// The secp256k1 secret that signs for it.
    pub private_key: B256,
}

impl Account {
    /// The account that `private_key` signs for.
    ///
    /// # Errors
    /// When the key is zero or not below the order of the curve.
    pub fn from_key(private_key: B256) -> Result<Self, ecdsa::Error> {
        let address = PrivateKeySigner::from_bytes(&private_key)?.address();
        Ok(Self { address, private_key })
    }
}

/// Prints the address only: a key given by the user may be worth something.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Nitro's development account, then Anvil's ten.
pub fn well_known_accounts() -> Vec<Account> {
    std::iter::once(NITRO_KEY)
        .chain(ANVIL_KEYS)
        .map(|key| Account::from_key(key).expect("the well-known keys are below the curve's order"))
        .collect()
}

#[cfg(test)]
mod tests {
    use alloy::primitives::address;

    use super::*;

    #[test]
    fn the_well_known_keys_sign_for_the_well_known_addresses() {
        let addresses: Vec<_> = well_known_accounts().iter().map(|a| a.address).collect();
        assert_eq!(
            addresses,
            [
                address!("3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E"),
                address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
                address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"),
                address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
                address!("90F79bf6EB2c4f870365E785982E1f101E93b906"),
                address!("15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
                address!("9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
                address!("976EA74026E726554dB657fA54763abd0C3a0aa9"),
                address!("14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
                address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
                address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720"),
            ]
        );
    }

    #[test]
    fn a_key_of_zero_is_refused() {
        assert!(Account::from_key(B256::ZERO).is_err());
    }

    #[test]
    fn a_private_key_is_not_printed() {
        let account = Account::from_key(NITRO_KEY).unwrap();
        assert!(!format!("{account:?}").contains("b6b15c8c"));
    }
}
