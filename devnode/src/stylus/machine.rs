//! The interpreter of one frame: its ink, its memory, and the places where it stops.

use std::fmt;

use wasmi::{
    Error, Global, Memory, Store, TrapCode, TypedFunc, TypedResumableCall,
    TypedResumableCallHostTrap, Val,
};

use super::{
    Module, Params,
    host::{HostCall, Stop},
    instrument::{INK_LEFT, INK_STATUS, STACK_LEFT},
    module::Pending,
    rules::{ENTRYPOINT, MEMORY},
};

/// A program's interpreter, instantiated for one frame.
pub(super) struct Machine {
    store: Store<Pending>,
    entry: TypedFunc<i32, i32>,
    memory: Memory,
    ink: Global,
    status: Global,
    stack: Global,
    /// Ink per gas.
    ink_price: u64,
    suspended: Option<TypedResumableCallHostTrap<i32>>,
}

/// How the interpreter stopped.
pub(super) enum Halt {
    /// The program called a host function.
    Host(HostCall),
    /// The entry point returned a status.
    Returned(i32),
    /// The program trapped.
    Trapped(Trap),
}

/// The kinds of trap that a chain tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trap {
    OutOfStack,
    OutOfInk,
    Other,
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("ink", &self.ink()).finish_non_exhaustive()
    }
}

impl Machine {
    /// Instantiates a program with `gas` worth of ink and a full stack.
    pub(super) fn new(module: &Module, gas: u64, params: &Params) -> Result<Self, Error> {
        let (mut store, instance) = module.instantiate()?;
        let global = |name| instance.get_global(&store, name).ok_or_else(|| Error::new(name));
        let (ink, status, stack) = (global(INK_LEFT)?, global(INK_STATUS)?, global(STACK_LEFT)?);
        let memory = instance.get_memory(&store, MEMORY).ok_or_else(|| Error::new(MEMORY))?;
        let entry = instance.get_typed_func(&store, ENTRYPOINT)?;
        stack.set(&mut store, Val::I32(params.max_stack_depth.cast_signed()))?;
        ink.set(&mut store, Val::I64(params.gas_to_ink(gas).cast_signed()))?;
        let ink_price = u64::from(params.ink_price.max(1));
        Ok(Self { store, entry, memory, ink, status, stack, ink_price, suspended: None })
    }

    /// Starts the program, telling it the length of its calldata.
    pub(super) fn start(&mut self, calldata_len: usize) -> Halt {
        let len = u32::try_from(calldata_len).unwrap_or(u32::MAX);
        let result = self.entry.call_resumable(&mut self.store, len.cast_signed());
        self.halt(result)
    }

    /// Lets the program go on with the result of the host function that it called.
    pub(super) fn resume(&mut self, result: Option<Val>) -> Halt {
        let Some(call) = self.suspended.take() else { return Halt::Trapped(Trap::Other) };
        let result = call.resume(&mut self.store, result.as_slice());
        self.halt(result)
    }

    fn halt(&mut self, result: Result<TypedResumableCall<i32>, Error>) -> Halt {
        match result {
            Ok(TypedResumableCall::Finished(status)) => Halt::Returned(status),
            Ok(TypedResumableCall::HostTrap(call)) => {
                self.suspended = Some(call);
                match self.store.data_mut().take() {
                    Some(call) => Halt::Host(call),
                    None => Halt::Trapped(Trap::Other),
                }
            }
            Ok(TypedResumableCall::OutOfFuel(_)) => Halt::Trapped(Trap::OutOfInk),
            Err(error) => Halt::Trapped(self.trap(&error)),
        }
    }

    /// Tells why the program trapped. The order is the chain's.
    fn trap(&self, error: &Error) -> Trap {
        let overflow = error.as_trap_code() == Some(TrapCode::StackOverflow);
        if overflow || self.stack.get(&self.store).i32() == Some(0) {
            Trap::OutOfStack
        } else if self.status.get(&self.store).i32() == Some(1) {
            Trap::OutOfInk
        } else {
            Trap::Other
        }
    }

    /// Ink left.
    pub(super) fn ink(&self) -> u64 {
        self.ink.get(&self.store).i64().unwrap_or(0).cast_unsigned()
    }

    /// Whole gas left.
    pub(super) fn gas(&self) -> u64 {
        self.ink() / self.ink_price
    }

    /// Takes ink.
    pub(super) fn buy(&mut self, ink: u64) -> Result<(), Stop> {
        let left = self.ink().checked_sub(ink).ok_or(Stop::OutOfInk)?;
        self.ink.set(&mut self.store, Val::I64(left.cast_signed())).map_err(|_| Stop::Failure)
    }

    /// Takes gas, in ink.
    pub(super) fn buy_gas(&mut self, gas: u64) -> Result<(), Stop> {
        self.buy(gas.saturating_mul(self.ink_price))
    }

    /// Requires that `gas` could be taken.
    pub(super) fn need_gas(&self, gas: u64) -> Result<(), Stop> {
        let affordable = self.ink() >= gas.saturating_mul(self.ink_price);
        if affordable { Ok(()) } else { Err(Stop::OutOfInk) }
    }

    /// Reads guest memory.
    pub(super) fn read(&self, ptr: u32, len: u32) -> Result<&[u8], Stop> {
        let start = ptr as usize;
        self.memory.data(&self.store).get(start..start + len as usize).ok_or(Stop::Failure)
    }

    /// Reads as many bytes of guest memory as the array holds.
    pub(super) fn read_array<const N: usize>(&self, ptr: u32) -> Result<[u8; N], Stop> {
        let start = ptr as usize;
        let bytes = self.memory.data(&self.store).get(start..).and_then(<[u8]>::first_chunk);
        bytes.copied().ok_or(Stop::Failure)
    }

    /// Writes guest memory.
    pub(super) fn write(&mut self, ptr: u32, bytes: &[u8]) -> Result<(), Stop> {
        let start = ptr as usize;
        let memory = self.memory.data_mut(&mut self.store);
        let target = memory.get_mut(start..start + bytes.len()).ok_or(Stop::Failure)?;
        target.copy_from_slice(bytes);
        Ok(())
    }
}
