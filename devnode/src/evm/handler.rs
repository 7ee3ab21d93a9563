//! The course of a transaction, where Arbitrum's differs from Ethereum's: gas is held back above a
//! limit, and the whole price goes to the network.

use std::{convert::Infallible, marker::PhantomData};

use revm::{
    context_interface::{
        Block, JournalTr, Transaction,
        result::{EVMError, HaltReason, InvalidTransaction},
    },
    handler::{EvmTr, FrameResult, Handler, MainnetHandler},
    interpreter::{GasTracker, InitialAndFloorGas},
    primitives::U256,
};

use super::{Mode, arbos, machine::Machine};

/// The handler of Arbitrum transactions.
#[derive(Default)]
pub(super) struct Arbitral<'a>(PhantomData<&'a ()>);

type Error = EVMError<Infallible>;

/// Ethereum's handler, for what is the same.
type Mainnet<'a> = MainnetHandler<Machine<'a>, Error, super::frame::Frame>;

impl<'a> Handler for Arbitral<'a> {
    type Evm = Machine<'a>;
    type Error = Error;
    type HaltReason = HaltReason;

    /// The intrinsic cost, and what posting the transaction costs: both are paid before anything
    /// runs.
    fn validate_initial_tx_gas(&self, evm: &mut Machine<'a>) -> Result<InitialAndFloorGas, Error> {
        let mut initial = Mainnet::default().validate_initial_tx_gas(evm)?;
        let ctx = evm.ctx();
        initial.initial_regular_gas =
            initial.initial_regular_gas.saturating_add(ctx.chain.poster_gas);
        let (initial_gas, gas_limit) = (initial.initial_total_gas(), ctx.tx.gas_limit());
        if initial_gas > gas_limit {
            let reason = InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit };
            return Err(EVMError::Transaction(reason));
        }
        Ok(initial)
    }

    /// The gas the execution gets: what the transaction has left after its intrinsic cost, but no
    /// more than the per-transaction limit. The rest is held back and returned at the end.
    fn tx_gas(&self, evm: &mut Machine<'a>, initial: &InitialAndFloorGas) -> GasTracker {
        let ctx = evm.ctx();
        let (limit, intrinsic) = (ctx.tx.gas_limit(), initial.initial_total_gas());
        let left = limit.saturating_sub(intrinsic);
        let most = match ctx.chain.mode {
            Mode::Commit | Mode::Impersonate => {
                let limit = arbos::max_tx_gas(ctx).saturating_add(ctx.chain.poster_gas);
                limit.saturating_sub(intrinsic)
            }
            Mode::Call => u64::MAX,
        };
        ctx.chain.held_gas = left.saturating_sub(most);
        GasTracker::new(limit, left.min(most), 0)
    }

    fn last_frame_result(
        &mut self,
        evm: &mut Machine<'a>,
        result: &mut FrameResult,
        gas: &mut GasTracker,
    ) -> Result<(), Error> {
        Mainnet::default().last_frame_result(evm, result, gas)?;
        result.gas_mut().erase_cost(evm.ctx().chain.held_gas);
        Ok(())
    }

    /// Pays the network what the sender paid. There is no tip, and the coinbase gets nothing.
    fn reward_beneficiary(
        &self,
        evm: &mut Machine<'a>,
        result: &mut FrameResult,
    ) -> Result<(), Error> {
        let ctx = evm.ctx();
        let price = U256::from(ctx.tx.effective_gas_price(ctx.block.basefee().into()));
        let account = arbos::network_fee_account(ctx);
        let fee = price * U256::from(result.gas().used());
        let Ok(()) = ctx.journaled_state.balance_incr(account, fee);
        Ok(())
    }
}
