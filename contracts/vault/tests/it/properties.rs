//! Properties of any script of calls: its path does not matter, and nobody interferes with another.
//!
//! The index is rounded down whenever the books are written, so two paths to the same state may differ by
//! a hair, and with it by one wei of what can be paid; by more they never do.

use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use proptest::prelude::*;

use crate::{
    FORTUNE, IVault, Scene, WEEK, n,
    past::{Step, amounts, instant},
};

fn script() -> impl Strategy<Value = Vec<Step>> {
    let seconds = prop_oneof![0..3_u64, 1..WEEK, 1..(30 * WEEK)];
    let wait = seconds.prop_map(|seconds| Step::Wait { seconds });
    proptest::collection::vec(prop_oneof![1 => wait, 3 => instant()], 1..24)
}

impl Scene {
    /// What everybody was paid and could claim of every token, everything they ever earned.
    fn earnings(&self) -> Vec<U256> {
        let each =
            self.people().into_iter().flat_map(|who| self.tokens().map(|token| (who, token)));
        each.map(|(who, token)| {
            let staked = if token == self.asset { self.shares(who) } else { n(0) };
            // The asset comes and goes as stake as well; what is counted is coins, shares and claims.
            self.coins(token, who) + staked + self.claimable(who, token)
        })
        .collect()
    }

    /// Everything that a stranger must leave as it is.
    fn belongings(&self, who: Address) -> Vec<U256> {
        let mut all: Vec<U256> =
            self.tokens().map(|token| self.claimable(who, token)).into_iter().collect();
        all.extend(self.tokens().map(|token| self.coins(token, who)));
        all.extend([self.shares(who), self.unlocked(who), self.weight(who)]);
        for (end, assets, boost) in self.listed(who) {
            all.extend([U256::from(end), assets, boost]);
        }
        all
    }

    fn everybody_claims(&self) {
        for (who, token) in
            self.people().into_iter().flat_map(|who| self.tokens().map(|token| (who, token)))
        {
            self.claim(who, token).expect("a claim");
        }
    }
}

/// What everybody has earned by a script in the end, with `also` after each step.
fn outcome(script: &[Step], also: impl Fn(&Scene)) -> Vec<U256> {
    let scene = Scene::new();
    for step in script {
        scene.pass(step);
        also(&scene);
    }
    scene.weeks(9);
    scene.earnings()
}

/// At most `wei` apart, each of them.
fn apart(left: &[U256], right: &[U256], wei: u128) -> bool {
    left.iter().zip(right).all(|(a, b)| a.abs_diff(*b) <= n(wei))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn claiming_often_pays_what_claiming_once_pays(script in script()) {
        let once = outcome(&script, |_| ());
        let often = outcome(&script, Scene::everybody_claims);
        prop_assert!(apart(&once, &often, 1), "{once:?} {often:?}");
    }

    #[test]
    fn checkpoints_change_nobodys_revenue(script in script(), weeks in 0..4_u64) {
        let rarely = outcome(&script, |_| ());
        let often = outcome(&script, |scene| {
            let call = IVault::checkpointCall { maxWeeks: U256::from(weeks) };
            for _ in 0..20 {
                scene.call(scene.treasury, call.clone()).expect("anybody may");
            }
        });
        prop_assert!(apart(&rarely, &often, 1), "{rarely:?} {often:?}");
    }

    #[test]
    fn two_pushes_in_one_second_equal_their_sum(
        script in script(), token in 0..3_usize, one in amounts(), other in amounts(),
    ) {
        let earned = |pushes: &[u128]| {
            let steps = pushes.iter().map(|amount| Step::Push { token, amount: *amount });
            let script: Vec<Step> = script.iter().cloned().chain(steps).collect();
            outcome(&script, |_| ())
        };
        let (apart_, together) = (earned(&[one, other]), earned(&[one + other]));
        prop_assert!(apart(&apart_, &together, 1), "{apart_:?} {together:?}");
    }

    #[test]
    fn what_happens_in_one_second_may_happen_in_any_order(
        before in script(), amounts in proptest::collection::vec(amounts(), 6), turn in 0..6_usize,
    ) {
        // Each of these can be done whatever the others did before it.
        let now = [
            Step::Stake { who: 0, amount: amounts[0] },
            Step::Stake { who: 1, amount: amounts[1] },
            Step::Push { token: 0, amount: amounts[2] },
            Step::Push { token: 1, amount: amounts[3] },
            Step::Push { token: 1, amount: amounts[4] },
            Step::Delegate { who: 2, to: 1 },
        ];
        let earned = |now: &[Step]| {
            let script: Vec<Step> = before.iter().chain(now).cloned().collect();
            outcome(&script, |_| ())
        };
        let mut turned = now.to_vec();
        turned.rotate_left(turn);
        turned.swap(0, 3);
        let (first, second) = (earned(&now), earned(&turned));
        prop_assert!(apart(&first, &second, 1), "{first:?} {second:?}");
    }

    #[test]
    fn a_stake_split_over_accounts_earns_the_same(
        script in script(), parts in proptest::collection::vec(amounts(), 1..12),
    ) {
        let earned = |accounts: usize| {
            let scene = Scene::new();
            scene.stake(scene.bob, 1 << 70);
            let names: Vec<Address> =
                (0..accounts).map(|i| scene.stage.account(&format!("part {i}"))).collect();
            for (i, amount) in parts.iter().enumerate() {
                let receiver = names[i % accounts];
                let call = IVault::depositCall { assets: n(*amount), receiver };
                scene.call(scene.treasury, call).expect("a stake");
            }
            for step in &script {
                scene.pass(step);
            }
            scene.weeks(9);
            let sum = |token| names.iter().fold(n(0), |sum, who| sum + scene.claimable(*who, token));
            scene.tokens().map(sum)
        };
        let (whole, split) = (earned(1), earned(parts.len()));
        let dust = n(parts.len() as u128);
        for (whole, split) in whole.into_iter().zip(split) {
            prop_assert!(split <= whole + n(1) && split + dust >= whole, "{split} of {whole}");
        }
    }

    #[test]
    fn nobodys_belongings_change_by_what_others_do(script in script()) {
        let scene = Scene::new();
        scene.stake(scene.alice, 1 << 60);
        scene.lock(scene.alice, 1 << 50, 9).expect("a lock");
        for step in &script {
            let hers = match *step {
                Step::Wait { .. } => true,
                Step::Stake { who, .. } | Step::Leave { who, .. } | Step::Lock { who, .. } => who == 0,
                Step::LockStanding { who, .. } | Step::Unwind { who, .. } => who == 0,
                Step::Move { from, to, .. } => from == 0 || to == 0,
                _ => false,
            };
            let before = scene.belongings(scene.alice);
            scene.pass(step);
            prop_assert!(hers || scene.belongings(scene.alice) == before, "{step:?}");
        }
    }
}

/// What the call takes of Alice, by the stage's tariff.
fn gas_of(scene: &Scene, call: impl SolCall) -> u64 {
    let (answer, gas) = scene.stage.from(scene.alice).metered(scene.vault, call.abi_encode());
    assert!(answer.is_ok(), "{answer:?}");
    gas
}

/// The gas of a claim, an exit and a withdrawal of Alice, after `nuisance` and `weeks` idle weeks.
fn gas_after(nuisance: impl Fn(&Scene), weeks: u64, checkpoint: bool) -> [u64; 3] {
    let scene = Scene::new();
    scene.with_till();
    let alice = scene.alice;
    scene.stake(scene.bob, 1 << 40);
    scene.stake(alice, 1 << 40);
    let end = U256::from(scene.lock(alice, 1 << 20, 200).expect("a lock"));
    assert!(scene.call(alice, IVault::delegateCall { delegatee: alice }).is_ok());
    for token in scene.tokens() {
        scene.push(token, 1 << 60).expect("revenue");
    }
    nuisance(&scene);
    scene.weeks(weeks);
    if checkpoint {
        let call = IVault::checkpointCall { maxWeeks: U256::MAX };
        scene.call(scene.treasury, call).expect("anybody may");
    }
    let claim = IVault::claimCall { tokens: scene.tokens().to_vec() };
    let exit = IVault::exitEarlyCall { unlockTime: end, assets: n(1), maxPenalty: n(1) };
    let leave = IVault::withdrawCall { assets: n(1), receiver: alice, owner: alice };
    [gas_of(&scene, claim), gas_of(&scene, exit), gas_of(&scene, leave)]
}

/// All that a stranger can think of: dust to her and to the vault, streams, locks that end in every week.
fn nuisance(scene: &Scene) {
    for weeks in 1..=60 {
        scene.stake(scene.carol, 3);
        scene.lock(scene.carol, 2, weeks).expect("a lock");
        scene.transfer(scene.carol, scene.alice, n(1)).expect("dust");
        let call = IVault::notifyRevenueCall { token: scene.usd, amount: n(1) };
        scene.call(scene.carol, call).expect("dust");
        let call = IVault::depositCall { assets: n(1), receiver: scene.alice };
        scene.call(scene.carol, call).expect("dust");
    }
    scene
        .call(scene.carol, IVault::setPayoutCall { payee: scene.alice, automatic: true })
        .expect("");
}

#[test]
fn a_stranger_makes_no_claim_and_no_exit_dearer_once_the_books_are_brought_forward() {
    let (quiet, noisy) = (gas_after(|_| (), 30, true), gas_after(nuisance, 30, true));
    assert_eq!(quiet, noisy);
}

#[test]
fn of_idle_weeks_in_which_a_strangers_locks_end_each_costs_a_slot_a_token_and_no_more() {
    let weeks = 30;
    let (quiet, noisy) = (gas_after(|_| (), weeks, false), gas_after(nuisance, weeks, false));
    // The stage's tariff: 10,000 for a slot written, 1,000 for one read.
    let bound = weeks * 3 * (10_000 + 1_000);
    assert!(noisy[0] > quiet[0] && noisy[0] <= quiet[0] + bound, "{quiet:?} {noisy:?}");
    assert_eq!(quiet[1..], noisy[1..], "whoever comes next pays for none of it");
}

#[test]
fn strangers_who_delegate_to_somebody_cost_her_a_read_every_two_weeks_and_no_more() {
    let delegate = |scene: &Scene| {
        nuisance(scene);
        scene.call(scene.carol, IVault::delegateCall { delegatee: scene.alice }).expect("anybody");
    };
    let weeks = 60;
    let (quiet, noisy) = (gas_after(nuisance, weeks, true), gas_after(delegate, weeks, true));
    assert_eq!(quiet[0], noisy[0], "claims know no votes");
    for (quiet, noisy) in quiet.into_iter().zip(noisy) {
        assert!(noisy <= quiet + (weeks / 2 + 1) * 1_100, "{quiet} {noisy}");
    }
}

#[test]
fn a_thousand_accounts_earn_what_one_earns() {
    let scene = Scene::new();
    scene.stake(scene.bob, 1_000_000);
    for i in 0..1_000 {
        let receiver = scene.stage.account(&format!("part {i}"));
        let call = IVault::depositCall { assets: n(1_000), receiver };
        scene.call(scene.alice, call).expect("a part");
    }
    scene.push(scene.usd, (1 << 70) + 12_345).expect("revenue");
    scene.weeks(2);
    let parts = (0..1_000).fold(n(0), |sum, i| {
        sum + scene.claimable(scene.stage.account(&format!("part {i}")), scene.usd)
    });
    let whole = scene.claimable(scene.bob, scene.usd);
    assert!(parts <= whole + n(1) && parts + n(1_000) >= whole, "{parts} {whole}");
    assert_eq!(scene.coins(scene.usd, scene.bob), n(FORTUNE));
}
