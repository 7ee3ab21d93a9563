//! Programs that one account cannot hold.
//!
//! A fragment is nothing but bytes, the same for everybody, so it goes through the CREATE2 factory to an
//! address that follows from its bytes alone. Whoever placed it before placed the same; and the root,
//! which lists those addresses, has the same code hash on every chain. On a chain without that factory,
//! fragments are created where they happen to come to lie.

use alloy::{
    primitives::{Address, B256, address},
    providers::Provider,
    signers::local::PrivateKeySigner,
};
use artifact::Artifact;
use eyre::{Result, ensure};

use super::{create, error::DeployError};
use crate::{
    abi::ArbOwnerPublic,
    chain::{Call, Chain},
};

/// The CREATE2 factory that is at the same address on every chain. Its calldata is a salt and the
/// init code.
pub const CREATE2_FACTORY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// What the chain says of its own parameters.
pub(crate) const ARB_OWNER_PUBLIC: Address = address!("000000000000000000000000000000000000006b");

/// Fragments are told apart by their bytes.
const SALT: B256 = B256::ZERO;

/// Where the factory places `code`.
#[must_use]
pub fn address_of(code: &[u8]) -> Address {
    CREATE2_FACTORY.create2_from_code(SALT, artifact::init_code(code))
}

/// Where the factory places all fragments of `artifact`, as the root lists them.
#[must_use]
pub fn addresses_of(artifact: &Artifact) -> Vec<artifact::Address> {
    artifact.code.fragments().iter().map(|code| address_of(code).into()).collect()
}

/// The call that places `code`, which is fragment `place` of `package`, through the factory.
#[must_use]
pub fn placement(package: &str, place: usize, code: &[u8]) -> Call {
    Call::raw(title(package, place), CREATE2_FACTORY, factory_input(code))
}

/// What the factory is sent to place `code`.
#[must_use]
pub fn factory_input(code: &[u8]) -> Vec<u8> {
    [SALT.as_slice(), &artifact::init_code(code)].concat()
}

/// Makes sure that the chain takes programs of as many fragments as `artifact` has.
///
/// # Errors
/// [`DeployError::TooManyFragments`].
pub async fn ensure_taken(chain: &Chain, artifact: &Artifact) -> Result<(), DeployError> {
    let needed = artifact.code.fragments().len();
    if needed == 0 {
        return Ok(());
    }
    let public = ArbOwnerPublic::new(ARB_OWNER_PUBLIC, chain.provider());
    // Before ArbOS 60 there is no such function.
    let offered = public.getMaxStylusContractFragments().call().await.unwrap_or(0);
    if needed <= usize::from(offered) {
        return Ok(());
    }
    Err(DeployError::TooManyFragments { contract: artifact.name.clone(), needed, offered })
}

/// Puts the fragments of `artifact` on chain, if it has any, and says where they are.
///
/// # Errors
/// The chain does not take them, or a transaction failed.
pub async fn place(
    chain: &Chain,
    deployer: &PrivateKeySigner,
    artifact: &Artifact,
) -> Result<Vec<artifact::Address>> {
    ensure_taken(chain, artifact).await?;
    let mut addresses = Vec::new();
    for (place, code) in artifact.code.fragments().iter().enumerate() {
        addresses.push(place_one(chain, deployer, &artifact.name, place, code).await?.into());
    }
    Ok(addresses)
}

async fn place_one(
    chain: &Chain,
    deployer: &PrivateKeySigner,
    package: &str,
    place: usize,
    code: &[u8],
) -> Result<Address> {
    let provider = chain.provider();
    if provider.get_code_at(CREATE2_FACTORY).await?.is_empty() {
        let what = format!("fragment {} of {package}", place + 1);
        return Ok(create(chain, deployer, &what, code).await?.0);
    }
    let address = address_of(code);
    if provider.get_code_at(address).await?.is_empty() {
        chain.send(deployer, placement(package, place, code)).await?;
        let found = provider.get_code_at(address).await?;
        ensure!(found == *code, "the factory did not place {} at {address}", title(package, place));
    }
    Ok(address)
}

fn title(package: &str, place: usize) -> String {
    format!("create fragment {} of {package}", place + 1)
}
