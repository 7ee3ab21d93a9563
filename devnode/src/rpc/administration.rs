//! Running a development node: when it makes blocks, what it is, saving and loading it.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::types::anvil::{Metadata, NodeEnvironment, NodeForkConfig, NodeInfo},
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use serde_json::Value;

use super::{Api, error, identity::CLIENT_VERSION, quantity::Quantity};
use crate::{
    chain::{Chain, Dump},
    evm::GAS_LIMIT,
};

/// The rules of the EVM that the chain follows.
const HARD_FORK: &str = "osaka";

/// Methods of the node itself.
#[rpc(server)]
pub(super) trait Administration {
    /// Whether a transaction is mined as soon as it arrives.
    #[method(name = "anvil_getAutomine", aliases = ["hardhat_getAutomine"])]
    fn automine(&self) -> RpcResult<bool>;

    /// Mines transactions as soon as they arrive, or no longer.
    #[method(name = "evm_setAutomine", aliases = ["anvil_setAutomine"])]
    async fn set_automine(&self, automatic: bool) -> RpcResult<()>;

    /// Seconds between the blocks that are made whatever happens, if any are.
    #[method(name = "anvil_getIntervalMining")]
    fn interval_mining(&self) -> RpcResult<Option<u64>>;

    /// Makes a block every so many seconds and no longer one for every transaction; 0 ends that.
    #[method(name = "anvil_setIntervalMining", aliases = ["evm_setIntervalMining"])]
    fn set_interval_mining(&self, seconds: Quantity) -> RpcResult<()>;

    /// Forgets a waiting transaction; returns its hash if there was one.
    #[method(name = "anvil_dropTransaction", aliases = ["hardhat_dropTransaction"])]
    fn drop_transaction(&self, hash: B256) -> RpcResult<Option<B256>>;

    /// Forgets all waiting transactions.
    #[method(name = "anvil_dropAllTransactions")]
    fn drop_all_transactions(&self) -> RpcResult<()>;

    /// Forgets all waiting transactions of one sender.
    #[method(name = "anvil_removePoolTransactions")]
    fn remove_pool_transactions(&self, sender: Address) -> RpcResult<()>;

    /// Sets the base fee, in wei, of the blocks from the next one on.
    #[method(
        name = "anvil_setNextBlockBaseFeePerGas",
        aliases = ["hardhat_setNextBlockBaseFeePerGas"]
    )]
    async fn set_base_fee(&self, wei: Quantity) -> RpcResult<()>;

    /// Begins anew at the first block. There is nothing to fork from.
    #[method(name = "anvil_reset", aliases = ["hardhat_reset"])]
    async fn reset(&self, forking: Option<Value>) -> RpcResult<()>;

    /// The whole chain as bytes.
    #[method(name = "anvil_dumpState", aliases = ["hardhat_dumpState"])]
    async fn dump_state(&self, history: Option<bool>) -> RpcResult<Bytes>;

    /// Becomes the chain that was dumped.
    #[method(name = "anvil_loadState", aliases = ["hardhat_loadState"])]
    async fn load_state(&self, state: Bytes) -> RpcResult<bool>;

    /// What the node is and where its chain stands.
    #[method(name = "anvil_nodeInfo")]
    fn node_info(&self) -> RpcResult<NodeInfo>;

    /// The same, in other words.
    #[method(name = "anvil_metadata", aliases = ["hardhat_metadata"])]
    fn metadata(&self) -> RpcResult<Metadata>;

    /// Accepted for the sake of tools that turn logging on or off; nothing depends on it.
    #[method(name = "anvil_setLoggingEnabled", aliases = ["hardhat_setLoggingEnabled"])]
    fn set_logging(&self, enabled: bool) -> RpcResult<()>;
}

#[jsonrpsee::core::async_trait]
impl AdministrationServer for Api {
    fn automine(&self) -> RpcResult<bool> {
        Ok(self.chain.mines_automatically())
    }

    async fn set_automine(&self, automatic: bool) -> RpcResult<()> {
        self.change(move |chain| chain.set_automatic_mining(automatic)).await
    }

    fn interval_mining(&self) -> RpcResult<Option<u64>> {
        Ok(Some(self.chain.mining_interval()).filter(|seconds| *seconds > 0))
    }

    fn set_interval_mining(&self, seconds: Quantity) -> RpcResult<()> {
        self.chain.set_mining_interval(seconds.0);
        Ok(())
    }

    fn drop_transaction(&self, hash: B256) -> RpcResult<Option<B256>> {
        Ok(self.chain.drop_waiting(hash).then_some(hash))
    }

    fn drop_all_transactions(&self) -> RpcResult<()> {
        self.chain.drop_all_waiting(None);
        Ok(())
    }

    fn remove_pool_transactions(&self, sender: Address) -> RpcResult<()> {
        self.chain.drop_all_waiting(Some(sender));
        Ok(())
    }

    async fn set_base_fee(&self, wei: Quantity) -> RpcResult<()> {
        self.change(move |chain| chain.set_base_fee(wei.0)).await
    }

    async fn reset(&self, forking: Option<Value>) -> RpcResult<()> {
        if forking.is_some_and(|forking| forking.get("forking").is_some()) {
            return Err(error::bad_params("this node can't fork another chain"));
        }
        self.rewrite(|chain| {
            chain.reset();
            Ok(())
        })
        .await
    }

    async fn dump_state(&self, _history: Option<bool>) -> RpcResult<Bytes> {
        self.run(|chain| Ok(chain.dump().to_json().into())).await
    }

    async fn load_state(&self, state: Bytes) -> RpcResult<bool> {
        self.rewrite(move |chain| chain.load(Dump::parse(&state)?)).await?;
        Ok(true)
    }

    fn node_info(&self) -> RpcResult<NodeInfo> {
        let (head, base_fee) = (self.chain.head(), u128::from(self.chain.base_fee()));
        Ok(NodeInfo {
            current_block_number: head.number(),
            current_block_timestamp: head.timestamp(),
            current_block_hash: head.hash(),
            hard_fork: HARD_FORK.into(),
            transaction_order: "fifo".into(),
            environment: NodeEnvironment {
                base_fee,
                chain_id: self.chain.chain_id(),
                gas_limit: GAS_LIMIT,
                gas_price: base_fee,
            },
            fork_config: NodeForkConfig::default(),
            network: Some("arbitrum".into()),
        })
    }

    fn metadata(&self) -> RpcResult<Metadata> {
        let head = self.chain.head();
        let snapshots = self.chain.snapshots().map(|(id, block)| (U256::from(id), block));
        Ok(Metadata {
            client_version: CLIENT_VERSION.into(),
            client_semver: Some(env!("CARGO_PKG_VERSION").into()),
            client_commit_sha: None,
            chain_id: self.chain.chain_id(),
            instance_id: self.chain.first_hash(),
            latest_block_number: head.number(),
            latest_block_hash: head.hash(),
            forked_network: None,
            snapshots: snapshots.collect::<BTreeMap<_, _>>(),
        })
    }

    fn set_logging(&self, _enabled: bool) -> RpcResult<()> {
        Ok(())
    }
}

impl Api {
    /// Does what may take blocks away, and lets filters know.
    async fn rewrite(
        &self,
        work: impl FnOnce(&Chain) -> Result<(), crate::chain::ChainError> + Send + 'static,
    ) -> RpcResult<()> {
        let filters = std::sync::Arc::clone(&self.filters);
        self.run(move |chain| {
            work(chain)?;
            filters.rewind(chain.head().number());
            Ok(())
        })
        .await
    }
}
