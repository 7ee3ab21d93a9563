//! What a chain offers to those who deploy: whether programs can be activated, at what price, and which
//! helpers are there. Asked before anything is sent, and without simulating an activation, which many
//! nodes refuse.

use alloy::{
    primitives::{Address, U256, address},
    providers::Provider,
};
use artifact::Artifact;
use eyre::Result;

use super::{
    activation::ARB_WASM,
    error::DeployError,
    fragments::{ARB_OWNER_PUBLIC, CREATE2_FACTORY},
    stylus_deployer::STYLUS_DEPLOYER,
};
use crate::{
    abi::{ArbGasInfo, ArbOwnerPublic, ArbWasm},
    chain::Chain,
};

/// Where the chain tells its prices.
const ARB_GAS_INFO: Address = address!("000000000000000000000000000000000000006c");
/// What a transaction may use where the chain does not say: the limit of a block before ArbOS 50.
const BLOCK_GAS: u64 = 32_000_000;

/// What a chain offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The version that programs have to be activated for.
    pub stylus_version: u16,
    /// Gas that the chain's owner has added to every activation; zero in ordinary times.
    pub added_gas: u64,
    /// The most gas that one transaction may use.
    pub gas_limit: u64,
    /// Fragments that one program may have.
    pub fragments: u8,
    /// Whether the StylusDeployer is there: create, activate and construct in one transaction.
    pub stylus_deployer: bool,
    /// Whether the CREATE2 factory is there.
    pub factory: bool,
    /// Wei for a unit of gas.
    pub gas_price: u128,
}

impl Outlook {
    /// Asks the chain.
    ///
    /// # Errors
    /// [`DeployError::NoStylus`], or the node does not answer.
    pub async fn read(chain: &Chain) -> Result<Self> {
        let provider = chain.provider();
        let wasm = ArbWasm::new(ARB_WASM, provider);
        let stylus_version = wasm.stylusVersion().call().await;
        let no_stylus = |_| DeployError::NoStylus(chain.chain_id());
        let gas_info = ArbGasInfo::new(ARB_GAS_INFO, provider);
        let most = gas_info.getMaxTxGasLimit().call().await.unwrap_or(U256::from(BLOCK_GAS));
        let public = ArbOwnerPublic::new(ARB_OWNER_PUBLIC, provider);
        Ok(Self {
            stylus_version: stylus_version.map_err(no_stylus)?,
            // Chains before ArbOS 59 and 60 know of neither: nothing added, no fragments.
            added_gas: wasm.activationGas().call().await.unwrap_or_default(),
            fragments: public.getMaxStylusContractFragments().call().await.unwrap_or_default(),
            gas_limit: most.saturating_to(),
            stylus_deployer: !provider.get_code_at(STYLUS_DEPLOYER).await?.is_empty(),
            factory: !provider.get_code_at(CREATE2_FACTORY).await?.is_empty(),
            gas_price: provider.get_gas_price().await?,
        })
    }

    /// Gas of activating `artifact` here.
    #[must_use]
    pub fn activation_gas(&self, artifact: &Artifact) -> u64 {
        artifact.report.activation.gas.saturating_add(self.added_gas)
    }

    /// Makes sure that `artifact` can be put on this chain.
    ///
    /// # Errors
    /// [`DeployError::TooManyFragments`] or [`DeployError::ActivationPaused`].
    pub fn ensure_possible(&self, artifact: &Artifact) -> Result<(), DeployError> {
        let (contract, needed) = (artifact.name.clone(), artifact.report.fragments);
        if needed > usize::from(self.fragments) {
            return Err(DeployError::TooManyFragments {
                contract,
                needed,
                offered: self.fragments,
            });
        }
        let (needed, added, limit) =
            (self.activation_gas(artifact), self.added_gas, self.gas_limit);
        if needed > limit {
            return Err(DeployError::ActivationPaused { contract, needed, added, limit });
        }
        Ok(())
    }
}
