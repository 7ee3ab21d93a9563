//! One module for every rule: what Nitro would refuse, what it would take, and at which number a
//! limit lies.

use artifact::{Artifact, Error, Refusal, from_wasm};

/// A module with an entry point, a fixed memory of one page, and `more` around it. Imports have to
/// come first, so they are apart.
fn module(imports: &str, more: &str) -> String {
    let entrypoint = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;
    format!(r#"(module {imports} (memory (export "memory") 1 1) {entrypoint} {more})"#)
}

fn artifact(wat: &str) -> Result<Artifact, Refusal> {
    let wasm = wat::parse_str(wat).expect("the test's own module is well formed");
    from_wasm("sample", &wasm).map_err(|error| match error {
        Error::Refused { name, reason } => {
            assert_eq!(name, "sample");
            reason
        }
        other => panic!("expected a refusal, got: {other}"),
    })
}

fn accept(wat: &str) -> Artifact {
    artifact(wat).unwrap_or_else(|reason| panic!("it should be accepted: {reason}"))
}

fn refuse(wat: &str) -> Refusal {
    artifact(wat).expect_err("it should be refused")
}

/// The limit is taken, one more is not.
fn assert_limit(limit: u64, wat: impl Fn(u64) -> String) {
    accept(&wat(limit));
    match refuse(&wat(limit + 1)) {
        Refusal::TooLarge { found, limit: stated, .. } => {
            assert_eq!((found, stated), (limit + 1, limit));
        }
        other => panic!("expected a limit, got: {other}"),
    }
}

fn repeated(count: u64, item: &str) -> String {
    item.repeat(count.try_into().expect("tests repeat little"))
}

#[test]
fn bytes_that_are_no_module_are_refused() {
    let refused = from_wasm("sample", b"\x7fELF");
    assert!(matches!(refused, Err(Error::Refused { reason: Refusal::Malformed(_), .. })));
}

#[test]
fn the_smallest_contract_is_accepted_and_measured() {
    let artifact = accept(&module("", r#"(data (i32.const 0) "abc")"#));
    assert_eq!((artifact.report.pages, artifact.report.functions, artifact.report.data), (1, 1, 3));
    assert_eq!(artifact.report.raw, artifact.wasm.len());
    let code = artifact.code.program(&[]).expect("it is one code");
    assert_eq!((artifact.report.compressed, artifact.report.fragments), (code.len(), 0));
    assert!(artifact.report.imports.is_empty());
    let unpacked = artifact::unpack(&code, artifact.code.fragments());
    assert_eq!(unpacked.expect("our own code"), artifact.wasm);
}

#[test]
fn a_contract_that_pays_for_its_memory_may_grow() {
    let growing = r#"(module (import "vm_hooks" "pay_for_memory_grow" (func (param i32)))
        (memory (export "memory") 1)
        (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
    assert_eq!(accept(growing).report.imports, ["pay_for_memory_grow"]);
    let unpaid =
        growing.replace(r#"(import "vm_hooks" "pay_for_memory_grow" (func (param i32)))"#, "");
    assert!(matches!(refuse(&unpaid), Refusal::UnpaidMemory));
}

#[test]
fn a_missing_or_hidden_memory_is_refused() {
    let entrypoint = r#"(func (export "user_entrypoint") (param i32) (result i32) i32.const 0)"#;
    assert!(matches!(refuse(&format!("(module {entrypoint})")), Refusal::NoMemory));
    assert!(matches!(refuse(&format!("(module (memory 1 1) {entrypoint})")), Refusal::NoMemory));
}

#[test]
fn a_missing_or_misshapen_entry_point_is_refused() {
    let memory = r#"(memory (export "memory") 1 1)"#;
    for function in [
        "",
        r#"(func (export "main") (param i32) (result i32) i32.const 0)"#,
        r#"(func (export "user_entrypoint") (param i32 i32) (result i32) i32.const 0)"#,
        r#"(func (export "user_entrypoint") (param i32))"#,
        r#"(global (export "user_entrypoint") i32 (i32.const 0))"#,
    ] {
        let reason = refuse(&format!("(module {memory} {function})"));
        assert!(matches!(reason, Refusal::NoEntrypoint), "{function}: {reason}");
    }
}

#[test]
fn an_unknown_import_is_refused_by_name() {
    for (module_name, item, kind) in [
        ("env", "read_args", "(func (param i32))"),
        ("vm_hooks", "sell_soul", "(func)"),
        ("vm_hooks", "read_args", "(global i32)"),
        ("console", "log_txt", "(func (param i32 i32))"),
    ] {
        let import = format!(r#"(import "{module_name}" "{item}" {kind})"#);
        match refuse(&module(&import, "")) {
            Refusal::UnknownImport { module, name } => {
                assert_eq!((module.as_str(), name.as_str()), (module_name, item));
            }
            other => panic!("expected an unknown import, got: {other}"),
        }
    }
}

#[test]
fn an_import_with_another_signature_is_told_the_right_one() {
    let wrong = module(r#"(import "vm_hooks" "math_div" (func (param i32 i64)))"#, "");
    let message = refuse(&wrong).to_string();
    assert!(message.contains("math_div") && message.contains("i32 i32"), "{message}");
}

#[test]
fn what_nitro_switches_off_is_refused() {
    for more in [
        "(func (result f32) f32.const 1)",
        "(func (param f64) (result f64) local.get 0 local.get 0 f64.add)",
        "(func (param i32) (result i32) local.get 0 f32.reinterpret_i32 i32.reinterpret_f32)",
        "(func (result v128) v128.const i64x2 0 0)",
        "(func (result i32 i32) i32.const 0 i32.const 0)",
        "(func $f return_call $f)",
        "(func ref.null func drop)",
        "(table $t 1 funcref) (func i32.const 0 table.get $t drop)",
        "(table $t 1 externref)",
        "(memory 1)",
        "(func i32.const 0 i32.atomic.load drop)",
        "(tag)",
    ] {
        let reason = refuse(&module("", more));
        assert!(matches!(reason, Refusal::Unsupported(_)), "{more}: {reason}");
    }
}

#[test]
fn of_the_bulk_instructions_only_copy_and_fill_are_accepted() {
    for instruction in ["copy", "fill"] {
        let operands = "i32.const 0 i32.const 0 i32.const 0";
        accept(&module("", &format!("(func {operands} memory.{instruction})")));
    }
    for (name, more) in [
        (
            "memory.init",
            r#"(data $d "a") (func i32.const 0 i32.const 0 i32.const 0 memory.init $d)"#,
        ),
        ("data.drop", r#"(data $d "a") (func data.drop $d)"#),
        ("table.copy", "(table 1 funcref) (func i32.const 0 i32.const 0 i32.const 0 table.copy)"),
        ("elem.drop", "(table 1 funcref) (elem $e func) (func elem.drop $e)"),
    ] {
        let reason = refuse(&module("", more));
        assert!(matches!(reason, Refusal::BulkInstruction(found) if found == name), "{reason}");
    }
}

#[test]
fn reserved_exports_are_refused() {
    let import = r#"(import "vm_hooks" "read_args" (func $read (param i32)))"#;
    for name in ["read_args", "a__read_args", "stylus_x"] {
        let reason = refuse(&module(import, &format!(r#"(export "{name}" (func $read))"#)));
        assert!(matches!(reason, Refusal::ReservedExport(found) if found == name));
    }
    accept(&module("", r#"(func (export "read_args"))"#));
}

#[test]
fn a_start_function_is_refused() {
    assert!(matches!(refuse(&module("", "(func $f) (start $f)")), Refusal::StartFunction));
}

#[test]
fn limits_lie_where_nitro_has_them() {
    let pages = |count| module("", "").replace("1 1", &format!("{count} {count}"));
    assert_limit(128, pages);
    assert_limit(348, |count| module("", &format!("(func (local{}))", repeated(count, " i32"))));
    assert_limit(4_096, |count| module("", &format!("(table {count} funcref)")));
    assert_limit(128, |count| module("", &repeated(count, r#"(data (i32.const 0) "a")"#)));
    // The entry point is a function too, and it and the memory are exports.
    assert_limit(4_096, |count| module("", &repeated(count - 1, "(func)")));
    assert_limit(32_764, |count| module("", &repeated(count, "(global i32 (i32.const 0))")));
}

#[test]
fn a_function_is_measured_as_nitro_meters_it() {
    // 17 for the function and 13 for its end; a `nop` is one more, a `loop` and its end 13 each.
    let report = |body: &str| accept(&module("", &format!("(func {body})"))).report;
    let base = 12 + 1 + 4 + 13;
    assert_eq!(report("nop nop").largest_function, base + 2);
    assert_eq!(report("nop nop loop end").largest_function, base + 2 + 26);
    assert_eq!(report("nop nop return").largest_function, base + 2 + 1 + 12 + 4);
    assert_limit(65_536, |count| module("", &format!("(func {})", repeated(count - base, "nop "))));
}

/// A module with `length` bytes of data that no compressor makes smaller.
fn with_noise(length: usize) -> String {
    let mut noise = 1_u32;
    let mut bytes = String::new();
    for _ in 0..length {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push_str(&format!("\\{:02x}", noise >> 24));
    }
    let data = format!(r#"(data (i32.const 0) "{bytes}")"#);
    module("", &data).replace("1 1", "2 2")
}

#[test]
fn a_module_that_one_account_cannot_hold_is_cut_into_fragments() {
    let large = accept(&with_noise(60_000));
    assert_eq!((large.report.fragments, large.code.fragments().len()), (3, 3));
    assert!(large.report.compressed > 2 * artifact::CODE_LIMIT);
    assert!(large.report.to_string().contains("in a root and 3 fragments"), "{}", large.report);
}

#[test]
fn a_module_that_four_fragments_cannot_hold_is_refused() {
    let reason = refuse(&with_noise(100_000));
    assert!(matches!(reason, Refusal::TooLarge { limit: 98_292, .. }), "{reason}");
}

#[test]
fn activation_costs_what_nitro_charges() {
    // V1 of the published vectors: 36 microseconds, and nothing but the base of native bytes.
    let minimal = r#"(module (memory (export "memory") 0 0)
        (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
    let activation = accept(minimal).report.activation;
    assert_eq!((activation.gas, activation.native_bytes), (1_748_626 + 1_008, 513_418));
    // Three fragments: two full ones of 768 words, and one of what is left.
    let large = accept(&with_noise(60_000));
    let last = large.code.fragments()[2].len().div_ceil(32) as u64;
    let reading = 3 * 2_600 + 3 * (768 + 768 + last);
    let data = 60_000 * 17_376 / 100_000;
    let raw = large.report.raw as u64 * 31_733 / 100_000;
    let compiling = 28 * (raw + data + 2 * 2_217 + 16);
    assert_eq!(large.report.activation.gas, 1_748_626 + reading + compiling);
}
