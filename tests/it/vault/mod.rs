//! The staking vault.

mod locks;
mod pausing;
mod revenue;
mod staking;

use alloy::{primitives::U256, signers::local::PrivateKeySigner};
use eyre::Result;
use tributary_tests::{Case, World};

pub(crate) fn cases() -> Vec<Case> {
    [locks::cases(), pausing::cases(), revenue::cases(), staking::cases()].concat()
}

/// What `account` could claim in dollars.
async fn earned(world: &World, account: &PrivateKeySigner) -> Result<U256> {
    let (vault, dollar) = (world.vault(), *world.dollar().address());
    Ok(vault.claimable(account.address(), dollar).call().await?)
}

/// Makes sure that `paid` is `exact`, or one unit less: every figure is rounded down, once.
#[track_caller]
fn assert_earned(paid: U256, exact: u64) {
    let exact = U256::from(exact);
    assert!(paid == exact || paid + U256::from(1) == exact, "{paid} is not within one of {exact}");
}
