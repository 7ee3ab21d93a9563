//! Building contracts of this workspace.

use artifact::{CODE_LIMIT, Error, Step, build, build_with, unpack};

#[test]
fn a_contract_is_built_checked_and_packed() {
    let mut steps = Vec::new();
    let mut progress = |step: Step<'_>| {
        // What cargo compiles depends on what it compiled before.
        if matches!(step, Step::Compiling(_) | Step::Packing(_)) {
            steps.push(format!("{step:?}"));
        }
    };
    let built = build_with(&["weth"], &mut progress).expect("the workspace compiles");
    let [weth] = &built[..] else { panic!("one artifact expected") };
    assert_eq!(steps, [r#"Compiling("weth")"#, r#"Packing("weth")"#]);
    assert!(weth.report.imports.iter().any(|name| name == "pay_for_memory_grow"));
    assert!(weth.report.compressed <= CODE_LIMIT);
    assert!(weth.report.pages <= 2, "two pages are free, {} are used", weth.report.pages);
    let code = weth.code.program(&[]).expect("it fits one account");
    assert_eq!(unpack(&code, weth.code.fragments()).expect("our own code"), weth.wasm);
}

#[test]
fn a_package_that_does_not_exist_is_refused_in_cargos_words() {
    match build(&["no_such_contract"]) {
        Err(Error::Cargo { package, output }) => {
            assert_eq!(package, "no_such_contract");
            assert!(output.contains("no_such_contract"), "{output}");
        }
        other => panic!("expected cargo's refusal, got {other:?}"),
    }
}

#[test]
fn a_package_that_is_no_contract_is_refused_with_what_is_missing() {
    // A library makes no WASM module of its own.
    assert!(matches!(build(&["hostio"]), Err(Error::Read { .. })));
}
