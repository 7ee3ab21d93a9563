//! What a call may pretend about accounts and the block.

use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::{
        BlockOverrides,
        state::{AccountOverride, StateOverride},
    },
};

use super::ChainError;
use crate::evm::{BlockContext, State};

/// What a call pretends. Nothing, by default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    /// About accounts.
    pub(crate) state: Option<StateOverride>,
    /// About the block it runs in.
    pub(crate) block: Option<Box<BlockOverrides>>,
}

impl Overrides {
    /// Changes `state` and `block` to what is pretended.
    pub(super) fn apply(
        self,
        state: &mut State,
        block: &mut BlockContext,
    ) -> Result<(), ChainError> {
        for (address, account) in self.state.into_iter().flatten() {
            apply_account(state, address, account)?;
        }
        self.block.map_or(Ok(()), |pretended| apply_block(block, &pretended))
    }
}

fn apply_account(
    state: &mut State,
    address: Address,
    account: AccountOverride,
) -> Result<(), ChainError> {
    if account.move_precompile_to.is_some() {
        return Err(ChainError::Request("movePrecompileToAddress is not supported".into()));
    }
    if let Some(balance) = account.balance {
        state.set_balance(address, balance);
    }
    if let Some(nonce) = account.nonce {
        state.set_nonce(address, nonce);
    }
    if let Some(code) = account.code {
        state.set_code(address, code);
    }
    match (account.state, account.state_diff) {
        (Some(_), Some(_)) => {
            let reason = format!("account {address} has both 'state' and 'stateDiff'");
            return Err(ChainError::Request(reason));
        }
        (Some(slots), None) => {
            state.clear_storage(address);
            store(state, address, slots);
        }
        (None, slots) => store(state, address, slots.into_iter().flatten()),
    }
    Ok(())
}

fn store(state: &mut State, address: Address, slots: impl IntoIterator<Item = (B256, B256)>) {
    for (slot, value) in slots {
        state.set_storage(address, slot.into(), value.into());
    }
}

/// `number` is what a contract reads as the block's number, which on Arbitrum is the parent
/// chain's.
fn apply_block(block: &mut BlockContext, pretended: &BlockOverrides) -> Result<(), ChainError> {
    if let Some(number) = pretended.number {
        block.l1_number = narrow("number", number)?;
    }
    if let Some(base_fee) = pretended.base_fee {
        block.basefee = narrow("baseFeePerGas", base_fee)?;
    }
    block.timestamp = pretended.time.unwrap_or(block.timestamp);
    block.gas_limit = pretended.gas_limit.unwrap_or(block.gas_limit);
    block.coinbase = pretended.coinbase.unwrap_or(block.coinbase);
    Ok(())
}

fn narrow(name: &str, value: U256) -> Result<u64, ChainError> {
    u64::try_from(value).map_err(|_| ChainError::Request(format!("{name} must be below 2^64")))
}
