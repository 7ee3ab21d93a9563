//! The course of a transaction, where Arbitrum's differs from Ethereum's: gas is held back above a
//! limit, and the whole price goes to the network.

use std::{convert::Infallible, marker::PhantomData};

use revm::{
    context_interface::{
        Block, JournalTr, Transaction,
        result::{EVMError, HaltReason},
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

impl<'a> Handler for Arbitral<'a> {
    type Evm = Machine<'a>;
    type Error = Error;
    type HaltReason = HaltReason;

    /// The gas the execution gets: what the transaction has left after its intrinsic cost, but no
    /// more than the per-transaction limit. The rest is held back and returned at the end.
    fn tx_gas(&self, evm: &mut Machine<'a>, initial: &InitialAndFloorGas) -> GasTracker {
        let ctx = evm.ctx();
        let (limit, intrinsic) = (ctx.tx.gas_limit(), initial.initial_total_gas());
        let left = limit.saturating_sub(intrinsic);
        let most = match ctx.chain.mode {
            Mode::Commit | Mode::Impersonate => arbos::max_tx_gas(ctx).saturating_sub(intrinsic),
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
        MainnetHandler::<Machine<'a>, Error, super::frame::Frame>::default()
            .last_frame_result(evm, result, gas)?;
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
