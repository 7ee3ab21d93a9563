//! The record of a frame's host calls: what went in, what came out, what it cost.

use super::host::{Answer, Context, HostCall, Shape, Stop};
use super::machine::Machine;

/// A host function that a program called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostIo {
    /// Its name; `user_entrypoint` and `user_returned` stand for the start and the end of the program.
    pub name: &'static str,
    /// What it was given: numbers big-endian, what pointers point at in their place.
    pub args: Vec<u8>,
    /// What it gave back, in the same form.
    pub outs: Vec<u8>,
    /// Ink before it.
    pub start_ink: u64,
    /// Ink after it.
    pub end_ink: u64,
}

/// The record.
#[derive(Debug, Default)]
pub(super) struct Tape {
    done: Vec<HostIo>,
    /// The function that has not returned yet.
    open: Option<(HostCall, HostIo)>,
}

impl Tape {
    /// The program starts.
    pub(super) fn entered(&mut self, calldata_len: usize, ink: u64) {
        let args = u32::try_from(calldata_len).unwrap_or(u32::MAX).to_be_bytes().to_vec();
        self.note(HostIo { name: "user_entrypoint", args, ..at(ink) });
    }

    /// The program has ended with a status.
    pub(super) fn returned(&mut self, status: i32, ink: u64) {
        let outs = status.to_be_bytes().to_vec();
        self.note(HostIo { name: "user_returned", outs, ..at(ink) });
    }

    /// The program calls a function.
    pub(super) fn begin(&mut self, call: HostCall, machine: &Machine, context: &Context) {
        self.open = Shape::of(call).map(|shape| {
            let args = shape.args(machine, context);
            (call, HostIo { name: shape.name, args, ..at(machine.ink()) })
        });
    }

    /// The function returns, or ends the program.
    pub(super) fn end(
        &mut self,
        answer: &Result<Answer, Stop>,
        machine: &Machine,
        context: &Context,
    ) {
        let Some((call, mut io)) = self.open.take() else { return };
        io.end_ink = machine.ink();
        if let (Ok(Answer::Value(value)), Some(shape)) = (answer, Shape::of(call)) {
            io.outs = shape.outs(value.as_ref(), machine, context);
        }
        self.note(io);
    }

    /// What has been recorded since the last time.
    pub(super) fn take(&mut self) -> Vec<HostIo> {
        std::mem::take(&mut self.done)
    }

    fn note(&mut self, io: HostIo) {
        self.done.push(io);
    }
}

/// A moment.
fn at(ink: u64) -> HostIo {
    HostIo { start_ink: ink, end_ink: ink, ..HostIo::default() }
}
