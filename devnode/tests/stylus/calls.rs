//! Calls and creates: what is forwarded, what it costs, what the program gets to see.

use devnode::stylus::{CallKind, CallRequest, CreateRequest, Exit, Outcome, Returned, Step};
use revm::primitives::{B256, Bytes};

use crate::harness::{GAS, Run, account, address, measured, measuring, uint, word};

/// Calls address zero, unless memory was set, with everything there is.
const CALL: &str = "(drop (call $call (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 32)
    (i64.const -1) (i32.const 64)))";
const DELEGATE: &str = "(drop (call $delegate_call (i32.const 0) (i32.const 0) (i32.const 4)
    (i64.const -1) (i32.const 64)))";
const STATIC: &str = "(drop (call $static_call (i32.const 0) (i32.const 0) (i32.const 4)
    (i64.const -1) (i32.const 64)))";
const CREATE1: &str = "(call $create1 (i32.const 0) (i32.const 33) (i32.const 64) (i32.const 96)
    (i32.const 128))";
const CREATE2: &str = "(call $create2 (i32.const 0) (i32.const 33) (i32.const 64) (i32.const 160)
    (i32.const 96) (i32.const 128))";
const CALL_BASE: u64 = 83_193 + 2 * 16_381;
const CREATE_BASE: u64 = 83_193 + 2 * (16_381 + 55);

fn call_of(step: Step) -> CallRequest {
    let Step::Call(call) = step else { panic!("expected a call, not {step:?}") };
    call
}

fn create_of(step: Step) -> CreateRequest {
    let Step::Create(create) = step else { panic!("expected a create, not {step:?}") };
    create
}

/// Gas given to the callee, and ink of the call, when it hands `unspent` of its gas back.
fn forwarding(setup: &str, change: impl FnOnce(&mut Run), unspent: u64) -> (u64, u64) {
    let mut run = measuring(setup, CALL).with(change);
    let mut given = 0;
    let exit = run.run_with(|step| {
        given = call_of(step).gas;
        Returned { success: true, gas_left: given.min(unspent), ..Returned::default() }
    });
    (given, measured(&exit, CALL) - CALL_BASE)
}

/// Gives a program the ink for 100,000 gas after the base price of its call.
fn with_100_000_gas_left(setup_ink: u64) -> impl FnOnce(&mut Run) {
    move |run| {
        // Before the call: the question for ink with its block, then the block of the call.
        let before = setup_ink + 3_800 + 2_450 + 8_400 + 575 + 6 + 3_800 + 2_450 + CALL_BASE;
        run.gas = 100_000 + before.div_ceil(GAS);
    }
}

#[test]
fn a_warm_callee_gets_63_of_64_parts() {
    let warm = |run: &mut Run| {
        with_100_000_gas_left(0)(run);
        run.chain.warm_accounts.insert(account(0));
        run.chain.balances.insert(account(0), uint(1));
    };
    let (given, ink) = forwarding("", warm, 98_000);
    assert_eq!((given, ink), (98_339, (100 + 339) * GAS));
}

#[test]
fn a_cold_callee_with_value_gets_a_stipend_that_the_caller_pays() {
    // One byte of value is stored first: two constants and a store, in the block of the question.
    let setup = word(32, 1);
    let cold = |run: &mut Run| {
        with_100_000_gas_left(2 + 825)(run);
        run.chain.balances.insert(account(0), uint(1));
    };
    assert_eq!(forwarding(&setup, cold, u64::MAX), (89_318, 11_600 * GAS));
}

#[test]
fn sending_to_an_empty_account_costs_more() {
    let setup = word(32, 1);
    let (_, ink) = forwarding(&setup, |_| {}, u64::MAX);
    assert_eq!(ink, (100 + 2_500 + 9_000 + 25_000) * GAS);
}

#[test]
fn no_more_is_forwarded_than_asked_for() {
    let call = "(drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32)
        (i64.const 1000) (i32.const 64)))";
    let mut given = 0;
    Run::of_body(call).run_with(|step| {
        given = call_of(step).gas;
        Returned::default()
    });
    assert_eq!(given, 1_000);
}

#[test]
fn the_request_is_what_the_program_asked_for() {
    let setup = format!("{} {}", address(0, 9), word(32, 7));
    let run = |call: &str| {
        let mut seen = None;
        let mut run = Run::of_body(&format!("{setup} {call}"));
        run.env.value = uint(3);
        run.run_with(|step| {
            seen = Some(call_of(step));
            Returned::default()
        });
        let call = seen.expect("a call");
        assert_eq!((call.to, &call.data), (account(9), &Bytes::from_static(&[0; 4])));
        (call.kind, call.value)
    };
    assert_eq!(run(CALL), (CallKind::Call, uint(7)));
    assert_eq!(run(DELEGATE), (CallKind::Delegate, uint(3)));
    assert_eq!(run(STATIC), (CallKind::Static, uint(0)));
}

#[test]
fn a_delegate_call_does_not_pay_for_the_value_it_keeps() {
    for call in [DELEGATE, STATIC] {
        let mut run = measuring("", call);
        run.env.value = uint(3);
        let exit = run.run_with(|step| {
            let gas_left = call_of(step).gas;
            Returned { success: true, gas_left, ..Returned::default() }
        });
        assert_eq!(measured(&exit, call), CALL_BASE + 2_600 * GAS);
    }
}

/// Runs a call that ends in `returned`; outputs status, length, and copied return data.
fn report(returned: &Returned) -> Exit {
    let body = "
        (i32.store (i32.const 256) (call $call (i32.const 0) (i32.const 0) (i32.const 0)
            (i32.const 32) (i64.const -1) (i32.const 260)))
        (i32.store (i32.const 264) (call $return_data_size))
        (i32.store (i32.const 268)
            (call $read_return_data (i32.const 272) (i32.const 1) (i32.const 2)))
        (call $write_result (i32.const 256) (i32.const 20))";
    Run::of_body(body).run_with(|_| returned.clone())
}

#[test]
fn success_is_zero_and_any_failure_two() {
    for (success, reverted, status) in [(true, false, 0), (false, true, 2), (false, false, 2)] {
        let output = Bytes::from_static(&[1, 2, 3, 4]);
        let exit = report(&Returned { success, reverted, output, ..Returned::default() });
        let expected = [status, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 2, 3, 0, 0];
        assert_eq!(exit.output.to_vec(), expected);
    }
}

#[test]
fn reading_return_data_costs_by_what_is_copied() {
    let read = "(drop (call $read_return_data (i32.const 0) (i32.const 60) (i32.const 99)))";
    let mut run = measuring(CALL, read);
    let output = Bytes::from(vec![0; 100]);
    let exit = run.run_with(|_| Returned { output: output.clone(), ..Returned::default() });
    assert_eq!(measured(&exit, read), 68_073 + 5_040 + 30 * 8);
}

#[test]
fn value_can_not_be_sent_from_a_static_call() {
    let mut run = measuring(&word(32, 1), CALL);
    run.env.static_context = true;
    let exit = run.run();
    assert_eq!(measured(&exit, CALL), CALL_BASE);
    let mut run = Run::of_body(CALL).with(|run| run.env.static_context = true);
    let exit = run.run_with(|_| Returned { success: true, ..Returned::default() });
    assert_eq!(exit.outcome, Outcome::Success, "a call without value is allowed");
}

#[test]
fn a_call_that_can_not_be_paid_fails_and_takes_all_whole_gas() {
    let mut run = Run::of_body(CALL);
    // Enough for the base price, not for a cold account.
    run.gas = 2_000;
    let exit = run.run();
    assert_eq!(exit.outcome, Outcome::Success, "a fraction of a gas is left to go on with");
    assert_eq!(exit.gas_left, 0);
}

#[test]
fn a_spent_stipend_beyond_the_callers_gas_is_out_of_ink() {
    let mut run = Run::of_body(&format!("{} {CALL}", word(32, 1)));
    run.chain.warm_accounts.insert(account(0));
    run.chain.balances.insert(account(0), uint(1));
    run.gas = 9_100 + 20;
    let exit = run.run_with(|_| Returned { success: true, ..Returned::default() });
    assert_eq!(exit.outcome, Outcome::OutOfInk);
}

#[test]
fn a_create_keeps_one_64th() {
    let mut seen = None;
    let mut run = measuring("", CREATE1);
    let exit = run.run_with(|step| {
        let create = create_of(step);
        let gas_left = create.gas - 5;
        seen = Some(create);
        let created = Some(account(8));
        Returned { success: true, gas_left, created, ..Returned::default() }
    });
    assert_eq!(measured(&exit, CREATE1), CREATE_BASE + 32_005 * GAS);
    let create = seen.expect("a create");
    assert_eq!((create.salt, create.value, create.code.len()), (None, uint(0), 33));
    let before = 3_800 + 2_450 + 8_400 + 575 + 5 + 3_800 + 2_450 + CREATE_BASE;
    let rest = run.gas - before.div_ceil(GAS) - 32_000;
    assert_eq!(create.gas, rest - rest / 64);
}

#[test]
fn a_create2_pays_for_hashing_its_code() {
    let mut salt = None;
    let setup = word(160, 5);
    let exit = measuring(&setup, CREATE2).run_with(|step| {
        let create = create_of(step);
        salt = create.salt;
        Returned { success: true, gas_left: create.gas, ..Returned::default() }
    });
    assert_eq!(measured(&exit, CREATE2), CREATE_BASE + 5_040 + (32_000 + 2 * 6) * GAS);
    assert_eq!(salt, Some(B256::with_last_byte(5)));
}

/// What a program sees of a create: address, length of revert data, size of return data.
fn created(returned: &Returned) -> Vec<u8> {
    let body = format!(
        "(memory.fill (i32.const 96) (i32.const 255) (i32.const 36))
         {CREATE1}
         (i32.store (i32.const 116) (i32.load (i32.const 128)))
         (i32.store (i32.const 120) (call $return_data_size))
         (call $write_result (i32.const 96) (i32.const 28))"
    );
    Run::of_body(&body).run_with(|_| returned.clone()).output.to_vec()
}

#[test]
fn a_create_tells_the_address_or_the_revert_data() {
    let output = Bytes::from_static(&[1, 2]);
    let returned = Returned { output, created: Some(account(8)), ..Returned::default() };
    let mut expected = [0; 28];
    expected[19] = 8;
    let success = Returned { success: true, ..returned.clone() };
    assert_eq!(created(&success), expected.as_slice());
    let halted = Returned { created: None, ..returned.clone() };
    assert_eq!(created(&halted), [0; 28].as_slice());
    let reverted = Returned { reverted: true, created: None, ..returned };
    expected[19] = 0;
    (expected[20], expected[24]) = (2, 2);
    assert_eq!(created(&reverted), expected.as_slice());
}

#[test]
fn a_create_fails_in_a_static_call_or_without_its_base_price() {
    for create in [CREATE1, CREATE2] {
        let exit = Run::of_body(create).with(|run| run.env.static_context = true).run();
        assert_eq!(exit.outcome, Outcome::Failure);
        let exit = Run::of_body(create).with(|run| run.gas = 32_000).run();
        assert_eq!(exit.outcome, Outcome::Failure);
        assert!(exit.gas_left > 31_000);
    }
}

#[test]
fn what_another_frame_writes_is_not_seen_through_the_cache() {
    let load = "(call $storage_load (i32.const 200) (i32.const 300))";
    let body = format!("{load} {CALL} {load} (call $write_result (i32.const 300) (i32.const 32))");
    let mut run = Run::of_body(&body);
    run.chain.slots.insert(uint(0), uint(1));
    let mut frame = devnode::stylus::Frame::new(&run.module, run.env.clone(), run.gas, &run.params);
    let step = frame.run(&mut run.chain);
    call_of(step);
    run.chain.slots.insert(uint(0), uint(2));
    let Step::Done(exit) = frame.resume(&mut run.chain, Returned::default()) else {
        panic!("expected the end")
    };
    assert_eq!(exit.output[31], 1);
}
