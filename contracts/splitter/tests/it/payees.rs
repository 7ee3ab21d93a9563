//! Payees of every temper, played by actors.

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, sol};
use stage::{Answer, Frame, Revert};

use super::IToken;

sol! {
    interface Stream {
        function notifyRevenue(address token, uint256 amount) external returns (uint256 received);
    }
}

/// Pulls `amount` of `token` from whoever called.
pub(crate) fn pull(frame: &Frame<'_>, token: Address, amount: U256) -> Result<(), Revert> {
    let (from, to) = (frame.sender(), frame.address());
    let call = IToken::transferFromCall { from, to, value: amount };
    frame.call_raw(token, U256::ZERO, u64::MAX, call.abi_encode()).map(drop)
}

/// A stream that pulls what it is offered.
pub(crate) fn honest(frame: &Frame<'_>) -> Answer {
    let call = frame.decode::<Stream::notifyRevenueCall>()?;
    pull(frame, call.token, call.amount)?;
    Ok(Stream::notifyRevenueCall::abi_encode_returns(&call.amount))
}

/// A stream that pulls half of what it is offered.
pub(crate) fn half_hearted(frame: &Frame<'_>) -> Answer {
    let call = frame.decode::<Stream::notifyRevenueCall>()?;
    pull(frame, call.token, call.amount / U256::from(2))?;
    Ok(Vec::new())
}

/// A stream that says yes and pulls nothing.
pub(crate) fn idle(_: &Frame<'_>) -> Answer {
    Ok(Vec::new())
}

/// A stream that pulls, and then thinks better of it.
pub(crate) fn fickle(frame: &Frame<'_>) -> Answer {
    honest(frame)?;
    Err(Revert(b"no".to_vec()))
}

/// A stream that burns whatever gas it gets.
pub(crate) fn burner(frame: &Frame<'_>) -> Answer {
    frame.burn_all_gas()
}

/// A stream that pulls and returns four megabytes.
pub(crate) fn talker(frame: &Frame<'_>) -> Answer {
    honest(frame)?;
    Ok(vec![7; 4 << 20])
}

/// A stream that fails with four megabytes of excuses.
pub(crate) fn whiner(_: &Frame<'_>) -> Answer {
    Err(Revert(vec![7; 4 << 20]))
}
