//! ERC-2612 on the share, with digests made by alloy's own EIP-712 code. What a permit may not be is
//! tested exhaustively with the component's other user, the token.

use alloy_primitives::{U256, aliases::B8};
use alloy_sol_types::{Eip712Domain, SolStruct, sol};
use stage::{Revert, Wallet};

use crate::{IVault, Scene, n};

sol! {
    struct Permit { address owner; address spender; uint256 value; uint256 nonce; uint256 deadline; }
}

impl Scene {
    /// The domain as a wallet would build it from ERC-5267.
    pub(crate) fn domain(&self) -> Eip712Domain {
        let domain = self.read(IVault::eip712DomainCall {});
        assert_eq!((domain.fields, domain.extensions.len()), (B8::from(0x0f_u8), 0));
        Eip712Domain::new(
            Some(domain.name.into()),
            Some(domain.version.into()),
            Some(domain.chainId),
            Some(domain.verifyingContract),
            None,
        )
    }

    /// Hands in a permit of `wallet` for Bob, signed by `signer`.
    pub(crate) fn permit(
        &self,
        wallet: &Wallet,
        signer: &Wallet,
        deadline: u64,
    ) -> Result<(), Revert> {
        let (owner, spender, value) = (wallet.address, self.bob, n(70));
        let nonce = self.read(IVault::noncesCall { owner });
        let deadline = U256::from(deadline);
        let permit = Permit { owner, spender, value, nonce, deadline };
        let (v, r, s) = signer.sign(permit.eip712_signing_hash(&self.domain()));
        let call = IVault::permitCall { owner, spender, value, deadline, v, r, s };
        self.call(self.carol, call).map(drop)
    }
}

#[test]
fn the_separator_is_that_of_the_domain() {
    let scene = Scene::new();
    let domain = scene.domain();
    assert_eq!(domain.name.as_deref(), Some("Staked BitHash"));
    assert_eq!(domain.verifying_contract, Some(scene.vault));
    assert_eq!(scene.read(IVault::DOMAIN_SEPARATORCall {}), domain.separator());
}

#[test]
fn a_signed_permit_sets_the_allowance_in_its_last_second() {
    let scene = Scene::new();
    let wallet = Wallet::new("dave");
    let deadline = scene.stage.timestamp() + 60;
    scene.stage.warp(60);
    assert_eq!(scene.permit(&wallet, &wallet, deadline), Ok(()));
    let call = IVault::allowanceCall { owner: wallet.address, spender: scene.bob };
    assert_eq!(scene.read(call), n(70));
    assert_eq!(scene.read(IVault::noncesCall { owner: wallet.address }), n(1));
}

#[test]
fn a_late_permit_is_refused() {
    let scene = Scene::new();
    let wallet = Wallet::new("dave");
    let deadline = scene.stage.timestamp();
    scene.stage.warp(1);
    let expected = IVault::ERC2612ExpiredSignature { deadline: U256::from(deadline) };
    assert_eq!(scene.permit(&wallet, &wallet, deadline), Err(Revert::of(expected)));
}

#[test]
fn a_permit_signed_by_another_is_refused() {
    let scene = Scene::new();
    let (wallet, thief) = (Wallet::new("dave"), Wallet::new("thief"));
    let (signer, owner) = (thief.address, wallet.address);
    let expected = IVault::ERC2612InvalidSigner { signer, owner };
    let refused = scene.permit(&wallet, &thief, u64::MAX);
    assert_eq!(refused, Err(Revert::of(expected)));
    assert_eq!(scene.read(IVault::noncesCall { owner }), n(0));
}
