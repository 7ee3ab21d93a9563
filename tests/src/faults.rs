//! A node that fails, or one that is less obliging than ours: a layer between client and node.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use alloy::{
    primitives::hex,
    providers::{Provider, ProviderBuilder},
    rpc::{
        client::ClientBuilder,
        json_rpc::{RequestPacket, ResponsePacket},
    },
    sol_types::SolCall,
    transports::{TransportError, TransportErrorKind, TransportFut},
};
use eyre::Result;
use tower::{Layer, Service};
use tributary::{
    abi::{ArbWasm, IStylusDeployer},
    chain::Chain,
};

use crate::World;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is gone when the transaction of this number (from one) would be sent, as if the
    /// sender were killed just before.
    BeforeSending(usize),
    /// The connection is gone when the transaction of this number was sent, as if the sender were
    /// killed just after.
    AfterSending(usize),
    /// The node refuses to simulate activations, as Nitro does since 3.11.5.
    NoSimulation,
}

impl World {
    /// A connection to the world's node that suffers from `fault`.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn through(&self, fault: Fault) -> Result<Chain> {
        let faults = Faults { fault, sent: Arc::default(), gone: Arc::default() };
        let client = ClientBuilder::default().layer(faults).http(self.url().parse()?);
        let provider = ProviderBuilder::new().disable_recommended_fillers().connect_client(client);
        Chain::over(provider.erased()).await
    }
}

#[derive(Clone, Debug)]
struct Faults {
    fault: Fault,
    sent: Arc<AtomicUsize>,
    gone: Arc<AtomicBool>,
}

/// A transport with faults.
#[derive(Clone)]
struct Faulty<S> {
    inner: S,
    faults: Faults,
}

impl<S> fmt::Debug for Faulty<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.faults.fmt(f)
    }
}

impl<S> Layer<S> for Faults {
    type Service = Faulty<S>;

    fn layer(&self, inner: S) -> Faulty<S> {
        Faulty { inner, faults: self.clone() }
    }
}

impl<S> Service<RequestPacket> for Faulty<S>
where
    S: Service<
            RequestPacket,
            Response = ResponsePacket,
            Error = TransportError,
            Future = TransportFut<'static>,
        > + Clone
        + Send
        + 'static,
{
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        let (faults, mut inner) = (self.faults.clone(), self.inner.clone());
        Box::pin(async move {
            faults.before(&request)?;
            let sends = request.method_names().any(|name| name == "eth_sendRawTransaction");
            let response = inner.call(request).await?;
            faults.after(sends)?;
            Ok(response)
        })
    }
}

impl Faults {
    fn before(&self, request: &RequestPacket) -> Result<(), TransportError> {
        if self.gone.load(Relaxed) {
            return Err(gone());
        }
        for one in request.requests() {
            let method = one.method();
            if method == "eth_sendRawTransaction" {
                let number = self.sent.fetch_add(1, Relaxed) + 1;
                if self.fault == Fault::BeforeSending(number) {
                    self.gone.store(true, Relaxed);
                    return Err(gone());
                }
            }
            let simulates = matches!(method, "eth_call" | "eth_estimateGas");
            let activates = || one.params().is_some_and(|params| activates(params.get()));
            if self.fault == Fault::NoSimulation && simulates && activates() {
                return Err(TransportErrorKind::custom_str("simulating an activation is refused"));
            }
        }
        Ok(())
    }

    fn after(&self, sends: bool) -> Result<(), TransportError> {
        if sends && self.fault == Fault::AfterSending(self.sent.load(Relaxed)) {
            self.gone.store(true, Relaxed);
        }
        if self.gone.load(Relaxed) { Err(gone()) } else { Ok(()) }
    }
}

/// Whether a call would activate a program.
fn activates(params: &str) -> bool {
    [ArbWasm::activateProgramCall::SELECTOR, IStylusDeployer::deployCall::SELECTOR]
        .iter()
        .any(|selector| params.contains(&hex::encode_prefixed(selector)))
}

fn gone() -> TransportError {
    TransportErrorKind::custom_str("the connection is gone")
}
