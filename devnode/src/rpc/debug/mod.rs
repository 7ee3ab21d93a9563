//! `debug_trace…`: what a transaction does, in the forms that geth and Nitro give it.
//!
//! | tracer | file | shows |
//! |---|---|---|
//! | none | [`opcodes`] | the opcodes of EVM frames |
//! | `callTracer` | [`calls`] | the frames, as a tree |
//! | `flatCallTracer` | [`flat`] | the frames, as a list; `trace_transaction` shows the same |
//! | `prestateTracer` | [`states`] | the accounts before, or before and after |
//! | `stylusTracer` | [`hosts`] | the host functions that programs call |
//! | `4byteTracer` | [`selectors`] | the functions called |
//! | `noopTracer` | | nothing |
//!
//! JavaScript is not run, with one exception that needs none: the tracer that `cargo stylus` sends does
//! what `stylusTracer` does, and is answered by it.

mod calls;
mod flat;
mod hosts;
mod opcodes;
mod selectors;
mod states;

use alloy::{
    eips::{BlockId, BlockNumberOrTag},
    primitives::B256,
    rpc::types::{
        TransactionRequest,
        trace::geth::{
            GethDebugBuiltInTracerType as BuiltIn, GethDebugTracerType,
            GethDebugTracingCallOptions, GethDebugTracingOptions, GethTrace, TraceResult,
        },
    },
};
use jsonrpsee::{core::RpcResult, proc_macros::rpc, types::ErrorObjectOwned};
use serde_json::json;

use super::{Api, error};
use crate::{
    chain::{Overrides, Traced},
    evm::Wanted,
};

/// Methods that show what a transaction does.
#[rpc(server)]
pub(super) trait Debug {
    /// What a mined transaction did.
    #[method(name = "debug_traceTransaction")]
    async fn trace_transaction(
        &self,
        hash: B256,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<GethTrace>;

    /// What a call would do.
    #[method(name = "debug_traceCall")]
    async fn trace_call(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        options: Option<GethDebugTracingCallOptions>,
    ) -> RpcResult<GethTrace>;

    /// The frames of a mined transaction as a list, in OpenEthereum's form.
    #[method(name = "trace_transaction")]
    async fn trace_flat(&self, hash: B256) -> RpcResult<Option<GethTrace>>;

    /// What every transaction of a block did.
    #[method(name = "debug_traceBlockByNumber")]
    async fn trace_block_by_number(
        &self,
        number: BlockNumberOrTag,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Vec<TraceResult>>;

    /// What every transaction of a block did.
    #[method(name = "debug_traceBlockByHash")]
    async fn trace_block_by_hash(
        &self,
        hash: B256,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Vec<TraceResult>>;
}

/// The names of the tracers there are, for those who asked for another.
const KNOWN: &str = "callTracer, flatCallTracer, prestateTracer, stylusTracer, 4byteTracer, noopTracer, or none for \
     the opcodes";

/// The name of the tracer of host calls.
const STYLUS_TRACER: &str = "stylusTracer";

/// A tracer that exists, and how it is set.
enum Tracer {
    Opcodes(opcodes::Settings),
    Calls(calls::Settings),
    Flat,
    States(states::Settings),
    Hosts,
    Selectors,
    Nothing,
}

impl Tracer {
    fn of(options: &GethDebugTracingOptions) -> RpcResult<Self> {
        let config = &options.tracer_config;
        let wrong = |problem| error::bad_params(format!("tracerConfig: {problem}"));
        Ok(match &options.tracer {
            None => Self::Opcodes(opcodes::Settings::of(&options.config)),
            Some(GethDebugTracerType::BuiltInTracer(BuiltIn::CallTracer)) => {
                Self::Calls(config.clone().into_call_config().map_err(wrong)?)
            }
            Some(GethDebugTracerType::BuiltInTracer(BuiltIn::PreStateTracer)) => {
                Self::States(config.clone().into_pre_state_config().map_err(wrong)?)
            }
            Some(GethDebugTracerType::BuiltInTracer(BuiltIn::FlatCallTracer)) => Self::Flat,
            Some(GethDebugTracerType::BuiltInTracer(BuiltIn::FourByteTracer)) => Self::Selectors,
            Some(GethDebugTracerType::BuiltInTracer(BuiltIn::NoopTracer)) => Self::Nothing,
            Some(GethDebugTracerType::JsTracer(name)) if shows_hosts(name) => Self::Hosts,
            Some(other) => return Err(unknown(other)),
        })
    }

    fn wanted(&self) -> Wanted {
        match self {
            Self::Opcodes(settings) => Wanted { steps: Some(settings.0), ..Wanted::default() },
            Self::Hosts => Wanted { hosts: true, ..Wanted::default() },
            _ => Wanted::default(),
        }
    }

    fn show(&self, traced: &Traced) -> RpcResult<GethTrace> {
        let too_much = || {
            error::refused("the trace is too large to keep: ask for less of it, or use callTracer")
        };
        let top = traced.trace.top.as_ref().ok_or_else(too_much)?;
        Ok(match self {
            Self::Opcodes(_) => GethTrace::Default(opcodes::show(&traced.trace)),
            Self::Calls(settings) => GethTrace::CallTracer(calls::show(traced, top, *settings)),
            Self::States(settings) => GethTrace::PreStateTracer(states::show(traced, settings)),
            Self::Flat => GethTrace::JS(flat::show(top, &traced.place)),
            Self::Hosts => GethTrace::JS(hosts::show(top)),
            Self::Selectors => GethTrace::JS(json!(selectors::show(top))),
            Self::Nothing => GethTrace::JS(json!({})),
        })
    }
}

/// Whether a tracer shows host calls: Nitro's own, or the script by which `cargo stylus` collects them.
fn shows_hosts(tracer: &str) -> bool {
    tracer == STYLUS_TRACER
        || (tracer.contains("\"hostio\"") && tracer.contains("evm_call_contract"))
}

fn unknown(tracer: &GethDebugTracerType) -> ErrorObjectOwned {
    let name = tracer.as_str();
    let is_script = name.contains(['{', '\n']);
    let what = if is_script { "JavaScript tracers are not run".into() } else { not_here(name) };
    error::bad_params(format!("{what}; the tracers are {KNOWN}"))
}

fn not_here(name: &str) -> String {
    format!("there is no tracer {name:?} here")
}

#[jsonrpsee::core::async_trait]
impl DebugServer for Api {
    async fn trace_transaction(
        &self,
        hash: B256,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<GethTrace> {
        let tracer = Tracer::of(&options.unwrap_or_default())?;
        let wanted = tracer.wanted();
        let traced = self.run(move |chain| chain.trace_transaction(hash, wanted)).await?;
        let traced = traced.ok_or_else(|| error::refused("transaction not found"))?;
        tracer.show(&traced)
    }

    async fn trace_call(
        &self,
        request: TransactionRequest,
        block: Option<BlockId>,
        options: Option<GethDebugTracingCallOptions>,
    ) -> RpcResult<GethTrace> {
        let options = options.unwrap_or_default();
        let tracer = Tracer::of(&options.tracing_options)?;
        let overrides = Overrides {
            state: options.state_overrides,
            block: options.block_overrides.map(Box::new),
        };
        let (wanted, block) = (tracer.wanted(), block.unwrap_or_default());
        let traced =
            self.run(move |chain| chain.trace_call(&request, block, overrides, wanted)).await?;
        tracer.show(&traced)
    }

    async fn trace_flat(&self, hash: B256) -> RpcResult<Option<GethTrace>> {
        let traced = self.run(move |chain| chain.trace_transaction(hash, Wanted::default()));
        traced.await?.as_ref().map(|traced| Tracer::Flat.show(traced)).transpose()
    }

    async fn trace_block_by_number(
        &self,
        number: BlockNumberOrTag,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Vec<TraceResult>> {
        self.trace_block(number.into(), options).await
    }

    async fn trace_block_by_hash(
        &self,
        hash: B256,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Vec<TraceResult>> {
        self.trace_block(hash.into(), options).await
    }
}

impl Api {
    async fn trace_block(
        &self,
        id: BlockId,
        options: Option<GethDebugTracingOptions>,
    ) -> RpcResult<Vec<TraceResult>> {
        let tracer = Tracer::of(&options.unwrap_or_default())?;
        let wanted = tracer.wanted();
        let traced = self.run(move |chain| chain.trace_block(id, wanted)).await?;
        let shown = traced
            .iter()
            .map(|(hash, traced)| Ok(TraceResult::new_success(tracer.show(traced)?, Some(*hash))));
        shown.collect()
    }
}
