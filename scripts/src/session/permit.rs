//! Permits (ERC-2612): a signature in place of an approval, so that staking is one transaction.

use alloy::{
    dyn_abi::TypedData,
    primitives::{Address, B256, U256},
    sol_types::Eip712Domain,
};
use eyre::Result;

use super::{Sender, Site, Token};

/// How long a permit can be used, in seconds.
const LIFETIME: u64 = 3_600;

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

/// A signed permit, as contracts take it.
#[derive(Clone, Copy, Debug)]
pub struct Permit {
    /// The last second in which it can be used.
    pub deadline: u64,
    /// Recovery id, 27 or 28.
    pub v: u8,
    /// The signature's first word.
    pub r: B256,
    /// The signature's second word.
    pub s: B256,
}

impl Permit {
    /// Signs that `spender` may take `value` of `token` from the sender; `None` if nobody signs, or if
    /// the token knows no permits of the usual kind.
    ///
    /// # Errors
    /// The node does not answer, or the device refuses.
    pub async fn sign(
        site: &Site,
        sender: &Sender,
        token: &Token,
        spender: Address,
        value: U256,
    ) -> Result<Option<Self>> {
        let Some(signer) = &sender.signer else { return Ok(None) };
        let Some(domain) = domain(site, token).await else { return Ok(None) };
        let contract = site.erc20(token.address);
        let Ok(nonce) = contract.nonces(sender.address).call().await else { return Ok(None) };
        let deadline = site.now().await? + LIFETIME;
        let (owner, until) = (sender.address, U256::from(deadline));
        let permit = typed::Permit { owner, spender, value, nonce, deadline: until };
        let signature = signer.sign(&TypedData::from_struct(&permit, Some(domain))).await?;
        let (r, s) = (signature.r().into(), signature.s().into());
        Ok(Some(Self { deadline, v: 27 + u8::from(signature.v()), r, s }))
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
