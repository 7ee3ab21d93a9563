//! Revenue paid out by others, and revenue staked at once.
//!
//! - setPayout: where revenue goes when it is claimed for an account, and whether anybody may do that
//! - claimFor pays one account, claimMany many in one token; nobody is paid against their will
//! - claimMany skips what cannot be paid, whatever the payee does, and what it skips stays claimable
//! - compound stakes what was earned in the asset

use alloy_primitives::{Address, U256};
use stage::Revert;

use crate::{
    FORTUNE, IVault, MAX, Scene, WEEK,
    coin::{self, Coin, Vice},
    n,
};

impl Scene {
    fn set_payout(&self, who: Address, payee: Address, automatic: bool) -> Result<(), Revert> {
        self.call(who, IVault::setPayoutCall { payee, automatic }).map(drop)
    }

    fn claim_for(&self, who: Address, account: Address, token: Address) -> Result<U256, Revert> {
        let paid = self.call(who, IVault::claimForCall { account, tokens: vec![token] })?;
        assert_eq!(paid.len(), 1, "one amount per token");
        Ok(paid[0])
    }

    fn claim_many(&self, accounts: &[Address], token: Address) -> Result<Vec<U256>, Revert> {
        let accounts = accounts.to_vec();
        self.call(self.treasury, IVault::claimManyCall { accounts, token })
    }

    /// Three stakers with a week of revenue in usd.
    fn with_earnings(usd: &Coin) -> Self {
        let scene = Self::with_coins(&Coin::default(), usd);
        for who in [scene.alice, scene.bob, scene.carol] {
            scene.stake(who, 1_024);
        }
        scene.push(scene.usd, 3 << 40).expect("revenue");
        scene.weeks(1);
        scene
    }
}

#[test]
fn a_payout_is_set_by_its_account_and_reads_back() {
    let scene = Scene::new();
    let payout = |account| {
        let set = scene.read(IVault::payoutOfCall { account });
        (set.payee, set.automatic)
    };
    assert_eq!(payout(scene.alice), (Address::ZERO, false));
    scene.stage.take_logs();
    assert_eq!(scene.set_payout(scene.alice, scene.bob, true), Ok(()));
    assert_eq!(payout(scene.alice), (scene.bob, true));
    assert_eq!(payout(scene.bob), (Address::ZERO, false));
    let [event] = &scene.stage.events::<IVault::PayoutChanged>(scene.vault)[..] else {
        panic!("one PayoutChanged expected")
    };
    assert_eq!((event.account, event.payee, event.automatic), (scene.alice, scene.bob, true));
    assert_eq!(scene.set_payout(scene.alice, Address::ZERO, false), Ok(()));
    assert_eq!(payout(scene.alice), (Address::ZERO, false));
    let account = scene.vault;
    let expected = Err(Revert::of(IVault::InvalidAddress { account }));
    assert_eq!(scene.set_payout(scene.alice, account, true), expected);
}

#[test]
fn whoever_asked_for_it_is_paid_by_anybody() {
    let scene = Scene::with_earnings(&Coin::default());
    let due = scene.claimable(scene.alice, scene.usd);
    scene.set_payout(scene.alice, Address::ZERO, true).expect("automatic");
    scene.stage.take_logs();
    assert_eq!(scene.claim_for(scene.treasury, scene.alice, scene.usd), Ok(due));
    assert_eq!(scene.coins(scene.usd, scene.alice), n(FORTUNE) + due);
    let [event] = &scene.stage.events::<IVault::RevenueClaimed>(scene.vault)[..] else {
        panic!("one RevenueClaimed expected")
    };
    assert_eq!((event.account, event.receiver), (scene.alice, scene.alice));
    assert_eq!((event.token, event.amount), (scene.usd, due));
    assert_eq!(scene.claim_for(scene.treasury, scene.alice, scene.usd), Ok(n(0)));
}

#[test]
fn nobody_is_paid_against_their_will_but_by_themselves() {
    let scene = Scene::with_earnings(&Coin::default());
    let due = scene.claimable(scene.alice, scene.usd);
    let account = scene.alice;
    let unwilling = Err(Revert::of(IVault::PayoutNotAutomatic { account }));
    assert_eq!(scene.claim_for(scene.treasury, scene.alice, scene.usd), unwilling);
    let cold = scene.stage.account("cold wallet");
    scene.set_payout(scene.alice, cold, false).expect("a payee");
    assert_eq!(scene.claim_for(scene.treasury, scene.alice, scene.usd), unwilling);
    assert_eq!(scene.claim_for(scene.alice, scene.alice, scene.usd), Ok(due));
    assert_eq!(scene.coins(scene.usd, cold), due);
}

#[test]
fn a_payee_gets_what_is_claimed_for_an_account_and_not_what_it_claims_itself() {
    let scene = Scene::with_earnings(&Coin::default());
    let cold = scene.stage.account("cold wallet");
    scene.set_payout(scene.alice, cold, true).expect("a payee");
    let due = scene.claimable(scene.alice, scene.usd);
    assert_eq!(scene.claim(scene.alice, scene.usd), Ok(due));
    assert_eq!(scene.coins(scene.usd, scene.alice), n(FORTUNE) + due);
    scene.weeks(1);
    let due = scene.claimable(scene.alice, scene.usd);
    assert_eq!(scene.claim_for(scene.bob, scene.alice, scene.usd), Ok(due));
    assert_eq!(scene.coins(scene.usd, cold), due);
}

#[test]
fn claims_for_another_know_their_tokens() {
    let scene = Scene::with_earnings(&Coin::default());
    scene.set_payout(scene.alice, Address::ZERO, true).expect("automatic");
    let token = scene.carol;
    let unknown = Revert::of(IVault::UnknownRewardToken { token });
    assert_eq!(scene.claim_for(scene.bob, scene.alice, token), Err(unknown.clone()));
    assert_eq!(scene.claim_many(&[scene.alice], token), Err(unknown.clone()));
    assert_eq!(scene.claim_many(&[], token), Err(unknown));
    assert_eq!(scene.claim_many(&[], scene.usd), Ok(vec![]));
}

#[test]
fn a_batch_pays_those_who_asked_and_passes_over_the_others() {
    let scene = Scene::with_earnings(&Coin::default());
    let stranger = scene.stage.account("stranger");
    for who in [scene.alice, scene.carol, stranger] {
        scene.set_payout(who, Address::ZERO, true).expect("automatic");
    }
    let due = scene.claimable(scene.alice, scene.usd);
    scene.stage.take_logs();
    let batch = [scene.alice, scene.bob, scene.carol, scene.alice, stranger];
    let paid = scene.claim_many(&batch, scene.usd);
    assert_eq!(paid, Ok(vec![due, n(0), due, n(0), n(0)]));
    assert_eq!(scene.coins(scene.usd, scene.carol), n(FORTUNE) + due);
    assert_eq!(scene.coins(scene.usd, scene.bob), n(FORTUNE));
    assert_eq!(scene.claimable(scene.bob, scene.usd), due);
    let events = scene.stage.events::<IVault::RevenueClaimed>(scene.vault);
    let logged: Vec<_> = events.iter().map(|e| (e.account, e.receiver, e.amount)).collect();
    let [alice, carol] = [scene.alice, scene.carol];
    assert_eq!(logged, [(alice, alice, due), (carol, carol, due)]);
    assert!(scene.stage.events::<IVault::ClaimSkipped>(scene.vault).is_empty());
    let state = scene.reward(scene.usd);
    assert_eq!(state.paid, due * n(2));
}

#[test]
fn a_payee_that_cannot_be_paid_is_skipped_and_loses_nothing() {
    for vice in [Vice::Reverts, Vice::ReturnsFalse, Vice::BurnsAllGas, Vice::RevertsWithMegabytes] {
        let usd = Coin::default();
        let scene = Scene::with_earnings(&usd);
        for who in [scene.alice, scene.bob, scene.carol] {
            scene.set_payout(who, Address::ZERO, true).expect("automatic");
        }
        let due = scene.claimable(scene.bob, scene.usd);
        usd.turn(vice.clone());
        usd.block(scene.bob);
        scene.stage.take_logs();
        let paid = scene.claim_many(&[scene.alice, scene.bob, scene.carol], scene.usd);
        assert_eq!(paid, Ok(vec![due, n(0), due]), "{vice:?}");
        let [skipped] = &scene.stage.events::<IVault::ClaimSkipped>(scene.vault)[..] else {
            panic!("{vice:?}: one ClaimSkipped expected")
        };
        assert_eq!((skipped.account, skipped.token), (scene.bob, scene.usd));
        assert_eq!(skipped.amount, due, "{vice:?}");
        assert_eq!(scene.claimable(scene.bob, scene.usd), due, "{vice:?}");
        assert_eq!(scene.reward(scene.usd).paid, due * n(2), "{vice:?}");
        usd.turn(Vice::None);
        assert_eq!(scene.claim(scene.bob, scene.usd), Ok(due), "{vice:?}");
    }
}

#[test]
fn a_batch_with_too_little_gas_fails_rather_than_skip() {
    let usd = Coin::default();
    let scene = Scene::with_earnings(&usd);
    for who in [scene.alice, scene.bob] {
        scene.set_payout(who, Address::ZERO, true).expect("automatic");
    }
    let accounts = vec![scene.alice, scene.bob];
    let call = IVault::claimManyCall { accounts, token: scene.usd };
    let with = |gas: u64| scene.stage.from(scene.treasury).gas(gas).call(scene.vault, call.clone());
    let needed = n(600_000);
    for gas in [100_000, 599_999, 640_000] {
        let refused = with(gas).expect_err("too little gas").decode::<IVault::NotEnoughGas>();
        let error = refused.expect("NotEnoughGas");
        assert_eq!(error.needed, needed);
        assert!(error.left < needed && error.left <= U256::from(gas), "{gas}");
        assert_eq!(scene.coins(scene.usd, scene.alice), n(FORTUNE), "paid or failed as a whole");
    }
    assert!(with(1_000_000).is_ok_and(|paid| !paid.contains(&n(0))));
}

#[test]
fn a_payee_that_burns_its_gas_leaves_enough_for_the_others() {
    let usd = Coin::default();
    let scene = Scene::with_earnings(&usd);
    let villain = scene.stage.account("gas burner");
    for who in [scene.alice, scene.bob, scene.carol] {
        scene.set_payout(who, villain, true).expect("automatic");
    }
    scene.set_payout(scene.carol, Address::ZERO, true).expect("automatic");
    usd.turn(Vice::BurnsAllGas);
    usd.block(villain);
    let due = scene.claimable(scene.carol, scene.usd);
    let accounts = vec![scene.alice, scene.bob, scene.carol];
    let call = IVault::claimManyCall { accounts, token: scene.usd };
    // Two transfers burn 500,000 each; 600,000 have to be left before the third.
    let paid = scene.stage.from(scene.treasury).gas(1_800_000).call(scene.vault, call);
    assert_eq!(paid, Ok(vec![n(0), n(0), due]));
}

#[test]
fn what_was_earned_in_the_asset_is_staked_at_once() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.push(scene.asset, 1 << 40).expect("revenue");
    scene.weeks(1);
    let due = scene.claimable(scene.alice, scene.asset);
    let coins = scene.coins(scene.asset, scene.vault);
    scene.stage.take_logs();
    assert_eq!(scene.call(scene.alice, IVault::compoundCall {}), Ok(due));
    assert_eq!(scene.shares(scene.alice), n(1_024) + due);
    assert_eq!((scene.total_weight(), scene.weight(scene.alice)), (n(1_024) + due, n(1_024) + due));
    assert_eq!(scene.claimable(scene.alice, scene.asset), n(0));
    assert_eq!(scene.coins(scene.asset, scene.vault), coins, "no token is moved");
    let [claimed] = &scene.stage.events::<IVault::RevenueClaimed>(scene.vault)[..] else {
        panic!("one RevenueClaimed expected")
    };
    assert_eq!((claimed.account, claimed.receiver), (scene.alice, scene.vault));
    assert_eq!((claimed.token, claimed.amount), (scene.asset, due));
    let [staked] = &scene.stage.events::<IVault::Deposit>(scene.vault)[..] else {
        panic!("one Deposit expected")
    };
    assert_eq!((staked.sender, staked.owner), (scene.alice, scene.alice));
    assert_eq!((staked.assets, staked.shares), (due, due));
    assert_eq!(scene.withdraw(scene.alice, n(1_024) + due), Ok(n(1_024) + due));
}

#[test]
fn compounding_nothing_is_no_error_and_tells_nothing() {
    let scene = Scene::new();
    scene.stake(scene.alice, 1_024);
    scene.stage.take_logs();
    assert_eq!(scene.call(scene.alice, IVault::compoundCall {}), Ok(n(0)));
    assert_eq!(scene.call(scene.bob, IVault::compoundCall {}), Ok(n(0)));
    assert!(scene.stage.logs().is_empty());
}

#[test]
fn compounding_needs_the_asset_as_a_reward_token_and_an_open_vault() {
    let bare = Scene::bare(&Coin::default(), &Coin::default());
    let unknown = Revert::of(IVault::UnknownRewardToken { token: bare.asset });
    assert_eq!(bare.refused(bare.alice, IVault::compoundCall {}), unknown);
    let scene = Scene::new();
    scene.pause();
    let paused = Revert::of(IVault::EnforcedPause {});
    assert_eq!(scene.refused(scene.alice, IVault::compoundCall {}), paused);
}

#[test]
fn compounding_never_passes_the_112_bits_of_the_supply() {
    let scene = Scene::new();
    coin::give(&scene.stage, scene.asset, scene.alice, MAX);
    scene.deposit(scene.alice, MAX - n(5)).expect("nearly everything");
    scene.push(scene.asset, 1 << 40).expect("revenue");
    scene.stage.warp(2 * WEEK);
    let amount = scene.claimable(scene.alice, scene.asset);
    let expected = Revert::of(IVault::AmountTooLarge { amount, max: n(5) });
    assert_eq!(scene.refused(scene.alice, IVault::compoundCall {}), expected);
    assert_eq!(scene.claimable(scene.alice, scene.asset), amount);
    assert_eq!(scene.claim(scene.alice, scene.asset), Ok(amount));
}
