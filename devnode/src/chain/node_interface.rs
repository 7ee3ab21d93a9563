//! NodeInterface: what a node tells that no contract could know. It has an address, so that calls can
//! be sent to it, but no account: the node answers them itself, and to contracts nothing is there.

use alloy::{
    eips::BlockId,
    primitives::{Bytes, TxKind, U256},
    rpc::types::TransactionRequest,
    sol_types::{SolInterface, SolValue},
};

use super::{Chain, ChainError, L1_BLOCK_NUMBER, Overrides, request};
use crate::{evm, precompiles::abi::NodeInterface::NodeInterfaceCalls as Method};

impl Chain {
    /// Answers a call of NodeInterface.
    ///
    /// # Errors
    /// A revert without data if there is no such method or nothing to tell; an estimate's own errors.
    pub(super) fn ask_node(
        &self,
        request: &TransactionRequest,
        id: BlockId,
        overrides: Overrides,
    ) -> Result<Bytes, ChainError> {
        let input = request.input.input().cloned().unwrap_or_default();
        let nothing = || ChainError::Reverted(Bytes::new());
        let answer = match Method::abi_decode(&input).map_err(|_| nothing())? {
            Method::nitroGenesisBlock(_) => U256::ZERO.abi_encode(),
            Method::blockL1Num(asked) => {
                self.block(asked.l2BlockNum.into()).ok_or_else(nothing)?;
                L1_BLOCK_NUMBER.abi_encode()
            }
            // All blocks have the number that a parent chain without blocks has.
            Method::l2BlockRangeForL1(asked) if asked.blockNum == L1_BLOCK_NUMBER => {
                (0_u64, self.head().number()).abi_encode_params()
            }
            Method::l2BlockRangeForL1(_) => return Err(nothing()),
            Method::gasEstimateL1Component(asked) => {
                let sent = sent(request, asked.to, asked.contractCreation, asked.data);
                self.posting(&sent, id)?.abi_encode_params()
            }
            Method::gasEstimateComponents(asked) => {
                let sent = sent(request, asked.to, asked.contractCreation, asked.data);
                let (posting, base_fee, l1_price) = self.posting(&sent, id)?;
                let gas = self.estimate(&sent, id, overrides)?;
                (gas, posting, base_fee, l1_price).abi_encode_params()
            }
        };
        Ok(answer.into())
    }

    /// The gas that posting the transaction takes, the base fee, and the price of data, in wei.
    fn posting(
        &self,
        transaction: &TransactionRequest,
        id: BlockId,
    ) -> Result<(u64, U256, U256), ChainError> {
        let (state, base_fee) = (self.state(id)?, self.base_fee());
        let gas = evm::posting_gas(&state, &request::posted(transaction), base_fee);
        Ok((gas, U256::from(base_fee), state.l1_price()))
    }
}

/// The transaction that is asked about: with the call's sender and value.
fn sent(
    request: &TransactionRequest,
    to: alloy::primitives::Address,
    creates: bool,
    data: Bytes,
) -> TransactionRequest {
    TransactionRequest {
        to: Some(if creates { TxKind::Create } else { to.into() }),
        input: data.into(),
        ..request.clone()
    }
}
