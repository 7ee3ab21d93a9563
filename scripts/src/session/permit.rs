//! Permits (ERC-2612): a signature in place of an approval, so that staking is one transaction.
//!
//! A permit is a licence to take tokens from the moment it is signed, whoever holds it. So it is signed
//! when its call is sent, and not before.

use alloy::{
    dyn_abi::TypedData,
    primitives::{Address, Bytes, U256},
    sol_types::{Eip712Domain, SolValue},
};
use eyre::{Result, eyre};

use super::{Sender, Signer, Site, Token};

/// How long a permit can be used, in seconds.
const LIFETIME: u64 = 3_600;
/// Bytes of `v`, `r` and `s`, with which every call that takes a permit ends.
const SIGNATURE: usize = 96;

mod typed {
    alloy::sol! {
        #[derive(Debug, serde::Serialize)]
        struct Permit {
            address owner;
            address spender;
            uint256 value;
            uint256 nonce;
            uint256 deadline;
        }
    }
}

/// A permit that can be signed.
#[derive(Clone, Debug)]
pub struct Permit {
    domain: Eip712Domain,
    terms: typed::Permit,
}

impl Permit {
    /// That `spender` may take `value` of `token` from the sender; `None` if nobody signs, or if the token
    /// knows no permits of the usual kind.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn prepare(
        site: &Site,
        sender: &Sender,
        token: &Token,
        spender: Address,
        value: U256,
    ) -> Result<Option<Self>> {
        let Some(domain) = domain(site, token).await.filter(|_| sender.signer.is_some()) else {
            return Ok(None);
        };
        let contract = site.erc20(token.address);
        let Ok(nonce) = contract.nonces(sender.address).call().await else { return Ok(None) };
        let (owner, deadline) = (sender.address, U256::from(site.now().await? + LIFETIME));
        let terms = typed::Permit { owner, spender, value, nonce, deadline };
        Ok(Some(Self { domain, terms }))
    }

    /// The last second in which it can be used.
    #[must_use]
    pub const fn deadline(&self) -> U256 {
        self.terms.deadline
    }

    /// Signs it into `call`, whose last parameters are `v`, `r` and `s`.
    ///
    /// # Errors
    /// The device refuses.
    pub async fn sign_into(&self, call: &Bytes, signer: &Signer) -> Result<Bytes> {
        let data = TypedData::from_struct(&self.terms, Some(self.domain.clone()));
        let signature = signer.sign(&data).await?;
        let end = call.len().checked_sub(SIGNATURE);
        let end = end.ok_or_else(|| eyre!("the call has no room for a permit"))?;
        let v = U256::from(27 + u8::from(signature.v()));
        let signature = (v, signature.r(), signature.s()).abi_encode();
        Ok([&call[..end], &signature].concat().into())
    }
}

/// The token's signing domain: what it tells by ERC-5267, or else its name and version 1, if that is what
/// its `DOMAIN_SEPARATOR` stands for.
async fn domain(site: &Site, token: &Token) -> Option<Eip712Domain> {
    let contract = site.erc20(token.address);
    let separator = contract.DOMAIN_SEPARATOR().call().await.ok()?;
    let (name, version) = match contract.eip712Domain().call().await {
        Ok(told) => (told.name, told.version),
        Err(_) => (contract.name().call().await.ok()?, "1".to_owned()),
    };
    let chain_id = Some(U256::from(site.chain.chain_id()));
    let address = Some(token.address);
    let domain =
        Eip712Domain::new(Some(name.into()), Some(version.into()), chain_id, address, None);
    (domain.separator() == separator).then_some(domain)
}
