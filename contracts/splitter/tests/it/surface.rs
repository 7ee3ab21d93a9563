//! What is routed is what the interface declares, and what is called is what others declare.

use std::collections::BTreeSet;

use alloy_sol_types::{SolCall, SolInterface, sol};
use components::Routes;
use splitter::{ISplitter, Splitter};
use stage::Frame;

use super::{STREAM, World, n, payees};

sol!("../../abi/IVault.sol");

#[test]
fn every_function_of_the_interface_is_routed_and_no_other() {
    let routed: BTreeSet<_> = Splitter::SELECTORS.iter().copied().collect();
    let declared: BTreeSet<_> = ISplitter::ISplitterCalls::selectors().collect();
    assert_eq!(routed, declared);
    assert_eq!(routed.len(), Splitter::SELECTORS.len(), "no selector is routed twice");
}

#[test]
fn a_stream_is_called_as_a_vault_is() {
    let world = World::new();
    let vault = world.stage.install("vault", |frame: &Frame<'_>| {
        let call = frame.decode::<IVault::notifyRevenueCall>()?;
        payees::pull(frame, call.token, call.amount)?;
        Ok(IVault::notifyRevenueCall::abi_encode_returns(&call.amount))
    });
    let policy = world.fees(&[(vault, 10_000, STREAM)]);
    world.deposit(world.usd, n(9));
    assert_eq!(world.distribute(policy, world.usd), n(9));
}
