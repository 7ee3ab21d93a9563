//! The frames of a transaction as a list, outermost first, in the form that OpenEthereum introduced:
//! each with its path from the top.

use serde_json::{Value, json};

use super::calls;
use crate::{
    chain::Place,
    evm::{CallRecord, CallType},
};

/// The list.
pub(super) fn show(top: &CallRecord, place: &Option<Place>) -> Value {
    let mut frames = Vec::new();
    collect(top, &mut Vec::new(), place.as_ref(), &mut frames);
    Value::Array(frames)
}

fn collect(
    record: &CallRecord,
    path: &mut Vec<usize>,
    place: Option<&Place>,
    frames: &mut Vec<Value>,
) {
    frames.push(frame(record, path, place));
    for (index, call) in record.calls().enumerate() {
        path.push(index);
        collect(call, path, place, frames);
        path.pop();
    }
}

fn frame(record: &CallRecord, path: &[usize], place: Option<&Place>) -> Value {
    let (kind, action, result) = match record.kind {
        CallType::Create | CallType::Create2 => ("create", creation(record), created(record)),
        CallType::SelfDestruct => ("suicide", destruction(record), Value::Null),
        _ => ("call", call(record), returned(record)),
    };
    let mut frame = json!({
        "type": kind,
        "action": action,
        "subtraces": record.calls().count(),
        "traceAddress": path,
    });
    match record.failure.as_deref() {
        None => frame["result"] = result,
        // What a revert returns is worth reading: geth and Anvil keep it beside the error.
        Some("execution reverted") => {
            frame["error"] = "Reverted".into();
            frame["result"] = result;
        }
        Some(reason) => frame["error"] = reason.into(),
    }
    if let Some(place) = place {
        frame["blockNumber"] = place.number.into();
        frame["blockHash"] = json!(place.block);
        frame["transactionHash"] = json!(place.transaction);
        frame["transactionPosition"] = place.index.into();
    }
    frame
}

fn call(record: &CallRecord) -> Value {
    json!({
        "callType": calls::name(record.kind).to_lowercase(),
        "from": record.from,
        "to": record.to,
        "gas": hexadecimal(record.gas),
        "input": record.input,
        "value": record.value.unwrap_or_default(),
    })
}

fn returned(record: &CallRecord) -> Value {
    json!({ "gasUsed": hexadecimal(record.gas_used), "output": record.output })
}

fn creation(record: &CallRecord) -> Value {
    json!({
        "creationMethod": calls::name(record.kind).to_lowercase(),
        "from": record.from,
        "gas": hexadecimal(record.gas),
        "init": record.input,
        "value": record.value.unwrap_or_default(),
    })
}

fn created(record: &CallRecord) -> Value {
    json!({
        "address": record.to,
        "code": record.output,
        "gasUsed": hexadecimal(record.gas_used),
    })
}

fn destruction(record: &CallRecord) -> Value {
    json!({
        "address": record.from,
        "refundAddress": record.to,
        "balance": record.value.unwrap_or_default(),
    })
}

fn hexadecimal(number: u64) -> String {
    format!("{number:#x}")
}
