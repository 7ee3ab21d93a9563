//! From an artifact to a contract that runs: create, activate, construct.
//!
//! Plain transactions, each checked, on any node. Creating puts the compressed WASM on chain: one
//! account, or a root after its [`fragments`]; activating compiles it, once per code hash, for a fee
//! that the chain sets; constructing calls `stylus_constructor` once.
//!
//! Between creating and constructing, a stranger could construct first. The constructors refuse a
//! second time, so that such a theft is seen as a failed deployment and not as a wrong owner.

pub mod error;
pub mod fragments;
pub mod on_chain;
pub mod record;

use alloy::{
    primitives::{Address, B256, Bytes, U256, address, hex, keccak256},
    providers::Provider,
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolError, SolValue},
};
use artifact::Artifact;
use eyre::{Result, ensure, eyre};

use crate::{
    abi::ArbWasm,
    chain::{Call, Chain},
};

/// Where the chain activates programs.
const ARB_WASM: Address = address!("0x0000000000000000000000000000000000000071");

/// Selector of `stylus_constructor()`, which every program with a constructor answers.
const CONSTRUCTOR: [u8; 4] = hex!("5585258d");

/// Gas of an activation, which cannot be estimated everywhere; what is not used is not paid.
const ACTIVATION_GAS: u64 = 30_000_000;

/// Sent with an activation whose fee the node won't tell; what is not used comes back.
const BLIND_FEE: U256 = U256::from_limbs([10_000_000_000_000_000, 0, 0, 0]);

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
    activate(chain, deployer, &artifact.name, address, keccak256(code)).await?;
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
    what: &str,
    program: Address,
    codehash: B256,
) -> Result<()> {
    if is_active(chain, codehash).await {
        return Ok(());
    }
    let fee = activation_fee(chain, deployer.address(), program).await?;
    let activation = ArbWasm::activateProgramCall { program };
    let call = Call::to(format!("activate {what}"), ARB_WASM, &activation);
    chain.send(deployer, call.value(fee).gas(ACTIVATION_GAS)).await?;
    ensure!(is_active(chain, codehash).await, "{what} is not active after its activation");
    Ok(())
}

/// Whether a program with this code is active under the chain's present Stylus version.
async fn is_active(chain: &Chain, codehash: B256) -> bool {
    let wasm = ArbWasm::new(ARB_WASM, chain.provider());
    wasm.codehashVersion(codehash).call().await.is_ok()
}

/// What to send with an activation: the fee and a fifth more, since it moves with the chain's state.
async fn activation_fee(chain: &Chain, from: Address, program: Address) -> Result<U256> {
    let call = ArbWasm::activateProgramCall { program };
    let request = TransactionRequest::default()
        .from(from)
        .to(ARB_WASM)
        .value(BLIND_FEE)
        .gas_limit(ACTIVATION_GAS)
        .input(call.abi_encode().into());
    let with_headroom = |fee: U256| fee * U256::from(6) / U256::from(5);
    let error = match chain.provider().call(request).await {
        Ok(data) => {
            let told = ArbWasm::activateProgramCall::abi_decode_returns(&data)?;
            return Ok(with_headroom(told.dataFee));
        }
        Err(error) => error,
    };
    let data = error.as_error_resp().and_then(|response| response.as_revert_data());
    let wanted = data.and_then(|data| ArbWasm::ProgramInsufficientValue::abi_decode(&data).ok());
    // Nodes may refuse to simulate an activation at all. Then the transaction itself will tell.
    Ok(wanted.map_or(BLIND_FEE, |wanted| with_headroom(wanted.want)))
}

/// ABI-encodes constructor arguments, given as a tuple.
pub fn arguments<T: SolValue>(tuple: &T) -> Bytes
where
    for<'a> <T::SolType as alloy::sol_types::SolType>::Token<'a>:
        alloy::sol_types::abi::TokenSeq<'a>,
{
    tuple.abi_encode_params().into()
}
