//! The canonical encoding: what rustc's linker writes becomes what Nitro takes, and means the same.

use artifact::from_wasm;

/// A module in the binary format, section by section, as no text can express its padding.
fn with_padded_call_indirect() -> Vec<u8> {
    let sections: [&[u8]; 9] = [
        b"\0asm\x01\0\0\0",
        // Type 0: (i32) -> i32.
        &[1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f],
        // Function 0 of type 0.
        &[3, 2, 1, 0],
        // A table of one function, and a memory of one page.
        &[4, 5, 1, 0x70, 1, 1, 1],
        &[5, 4, 1, 1, 1, 1],
        b"\x07\x1c\x02\x06memory\x02\0\x0fuser_entrypoint\0\0",
        // A data count, which Nitro refuses.
        &[12, 1, 0],
        // local.get 0, i32.const 0, call_indirect type 0 through table 0 padded to five bytes, end.
        &[10, 15, 1, 13, 0, 0x20, 0, 0x41, 0, 0x11, 0, 0x80, 0x80, 0x80, 0x80, 0, 0x0b],
        // A custom section.
        b"\0\x08\x07history",
    ];
    sections.concat()
}

#[test]
fn padded_indexes_shrink_and_extra_sections_go() {
    let padded = with_padded_call_indirect();
    let artifact = from_wasm("sample", &padded).expect("Nitro takes the canonical form");
    let text = r#"(module (type (func (param i32) (result i32)))
        (func (type 0) local.get 0 i32.const 0 call_indirect (type 0))
        (table 1 1 funcref) (memory 1 1)
        (export "memory" (memory 0)) (export "user_entrypoint" (func 0)))"#;
    assert_eq!(artifact.wasm, wat::parse_str(text).expect("well formed"));
}

#[test]
fn the_linkers_exports_go_and_others_stay() {
    let text = r#"(module (memory (export "memory") 1 1)
        (global (export "__heap_base") i32 (i32.const 8))
        (global (export "__data_end") i32 (i32.const 8))
        (func (export "other"))
        (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;
    let wasm = from_wasm("sample", &wat::parse_str(text).expect("well formed")).expect("fine").wasm;
    let exports = |name: &str| wasm.windows(name.len()).any(|window| window == name.as_bytes());
    assert!(exports("memory") && exports("user_entrypoint") && exports("other"));
    assert!(!exports("__heap_base") && !exports("__data_end"));
}

#[test]
fn encoding_twice_changes_nothing() {
    let once = from_wasm("sample", &with_padded_call_indirect()).expect("fine");
    assert_eq!(from_wasm("sample", &once.wasm).expect("fine"), once);
}
