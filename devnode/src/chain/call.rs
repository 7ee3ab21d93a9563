//! Calls: execution on a copy of some block's state, from which nothing stays.

use alloy::{
    consensus::{TxEnvelope, transaction::Recovered},
    eips::{BlockId, BlockNumberOrTag},
    primitives::{Address, B256, Bytes, Signature},
    rpc::types::TransactionRequest,
};

use super::{
    Chain, ChainError, Overrides,
    request::{self, Defaults},
};
use crate::evm::{self, BlockContext, Kind, Mode, Outcome, State, Trace, Transaction, Wanted};
use crate::precompiles::NODE_INTERFACE;

/// The most gas that a call gets, whatever it asks for.
pub(super) const GAS_CAP: u64 = 50_000_000;

/// Where a call runs: a state nobody else holds, and the block it believes to be in.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) state: State,
    block: BlockContext,
}

impl Scene {
    /// Runs `transaction` here.
    pub(super) fn run(&mut self, transaction: &Transaction) -> Result<Outcome, ChainError> {
        Ok(evm::execute(&mut self.state, &self.block, transaction, Mode::Call)?)
    }

    /// Runs `transaction` here and records what it does.
    pub(super) fn trace(
        &self,
        transaction: &Transaction,
        wanted: Wanted,
    ) -> Result<Trace, ChainError> {
        Ok(evm::trace(&self.state, &self.block, transaction, Mode::Call, wanted)?)
    }
}

impl Chain {
    /// The return data of a call on the state after the block that `id` names. It sees that block's
    /// number and time; with `pending`, those of the block that would be made now.
    pub(crate) fn call(
        &self,
        request: &TransactionRequest,
        id: BlockId,
        overrides: Overrides,
    ) -> Result<Bytes, ChainError> {
        if request.to == Some(NODE_INTERFACE.into()) {
            return self.ask_node(request, id, overrides);
        }
        let mut scene = self.scene(id, overrides)?;
        let gas = request.gas.unwrap_or(GAS_CAP).min(GAS_CAP);
        let outcome = scene.run(&request::simulated(request, gas)?)?;
        output(outcome)
    }

    /// Signs a transaction for an account of the node, or for an impersonated one, and mines it.
    pub(crate) fn send(&self, request: TransactionRequest) -> Result<B256, ChainError> {
        let sender = request.from.ok_or_else(|| ChainError::Request("'from' is missing".into()))?;
        let _turn = self.turn();
        let signed = self.signed(request, sender)?;
        self.submit_in_turn(signed)
    }

    /// Signs a transaction for an account of the node, or for an impersonated one.
    pub(crate) fn sign_transaction(
        &self,
        request: TransactionRequest,
    ) -> Result<Recovered<TxEnvelope>, ChainError> {
        let sender = request.from.ok_or_else(|| ChainError::Request("'from' is missing".into()))?;
        self.signed(request, sender)
    }

    fn signed(
        &self,
        request: TransactionRequest,
        sender: Address,
    ) -> Result<Recovered<TxEnvelope>, ChainError> {
        self.read().signers.check(sender)?;
        let nonce = self.pending_nonce(sender);
        let defaults = Defaults { chain_id: self.chain_id(), nonce, base_fee: self.base_fee() };
        let estimate =
            |request: &_| self.estimate(request, BlockNumberOrTag::Pending.into(), <_>::default());
        let transaction = request::completed(request, sender, defaults, estimate)?;
        self.read().signers.sign(transaction, sender)
    }

    /// Signs a hash for an account of the node.
    pub(crate) fn sign_hash(&self, sender: Address, hash: B256) -> Result<Signature, ChainError> {
        self.read().signers.sign_hash(sender, hash)
    }

    /// The place to run a call in.
    pub(super) fn scene(&self, id: BlockId, overrides: Overrides) -> Result<Scene, ChainError> {
        let mut state = State::clone(&*self.state(id)?);
        let mut block = self.call_context(id)?;
        overrides.apply(&mut state, &mut block)?;
        Ok(Scene { state, block })
    }

    fn call_context(&self, id: BlockId) -> Result<BlockContext, ChainError> {
        if id.is_pending() {
            return Ok(self.next_block());
        }
        let block = self.block(id).ok_or(ChainError::UnknownBlock(id))?;
        Ok(self.context(&self.read(), block.number(), block.timestamp()))
    }
}

/// What a finished call returned, if it did not fail.
pub(super) fn output(outcome: Outcome) -> Result<Bytes, ChainError> {
    match outcome.kind {
        Kind::Success => Ok(outcome.output),
        Kind::Revert => Err(ChainError::Reverted(outcome.output)),
        Kind::Halt(reason) => Err(ChainError::Halted(reason)),
    }
}
