//! Coming back in the middle: a token or a splitter that calls the vault while the vault calls it.
//!
//! Every function that calls out is provoked, by an account that has nothing to do with the token and by
//! one that is the token itself; and at every call out, every function that changes something is called.
//! With the SDK's guard each of these calls is refused. Without it ([`stage::Stage::allow_reentry`]) they
//! may succeed, and then nothing is gained and nothing is lost: all that the vault has is booked, all
//! that is booked is there, and in the end everybody gets everything out.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolCall;
use stage::{Answer, Revert};

use crate::{
    IVault, Scene, WEEK,
    coin::{self, Coin, Vice},
    columns, n,
    till::{Manner, Till},
};

/// A vault in which both coins and the splitter hold shares and locks, with revenue in both coins.
struct Den {
    scene: Scene,
    asset: Coin,
    usd: Coin,
    till: Till,
    splitter: Address,
    /// When the locks of everybody end.
    end: u64,
}

/// Who comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Villain {
    Asset,
    Usd,
    Splitter,
}

impl Den {
    fn new() -> Self {
        let (asset, usd) = (Coin::default(), Coin::default());
        let scene = Scene::with_coins(&asset, &usd);
        let till = Till::default();
        let splitter = scene.stage.install("till", till.clone());
        let (durations, penalties) = columns(&[(0, 5_000)]);
        let source = B256::ZERO;
        let call = IVault::setPenaltyCurveCall { durations, penalties, splitter, source };
        assert!(scene.call(scene.owner, call).is_ok());
        let mut den = Self { scene, asset, usd, till, splitter, end: 0 };
        den.people_it();
        den
    }

    fn people_it(&mut self) {
        let scene = &self.scene;
        for who in [scene.alice, scene.asset, scene.usd, self.splitter] {
            for token in [scene.asset, scene.usd] {
                coin::give(&scene.stage, token, who, n(1 << 50));
            }
            scene.stake(who, 2_048);
            self.end = scene.lock(who, 512, 9).expect("a lock");
            let stand = IVault::lockStandingCall { assets: n(512), durationWeeks: n(9) };
            assert!(scene.call(who, stand).is_ok());
            let willing = IVault::setPayoutCall { payee: Address::ZERO, automatic: true };
            assert!(scene.call(who, willing).is_ok());
            assert!(scene.call(who, IVault::delegateCall { delegatee: scene.bob }).is_ok());
        }
        for token in [scene.asset, scene.usd] {
            scene.push(token, 1 << 40).expect("revenue");
        }
        scene.stage.warp(WEEK);
    }

    fn address(&self, villain: Villain) -> Address {
        match villain {
            Villain::Asset => self.scene.asset,
            Villain::Usd => self.scene.usd,
            Villain::Splitter => self.splitter,
        }
    }

    /// Has `villain` send `calldata` to the vault when it is called next.
    fn arm(&self, villain: Villain, calldata: Vec<u8>, early: bool) {
        let to = self.scene.vault;
        match (villain, early) {
            (Villain::Asset, _) => self.asset.turn(Vice::Calls { to, calldata }),
            (Villain::Usd, _) => self.usd.turn(Vice::Calls { to, calldata }),
            (Villain::Splitter, true) => self.till.turn(Manner::Calls(calldata)),
            (Villain::Splitter, false) => self.till.turn(Manner::PullsAndCalls(calldata)),
        }
    }

    fn answers(&self) -> Vec<Answer> {
        let coins = self.asset.answers().into_iter().chain(self.usd.answers());
        coins.chain(self.till.answers()).collect()
    }

    /// Calls by which `me` may come back.
    fn comebacks(&self, me: Address) -> Vec<Vec<u8>> {
        let (assets, receiver, owner, weeks) = (n(64), me, me, n(9));
        let (asset, usd, end) = (self.scene.asset, self.scene.usd, U256::from(self.end));
        vec![
            IVault::depositCall { assets, receiver }.abi_encode(),
            IVault::depositAndLockCall { assets, durationWeeks: weeks }.abi_encode(),
            IVault::withdrawCall { assets, receiver, owner }.abi_encode(),
            IVault::transferCall { to: self.scene.carol, value: assets }.abi_encode(),
            IVault::lockCall { assets, durationWeeks: weeks }.abi_encode(),
            IVault::lockStandingCall { assets, durationWeeks: weeks }.abi_encode(),
            IVault::unwindCall { assets }.abi_encode(),
            IVault::extendLockCall { unlockTime: end, assets, durationWeeks: n(20) }.abi_encode(),
            IVault::exitEarlyCall { unlockTime: end, assets, maxPenalty: assets }.abi_encode(),
            IVault::claimCall { tokens: vec![usd, asset, self.scene.eth] }.abi_encode(),
            IVault::claimManyCall { accounts: self.holders(), token: usd }.abi_encode(),
            IVault::claimManyCall { accounts: self.holders(), token: asset }.abi_encode(),
            IVault::compoundCall {}.abi_encode(),
            IVault::notifyRevenueCall { token: usd, amount: n(1_000) }.abi_encode(),
            IVault::notifyRevenueCall { token: asset, amount: n(1_000) }.abi_encode(),
            IVault::syncCall { token: usd }.abi_encode(),
            IVault::syncCall { token: asset }.abi_encode(),
            IVault::checkpointCall { maxWeeks: U256::MAX }.abi_encode(),
            IVault::delegateCall { delegatee: me }.abi_encode(),
            IVault::setPayoutCall { payee: self.scene.carol, automatic: true }.abi_encode(),
        ]
    }

    /// Each call by which `villain` can be made to call back, made by `who`.
    fn provocations(&self, villain: Villain, who: Address) -> Vec<Vec<u8>> {
        let (assets, receiver, owner, weeks) = (n(100), who, who, n(3));
        let exit =
            IVault::exitEarlyCall { unlockTime: U256::from(self.end), assets, maxPenalty: assets };
        if villain == Villain::Splitter {
            return vec![exit.abi_encode()];
        }
        let token = self.address(villain);
        let mut calls = vec![
            IVault::notifyRevenueCall { token, amount: n(5_000) }.abi_encode(),
            IVault::claimCall { tokens: vec![token] }.abi_encode(),
            IVault::claimToCall { tokens: vec![token], receiver: self.scene.carol }.abi_encode(),
            IVault::claimForCall { account: self.scene.alice, tokens: vec![token] }.abi_encode(),
            IVault::claimManyCall { accounts: self.holders(), token }.abi_encode(),
        ];
        if villain == Villain::Asset {
            let (deadline, v, r, s) = (U256::MAX, 27, B256::ZERO, B256::ZERO);
            let permitted = IVault::depositWithPermitCall { assets, receiver, deadline, v, r, s };
            calls.extend([
                IVault::depositCall { assets, receiver }.abi_encode(),
                permitted.abi_encode(),
                IVault::depositAndLockCall { assets, durationWeeks: weeks }.abi_encode(),
                IVault::withdrawCall { assets, receiver, owner }.abi_encode(),
                exit.abi_encode(),
            ]);
        }
        calls
    }

    fn holders(&self) -> Vec<Address> {
        let scene = &self.scene;
        vec![scene.alice, scene.bob, scene.carol, scene.asset, scene.usd, self.splitter]
    }

    /// Everything the vault has is booked, and everything booked is there.
    #[track_caller]
    fn assert_square(&self, what: &str) {
        let scene = &self.scene;
        let staked = scene.read(IVault::totalSupplyCall {});
        for (token, staked) in [(scene.asset, staked), (scene.usd, n(0))] {
            let state = scene.reward(token);
            let booked = staked + state.received - state.paid;
            assert_eq!(scene.coins(token, scene.vault), booked, "{what}: coins");
        }
        let holders = self.holders();
        let sum = |read: fn(&Scene, Address) -> U256| {
            holders.iter().fold(n(0), |sum, who| sum + read(scene, *who))
        };
        assert_eq!(sum(Scene::shares), staked, "{what}: shares");
        assert_eq!(sum(Scene::weight), scene.total_weight(), "{what}: weight");
    }

    /// Everybody claims and takes out everything, and nothing but dust is left.
    #[track_caller]
    fn assert_everybody_gets_out(&self, what: &str) {
        let scene = &self.scene;
        for who in self.holders() {
            let standing = scene.read(IVault::standingOfCall { account: who }).assets;
            if !standing.is_zero() {
                let unwound = scene.call(who, IVault::unwindCall { assets: standing });
                assert!(unwound.is_ok(), "{what}");
            }
        }
        scene.weeks(30);
        for who in self.holders() {
            for token in [scene.usd, scene.asset] {
                assert!(scene.claim(who, token).is_ok(), "{what}: everybody is paid");
            }
            let stake = scene.shares(who);
            assert!(stake.is_zero() || scene.withdraw(who, stake) == Ok(stake), "{what}");
        }
        for token in [scene.asset, scene.usd] {
            assert!(scene.coins(token, scene.vault) <= n(8), "{what}: dust");
        }
    }
}

/// Plays every provocation against every comeback; `judge` sees the comebacks' answers.
fn play(allowed: bool, judge: impl Fn(&Den, &[Answer], &str)) {
    let kinds = Den::new();
    for villain in [Villain::Asset, Villain::Usd, Villain::Splitter] {
        let moments = if villain == Villain::Splitter { &[true, false][..] } else { &[true][..] };
        for (early, innocent) in moments.iter().flat_map(|early| [(*early, true), (*early, false)])
        {
            let ways = kinds.provocations(villain, kinds.scene.alice).len();
            let answers = kinds.comebacks(kinds.scene.alice).len();
            for (i, j) in (0..ways).flat_map(|i| (0..answers).map(move |j| (i, j))) {
                let den = Den::new();
                let me = den.address(villain);
                let who = if innocent { den.scene.alice } else { me };
                den.arm(villain, den.comebacks(me).swap_remove(j), early);
                den.scene.stage.allow_reentry(allowed);
                let call = den.provocations(villain, who).swap_remove(i);
                let _ = den.scene.stage.from(who).raw(den.scene.vault, call);
                let what = format!(
                    "{villain:?} (early: {early}), innocent: {innocent}, provocation {i}, comeback {j}"
                );
                den.assert_square(&what);
                judge(&den, &den.answers(), &what);
            }
        }
    }
}

#[test]
fn whoever_calls_back_is_refused_by_the_guard() {
    play(false, |_, answers, what| {
        assert!(!answers.is_empty(), "{what}: a comeback expected");
        for answer in answers {
            assert!(answer.as_ref().is_err_and(Revert::is_silent), "{what}");
        }
    });
}

#[test]
fn without_the_guard_nothing_is_gained_and_nothing_is_lost() {
    play(true, |den, answers, what| {
        assert!(!answers.is_empty(), "{what}: a comeback expected");
        den.assert_everybody_gets_out(what);
    });
}

#[test]
fn a_splitter_that_stakes_the_penalty_is_not_paid_twice() {
    let den = Den::new();
    let (scene, splitter) = (&den.scene, den.splitter);
    scene.stage.allow_reentry(true);
    let before = scene.coins(scene.asset, splitter);
    let call = IVault::depositCall { assets: n(50), receiver: splitter };
    den.till.turn(Manner::PullsAndCalls(call.abi_encode()));
    let (unlock_time, assets) = (U256::from(den.end), n(100));
    let exit = IVault::exitEarlyCall { unlockTime: unlock_time, assets, maxPenalty: assets };
    assert_eq!(scene.call(scene.alice, exit), Ok(n(50)));
    assert!(matches!(&den.till.answers()[..], [Ok(_)]), "it did stake");
    assert_eq!(scene.coins(scene.asset, splitter), before, "pulled once, staked once");
    den.assert_square("after the exit");
}

#[test]
fn a_view_read_in_mid_transfer_is_right() {
    let den = Den::new();
    den.scene.stage.allow_reentry(true);
    let before = den.scene.read(IVault::totalSupplyCall {});
    den.arm(Villain::Asset, IVault::totalSupplyCall {}.abi_encode(), true);
    assert_eq!(den.scene.withdraw(den.scene.alice, n(24)), Ok(n(24)));
    let [Ok(seen)] = &den.asset.answers()[..] else { panic!("one answer expected") };
    assert_eq!(U256::from_be_slice(seen), before - n(24));
}
