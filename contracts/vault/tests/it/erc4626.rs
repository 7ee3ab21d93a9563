//! ERC-4626 as a list of properties, each after a random past with locks, transfers, revenue and pauses.
//!
//! The list is that of a16z's erc4626-tests, written anew: views never fail and are the same for everybody;
//! previews promise no more than is done; a round trip never pays; what `max` allows works, and no more; who
//! was not allowed to takes nothing out. What shares are worth never changes here, so every inequality of
//! the standard is an equality, and that is what is asserted.

use alloy_primitives::{Address, U256};
use proptest::prelude::*;
use stage::Revert;

use crate::{
    IVault, MAX, Scene, coin, n,
    past::{PEOPLE, Step, part, past, portion},
};

/// The two names of entering and leaving: by assets, or by shares.
#[derive(Clone, Copy, Debug)]
enum By {
    Assets,
    Shares,
}

fn by() -> impl Strategy<Value = By> {
    prop_oneof![Just(By::Assets), Just(By::Shares)]
}

fn any_amount() -> impl Strategy<Value = U256> {
    let wide = any::<[u64; 4]>().prop_map(U256::from_limbs);
    (wide, 0..=256_usize).prop_map(|(wide, shift)| wide.checked_shr(shift).unwrap_or_default())
}

impl Scene {
    fn put_in(
        &self,
        by: By,
        who: Address,
        amount: U256,
        receiver: Address,
    ) -> Result<U256, Revert> {
        match by {
            By::Assets => self.call(who, IVault::depositCall { assets: amount, receiver }),
            By::Shares => self.call(who, IVault::mintCall { shares: amount, receiver }),
        }
    }

    fn take_out(
        &self,
        by: By,
        who: Address,
        amount: U256,
        receiver: Address,
        owner: Address,
    ) -> Result<U256, Revert> {
        match by {
            By::Assets => self.call(who, IVault::withdrawCall { assets: amount, receiver, owner }),
            By::Shares => self.call(who, IVault::redeemCall { shares: amount, receiver, owner }),
        }
    }

    fn max_in(&self, by: By, receiver: Address) -> U256 {
        match by {
            By::Assets => self.read(IVault::maxDepositCall { receiver }),
            By::Shares => self.read(IVault::maxMintCall { receiver }),
        }
    }

    fn max_out(&self, by: By, owner: Address) -> U256 {
        match by {
            By::Assets => self.read(IVault::maxWithdrawCall { owner }),
            By::Shares => self.read(IVault::maxRedeemCall { owner }),
        }
    }

    fn preview_in(&self, by: By, amount: U256) -> U256 {
        match by {
            By::Assets => self.read(IVault::previewDepositCall { assets: amount }),
            By::Shares => self.read(IVault::previewMintCall { shares: amount }),
        }
    }

    fn preview_out(&self, by: By, amount: U256) -> U256 {
        match by {
            By::Assets => self.read(IVault::previewWithdrawCall { assets: amount }),
            By::Shares => self.read(IVault::previewRedeemCall { shares: amount }),
        }
    }

    /// The scene after `past`, with entering allowed and something unlocked for `who`.
    fn open_after(past: &[Step], who: usize) -> Self {
        let scene = Self::after(past);
        assert!(scene.call(scene.owner, IVault::unpauseCall {}).is_ok());
        scene.stake(scene.person(who), 1_000);
        scene
    }

    fn total_assets(&self) -> U256 {
        self.read(IVault::totalAssetsCall {})
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn views_never_fail_and_say_the_same_to_everybody(past in past(), amount in any_amount()) {
        let scene = Scene::after(&past);
        for by in [By::Assets, By::Shares] {
            prop_assert_eq!(scene.preview_in(by, amount), amount);
            prop_assert_eq!(scene.preview_out(by, amount), amount);
        }
        for who in [Address::ZERO, scene.alice, scene.carol, scene.guardian] {
            let to_shares = IVault::convertToSharesCall { assets: amount };
            prop_assert_eq!(scene.call(who, to_shares), Ok(amount));
            let to_assets = IVault::convertToAssetsCall { shares: amount };
            prop_assert_eq!(scene.call(who, to_assets), Ok(amount));
            prop_assert_eq!(scene.call(who, IVault::assetCall {}), Ok(scene.asset));
        }
    }

    #[test]
    fn total_assets_are_what_all_shares_are_worth_and_the_vault_has_them(past in past()) {
        let scene = Scene::after(&past);
        let shares: U256 = scene.everybody().into_iter().map(|who| scene.shares(who)).sum();
        prop_assert_eq!(scene.total_assets(), shares);
        prop_assert_eq!(scene.supply(), shares);
        let revenue = scene.reward(scene.asset);
        let owed = scene.total_assets() + revenue.received - revenue.paid;
        prop_assert!(scene.coins(scene.asset, scene.vault) >= owed);
    }

    #[test]
    fn entering_moves_what_the_preview_says_and_nothing_else(
        past in past(), by in by(), who in 0..PEOPLE, to in 0..PEOPLE, part in part(),
    ) {
        let scene = Scene::open_after(&past, who);
        let (who, receiver) = (scene.person(who), scene.person(to));
        let amount = portion(scene.coins(scene.asset, who), part).max(n(1));
        let (promised, before) = (scene.preview_in(by, amount), scene.holdings());
        let unlocked = scene.unlocked(receiver);
        prop_assert_eq!(scene.put_in(by, who, amount, receiver), Ok(promised));
        for ((person, (shares, coins)), (now_shares, now_coins)) in
            scene.everybody().into_iter().zip(before).zip(scene.holdings())
        {
            let minted = if person == receiver { amount } else { n(0) };
            prop_assert_eq!(now_shares, shares + minted);
            let received = if person == scene.vault { amount } else { n(0) };
            let paid = if person == who { amount } else { n(0) };
            prop_assert_eq!(now_coins, coins + received - paid);
        }
        prop_assert_eq!(scene.unlocked(receiver), unlocked + amount);
    }

    #[test]
    fn leaving_moves_what_the_preview_says_and_nothing_else(
        past in past(), by in by(), owner in 0..PEOPLE, to in 0..PEOPLE, part in part(),
    ) {
        let scene = Scene::open_after(&past, owner);
        let (owner, receiver) = (scene.person(owner), scene.person(to));
        let amount = portion(scene.max_out(by, owner), part).max(n(1));
        let (promised, before) = (scene.preview_out(by, amount), scene.holdings());
        prop_assert_eq!(scene.take_out(by, owner, amount, receiver, owner), Ok(promised));
        for ((person, (shares, coins)), (now_shares, now_coins)) in
            scene.everybody().into_iter().zip(before).zip(scene.holdings())
        {
            let burnt = if person == owner { amount } else { n(0) };
            prop_assert_eq!(now_shares, shares - burnt);
            let received = if person == receiver { amount } else { n(0) };
            let paid = if person == scene.vault { amount } else { n(0) };
            prop_assert_eq!(now_coins, coins + received - paid);
        }
    }

    #[test]
    fn both_are_logged_with_who_did_it_for_whom(
        past in past(), by in by(), who in 0..PEOPLE, to in 0..PEOPLE,
    ) {
        let scene = Scene::open_after(&past, who);
        let (who, to, spender) = (scene.person(who), scene.person(to), scene.treasury);
        scene.stage.take_logs();
        prop_assert_eq!(scene.put_in(by, who, n(7), to), Ok(n(7)));
        let [entered] = &scene.stage.events::<IVault::Deposit>(scene.vault)[..] else {
            panic!("one Deposit expected")
        };
        prop_assert_eq!((entered.sender, entered.owner), (who, to));
        prop_assert_eq!((entered.assets, entered.shares), (n(7), n(7)));
        prop_assert_eq!(scene.call(who, IVault::approveCall { spender, value: n(5) }), Ok(true));
        prop_assert_eq!(scene.take_out(by, spender, n(5), to, who), Ok(n(5)));
        let [left] = &scene.stage.events::<IVault::Withdraw>(scene.vault)[..] else {
            panic!("one Withdraw expected")
        };
        prop_assert_eq!((left.sender, left.receiver, left.owner), (spender, to, who));
        prop_assert_eq!((left.assets, left.shares), (n(5), n(5)));
    }

    #[test]
    fn a_spender_takes_out_what_it_was_allowed_and_not_a_wei_more(
        past in past(), by in by(), owner in 0..PEOPLE, allowed in 1..1_000_u128, infinite in any::<bool>(),
    ) {
        let scene = Scene::open_after(&past, owner);
        let (owner, spender) = (scene.person(owner), scene.treasury);
        let value = if infinite { U256::MAX } else { n(allowed) };
        prop_assert_eq!(scene.call(owner, IVault::approveCall { spender, value }), Ok(true));
        if !infinite {
            let needed = n(allowed + 1);
            let refused = scene.take_out(by, spender, needed, spender, owner);
            let short = IVault::ERC20InsufficientAllowance { spender, allowance: value, needed };
            prop_assert_eq!(refused, Err(Revert::of(short)));
        }
        prop_assert_eq!(scene.take_out(by, spender, n(allowed), spender, owner), Ok(n(allowed)));
        let left = if infinite { U256::MAX } else { n(0) };
        prop_assert_eq!(scene.allowance_of(owner, spender), left);
    }

    #[test]
    fn a_stranger_takes_nothing_out(past in past(), by in by(), owner in 0..PEOPLE, part in part()) {
        let scene = Scene::open_after(&past, owner);
        let owner = scene.person(owner);
        let amount = portion(scene.max_out(by, owner), part).max(n(1));
        let before = scene.holdings();
        prop_assert!(scene.take_out(by, scene.treasury, amount, scene.treasury, owner).is_err());
        prop_assert_eq!(scene.holdings(), before);
    }

    #[test]
    fn what_may_enter_at_most_can_enter_and_no_wei_more(
        past in past(), by in by(), who in 0..PEOPLE, to in 0..PEOPLE,
    ) {
        let scene = Scene::after(&past);
        let (who, receiver) = (scene.person(who), scene.person(to));
        coin::give(&scene.stage, scene.asset, who, U256::MAX >> 1);
        let max = scene.max_in(by, receiver);
        let room = if scene.is_paused() { n(0) } else { MAX - scene.supply() };
        prop_assert_eq!(max, room);
        prop_assert!(scene.put_in(by, who, max + n(1), receiver).is_err());
        if !max.is_zero() {
            prop_assert_eq!(scene.put_in(by, who, max, receiver), Ok(max));
            prop_assert_eq!(scene.max_in(by, receiver), n(0));
        }
    }

    #[test]
    fn nothing_may_enter_for_who_can_hold_no_shares(past in past(), by in by(), who in 0..PEOPLE) {
        let scene = Scene::open_after(&past, who);
        let who = scene.person(who);
        for receiver in [Address::ZERO, scene.vault] {
            prop_assert_eq!(scene.max_in(by, receiver), n(0));
            let refused = Err(Revert::of(IVault::ERC20InvalidReceiver { receiver }));
            prop_assert_eq!(scene.put_in(by, who, n(1), receiver), refused);
        }
    }

    #[test]
    fn what_may_leave_at_most_can_leave_and_no_wei_more_paused_or_not(
        past in past(), by in by(), owner in 0..PEOPLE, paused in any::<bool>(),
    ) {
        let scene = Scene::open_after(&past, owner);
        let owner = scene.person(owner);
        let max = scene.max_out(by, owner);
        if paused {
            scene.pause();
        }
        prop_assert_eq!(scene.max_out(by, owner), max);
        prop_assert_eq!(max, scene.unlocked(owner));
        prop_assert!(scene.take_out(by, owner, max + n(1), owner, owner).is_err());
        prop_assert_eq!(scene.take_out(by, owner, max, owner, owner), Ok(max));
        prop_assert_eq!(scene.max_out(by, owner), n(0));
    }

    #[test]
    fn a_pause_stops_entering_and_says_so_before(past in past(), by in by(), who in 0..PEOPLE) {
        let scene = Scene::open_after(&past, who);
        let who = scene.person(who);
        scene.pause();
        prop_assert_eq!(scene.max_in(by, who), n(0));
        let refused = Err(Revert::of(IVault::EnforcedPause {}));
        prop_assert_eq!(scene.put_in(by, who, n(1), who), refused);
    }

    #[test]
    fn going_in_and_out_again_never_pays(
        past in past(), enter in by(), exit in by(), who in 0..PEOPLE, part in part(),
    ) {
        let scene = Scene::open_after(&past, who);
        let who = scene.person(who);
        let amount = portion(scene.coins(scene.asset, who), part).max(n(1));
        let before = (scene.holdings(), scene.supply());
        let given = scene.put_in(enter, who, amount, who).expect("there is enough");
        let taken = scene.take_out(exit, who, given, who, who).expect("it is unlocked");
        prop_assert_eq!(taken, amount);
        prop_assert_eq!((scene.holdings(), scene.supply()), before);
    }

    #[test]
    fn going_out_and_in_again_never_pays(
        past in past(), enter in by(), exit in by(), who in 0..PEOPLE, part in part(),
    ) {
        let scene = Scene::open_after(&past, who);
        let who = scene.person(who);
        let amount = portion(scene.max_out(exit, who), part).max(n(1));
        let before = (scene.holdings(), scene.supply());
        let given = scene.take_out(exit, who, amount, who, who).expect("it is unlocked");
        let taken = scene.put_in(enter, who, given, who).expect("there is enough");
        prop_assert_eq!(taken, amount);
        prop_assert_eq!((scene.holdings(), scene.supply()), before);
    }
}
