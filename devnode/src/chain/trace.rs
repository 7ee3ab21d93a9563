//! Running a transaction or call again to see what it does.

use alloy::{eips::BlockId, primitives::B256, rpc::types::TransactionRequest};

use super::{Block, Chain, ChainError, Overrides, call::GAS_CAP, request, submit};
use crate::evm::{self, State, Trace, Wanted};

/// What a transaction did, and the state it did it to.
#[derive(Debug)]
pub(crate) struct Traced {
    /// What it did.
    pub(crate) trace: Trace,
    /// The state before it.
    pub(crate) before: State,
    /// The most gas it could use.
    pub(crate) gas_limit: u64,
    /// Where it is in the chain; nowhere, if it is only a call.
    pub(crate) place: Option<Place>,
}

/// Where a transaction is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The block's number.
    pub(crate) number: u64,
    /// The block's hash.
    pub(crate) block: B256,
    /// The transaction's hash.
    pub(crate) transaction: B256,
    /// Its index in the block.
    pub(crate) index: usize,
}

impl Chain {
    /// What the transaction of this hash did, or `None` if there is none in the chain.
    ///
    /// # Errors
    /// When the state before its block is no longer kept.
    pub(crate) fn trace_transaction(
        &self,
        hash: B256,
        wanted: Wanted,
    ) -> Result<Option<Traced>, ChainError> {
        let Some((block, index)) = self.transaction(hash) else { return Ok(None) };
        self.replay(&block, Some(index), wanted).map(|mut traced| traced.pop())
    }

    /// What every transaction of a block did, in order.
    ///
    /// # Errors
    /// When there is no such block, or the state before it is no longer kept.
    pub(crate) fn trace_block(
        &self,
        id: BlockId,
        wanted: Wanted,
    ) -> Result<Vec<(B256, Traced)>, ChainError> {
        let block = self.block(id).ok_or(ChainError::UnknownBlock(id))?;
        let traced = self.replay(&block, None, wanted)?;
        Ok(block.transactions.iter().map(|mined| mined.hash()).zip(traced).collect())
    }

    /// What a call would do after the block that `id` names.
    ///
    /// # Errors
    /// As for a call; that it fails when it runs is no error.
    pub(crate) fn trace_call(
        &self,
        request: &TransactionRequest,
        id: BlockId,
        overrides: Overrides,
        wanted: Wanted,
    ) -> Result<Traced, ChainError> {
        let scene = self.scene(id, overrides)?;
        let gas_limit = request.gas.unwrap_or(GAS_CAP).min(GAS_CAP);
        let trace = scene.trace(&request::simulated(request, gas_limit)?, wanted)?;
        Ok(Traced { trace, before: scene.state, gas_limit, place: None })
    }

    /// Runs the block's transactions again, up to the one at `only`, and keeps that one's trace, or
    /// every one's.
    fn replay(
        &self,
        block: &Block,
        only: Option<usize>,
        wanted: Wanted,
    ) -> Result<Vec<Traced>, ChainError> {
        let Some(parent) = block.number().checked_sub(1) else { return Ok(Vec::new()) };
        let mut state = State::clone(&*self.state(parent.into())?);
        let context = self.context(&self.read(), block.number(), block.timestamp());
        let mut traces = Vec::new();
        for (index, mined) in block.transactions.iter().enumerate() {
            let runnable = request::signed(&mined.transaction);
            let mode = submit::mode(&mined.transaction);
            if only.is_none_or(|only| only == index) {
                let trace = evm::trace(&state, &context, &runnable, mode, wanted)?;
                let gas_limit = runnable.gas_limit;
                let place = Place {
                    number: block.number(),
                    block: block.hash(),
                    transaction: mined.hash(),
                    index,
                };
                let before = state.clone();
                traces.push(Traced { trace, before, gas_limit, place: Some(place) });
            }
            if only.is_some_and(|only| only <= index) {
                break;
            }
            evm::execute(&mut state, &context, &runnable, mode)?;
        }
        Ok(traces)
    }
}
