//! Leaving a lock early.
//!
//! - exitEarly unlocks assets of a lock for a penalty by the weeks left, rounded up, and not above what
//!   the caller agreed to; the rest is free, the boost is gone, and the penalty is the splitter's
//! - it works while paused, and not without a penalty curve, nor for more than is in the lock
//! - the splitter gets the penalty whatever it does, and never more than it
//! - the owner sets the curve, and nobody else

use alloy_primitives::{Address, B256, U256};
use stage::{Revert, START};

use crate::{
    FORTUNE, IVault, MAX, Scene, WEEK,
    coin::{self, IToken},
    columns, n,
    till::{Manner, Till},
};

const SOURCE: B256 = B256::repeat_byte(0x51);

/// A tenth at the end of a lock, a half with a year left.
const PENALTIES: [(u32, u32); 2] = [(0, 1_000), (52, 5_000)];

impl Scene {
    fn set_penalties(&self, points: &[(u32, u32)], splitter: Address) -> Result<(), Revert> {
        let (durations, penalties) = columns(points);
        let source = SOURCE;
        let call = IVault::setPenaltyCurveCall { durations, penalties, splitter, source };
        self.call(self.owner, call).map(drop)
    }

    /// A till that gets the penalties, and its address.
    pub(crate) fn with_till(&self) -> (Till, Address) {
        let till = Till::default();
        let splitter = self.stage.install("till", till.clone());
        assert_eq!(self.set_penalties(&PENALTIES, splitter), Ok(()));
        (till, splitter)
    }

    fn exit(&self, who: Address, unlock_time: u64, assets: u128) -> Result<U256, Revert> {
        let (unlock_time, max) = (U256::from(unlock_time), U256::MAX);
        self.call(who, exit(unlock_time, n(assets), max))
    }
}

fn exit(unlock_time: U256, assets: U256, max_penalty: U256) -> IVault::exitEarlyCall {
    IVault::exitEarlyCall { unlockTime: unlock_time, assets, maxPenalty: max_penalty }
}

fn preview(unlock_time: U256, assets: U256) -> IVault::previewExitEarlyCall {
    IVault::previewExitEarlyCall { unlockTime: unlock_time, assets }
}

#[test]
fn leaving_early_costs_a_penalty_that_is_the_splitters_revenue() {
    let scene = Scene::new();
    let (till, splitter) = scene.with_till();
    scene.stake(scene.alice, 10_000);
    let end = scene.lock(scene.alice, 8_000, 51).expect("51 weeks and the begun one");
    scene.stage.take_logs();
    // 52 weeks are left: a half.
    assert_eq!(scene.exit(scene.alice, end, 4_000), Ok(n(2_000)));
    assert_eq!((scene.shares(scene.alice), scene.unlocked(scene.alice)), (n(8_000), n(4_000)));
    let boost = 8_000 * 9_807 / 10_000;
    assert_eq!(scene.listed(scene.alice), [(end, n(4_000), n(boost / 2))]);
    assert_eq!(scene.weight(scene.alice), n(8_000 + boost / 2));
    assert_eq!(scene.total_weight(), n(8_000 + boost / 2));
    assert_eq!(scene.read(IVault::totalSupplyCall {}), n(8_000));
    assert_eq!(scene.coins(scene.asset, splitter), n(2_000));
    assert_eq!(scene.coins(scene.asset, scene.vault), n(8_000));
    assert_eq!(till.told(), [(SOURCE, scene.asset, n(2_000))]);
    assert_eq!(scene.withdraw(scene.alice, n(4_000)), Ok(n(4_000)));
}

#[test]
fn an_exit_is_logged_step_by_step() {
    let scene = Scene::new();
    let (_, splitter) = scene.with_till();
    scene.stake(scene.alice, 10_000);
    let end = scene.lock(scene.alice, 5_200, 52).expect("a year");
    scene.stage.take_logs();
    assert_eq!(scene.exit(scene.alice, end, 5_200), Ok(n(2_600)));
    let (alice, end) = (scene.alice, U256::from(end));
    let logs = scene.stage.logs();
    assert_eq!(logs.len(), 4, "{logs:?}");
    let [reduced] = &scene.stage.events::<IVault::LockReduced>(scene.vault)[..] else {
        panic!("one LockReduced expected")
    };
    assert_eq!((reduced.account, reduced.unlockTime), (alice, end));
    assert_eq!((reduced.assets, reduced.boost), (n(5_200), n(5_200)));
    let [left] = &scene.stage.events::<IVault::ExitedEarly>(scene.vault)[..] else {
        panic!("one ExitedEarly expected")
    };
    assert_eq!((left.account, left.unlockTime, left.receiver), (alice, end, splitter));
    assert_eq!((left.assets, left.penalty), (n(5_200), n(2_600)));
    let [burnt] = &scene.stage.events::<IVault::Transfer>(scene.vault)[..] else {
        panic!("one Transfer expected")
    };
    assert_eq!((burnt.from, burnt.to, burnt.value), (alice, Address::ZERO, n(2_600)));
    let [paid] = &scene.stage.events::<IVault::Withdraw>(scene.vault)[..] else {
        panic!("one Withdraw expected")
    };
    assert_eq!((paid.sender, paid.receiver, paid.owner), (alice, splitter, alice));
    assert_eq!((paid.assets, paid.shares), (n(2_600), n(2_600)));
}

#[test]
fn the_penalty_falls_with_the_weeks_that_are_left_the_begun_one_included() {
    let scene = Scene::new();
    scene.with_till();
    scene.stake(scene.alice, 10_000);
    let end = scene.lock(scene.alice, 10_000, 52).expect("a year");
    let preview = || scene.read(preview(U256::from(end), n(10_000)));
    // Flat after the last point, then 4,000 bps over 52 weeks, rounded down to whole ones.
    for (before_end, bps) in [
        (53 * WEEK, 5_000),
        (52 * WEEK + 1, 5_000),
        (52 * WEEK, 5_000),
        (51 * WEEK + 1, 5_000),
        (51 * WEEK, 1_000 + 4_000 * 51 / 52),
        (WEEK, 1_000 + 4_000 / 52),
        (1, 1_000 + 4_000 / 52),
    ] {
        scene.stage.warp_to(end - before_end);
        assert_eq!(preview(), n(bps), "{before_end} seconds before the end");
    }
    assert_eq!(scene.exit(scene.alice, end, 10_000), Ok(n(1_076)));
}

#[test]
fn a_penalty_is_rounded_up_and_at_least_one_wei() {
    let scene = Scene::new();
    let (_, splitter) = scene.with_till();
    assert_eq!(scene.set_penalties(&[(0, 1)], splitter), Ok(()));
    scene.stake(scene.alice, 10_003);
    let end = scene.lock(scene.alice, 10_003, 1).expect("a lock");
    assert_eq!(scene.exit(scene.alice, end, 1), Ok(n(1)));
    assert_eq!(scene.exit(scene.alice, end, 10_001), Ok(n(2)));
    assert_eq!(scene.exit(scene.alice, end, 1), Ok(n(1)));
    assert_eq!(scene.shares(scene.alice), n(10_003 - 4));
}

#[test]
fn a_penalty_of_everything_leaves_nothing() {
    let scene = Scene::new();
    let (_, splitter) = scene.with_till();
    assert_eq!(scene.set_penalties(&[(0, 10_000)], splitter), Ok(()));
    scene.push(scene.usd, 1 << 40).expect("revenue");
    scene.stake(scene.alice, 500);
    let end = scene.lock(scene.alice, 500, 4).expect("a lock");
    scene.stage.warp(1_000);
    let earned = scene.claimable(scene.alice, scene.usd);
    assert_eq!(scene.exit(scene.alice, end, 500), Ok(n(500)));
    assert_eq!((scene.shares(scene.alice), scene.total_weight()), (n(0), n(0)));
    assert_eq!(scene.coins(scene.asset, splitter), n(500));
    scene.weeks(1);
    assert_eq!(scene.claimable(scene.alice, scene.usd), earned, "what was earned stays");
    assert_eq!(scene.claim(scene.alice, scene.usd), Ok(earned));
}

#[test]
fn the_caller_bounds_the_penalty() {
    let scene = Scene::new();
    scene.with_till();
    scene.stake(scene.alice, 1_000);
    let end = U256::from(scene.lock(scene.alice, 1_000, 52).expect("a year"));
    let (penalty, max) = (n(500), n(499));
    let expected = IVault::PenaltyTooHigh { penalty, maxPenalty: max };
    assert_eq!(scene.refused(scene.alice, exit(end, n(1_000), max)), Revert::of(expected));
    assert_eq!(scene.call(scene.alice, exit(end, n(1_000), penalty)), Ok(penalty));
}

#[test]
fn nobody_leaves_with_more_than_is_in_the_lock() {
    let scene = Scene::new();
    scene.with_till();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 600, 4).expect("a lock");
    let too_small = |unlock_time, locked, assets| {
        Revert::of(IVault::LockTooSmall { unlockTime: unlock_time, locked, assets })
    };
    for (time, locked, assets) in [
        (U256::from(end), 600, 601),
        (U256::from(end + 1), 0, 1),
        (U256::from(end - 1), 0, 1),
        (U256::from(end + WEEK), 0, 1),
        (U256::from(end + 256 * WEEK), 0, 1),
        (U256::ZERO, 0, 1),
        (U256::MAX, 0, 1),
        (U256::from(u64::MAX), 0, 1),
    ] {
        let refused = scene.refused(scene.alice, exit(time, n(assets), U256::MAX));
        assert_eq!(refused, too_small(time, n(locked), n(assets)), "{time}");
    }
    let nothing = exit(U256::from(end), n(0), U256::MAX);
    assert_eq!(scene.refused(scene.alice, nothing), Revert::of(IVault::ZeroAmount {}));
    let bobs = exit(U256::from(end), n(1), U256::MAX);
    assert_eq!(scene.refused(scene.bob, bobs), too_small(U256::from(end), n(0), n(1)));
    scene.stage.warp_to(end);
    let late = exit(U256::from(end), n(1), U256::MAX);
    assert_eq!(scene.refused(scene.alice, late), too_small(U256::from(end), n(0), n(1)));
}

#[test]
fn without_a_penalty_curve_there_is_no_early_exit() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 600, 4).expect("a lock");
    let expected = Err(Revert::of(IVault::NoEarlyExit {}));
    assert_eq!(scene.exit(scene.alice, end, 1), expected);
    let preview = preview(U256::from(end), n(1));
    assert_eq!(scene.refused(scene.alice, preview), Revert::of(IVault::NoEarlyExit {}));
    scene.with_till();
    assert!(scene.exit(scene.alice, end, 1).is_ok());
    assert_eq!(scene.set_penalties(&[], Address::ZERO), Ok(()));
    assert_eq!(scene.exit(scene.alice, end, 1), expected);
}

#[test]
fn a_preview_takes_any_amount_that_can_be_locked() {
    let scene = Scene::new();
    scene.with_till();
    let preview =
        |time: u64, assets| scene.stage.view(scene.vault, self::preview(U256::from(time), assets));
    assert_eq!(preview(START + 60 * WEEK, MAX), Ok((MAX + n(1)) / n(2)));
    assert_eq!(preview(0, n(10)), Ok(n(1)), "no weeks are left of what has ended");
    assert_eq!(preview(u64::MAX, n(10)), Ok(n(5)));
    assert_eq!(preview(0, n(0)), Err(Revert::of(IVault::ZeroAmount {})));
    let (amount, max) = (MAX + n(1), MAX);
    assert_eq!(preview(0, amount), Err(Revert::of(IVault::AmountTooLarge { amount, max })));
}

#[test]
fn exits_go_on_while_entering_is_paused() {
    let scene = Scene::new();
    scene.with_till();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 52).expect("a year");
    scene.pause();
    assert_eq!(scene.exit(scene.alice, end, 1_000), Ok(n(500)));
    assert_eq!(scene.withdraw(scene.alice, n(500)), Ok(n(500)));
}

#[test]
fn leaving_in_small_pieces_keeps_no_boost() {
    let scene = Scene::new();
    let (_, splitter) = scene.with_till();
    assert_eq!(scene.set_penalties(&[(0, 1)], splitter), Ok(()));
    scene.stake(scene.alice, 1_000);
    // 1,000 × 192 / 10,000: a boost of 19.
    let end = scene.lock(scene.alice, 1_000, 1).expect("a lock");
    for left in (0..19_u128).rev() {
        assert_eq!(scene.exit(scene.alice, end, 1), Ok(n(1)));
        let boost = scene.weight(scene.alice) - scene.shares(scene.alice);
        assert_eq!(boost, n(left), "one wei takes its part of the boost, rounded up");
    }
}

#[test]
fn a_full_bucket_that_is_left_is_gone_and_its_week_can_be_used_again() {
    let scene = Scene::new();
    scene.with_till();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 400, 4).expect("a lock");
    let other = scene.lock(scene.alice, 100, 9).expect("another");
    assert!(scene.exit(scene.alice, end, 400).is_ok());
    assert_eq!(scene.listed(scene.alice).len(), 1);
    assert_eq!(scene.lock(scene.alice, 50, 4), Ok(end));
    scene.stage.warp_to(end);
    assert_eq!(scene.listed(scene.alice)[0].0, other);
    assert_eq!(scene.unlocked(scene.alice), scene.shares(scene.alice) - n(100));
}

#[test]
fn the_splitter_gets_the_penalty_whatever_it_does_and_never_more() {
    for manner in [
        Manner::Pulls,
        Manner::Refuses,
        Manner::BurnsAllGas,
        Manner::PullsHalf,
        Manner::PullsNothing,
        Manner::PullsTwice,
        Manner::ReturnsMegabytes,
    ] {
        let scene = Scene::new();
        let (till, splitter) = scene.with_till();
        scene.stake(scene.alice, 10_000);
        let end = scene.lock(scene.alice, 1_001, 52).expect("a year");
        till.turn(manner.clone());
        assert_eq!(scene.exit(scene.alice, end, 1_001), Ok(n(501)), "{manner:?}");
        assert_eq!(scene.coins(scene.asset, splitter), n(501), "{manner:?}");
        assert_eq!(scene.coins(scene.asset, scene.vault), n(10_000 - 501), "{manner:?}");
        let (owner, spender) = (scene.vault, splitter);
        let left = scene.stage.view(scene.asset, IToken::allowanceCall { owner, spender });
        assert_eq!(left, Ok(n(0)), "{manner:?}: no allowance stays");
    }
}

#[test]
fn a_splitter_that_gives_the_penalty_back_is_sent_it() {
    let scene = Scene::new();
    let (till, splitter) = scene.with_till();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 52).expect("a year");
    till.turn(Manner::GivesBack);
    assert_eq!(scene.exit(scene.alice, end, 1_000), Ok(n(500)));
    assert_eq!(scene.coins(scene.asset, splitter), n(500));
    assert_eq!(scene.coins(scene.asset, scene.vault), n(500));
}

#[test]
fn a_splitter_without_code_is_sent_the_penalty() {
    let scene = Scene::new();
    let nobody = scene.stage.account("nobody");
    assert_eq!(scene.set_penalties(&PENALTIES, nobody), Ok(()));
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 52).expect("a year");
    assert_eq!(scene.exit(scene.alice, end, 1_000), Ok(n(500)));
    assert_eq!(scene.coins(scene.asset, nobody), n(500));
}

#[test]
fn an_asset_that_refuses_fails_the_exit_and_nothing_is_lost() {
    let asset = coin::Coin::default();
    let scene = Scene::with_coins(&asset, &coin::Coin::default());
    scene.with_till();
    scene.stake(scene.alice, 1_000);
    let end = scene.lock(scene.alice, 1_000, 52).expect("a year");
    asset.turn(coin::Vice::Reverts);
    let expected = Err(Revert::of(IVault::TokenTransferFailed { token: scene.asset }));
    assert_eq!(scene.exit(scene.alice, end, 1_000), expected);
    assert_eq!(scene.listed(scene.alice), [(end, n(1_000), n(1_000))]);
    assert_eq!(scene.coins(scene.asset, scene.alice), n(FORTUNE - 1_000));
}

#[test]
fn the_owner_sets_the_penalty_curve_and_it_reads_back() {
    let scene = Scene::new();
    let splitter = scene.stage.account("splitter");
    let (durations, penalties) = columns(&PENALTIES);
    scene.stage.take_logs();
    assert_eq!(scene.set_penalties(&PENALTIES, splitter), Ok(()));
    let set = scene.read(IVault::penaltyCurveCall {});
    assert_eq!((&set.durations, &set.penalties), (&durations, &penalties));
    assert_eq!((set.splitter, set.source), (splitter, SOURCE));
    let [event] = &scene.stage.events::<IVault::PenaltyCurveChanged>(scene.vault)[..] else {
        panic!("one PenaltyCurveChanged expected")
    };
    assert_eq!((&event.durations, &event.penalties), (&durations, &penalties));
    assert_eq!((event.splitter, event.source), (splitter, SOURCE));
    assert_eq!(scene.set_penalties(&[], Address::ZERO), Ok(()));
    let none = scene.read(IVault::penaltyCurveCall {});
    assert!(none.durations.is_empty() && none.penalties.is_empty());
    assert_eq!(none.splitter, Address::ZERO);
}

#[test]
fn only_the_owner_sets_the_penalty_curve() {
    let scene = Scene::new();
    let (durations, penalties) = columns(&PENALTIES);
    let splitter = scene.bob;
    let call = IVault::setPenaltyCurveCall { durations, penalties, splitter, source: SOURCE };
    for account in [scene.alice, scene.guardian] {
        let expected = Revert::of(IVault::OwnableUnauthorizedAccount { account });
        assert_eq!(scene.refused(account, call.clone()), expected);
    }
}

#[test]
fn a_list_of_points_that_is_no_penalty_curve_is_refused() {
    let scene = Scene::new();
    let invalid = Err(Revert::of(IVault::InvalidCurve {}));
    let nine: Vec<(u32, u32)> = (0..9).map(|i| (i, 1 + i)).collect();
    for points in [
        &[(1, 100)][..],
        &[(0, 0)],
        &[(0, 10_001)],
        &[(0, 100), (209, 200)],
        &[(0, 100), (0, 200)],
        &[(0, 100), (5, 200), (5, 300)],
        &[(0, 100), (5, 99)],
        &nine,
    ] {
        assert_eq!(scene.set_penalties(points, scene.bob), invalid, "{points:?}");
    }
    for points in [&[(0, 1)][..], &[(0, 10_000)], &[(0, 100), (208, 100)], &nine[..8]] {
        assert_eq!(scene.set_penalties(points, scene.bob), Ok(()), "{points:?}");
    }
    let ragged = IVault::setPenaltyCurveCall {
        durations: vec![0, 1],
        penalties: vec![1],
        splitter: scene.bob,
        source: SOURCE,
    };
    assert_eq!(scene.refused(scene.owner, ragged), Revert::of(IVault::InvalidCurve {}));
}

#[test]
fn penalties_do_not_go_to_nobody_or_the_vault() {
    let scene = Scene::new();
    for account in [Address::ZERO, scene.vault] {
        let expected = Err(Revert::of(IVault::InvalidAddress { account }));
        assert_eq!(scene.set_penalties(&PENALTIES, account), expected);
    }
}
