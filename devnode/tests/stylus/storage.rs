//! Storage behind the frame's cache, and transient storage.

use devnode::stylus::Outcome;

use crate::harness::{GAS, Priced, Run, output, price, price_with, uint, word};

const LOAD: &str = "(call $storage_load (i32.const 0) (i32.const 32))";
const CACHE: &str = "(call $storage_cache (i32.const 0) (i32.const 32))";
const FLUSH: &str = "(call $storage_flush (i32.const 0))";
const CLEAR: &str = "(call $storage_flush (i32.const 1))";
const BASE: u64 = 18_480;
const FLUSH_BASE: u64 = 68_073;

/// Puts a value into the slot that the snippets above use.
fn holding(value: u64) -> impl Fn(&mut Run) + Copy {
    move |run| {
        run.chain.slots.insert(uint(0), uint(value));
    }
}

#[test]
fn a_load_costs_by_how_far_away_the_slot_is() {
    assert_eq!(price("", LOAD).ink, BASE + 2_105 * GAS);
    let warm = |run: &mut Run| assert!(run.chain.warm_slots.insert(uint(0)));
    assert_eq!(price_with("", LOAD, warm).ink, BASE + 105 * GAS);
    assert_eq!(price(LOAD, LOAD).ink, BASE);
    assert_eq!(price(CACHE, LOAD).ink, BASE);
}

#[test]
fn a_cleared_cache_forgets() {
    assert_eq!(price(&format!("{LOAD} {CLEAR}"), LOAD).ink, BASE + 105 * GAS);
    assert_eq!(price(&format!("{LOAD} {FLUSH}"), LOAD).ink, BASE);
}

#[test]
fn a_load_sees_the_chain_and_then_the_frame() {
    let seven = holding(7);
    assert_eq!(output(LOAD, 32, seven)[31], 7);
    let body = format!("{} {CACHE} {} {LOAD}", word(32, 9), word(32, 1));
    assert_eq!(output(&body, 32, seven)[31], 9);
}

#[test]
fn many_loads_and_stores_are_surcharged() {
    for (before, surcharge) in [(31, 0), (32, 2), (127, 2), (128, 10)] {
        assert_eq!(price(&LOAD.repeat(before), LOAD).ink, BASE + surcharge * GAS);
    }
    for (before, surcharge) in [(7, 0), (8, 7), (63, 7), (64, 10)] {
        assert_eq!(price(&CACHE.repeat(before), CACHE).ink, BASE + surcharge * GAS);
    }
    // Clearing the cache does not reset the count.
    let before = format!("{} {CLEAR}", CACHE.repeat(64));
    assert_eq!(price(&before, CACHE).ink, BASE + 10 * GAS);
}

#[test]
fn unflushed_writes_are_lost() {
    let mut run = Run::of_body(&format!("{} {CACHE}", word(32, 1)));
    run.succeed();
    assert!(run.chain.slots.is_empty());
}

#[test]
fn a_flush_writes_what_changed_and_nothing_else() {
    let dirty = format!("{} {CACHE}", word(32, 1));
    let Priced { ink, run } = price(&dirty, FLUSH);
    assert_eq!(ink, FLUSH_BASE + 22_100 * GAS);
    assert_eq!(run.chain.slots[&uint(0)], uint(1));
    assert_eq!(price(&format!("{dirty} {FLUSH}"), FLUSH).ink, FLUSH_BASE);
    assert_eq!(price(LOAD, FLUSH).ink, FLUSH_BASE);
    assert_eq!(price("", FLUSH).ink, FLUSH_BASE);
}

#[test]
fn writing_back_what_was_loaded_is_free_but_storing_blindly_is_not() {
    assert_eq!(price(&format!("{LOAD} {CACHE}"), FLUSH).ink, FLUSH_BASE);
    assert_eq!(price(CACHE, FLUSH).ink, FLUSH_BASE + 2_200 * GAS);
}

#[test]
fn a_flush_pays_for_every_slot() {
    let two = format!(
        "{} {CACHE} {} (call $storage_cache (i32.const 64) (i32.const 32))",
        word(32, 1),
        word(64, 9)
    );
    let Priced { ink, run } = price(&two, FLUSH);
    assert_eq!(ink, FLUSH_BASE + 2 * 22_100 * GAS);
    assert_eq!(run.chain.slots.len(), 2);
}

#[test]
fn clearing_a_slot_is_refunded_and_restoring_it_takes_that_back() {
    let one = holding(1);
    let clear = format!("{CACHE} {FLUSH}");
    let mut run = Run::of_body(&clear).with(one);
    run.succeed();
    assert_eq!(run.chain.refund, 4_800);
    let mut run = Run::of_body(&format!("{clear} {} {clear}", word(32, 1))).with(one);
    run.succeed();
    assert_eq!(run.chain.refund, 2_800);
}

#[test]
fn in_a_static_call_a_flush_with_writes_fails_and_one_without_does_not() {
    let readonly = |run: &mut Run| run.env.static_context = true;
    let exit = Run::of_body(&format!("{CACHE} {FLUSH}")).with(readonly).run();
    assert_eq!(exit.outcome, Outcome::Failure);
    Run::of_body(&format!("{LOAD} {CACHE} {FLUSH}")).with(readonly).succeed();
}

#[test]
fn a_flush_that_can_not_be_paid_is_out_of_ink() {
    let body = format!("{} {CACHE} {FLUSH}", word(32, 1));
    let mut run = Run::of_body(&body);
    let spent = run.succeed().ink_used;
    let needed = spent.div_ceil(GAS);
    for (gas, outcome) in [(needed, Outcome::Success), (needed - 1, Outcome::OutOfInk)] {
        let mut run = Run::of_body(&body);
        run.gas = gas;
        assert_eq!(run.run().outcome, outcome, "{gas}");
    }
}

#[test]
fn storage_needs_more_gas_in_reserve_than_it_may_take() {
    // The entry block, its call, the load of a warm slot, and one gas less than the reserve.
    for (call, blocks, reserve) in [(LOAD, 6_252, 2_115), (CACHE, 6_252, 2_310)] {
        let needed = blocks + BASE + reserve * GAS;
        for (gas, outcome) in
            [(needed.div_ceil(GAS), Outcome::Success), (needed / GAS, Outcome::OutOfInk)]
        {
            let mut run = Run::of_body(call);
            run.chain.warm_slots.insert(uint(0));
            run.gas = gas;
            assert_eq!(run.run().outcome, outcome, "{call} with {gas}");
        }
    }
}

#[test]
fn transient_storage_costs_the_same_both_ways() {
    let load = "(call $transient_load (i32.const 0) (i32.const 32))";
    let store = "(call $transient_store (i32.const 0) (i32.const 32))";
    assert_eq!(price("", load).ink, 78_153 + 100 * GAS);
    assert_eq!(price("", store).ink, 78_153 + 100 * GAS);
    let body = format!("{} {store} {} {load}", word(32, 5), word(32, 0));
    assert_eq!(output(&body, 32, |_| {})[31], 5);
}

#[test]
fn in_a_static_call_transient_storage_can_be_read_only() {
    let readonly = |run: &mut Run| run.env.static_context = true;
    Run::of_body("(call $transient_load (i32.const 0) (i32.const 32))").with(readonly).succeed();
    let store = "(call $transient_store (i32.const 0) (i32.const 32))";
    let exit = Run::of_body(store).with(readonly).run();
    assert_eq!((exit.outcome, exit.output.len()), (Outcome::Failure, 0));
}
