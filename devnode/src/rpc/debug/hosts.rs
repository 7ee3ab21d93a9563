//! `stylusTracer`: the host functions that programs call, as Nitro's tracer of this name shows them.
//!
//! A call to another account shows, besides its own ink, the callee's address and steps. Calls made by
//! EVM code are shown too, under the name of the host function they correspond to with `evm_` before
//! it, since programs may be called from there.

use alloy::primitives::{Address, hex};
use serde_json::{Value, json};

use crate::{
    evm::{CallRecord, CallType, Event},
    stylus::HostIo,
};

/// The steps of the outermost frame.
pub(super) fn show(top: &CallRecord) -> Value {
    let mut steps: Vec<Value> = Vec::new();
    // The frame that the next host call has opened, if it opens frames.
    let mut opened = None;
    for event in &top.events {
        match event {
            Event::Call(call) => {
                steps.extend(opened.take().map(called_by_evm));
                opened = Some(call);
            }
            Event::Host(io) if opens_frame(io.name) => {
                let frame = opened.take().filter(|call| host_name(call.kind) == io.name);
                steps.push(nested(io, frame));
            }
            Event::Host(io) => {
                steps.extend(opened.take().map(called_by_evm));
                steps.push(step(io));
            }
            Event::Log(_) => {}
        }
    }
    steps.extend(opened.take().map(called_by_evm));
    Value::Array(steps)
}

fn step(io: &HostIo) -> Value {
    json!({
        "name": io.name,
        "args": hex::encode_prefixed(&io.args),
        "outs": hex::encode_prefixed(&io.outs),
        "startInk": io.start_ink,
        "endInk": io.end_ink,
    })
}

/// A host function with the frame it has opened; without one, if it failed before it could.
fn nested(io: &HostIo, frame: Option<&CallRecord>) -> Value {
    let mut step = step(io);
    let named = io.args.first_chunk().map(Address::from).unwrap_or_default();
    step["address"] = json!(frame.and_then(|call| call.to).unwrap_or(named));
    step["steps"] = frame.map_or_else(|| json!([]), show);
    step
}

/// A frame that no host function has opened.
fn called_by_evm(call: &CallRecord) -> Value {
    let name = format!("evm_{}", host_name(call.kind));
    json!({
        "name": name,
        "args": "0x",
        "outs": "0x",
        "startInk": 0,
        "endInk": 0,
        "address": call.to.unwrap_or_default(),
        "steps": show(call),
    })
}

fn opens_frame(name: &str) -> bool {
    matches!(name, "call_contract" | "delegate_call_contract" | "static_call_contract")
}

/// The host function that does what opens such a frame.
fn host_name(kind: CallType) -> &'static str {
    match kind {
        CallType::Call | CallType::CallCode => "call_contract",
        CallType::DelegateCall => "delegate_call_contract",
        CallType::StaticCall => "static_call_contract",
        CallType::Create => "create1",
        CallType::Create2 => "create2",
        CallType::SelfDestruct => "self_destruct",
    }
}
