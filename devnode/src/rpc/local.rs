//! The server without its sockets: what becomes of a request between its arrival and its answer.

use jsonrpsee::{
    core::http_helpers::read_body,
    server::{
        ConnectionGuard, ConnectionState, HttpBody, HttpRequest, Methods,
        http::call_with_service_builder, middleware::rpc::RpcServiceBuilder, stop_channel,
    },
};

use super::server::{MAX_RESPONSE, config};

/// The one connection that a request comes through here.
const CONNECTION: u32 = 0;

/// The body of the answer to a POST with this body; empty where there is none in JSON.
pub(crate) async fn answer(methods: Methods, body: Vec<u8>) -> Vec<u8> {
    let (stop, _handle) = stop_channel();
    let permit = ConnectionGuard::new(1).try_acquire().expect("a guard of one lets one pass");
    let connection = ConnectionState::new(stop, CONNECTION, permit);
    let rpc = RpcServiceBuilder::new();
    let response = call_with_service_builder(post(body), config(), connection, methods, rpc).await;
    let (head, body) = response.into_parts();
    read_body(&head.headers, body, MAX_RESPONSE).await.map(|(json, _)| json).unwrap_or_default()
}

fn post(body: Vec<u8>) -> HttpRequest {
    let mut request = HttpRequest::new(HttpBody::from(body));
    *request.method_mut() = "POST".parse().expect("a method of HTTP");
    let json = "application/json".parse().expect("a value for a header");
    request.headers_mut().insert("content-type", json);
    request
}
