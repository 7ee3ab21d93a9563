//! The stack meter: what binds is its 22,000 words, never the interpreter's own limits.

use devnode::stylus::{Outcome, Params, load};

use crate::harness::Run;

const M00: &str = r#"(memory (export "memory") 0 0)"#;

/// A program that calls `$f` with as many zeros as it has parameters.
fn calling(function: &str, params: usize) -> Run {
    let zeros = "(i32.const 0)".repeat(params);
    Run::of(&format!(
        r#"(module {M00} {function}
            (func (export "user_entrypoint") (param i32) (result i32)
                (call $f {zeros}) i32.const 0))"#
    ))
}

#[test]
fn deep_recursion_is_bound_by_the_meter_for_frames_of_every_shape() {
    let locals = |count: usize| format!("(func $f (local {}) (call $f))", "i64 ".repeat(count));
    let wide = |params: usize| {
        let types = "i32 ".repeat(params);
        let values = (0..params).map(|index| format!("(local.get {index})")).collect::<String>();
        format!("(func $f (param {types}) (call $f {values}))")
    };
    for (function, params) in [
        ("(func $f (call $f))".to_owned(), 0),
        (locals(1), 0),
        (locals(348), 0),
        (wide(1), 1),
        (wide(10), 10),
        (wide(1_000), 1_000),
    ] {
        let mut run = calling(&function, params);
        let exit = run.run();
        assert_eq!(exit.outcome, Outcome::OutOfStack, "{function}");
        assert!(exit.output.is_empty() && exit.gas_left == 0);
    }
}

#[test]
fn recursion_that_keeps_many_values_is_bound_by_the_meter() {
    // Values kept below the call, among them locals that are overwritten while on the stack.
    let keep = "(local.get 0)".repeat(400);
    let drop = "drop ".repeat(400);
    let function = format!(
        "(func $f (param i32) {keep} (local.set 0 (i32.const 1)) (call $f (local.get 0)) {drop})"
    );
    assert_eq!(calling(&function, 1).run().outcome, Outcome::OutOfStack);
    let constants = (0..400).map(|value| format!("(i64.const {value})")).collect::<String>();
    let function = format!("(func $f {constants} (call $f) {drop})");
    assert_eq!(calling(&function, 0).run().outcome, Outcome::OutOfStack);
}

#[test]
fn a_frame_must_leave_a_word_of_stack() {
    let wat = format!(
        r#"(module {M00} (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#
    );
    let wasm = wat::parse_str(wat).expect("text");
    for (words, outcome) in [(6, Outcome::OutOfStack), (7, Outcome::Success)] {
        let params = Params { max_stack_depth: words, ..Params::default() };
        let mut run = Run::of_module(load(&wasm, &params, false).expect("loads"));
        run.params = params;
        assert_eq!(run.run().outcome, outcome, "{words}");
    }
}

#[test]
fn returning_gives_the_frame_back_but_branching_out_of_the_function_does_not() {
    // Each call leaks its frame of six words when it leaves by a branch to its own label.
    let looping = |leave: &str| {
        let callee = format!("(func $f {leave})");
        Run::of(&format!(
            r#"(module {M00} {callee}
                (func (export "user_entrypoint") (param i32) (result i32)
                    (local i32) (local.set 1 (i32.const 5000))
                    (loop $l (call $f)
                        (br_if $l (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
                    i32.const 0))"#
        ))
    };
    looping("").succeed();
    looping("return").succeed();
    assert_eq!(looping("(br 0)").run().outcome, Outcome::OutOfStack);
}
