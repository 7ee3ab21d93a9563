//! Allowances that are not there yet, and calls simulated as if they were.
//!
//! What an approval or a permit changes is one word of the token's storage. Where it is differs between
//! tokens, but there are few habits: a mapping of mappings at one of the first slots, or at that of
//! ERC-7201 which OpenZeppelin's upgradeable tokens have. All of these words are pretended to hold the
//! allowance, which harms none that means something else: their places are hashes of this owner and this
//! spender. Whether one was the right one, the token's own `allowance` tells.

use alloy::{
    primitives::{Address, B256, U256, b256, keccak256},
    providers::Provider,
    rpc::types::{
        TransactionRequest,
        state::{StateOverride, StateOverridesBuilder},
    },
    sol_types::{SolCall, SolValue},
};

use super::Site;
use crate::abi::IToken;

/// First slots that are tried, in the order of Solidity's compiler: a token with many ancestors, whose
/// gaps take 50 each, has its allowances here.
const SOLIDITY: u64 = 128;
/// First slots that are tried, in the order of Vyper's compiler.
const VYPER: u64 = 32;
/// `openzeppelin.storage.ERC20` by ERC-7201, and one: the allowances.
const NAMESPACED: B256 =
    b256!("0x52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace01");

/// What `owner` lets `spender` take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Of which token.
    pub token: Address,
    /// Whose.
    pub owner: Address,
    /// Who may take it.
    pub spender: Address,
    /// How much.
    pub amount: U256,
}

impl Allowance {
    /// What a simulation has to pretend, so that the allowance is there; `None` if the node pretends
    /// nothing, or if the token keeps its allowances somewhere else.
    pub async fn pretended(&self, site: &Site) -> Option<StateOverride> {
        let word = B256::from(self.amount);
        let slots = self.slots().into_iter().map(|slot| (slot, word));
        let state = StateOverridesBuilder::default().with_state_diff(self.token, slots).build();
        let call = IToken::allowanceCall { owner: self.owner, spender: self.spender };
        let request = TransactionRequest::default().to(self.token).input(call.abi_encode().into());
        let told = site.chain.provider().call(request).overrides(state.clone()).await.ok()?;
        (U256::abi_decode(&told).ok()? == self.amount).then_some(state)
    }

    fn slots(&self) -> Vec<B256> {
        let solidity = (0..SOLIDITY).map(|slot| B256::from(U256::from(slot))).chain([NAMESPACED]);
        let solidity = solidity.map(|slot| mapped(self.spender, mapped(self.owner, slot)));
        let vyper = (0..VYPER).map(|slot| B256::from(U256::from(slot)));
        let vyper = vyper.map(|slot| turned(turned(slot, self.owner), self.spender));
        solidity.chain(vyper).collect()
    }
}

/// The place of `key` in Solidity's mapping at `slot`.
fn mapped(key: Address, slot: B256) -> B256 {
    keccak256([key.into_word(), slot].concat())
}

/// The place of `key` in Vyper's mapping at `slot`.
fn turned(slot: B256, key: Address) -> B256 {
    keccak256([slot, key.into_word()].concat())
}
