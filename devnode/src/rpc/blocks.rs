//! What is on record: blocks, transactions, receipts, logs.

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{B256, U64},
    rpc::types::{Filter, FilterBlockOption, Log, Transaction},
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

use super::{
    Api, error,
    view::{self, BlockView, ReceiptView},
};
use crate::chain::{Chain, ChainError};

/// How many logs one answer holds at most.
const MAX_LOGS: usize = 100_000;

/// How many addresses a filter names at most, and how many topics in each place, as in geth.
const MAX_CRITERIA: usize = 1_000;

/// Methods that read the record.
#[rpc(server, namespace = "eth")]
pub(super) trait Blocks {
    /// The latest block's number.
    #[method(name = "blockNumber")]
    fn block_number(&self) -> RpcResult<U64>;

    /// A block by number or tag, with its transactions or their hashes.
    #[method(name = "getBlockByNumber")]
    fn block_by_number(
        &self,
        number: BlockNumberOrTag,
        full: Option<bool>,
    ) -> RpcResult<Option<BlockView>>;

    /// A block by hash, with its transactions or their hashes.
    #[method(name = "getBlockByHash")]
    fn block_by_hash(&self, hash: B256, full: Option<bool>) -> RpcResult<Option<BlockView>>;

    /// How many transactions a block has.
    #[method(name = "getBlockTransactionCountByNumber")]
    fn count_by_number(&self, number: BlockNumberOrTag) -> RpcResult<Option<U64>>;

    /// How many transactions a block has.
    #[method(name = "getBlockTransactionCountByHash")]
    fn count_by_hash(&self, hash: B256) -> RpcResult<Option<U64>>;

    /// The receipts of a whole block.
    #[method(name = "getBlockReceipts")]
    fn block_receipts(&self, block: BlockId) -> RpcResult<Option<Vec<ReceiptView>>>;

    /// A transaction, in a block or waiting.
    #[method(name = "getTransactionByHash")]
    fn transaction_by_hash(&self, hash: B256) -> RpcResult<Option<Transaction>>;

    /// The transaction at an index of a block.
    #[method(name = "getTransactionByBlockNumberAndIndex")]
    fn transaction_in_number(
        &self,
        number: BlockNumberOrTag,
        index: U64,
    ) -> RpcResult<Option<Transaction>>;

    /// The transaction at an index of a block.
    #[method(name = "getTransactionByBlockHashAndIndex")]
    fn transaction_in_hash(&self, hash: B256, index: U64) -> RpcResult<Option<Transaction>>;

    /// What became of a transaction.
    #[method(name = "getTransactionReceipt")]
    fn receipt(&self, hash: B256) -> RpcResult<Option<ReceiptView>>;

    /// The logs that match a filter.
    #[method(name = "getLogs")]
    async fn logs(&self, filter: Filter) -> RpcResult<Vec<Log>>;
}

impl Api {
    fn block_view(&self, id: BlockId, full: Option<bool>) -> Option<BlockView> {
        self.chain.block(id).map(|block| view::block(&block, full.unwrap_or_default()))
    }

    fn count(&self, id: BlockId) -> Option<U64> {
        self.chain.block(id).map(|block| U64::from(block.transactions.len()))
    }

    fn transaction_in(&self, id: BlockId, index: U64) -> Option<Transaction> {
        let block = self.chain.block(id)?;
        block.position(index.to()).map(view::transaction)
    }
}

#[jsonrpsee::core::async_trait]
impl BlocksServer for Api {
    fn block_number(&self) -> RpcResult<U64> {
        Ok(U64::from(self.chain.head().number()))
    }

    fn block_by_number(
        &self,
        number: BlockNumberOrTag,
        full: Option<bool>,
    ) -> RpcResult<Option<BlockView>> {
        Ok(self.block_view(number.into(), full))
    }

    fn block_by_hash(&self, hash: B256, full: Option<bool>) -> RpcResult<Option<BlockView>> {
        Ok(self.block_view(hash.into(), full))
    }

    fn count_by_number(&self, number: BlockNumberOrTag) -> RpcResult<Option<U64>> {
        Ok(self.count(number.into()))
    }

    fn count_by_hash(&self, hash: B256) -> RpcResult<Option<U64>> {
        Ok(self.count(hash.into()))
    }

    fn block_receipts(&self, block: BlockId) -> RpcResult<Option<Vec<ReceiptView>>> {
        let block = self.chain.block(block);
        Ok(block.map(|block| block.indexed().map(view::receipt).collect()))
    }

    fn transaction_by_hash(&self, hash: B256) -> RpcResult<Option<Transaction>> {
        let Some((block, index)) = self.chain.transaction(hash) else {
            return Ok(self.chain.waiting(hash).map(view::waiting));
        };
        Ok(block.position(index).map(view::transaction))
    }

    fn transaction_in_number(
        &self,
        number: BlockNumberOrTag,
        index: U64,
    ) -> RpcResult<Option<Transaction>> {
        Ok(self.transaction_in(number.into(), index))
    }

    fn transaction_in_hash(&self, hash: B256, index: U64) -> RpcResult<Option<Transaction>> {
        Ok(self.transaction_in(hash.into(), index))
    }

    fn receipt(&self, hash: B256) -> RpcResult<Option<ReceiptView>> {
        let Some((block, index)) = self.chain.transaction(hash) else { return Ok(None) };
        Ok(block.position(index).map(view::receipt))
    }

    async fn logs(&self, filter: Filter) -> RpcResult<Vec<Log>> {
        check(&filter)?;
        self.run(move |chain| logs(chain, &filter)).await
    }
}

/// Refuses a filter that makes no sense, or names more than it is reasonable to look for.
pub(super) fn check(filter: &Filter) -> RpcResult<()> {
    let range = filter.block_option.ensure_valid_block_range();
    range.map_err(|error| error::bad_params(error.to_string()))?;
    let mut counts = filter.topics.iter().map(|topics| topics.len());
    if filter.address.len() > MAX_CRITERIA || counts.any(|count| count > MAX_CRITERIA) {
        let text = format!("a filter names at most {MAX_CRITERIA} addresses, and topics per place");
        return Err(error::bad_params(text));
    }
    Ok(())
}

/// The logs that `filter` asks for; the range's ends are the latest block where it leaves them out.
pub(super) fn logs(chain: &Chain, filter: &Filter) -> Result<Vec<Log>, ChainError> {
    let blocks = match filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => {
            vec![chain.block(hash.into()).ok_or_else(|| ChainError::UnknownBlock(hash.into()))?]
        }
        FilterBlockOption::Range { from_block, to_block } => {
            let number =
                |tag: Option<BlockNumberOrTag>| chain.number(tag.unwrap_or_default().into());
            let (first, last) = (number(from_block), number(to_block));
            first.zip(last).map(|(first, last)| chain.blocks(first, last)).unwrap_or_default()
        }
    };
    let matching = blocks.iter().flat_map(|block| view::matching_logs(block, filter));
    let logs: Vec<_> = matching.take(MAX_LOGS + 1).collect();
    if logs.len() > MAX_LOGS {
        return Err(ChainError::TooManyLogs(MAX_LOGS));
    }
    Ok(logs)
}
