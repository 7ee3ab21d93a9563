//! Who is let in, over HTTP and WebSocket, and how much they may say.
//!
//! jsonrpsee answers; the connections are accepted here, because its own server reads from a
//! WebSocket whether or not the client reads in turn. See [`flow`].

mod calls;
mod flow;
mod socket;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use jsonrpsee::{
    Methods,
    server::{
        BatchRequestConfig, HttpRequest, Server, ServerConfig, ServerHandle, StopHandle,
        TowerServiceBuilder, middleware::rpc::RpcServiceBuilder, serve_with_graceful_shutdown,
        stop_channel, ws::is_upgrade_request,
    },
};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tower::{
    Service, ServiceBuilder,
    layer::util::{Identity, Stack},
    service_fn,
};
use tower_http::cors::{Any, CorsLayer};

use self::{
    calls::Pace,
    flow::{Flow, Ticket},
    socket::Socket,
};
use super::subscriptions::HexIds;

/// The longest request, in bytes: room for a batch of the largest contracts.
const MAX_REQUEST: u32 = 16 << 20;

/// The longest answer, in bytes.
pub(super) const MAX_RESPONSE: u32 = 128 << 20;

/// How many clients may be connected at once.
const MAX_CONNECTIONS: u32 = 4_096;

/// How many requests may come in one batch.
const MAX_BATCH: u32 = 1_000;

/// How many subscriptions one client may have.
const MAX_SUBSCRIPTIONS: u32 = 256;

/// How many messages wait for a WebSocket to take them, before those who send them wait.
const BUFFERED: u32 = 16;

/// How long the node waits when it cannot accept a connection: until some other may have ended.
const PAUSE: Duration = Duration::from_millis(20);

/// jsonrpsee's server, less its connections.
type Answers = TowerServiceBuilder<Identity, Stack<CorsLayer, Identity>>;

/// Serves `methods` at `address`; returns where it listens and the handle that stops it.
pub(super) fn serve(
    methods: Methods,
    address: SocketAddr,
) -> std::io::Result<(SocketAddr, ServerHandle)> {
    let listener = listen(address)?;
    let bound = listener.local_addr()?;
    let answers = Server::builder()
        .set_config(config())
        .set_http_middleware(ServiceBuilder::new().layer(open_to_all_origins()))
        .to_service_builder();
    let (stop, handle) = stop_channel();
    tokio::spawn(accept(listener, answers, methods, stop));
    Ok((bound, handle))
}

/// What is accepted and answered.
pub(super) fn config() -> ServerConfig {
    ServerConfig::builder()
        .max_request_body_size(MAX_REQUEST)
        .max_response_body_size(MAX_RESPONSE)
        .max_connections(MAX_CONNECTIONS)
        .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
        .set_batch_request_config(BatchRequestConfig::Limit(MAX_BATCH))
        .set_message_buffer_capacity(BUFFERED)
        .set_id_provider(HexIds::default())
        .build()
}

/// Lets web pages of any origin talk to the node, as Anvil does: its keys are public anyway.
fn open_to_all_origins() -> CorsLayer {
    CorsLayer::new().allow_origin(Any).allow_headers(Any).allow_methods(Any)
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

/// Accepts connections until the node is stopped.
async fn accept(listener: TcpListener, answers: Answers, methods: Methods, stop: StopHandle) {
    let stopped = stop.clone().shutdown();
    tokio::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => return,
        };
        match accepted {
            Ok((stream, _)) => {
                serve_one(stream, answers.clone(), methods.clone(), stop.clone());
            }
            Err(error) => {
                tracing::debug!(%error, "a connection is not accepted");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Serves one connection, on a task of its own, to its end.
fn serve_one(stream: TcpStream, answers: Answers, methods: Methods, stop: StopHandle) {
    // An answer that waits for company is late, but it is an answer.
    let _ = stream.set_nodelay(true);
    let flow = Arc::<Flow>::default();
    let socket = Socket::new(stream, Arc::clone(&flow));
    let stopped = stop.clone().shutdown();
    let service = service_fn(move |mut request: HttpRequest<_>| {
        let pace = is_upgrade_request(&request).then(|| {
            request.extensions_mut().insert(Ticket::new(Arc::clone(&flow)));
            Pace(Arc::clone(&flow))
        });
        let calls = RpcServiceBuilder::new().option_layer(pace);
        answers.clone().set_rpc_middleware(calls).build(methods.clone(), stop.clone()).call(request)
    });
    tokio::spawn(serve_with_graceful_shutdown(socket, service, stopped));
}
