//! Calls to payees and to WETH. Nothing a payee returns is read, so it cannot make that dear.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::sol;
use components::{calldata, fail, standard::TokenTransferFailed};
use stylus_sdk::{call::RawCall, host::VM};

use crate::{
    ISplitter, Result,
    policy::{Kind, Terms},
};

sol! {
    interface Stream {
        function notifyRevenue(address token, uint256 amount) external returns (uint256 received);
    }
    interface Weth {
        function deposit() external payable;
    }
}

/// Asks a stream, or a splitter under the source `tag`, to pull tokens, with at most `gas`.
pub(crate) fn offer(vm: &VM, terms: &Terms, tag: B256, (token, amount): (Address, U256), gas: u64) {
    let calldata = match terms.kind {
        Kind::Splitter => calldata!(ISplitter::depositCall, tag, token, amount),
        _ => calldata!(Stream::notifyRevenueCall, token, amount),
    };
    call(RawCall::new(vm).gas(gas), terms.account, &calldata);
}

/// Turns `value` wei of the splitter into WETH. *Reverts* with `TokenTransferFailed`.
pub(crate) fn wrap_ether(vm: &VM, weth: Address, value: U256) -> Result<()> {
    let deposit = RawCall::new_with_value(vm, value);
    if call(deposit, weth, &calldata!(Weth::depositCall)) {
        return Ok(());
    }
    Err(fail!(TokenTransferFailed, weth))
}

/// Makes a call that may change state and reads nothing back; says whether it succeeded.
fn call(call: RawCall<'_, VM>, to: Address, calldata: &[u8]) -> bool {
    // SAFETY: the cache is emptied first and no storage value is kept across a call.
    unsafe { call.clear_storage_cache().skip_return_data().call(to, calldata) }.is_ok()
}
