//! Where rounding could favour somebody: nobody ever gets more than the exact share.

use alloy_primitives::U256;

use crate::{IVault, Scene, WEEK, n};

/// Seconds that usd streams when pushed in the first second of a week.
const WINDOW: u128 = 2 * WEEK as u128;

#[test]
fn whoever_receives_shares_never_earns_more_than_the_exact_share() {
    for odd in (1_u128..64).step_by(2) {
        let scene = Scene::new();
        let weight = 10_u128.pow(30) - odd * 1_234_567;
        scene.stake(scene.alice, weight);
        scene.push(scene.usd, WINDOW).expect("one a second");
        scene.stage.warp(1_000 + odd as u64);
        scene.transfer(scene.alice, scene.bob, n(weight - 1)).expect("all but one share");
        for seconds in 1..30_u64 {
            // All but one share earn less than one token a second, if only by a hair.
            scene.stage.warp(1);
            let earned = scene.claimable(scene.bob, scene.usd);
            assert!(earned < U256::from(seconds), "{earned} in {seconds} seconds");
        }
    }
}

#[test]
fn a_thousand_transfers_in_a_row_lose_no_wei_and_make_none() {
    let scene = Scene::new();
    scene.stake(scene.alice, (1 << 100) - 17);
    scene.push(scene.usd, WINDOW).expect("revenue");
    for round in 0..1_000_u64 {
        let (from, to) =
            if round % 2 == 0 { (scene.alice, scene.bob) } else { (scene.bob, scene.alice) };
        scene.stage.warp(round % 7);
        scene.transfer(from, to, scene.shares(from)).expect("all of it");
    }
    scene.weeks(2);
    let all = scene.claimable(scene.alice, scene.usd) + scene.claimable(scene.bob, scene.usd);
    assert!(all <= n(WINDOW) && all + n(2) >= n(WINDOW), "{all} of {WINDOW}");
}

#[test]
fn splitting_a_stake_over_two_accounts_earns_the_same() {
    let scene = Scene::new();
    scene.stake(scene.alice, 2_001);
    scene.stake(scene.bob, 1_000);
    scene.stake(scene.carol, 1_001);
    for amount in [1, 77_777_777, 1 << 60] {
        scene.push(scene.usd, amount).expect("revenue");
        scene.stage.warp(77_777);
    }
    scene.weeks(3);
    let whole = scene.claimable(scene.alice, scene.usd);
    let parts = scene.claimable(scene.bob, scene.usd) + scene.claimable(scene.carol, scene.usd);
    assert!(parts <= whole && parts + n(1) >= whole);
}

#[test]
fn a_wei_a_second_pushed_by_a_stranger_costs_nobody_anything() {
    let earned = |nuisance: bool| {
        let scene = Scene::new();
        scene.stake(scene.alice, 1 << 90);
        scene.stake(scene.bob, (1 << 90) - 1);
        scene.push(scene.usd, 1 << 80).expect("revenue");
        for _ in 0..2_000 {
            scene.stage.warp(1);
            if nuisance {
                let call = IVault::notifyRevenueCall { token: scene.usd, amount: n(1) };
                scene.call(scene.carol, call).expect("anybody may");
            }
        }
        scene.weeks(4);
        scene.claimable(scene.alice, scene.usd)
    };
    let (quiet, noisy) = (earned(false), earned(true));
    assert!(noisy >= quiet + n(998) && noisy <= quiet + n(1_001), "half of 2,000 more");
}
