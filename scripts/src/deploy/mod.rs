//! From an artifact to a contract that runs: create, activate, construct.
//!
//! Plain transactions, each checked, on any node. Creating puts the compressed WASM on chain: one
//! account, or a root after its [`fragments`]; activating compiles it, once per code hash, for a fee
//! that the chain sets; constructing calls `stylus_constructor` once.
//!
//! Between creating and constructing, a stranger could construct first. The constructors refuse a
//! second time, so that such a theft is seen as a failed deployment and not as a wrong owner.

pub mod activation;
pub mod audit;
pub mod changes;
pub mod courier;
pub mod error;
pub mod fragments;
pub mod on_chain;
pub mod outlook;
mod owners;
pub mod record;
pub mod run;
mod seen;
pub mod standing;
pub mod step;
pub mod stylus_deployer;
pub mod terms;
pub mod verify;
mod witness;

use alloy::{
    primitives::{Address, B256, Bytes, hex, keccak256},
    providers::Provider,
    signers::local::PrivateKeySigner,
    sol_types::SolValue,
};
use artifact::Artifact;
use eyre::{Result, ensure, eyre};

use self::outlook::Outlook;
use crate::chain::{Call, Chain};

/// Selector of `stylus_constructor()`, which every program with a constructor answers.
pub(crate) const CONSTRUCTOR: [u8; 4] = hex!("5585258d");

/// A contract that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// Role in the system: `vault`, `splitter`, …
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Bytes of code on chain, in all its accounts.
    pub code_size: usize,
    /// Bytes of WASM that the code unpacks to.
    pub wasm_size: usize,
    /// The block that created it, where an indexer starts.
    pub block: u64,
}

/// Creates, activates and constructs `artifact` under the name `name`. `arguments` are the
/// ABI-encoded arguments of the constructor; a contract without one takes `None`.
///
/// # Errors
/// Whichever of the three steps failed, and why.
pub async fn deploy(
    chain: &Chain,
    deployer: &PrivateKeySigner,
    name: &str,
    artifact: &Artifact,
    arguments: Option<Bytes>,
) -> Result<Deployed> {
    let fragments = fragments::place(chain, deployer, artifact).await?;
    let code = artifact.code.program(&fragments)?;
    let (address, block) = create(chain, deployer, &artifact.name, &code).await?;
    activate(chain, deployer, artifact, address, keccak256(code)).await?;
    if let Some(arguments) = arguments {
        let data = [&CONSTRUCTOR[..], &arguments].concat();
        let call = Call::raw(format!("construct {}", artifact.name), address, data);
        chain.send(deployer, call).await?;
    }
    let (code_size, wasm_size) = (artifact.report.compressed, artifact.report.raw);
    Ok(Deployed { name: name.to_owned(), address, code_size, wasm_size, block })
}

async fn create(
    chain: &Chain,
    deployer: &PrivateKeySigner,
    what: &str,
    code: &[u8],
) -> Result<(Address, u64)> {
    let call = Call::create(format!("create {what}"), artifact::init_code(code));
    let receipt = chain.send(deployer, call).await?;
    let address = receipt.contract_address.ok_or_else(|| eyre!("the creation has no address"))?;
    let found = chain.provider().get_code_at(address).await?;
    ensure!(found == *code, "the code at {address} is not what was sent for {what}");
    Ok((address, receipt.block_number.unwrap_or_default()))
}

async fn activate(
    chain: &Chain,
    deployer: &PrivateKeySigner,
    artifact: &Artifact,
    program: Address,
    codehash: B256,
) -> Result<()> {
    if activation::is_active(chain, codehash).await {
        return Ok(());
    }
    let gas = Outlook::read(chain).await?.activation_gas(artifact);
    chain.send(deployer, activation::call(artifact, program, gas)).await?;
    let active = activation::is_active(chain, codehash).await;
    ensure!(active, "{} is not active after its activation", artifact.name);
    Ok(())
}

/// ABI-encodes constructor arguments, given as a tuple.
pub fn arguments<T: SolValue>(tuple: &T) -> Bytes
where
    for<'a> <T::SolType as alloy::sol_types::SolType>::Token<'a>:
        alloy::sol_types::abi::TokenSeq<'a>,
{
    tuple.abi_encode_params().into()
}
