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
mod signing;
mod subscriptions;
mod testing;
mod view;

use std::{net::SocketAddr, sync::Arc, thread::available_parallelism, time::Duration};

use jsonrpsee::{
    Methods, RpcModule,
    core::{RegisterMethodError, RpcResult},
    server::{BatchRequestConfig, Server, ServerConfig, ServerHandle},
};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::Semaphore,
};
use tower::ServiceBuilder;
use tower_http::cors::{Any, CorsLayer};

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
    subscriptions::{HexIds, SubscriptionsServer},
    testing::TestingServer,
};
use crate::chain::{Chain, ChainError};

/// The longest request, in bytes: room for a batch of the largest contracts.
const MAX_REQUEST: u32 = 16 << 20;

/// The longest answer, in bytes.
const MAX_RESPONSE: u32 = 128 << 20;

/// How many clients may be connected at once.
const MAX_CONNECTIONS: u32 = 4_096;

/// How many requests may come in one batch.
const MAX_BATCH: u32 = 1_000;

/// How many subscriptions one client may have.
const MAX_SUBSCRIPTIONS: u32 = 256;

/// How many answers wait for a client that does not read, before the node stops reading from it.
const BUFFERED: u32 = 16;

/// How long a client may be connected before it says something.
const SILENCE: Duration = Duration::from_secs(60);

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
    let listener = listen(address)?;
    let bound = listener.local_addr()?;
    tokio::spawn(Chain::mine_at_intervals(Arc::downgrade(&chain)));
    let server = Server::builder()
        .set_config(config())
        .set_http_middleware(ServiceBuilder::new().layer(open_to_all_origins()))
        .build_from_tcp(listener.into_std()?)?;
    Ok((bound, server.start(methods_of(chain))))
}

/// Lets web pages of any origin talk to the node, as Anvil does: its keys are public anyway.
fn open_to_all_origins() -> CorsLayer {
    CorsLayer::new().allow_origin(Any).allow_headers(Any).allow_methods(Any)
}

/// What the server accepts and answers.
fn config() -> ServerConfig {
    ServerConfig::builder()
        .max_request_body_size(MAX_REQUEST)
        .max_response_body_size(MAX_RESPONSE)
        .max_connections(MAX_CONNECTIONS)
        .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
        .set_batch_request_config(BatchRequestConfig::Limit(MAX_BATCH))
        .set_message_buffer_capacity(BUFFERED)
        .set_first_request_timeout(Some(SILENCE))
        .set_id_provider(HexIds::default())
        .set_tcp_no_delay(true)
        .build()
}

/// Every method, working on `chain`.
pub(crate) fn methods_of(chain: Arc<Chain>) -> Methods {
    methods(Api::new(chain)).expect("no two methods have the same name")
}

/// A listener that lets as many clients knock at once as may be connected: the system's default is
/// far fewer, and turns the others away.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As the standard library does: a node that was just stopped does not block its port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(MAX_CONNECTIONS)
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
