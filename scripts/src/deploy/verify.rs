//! Whether what is on chain is what these sources are built to, byte by byte.
//!
//! A program's root names its fragments, so the bytes of every account are compared, and the root with
//! the one that lists exactly those accounts. Nothing of a record or of the chain's word is believed.

use alloy::primitives::{Address, B256};
use artifact::Artifact;
use eyre::Result;
use serde::Serialize;

use super::on_chain::OnChain;
use crate::chain::Chain;

/// How a program compares with a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every byte of every account is the build's.
    Same,
    /// The WASM is the build's; it was compressed otherwise, which changes nothing that runs.
    SameWasm,
    /// Other WASM.
    Differs,
    /// There is no program.
    NoProgram,
}

/// A program on chain beside a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// The package that was built.
    pub package: String,
    /// The program.
    pub address: Address,
    /// How they compare.
    pub verdict: Verdict,
    /// The code hash on chain.
    pub code_hash: Option<B256>,
    /// Accounts that hold its code, beside its own.
    pub fragments: Vec<Address>,
    /// Bytes of code in all of them.
    pub code_bytes: usize,
}

impl Verification {
    /// Compares the program at `address` with `artifact`.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn of(chain: &Chain, address: Address, artifact: &Artifact) -> Result<Self> {
        let package = artifact.name.clone();
        // Code that is no program is an answer; a node that does not answer is none.
        let found = match OnChain::read(chain.provider(), address).await {
            Ok(found) => found,
            Err(error) if error.downcast_ref::<artifact::Error>().is_some() => {
                let (verdict, code_hash) = (Verdict::NoProgram, None);
                let (fragments, code_bytes) = (Vec::new(), 0);
                return Ok(Self { package, address, verdict, code_hash, fragments, code_bytes });
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            package,
            address,
            verdict: verdict(&found, artifact),
            code_hash: Some(found.code_hash()),
            fragments: found.fragments.iter().map(|(address, _)| *address).collect(),
            code_bytes: found.size(),
        })
    }

    /// Whether what runs is the build's.
    #[must_use]
    pub const fn holds(&self) -> bool {
        matches!(self.verdict, Verdict::Same | Verdict::SameWasm)
    }
}

fn verdict(found: &OnChain, artifact: &Artifact) -> Verdict {
    let addresses: Vec<_> = found.fragments.iter().map(|(address, _)| (*address).into()).collect();
    let codes = found.fragments.iter().map(|(_, code)| &code[..]);
    let same_fragments = codes.eq(artifact.code.fragments().iter().map(Vec::as_slice));
    let same_code = artifact.code.program(&addresses).is_ok_and(|code| code == found.code);
    if same_fragments && same_code {
        return Verdict::Same;
    }
    match found.wasm() {
        Ok(wasm) if wasm == artifact.wasm => Verdict::SameWasm,
        _ => Verdict::Differs,
    }
}
