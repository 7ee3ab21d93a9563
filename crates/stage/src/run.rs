//! Opening, running and closing frames.

use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    rc::Rc,
};

use alloy_primitives::{Address, U256, address};
use stylus_core::{CalldataAccess, MessageAccess, StorageAccess};
use stylus_sdk::{ArbResult, host::VM};

use crate::{
    actor::Frame,
    frame::{CallFrame, CallKind, Message},
    gas,
    host::FrameHost,
    wallet,
    world::{Code, Entry, World},
};

/// How many frames may be open at once. A chain allows 1,024; here they lie on the native stack
/// of a test thread.
pub const MAX_DEPTH: usize = 64;

const ECRECOVER: Address = address!("0000000000000000000000000000000000000001");

pub(crate) type Shared = Rc<RefCell<World>>;

/// How a call ended.
pub(crate) struct Outcome {
    pub(crate) result: ArbResult,
    pub(crate) gas_left: u64,
}

/// The unwinding payload of a frame that the host stopped: out of gas, or a write where none is
/// allowed. It is not a panic, so no panic message is printed.
struct Halted;

/// Ends the running frame as exhausted gas does: empty data, effects undone, gas gone.
pub(crate) fn halt() -> ! {
    resume_unwind(Box::new(Halted))
}

/// Takes `amount` gas from the running frame, and halts it if there is not so much.
pub(crate) fn charge(world: &Shared, amount: u64) {
    let affordable = {
        let mut world = world.borrow_mut();
        let frame = world.top();
        let rest = frame.gas_left.checked_sub(amount);
        frame.gas_left = rest.unwrap_or_default();
        rest.is_some()
    };
    if !affordable {
        halt();
    }
}

/// Runs a call in a frame of its own, and undoes it if it fails.
pub(crate) fn execute(world: &Shared, message: Message) -> Outcome {
    let checkpoint = world.borrow().checkpoint();
    if !enter(world, &message) {
        world.borrow_mut().undo_to(checkpoint);
        return Outcome { result: Err(Vec::new()), gas_left: message.gas };
    }
    let code = message.code;
    world.borrow_mut().frames.push(CallFrame::new(message));
    let ended = catch_unwind(AssertUnwindSafe(|| play(world, code)));
    close(world, checkpoint, ended.unwrap_or(Ending::Halted))
}

/// What can fail before the first instruction: depth and funds.
fn enter(world: &Shared, message: &Message) -> bool {
    let mut world = world.borrow_mut();
    if world.frames.len() >= MAX_DEPTH {
        return false;
    }
    message.kind != CallKind::Plain || world.transfer(message.sender, message.acting, message.value)
}

enum Ending {
    Returned,
    Reverted,
    Halted,
}

fn close(world: &Shared, checkpoint: usize, ending: Ending) -> Outcome {
    let mut world = world.borrow_mut();
    let frame = world.frames.pop().expect("the frame that was pushed");
    if !matches!(ending, Ending::Returned) {
        world.undo_to(checkpoint);
    }
    match ending {
        Ending::Returned => Outcome { result: Ok(frame.output), gas_left: frame.gas_left },
        Ending::Reverted => Outcome { result: Err(frame.output), gas_left: frame.gas_left },
        Ending::Halted => Outcome { result: Err(Vec::new()), gas_left: 0 },
    }
}

/// Runs whoever plays at `code` in the frame just opened. Nobody plays at a plain account, and
/// calling it succeeds without data.
fn play(world: &Shared, code: Address) -> Ending {
    let player = world.borrow().codes.get(&code).cloned();
    match player {
        Some(Code::Contract(entry)) => play_contract(world, entry),
        Some(Code::Actor(actor)) => settle(world, actor.call(&Frame::new(world)).map_err(|e| e.0)),
        None if code == ECRECOVER => play_ecrecover(world),
        None => Ending::Returned,
    }
}

/// What the SDK's generated `user_entrypoint` does around the router, in its order.
fn play_contract(world: &Shared, entry: Entry) -> Ending {
    let host = FrameHost::new(world);
    if !world.borrow().reentry_allowed && host.msg_reentrant() {
        return Ending::Reverted;
    }
    let input = host.read_args(usize::MAX);
    let result = entry(input, VM { host: Box::new(host.clone()) });
    host.flush_cache(false);
    settle(world, result)
}

fn play_ecrecover(world: &Shared) -> Ending {
    charge(world, gas::ECRECOVER);
    let output = wallet::ecrecover(&world.borrow_mut().top().message.calldata);
    settle(world, Ok(output))
}

/// Leaves the data of `result` as the frame's output.
fn settle(world: &Shared, result: ArbResult) -> Ending {
    let (ending, output) = match result {
        Ok(data) => (Ending::Returned, data),
        Err(data) => (Ending::Reverted, data),
    };
    world.borrow_mut().top().output = output;
    ending
}

/// A call from the running frame: who may be called with what gas, and what it costs the caller.
pub(crate) struct SubCall {
    pub(crate) kind: CallKind,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) gas: u64,
    pub(crate) calldata: Vec<u8>,
}

/// Makes a sub-call of the running frame, pays for it, and keeps what it returned.
pub(crate) fn sub_call(world: &Shared, call: SubCall) -> ArbResult {
    charge(world, gas::HOST_CALL);
    let moves_value = !call.value.is_zero();
    let base = gas::CALL + if moves_value { gas::VALUE } else { 0 };
    let result = match open(world, call, base) {
        Ok(message) => {
            let paid = base + message.gas;
            let outcome = execute(world, message);
            charge(world, paid - outcome.gas_left);
            outcome.result
        }
        Err(price) => {
            charge(world, price);
            Err(Vec::new())
        }
    };
    world.borrow_mut().top().returned = match &result {
        Ok(data) | Err(data) => data.clone(),
    };
    result
}

/// The message of a sub-call, or what a call that cannot be made costs.
fn open(world: &Shared, call: SubCall, base: u64) -> Result<Message, u64> {
    let mut world = world.borrow_mut();
    let frame = world.top();
    let moves_value = !call.value.is_zero();
    if frame.message.is_static && moves_value {
        return Err(0);
    }
    let left = frame.gas_left.checked_sub(base).ok_or(frame.gas_left)?;
    let stipend = if moves_value { gas::STIPEND } else { 0 };
    let delegate = call.kind == CallKind::Delegate;
    let caller = &frame.message;
    Ok(Message {
        kind: call.kind,
        code: call.to,
        acting: if delegate { caller.acting } else { call.to },
        sender: if delegate { caller.sender } else { caller.acting },
        value: if delegate { caller.value } else { call.value },
        is_static: caller.is_static || call.kind == CallKind::Static,
        gas: gas::forwarded(left, call.gas) + stipend,
        calldata: call.calldata,
    })
}
