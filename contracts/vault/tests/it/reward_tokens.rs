//! Reward tokens: added, retired and added again, never removed; and what is sent here without a word.

use alloy_primitives::{Address, U256};
use stage::Revert;

use crate::{IVault, Scene, WEEK, coin::Coin, n};

fn retire(token: Address) -> IVault::retireRewardTokenCall {
    IVault::retireRewardTokenCall { token }
}

#[test]
fn an_added_token_reads_back_and_is_logged() {
    let scene = Scene::new();
    assert_eq!(scene.read(IVault::rewardTokensCall {}), [scene.asset, scene.usd, scene.eth]);
    let events = scene.stage.events::<IVault::RewardTokenAdded>(scene.vault);
    let logged: Vec<_> = events.iter().map(|event| (event.token, event.streamWeeks)).collect();
    assert_eq!(logged, [(scene.asset, n(1)), (scene.usd, n(1)), (scene.eth, n(4))]);
    let state = scene.reward(scene.eth);
    assert_eq!((state.streamWeeks, state.retired), (n(4), false));
    assert_eq!((state.rateQ128, state.indexQ128, state.heldQ128), (n(0), n(0), n(0)));
}

#[test]
fn eight_tokens_fit_and_a_ninth_is_refused() {
    let scene = Scene::new();
    let others: Vec<Address> =
        (3..9).map(|i| scene.stage.install(&format!("coin {i}"), Coin::default())).collect();
    for token in &others[..5] {
        assert_eq!(scene.add_token(*token, 1), Ok(()));
    }
    let expected = Revert::of(IVault::TooManyRewardTokens { max: n(8) });
    assert_eq!(scene.add_token(others[5], 1), Err(expected.clone()));
    assert!(scene.call(scene.owner, retire(others[0])).is_ok());
    assert_eq!(scene.add_token(others[5], 1), Err(expected), "a retired one keeps its place");
    assert_eq!(scene.read(IVault::rewardTokensCall {}).len(), 8);
}

#[test]
fn all_eight_tokens_stream_beside_each_other() {
    let scene = Scene::bare(&Coin::default(), &Coin::default());
    let tokens: Vec<Address> =
        (0..8).map(|i| scene.stage.install(&format!("coin {i}"), Coin::default())).collect();
    scene.stake(scene.alice, 256);
    scene.stake(scene.bob, 768);
    for (token, weeks) in tokens.iter().zip(1..) {
        scene.add_token(*token, weeks).expect("a new token");
        crate::coin::give(&scene.stage, *token, scene.treasury, n(1 << 40));
        scene.push(*token, u128::from(WEEK * 1_024)).expect("revenue");
    }
    scene.weeks(10);
    let call = IVault::claimCall { tokens: tokens.clone() };
    let paid = scene.call(scene.alice, call).expect("a claim of all");
    let quarter = n(u128::from(WEEK * 256));
    for (token, amount) in tokens.iter().zip(paid) {
        assert!(amount <= quarter && amount + n(1) >= quarter);
        assert_eq!(scene.coins(*token, scene.alice), amount);
    }
}

#[test]
fn a_token_is_not_added_twice_nor_zero_nor_the_share() {
    let scene = Scene::new();
    let expected = Revert::of(IVault::RewardTokenExists { token: scene.usd });
    assert_eq!(scene.add_token(scene.usd, 2), Err(expected));
    for account in [Address::ZERO, scene.vault, scene.carol] {
        let expected = Revert::of(IVault::InvalidAddress { account });
        assert_eq!(scene.add_token(account, 1), Err(expected));
    }
    assert_eq!(scene.read(IVault::rewardTokensCall {}).len(), 3, "no number is lost");
}

#[test]
fn a_stream_lasts_one_to_52_weeks() {
    let scene = Scene::new();
    let token = scene.stage.install("another", Coin::default());
    for weeks in [U256::ZERO, U256::from(53), U256::from(257), U256::MAX] {
        let call = IVault::addRewardTokenCall { token, streamWeeks: weeks };
        let (min, max) = (n(1), n(52));
        let expected = IVault::StreamWeeksOutOfRange { streamWeeks: weeks, min, max };
        assert_eq!(scene.refused(scene.owner, call), Revert::of(expected));
    }
    assert_eq!(scene.add_token(token, 52), Ok(()));
}

#[test]
fn unknown_tokens_are_refused_everywhere() {
    let scene = Scene::new();
    let token = scene.carol;
    let unknown = Revert::of(IVault::UnknownRewardToken { token });
    assert_eq!(scene.push(token, 1), Err(unknown.clone()));
    assert_eq!(scene.claim(scene.alice, token), Err(unknown.clone()));
    let claimable = IVault::claimableCall { account: scene.alice, token };
    assert_eq!(scene.refused(scene.alice, claimable), unknown);
    assert_eq!(scene.refused(scene.alice, IVault::rewardStateCall { token }), unknown);
    assert_eq!(scene.refused(scene.owner, retire(token)), unknown);
}

#[test]
fn a_retired_token_takes_no_revenue_and_pays_what_it_owes() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    scene.stage.take_logs();
    assert!(scene.call(scene.owner, retire(scene.usd)).is_ok());
    let events = scene.stage.events::<IVault::RewardTokenRetired>(scene.vault);
    assert_eq!(events.iter().map(|event| event.token).collect::<Vec<_>>(), [scene.usd]);
    let state = scene.reward(scene.usd);
    assert_eq!((state.streamWeeks, state.retired), (n(1), true));
    let expected = Revert::of(IVault::RewardTokenIsRetired { token: scene.usd });
    assert_eq!(scene.push(scene.usd, 1), Err(expected));
    scene.weeks(2);
    assert!(scene.claim(scene.alice, scene.usd).is_ok_and(|paid| paid >= n((1 << 40) - 1)));
    assert!(scene.push(scene.eth, 1).is_ok(), "the others go on");
}

#[test]
fn a_retired_token_that_is_added_again_keeps_its_number_and_what_it_owes() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 40).expect("revenue");
    assert!(scene.call(scene.owner, retire(scene.usd)).is_ok());
    scene.weeks(2);
    let before = scene.read(IVault::rewardTokensCall {});
    scene.stage.take_logs();
    assert_eq!(scene.add_token(scene.usd, 3), Ok(()));
    let events = scene.stage.events::<IVault::RewardTokenAdded>(scene.vault);
    let told: Vec<_> = events.iter().map(|event| (event.token, event.streamWeeks)).collect();
    assert_eq!(told, [(scene.usd, n(3))]);
    assert_eq!(scene.read(IVault::rewardTokensCall {}), before);
    let start = scene.stage.timestamp();
    scene.push(scene.usd, 1 << 40).expect("revenue again");
    let events = scene.stage.events::<IVault::RevenueNotified>(scene.vault);
    assert_eq!(events[0].end, U256::from((start / WEEK + 4) * WEEK));
    scene.weeks(4);
    let paid = scene.claim(scene.alice, scene.usd).expect("a claim");
    assert!(paid <= n(1 << 41) && paid + n(1) >= n(1 << 41));
}

#[test]
fn what_was_sent_without_a_word_streams_once_anybody_says_so() {
    let scene = Scene::new();
    let sync = |token| IVault::syncCall { token };
    scene.stake(scene.alice, 1_024);
    scene.push(scene.usd, 1 << 20).expect("revenue");
    for token in [scene.usd, scene.asset] {
        let none = Revert::of(IVault::ZeroAmount {});
        assert_eq!(
            scene.refused(scene.carol, sync(token)),
            none,
            "stakes and streams are no strays"
        );
        crate::coin::give(&scene.stage, token, scene.carol, n(1 << 40));
        crate::coin::send(&scene.stage, token, scene.carol, scene.vault, n(1 << 40));
        scene.stage.take_logs();
        assert_eq!(scene.call(scene.carol, sync(token)), Ok(n(1 << 40)));
        let events = scene.stage.events::<IVault::RevenueNotified>(scene.vault);
        let told: Vec<_> = events.iter().map(|e| (e.token, e.sender, e.amount)).collect();
        assert_eq!(told, [(token, Address::ZERO, n(1 << 40))]);
        assert_eq!(scene.refused(scene.carol, sync(token)), none);
    }
    scene.weeks(2);
    let paid = scene.claim(scene.alice, scene.asset).expect("a claim");
    assert!(paid <= n(1 << 40) && paid + n(1) >= n(1 << 40));
    assert_eq!(scene.withdraw(scene.alice, n(1_024)), Ok(n(1_024)));
}

#[test]
fn strays_wait_while_the_vault_is_paused_or_their_token_retired_or_unknown() {
    let scene = Scene::new();
    let sync = |token| IVault::syncCall { token };
    for token in [scene.usd, scene.eth] {
        crate::coin::give(&scene.stage, token, scene.vault, n(5));
    }
    assert!(scene.call(scene.owner, retire(scene.eth)).is_ok());
    let retired = Revert::of(IVault::RewardTokenIsRetired { token: scene.eth });
    assert_eq!(scene.refused(scene.carol, sync(scene.eth)), retired);
    let unknown = Revert::of(IVault::UnknownRewardToken { token: scene.carol });
    assert_eq!(scene.refused(scene.carol, sync(scene.carol)), unknown);
    assert!(scene.call(scene.guardian, IVault::pauseCall {}).is_ok());
    let paused = Revert::of(IVault::EnforcedPause {});
    assert_eq!(scene.refused(scene.carol, sync(scene.usd)), paused);
    assert!(scene.call(scene.owner, IVault::unpauseCall {}).is_ok());
    assert_eq!(scene.call(scene.carol, sync(scene.usd)), Ok(n(5)));
}

#[test]
fn more_than_one_push_can_take_is_found_in_parts() {
    let scene = Scene::new();
    let most = (n(1) << 112) - n(1);
    crate::coin::give(&scene.stage, scene.usd, scene.vault, most + n(7));
    let sync = IVault::syncCall { token: scene.usd };
    assert_eq!(scene.call(scene.carol, sync.clone()), Ok(most));
    assert_eq!(scene.call(scene.carol, sync), Ok(n(7)));
}

#[test]
fn a_token_added_later_owes_nothing_for_the_time_before() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    let end = scene.lock(scene.alice, 1_024, 1).expect("a lock");
    scene.stage.warp_to(end + 5);
    let late = scene.stage.install("late", Coin::default());
    scene.add_token(late, 1).expect("a new token");
    crate::coin::give(&scene.stage, late, scene.treasury, n(1 << 40));
    scene.push(late, 1 << 40).expect("revenue");
    assert_eq!(scene.claimable(scene.alice, late), n(0));
    scene.weeks(2);
    let paid = scene.claim(scene.alice, late).expect("a claim");
    assert!(paid <= n(1 << 40) && paid + n(1) >= n(1 << 40));
}
