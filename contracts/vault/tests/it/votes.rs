//! Votes (ERC-5805, ERC-6372): weight, delegated, now and at every time that has passed.
//!
//! - delegate and delegateBySig give one's votes, present and future, to anybody; from the beginning
//!   they are nobody's
//! - votes follow stakes, transfers, locks, extensions, exits and compounding at once, and end with locks
//! - the past never changes; the future is not told
//! - the total is the one at the beginning of the week

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolStruct, sol};
use stage::{Revert, START, Wallet};

use crate::{IVault, Scene, WEEK, n};

sol! {
    struct Delegation { address delegatee; uint256 nonce; uint256 expiry; }
}

/// More than half the order of the curve of signatures: what such an `s` signs, a smaller one does too.
const HIGH: B256 = B256::repeat_byte(0xEE);

impl Scene {
    fn delegate(&self, who: Address, delegatee: Address) {
        assert!(self.call(who, IVault::delegateCall { delegatee }).is_ok());
    }

    #[track_caller]
    fn votes(&self, account: Address) -> U256 {
        self.read(IVault::getVotesCall { account })
    }

    #[track_caller]
    fn past_votes(&self, account: Address, time: u64) -> U256 {
        self.read(IVault::getPastVotesCall { account, timepoint: U256::from(time) })
    }

    #[track_caller]
    fn past_total(&self, time: u64) -> U256 {
        self.read(IVault::getPastTotalSupplyCall { timepoint: U256::from(time) })
    }

    /// The votes that were logged last, and taken: delegate, before, after.
    fn logged_votes(&self) -> Vec<(Address, U256, U256)> {
        let events = self.stage.events::<IVault::DelegateVotesChanged>(self.vault);
        self.stage.take_logs();
        events.iter().map(|e| (e.delegate, e.previousVotes, e.newVotes)).collect()
    }

    /// Hands in a delegation to Bob that `wallet` signed for `nonce` until `expiry`.
    fn delegate_by_sig(&self, wallet: &Wallet, nonce: U256, expiry: u64) -> Result<(), Revert> {
        let (delegatee, expiry) = (self.bob, U256::from(expiry));
        let signed = Delegation { delegatee, nonce, expiry };
        let (v, r, s) = wallet.sign(signed.eip712_signing_hash(&self.domain()));
        let call = IVault::delegateBySigCall { delegatee, nonce, expiry, v, r, s };
        self.call(self.carol, call).map(drop)
    }
}

#[test]
fn the_clock_is_the_time_in_seconds() {
    let scene = Scene::new();
    scene.stage.warp(12_345);
    assert_eq!(scene.read(IVault::clockCall {}).to::<u64>(), START + 12_345);
    assert_eq!(scene.read(IVault::CLOCK_MODECall {}), "mode=timestamp");
}

#[test]
fn nobody_has_votes_until_somebody_delegates() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    assert_eq!(scene.votes(scene.alice), n(0));
    assert_eq!(scene.read(IVault::delegatesCall { account: scene.alice }), Address::ZERO);
    scene.stage.take_logs();
    scene.delegate(scene.alice, scene.alice);
    assert_eq!(scene.votes(scene.alice), n(1_000));
    assert_eq!(scene.read(IVault::delegatesCall { account: scene.alice }), scene.alice);
    let [event] = &scene.stage.events::<IVault::DelegateChanged>(scene.vault)[..] else {
        panic!("one DelegateChanged expected")
    };
    let [from, to] = [Address::ZERO, scene.alice];
    assert_eq!((event.delegator, event.fromDelegate, event.toDelegate), (scene.alice, from, to));
    assert_eq!(scene.logged_votes(), [(scene.alice, n(0), n(1_000))]);
}

#[test]
fn votes_move_with_a_new_delegate_and_come_back_to_nobody() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    scene.lock(scene.alice, 500, 52).expect("double");
    scene.delegate(scene.alice, scene.bob);
    scene.stage.take_logs();
    scene.stage.warp(10);
    scene.delegate(scene.alice, scene.carol);
    assert_eq!((scene.votes(scene.bob), scene.votes(scene.carol)), (n(0), n(1_500)));
    let (bob, carol) = (scene.bob, scene.carol);
    assert_eq!(scene.logged_votes(), [(bob, n(1_500), n(0)), (carol, n(0), n(1_500))]);
    scene.delegate(scene.alice, scene.carol);
    assert!(scene.logged_votes().is_empty(), "the same delegate again");
    scene.delegate(scene.alice, Address::ZERO);
    assert_eq!(scene.votes(scene.carol), n(0));
    assert_eq!(scene.votes(Address::ZERO), n(0));
    scene.weeks(60);
    assert_eq!((scene.votes(scene.bob), scene.votes(scene.carol)), (n(0), n(0)));
}

#[test]
fn votes_follow_every_change_of_weight_at_once() {
    let scene = Scene::new();
    scene.with_till();
    let (alice, bob) = (scene.alice, scene.bob);
    scene.delegate(alice, bob);
    scene.stake(alice, 2_000);
    scene.lock(alice, 400, 52).expect("400 more");
    scene.stand(alice, 300, 52).expect("300 more");
    assert_eq!(scene.votes(bob), n(2_700));
    scene.withdraw(alice, n(100)).expect("out");
    scene.transfer(alice, scene.carol, n(50)).expect("a gift");
    assert_eq!(scene.votes(bob), n(2_550));
    let end = U256::from(START + 53 * WEEK);
    let extend = IVault::extendLockCall { unlockTime: end, assets: n(100), durationWeeks: n(208) };
    assert!(scene.call(alice, extend).is_ok(), "100 of boost become 300");
    assert_eq!(scene.votes(bob), n(2_750));
    let exit = IVault::exitEarlyCall { unlockTime: end, assets: n(100), maxPenalty: n(50) };
    assert_eq!(scene.call(alice, exit), Ok(n(50)));
    assert_eq!(scene.votes(bob), n(2_600));
    assert!(scene.call(alice, IVault::unwindCall { assets: n(300) }).is_ok());
    assert_eq!(scene.votes(bob), n(2_600), "unwinding keeps the boost until its lock ends");
    assert_eq!(scene.votes(bob), scene.weight(alice));
    scene.weeks(53);
    assert_eq!(scene.votes(bob), scene.weight(alice));
    assert_eq!(scene.weight(alice), scene.shares(alice) + n(300), "one lock of 208 weeks");
}

#[test]
fn votes_end_with_their_lock_with_nobody_there() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let first = scene.lock(scene.alice, 500, 52).expect("a year");
    let second = scene.lock(scene.alice, 500, 208).expect("four years");
    scene.delegate(scene.alice, scene.bob);
    for (time, votes) in [
        (first - 1, 3_000),
        (first, 2_500),
        (second - 1, 2_500),
        (second, 1_000),
        (second + 500 * WEEK, 1_000),
    ] {
        scene.stage.warp_to(time);
        assert_eq!(scene.votes(scene.bob), n(votes), "at {time}");
        assert_eq!(scene.past_votes(scene.bob, time - 1), scene.past_votes(scene.bob, time - 1));
    }
    for (time, votes) in [(first - 1, 3_000), (first, 2_500), (second - 1, 2_500), (second, 1_000)]
    {
        assert_eq!(scene.past_votes(scene.bob, time), n(votes), "at {time}, seen from later");
    }
}

#[test]
fn the_past_is_what_it_was_at_the_end_of_its_second() {
    let scene = Scene::new();
    scene.delegate(scene.alice, scene.alice);
    for amount in [1, 2, 4, 8, 16] {
        scene.stake(scene.alice, amount);
        scene.stake(scene.alice, 100 * amount);
        scene.stage.warp(10);
    }
    let expected =
        [(0, 101), (9, 101), (10, 303), (25, 707), (30, 1_515), (39, 1_515), (49, 3_131)];
    for (seconds, votes) in expected {
        assert_eq!(scene.past_votes(scene.alice, START + seconds), n(votes), "{seconds}");
    }
    assert_eq!(scene.past_votes(scene.alice, START - 1), n(0));
    assert_eq!(scene.past_votes(scene.alice, 0), n(0));
    assert_eq!(scene.past_votes(scene.bob, START + 5), n(0));
}

#[test]
fn the_past_stands_still_whatever_becomes_of_a_lock() {
    let scene = Scene::new();
    scene.with_till();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 600, 10).expect("a lock");
    scene.delegate(scene.alice, scene.bob);
    let then = scene.stage.timestamp();
    let votes = scene.votes(scene.bob);
    scene.weeks(3);
    let extend = IVault::extendLockCall {
        unlockTime: U256::from(end),
        assets: n(300),
        durationWeeks: n(52),
    };
    assert!(scene.call(scene.alice, extend).is_ok());
    let (unlock_time, assets) = (U256::from(end), n(200));
    let exit = IVault::exitEarlyCall { unlockTime: unlock_time, assets, maxPenalty: assets };
    assert!(scene.call(scene.alice, exit).is_ok());
    scene.delegate(scene.alice, scene.carol);
    scene.weeks(100);
    assert_eq!(scene.past_votes(scene.bob, then), votes);
    assert_eq!(scene.past_votes(scene.bob, then + 3 * WEEK - 1), votes);
    assert_eq!(scene.past_votes(scene.bob, then + 3 * WEEK), n(0));
    assert_eq!(scene.votes(scene.carol), scene.weight(scene.alice));
}

#[test]
fn what_has_not_passed_is_not_told() {
    let scene = Scene::new();
    scene.stage.warp(100);
    let now = scene.stage.timestamp();
    let clock = scene.read(IVault::clockCall {});
    for timepoint in [U256::from(now), U256::from(now + 1), U256::MAX] {
        let expected = Revert::of(IVault::ERC5805FutureLookup { timepoint, clock });
        let votes = IVault::getPastVotesCall { account: scene.alice, timepoint };
        assert_eq!(scene.refused(scene.alice, votes), expected);
        let total = IVault::getPastTotalSupplyCall { timepoint };
        assert_eq!(scene.refused(scene.alice, total), expected);
    }
    assert_eq!(scene.past_total(now - 1), n(0));
}

#[test]
fn the_total_is_that_of_the_beginning_of_its_week() {
    let scene = Scene::new();
    scene.stage.warp(3 * WEEK + 100);
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 2).expect("boost of 384/10,000");
    scene.stage.warp_to(START + 4 * WEEK);
    scene.stake(scene.bob, 500);
    scene.stage.warp(100 * WEEK);
    let with_boost = scene.past_total(START + 4 * WEEK);
    assert_eq!(with_boost, n(1_038), "before anybody did anything in that week");
    for (week, total) in
        [(0, 0), (3, 0), (4, 1_038), (5, 1_538), (6, 1_500), (7, 1_500), (90, 1_500)]
    {
        for time in [START + week * WEEK, START + (week + 1) * WEEK - 1] {
            assert_eq!(scene.past_total(time), n(total), "week {week}");
        }
    }
    assert_eq!(end, START + 6 * WEEK);
    scene.stake(scene.carol, 1);
    scene.stage.warp(WEEK + 1);
    for (week, total) in [(3, 0), (4, 1_038), (5, 1_538), (6, 1_500), (104, 1_500), (105, 1_501)] {
        assert_eq!(scene.past_total(START + week * WEEK), n(total), "after a touch, week {week}");
    }
    assert_eq!(scene.past_total(0), n(0));
}

#[test]
fn a_checkpoint_in_parts_notes_the_same_totals() {
    let totals = |weeks: U256| {
        let scene = Scene::new();
        scene.stake(scene.alice, 10_000);
        for duration in 1..20 {
            scene.lock(scene.alice, 500, duration).expect("a lock");
        }
        scene.stage.warp(25 * WEEK + 7);
        let forward = IVault::checkpointCall { maxWeeks: weeks };
        while scene.call(scene.bob, forward.clone()).is_ok_and(|left| left > n(0)) {}
        (0..25).map(|week| scene.past_total(START + week * WEEK)).collect::<Vec<_>>()
    };
    let at_once = totals(U256::MAX);
    assert_eq!(totals(n(1)), at_once);
    assert_eq!(totals(n(4)), at_once);
    assert!(at_once.windows(2).skip(2).all(|pair| pair[0] >= pair[1]) && at_once[1] > at_once[24]);
}

#[test]
fn whoever_signs_delegates() {
    let scene = Scene::new();
    let wallet = Wallet::new("dave");
    let (account, now) = (wallet.address, scene.stage.timestamp());
    assert_eq!(scene.delegate_by_sig(&wallet, n(0), now), Ok(()), "in its last second");
    assert_eq!(scene.read(IVault::delegatesCall { account }), scene.bob);
    assert_eq!(scene.read(IVault::noncesCall { owner: account }), n(1));
    let current = n(1);
    let expected = IVault::InvalidAccountNonce { account, currentNonce: current };
    let again = scene.delegate_by_sig(&wallet, n(0), now);
    assert_eq!(again, Err(Revert::of(expected)), "a signature is used once");
    assert_eq!(scene.delegate_by_sig(&wallet, n(1), u64::MAX), Ok(()));
}

#[test]
fn a_late_or_early_delegation_is_refused() {
    let scene = Scene::new();
    let wallet = Wallet::new("dave");
    let (account, now) = (wallet.address, scene.stage.timestamp());
    let late = IVault::VotesExpiredSignature { expiry: U256::from(now - 1) };
    assert_eq!(scene.delegate_by_sig(&wallet, n(0), now - 1), Err(Revert::of(late)));
    let current = n(0);
    let early = IVault::InvalidAccountNonce { account, currentNonce: current };
    assert_eq!(scene.delegate_by_sig(&wallet, n(1), now), Err(Revert::of(early)));
    assert_eq!(scene.read(IVault::delegatesCall { account }), Address::ZERO);
}

#[test]
fn a_signature_that_is_none_is_refused() {
    let scene = Scene::new();
    let wallet = Wallet::new("dave");
    let (delegatee, nonce, expiry) = (scene.bob, n(0), U256::MAX);
    let signed = Delegation { delegatee, nonce, expiry };
    let (v, r, s) = wallet.sign(signed.eip712_signing_hash(&scene.domain()));
    let expected = Revert::of(IVault::ECDSAInvalidSignature {});
    for (v, r, s) in [(29, r, s), (0, r, s), (v, B256::ZERO, s), (v, r, B256::ZERO), (v, r, HIGH)] {
        let call = IVault::delegateBySigCall { delegatee, nonce, expiry, v, r, s };
        assert_eq!(scene.refused(scene.carol, call), expected);
    }
}

#[test]
fn permits_and_delegations_share_their_nonces() {
    let scene = Scene::new();
    let wallet = Wallet::new("dave");
    assert_eq!(scene.permit(&wallet, &wallet, u64::MAX), Ok(()));
    assert!(scene.delegate_by_sig(&wallet, n(0), u64::MAX).is_err());
    assert_eq!(scene.delegate_by_sig(&wallet, n(1), u64::MAX), Ok(()));
    assert_eq!(scene.permit(&wallet, &wallet, u64::MAX), Ok(()));
    assert_eq!(scene.read(IVault::noncesCall { owner: wallet.address }), n(3));
}

#[test]
fn the_first_delegation_of_a_locker_looks_at_its_locks_and_not_at_all_weeks_since_1970() {
    let gas_of = |locks: u64| {
        let scene = Scene::new();
        scene.stake(scene.alice, 1_000);
        for weeks in 1..=locks {
            scene.lock(scene.alice, 10, 4 * weeks).expect("a lock");
        }
        let call = IVault::delegateCall { delegatee: scene.bob };
        let enough = |gas: &u64| {
            let alice = scene.stage.from(scene.alice).gas(*gas);
            alice.call(scene.vault, call.clone()).is_ok()
        };
        (1..).map(|n| n * 10_000).find(enough).expect("some amount of gas is enough")
    };
    let (none, one, ten) = (gas_of(0), gas_of(1), gas_of(10));
    assert!(one <= none + 50_000, "{none} without locks, {one} with one");
    assert!(ten <= one + 9 * 20_000, "{one} with one, {ten} with ten");
}
