//! `4byteTracer`: how often each function was called, by selector and length of its arguments.

use std::collections::BTreeMap;

use alloy::primitives::hex;

use crate::evm::{CallRecord, CallType};

/// Numbers of calls by `selector-length`.
pub(super) fn show(top: &CallRecord) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    count(top, &mut counts);
    counts
}

fn count(record: &CallRecord, counts: &mut BTreeMap<String, u64>) {
    let is_call =
        !matches!(record.kind, CallType::Create | CallType::Create2 | CallType::SelfDestruct);
    if let Some((selector, arguments)) = record.input.split_first_chunk::<4>().filter(|_| is_call) {
        let key = format!("{}-{}", hex::encode_prefixed(selector), arguments.len());
        *counts.entry(key).or_default() += 1;
    }
    record.calls().for_each(|call| count(call, counts));
}
