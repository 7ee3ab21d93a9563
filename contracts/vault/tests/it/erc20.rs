//! The share as ERC-20 and ERC-2612, as a list of properties, each after a random past with locks, revenue
//! and pauses.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolStruct;
use proptest::prelude::*;
use stage::{Revert, Wallet};

use crate::{
    IVault, Scene, n,
    past::{PEOPLE, part, past, portion},
    permit::Permit,
};

/// What everybody could see of a holder before and after.
type Seen = (U256, U256, U256, U256);

impl Scene {
    fn seen(&self, who: Address) -> Seen {
        let earned = self.claimable(who, self.asset);
        (self.shares(who), self.unlocked(who), self.weight(who), earned)
    }

    fn everybody_seen(&self) -> Vec<Seen> {
        self.everybody().into_iter().map(|who| self.seen(who)).collect()
    }

    fn permit_of(&self, permit: &Permit, (v, r, s): (u8, B256, B256)) -> Result<(), Revert> {
        let Permit { owner, spender, value, deadline, .. } = *permit;
        let call = IVault::permitCall { owner, spender, value, deadline, v, r, s };
        self.call(self.carol, call).map(drop)
    }
}

/// A mistake in a permit, or in its signature.
#[derive(Clone, Copy, Debug)]
enum Flaw {
    Owner,
    Spender,
    Value,
    Nonce,
    Deadline,
    Domain,
    /// The other signature that the curve's symmetry makes of a valid one.
    Mirrored,
    Recovery,
}

const FLAWS: [Flaw; 8] = [
    Flaw::Owner,
    Flaw::Spender,
    Flaw::Value,
    Flaw::Nonce,
    Flaw::Deadline,
    Flaw::Domain,
    Flaw::Mirrored,
    Flaw::Recovery,
];

/// The number of points of secp256k1.
const ORDER: U256 = U256::from_limbs([
    0xbfd2_5e8c_d036_4141,
    0xbaae_dce6_af48_a03b,
    0xffff_ffff_ffff_fffe,
    0xffff_ffff_ffff_ffff,
]);

fn mirrored((v, r, s): (u8, B256, B256)) -> (u8, B256, B256) {
    (27 + 28 - v, r, B256::from(ORDER - U256::from_be_bytes(s.0)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_supply_is_the_sum_of_balances_and_both_follow_from_the_logs(past in past()) {
        let scene = Scene::after(&past);
        let mut balances = BTreeMap::<Address, U256>::new();
        for moved in scene.stage.events::<IVault::Transfer>(scene.vault) {
            if !moved.from.is_zero() {
                *balances.entry(moved.from).or_default() -= moved.value;
            }
            if !moved.to.is_zero() {
                *balances.entry(moved.to).or_default() += moved.value;
            }
        }
        for who in scene.everybody() {
            prop_assert_eq!(scene.shares(who), balances.get(&who).copied().unwrap_or_default());
        }
        prop_assert_eq!(scene.supply(), balances.values().sum::<U256>());
    }

    #[test]
    fn a_transfer_moves_its_value_and_leaves_what_was_earned(
        past in past(), from in 0..PEOPLE, to in 0..PEOPLE, part in part(),
    ) {
        let scene = Scene::after(&past);
        let (from, to) = (scene.person(from), scene.person(to));
        let value = portion(scene.unlocked(from), part);
        let (before, supply) = (scene.everybody_seen(), scene.supply());
        scene.stage.take_logs();
        prop_assert_eq!(scene.transfer(from, to, value), Ok(true));
        let [moved] = &scene.stage.events::<IVault::Transfer>(scene.vault)[..] else {
            panic!("one Transfer expected")
        };
        prop_assert_eq!((moved.from, moved.to, moved.value), (from, to, value));
        for (who, (shares, unlocked, weight, earned)) in scene.everybody().into_iter().zip(before) {
            let change = |amount: U256| {
                let given = if who == from { value } else { n(0) };
                amount + if who == to { value } else { n(0) } - given
            };
            let expected = (change(shares), change(unlocked), change(weight), earned);
            prop_assert_eq!(scene.seen(who), expected);
        }
        prop_assert_eq!(scene.supply(), supply);
    }

    #[test]
    fn more_than_is_unlocked_does_not_move_and_nothing_changes(
        past in past(), from in 0..PEOPLE, to in 0..PEOPLE, above in 0..200_usize,
    ) {
        let scene = Scene::after(&past);
        let (from, to) = (scene.person(from), scene.person(to));
        let value = scene.unlocked(from) + (U256::from(1) << above);
        let before = scene.everybody_seen();
        let refused = scene.transfer(from, to, value).expect_err("it is too much");
        let locked = refused.is::<IVault::SharesLocked>();
        prop_assert_eq!(locked, value <= scene.shares(from), "the error tells why");
        prop_assert!(locked || refused.is::<IVault::ERC20InsufficientBalance>());
        prop_assert_eq!(scene.everybody_seen(), before);
    }

    #[test]
    fn an_allowance_is_what_was_approved_last_less_what_was_spent(
        past in past(), owner in 0..PEOPLE, first in any::<u128>(), part in part(), spent in part(),
    ) {
        let scene = Scene::after(&past);
        let (owner, spender, to) = (scene.person(owner), scene.treasury, scene.guardian);
        let approved = portion(scene.unlocked(owner), part);
        let before = scene.everybody_seen();
        scene.stage.take_logs();
        for value in [n(first), approved] {
            prop_assert_eq!(scene.call(owner, IVault::approveCall { spender, value }), Ok(true));
            prop_assert_eq!(scene.allowance_of(owner, spender), value);
        }
        let logged = scene.stage.events::<IVault::Approval>(scene.vault);
        let logged: Vec<_> = logged.iter().map(|log| (log.owner, log.spender, log.value)).collect();
        prop_assert_eq!(logged, [(owner, spender, n(first)), (owner, spender, approved)]);
        prop_assert_eq!(scene.everybody_seen(), before, "an approval moves nothing");
        prop_assert_eq!(scene.allowance_of(spender, owner), n(0));

        let value = portion(approved, spent);
        let pull = |value| scene.call(spender, IVault::transferFromCall { from: owner, to, value });
        prop_assert_eq!(pull(value), Ok(true));
        let (allowance, needed) = (approved - value, approved - value + n(1));
        prop_assert_eq!(scene.allowance_of(owner, spender), allowance);
        let short = IVault::ERC20InsufficientAllowance { spender, allowance, needed };
        prop_assert_eq!(pull(needed), Err(Revert::of(short)));
        prop_assert_eq!(scene.shares(to), value);
    }

    #[test]
    fn an_owner_needs_its_own_allowance_to_pull(past in past(), owner in 0..PEOPLE) {
        let scene = Scene::after(&past);
        let (owner, to) = (scene.person(owner), scene.guardian);
        let (spender, allowance, needed) = (owner, n(0), n(1));
        let short = IVault::ERC20InsufficientAllowance { spender, allowance, needed };
        let pull = IVault::transferFromCall { from: owner, to, value: n(1) };
        prop_assert_eq!(scene.refused(owner, pull), Revert::of(short));
    }

    #[test]
    fn a_signed_permit_is_an_approval_once(
        past in past(), value in any::<[u64; 4]>(), ahead in 0..1_000_000_u64,
    ) {
        let scene = Scene::after(&past);
        let wallet = Wallet::new("dave");
        let value = U256::from_limbs(value);
        let deadline = U256::from(scene.stage.timestamp() + ahead);
        let (owner, spender) = (wallet.address, scene.bob);
        for nonce in [n(0), n(1)] {
            let permit = Permit { owner, spender, value, nonce, deadline };
            let signature = wallet.sign(permit.eip712_signing_hash(&scene.domain()));
            prop_assert_eq!(scene.permit_of(&permit, signature), Ok(()));
            prop_assert_eq!(scene.allowance_of(owner, spender), value);
            let again = scene.permit_of(&permit, signature);
            prop_assert!(again.is_err_and(|why| why.is::<IVault::ERC2612InvalidSigner>()));
        }
        prop_assert_eq!(scene.read(IVault::noncesCall { owner }), n(2));
    }

    #[test]
    fn a_permit_with_one_flaw_changes_nothing(
        past in past(), value in any::<u128>(), flaw in prop::sample::select(&FLAWS[..]),
    ) {
        let scene = Scene::after(&past);
        let wallet = Wallet::new("dave");
        let deadline = U256::from(scene.stage.timestamp() + 60);
        let (owner, spender) = (wallet.address, scene.bob);
        let said = Permit { owner, spender, value: n(value), nonce: n(0), deadline };
        let (mut signed, mut domain) = (said.clone(), scene.domain());
        match flaw {
            Flaw::Owner => signed.owner = scene.alice,
            Flaw::Spender => signed.spender = scene.carol,
            Flaw::Value => signed.value += n(1),
            Flaw::Nonce => signed.nonce += n(1),
            Flaw::Deadline => signed.deadline += n(1),
            Flaw::Domain => domain.verifying_contract = Some(scene.asset),
            Flaw::Mirrored | Flaw::Recovery => {}
        }
        let (v, r, s) = wallet.sign(signed.eip712_signing_hash(&domain));
        let signature = match flaw {
            Flaw::Mirrored => mirrored((v, r, s)),
            Flaw::Recovery => (v - 27, r, s),
            _ => (v, r, s),
        };
        let refused = scene.permit_of(&said, signature);
        prop_assert!(refused.is_err_and(|why| why.is::<IVault::ERC2612InvalidSigner>()));
        prop_assert_eq!(scene.allowance_of(owner, spender), n(0));
        prop_assert_eq!(scene.read(IVault::noncesCall { owner }), n(0));
    }
}
