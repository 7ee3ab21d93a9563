//! How runs end when they do not end well.

use devnode::stylus::Outcome;

use crate::harness::{Run, program};

#[test]
fn a_trap_reverts_with_the_gas_kept_and_the_output_dropped() {
    for trap in [
        "unreachable",
        "(drop (i32.div_u (i32.const 1) (i32.const 0)))",
        "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))",
        "(drop (i64.rem_u (i64.const 1) (i64.const 0)))",
        "(drop (i32.load (i32.const 65533)))",
        "(i64.store (i32.const -1) (i64.const 0))",
        "(memory.fill (i32.const 65535) (i32.const 0) (i32.const 2))",
        "(memory.copy (i32.const 0) (i32.const 65535) (i32.const 2))",
    ] {
        let body = format!("(call $write_result (i32.const 0) (i32.const 4)) {trap}");
        let exit = Run::of_body(&body).run();
        assert_eq!(exit.outcome, Outcome::Failure, "{trap}");
        assert!(exit.output.is_empty(), "{trap}");
        assert!(exit.gas_left > 99_000_000, "{trap}");
    }
}

#[test]
fn an_indirect_call_must_find_a_function_of_its_type() {
    let items = "(type $none (func)) (table 3 funcref) (elem (i32.const 0) $one)
        (func $one (param i32))";
    for index in [0, 1, 3] {
        let body = format!("(call_indirect (type $none) (i32.const {index}))");
        let exit = Run::of(&program(&body, items)).run();
        assert_eq!(exit.outcome, Outcome::Failure, "{index}");
    }
}

#[test]
fn a_host_function_can_be_called_through_a_table() {
    let items = "(type $one (func (param i32))) (table 1 funcref) (elem (i32.const 0) $msg_sender)";
    let body = "(call_indirect (type $one) (i32.const 32) (i32.const 0))
        (call $write_result (i32.const 32) (i32.const 20))";
    let mut run = Run::of(&program(body, items));
    run.env.caller = crate::harness::account(5);
    let exit = run.succeed();
    assert_eq!(exit.output[19], 5);
    let blocks = 2 + 13_610 + 650 + 2_450 + 2 + 3_800 + 2_450 + 2 + 2_450;
    assert_eq!(exit.ink_used, blocks + 13_440 + 41_162);
}

#[test]
fn running_out_of_ink_in_a_bulk_operation_is_out_of_ink() {
    let mut run = Run::of_body("(memory.fill (i32.const 0) (i32.const 0) (i32.const 65536))");
    run.gas = 655;
    assert_eq!(run.run().outcome, Outcome::OutOfInk);
    run.gas = 656;
    assert_eq!(run.run().outcome, Outcome::Success);
    run = Run::of_body("(memory.fill (i32.const 0) (i32.const 0) (i32.const -1))");
    assert_eq!(run.run().outcome, Outcome::Failure, "what can be paid is tried");
}

#[test]
fn a_fill_value_counts_by_its_low_byte() {
    let body = "(memory.fill (i32.const 0) (i32.const 0x1ff) (i32.const 1))
        (call $write_result (i32.const 0) (i32.const 2))";
    assert_eq!(Run::of_body(body).succeed().output.to_vec(), [0xff, 0].as_slice());
}

#[test]
fn running_out_of_ink_in_a_host_function_is_out_of_ink() {
    let mut run = Run::of_body("(call $msg_sender (i32.const 0))");
    run.gas = 1;
    let exit = run.run();
    assert_eq!((exit.outcome, exit.gas_left, exit.ink_left), (Outcome::OutOfInk, 0, 0));
    assert_eq!(exit.ink_used, 10_000);
}

#[test]
fn a_run_without_gas_is_out_of_ink_at_its_first_block() {
    let mut run = Run::of_body("");
    run.gas = 0;
    assert_eq!(run.run().outcome, Outcome::OutOfInk);
}

#[test]
fn the_largest_gas_does_not_overflow() {
    let mut run = Run::of_body("");
    run.gas = u64::MAX;
    assert_eq!(run.succeed().ink_used, 2_452);
}
