//! Calldata, results, return data and logs.

use devnode::stylus::Outcome;
use revm::primitives::{B256, Bytes};

use crate::harness::{GAS, Priced, Run, price, price_with};

#[test]
fn reading_calldata_costs_by_its_length() {
    for (len, ink) in [(0, 13_440), (32, 13_440), (33, 13_470), (1_000, 42_480)] {
        let priced = price_with("", "(call $read_args (i32.const 0))", |run| {
            run.env.calldata = vec![7; len].into();
        });
        assert_eq!(priced.ink, ink, "{len}");
    }
}

#[test]
fn writing_a_result_costs_twice_its_reading() {
    for (len, ink) in [(0, 41_162), (32, 41_162), (33, 41_272), (100, 48_642)] {
        let call = format!("(call $write_result (i32.const 0) (i32.const {len}))");
        assert_eq!(price("", &call).ink, ink, "{len}");
    }
}

#[test]
fn the_last_result_written_wins() {
    let body = r#"
        (i32.store (i32.const 0) (i32.const 0x04030201))
        (call $write_result (i32.const 0) (i32.const 4))
        (call $write_result (i32.const 1) (i32.const 2))"#;
    assert_eq!(Run::of_body(body).succeed().output, Bytes::from_static(&[2, 3]));
}

#[test]
fn exiting_early_stops_at_once_with_the_output_so_far() {
    for (status, outcome) in [(0, Outcome::Success), (7, Outcome::Revert), (-1, Outcome::Revert)] {
        let body = format!(
            "(call $write_result (i32.const 0) (i32.const 3))
             (call $exit_early (i32.const {status})) unreachable"
        );
        let exit = Run::of_body(&body).run();
        assert_eq!((exit.outcome, exit.output.len()), (outcome, 3));
    }
}

#[test]
fn pointers_out_of_memory_are_a_failure_after_payment() {
    for call in [
        "(call $write_result (i32.const 65533) (i32.const 4))",
        "(call $write_result (i32.const -1) (i32.const 1))",
        "(call $msg_sender (i32.const 65517))",
        "(call $msg_value (i32.const -1))",
        "(call $storage_load (i32.const 65505) (i32.const 0))",
        "(call $emit_log (i32.const 65530) (i32.const 7) (i32.const 0))",
        "(call $keccak (i32.const 0) (i32.const 65537) (i32.const 0))",
    ] {
        let exit = Run::of_body(call).run();
        assert_eq!(exit.outcome, Outcome::Failure, "{call}");
        assert!(exit.output.is_empty() && exit.gas_left > 0, "{call}");
    }
}

#[test]
fn an_unaffordable_length_is_out_of_ink_before_it_is_out_of_bounds() {
    let mut run = Run::of_body("(call $write_result (i32.const 0) (i32.const -1))");
    run.gas = 1_000_000;
    assert_eq!(run.run().outcome, Outcome::OutOfInk);
}

#[test]
fn a_log_costs_by_topics_and_data() {
    for (len, topics, gas) in [(0, 0, 375), (64, 1, 1_006), (128, 4, 1_875), (100, 2, 1_413)] {
        let call = format!("(call $emit_log (i32.const 0) (i32.const {len}) (i32.const {topics}))");
        let read = 16_381 + 55 * u64::max(len, 32) - 55 * 32;
        let Priced { ink, run } = price("", &call);
        assert_eq!(ink, 68_073 + read + gas * GAS, "{call}");
        let (seen, data) = &run.chain.logs[0];
        assert_eq!((seen.len() as u64, data.len() as u64), (topics, len - 32 * topics));
    }
}

#[test]
fn a_log_carries_its_topics_before_its_data() {
    let body = "(i32.store8 (i32.const 31) (i32.const 1)) (i32.store8 (i32.const 32) (i32.const 2))
        (call $emit_log (i32.const 0) (i32.const 33) (i32.const 1))";
    let mut run = Run::of_body(body);
    run.succeed();
    let expected = (vec![B256::with_last_byte(1)], Bytes::from_static(&[2]));
    assert_eq!(run.chain.logs, [expected]);
}

#[test]
fn a_log_with_wrong_topics_fails_after_the_base_price() {
    for args in ["(i32.const 160) (i32.const 5)", "(i32.const 31) (i32.const 1)"] {
        let exit = Run::of_body(&format!("(call $emit_log (i32.const 0) {args})")).run();
        assert_eq!(exit.outcome, Outcome::Failure);
        assert_eq!(exit.ink_used, 3 + 3_800 + 2_450 + 68_073);
    }
}

#[test]
fn a_log_in_a_static_call_fails_after_it_was_paid() {
    let mut run = Run::of_body("(call $emit_log (i32.const 0) (i32.const 64) (i32.const 1))");
    run.env.static_context = true;
    let exit = run.run();
    assert_eq!(exit.outcome, Outcome::Failure);
    assert_eq!(exit.ink_used, 3 + 3_800 + 2_450 + 68_073 + 18_141 + 1_006 * GAS);
    assert!(run.chain.logs.is_empty());
}

#[test]
fn return_data_is_empty_at_first() {
    assert_eq!(price("", "(drop (call $return_data_size))").ink, 8_400);
    let read = "(drop (call $read_return_data (i32.const 0) (i32.const 0) (i32.const 99)))";
    assert_eq!(price("", read).ink, 68_073 + 5_040);
}
