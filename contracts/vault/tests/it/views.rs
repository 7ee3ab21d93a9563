//! What pages and auditors read beside the books: previews, streams, interfaces, checkpoints.

use alloy_primitives::{FixedBytes, U256, fixed_bytes};
use stage::{Revert, START};

use crate::{IVault, MAX, Scene, WEEK, n};

const ONE_E18: u128 = 1_000_000_000_000_000_000;

impl Scene {
    #[track_caller]
    fn preview(&self, assets: U256, weeks: u64) -> (U256, U256) {
        let call = IVault::previewLockCall { assets, durationWeeks: U256::from(weeks) };
        let preview = self.read(call);
        (preview.weight, preview.shareE18)
    }

    #[track_caller]
    fn streams(&self, token: alloy_primitives::Address) -> Vec<(u64, U256)> {
        let streams = self.read(IVault::streamsOfCall { token });
        streams.ends.iter().map(|end| end.to()).zip(streams.ratesQ128).collect()
    }
}

#[test]
fn a_preview_tells_weight_and_share_of_a_deposit() {
    let scene = Scene::new();
    assert_eq!(scene.preview(n(500), 0), (n(500), n(ONE_E18)), "everything, in an empty vault");
    scene.stake(scene.alice, 1_000);
    scene.lock(scene.alice, 500, 52).expect("1,500 of weight");
    assert_eq!(scene.preview(n(500), 0), (n(500), n(ONE_E18 / 4)));
    assert_eq!(scene.preview(n(500), 52), (n(1_000), n(ONE_E18 * 2 / 5)));
    assert_eq!(scene.preview(n(750), 208), (n(3_000), n(ONE_E18 * 2 / 3)));
    assert_eq!(scene.preview(MAX, 208).0, MAX * n(4));
    scene.weeks(60);
    assert_eq!(scene.preview(n(500), 0).1, n(ONE_E18 / 3), "boosts that ended do not count");
}

#[test]
fn what_was_previewed_is_what_a_lock_then_earns() {
    let scene = Scene::new();
    scene.stake(scene.alice, 3_000);
    let (weight, share) = scene.preview(n(1_000), 52);
    let call = IVault::depositAndLockCall { assets: n(1_000), durationWeeks: n(52) };
    scene.call(scene.bob, call).expect("as previewed");
    assert_eq!(scene.weight(scene.bob), weight);
    scene.push(scene.usd, u128::from(2 * WEEK) * ONE_E18).expect("1e18 a second");
    scene.stage.warp(1);
    let earned = scene.claimable(scene.bob, scene.usd);
    assert!(earned <= share && earned + n(1) >= share, "{earned} of {share}");
}

#[test]
fn a_preview_asks_for_what_a_lock_asks_for() {
    let scene = Scene::new();
    let preview = |assets, weeks: u64| {
        let call = IVault::previewLockCall { assets, durationWeeks: U256::from(weeks) };
        scene.refused(scene.alice, call)
    };
    assert_eq!(preview(n(0), 4), Revert::of(IVault::ZeroAmount {}));
    let (amount, max) = (MAX + n(1), MAX);
    assert_eq!(preview(amount, 4), Revert::of(IVault::AmountTooLarge { amount, max }));
    let (duration, min, max) = (n(209), n(1), n(208));
    let expected = IVault::LockDurationOutOfRange { durationWeeks: duration, min, max };
    assert_eq!(preview(n(1), 209), Revert::of(expected));
}

#[test]
fn running_streams_are_listed_with_their_ends_and_rates() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    assert!(scene.streams(scene.eth).is_empty());
    let window = 5 * WEEK;
    scene.push(scene.eth, u128::from(window)).expect("one a second");
    let one = U256::from(1) << 128;
    assert_eq!(scene.streams(scene.eth), [(START + window, one)]);
    scene.push(scene.eth, 2 * u128::from(window)).expect("two more a second");
    assert_eq!(scene.streams(scene.eth), [(START + window, one * n(3))]);
    scene.weeks(2);
    scene.push(scene.eth, u128::from(window)).expect("one more a second");
    let later = START + 2 * WEEK + window;
    assert_eq!(scene.streams(scene.eth), [(START + window, one * n(3)), (later, one)]);
    scene.stage.warp_to(START + window - 1);
    assert_eq!(scene.streams(scene.eth).len(), 2);
    scene.stage.warp(1);
    assert_eq!(scene.streams(scene.eth), [(later, one)]);
    assert_eq!(scene.reward(scene.eth).rateQ128, one);
    assert!(scene.streams(scene.usd).is_empty());
    let (token, unknown) = (scene.bob, IVault::UnknownRewardToken { token: scene.bob });
    let refused = scene.refused(scene.alice, IVault::streamsOfCall { token });
    assert_eq!(refused, Revert::of(unknown));
}

#[test]
fn the_longest_stream_is_listed_to_its_last_second() {
    let scene = Scene::bare(&crate::coin::Coin::default(), &crate::coin::Coin::default());
    scene.add_token(scene.usd, 52).expect("a token");
    scene.stake(scene.alice, 1);
    scene.push(scene.usd, 1 << 60).expect("revenue");
    let end = START + 53 * WEEK;
    assert_eq!(scene.streams(scene.usd)[0].0, end);
    scene.stage.warp_to(end - 1);
    assert_eq!(scene.streams(scene.usd).len(), 1);
    scene.stage.warp(1);
    assert!(scene.streams(scene.usd).is_empty());
}

#[test]
fn the_multiplier_of_no_lock_is_one() {
    let scene = Scene::new();
    let multiplier = |weeks| scene.read(IVault::multiplierCall { durationWeeks: n(weeks) });
    assert_eq!([0, 1, 52, 208].map(multiplier), [10_000, 10_192, 20_000, 40_000].map(n));
}

#[test]
fn the_interfaces_of_the_standards_are_supported() {
    let scene = Scene::new();
    let supports =
        |id: FixedBytes<4>| scene.read(IVault::supportsInterfaceCall { interfaceId: id });
    // As the standards give them: ERC-165, 20, 2612, 4626, 5267, 5805 and 6372.
    for id in [
        fixed_bytes!("01ffc9a7"),
        fixed_bytes!("36372b07"),
        fixed_bytes!("9d8ff7da"),
        fixed_bytes!("87dfe5a0"),
        fixed_bytes!("84b0196e"),
        fixed_bytes!("e90fb3f6"),
        fixed_bytes!("da287a1d"),
    ] {
        assert!(supports(id), "{id}");
    }
    for id in [fixed_bytes!("ffffffff"), fixed_bytes!("00000000"), fixed_bytes!("80ac58cd")] {
        assert!(!supports(id), "{id}");
    }
}

#[test]
fn a_checkpoint_tells_how_far_it_went() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.stage.warp(3 * WEEK + 5);
    let told = |weeks| {
        scene.stage.take_logs();
        scene.call(scene.bob, IVault::checkpointCall { maxWeeks: weeks }).expect("anybody may");
        let events = scene.stage.events::<IVault::Checkpointed>(scene.vault);
        events.iter().map(|event| event.time).collect::<Vec<_>>()
    };
    assert_eq!(told(n(2)), [U256::from(START + 2 * WEEK)]);
    assert_eq!(told(n(9)), [U256::from(START + 3 * WEEK + 5)]);
}

#[test]
fn a_claim_that_brings_the_books_forward_says_so_and_no_other_does() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    let told = || {
        scene.stage.take_logs();
        scene.claim(scene.alice, scene.usd).expect("a claim");
        scene.stage.events::<IVault::Checkpointed>(scene.vault).len()
    };
    scene.stage.warp(1_000);
    assert_eq!(told(), 0, "within a week a claim leaves the books as they are");
    scene.weeks(1);
    assert_eq!(told(), 1);
    assert_eq!(told(), 0);
    assert_eq!(scene.read(IVault::lastCheckpointCall {}), U256::from(START + WEEK + 1_000));
}
