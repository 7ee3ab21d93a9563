//! What can go wrong, and what would be right.

use std::{io, path::PathBuf};

/// Why there is no artifact.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nitro would not activate the contract.
    #[error("`{name}` would not activate: {reason}")]
    Refused {
        /// The contract.
        name: String,
        /// The rule it breaks.
        reason: Refusal,
    },
    /// The package does not compile, or there is no such package.
    #[error("cargo could not build `{package}`:\n{output}")]
    Cargo {
        /// The package asked for.
        package: String,
        /// What cargo printed.
        output: String,
    },
    /// A tool is missing or failed.
    #[error("`{command}` failed: {output}; install Rust with rustup, from https://rustup.rs")]
    Tool {
        /// What was run.
        command: String,
        /// What it printed, or why it could not start.
        output: String,
    },
    /// The sources this program was compiled from are gone.
    #[error("the workspace is no longer at `{0}`; run this from where it was compiled")]
    NoWorkspace(PathBuf),
    /// A path of this machine is in the code, so that no other machine would build the same.
    #[error(
        "`{package}` contains the path `{path}` of this machine; its bytes are not reproducible"
    )]
    MachinePath {
        /// The contract.
        package: String,
        /// The path found.
        path: String,
    },
    /// The compiled file cannot be read.
    #[error("cannot read `{path}`: {source}")]
    Read {
        /// Where the file should be.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The code of an account is not a compressed program.
    #[error("not the code of a Stylus program: {0}")]
    NotAProgram(&'static str),
    /// A program of several accounts was given too many or too few of them.
    #[error("the program has {expected} fragments, and {found} were given")]
    Fragments {
        /// How many it has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
}

/// A rule of Nitro's activation that a module breaks.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Not WASM at all.
    #[error("not a WASM module: {0}")]
    Malformed(String),
    /// Uses an instruction, a type or a section outside what Nitro accepts.
    #[error(
        "{0}; Nitro takes WASM 1.0 without floats, plus sign extension, mutable globals, \
         memory.copy and memory.fill"
    )]
    Unsupported(wasmparser::Error),
    /// Uses a bulk instruction that Nitro lacks.
    #[error(
        "`{0}` is not accepted; of the bulk memory instructions only memory.copy and memory.fill are"
    )]
    BulkInstruction(&'static str),
    /// Imports something that no Stylus host offers.
    #[error("imports `{module}.{name}`; only Nitro's functions of module `vm_hooks` exist")]
    UnknownImport {
        /// The module named.
        module: String,
        /// The item named.
        name: String,
    },
    /// Imports a host function with another signature.
    #[error("imports `{name}` with another signature; it should be {expected}")]
    ImportSignature {
        /// The host function.
        name: String,
        /// Its signature.
        expected: String,
    },
    /// Memory may grow, and nothing pays for it.
    #[error(
        "memory can grow but `vm_hooks.pay_for_memory_grow (param i32)` is not imported; \
         is there an `#[entrypoint]`?"
    )]
    UnpaidMemory,
    /// There is no single exported memory.
    #[error("should have exactly one memory, exported as `memory`")]
    NoMemory,
    /// There is nothing to call.
    #[error(
        "should export `user_entrypoint (param i32) (result i32)`; is there an `#[entrypoint]`, \
         and was the crate built without the feature `contract-client-gen`?"
    )]
    NoEntrypoint,
    /// An export that Nitro reserves.
    #[error(
        "exports `{0}`; names that start with `stylus` or end in a host function's are reserved"
    )]
    ReservedExport(String),
    /// There is a start function.
    #[error("has a start function; only `user_entrypoint` is ever run")]
    StartFunction,
    /// Something is larger than Nitro allows.
    #[error("{found} {what}; at most {limit} are allowed")]
    TooLarge {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many there may be.
        limit: u64,
    },
}
