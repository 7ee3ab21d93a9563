//! The siege: what no honest client sends and no honest contract does, sent to a node and run on it.
//!
//! The node is a process of its own, this very program started with `--serve`. So a crash of any kind
//! shows, an overflowed stack and an exhausted memory included; memory can be measured; and a node can
//! be killed in the middle of its work. After every attack the same process must still answer.

mod clients;
mod crowd;
mod fuzz;
mod http;
mod kill;
mod memory;
mod node;
mod programs;
#[expect(unreachable_pub, reason = "the fuzzer's crate looks at the same files")]
mod properties;
mod readers;
mod requests;
mod websocket;

use std::process::ExitCode;

use libtest_mimic::{Arguments, run};

/// The tests of a module, by their functions.
macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
            vec![$(libtest_mimic::Trial::test(
                concat!(module_path!(), "::", stringify!($name)),
                || { $name(); Ok(()) },
            )),*]
        }
    };
}

use trials;

fn main() -> ExitCode {
    if let Some(options) = node::Options::from_arguments() {
        return node::serve(options);
    }
    let trials = [
        clients::trials(),
        crowd::trials(),
        fuzz::trials(),
        kill::trials(),
        memory::trials(),
        programs::trials(),
        readers::trials(),
        requests::trials(),
    ];
    run(&Arguments::from_args(), trials.into_iter().flatten().collect()).exit_code()
}
