//! What only a development node offers, under the names that Anvil, Hardhat and Ganache gave it.

use alloy::primitives::{Address, B256, Bytes, U64, U256};
use jsonrpsee::{core::RpcResult, proc_macros::rpc};
use serde::Deserialize;

use super::{Api, quantity::Quantity};
use crate::chain::Chain;

/// Methods that bend the rules.
#[rpc(server)]
pub(super) trait Testing {
    /// Sets a balance in wei.
    #[method(name = "anvil_setBalance", aliases = ["hardhat_setBalance"])]
    async fn set_balance(&self, address: Address, balance: U256) -> RpcResult<()>;

    /// Sets an account's code.
    #[method(name = "anvil_setCode", aliases = ["hardhat_setCode"])]
    async fn set_code(&self, address: Address, code: Bytes) -> RpcResult<()>;

    /// Sets the nonce of an account's next transaction.
    #[method(name = "anvil_setNonce", aliases = ["hardhat_setNonce", "evm_setAccountNonce"])]
    async fn set_nonce(&self, address: Address, nonce: Quantity) -> RpcResult<()>;

    /// Sets one slot of an account's storage.
    #[method(name = "anvil_setStorageAt", aliases = ["hardhat_setStorageAt"])]
    async fn set_storage(&self, address: Address, slot: U256, value: B256) -> RpcResult<bool>;

    /// Lets an account send without a signature.
    #[method(name = "anvil_impersonateAccount", aliases = ["hardhat_impersonateAccount"])]
    fn impersonate(&self, address: Address) -> RpcResult<()>;

    /// Takes that back.
    #[method(
        name = "anvil_stopImpersonatingAccount",
        aliases = ["hardhat_stopImpersonatingAccount"]
    )]
    fn stop_impersonating(&self, address: Address) -> RpcResult<()>;

    /// Lets every account send without a signature, or no longer.
    #[method(name = "anvil_autoImpersonateAccount")]
    fn impersonate_everyone(&self, allowed: bool) -> RpcResult<()>;

    /// Moves the clock ahead for good; returns its whole shift in seconds.
    #[method(name = "evm_increaseTime", aliases = ["anvil_increaseTime"])]
    async fn increase_time(&self, seconds: Quantity) -> RpcResult<i64>;

    /// Makes the next block show exactly this time, and the clock run on from there.
    #[method(
        name = "evm_setNextBlockTimestamp",
        aliases = ["anvil_setNextBlockTimestamp"]
    )]
    async fn set_next_timestamp(&self, timestamp: Quantity) -> RpcResult<()>;

    /// Makes the clock show this time now; returns its whole shift in seconds.
    #[method(name = "evm_setTime", aliases = ["anvil_setTime"])]
    async fn set_time(&self, timestamp: Quantity) -> RpcResult<i64>;

    /// Makes an empty block, at a given time if there is one.
    #[method(name = "evm_mine")]
    async fn mine_one(&self, options: Option<MineOptions>) -> RpcResult<String>;

    /// Makes empty blocks, so many seconds apart.
    #[method(name = "anvil_mine", aliases = ["hardhat_mine"])]
    async fn mine(&self, blocks: Option<Quantity>, interval: Option<Quantity>) -> RpcResult<()>;

    /// Remembers the chain as it is; returns the snapshot's id.
    #[method(name = "evm_snapshot", aliases = ["anvil_snapshot"])]
    async fn snapshot(&self) -> RpcResult<U64>;

    /// Goes back to a snapshot, which is then used up; returns whether there was one.
    #[method(name = "evm_revert", aliases = ["anvil_revert"])]
    async fn revert(&self, id: Quantity) -> RpcResult<bool>;
}

/// The parameter of `evm_mine`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum MineOptions {
    /// The block's time.
    At(Quantity),
    /// The first block's time, and how many there are.
    Many {
        /// The first block's time.
        timestamp: Option<Quantity>,
        /// How many blocks.
        blocks: Option<Quantity>,
    },
}

impl MineOptions {
    fn timestamp(self) -> Option<u64> {
        match self {
            Self::At(timestamp) => Some(timestamp.0),
            Self::Many { timestamp, .. } => timestamp.map(|timestamp| timestamp.0),
        }
    }

    fn blocks(self) -> Option<u64> {
        match self {
            Self::At(_) => None,
            Self::Many { blocks, .. } => blocks.map(|blocks| blocks.0),
        }
    }
}

impl Api {
    /// Does what can't fail.
    pub(super) async fn change(&self, work: impl FnOnce(&Chain) + Send + 'static) -> RpcResult<()> {
        self.run(move |chain| {
            work(chain);
            Ok(())
        })
        .await
    }
}

#[jsonrpsee::core::async_trait]
impl TestingServer for Api {
    async fn set_balance(&self, address: Address, balance: U256) -> RpcResult<()> {
        self.change(move |chain| chain.set_balance(address, balance)).await
    }

    async fn set_code(&self, address: Address, code: Bytes) -> RpcResult<()> {
        self.change(move |chain| chain.set_code(address, code)).await
    }

    async fn set_nonce(&self, address: Address, nonce: Quantity) -> RpcResult<()> {
        self.change(move |chain| chain.set_nonce(address, nonce.0)).await
    }

    async fn set_storage(&self, address: Address, slot: U256, value: B256) -> RpcResult<bool> {
        self.change(move |chain| chain.set_storage(address, slot, value)).await?;
        Ok(true)
    }

    fn impersonate(&self, address: Address) -> RpcResult<()> {
        self.chain.impersonate(address, true);
        Ok(())
    }

    fn stop_impersonating(&self, address: Address) -> RpcResult<()> {
        self.chain.impersonate(address, false);
        Ok(())
    }

    fn impersonate_everyone(&self, allowed: bool) -> RpcResult<()> {
        self.chain.impersonate_everyone(allowed);
        Ok(())
    }

    async fn increase_time(&self, seconds: Quantity) -> RpcResult<i64> {
        self.run(move |chain| Ok(chain.increase_time(seconds.0))).await
    }

    async fn set_next_timestamp(&self, timestamp: Quantity) -> RpcResult<()> {
        self.run(move |chain| chain.set_next_timestamp(timestamp.0)).await
    }

    async fn set_time(&self, timestamp: Quantity) -> RpcResult<i64> {
        self.run(move |chain| Ok(chain.set_time(timestamp.0))).await
    }

    async fn mine_one(&self, options: Option<MineOptions>) -> RpcResult<String> {
        let timestamp = options.and_then(MineOptions::timestamp);
        let blocks = options.and_then(MineOptions::blocks).unwrap_or(1);
        self.run(move |chain| {
            timestamp.map_or(Ok(()), |timestamp| chain.set_next_timestamp(timestamp))?;
            chain.mine(blocks, 0)
        })
        .await?;
        Ok("0x0".into())
    }

    async fn mine(&self, blocks: Option<Quantity>, interval: Option<Quantity>) -> RpcResult<()> {
        let blocks = blocks.map_or(1, |blocks| blocks.0);
        let interval = interval.map_or(0, |interval| interval.0);
        self.run(move |chain| chain.mine(blocks, interval)).await
    }

    async fn snapshot(&self) -> RpcResult<U64> {
        self.run(|chain| chain.snapshot().map(U64::from)).await
    }

    async fn revert(&self, id: Quantity) -> RpcResult<bool> {
        let filters = std::sync::Arc::clone(&self.filters);
        self.run(move |chain| {
            let reverted = chain.revert(id.0);
            filters.rewind(chain.head().number());
            Ok(reverted)
        })
        .await
    }
}
