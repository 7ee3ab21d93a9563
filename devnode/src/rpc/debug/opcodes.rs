//! The default tracer: the opcodes of a transaction's EVM frames. Programs have none; what they do
//! shows `stylusTracer`.

use alloy::{
    primitives::{U256, hex},
    rpc::types::trace::geth::{DefaultFrame, GethDefaultTracingOptions, StructLog},
};

use crate::evm::{Detail, OpStep, Trace};

/// How much of each opcode to show.
pub(super) struct Settings(pub(super) Detail);

impl Settings {
    pub(super) fn of(options: &GethDefaultTracingOptions) -> Self {
        Self(Detail {
            stack: !options.disable_stack.unwrap_or_default(),
            memory: options.enable_memory.unwrap_or(options.disable_memory == Some(false)),
            storage: !options.disable_storage.unwrap_or_default(),
            return_data: options.enable_return_data.unwrap_or_default(),
            limit: usize::try_from(options.limit.unwrap_or_default()).unwrap_or(usize::MAX),
        })
    }
}

/// The transaction's gas and result, and its opcodes.
pub(super) fn show(trace: &Trace) -> DefaultFrame {
    DefaultFrame {
        failed: !trace.outcome.is_success(),
        gas: trace.outcome.gas_used,
        return_value: trace.outcome.output.clone(),
        struct_logs: trace.steps.iter().map(line).collect(),
        ..DefaultFrame::default()
    }
}

fn line(step: &OpStep) -> StructLog {
    let word = |word: &U256| word.to_be_bytes::<32>().into();
    StructLog {
        pc: step.pc as u64,
        op: step.op.into(),
        gas: step.gas,
        gas_cost: step.cost,
        depth: step.depth as u64,
        error: step.error.clone(),
        stack: step.stack.clone(),
        return_data: step.return_data.clone(),
        memory: step.memory.as_ref().map(|bytes| bytes.chunks(32).map(hex::encode).collect()),
        storage: step
            .storage
            .as_ref()
            .map(|slots| slots.iter().map(|(slot, value)| (word(slot), word(value))).collect()),
        ..StructLog::default()
    }
}
