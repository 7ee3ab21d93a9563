//! ERC-2612 and ERC-5267, with digests made by alloy's own EIP-712 code.
//!
//! - given a permit that the owner signed, it sets the allowance, once, until its deadline
//! - it reverts if it is late, replayed, for another nonce, amount, token or chain, signed by
//!   another, by nobody, or with a malleable or malformed signature

use alloy_primitives::{Address, B256, U256, aliases::B8, uint};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use stage::{Revert, Wallet};

use crate::{IToken, Scene, units};

sol! {
    struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
}

/// The order of secp256k1.
const ORDER: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

#[test]
fn the_domain_is_what_erc_5267_says() {
    let scene = Scene::new();
    let domain = scene.stage.view(scene.token, IToken::eip712DomainCall {}).expect("a view");
    assert_eq!(domain.fields, B8::from(0x0f_u8));
    assert_eq!((domain.name.as_str(), domain.version.as_str()), ("Bit Hash", "1"));
    assert_eq!(domain.chainId, U256::from(scene.domain().chain_id.expect("it is set")));
    assert_eq!((domain.verifyingContract, domain.salt), (scene.token, B256::ZERO));
    assert!(domain.extensions.is_empty());
    let separator = scene.stage.view(scene.token, IToken::DOMAIN_SEPARATORCall {});
    assert_eq!(separator, Ok(scene.domain().separator()));
}

#[test]
fn a_signed_permit_sets_the_allowance() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = scene.permit(&wallet, units(70));
    assert_eq!(scene.send(&permit, scene.sign(&wallet, &permit)), Ok(()));
    assert_eq!(scene.allowance(wallet.address, scene.bob), units(70));
    assert_eq!(scene.nonce(wallet.address), units(1));
    let approvals = scene.stage.events::<IToken::Approval>(scene.token);
    let [approval] = &approvals[..] else { panic!("one Approval expected") };
    assert_eq!((approval.owner, approval.value), (wallet.address, units(70)));
}

#[test]
fn a_permit_works_in_its_last_second_and_not_after() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = scene.permit(&wallet, units(1));
    let signature = scene.sign(&wallet, &permit);
    scene.stage.warp_to(permit.deadline.to::<u64>() + 1);
    let late = Revert::of(IToken::ERC2612ExpiredSignature { deadline: permit.deadline });
    assert_eq!(scene.send(&permit, signature), Err(late));

    let fresh = scene.permit(&wallet, units(1));
    scene.stage.warp_to(fresh.deadline.to());
    assert_eq!(scene.send(&fresh, scene.sign(&wallet, &fresh)), Ok(()));
}

#[test]
fn a_permit_cannot_be_replayed() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = scene.permit(&wallet, units(70));
    let signature = scene.sign(&wallet, &permit);
    assert_eq!(scene.send(&permit, signature), Ok(()));
    scene.assert_not_signed(&permit, signature);
    assert_eq!(scene.nonce(wallet.address), units(1));
}

#[test]
fn a_permit_of_a_nonce_to_come_is_refused() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = Permit { nonce: units(1), ..scene.permit(&wallet, units(70)) };
    scene.assert_not_signed(&permit, scene.sign(&wallet, &permit));
}

#[test]
fn a_permit_signed_by_another_names_who_signed() {
    let scene = Scene::new();
    let (wallet, thief) = (Wallet::new("carol"), Wallet::new("thief"));
    let permit = scene.permit(&wallet, units(70));
    let (signer, owner) = (thief.address, wallet.address);
    let expected = Revert::of(IToken::ERC2612InvalidSigner { signer, owner });
    assert_eq!(scene.send(&permit, scene.sign(&thief, &permit)), Err(expected));
}

#[test]
fn a_permit_for_another_token_or_chain_is_refused() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = scene.permit(&wallet, units(70));
    let elsewhere = Eip712Domain { verifying_contract: Some(scene.bob), ..scene.domain() };
    let fork = Eip712Domain { chain_id: Some(units(1)), ..scene.domain() };
    for domain in [elsewhere, fork] {
        scene.assert_not_signed(&permit, wallet.sign(permit.eip712_signing_hash(&domain)));
    }
}

#[test]
fn a_signed_value_cannot_be_raised() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = scene.permit(&wallet, units(70));
    let signature = scene.sign(&wallet, &permit);
    scene.assert_not_signed(&Permit { value: units(71), ..permit }, signature);
}

#[test]
fn the_mirrored_signature_is_refused() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = scene.permit(&wallet, units(70));
    let (v, r, s) = scene.sign(&wallet, &permit);
    let mirrored = (55 - v, r, B256::from(ORDER - U256::from_be_bytes(s.0)));
    assert_eq!(scene.send(&permit, mirrored), Err(scene.signed_by_nobody(wallet.address)));
    assert_eq!(scene.send(&permit, (v, r, s)), Ok(()), "the original is valid");
}

#[test]
fn malformed_signatures_are_refused() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = scene.permit(&wallet, units(70));
    let (v, r, s) = scene.sign(&wallet, &permit);
    let nobody = Err(scene.signed_by_nobody(wallet.address));
    for malformed in [(v - 27, r, s), (29, r, s), (v, B256::ZERO, s), (v, r, B256::ZERO)] {
        assert_eq!(scene.send(&permit, malformed), nobody);
    }
}

#[test]
fn nobody_signs_for_the_zero_address() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = Permit { owner: Address::ZERO, ..scene.permit(&wallet, units(70)) };
    let invalid = (27, B256::ZERO, B256::ZERO);
    assert_eq!(scene.send(&permit, invalid), Err(scene.signed_by_nobody(Address::ZERO)));
}

#[test]
fn a_permit_for_the_zero_spender_is_refused_and_stays_unused() {
    let scene = Scene::new();
    let wallet = Wallet::new("carol");
    let permit = Permit { spender: Address::ZERO, ..scene.permit(&wallet, units(70)) };
    let expected = Revert::of(IToken::ERC20InvalidSpender { spender: Address::ZERO });
    assert_eq!(scene.send(&permit, scene.sign(&wallet, &permit)), Err(expected));
    assert_eq!(scene.nonce(wallet.address), U256::ZERO);
}

impl Scene {
    /// The domain as a wallet would build it from ERC-5267.
    fn domain(&self) -> Eip712Domain {
        let domain = self.stage.view(self.token, IToken::eip712DomainCall {}).expect("a view");
        Eip712Domain::new(
            Some(domain.name.into()),
            Some(domain.version.into()),
            Some(domain.chainId),
            Some(domain.verifyingContract),
            None,
        )
    }

    /// The next permit of a wallet for Bob, good for an hour.
    fn permit(&self, wallet: &Wallet, value: U256) -> Permit {
        let owner = wallet.address;
        let deadline = U256::from(self.stage.timestamp() + 3_600);
        Permit { owner, spender: self.bob, value, nonce: self.nonce(owner), deadline }
    }

    fn sign(&self, wallet: &Wallet, permit: &Permit) -> (u8, B256, B256) {
        wallet.sign(permit.eip712_signing_hash(&self.domain()))
    }

    /// Anybody may hand a permit in; here Alice does.
    fn send(&self, permit: &Permit, (v, r, s): (u8, B256, B256)) -> Result<(), Revert> {
        let Permit { owner, spender, value, deadline, .. } = *permit;
        let call = IToken::permitCall { owner, spender, value, deadline, v, r, s };
        self.stage.call(self.alice, self.token, call).map(drop)
    }

    fn nonce(&self, owner: Address) -> U256 {
        self.stage.view(self.token, IToken::noncesCall { owner }).expect("a view")
    }

    fn signed_by_nobody(&self, owner: Address) -> Revert {
        Revert::of(IToken::ERC2612InvalidSigner { signer: Address::ZERO, owner })
    }

    /// The signature is one of somebody, but not of the owner over this permit.
    fn assert_not_signed(&self, permit: &Permit, signature: (u8, B256, B256)) {
        let before = self.allowance(permit.owner, permit.spender);
        let refused = self.send(permit, signature).expect_err("the owner did not sign this");
        assert!(refused.is::<IToken::ERC2612InvalidSigner>(), "{refused}");
        assert_eq!(self.allowance(permit.owner, permit.spender), before);
    }
}
