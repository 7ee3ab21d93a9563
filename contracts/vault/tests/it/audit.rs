//! What an auditor tried: each of these would be a hole, and is none.
//!
//! - in every function, an expired lock that nobody settled counts as one that was settled
//! - votes are the weights of those who delegate, whatever two things were done in a row
//! - no number, however extreme, stops a function without a word
//! - nobody makes another's exit, transfer or vote dearer than the weeks that passed
//! - what was said of the past is not taken back
//! - a signed delegation works once, as it was signed, and nowhere else

mod room;

use alloy_primitives::{Address, B256, Log, U256, uint};
use alloy_sol_types::{SolCall, SolEvent, SolStruct, sol};
use stage::{Revert, START};

use self::room::Room;
use crate::{FORTUNE, IVault, MAX, Scene, WEEK, coin, n};

sol! {
    struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
}

/// Every function that changes something, called by somebody whom it lets.
fn deeds(room: &Room) -> Vec<(Address, Vec<u8>)> {
    let Scene { alice, bob, carol, treasury, asset, usd, .. } = room.scene;
    let (assets, receiver, owner) = (n(10_007), alice, alice);
    let [first, last] = [room.first, room.last].map(U256::from);
    let tokens = vec![usd, asset];
    vec![
        (alice, IVault::transferCall { to: bob, value: assets }.abi_encode()),
        (alice, IVault::transferCall { to: alice, value: assets }.abi_encode()),
        (bob, IVault::transferCall { to: alice, value: assets }.abi_encode()),
        (carol, IVault::transferFromCall { from: alice, to: bob, value: assets }.abi_encode()),
        (alice, IVault::withdrawCall { assets, receiver, owner }.abi_encode()),
        (carol, IVault::redeemCall { shares: assets, receiver: carol, owner }.abi_encode()),
        (bob, IVault::depositCall { assets, receiver }.abi_encode()),
        (alice, IVault::lockCall { assets, durationWeeks: n(3) }.abi_encode()),
        // All that is free once the first lock has ended.
        (alice, IVault::lockCall { assets: n(44_973), durationWeeks: n(3) }.abi_encode()),
        (alice, IVault::depositAndLockCall { assets, durationWeeks: n(3) }.abi_encode()),
        (alice, IVault::lockStandingCall { assets, durationWeeks: n(26) }.abi_encode()),
        (alice, IVault::unwindCall { assets: n(1_001) }.abi_encode()),
        (
            alice,
            IVault::extendLockCall { unlockTime: last, assets, durationWeeks: n(61) }.abi_encode(),
        ),
        (
            alice,
            IVault::extendLockCall { unlockTime: first, assets, durationWeeks: n(61) }.abi_encode(),
        ),
        (alice, IVault::exitEarlyCall { unlockTime: last, assets, maxPenalty: MAX }.abi_encode()),
        (alice, IVault::exitEarlyCall { unlockTime: first, assets, maxPenalty: MAX }.abi_encode()),
        (alice, IVault::delegateCall { delegatee: bob }.abi_encode()),
        (alice, IVault::delegateCall { delegatee: alice }.abi_encode()),
        (alice, IVault::delegateCall { delegatee: room.dan }.abi_encode()),
        (alice, IVault::delegateCall { delegatee: Address::ZERO }.abi_encode()),
        (carol, room.signed(carol).abi_encode()),
        (alice, IVault::compoundCall {}.abi_encode()),
        (alice, IVault::claimCall { tokens: tokens.clone() }.abi_encode()),
        (alice, IVault::claimToCall { tokens: tokens.clone(), receiver: carol }.abi_encode()),
        (bob, IVault::claimForCall { account: alice, tokens }.abi_encode()),
        (carol, IVault::claimManyCall { accounts: vec![alice, bob], token: usd }.abi_encode()),
        (carol, IVault::checkpointCall { maxWeeks: U256::MAX }.abi_encode()),
        (treasury, IVault::notifyRevenueCall { token: usd, amount: n(1 << 50) }.abi_encode()),
    ]
}

/// What was logged, but for when the books were brought forward.
fn told(room: &Room) -> Vec<Log> {
    let mut logs = room.scene.stage.take_logs();
    logs.retain(|log| log.topics().first() != Some(&IVault::Checkpointed::SIGNATURE_HASH));
    logs
}

#[test]
fn in_every_function_an_expired_lock_counts_as_one_that_was_settled() {
    let count = deeds(&Room::new()).len();
    // The first lock ends at the start of the second week; the second at that of the third.
    for at in [2 * WEEK - 59, 2 * WEEK - 1, 2 * WEEK, 2 * WEEK + 59, 3 * WEEK, 300 * WEEK] {
        for deed in 0..count {
            let [lazy, eager] = [false, true].map(|settled| {
                let room = Room::new();
                room.scene.stage.warp_to(START + at);
                if settled {
                    room.settle();
                }
                let (who, calldata) = deeds(&room).swap_remove(deed);
                room.scene.stage.take_logs();
                let answer = room.scene.stage.from(who).raw(room.scene.vault, calldata);
                let (logs, now) = (told(&room), room.portrait());
                room.scene.stage.warp(WEEK + 61);
                (answer, logs, now, room.portrait())
            });
            assert_eq!(lazy, eager, "deed {deed}, {at} seconds");
        }
    }
}

#[test]
fn after_any_two_deeds_votes_are_the_weights_of_those_who_delegate() {
    let count = deeds(&Room::new()).len();
    for (one, two) in (0..count).flat_map(|one| (0..count).map(move |two| (one, two))) {
        let room = Room::new();
        for (deed, seconds) in [(one, WEEK + 7), (two, WEEK - 7)] {
            room.scene.stage.warp(seconds);
            let (who, calldata) = deeds(&room).swap_remove(deed);
            // Some are refused: then they count for nothing.
            let _ = room.scene.stage.from(who).raw(room.scene.vault, calldata);
        }
        for weeks in [0, 1, 2, 27, 31] {
            room.scene.weeks(weeks);
            room.assert_counted(&format!("deeds {one} and {two}, {weeks} weeks"));
        }
    }
}

/// The least gas with which `who` can make this call in a room made ready by `prepare`.
fn price(prepare: impl Fn(&Room), call: impl Fn(&Room) -> (Address, Vec<u8>)) -> u64 {
    let (mut low, mut high) = (0, 1 << 26);
    while low + 1 < high {
        let gas = (low + high) / 2;
        let room = Room::new();
        prepare(&room);
        let (who, calldata) = call(&room);
        match room.scene.stage.from(who).gas(gas).raw(room.scene.vault, calldata) {
            Ok(_) => high = gas,
            Err(_) => low = gas,
        }
    }
    high
}

/// Mallory, a stranger with a dust lock for each of the next 208 weeks, gives Dan her votes.
fn crowd(room: &Room) {
    let (scene, mallory) = (&room.scene, room.scene.stage.account("mallory"));
    coin::give(&scene.stage, scene.asset, mallory, n(FORTUNE));
    scene.stake(mallory, 100_000);
    for weeks in 1..=208 {
        scene.lock(mallory, 300, weeks).expect("dust");
    }
    room.delegate(mallory, room.dan);
}

#[test]
fn a_stranger_makes_an_exit_dearer_by_no_more_than_the_weeks_her_delegate_was_idle() {
    let leave = |room: &Room| {
        let Scene { alice, .. } = room.scene;
        let call = IVault::withdrawCall { assets: n(5), receiver: alice, owner: alice };
        (alice, call.abi_encode())
    };
    for (weeks, most) in [(0, 0), (4, 0), (208, 105)] {
        let idle = |room: &Room| {
            room.scene.weeks(weeks);
            room.settle();
        };
        let crowded = |room: &Room| {
            crowd(room);
            idle(room);
        };
        let dearer = price(crowded, leave).saturating_sub(price(idle, leave));
        // The stage takes 1,000 for a cold slot and a few for a warm one.
        assert!(dearer <= most * 1_100, "{weeks} weeks: {dearer}");
    }
}

#[test]
fn the_locks_of_others_do_not_make_a_vote_or_a_claim_dearer() {
    let claim = |room: &Room| {
        let call = IVault::claimCall { tokens: vec![room.scene.usd] };
        (room.scene.alice, call.abi_encode())
    };
    let vote = |room: &Room| {
        (room.scene.alice, IVault::delegateCall { delegatee: room.scene.bob }.abi_encode())
    };
    for call in [&claim as &dyn Fn(&Room) -> (Address, Vec<u8>), &vote] {
        let alone = price(|_| (), call);
        assert!(price(crowd, call) <= alone + 100, "{alone}");
    }
}

/// Calls with numbers in every place for one.
fn with_numbers(room: &Room, a: U256, b: U256) -> Vec<Vec<u8>> {
    let Scene { alice, usd, .. } = room.scene;
    let (receiver, owner, weeks) = (alice, alice, b);
    let (v, r, s) = (27, B256::from(a), B256::from(b));
    let permitted = IVault::depositWithPermitCall { assets: a, receiver, deadline: b, v, r, s };
    vec![
        IVault::transferCall { to: room.dan, value: a }.abi_encode(),
        IVault::depositCall { assets: a, receiver }.abi_encode(),
        IVault::mintCall { shares: a, receiver }.abi_encode(),
        IVault::withdrawCall { assets: a, receiver, owner }.abi_encode(),
        IVault::redeemCall { shares: a, receiver, owner }.abi_encode(),
        permitted.abi_encode(),
        IVault::lockCall { assets: a, durationWeeks: weeks }.abi_encode(),
        IVault::depositAndLockCall { assets: a, durationWeeks: weeks }.abi_encode(),
        IVault::lockStandingCall { assets: a, durationWeeks: weeks }.abi_encode(),
        IVault::unwindCall { assets: a }.abi_encode(),
        IVault::extendLockCall { unlockTime: a, assets: b, durationWeeks: n(9) }.abi_encode(),
        IVault::extendLockCall { unlockTime: U256::from(room.last), assets: a, durationWeeks: b }
            .abi_encode(),
        IVault::exitEarlyCall { unlockTime: a, assets: b, maxPenalty: MAX }.abi_encode(),
        IVault::exitEarlyCall { unlockTime: U256::from(room.last), assets: a, maxPenalty: b }
            .abi_encode(),
        IVault::previewExitEarlyCall { unlockTime: a, assets: b }.abi_encode(),
        IVault::previewLockCall { assets: a, durationWeeks: weeks }.abi_encode(),
        IVault::multiplierCall { durationWeeks: a }.abi_encode(),
        IVault::notifyRevenueCall { token: usd, amount: a }.abi_encode(),
        IVault::addRewardTokenCall { token: alice, streamWeeks: a }.abi_encode(),
        IVault::checkpointCall { maxWeeks: a }.abi_encode(),
        IVault::getPastVotesCall { account: room.dan, timepoint: a }.abi_encode(),
        IVault::getPastTotalSupplyCall { timepoint: a }.abi_encode(),
        IVault::permitCall { owner, spender: owner, value: a, deadline: b, v, r, s }.abi_encode(),
        IVault::delegateBySigCall { delegatee: alice, nonce: a, expiry: b, v, r, s }.abi_encode(),
    ]
}

#[test]
fn no_number_stops_a_function_without_a_word() {
    let one = U256::ONE;
    let extremes =
        [n(0), one, MAX, MAX + one, n(u64::MAX.into()), n(u128::MAX), one << 128, U256::MAX];
    let room = Room::new();
    for (a, b) in extremes.iter().flat_map(|a| extremes.map(|b| (*a, b))) {
        for (place, calldata) in with_numbers(&room, a, b).into_iter().enumerate() {
            let answer = room.scene.stage.from(room.scene.alice).raw(room.scene.vault, calldata);
            let silent = answer.is_err_and(|refused| refused.is_silent());
            assert!(!silent, "call {place} with {a} and {b}");
        }
    }
}

#[test]
fn a_signed_delegation_works_once_and_only_as_it_was_signed() {
    let room = Room::new();
    let Scene { alice, bob, carol, .. } = room.scene;
    let hand_in = |call: IVault::delegateBySigCall| room.scene.call(bob, call).map(drop);
    let signed = room.signed(carol);
    // The other signature of the same message, which anybody can make of it.
    let flipped = IVault::delegateBySigCall {
        v: 27 + 28 - signed.v,
        s: B256::from(ORDER - U256::from_be_bytes(signed.s.0)),
        ..signed
    };
    let nobody = Err(Revert::of(IVault::ECDSAInvalidSignature {}));
    assert_eq!(hand_in(flipped), nobody);
    assert_eq!(hand_in(IVault::delegateBySigCall { v: signed.v - 27, ..signed }), nobody);
    let elsewhere = IVault::delegateBySigCall { delegatee: bob, ..signed };
    // A signature of anything is somebody's of anything else: of nobody who has a key, let alone shares.
    let _ = hand_in(elsewhere);
    assert_eq!(room.scene.read(IVault::delegatesCall { account: alice }), room.dan);
    assert_eq!(hand_in(signed.clone()), Ok(()));
    assert_eq!(room.scene.read(IVault::delegatesCall { account: alice }), carol);
    let used = IVault::InvalidAccountNonce { account: alice, currentNonce: n(1) };
    assert_eq!(hand_in(signed), Err(Revert::of(used)));
}

/// The order of secp256k1.
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

#[test]
fn a_permit_and_a_delegation_share_one_row_of_nonces() {
    let room = Room::new();
    let Scene { alice, bob, .. } = room.scene;
    let late = room.signed(bob);
    let message = Permit { owner: alice, spender: bob, value: n(7), nonce: n(0), deadline: MAX };
    let (v, r, s) = room.key.sign(message.eip712_signing_hash(&room.domain()));
    let permit =
        IVault::permitCall { owner: alice, spender: bob, value: n(7), deadline: MAX, v, r, s };
    room.scene.call(bob, permit.clone()).expect("signed by Alice");
    let used = IVault::InvalidAccountNonce { account: alice, currentNonce: n(1) };
    assert_eq!(room.scene.refused(bob, late), Revert::of(used));
    let again = room.signed(bob);
    room.scene.call(bob, again).expect("the next nonce");
    assert!(room.scene.call(bob, permit).is_err(), "nor is the permit good again");
}

#[test]
fn the_vault_says_which_standards_it_has_by_their_published_identifiers() {
    let room = Room::new();
    let has = |id: u32| {
        let call = IVault::supportsInterfaceCall { interfaceId: id.to_be_bytes().into() };
        room.scene.read(call)
    };
    // ERC-165, ERC-20, ERC-2612, ERC-4626, ERC-5267, ERC-5805 (OpenZeppelin's IVotes), ERC-6372.
    let ids: [u32; 7] =
        [0x01ff_c9a7, 0x3637_2b07, 0x9d8f_f7da, 0x87df_e5a0, 0x84b0_196e, 0xe90f_b3f6, 0xda28_7a1d];
    assert_eq!(ids.map(has), [true; 7]);
    // Nothing, and ERC-721.
    assert_eq!([0xffff_ffff, 0x80ac_58cd].map(has), [false; 2]);
}

#[test]
fn what_was_said_of_the_past_is_never_taken_back() {
    let room = Room::new();
    let Scene { alice, bob, .. } = room.scene;
    let ask = |timepoint: u64| {
        let timepoint = U256::from(timepoint);
        let votes = [alice, bob, room.dan]
            .map(|account| room.scene.read(IVault::getPastVotesCall { account, timepoint }));
        (votes, room.scene.read(IVault::getPastTotalSupplyCall { timepoint }))
    };
    let mut said = Vec::new();
    for at in
        [1, WEEK - 1, WEEK, 2 * WEEK - 1, 2 * WEEK, 2 * WEEK + 1, 3 * WEEK, 40 * WEEK, 70 * WEEK]
    {
        room.scene.stage.warp_to(START + at);
        // Asked before anybody touches the books in this second, and of boundaries not passed in them yet.
        let times: Vec<u64> = (0..=at / WEEK)
            .flat_map(|week| [week * WEEK, week * WEEK + 1, (week * WEEK).max(1) - 1])
            .filter(|time| *time < at)
            .collect();
        said.extend(times.into_iter().map(|time| (START + time, ask(START + time))));
        for (who, calldata) in deeds(&room) {
            let _ = room.scene.stage.from(who).raw(room.scene.vault, calldata);
        }
        for (time, answer) in &said {
            assert_eq!(ask(*time), *answer, "{at}: {time}");
        }
    }
}
