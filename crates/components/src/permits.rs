//! ERC-2612: allowances granted by signature.

use alloy_primitives::{Address, B256, U256, address, uint};
use stylus_sdk::{call::RawCall, host::VM, keccak_const::Keccak256, prelude::*};

use crate::{
    Allowances, Revert, Slot,
    abi::Word,
    eip712::{concat, domain_separator, hash_words, typed_data_hash},
    fail,
    standard::{ERC2612ExpiredSignature, ERC2612InvalidSigner},
};

const PERMIT_TYPEHASH: B256 = B256::new(
    Keccak256::new()
        .update(
            b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)",
        )
        .finalize(),
);

/// The precompile that recovers a signer.
const ECRECOVER: Address = address!("0x0000000000000000000000000000000000000001");

/// Half the order of secp256k1. Of a signature's two valid `s`, only the lower one is taken, so that
/// nobody can turn a signature into a second one of the same message.
const HALF_ORDER: U256 =
    uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

/// What an owner of tokens signs.
#[derive(Clone, Copy, Debug)]
pub struct Approval {
    /// Whose tokens, and who has to have signed.
    pub owner: Address,
    /// Who may move them.
    pub spender: Address,
    /// How many; replaces an earlier allowance.
    pub value: U256,
    /// The last second (Unix time) at which the permit can be used.
    pub deadline: U256,
}

/// A secp256k1 signature as wallets deliver it.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// 27 or 28.
    pub v: u8,
    /// The x coordinate of the nonce point.
    pub r: B256,
    /// At most half the order of the curve.
    pub s: B256,
}

/// The permits that each owner has used: a mapping in one slot.
#[derive(Clone, Copy, Debug)]
pub struct Permits(Slot);

impl Permits {
    /// Permits whose root is slot number `slot`.
    #[must_use]
    pub const fn at(slot: u64) -> Self {
        Self(Slot::at(slot))
    }

    /// The nonce of the next permit of `owner`.
    #[must_use]
    pub fn nonce(self, vm: &VM, owner: Address) -> U256 {
        self.0.key(owner).get(vm)
    }

    /// Grants a signed allowance, once. `name` is the token's, as in its EIP-712 domain.
    ///
    /// *Reverts* with `ERC2612ExpiredSignature` after the deadline, with `ERC2612InvalidSigner` if the
    /// owner did not sign exactly this with its next nonce, and as [`Allowances::approve`] does.
    /// *Emits* `Approval`.
    pub fn permit(
        self,
        vm: &VM,
        allowances: Allowances,
        name: &str,
        approval: Approval,
        signature: Signature,
    ) -> Result<(), Revert> {
        let Approval { owner, spender, value, deadline } = approval;
        if U256::from(vm.block_timestamp()) > deadline {
            return Err(fail!(ERC2612ExpiredSignature, deadline));
        }
        let nonce = self.nonce(vm, owner);
        // Zero never signs, so a permit of the zero address fails like any forged one.
        let signer = signer(vm, name, struct_hash(&approval, nonce), &signature);
        if signer != owner || signer.is_zero() {
            return Err(fail!(ERC2612InvalidSigner, signer, owner));
        }
        self.spend_nonce(vm, owner, nonce);
        allowances.approve(vm, owner, spender, value)
    }

    /// Makes `nonce`, which is the next one of `owner`, one that was used.
    pub fn spend_nonce(self, vm: &VM, owner: Address, nonce: U256) {
        // No need to check: nobody lives to sign 2^256 times.
        self.0.key(owner).set(vm, nonce.wrapping_add(U256::ONE));
    }
}

/// Who signed the struct with this EIP-712 hash for the running contract, whose domain has this name;
/// zero if nobody can have.
#[must_use]
pub fn signer(vm: &VM, name: &str, struct_hash: B256, signature: &Signature) -> Address {
    let digest = typed_data_hash(domain_separator(vm, name), struct_hash);
    recover(vm, digest, signature).unwrap_or_default()
}

fn struct_hash(approval: &Approval, nonce: U256) -> B256 {
    hash_words(&[
        PERMIT_TYPEHASH,
        approval.owner.word(),
        approval.spender.word(),
        approval.value.word(),
        nonce.word(),
        approval.deadline.word(),
    ])
}

/// The signer of `digest`, or `None` if no key makes this signature.
fn recover(vm: &VM, digest: B256, signature: &Signature) -> Option<Address> {
    let Signature { v, r, s } = *signature;
    if !matches!(v, 27 | 28) || U256::from_be_bytes(s.0) > HALF_ORDER {
        return None;
    }
    let input = concat(&[digest, v.word(), r, s]);
    // SAFETY: the precompile neither re-enters nor touches storage, so no reference can go stale.
    let output =
        unsafe { RawCall::new_static(vm).limit_return_data(0, 32).call(ECRECOVER, &input) };
    // An invalid signature is a success without data.
    let recovered = output.ok()?;
    recovered.try_into().ok().map(|word: [u8; 32]| Address::from_word(B256::from(word)))
}
