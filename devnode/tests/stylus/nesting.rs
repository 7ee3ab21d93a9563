//! Programs that call programs: frames live on the caller's stack, not on the native one.

use devnode::stylus::{Frame, Outcome, Returned, Step};

use crate::harness::{Run, program};

/// Compiles only if frames can move between threads.
const fn assert_send<T: Send>() {}
const _: () = assert_send::<Frame>();

/// A program that calls itself, adds one to what comes back, and returns that.
const COUNTER: &str = "
    (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32)
        (i64.const -1) (i32.const 64)))
    (drop (call $read_return_data (i32.const 128) (i32.const 0) (i32.const 4)))
    (i32.store (i32.const 128) (i32.add (i32.load (i32.const 128)) (i32.const 1)))
    (call $write_result (i32.const 128) (i32.const 4))";

/// Runs `COUNTER` in itself until `depth` frames are open.
fn nest(depth: usize) -> u32 {
    let mut run = Run::of(&program(COUNTER, ""));
    run.gas = u64::MAX / 20_000;
    let mut frames = Vec::new();
    let mut frame = Frame::new(&run.module, run.env.clone(), run.gas, &run.params);
    let mut step = frame.run(&mut run.chain);
    loop {
        step = match step {
            Step::Call(call) if frames.len() + 1 < depth => {
                frames.push(frame);
                frame = Frame::new(&run.module, run.env.clone(), call.gas, &run.params);
                frame.run(&mut run.chain)
            }
            Step::Call(call) => {
                let gas_left = call.gas;
                frame.resume(&mut run.chain, Returned { gas_left, ..Returned::default() })
            }
            Step::Create(_) => panic!("no creates here"),
            Step::Done(exit) => {
                assert_eq!(exit.outcome, Outcome::Success);
                let Some(caller) = frames.pop() else {
                    return u32::from_le_bytes(exit.output[..].try_into().expect("four bytes"));
                };
                frame = caller;
                let (output, gas_left) = (exit.output, exit.gas_left);
                let returned = Returned { success: true, output, gas_left, ..Returned::default() };
                frame.resume(&mut run.chain, returned)
            }
        };
    }
}

#[test]
fn calls_nest_1024_deep_on_a_small_native_stack() {
    let thread = std::thread::Builder::new().stack_size(512 * 1_024);
    let depth = thread.spawn(|| nest(1_024)).expect("a thread").join().expect("no overflow");
    assert_eq!(depth, 1_024);
}

#[test]
fn one_module_serves_many_threads() {
    let run = Run::of(&program(COUNTER, ""));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let module = run.module.clone();
            scope.spawn(move || {
                let exit = Run::of_module(module).run_with(|_| Returned::default());
                assert_eq!(exit.outcome, Outcome::Success);
            });
        }
    });
}
