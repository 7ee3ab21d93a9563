//! What can be activated, and what the refusal says.

use devnode::stylus::{ActivationError, Params, activate, load};

use crate::harness::{Run, activation};

const M00: &str = r#"(memory (export "memory") 0 0)"#;
const ENTRY: &str = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;

/// A minimal program with more `items`; imports must come first.
fn with(items: &str) -> String {
    format!("(module {items} {M00} {ENTRY})")
}

/// A minimal program whose entry point runs `body` first.
fn doing(body: &str) -> String {
    with(&format!("(func {body})"))
}

#[track_caller]
fn accepts(wat: &str) {
    assert_eq!(activation(wat), Ok(()), "{wat}");
}

#[track_caller]
fn rejects(wat: &str, reason: &str) {
    let error = activation(wat).expect_err(wat);
    assert!(error.starts_with("program activation failed: "), "{error}");
    assert!(error.contains(reason), "{error}: expected {reason}\n{wat}");
}

#[test]
fn a_memory_must_be_exported_by_its_name() {
    rejects(&format!("(module {ENTRY})"), "missing memory export");
    rejects(&format!("(module (memory 0 0) {ENTRY})"), "missing memory export");
    rejects(&format!(r#"(module (memory (export "mem") 0 0) {ENTRY})"#), "missing memory export");
}

#[test]
fn an_entry_point_must_be_exported_with_its_type() {
    rejects(&format!("(module {M00})"), "missing export user_entrypoint");
    let two = r#"(func (export "user_entrypoint") (param i32 i32) (result i32) i32.const 0)"#;
    rejects(&format!("(module {M00} {two})"), "wrong type");
    let import = r#"(import "vm_hooks" "account_code_size" (func $size (param i32) (result i32)))"#;
    let export = r#"(export "user_entrypoint" (func $size))"#;
    rejects(&format!("(module {import} {M00} {export})"), "not an import");
}

#[test]
fn memory_that_can_grow_must_be_paid_for() {
    for memory in ["0", "1", "0 1", "1 2"] {
        let memory = format!(r#"(memory (export "memory") {memory})"#);
        rejects(&format!("(module {memory} {ENTRY})"), "missing import pay_for_memory_grow");
        let pay = r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i32)))"#;
        accepts(&format!("(module {pay} {memory} {ENTRY})"));
    }
}

#[test]
fn only_host_functions_can_be_imported() {
    rejects(&with(r#"(import "env" "foo" (func))"#), "no such import");
    rejects(&with(r#"(import "vm_hooks" "foo" (func))"#), "no such import");
    rejects(&with(r#"(import "vm_hooks" "read_args" (func (param i64)))"#), "differs");
    rejects(&with(r#"(import "vm_hooks" "chainid" (func (result i32)))"#), "differs");
    rejects(&with(r#"(import "vm_hooks" "g" (global i32))"#), "unsupported import kind");
    let memory = r#"(import "vm_hooks" "memory" (memory 0 0)) (export "memory" (memory 0))"#;
    rejects(&format!("(module {memory} {ENTRY})"), "unsupported import kind");
    accepts(&with(r#"(import "vm_hooks" "read_args" (func (param i32)))"#));
}

#[test]
fn a_function_can_be_imported_twice_but_513_times_at_most() {
    let import = r#"(import "vm_hooks" "read_args" (func (param i32)))"#;
    accepts(&with(&import.repeat(513)));
    rejects(&with(&import.repeat(514)), "too many imports: 514 > 513");
}

#[test]
fn debug_imports_need_a_debug_chain() {
    let wat = with(r#"(import "console" "log_i32" (func (param i32)))"#);
    rejects(&wat, "no such import");
    let wasm = wat::parse_str(&wat).expect("text");
    assert!(load(&wasm, &Params::default(), true).is_ok());
}

#[test]
fn a_module_can_not_have_an_endless_name() {
    let named = |len| format!("(module ${} {M00} {ENTRY})", "n".repeat(len));
    accepts(&named(512));
    rejects(&named(513), "module name: 513 > 512");
}

#[test]
fn floats_can_be_moved_but_not_computed_with() {
    rejects(&doing("(drop (f32.add (f32.const 0) (f32.const 0)))"), "no float implementation");
    rejects(&doing("(drop (f32.abs (f32.const 0)))"), "no float implementation");
    rejects(&doing("(drop (i32.trunc_sat_f32_s (f32.const 0)))"), "no float implementation");
    rejects(&doing("(drop (f64.lt (f64.const 0) (f64.const 0)))"), "no float implementation");
    rejects(&doing("(drop (f64.convert_i32_s (i32.const 0)))"), "no float implementation");
    accepts(&doing("(drop (f32.const 1))"));
    accepts(&doing("(drop (i32.reinterpret_f32 (f32.const 0)))"));
    accepts(&doing("(local f64) (local.set 0 (f64.load (i32.const 0)))"));
}

#[test]
fn a_block_with_a_float_is_beyond_price() {
    let body = "(drop (f32.const 1))";
    let exit = Run::of_body(body).run();
    assert_eq!(exit.outcome, devnode::stylus::Outcome::OutOfInk);
}

#[test]
fn memory_starts_with_128_pages_at_most() {
    let sized =
        |pages: u32| format!(r#"(module (memory (export "memory") {pages} {pages}) {ENTRY})"#);
    rejects(&sized(129), "memory of 129 pages exceeds bound 128");
    rejects(&sized(65_536), "exceeds bound 128");
    let wasm = wat::parse_str(sized(128)).expect("text");
    let activated = activate(&wasm, &Params::default(), 0, false, &mut u64::MAX.clone());
    let (module, metrics) = activated.expect("activates");
    assert_eq!(metrics.native_activation_gas, 7_946_736);
    assert_eq!(metrics.cached_cost, 646);
    assert_eq!(Run::of_module(module).succeed().ink_used, 2_452);
}

#[test]
fn pages_that_the_transaction_holds_count() {
    let wat = format!(r#"(module (memory (export "memory") 100 100) {ENTRY})"#);
    let wasm = wat::parse_str(wat).expect("text");
    let with_open = |open| activate(&wasm, &Params::default(), open, false, &mut u64::MAX.clone());
    assert!(with_open(28).is_ok());
    let error = with_open(29).expect_err("129 pages");
    assert!(error.to_string().contains("exceeds bound 99"), "{error}");
}

#[test]
fn exports_must_not_look_like_imports() {
    let import = r#"(import "vm_hooks" "read_args" (func (param i32)))"#;
    let export = |name: &str| format!(r#"(func (export "{name}"))"#);
    for name in ["read_args", "a__read_args"] {
        rejects(&with(&format!("{import} {}", export(name))), "name of an import");
        accepts(&with(&export(name)));
    }
    rejects(&with(&export("stylus_x")), "reserved export name");
    accepts(&with(&export(&"x".repeat(512))));
    rejects(&with(&export(&"x".repeat(513))), "export name: 513 > 512");
}

#[test]
fn start_functions_are_not_allowed_and_never_run() {
    let wat = with("(func $s unreachable) (start $s)");
    rejects(&wat, "start functions not allowed");
    let module = load(&wat::parse_str(&wat).expect("text"), &Params::default(), true);
    Run::of_module(module.expect("debug chains allow them")).succeed();
}

#[test]
fn features_beyond_the_accepted_ones_are_refused() {
    for body in [
        "(drop (table.get $t (i32.const 0)))",
        "(drop (table.size $t))",
        "(drop (ref.null func))",
        "(drop (v128.const i64x2 0 0))",
        "(return_call 0)",
        "(drop (select (result i32) (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(drop (i32.atomic.load (i32.const 0)))",
        "(elem.drop 0)",
        "(table.copy (i32.const 0) (i32.const 0) (i32.const 0))",
    ] {
        rejects(&with(&format!("(table $t 1 funcref) (elem func 0) (func {body})")), "");
    }
    rejects(&with("(memory 0 0)"), "");
    rejects(&with("(table 1 funcref) (table 1 funcref)"), "");
    rejects(&with("(func (result i32 i32) i32.const 0 i32.const 0)"), "");
    rejects(&with("(func (block (param i32)))"), "");
    rejects(&with("(tag)"), "");
    rejects(&with("(global i32 (i32.add (i32.const 1) (i32.const 1)))"), "");
    rejects(&with("(global $a i32 (i32.const 1)) (global i32 (global.get $a))"), "");
}

#[test]
fn passive_data_is_ignored_but_weighed() {
    let passive = with(r#"(data "hello")"#);
    let wasm = wat::parse_str(&passive).expect("text");
    let measured = activate(&wasm, &Params::default(), 0, false, &mut u64::MAX.clone());
    assert_eq!(measured.expect("activates").1.data_len, 7);
}

#[test]
fn segments_must_lie_in_what_they_initialise() {
    rejects(&with(r#"(data (i32.const 0) "x")"#), "out of bounds of the memory");
    rejects(&with(r#"(data (i32.const -1) "")"#), "out of bounds of the memory");
    accepts(&with(r#"(data (i32.const 0) "")"#));
    let table =
        |size: u32, at: i32| with(&format!("(table {size} funcref) (elem (i32.const {at}) 0)"));
    accepts(&table(1, 0));
    rejects(&table(1, 1), "out of bounds of its table");
    rejects(&table(1, -1), "out of bounds of its table");
}

#[test]
fn everything_is_counted() {
    accepts(&doing(&format!("(local {})", "i32 ".repeat(348))));
    rejects(&doing(&format!("(local {})", "i32 ".repeat(349))), "too many locals: 349 > 348");
    accepts(&with("(table 4096 funcref)"));
    rejects(&with("(table 4097 funcref)"), "too many table entries: 4097 > 4096");
    accepts(&with(&"(func)".repeat(4_095)));
    rejects(&with(&"(func)".repeat(4_096)), "too many functions: 4097 > 4096");
    accepts(&with(&r#"(data (i32.const 0) "")"#.repeat(128)));
    rejects(&with(&r#"(data (i32.const 0) "")"#.repeat(129)), "too many data segments");
    let elem = |count| format!("(table 1 funcref) {}", "(elem (i32.const 0))".repeat(count));
    accepts(&with(&elem(128)));
    rejects(&with(&elem(129)), "too many element segments");
    rejects(&with(&"(global i32 (i32.const 0))".repeat(32_765)), "too many globals: 32769");
}

#[test]
fn a_function_has_a_limited_stack_and_length() {
    let pushes =
        |count| doing(&format!("{} {}", "i32.const 0 ".repeat(count), "drop ".repeat(count)));
    accepts(&pushes(4_094));
    rejects(&pushes(4_097), "values on the stack at once: 4097 > 4096");
    // Two of a function's instructions are its own `end` and what the meters add to it.
    accepts(&doing(&"nop ".repeat(65_536 - 30)));
    rejects(&doing(&"nop ".repeat(65_536 - 29)), "opcodes in a function body: 65537 > 65536");
}

#[test]
fn costs_must_fit_the_program_record() {
    // 4,096 functions of six parameters: more than 65,535 units of initialisation.
    let many = format!("(func (param {}))", "i32 ".repeat(10)).repeat(4_000);
    rejects(&with(&many), "init cost too high");
}

#[test]
fn larger_programs_than_the_chain_allows_are_refused() {
    let params = Params { max_wasm_size: 64, ..Params::default() };
    let wasm = wat::parse_str(with("(func)")).expect("text");
    let error = activate(&wasm, &params, 0, false, &mut u64::MAX.clone()).expect_err("too long");
    assert!(matches!(error, ActivationError::Invalid(_)), "{error}");
}
