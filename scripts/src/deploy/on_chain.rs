//! A program as it is found on chain.

use alloy::{
    primitives::{Address, B256, Bytes, keccak256},
    providers::{DynProvider, Provider},
};
use eyre::{Result, WrapErr};

/// The code of a program, and of the fragments that it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnChain {
    /// The code of its own account.
    pub code: Bytes,
    /// Address and code of every fragment, in the program's order.
    pub fragments: Vec<(Address, Bytes)>,
}

impl OnChain {
    /// Reads the program at `address`.
    ///
    /// # Errors
    /// The node does not answer, or there is no program.
    pub async fn read(provider: &DynProvider, address: Address) -> Result<Self> {
        let code = provider.get_code_at(address).await?;
        let addresses = artifact::fragments_of(&code).wrap_err_with(|| address.to_string())?;
        let mut fragments = Vec::new();
        for fragment in addresses.into_iter().map(Address::from) {
            fragments.push((fragment, provider.get_code_at(fragment).await?));
        }
        Ok(Self { code, fragments })
    }

    /// The hash by which the chain knows the program.
    #[must_use]
    pub fn code_hash(&self) -> B256 {
        keccak256(&self.code)
    }

    /// Bytes of code in all its accounts.
    #[must_use]
    pub fn size(&self) -> usize {
        self.code.len() + self.fragments.iter().map(|(_, code)| code.len()).sum::<usize>()
    }

    /// What runs.
    ///
    /// # Errors
    /// The parts do not make a program.
    pub fn wasm(&self) -> Result<Vec<u8>, artifact::Error> {
        let codes: Vec<_> = self.fragments.iter().map(|(_, code)| code).collect();
        artifact::unpack(&self.code, &codes)
    }
}
