//! What executes: calls, estimates, transactions; and what they cost.

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::{B256, Bytes, U64, U256},
    rpc::types::{
        AccessListResult, BlockOverrides, FeeHistory, TransactionRequest, state::StateOverride,
    },
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};

use super::{Api, error, quantity::Quantity};
use crate::chain::{Block, Overrides};

/// How many blocks `eth_feeHistory` covers at most, as in geth.
const MAX_FEE_HISTORY: u64 = 1_024;

/// How many percentiles of the tips `eth_feeHistory` covers at most, as in geth.
const MAX_PERCENTILES: usize = 100;

/// Methods that execute, and those that say what it costs.
#[rpc(server, namespace = "eth")]
pub(super) trait Execution {
    /// What a call returns. On `latest` it sees the latest block's time, on `pending` the time that
    /// a block made now would have.
    #[method(name = "call")]
    async fn call(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state_overrides: Option<StateOverride>,
        block_overrides: Option<Box<BlockOverrides>>,
    ) -> RpcResult<Bytes>;

    /// The gas limit to send a transaction with. Without a block it is that of `pending`, where the
    /// transaction would be mined.
    #[method(name = "estimateGas")]
    async fn estimate_gas(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state_overrides: Option<StateOverride>,
        block_overrides: Option<Box<BlockOverrides>>,
    ) -> RpcResult<U64>;

    /// The accounts and slots that a transaction looks at, and the gas it uses if it says so.
    #[method(name = "createAccessList")]
    async fn create_access_list(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
    ) -> RpcResult<AccessListResult>;

    /// Mines a signed transaction; returns its hash. One that fails is mined too, with status 0.
    #[method(name = "sendRawTransaction")]
    async fn send_raw_transaction(&self, bytes: Bytes) -> RpcResult<B256>;

    /// Signs a transaction of one of the node's accounts, or of an impersonated one, and mines it.
    #[method(name = "sendTransaction", aliases = ["eth_sendUnsignedTransaction"])]
    async fn send_transaction(&self, request: TransactionRequest) -> RpcResult<B256>;

    /// The price of gas in wei, which is the base fee.
    #[method(name = "gasPrice")]
    fn gas_price(&self) -> RpcResult<U256>;

    /// The tip to offer: none, since none is collected.
    #[method(name = "maxPriorityFeePerGas")]
    fn max_priority_fee(&self) -> RpcResult<U256>;

    /// What gas cost in the blocks up to `newest`.
    #[method(name = "feeHistory")]
    fn fee_history(
        &self,
        count: Quantity,
        newest: BlockNumberOrTag,
        percentiles: Option<Vec<f64>>,
    ) -> RpcResult<FeeHistory>;
}

#[jsonrpsee::core::async_trait]
impl ExecutionServer for Api {
    async fn call(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state: Option<StateOverride>,
        block_overrides: Option<Box<BlockOverrides>>,
    ) -> RpcResult<Bytes> {
        let overrides = Overrides { state, block: block_overrides };
        self.run(move |chain| chain.call(&request, block.unwrap_or_default(), overrides)).await
    }

    async fn estimate_gas(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        state: Option<StateOverride>,
        block_overrides: Option<Box<BlockOverrides>>,
    ) -> RpcResult<U64> {
        let overrides = Overrides { state, block: block_overrides };
        let block = block.unwrap_or(BlockId::pending());
        let gas = self.run(move |chain| chain.estimate(&request, block, overrides)).await?;
        Ok(U64::from(gas))
    }

    async fn create_access_list(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
    ) -> RpcResult<AccessListResult> {
        let block = block.unwrap_or(BlockId::pending());
        let listed = self.run(move |chain| chain.access_list(&request, block)).await?;
        Ok(AccessListResult {
            access_list: listed.list,
            gas_used: U256::from(listed.gas_used),
            error: listed.error.map(|error| error.to_string()),
        })
    }

    async fn send_raw_transaction(&self, bytes: Bytes) -> RpcResult<B256> {
        self.run(move |chain| chain.submit_raw(&bytes)).await
    }

    async fn send_transaction(&self, request: TransactionRequest) -> RpcResult<B256> {
        self.run(move |chain| chain.send(request)).await
    }

    fn gas_price(&self) -> RpcResult<U256> {
        Ok(U256::from(self.chain.base_fee()))
    }

    fn max_priority_fee(&self) -> RpcResult<U256> {
        Ok(U256::ZERO)
    }

    fn fee_history(
        &self,
        count: Quantity,
        newest: BlockNumberOrTag,
        percentiles: Option<Vec<f64>>,
    ) -> RpcResult<FeeHistory> {
        if percentiles.as_ref().is_some_and(|asked| asked.len() > MAX_PERCENTILES) {
            let text = format!("over the query limit of {MAX_PERCENTILES} percentiles");
            return Err(error::bad_params(text));
        }
        let block = self.chain.block(newest.into());
        let last = block.ok_or_else(|| error::refused("unknown block"))?.number();
        let count = count.0.clamp(1, MAX_FEE_HISTORY);
        let blocks = self.chain.blocks((last + 1).saturating_sub(count), last);
        let gas_used_ratio = blocks.iter().map(|block| gas_used_ratio(block)).collect::<Vec<_>>();
        let base_fees = blocks.iter().map(|block| block.base_fee().unwrap_or_default().into());
        Ok(FeeHistory {
            base_fee_per_gas: base_fees.chain([self.chain.base_fee().into()]).collect(),
            gas_used_ratio,
            base_fee_per_blob_gas: Vec::new(),
            blob_gas_used_ratio: Vec::new(),
            oldest_block: blocks.first().map_or(last, |block| block.number()),
            reward: percentiles.map(|asked| vec![vec![0; asked.len()]; blocks.len()]),
        })
    }
}

fn gas_used_ratio(block: &Block) -> f64 {
    block.header.gas_used as f64 / block.header.gas_limit as f64
}
