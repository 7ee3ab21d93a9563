//! Signatures and the precompile that reads them.

use alloy_primitives::{Address, B256, keccak256};
use stage::{Stage, Wallet};

use super::{probe, probe::IProbe};

fn recover(digest: B256, (v, r, s): (u8, B256, B256)) -> Address {
    let stage = Stage::new();
    let probe = probe(&stage, "probe");
    stage.view(probe, IProbe::recoverCall { digest, v, r, s }).unwrap()
}

#[test]
fn ecrecover_finds_the_signer() {
    let alice = Wallet::new("alice");
    let digest = keccak256("a promise");
    assert_eq!(recover(digest, alice.sign(digest)), alice.address);
}

#[test]
fn ecrecover_finds_another_or_nobody_for_what_was_not_signed() {
    let alice = Wallet::new("alice");
    let digest = keccak256("a promise");
    let (v, r, s) = alice.sign(digest);
    assert_ne!(recover(keccak256("another"), (v, r, s)), alice.address);
    assert_eq!(recover(digest, (v + 2, r, s)), Address::ZERO);
    assert_eq!(recover(digest, (v, B256::ZERO, s)), Address::ZERO);
}
