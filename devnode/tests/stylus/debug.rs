//! What debug chains add.

use devnode::stylus::{Outcome, Params, load};

use crate::harness::Run;

/// Prepares a program for a debug chain.
fn debugging(imports: &str, body: &str) -> Run {
    let wat = format!(
        r#"(module {imports} (memory (export "memory") 1 1)
            (func (export "user_entrypoint") (param i32) (result i32) {body}))"#
    );
    let wasm = wat::parse_str(wat).expect("text");
    Run::of_module(load(&wasm, &Params::default(), true).expect("loads"))
}

#[test]
fn printing_costs_no_ink_beyond_its_call() {
    let imports = r#"(import "console" "log_txt" (func $txt (param i32 i32)))
        (import "console" "log_i64" (func $i64 (param i64)))
        (import "debug" "null_host" (func $null))"#;
    let body = "(call $txt (i32.const 0) (i32.const 9)) (call $i64 (i64.const 1)) (call $null)
        i32.const 0";
    let exit = debugging(imports, body).succeed();
    assert_eq!(exit.ink_used, 3 + 3 * (3_800 + 2_450) + 2 + 2_450);
}

#[test]
fn a_tee_returns_its_argument() {
    let imports = r#"(import "console" "tee_i32" (func $i32 (param i32) (result i32)))
        (import "console" "tee_i64" (func $i64 (param i64) (result i64)))"#;
    let body = "(i32.ne (call $i32 (i32.const -5)) (i32.wrap_i64 (call $i64 (i64.const -5))))";
    debugging(imports, body).succeed();
}

#[test]
fn printing_from_out_of_memory_is_a_failure() {
    let imports = r#"(import "console" "log_txt" (func $txt (param i32 i32)))"#;
    let body = "(call $txt (i32.const 65535) (i32.const 2)) i32.const 0";
    assert_eq!(debugging(imports, body).run().outcome, Outcome::Failure);
}
