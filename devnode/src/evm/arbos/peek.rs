//! Reading the state of a transaction in progress without leaving a trace: nothing becomes warm.

use revm::{
    Database,
    primitives::{Address, U256},
    state::AccountInfo,
};

use crate::evm::Context;

/// What an account is at this moment.
pub(crate) fn info(ctx: &Context<'_>, address: Address) -> AccountInfo {
    match ctx.journaled_state.inner.state.get(&address) {
        Some(account) => account.info.clone(),
        None => ctx.journaled_state.database.state.info(address).unwrap_or_default(),
    }
}

/// The code of an account as deployed.
pub(crate) fn code(ctx: &Context<'_>, address: Address) -> revm::primitives::Bytes {
    info(ctx, address).code.map(|code| code.original_bytes()).unwrap_or_default()
}

/// What a storage slot holds at this moment.
pub(crate) fn storage(ctx: &Context<'_>, address: Address, slot: U256) -> U256 {
    let account = ctx.journaled_state.inner.state.get(&address);
    match account.and_then(|account| account.storage.get(&slot)) {
        Some(slot) => slot.present_value,
        None => {
            let mut database = ctx.journaled_state.database;
            let Ok(value) = database.storage(address, slot);
            value
        }
    }
}

/// Whether the account was destroyed in this transaction.
pub(crate) fn is_destroyed(ctx: &Context<'_>, address: Address) -> bool {
    let account = ctx.journaled_state.inner.state.get(&address);
    account.is_some_and(revm::state::Account::is_selfdestructed)
}
