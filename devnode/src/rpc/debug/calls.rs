//! `callTracer`: the frames of a transaction as a tree.

use alloy::{
    primitives::{Log, U256},
    rpc::types::trace::geth::{CallConfig, CallFrame, CallLogFrame},
};

use super::super::error::reason;
use crate::{
    chain::Traced,
    evm::{CallRecord, CallType, Event},
};

/// What can be set: `onlyTopCall`, `withLog`.
pub(super) type Settings = CallConfig;

/// The tree. Its top shows the transaction's gas; that of the other frames is their own.
pub(super) fn show(traced: &Traced, top: &CallRecord, settings: Settings) -> CallFrame {
    let mut next_log = 0;
    let mut frame = frame(top, settings, &mut next_log);
    frame.gas = U256::from(traced.gas_limit);
    frame.gas_used = U256::from(traced.trace.outcome.gas_used);
    frame
}

fn frame(record: &CallRecord, settings: Settings, next_log: &mut u64) -> CallFrame {
    let mut shown = CallFrame {
        from: record.from,
        gas: U256::from(record.gas),
        gas_used: U256::from(record.gas_used),
        to: record.to,
        input: record.input.clone(),
        output: (!record.output.is_empty()).then(|| record.output.clone()),
        error: record.failure.clone(),
        revert_reason: record.failure.as_ref().and_then(|_| reason(&record.output)),
        value: record.value,
        typ: name(record.kind).to_owned(),
        ..CallFrame::default()
    };
    let mut calls: u64 = 0;
    for event in &record.events {
        match event {
            Event::Call(call) => {
                calls += 1;
                if !settings.only_top_call.unwrap_or_default() {
                    shown.calls.push(frame(call, settings, next_log));
                }
            }
            Event::Log(log) if settings.with_log.unwrap_or_default() => {
                shown.logs.push(placed(log, calls, *next_log));
                *next_log += 1;
            }
            Event::Log(_) | Event::Host(_) => {}
        }
    }
    shown
}

/// A log, after so many calls of its frame, as the transaction's so-manieth.
fn placed(log: &Log, position: u64, index: u64) -> CallLogFrame {
    CallLogFrame {
        address: Some(log.address),
        topics: Some(log.topics().to_vec()),
        data: Some(log.data.data.clone()),
        position: Some(position),
        index: Some(index),
    }
}

/// The opcode that opens such a frame.
pub(super) fn name(kind: CallType) -> &'static str {
    match kind {
        CallType::Call => "CALL",
        CallType::CallCode => "CALLCODE",
        CallType::DelegateCall => "DELEGATECALL",
        CallType::StaticCall => "STATICCALL",
        CallType::Create => "CREATE",
        CallType::Create2 => "CREATE2",
        CallType::SelfDestruct => "SELFDESTRUCT",
    }
}
