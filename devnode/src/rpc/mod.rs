//! JSON-RPC over HTTP and WebSocket, one file per group of methods.
//!
//! Whatever is only looked up is answered at once. Whatever executes or searches leaves the
//! reactor for a worker thread ([`Api::run`]), so that no slow call holds up another client; a panic
//! there ends in an internal error for the one who asked.

mod accounts;
mod administration;
mod blocks;
mod debug;
mod error;
mod execution;
mod filters;
mod identity;
mod local;
mod pool;
mod quantity;
mod server;
mod signing;
mod subscriptions;
mod testing;
mod view;

use std::{net::SocketAddr, sync::Arc, thread::available_parallelism};

use jsonrpsee::{
    Methods, RpcModule,
    core::{RegisterMethodError, RpcResult},
    server::ServerHandle,
};
use tokio::sync::Semaphore;

pub(crate) use self::local::answer;
use self::{
    accounts::AccountsServer,
    administration::AdministrationServer,
    blocks::BlocksServer,
    debug::DebugServer,
    execution::ExecutionServer,
    filters::{FiltersServer, Registry},
    identity::IdentityServer,
    pool::PoolServer,
    signing::SigningServer,
    subscriptions::SubscriptionsServer,
    testing::TestingServer,
};
use crate::chain::{Chain, ChainError};

/// How many executions run at once, per core: one more than can, for those that wait their turn.
const WORKERS_PER_CORE: usize = 2;

/// What every method works with.
#[derive(Clone, Debug)]
struct Api {
    chain: Arc<Chain>,
    filters: Arc<Registry>,
    workers: Arc<Semaphore>,
}

impl Api {
    fn new(chain: Arc<Chain>) -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        let workers = Arc::new(Semaphore::new(cores * WORKERS_PER_CORE));
        Self { chain, filters: Arc::default(), workers }
    }

    /// Does `work` on a worker thread.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Chain) -> Result<T, ChainError> + Send + 'static,
    ) -> RpcResult<T> {
        let closed = |_| error::internal("the node is shutting down");
        let permit = Arc::clone(&self.workers).acquire_owned().await.map_err(closed)?;
        let chain = Arc::clone(&self.chain);
        let done = tokio::task::spawn_blocking(move || {
            let result = work(&chain);
            drop(permit);
            result
        });
        let failed = |panic| error::internal(format!("the node failed to execute this: {panic}"));
        Ok(done.await.map_err(failed)??)
    }
}

/// Serves `chain` at `address`; returns where it listens and the handle that stops it.
pub(crate) async fn serve(
    chain: Arc<Chain>,
    address: SocketAddr,
) -> std::io::Result<(SocketAddr, ServerHandle)> {
    let served = server::serve(methods_of(Arc::clone(&chain)), address)?;
    tokio::spawn(Chain::mine_at_intervals(Arc::downgrade(&chain)));
    Ok(served)
}

/// Every method, working on `chain`.
pub(crate) fn methods_of(chain: Arc<Chain>) -> Methods {
    methods(Api::new(chain)).expect("no two methods have the same name")
}

/// Every method, under its names.
fn methods(api: Api) -> Result<Methods, RegisterMethodError> {
    let mut all = RpcModule::new(());
    all.merge(IdentityServer::into_rpc(api.clone()))?;
    all.merge(BlocksServer::into_rpc(api.clone()))?;
    all.merge(AccountsServer::into_rpc(api.clone()))?;
    all.merge(ExecutionServer::into_rpc(api.clone()))?;
    all.merge(FiltersServer::into_rpc(api.clone()))?;
    all.merge(SubscriptionsServer::into_rpc(api.clone()))?;
    all.merge(DebugServer::into_rpc(api.clone()))?;
    all.merge(SigningServer::into_rpc(api.clone()))?;
    all.merge(PoolServer::into_rpc(api.clone()))?;
    all.merge(AdministrationServer::into_rpc(api.clone()))?;
    all.merge(TestingServer::into_rpc(api))?;
    Ok(all.into())
}

#[cfg(test)]
mod tests {
    use jsonrpsee::types::error::INTERNAL_ERROR_CODE;

    use super::*;
    use crate::config::Config;

    #[tokio::test]
    async fn a_panic_is_an_internal_error_for_the_one_who_asked_and_nothing_for_the_others() {
        let api = Api::new(Arc::new(Chain::new(&Config::default())));
        let error = api.run::<()>(|_| panic!("a bug")).await.unwrap_err();
        assert_eq!(error.code(), INTERNAL_ERROR_CODE);
        assert_eq!(api.run(|chain| Ok(chain.head().number())).await.unwrap(), 0);
    }
}
