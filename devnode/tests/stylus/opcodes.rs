//! What every instruction costs, and how much stack it is taken to use.

use devnode::stylus::{Params, activate};

use crate::harness::Run;

/// Ink of the one block around a snippet: header, and the final `i32.const 0` and `end`.
const BLOCK: u64 = 2_450 + 1 + 1;
/// Ink of a constant.
const CONST: u64 = 1;
/// Ink of a `drop`.
const DROP: u64 = 9;

/// A program that consists of a snippet, with a memory and globals to work on.
fn program(snippet: &str) -> String {
    format!(
        r#"(module (memory (export "memory") 1 1)
            (global $g (mut i32) (i32.const 0)) (global $h (mut i64) (i64.const 0))
            (func (export "user_entrypoint") (param i32) (result i32)
                (local $x i32) {snippet} i32.const 0))"#
    )
}

/// The ink of a snippet that lies within one block.
fn ink(snippet: &str) -> u64 {
    Run::of(&program(snippet)).succeed().ink_used - BLOCK
}

/// The stack words that a snippet makes its function use, besides its one local and the four of
/// every frame.
fn height(snippet: &str) -> u32 {
    let wasm = wat::parse_str(program(snippet)).expect("text");
    let activated = activate(&wasm, &Params::default(), 0, false, &mut u64::MAX.clone());
    activated.expect("activates").1.frames[0] - 5
}

/// Names of instructions, of a type.
fn each(ty: &str, names: &str) -> Vec<String> {
    names.split_whitespace().map(|name| format!("{ty}.{name}")).collect()
}

const COMPARISONS: &str = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";

#[test]
fn instructions_of_two_operands_cost_what_the_list_says() {
    for (ty, names, price) in [
        ("i32", "add sub and or xor shl shr_s shr_u rotl rotr", 70),
        ("i64", "add sub and or xor shl shr_s shr_u rotl rotr", 100),
        ("i32", "mul", 160),
        ("i64", "mul", 160),
        ("i32", "div_s div_u rem_s rem_u", 1_120),
        ("i64", "div_s div_u rem_s rem_u", 1_270),
        ("i32", COMPARISONS, 170),
        ("i64", COMPARISONS, 225),
    ] {
        for op in each(ty, names) {
            let snippet = format!("(drop ({op} ({ty}.const 7) ({ty}.const 3)))");
            assert_eq!(ink(&snippet), 2 * CONST + price + DROP, "{op}");
            // Left on the stack for a third value: the two count as one.
            let kept = format!("({op} ({ty}.const 7) ({ty}.const 3)) (i32.const 1) drop drop");
            assert_eq!(height(&kept), 2, "{op}");
        }
    }
}

#[test]
fn instructions_of_one_operand_cost_what_the_list_says() {
    for (from, ops, price) in [
        ("i32", each("i32", "eqz"), 170),
        ("i64", each("i64", "eqz"), 225),
        ("i32", each("i32", "clz ctz"), 210),
        ("i64", each("i64", "clz ctz"), 210),
        ("i32", each("i32", "popcnt"), 2_650),
        ("i64", each("i64", "popcnt"), 6_000),
        ("i64", each("i32", "wrap_i64"), 100),
        ("i32", each("i64", "extend_i32_s extend_i32_u"), 100),
        ("i32", each("i32", "extend8_s extend16_s"), 100),
        ("i64", each("i64", "extend8_s extend16_s extend32_s"), 100),
    ] {
        for op in ops {
            let snippet = format!("(drop ({op} ({from}.const 7)))");
            assert_eq!(ink(&snippet), CONST + price + DROP, "{op}");
            assert_eq!(
                height(&format!("({op} ({from}.const 7)) i32.const 1 drop drop")),
                2,
                "{op}"
            );
        }
    }
}

#[test]
fn memory_instructions_cost_what_the_list_says() {
    for op in each("i32", "load load8_s load8_u load16_s load16_u") {
        assert_eq!(ink(&format!("(drop ({op} (i32.const 0)))")), CONST + 670 + DROP, "{op}");
    }
    for op in each("i64", "load load8_s load8_u load16_s load16_u load32_s load32_u") {
        assert_eq!(ink(&format!("(drop ({op} (i32.const 0)))")), CONST + 680 + DROP, "{op}");
    }
    for op in each("i32", "store store8 store16") {
        let snippet = format!("({op} (i32.const 0) (i32.const 7))");
        assert_eq!((ink(&snippet), height(&snippet)), (2 * CONST + 825, 2), "{op}");
    }
    for op in each("i64", "store store8 store16 store32") {
        let snippet = format!("({op} (i32.const 0) (i64.const 7))");
        assert_eq!((ink(&snippet), height(&snippet)), (2 * CONST + 950, 2), "{op}");
    }
    assert_eq!(ink("(drop (memory.size))"), 3_000 + DROP);
    assert_eq!(ink("(drop (memory.grow (i32.const 0)))"), CONST + 8_050 + DROP);
    assert_eq!(height("(drop (memory.size)) (drop (memory.grow (i32.const 0)))"), 2);
}

#[test]
fn bulk_instructions_cost_by_the_byte() {
    for len in [0, 1, 1_000] {
        let fill = format!("(memory.fill (i32.const 0) (i32.const 7) (i32.const {len}))");
        let copy = format!("(memory.copy (i32.const 9) (i32.const 0) (i32.const {len}))");
        for bulk in [fill, copy] {
            assert_eq!(ink(&bulk), 3 * CONST + 950 + 100 * len, "{bulk}");
            assert_eq!(height(&bulk), 6, "{bulk}");
        }
    }
}

#[test]
fn variables_and_constants_cost_what_the_list_says() {
    assert_eq!(ink("(drop (local.get 0))"), 75 + DROP);
    assert_eq!(ink("(drop (local.tee $x (i32.const 1)))"), CONST + 75 + DROP);
    assert_eq!(ink("(local.set $x (i32.const 1))"), CONST + 210);
    assert_eq!(ink("(drop (global.get $g))"), 225 + DROP);
    assert_eq!(ink("(global.set $h (i64.const 1))"), CONST + 575);
    assert_eq!(ink("nop"), 1);
    let select = "(drop (select (i32.const 1) (i32.const 2) (i32.const 3)))";
    assert_eq!((ink(select), height(select)), (3 * CONST + 1_250 + DROP, 3));
}

#[test]
fn blocks_cost_their_header_each_time_they_are_entered() {
    // `block` opens no basic block; its `end` closes one.
    assert_eq!(ink("(block)"), 1 + 1 + 2_450);
    assert_eq!(ink("(loop)"), 1 + 1 + 2 * 2_450);
    assert_eq!(ink("(block (br 0))"), 1 + 765 + 2_450);
    assert_eq!(ink("(block (br_if 0 (i32.const 1)))"), 1 + 1 + 765 + 2_450);
    assert_eq!(ink("(block (br_if 0 (i32.const 0)))"), 1 + 1 + 765 + 2_450 + 1 + 2_450);
    assert_eq!(ink("(if (i32.const 0) (then))"), 1 + 765 + 2_450);
    assert_eq!(ink("(if (i32.const 1) (then))"), 1 + 765 + 2_450 + 1 + 2_450);
}

#[test]
fn a_block_that_leaves_a_value_counts_it_before_its_content() {
    assert_eq!(height("(drop (block (result i32) (i32.const 1)))"), 3);
    assert_eq!(
        height("(drop (if (result i32) (i32.const 0) (then (i32.const 1)) (else (i32.const 2))))"),
        3
    );
    assert_eq!(height("i32.const 1 i32.const 2 i32.const 3 drop drop drop"), 3);
}

#[test]
fn a_br_table_costs_by_its_targets_without_the_default() {
    for targets in 0..8_u64 {
        let list = "0 ".repeat(targets as usize + 1);
        let snippet = format!("(block (br_table {list} (i32.const 0)))");
        assert_eq!(ink(&snippet), 1 + 1 + 2_400 + 325 * targets + 2_450, "{targets}");
    }
}

#[test]
fn an_indirect_call_costs_by_the_parameters_of_its_type() {
    for params in [0_u64, 1, 8] {
        let types = "i64 ".repeat(params as usize);
        let values = "(i64.const 0)".repeat(params as usize);
        let mut run = Run::of(&format!(
            r#"(module (memory (export "memory") 0 0)
                (type $t (func (param {types}))) (table 1 funcref) (elem (i32.const 0) $f)
                (func $f (type $t))
                (func (export "user_entrypoint") (param i32) (result i32)
                    (call_indirect (type $t) {values} (i32.const 0)) i32.const 0))"#
        ));
        let call = params + 1 + 13_610 + 650 * params + 2_450;
        assert_eq!(run.succeed().ink_used, call + 2_451 + BLOCK, "{params}");
    }
}
