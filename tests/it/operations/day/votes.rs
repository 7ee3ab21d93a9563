//! Votes, and what is signed instead of sent.

use alloy::{
    primitives::{B256, U256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{Eip712Domain, SolStruct},
};
use eyre::Result;
use tributary::abi::{IToken, IVault};
use tributary_tests::{World, tokens};

use super::{Day, HOUR};
use crate::token::{Permit, domain, signed};

alloy::sol! {
    /// ERC-5805.
    struct Delegation {
        address delegatee;
        uint256 nonce;
        uint256 expiry;
    }
}

/// The domain of the vault's share.
fn share_domain(world: &World) -> Eip712Domain {
    Eip712Domain {
        name: Some(world.system.platform.vault.name.clone().into()),
        verifying_contract: Some(world.system.vault()),
        ..domain(world)
    }
}

impl Day<'_> {
    pub(super) fn vault_votes(&mut self) -> Result<()> {
        let ((alice, bob, _), here) = (self.cast(), self.world.system.vault());
        let to =
            |delegatee: &PrivateKeySigner| IVault::delegateCall { delegatee: delegatee.address() };
        self.add("vault: delegate, with locks, to oneself", &alice, here, &to(&alice));
        self.after(HOUR);
        self.add("vault: delegate, with locks, to another", &alice, here, &to(&bob));
        self.after(HOUR);
        let stake = IVault::depositCall { assets: tokens(5), receiver: alice.address() };
        self.add("vault: deposit, delegated", &alice, here, &stake);
        self.after(HOUR);
        let lock = IVault::lockCall { assets: tokens(5), durationWeeks: U256::from(4) };
        self.add("vault: lock, delegated", &alice, here, &lock);
        self.after(HOUR);
        let give = IVault::transferCall { to: bob.address(), value: tokens(1) };
        self.add("vault: transfer, delegated", &alice, here, &give);
        self.after(HOUR);
        let signed = self.signed_delegation(&bob)?;
        self.add("vault: delegateBySig, without locks", &alice, here, &signed);
        self.after(HOUR);
        self.vault_permits()
    }

    /// `by` delegates to itself, for the first time that it signs anything for the vault.
    fn signed_delegation(&self, by: &PrivateKeySigner) -> Result<IVault::delegateBySigCall> {
        let (delegatee, nonce, expiry) = (by.address(), U256::ZERO, U256::MAX);
        let hash =
            Delegation { delegatee, nonce, expiry }.eip712_signing_hash(&share_domain(self.world));
        let signature = by.sign_hash_sync(&hash)?;
        let (r, s) = (B256::from(signature.r()), B256::from(signature.s()));
        let v = 27 + u8::from(signature.v());
        Ok(IVault::delegateBySigCall { delegatee, nonce, expiry, v, r, s })
    }

    fn vault_permits(&mut self) -> Result<()> {
        let ((alice, bob, _), here) = (self.cast(), self.world.system.vault());
        let (owner, spender, nonce) = (alice.address(), bob.address(), U256::ZERO);
        let permit = Permit { owner, spender, value: tokens(1), nonce, deadline: U256::MAX };
        let permit = signed(&alice, &permit, &share_domain(self.world))?;
        let IToken::permitCall { owner, spender, value, deadline, v, r, s } = permit;
        let permit = IVault::permitCall { owner, spender, value, deadline, v, r, s };
        self.add("vault: permit", &bob, here, &permit);
        let (assets, receiver) = (tokens(1), bob.address());
        let IToken::permitCall { deadline, v, r, s, .. } = self.asset_permit(&bob, assets, 0)?;
        let stake = IVault::depositWithPermitCall { assets, receiver, deadline, v, r, s };
        self.add("vault: depositWithPermit", &bob, here, &stake);
        self.after(HOUR);
        let IToken::permitCall { deadline, v, r, s, .. } = self.asset_permit(&bob, assets, 1)?;
        let weeks = U256::from(8);
        let lock = IVault::depositAndLockWithPermitCall {
            assets,
            durationWeeks: weeks,
            deadline,
            v,
            r,
            s,
        };
        self.add("vault: depositAndLockWithPermit", &bob, here, &lock);
        self.after(HOUR);
        Ok(())
    }

    /// `owner` allows `value` of the asset to the vault, by its permit number `nonce`.
    fn asset_permit(
        &self,
        owner: &PrivateKeySigner,
        value: U256,
        nonce: u64,
    ) -> Result<IToken::permitCall> {
        let (spender, nonce) = (self.world.system.vault(), U256::from(nonce));
        let (account, deadline) = (owner.address(), U256::MAX);
        let permit = Permit { owner: account, spender, value, nonce, deadline };
        signed(owner, &permit, &domain(self.world))
    }
}
