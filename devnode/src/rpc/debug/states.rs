//! `prestateTracer`: the accounts that a transaction looks at, as they were before it, or what it
//! changed in them.

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::trace::geth::{
        AccountState, DiffMode, PreStateConfig, PreStateFrame, PreStateMode,
    },
};

use crate::{chain::Traced, evm::State};

/// What can be set: `diffMode`, `disableCode`, `disableStorage`.
pub(super) type Settings = PreStateConfig;

/// The accounts.
pub(super) fn show(traced: &Traced, settings: &Settings) -> PreStateFrame {
    let accessed = &traced.trace.accessed;
    let (before, after) = (&traced.before, &traced.trace.after);
    if !settings.diff_mode.unwrap_or_default() {
        let accounts = accessed.iter().filter_map(|(address, slots)| {
            Some((*address, account(before, *address, slots, settings)?))
        });
        return PreStateFrame::Default(PreStateMode(accounts.collect()));
    }
    let mut diff = DiffMode::default();
    for (address, slots) in accessed {
        let was = account(before, *address, slots, settings);
        let is = account(after, *address, slots, settings);
        if was != is {
            diff.post.extend(is.map(|is| (*address, changed(is, was.as_ref()))));
            diff.pre.extend(was.map(|was| (*address, was)));
        }
    }
    PreStateFrame::Diff(diff)
}

/// An account with those of the slots that hold something.
fn account(
    state: &State,
    address: Address,
    slots: &BTreeSet<U256>,
    settings: &Settings,
) -> Option<AccountState> {
    let account = state.account(address)?;
    let code = account.code.original_bytes();
    let shows_code = !settings.disable_code.unwrap_or_default() && !code.is_empty();
    let shows_storage = !settings.disable_storage.unwrap_or_default();
    let slots = slots.iter().filter(|_| shows_storage);
    let held =
        slots.filter_map(|slot| Some((B256::from(*slot), B256::from(*account.storage.get(slot)?))));
    Some(AccountState {
        balance: Some(account.balance),
        nonce: (account.nonce > 0).then_some(account.nonce),
        code: shows_code.then_some(code),
        storage: held.collect::<BTreeMap<_, _>>(),
    })
}

/// Of an account, what is not as it was.
fn changed(mut is: AccountState, was: Option<&AccountState>) -> AccountState {
    let Some(was) = was else { return is };
    is.balance = is.balance.filter(|_| is.balance != was.balance);
    is.nonce = is.nonce.filter(|_| is.nonce != was.nonce);
    is.code = is.code.take().filter(|code| was.code.as_ref() != Some(code));
    is.storage.retain(|slot, value| was.storage.get(slot) != Some(value));
    is
}
