//! The compiled contracts against the same source run natively.
//!
//! One script of random calls, good and bad, is carried out twice: on a `stage`, where the contracts
//! are Rust functions in this process, and on a node, where they are WASM. The addresses are the same
//! in both, and so is the time of every call, so everything that comes back has to be the same too:
//! return data, errors, logs, and what the views say in between.

mod pair;
mod script;

use eyre::Result;
use tributary_tests::{Case, World};

use self::{pair::Pair, script::Script};
use crate::play;

/// Calls of one script.
const LENGTH: usize = 200;
/// The views are compared after every so many calls.
const PAUSE: usize = 10;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(the_wasm_does_what_the_source_does).moving_time().on_our_node(),
        play!(the_wasm_does_what_the_source_does_on_another_day).moving_time().on_our_node(),
    ]
}

async fn the_wasm_does_what_the_source_does(world: World) -> Result<()> {
    compare(&world, 1).await
}

async fn the_wasm_does_what_the_source_does_on_another_day(world: World) -> Result<()> {
    compare(&world, 2).await
}

/// Runs the script of `seed` on both sides.
async fn compare(world: &World, seed: u64) -> Result<()> {
    let mut pair = Pair::set_up(world).await?;
    let mut script = Script::new(seed, pair.cast(), pair.time());
    let mut failures = 0;
    for step in 0..LENGTH {
        let (wait, action) = script.next_action();
        pair.wait(wait).await?;
        let succeeded = pair.call(&action, &format!("seed {seed}, call {step}")).await?;
        failures += usize::from(!succeeded);
        if step % PAUSE == 0 {
            pair.look(script.views(), &format!("seed {seed}, after call {step}")).await?;
        }
    }
    // A script that only fails, or never does, compares little.
    let expected = LENGTH / 20..=LENGTH / 2;
    assert!(expected.contains(&failures), "{failures} of {LENGTH} calls failed");
    Ok(())
}
