//! Calls to tokens that do as they please.
//!
//! - a transfer succeeds if the token answers `true`, with anything behind it, or nothing at all
//! - it fails with `TokenTransferFailed` if the token answers anything else, reverts, burns all its
//!   gas, or has no code
//! - a reading succeeds if the answer is one word, and nothing else
//! - an allowance that cannot be changed from a value is first set to zero

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolValue, sol};
use components::standard::{EtherTransferFailed, TokenTransferFailed};
use stage::{Answer, Frame, Revert};

use crate::{Probe, Scene};

sol! {
    interface Token {
        function approve(address spender, uint256 value) external returns (bool);
    }
}

const MEGABYTE: usize = 1 << 20;

/// What a token may answer to any call, and whether that is `true`.
fn answers() -> Vec<(&'static str, Vec<u8>, bool)> {
    let word = |number: u64| U256::from(number).abi_encode();
    let with_rest = |number| [word(number), vec![0xff; MEGABYTE]].concat();
    vec![
        ("nothing", Vec::new(), true),
        ("true", word(1), true),
        ("true and a megabyte", with_rest(1), true),
        ("false", word(0), false),
        ("false and a megabyte", with_rest(0), false),
        ("two", word(2), false),
        ("one byte", vec![1], false),
        ("31 bytes", word(1)[1..].to_vec(), false),
    ]
}

impl Scene {
    fn token(&self, name: &str, answer: impl Fn(&Frame<'_>) -> Answer + 'static) -> Address {
        self.stage.install(name, answer)
    }

    fn pay(&self, token: Address) -> Result<(), Revert> {
        let call = Probe::payCall { token, to: self.stranger, value: U256::from(5) };
        self.stage.call(self.owner, self.probe, call).map(drop)
    }

    fn pull(&self, token: Address) -> Result<(), Revert> {
        let call = Probe::pullCall { token, from: self.stranger, value: U256::from(5) };
        self.stage.call(self.owner, self.probe, call).map(drop)
    }

    fn allow(&self, token: Address, value: U256) -> Result<(), Revert> {
        let call = Probe::allowCall { token, spender: self.stranger, value };
        self.stage.call(self.owner, self.probe, call).map(drop)
    }
}

fn failed(token: Address) -> Revert {
    Revert::of(TokenTransferFailed { token })
}

#[test]
fn only_true_and_silence_are_success() {
    let scene = Scene::new();
    for (name, answer, is_true) in answers() {
        let token = scene.token(name, move |_| Ok(answer.clone()));
        let expected = if is_true { Ok(()) } else { Err(failed(token)) };
        assert_eq!(scene.pay(token), expected, "transfer: {name}");
        assert_eq!(scene.pull(token), expected, "transferFrom: {name}");
        assert_eq!(scene.allow(token, U256::from(5)), expected, "approve: {name}");
    }
}

#[test]
fn a_token_that_reverts_or_burns_its_gas_is_named() {
    let scene = Scene::new();
    let reverting = scene.token("reverting", |_| Err(Revert(vec![0xff; MEGABYTE])));
    let burning = scene.token("burning", |frame| frame.burn_all_gas());
    for token in [reverting, burning] {
        assert_eq!(scene.pay(token), Err(failed(token)));
        assert_eq!(scene.pull(token), Err(failed(token)));
    }
}

#[test]
fn an_address_without_code_is_no_token() {
    let scene = Scene::new();
    let nobody = scene.stage.account("nobody");
    assert_eq!(scene.pay(nobody), Err(failed(nobody)));
    assert_eq!(scene.pull(nobody), Err(failed(nobody)));
    assert_eq!(scene.allow(nobody, U256::from(5)), Err(failed(nobody)));
}

#[test]
fn an_allowance_that_must_start_from_zero_is_reset_first() {
    let scene = Scene::new();
    let stubborn = scene.token("stubborn", |frame| {
        let value = frame.decode::<Token::approveCall>()?.value;
        if !value.is_zero() && !frame.load(U256::ZERO).is_zero() {
            return Err(Revert(Vec::new()));
        }
        frame.store(U256::ZERO, value);
        Ok(Vec::new())
    });
    for value in [7, 9, 0, 3].map(U256::from) {
        assert_eq!(scene.allow(stubborn, value), Ok(()));
        assert_eq!(U256::from_be_bytes(scene.stage.stored(stubborn, U256::ZERO).0), value);
    }
}

#[test]
fn a_reading_is_one_word_and_nothing_else() {
    let scene = Scene::new();
    let balance = |token| {
        let call = Probe::balanceCall { token, account: scene.stranger };
        scene.stage.view(scene.probe, call)
    };
    let large = U256::MAX.abi_encode();
    let [longer, shorter] = [[large.clone(), vec![0]].concat(), large[1..].to_vec()];
    let honest = scene.token("honest", move |_| Ok(large.clone()));
    assert_eq!(balance(honest), Ok(U256::MAX));
    for (name, answer) in [("longer", longer), ("shorter", shorter), ("silent", Vec::new())] {
        let token = scene.token(name, move |_| Ok(answer.clone()));
        assert_eq!(balance(token), Err(failed(token)), "{name}");
    }
    let nobody = scene.stage.account("nobody");
    assert_eq!(balance(nobody), Err(failed(nobody)));
}

#[test]
fn decimals_have_to_fit_a_byte() {
    let scene = Scene::new();
    let decimals = |name: &str, number: u64| {
        let token = scene.token(name, move |_| Ok(U256::from(number).abi_encode()));
        (token, scene.stage.view(scene.probe, Probe::decimalsCall { token }))
    };
    assert_eq!(decimals("most", 255).1, Ok(255));
    let (token, answer) = decimals("too many", 256);
    assert_eq!(answer, Err(failed(token)));
}

#[test]
fn ether_arrives_or_the_receiver_is_named() {
    let scene = Scene::new();
    let [five, six] = [5, 6].map(U256::from);
    scene.stage.fund(scene.probe, six);
    let send = |to, value| {
        let call = Probe::sendCall { to, value };
        scene.stage.call(scene.owner, scene.probe, call).map(drop)
    };
    assert_eq!(send(scene.stranger, five), Ok(()));
    assert_eq!(scene.stage.balance(scene.stranger), five);
    let refused = |receiver| Err(Revert::of(EtherTransferFailed { receiver }));
    assert_eq!(send(scene.stranger, five), refused(scene.stranger), "only one wei is left");
    let refuser = scene.token("refuser", |_| Err(Revert(vec![0xff; MEGABYTE])));
    assert_eq!(send(refuser, U256::from(1)), refused(refuser));
}
