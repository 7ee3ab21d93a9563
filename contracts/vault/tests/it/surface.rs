//! The interface is routed, and nothing else is.

use std::collections::BTreeSet;

use components::{Routes, Selector};
use vault::{IVault::IVaultCalls, Vault};

use crate::Scene;

#[test]
fn the_contract_answers_exactly_the_functions_of_the_interface() {
    let declared: BTreeSet<Selector> = IVaultCalls::SELECTORS.iter().copied().collect();
    let routed: BTreeSet<Selector> = Vault::SELECTORS.iter().copied().collect();
    assert_eq!(routed, declared);
    assert_eq!(Vault::SELECTORS.len(), declared.len(), "no function is routed twice");
}

#[test]
fn unknown_functions_and_malformed_arguments_fail_silently() {
    let scene = Scene::new();
    let deposit = <vault::IVault::depositCall as alloy_sol_types::SolCall>::SELECTOR;
    for calldata in [vec![0xde, 0xad, 0xbe, 0xef], vec![1, 2, 3], deposit.to_vec()] {
        let answer = scene.stage.from(scene.alice).raw(scene.vault, calldata);
        assert!(answer.is_err_and(|refused| refused.is_silent()));
    }
}
