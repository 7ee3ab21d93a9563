//! One running program: the interpreter and the host side of it, driven from stop to stop.

use revm::primitives::Bytes;

use super::{
    Env, Exit, Module, Outcome, Params, Returned, Step, World,
    host::{Answer, Context, Host, Request, Stop},
    machine::{Halt, Machine, Trap},
    tape::{HostIo, Tape},
};

/// One running program: the interpreter's state, its ink, and what the host keeps for it.
#[derive(Debug)]
pub struct Frame {
    machine: Machine,
    context: Context,
    /// Ink at the start.
    supply: u64,
    /// What it calls of the host, if somebody wants to know.
    tape: Option<Tape>,
}

impl Frame {
    /// Sets a program up to run with `gas`, which is what is left after the cost of the call.
    ///
    /// # Panics
    ///
    /// When the host has no memory left for the program's pages.
    pub fn new(module: &Module, env: Env, gas: u64, params: &Params) -> Self {
        let machine = Machine::new(module, gas, params);
        let machine = machine.expect("a validated module instantiates while there is memory");
        let context = Context::new(env, params.clone());
        Self { machine, context, supply: params.gas_to_ink(gas), tape: None }
    }

    /// Records the host functions that the program calls from now on.
    pub fn record(&mut self) {
        self.tape.get_or_insert_default();
    }

    /// The host functions that have been called and have returned since the last time this was
    /// asked; none unless they are [recorded](Self::record).
    pub fn take_record(&mut self) -> Vec<HostIo> {
        self.tape.as_mut().map(Tape::take).unwrap_or_default()
    }

    /// Runs the program from its entry point to its end or its first call.
    pub fn run(&mut self, world: &mut dyn World) -> Step {
        if let Some(tape) = &mut self.tape {
            tape.entered(self.context.env.calldata.len(), self.supply);
        }
        let halt = self.machine.start(self.context.env.calldata.len());
        self.drive(halt, world)
    }

    /// Goes on after a [`Step::Call`] or [`Step::Create`] has been carried out.
    pub fn resume(&mut self, world: &mut dyn World, returned: Returned) -> Step {
        let answer = self.host(world).finish(returned);
        match self.settle(answer) {
            Ok(halt) => self.drive(halt, world),
            Err(step) => step,
        }
    }

    /// Answers host functions until the program ends or needs another frame.
    fn drive(&mut self, mut halt: Halt, world: &mut dyn World) -> Step {
        loop {
            let answer = match halt {
                Halt::Host(call) => {
                    if let Some(tape) = &mut self.tape {
                        tape.begin(call, &self.machine, &self.context);
                    }
                    call.answer(&mut self.host(world))
                }
                Halt::Returned(status) => return Step::Done(self.returned(status)),
                Halt::Trapped(trap) => return Step::Done(self.trapped(trap)),
            };
            halt = match self.settle(answer) {
                Ok(halt) => halt,
                Err(step) => return step,
            };
        }
    }

    /// Lets the program go on with an answer, unless the answer is a step for the caller.
    fn settle(&mut self, answer: Result<Answer, Stop>) -> Result<Halt, Step> {
        if let (Some(tape), Ok(Answer::Value(_)) | Err(Stop::Exit(_))) = (&mut self.tape, &answer) {
            tape.end(&answer, &self.machine, &self.context);
        }
        match answer {
            Ok(Answer::Value(value)) => Ok(self.machine.resume(value)),
            Ok(Answer::Ask(Request::Call(request))) => Err(Step::Call(request)),
            Ok(Answer::Ask(Request::Create(request))) => Err(Step::Create(request)),
            Err(stop) => Err(Step::Done(self.stop(stop))),
        }
    }

    fn host<'a>(&'a mut self, world: &'a mut dyn World) -> Host<'a> {
        Host { machine: &mut self.machine, context: &mut self.context, world }
    }

    fn stop(&mut self, stop: Stop) -> Exit {
        match stop {
            Stop::Exit(status) => self.returned(status),
            Stop::OutOfInk => self.trapped(Trap::OutOfInk),
            Stop::Failure => self.trapped(Trap::Other),
        }
    }

    fn returned(&mut self, status: i32) -> Exit {
        if let Some(tape) = &mut self.tape {
            tape.returned(status, self.machine.ink());
        }
        let outcome = if status == 0 { Outcome::Success } else { Outcome::Revert };
        let output = std::mem::take(&mut self.context.output);
        self.exit(outcome, output)
    }

    fn trapped(&self, trap: Trap) -> Exit {
        let outcome = match trap {
            Trap::OutOfStack => Outcome::OutOfStack,
            Trap::OutOfInk => Outcome::OutOfInk,
            Trap::Other => Outcome::Failure,
        };
        self.exit(outcome, Bytes::new())
    }

    fn exit(&self, outcome: Outcome, output: Bytes) -> Exit {
        let ink_left = if outcome == Outcome::OutOfInk { 0 } else { self.machine.ink() };
        let keeps_gas = !matches!(outcome, Outcome::OutOfInk | Outcome::OutOfStack);
        let gas_left = if keeps_gas { self.machine.gas() } else { 0 };
        Exit { outcome, output, gas_left, ink_used: self.supply - ink_left, ink_left }
    }
}
