//! The stage, tested with one small contract and a few actors.

mod calls;
mod keys;
mod probe;
mod rollback;
mod speed;

use alloy_primitives::{Address, U256};
use probe::{IProbe, Probe};
use stage::Stage;
use stylus_sdk::abi::router_entrypoint;

/// Puts a [`Probe`] on stage.
fn probe(stage: &Stage, name: &str) -> Address {
    stage.deploy(name, router_entrypoint::<Probe, Probe>, Vec::new()).expect("no constructor")
}

/// The number that `probe` holds.
fn number(stage: &Stage, probe: Address) -> U256 {
    stage.view(probe, IProbe::numberCall {}).expect("a view")
}
