//! # artifact
//!
//! From a contract crate to the bytes that are deployed, the same for the development node, the
//! tests, a deployment and its verification.
//!
//! 1. [`build`] compiles one package per cargo command, so that no feature of one contract leaks into
//!    another, under an environment that cannot change the bytes: flags that the caller inherited are
//!    dropped, and every path of the machine is mapped to a neutral one, so that two machines agree.
//! 2. The WASM is re-encoded. What rustc's linker writes does not pass Nitro's validation (table
//!    indexes padded to five bytes, a data count section); the canonical encoding means the same and
//!    does. Custom sections and exports that Nitro ignores go.
//! 3. What Nitro would refuse at activation is refused here, as a [`Refusal`] that says what would be
//!    right, before anybody pays for it.
//! 4. Brotli at its best quality, and a prefix: one code if an account can hold it, a root and
//!    fragments otherwise. [`init_code`] makes of each what deploys it.
//!
//! `wasm-opt` is left out: it would save two to six per cent, and would add a C++ toolchain to what a
//! reproduction of the bytes depends on.
#![warn(missing_debug_implementations)]

mod activation;
mod build;
mod canonical;
mod code;
mod environment;
mod error;
mod hooks;
mod refuse;
mod report;
mod survey;

pub use activation::Activation;
pub use build::{Step, build, build_with};
pub use code::{
    Address, CODE_LIMIT, Code, FRAGMENT_LIMIT, WASM_LIMIT, fragments_of, init_code, unpack,
};
pub use error::{Error, Refusal};
pub use report::Report;

/// A contract, ready to deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The package it was built from.
    pub name: String,
    /// The canonical WASM.
    pub wasm: Vec<u8>,
    /// What accounts will hold.
    pub code: Code,
    /// What it weighs.
    pub report: Report,
}

/// Makes a contract of any WASM: canonical, checked, compressed and measured.
///
/// # Errors
/// [`Error::Refused`] if Nitro would not activate it.
pub fn from_wasm(name: &str, wasm: &[u8]) -> Result<Artifact, Error> {
    let refused = |reason| Error::Refused { name: name.to_owned(), reason };
    let wasm = canonical::encode(wasm).map_err(refused)?;
    let survey = survey::Survey::of(&wasm).map_err(refused)?;
    refuse::check(&survey).map_err(refused)?;
    let code = Code::pack(&wasm).map_err(refused)?;
    let report = Report::new(&survey, &wasm, &code);
    Ok(Artifact { name: name.to_owned(), wasm, code, report })
}
