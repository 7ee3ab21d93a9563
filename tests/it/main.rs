//! The compiled contracts, on a real node, through JSON-RPC.
//!
//! Every test is a sentence, and gets a platform deployed for it alone; see `tributary_tests`. They
//! run on the node of this workspace, or on the one that `TRIBUTARY_RPC_URL` names:
//!
//! ```text
//! TRIBUTARY_RPC_URL=http://localhost:8547 TRIBUTARY_PRIVATE_KEY=0x… cargo test -p tributary-tests
//! ```
//!
//! A test that such a node cannot serve is reported as ignored, with the reason.

mod abi;
mod cli;
mod deployment;
mod differential;
mod evm;
mod operations;
mod rebuild;
mod refusals;
mod report;
mod sizes;
mod splitter;
mod story;
mod token;
mod vault;
mod weth;

use std::process::ExitCode;

use tributary_tests::{Case, Lab, run};

/// A test by its function, named by the function's path.
macro_rules! play {
    ($function:ident) => {
        tributary_tests::Case::play(concat!(module_path!(), "::", stringify!($function)), |world| {
            Box::pin($function(world))
        })
    };
}

/// A test that needs no node.
macro_rules! check {
    ($function:ident) => {
        tributary_tests::Case::check(
            concat!(module_path!(), "::", stringify!($function)),
            $function,
        )
    };
}

use {check, play};

fn cases() -> Vec<Case> {
    [
        abi::cases(),
        cli::cases(),
        deployment::cases(),
        differential::cases(),
        operations::cases(),
        rebuild::cases(),
        refusals::cases(),
        report::cases(),
        sizes::cases(),
        splitter::cases(),
        story::cases(),
        token::cases(),
        vault::cases(),
        weth::cases(),
    ]
    .concat()
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("the system has threads");
    if cli::is_called_for() {
        return runtime.block_on(tributary::commands::main());
    }
    match runtime.block_on(Lab::open()) {
        Ok(lab) => run(cases(), lab, runtime.handle()).exit_code(),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
