//! Staking with a permit of the asset, in one transaction; the asset is this repository's own token.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use stage::{Revert, START, Stage, Wallet};

use token::IToken;

use crate::{CURVE, IVault, Scene, WEEK, coin::Coin, columns, n};

sol! {
    struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
}

/// A vault of a token with permits, and somebody who has 1,000 of it.
struct Bank {
    stage: Stage,
    token: Address,
    vault: Address,
    wallet: Wallet,
}

type Signature = (u8, B256, B256);

impl Bank {
    fn new() -> Self {
        let stage = Stage::new();
        let wallet = Wallet::new("dave");
        let word = |text: &str| B256::right_padding_from(text.as_bytes());
        let plan = (word("BitHash"), word("BITHASH"), n(18), wallet.address, n(1_000));
        let token = stage.deploy("token", token::main, stage::constructor(plan)).expect("a token");
        let (durations, multipliers) = columns(&CURVE);
        let (owner, guardian) = (stage.account("owner"), stage.account("guardian"));
        let names = (word("Staked BitHash"), word("stBITHASH"));
        let plan = (token, owner, guardian, names.0, names.1, durations, multipliers);
        let vault = stage.deploy("vault", vault::main, stage::constructor(plan)).expect("a vault");
        Self { stage, token, vault, wallet }
    }

    /// A permit of the wallet for the vault and `value`.
    fn sign(&self, value: u128, deadline: U256) -> Signature {
        let (owner, spender) = (self.wallet.address, self.vault);
        let nonce = self.stage.view(self.token, IToken::noncesCall { owner }).expect("a nonce");
        let permit = Permit { owner, spender, value: n(value), nonce, deadline };
        let domain = self.stage.view(self.token, IToken::eip712DomainCall {}).expect("a domain");
        let domain = Eip712Domain::new(
            Some(domain.name.into()),
            Some(domain.version.into()),
            Some(domain.chainId),
            Some(domain.verifyingContract),
            None,
        );
        self.wallet.sign(permit.eip712_signing_hash(&domain))
    }

    fn deposit(&self, assets: u128, deadline: U256, signed: Signature) -> Result<U256, Revert> {
        let ((v, r, s), receiver, assets) = (signed, self.wallet.address, n(assets));
        let call = IVault::depositWithPermitCall { assets, receiver, deadline, v, r, s };
        self.stage.call(self.wallet.address, self.vault, call)
    }

    fn deposit_and_lock(
        &self,
        assets: u128,
        weeks: u128,
        deadline: U256,
        (v, r, s): Signature,
    ) -> Result<u64, Revert> {
        let (assets, weeks) = (n(assets), n(weeks));
        let call = IVault::depositAndLockWithPermitCall {
            assets,
            durationWeeks: weeks,
            deadline,
            v,
            r,
            s,
        };
        self.stage.call(self.wallet.address, self.vault, call).map(|time| time.to())
    }

    fn shares(&self) -> U256 {
        let account = self.wallet.address;
        self.stage.view(self.vault, IVault::balanceOfCall { account }).expect("a view")
    }
}

#[test]
fn a_permit_makes_staking_one_transaction() {
    let bank = Bank::new();
    let signed = bank.sign(700, U256::MAX);
    assert_eq!(bank.deposit(700, U256::MAX, signed), Ok(n(700)));
    assert_eq!(bank.shares(), n(700));
    let (owner, spender) = (bank.wallet.address, bank.vault);
    let left = bank.stage.view(bank.token, IToken::allowanceCall { owner, spender });
    assert_eq!(left, Ok(n(0)));
}

#[test]
fn a_permit_makes_locking_one_transaction() {
    let bank = Bank::new();
    let signed = bank.sign(700, U256::MAX);
    assert_eq!(bank.deposit_and_lock(700, 52, U256::MAX, signed), Ok(START + 53 * WEEK));
    let account = bank.wallet.address;
    let weight = bank.stage.view(bank.vault, IVault::weightOfCall { account });
    assert_eq!((bank.shares(), weight), (n(700), Ok(n(1_400))));
}

#[test]
fn a_permit_that_somebody_used_first_does_no_harm() {
    let bank = Bank::new();
    let (owner, spender, deadline) = (bank.wallet.address, bank.vault, U256::MAX);
    let (v, r, s) = bank.sign(700, deadline);
    let front = IToken::permitCall { owner, spender, value: n(700), deadline, v, r, s };
    assert!(bank.stage.call(bank.stage.account("runner"), bank.token, front).is_ok());
    assert_eq!(bank.deposit(300, deadline, (v, r, s)), Ok(n(300)));
    assert_eq!(bank.deposit_and_lock(400, 1, deadline, (v, r, s)), Ok(START + 2 * WEEK));
    assert_eq!(bank.shares(), n(700));
}

#[test]
fn without_a_valid_permit_nor_an_allowance_nothing_is_staked() {
    let bank = Bank::new();
    let failed = Revert::of(IVault::TokenTransferFailed { token: bank.token });
    let late = U256::from(START - 1);
    let signed = bank.sign(700, late);
    assert_eq!(bank.deposit(700, late, signed), Err(failed.clone()), "late");
    let signed = bank.sign(700, U256::MAX);
    assert_eq!(bank.deposit(701, U256::MAX, signed), Err(failed.clone()), "another amount");
    let broken = (29, signed.1, signed.2);
    assert_eq!(bank.deposit_and_lock(700, 4, U256::MAX, broken), Err(failed), "no signature");
    assert_eq!(bank.shares(), n(0));
}

#[test]
fn a_permit_is_used_for_its_signer_only() {
    let bank = Bank::new();
    let (v, r, s) = bank.sign(700, U256::MAX);
    let thief = bank.stage.account("thief");
    let (assets, receiver, deadline) = (n(700), thief, U256::MAX);
    let call = IVault::depositWithPermitCall { assets, receiver, deadline, v, r, s };
    let failed = Revert::of(IVault::TokenTransferFailed { token: bank.token });
    assert_eq!(bank.stage.refused(thief, bank.vault, call), failed);
}

#[test]
fn an_asset_without_permits_is_staked_with_an_allowance() {
    let scene = Scene::with_coins(&Coin::default(), &Coin::default());
    let (deadline, v, r, s) = (U256::MAX, 27, B256::ZERO, B256::ZERO);
    let (assets, receiver) = (n(10), scene.bob);
    let call = IVault::depositWithPermitCall { assets, receiver, deadline, v, r, s };
    assert_eq!(scene.call(scene.alice, call), Ok(n(10)));
    assert_eq!(scene.shares(scene.bob), n(10));
}

#[test]
fn what_a_deposit_asks_for_a_deposit_with_permit_asks_for() {
    let scene = Scene::new();
    let (deadline, v, r, s) = (U256::MAX, 27, B256::ZERO, B256::ZERO);
    let permitted = |assets, receiver| {
        let call = IVault::depositWithPermitCall { assets, receiver, deadline, v, r, s };
        scene.refused(scene.alice, call)
    };
    assert_eq!(permitted(n(0), scene.bob), Revert::of(IVault::ZeroAmount {}));
    let receiver = Address::ZERO;
    let expected = Revert::of(IVault::ERC20InvalidReceiver { receiver });
    assert_eq!(permitted(n(1), receiver), expected);
    let (duration, min, max) = (n(209), n(1), n(208));
    let call = IVault::depositAndLockWithPermitCall {
        assets: n(1),
        durationWeeks: duration,
        deadline,
        v,
        r,
        s,
    };
    let expected = IVault::LockDurationOutOfRange { durationWeeks: duration, min, max };
    assert_eq!(scene.refused(scene.alice, call), Revert::of(expected));
    scene.pause();
    assert_eq!(permitted(n(1), scene.bob), Revert::of(IVault::EnforcedPause {}));
}
