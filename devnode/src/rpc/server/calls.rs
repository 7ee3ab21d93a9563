//! Calls over a WebSocket, at the pace at which the client reads.

use std::{future::Future, sync::Arc};

use jsonrpsee::server::middleware::rpc::{
    Batch, MethodResponse, Notification, Request, RpcServiceT,
};
use tower::Layer;

use super::flow::Flow;

/// Lets the flow of a WebSocket pace its calls.
#[derive(Clone, Debug)]
pub(super) struct Pace(pub(super) Arc<Flow>);

impl<S> Layer<S> for Pace {
    type Service = Paced<S>;

    fn layer(&self, calls: S) -> Paced<S> {
        Paced { calls, flow: Arc::clone(&self.0) }
    }
}

/// A service whose calls wait for each other, and for the client.
#[derive(Clone, Debug)]
pub(super) struct Paced<S> {
    calls: S,
    flow: Arc<Flow>,
}

/// Lets `work` begin when so many calls may, and end when its answer may be sent.
async fn paced(
    flow: Arc<Flow>,
    calls: usize,
    work: impl Future<Output = MethodResponse>,
) -> MethodResponse {
    flow.sensible();
    let _turn = flow.begin(calls).await;
    let answer = work.await;
    // What answers a subscription has been sent already, and what answers a notification never is.
    if answer.is_method_call() || answer.is_batch() {
        flow.answer(answer.as_json().get().len()).await;
    }
    answer
}

impl<S> RpcServiceT for Paced<S>
where
    S: RpcServiceT<
            MethodResponse = MethodResponse,
            BatchResponse = MethodResponse,
            NotificationResponse = MethodResponse,
        > + Clone
        + Send
        + Sync
        + 'static,
{
    type MethodResponse = MethodResponse;
    type BatchResponse = MethodResponse;
    type NotificationResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let calls = self.calls.clone();
        paced(Arc::clone(&self.flow), 1, async move { calls.call(request).await })
    }

    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let calls = self.calls.clone();
        paced(Arc::clone(&self.flow), batch.len(), async move { calls.batch(batch).await })
    }

    fn notification<'a>(
        &self,
        notification: Notification<'a>,
    ) -> impl Future<Output = MethodResponse> + Send + 'a {
        let calls = self.calls.clone();
        self.flow.sensible();
        async move { calls.notification(notification).await }
    }
}
