//! Modules made to break the engine: all end in an error, soon, within bounded memory.

use std::time::{Duration, Instant};

use devnode::stylus::{
    Module, Params, activate,
    code::{self, CodeError, Kind, Root},
};
use revm::primitives::{Address, hex};

use crate::harness::Run;

/// Generous, for slow and busy machines.
const SOON: Duration = Duration::from_secs(20);

fn try_activate(wasm: &[u8]) -> Option<Module> {
    let start = Instant::now();
    let result = activate(wasm, &Params::default(), 0, false, &mut u64::MAX.clone());
    assert!(start.elapsed() < SOON, "took {:?}", start.elapsed());
    result.ok().map(|(module, _)| module)
}

/// The programs of the vector file, as text and as bytes.
fn programs() -> Vec<(String, Vec<u8>)> {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../vectors.json")).expect("JSON");
    let vectors = file["vectors"].as_array().expect("a list");
    let field = |vector: &serde_json::Value, name| vector[name].as_str().expect(name).to_owned();
    let program = |vector| (field(vector, "wat"), hex::decode(field(vector, "wasm")).expect("hex"));
    vectors.iter().map(program).collect()
}

#[test]
fn every_truncation_is_refused() {
    // Without its data, which comes last, a program is whole: leave those with data out.
    for (text, wasm) in programs().into_iter().filter(|(text, _)| !text.contains("(data")) {
        for len in 0..wasm.len() {
            assert!(try_activate(&wasm[..len]).is_none(), "{len} bytes of {text}");
        }
    }
}

#[test]
fn programs_with_a_byte_changed_are_refused_or_run_to_an_end() {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    for (_, wasm) in programs() {
        for _ in 0..300 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let mut mutant = wasm.clone();
            let position = (random >> 33) as usize % mutant.len();
            mutant[position] = (random >> 24) as u8;
            if let Some(module) = try_activate(&mutant) {
                let mut run = Run::of_module(module);
                run.gas = 10_000;
                run.run_with(|_| devnode::stylus::Returned::default());
            }
        }
    }
}

/// A module with one more section, of raw bytes.
fn with_section(id: u8, body: &[u8]) -> Vec<u8> {
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    wasm.push(id);
    leb(&mut wasm, body.len() as u32);
    wasm.extend_from_slice(body);
    wasm
}

fn leb(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[test]
fn announced_counts_are_not_believed() {
    for id in 0..=20 {
        let huge = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F];
        assert!(try_activate(&with_section(id, &huge)).is_none(), "section {id}");
    }
}

/// A program whose entry point has this body.
fn entry(body: &str) -> Vec<u8> {
    let wat = format!(
        r#"(module (memory (export "memory") 0 0)
            (func (export "user_entrypoint") (param i32) (result i32) {body} i32.const 0))"#
    );
    wat::parse_str(wat).expect("text")
}

#[test]
fn deep_nesting_ends_soon() {
    for (open, close) in [("block ", "end "), ("loop ", "end "), ("i32.const 0 if ", "end ")] {
        for depth in [1_000, 4_000, 30_000] {
            let body = format!("{} {}", open.repeat(depth), close.repeat(depth));
            try_activate(&entry(&body));
        }
    }
}

#[test]
fn a_giant_br_table_ends_soon() {
    let targets = "0 ".repeat(200_000);
    let wasm = entry(&format!("(block (br_table {targets} (local.get 0)))"));
    if let Some(module) = try_activate(&wasm) {
        let mut run = Run::of_module(module);
        run.succeed();
    }
}

#[test]
fn many_br_tables_to_far_labels_end_soon() {
    let table = format!("(br_table {} (local.get 0))", "100 ".repeat(500));
    let body = format!("{} {} {}", "block ".repeat(101), table.repeat(400), "end ".repeat(101));
    try_activate(&entry(&body));
}

#[test]
fn many_calls_with_many_parameters_in_dead_code_end_soon() {
    let params = "i32 ".repeat(1_000);
    let calls = "(call $f)".repeat(4_000);
    let body = format!("unreachable {calls}");
    let wat = format!(
        r#"(module (memory (export "memory") 0 0) (func $f (param {params}))
            (func (export "user_entrypoint") (param i32) (result i32) {body} i32.const 0))"#
    );
    try_activate(&wat::parse_str(wat).expect("text"));
}

/// As many functions as fill a program of the largest size, each as long as the meters allow.
fn largest(ty: &str, op: &str) -> Vec<u8> {
    let body = format!("unreachable {}", op.repeat(4_600));
    let function = format!("(func {body})");
    let wat = format!(
        r#"(module (memory (export "memory") 0 0) (func $f {ty})
            (func (export "user_entrypoint") (param i32) (result i32) i32.const 0)
            {})"#,
        function.repeat(27)
    );
    wat::parse_str(wat).expect("text")
}

#[test]
fn the_largest_programs_end_soon() {
    for (ty, op) in [("", "call $f "), (&format!("(param {})", "i32 ".repeat(1_000)), "call $f ")] {
        let wasm = largest(ty, op);
        assert!((240_000..262_144).contains(&wasm.len()), "{}", wasm.len());
        assert!(try_activate(&wasm).is_some());
    }
}

#[test]
fn the_largest_function_ends_soon() {
    let wasm = entry(&"(drop (i32.add (local.get 0) (i32.const 1)))".repeat(16_000));
    let module = try_activate(&wasm).expect("allowed");
    Run::of_module(module).succeed();
}

/// Compresses as a classic program.
fn classic(wasm: &[u8]) -> Vec<u8> {
    [&[0xEF, 0xF0, 0x00, 0x00], compressed(wasm).as_slice()].concat()
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params).expect("memory");
    out
}

fn no_fragments(address: Address) -> Vec<u8> {
    panic!("asked for {address}")
}

#[test]
fn a_classic_program_is_decompressed() {
    let wasm = entry("");
    let params = Params::default();
    assert_eq!(code::wasm(&classic(&wasm), &params, no_fragments), Ok(wasm));
}

#[test]
fn a_compression_bomb_stops_at_the_limit() {
    let bomb = classic(&vec![0; 100_000_000]);
    assert!(bomb.len() < 24_576);
    let params = Params::default();
    assert_eq!(code::wasm(&bomb, &params, no_fragments), Err(CodeError::Compression(262_144)));
    let most = classic(&vec![0; 262_144]);
    assert_eq!(code::decompress(&most, 262_144).map(|wasm| wasm.len()), Ok(262_144));
    assert_eq!(code::decompress(&most, 262_143), Err(CodeError::Compression(262_143)));
}

#[test]
fn damaged_streams_are_refused() {
    let code = classic(&entry(""));
    for len in 5..code.len() {
        assert!(code::decompress(&code[..len], 262_144).is_err(), "{len}");
    }
    let mut dictionary = code;
    dictionary[3] = 1;
    assert_eq!(code::decompress(&dictionary, 262_144), Err(CodeError::Dictionary(1)));
    assert_eq!(code::decompress(&[0xFE], 262_144), Err(CodeError::NotAProgram));
}

#[test]
fn code_is_recognised_by_its_prefix() {
    for (prefix, kind) in [(0, Kind::Classic), (1, Kind::Fragment), (2, Kind::Root)] {
        assert_eq!(Kind::of(&[0xEF, 0xF0, prefix, 0]), Some(kind));
        assert_eq!(Kind::of(&[0xEF, 0xF0, prefix]), None, "a prefix alone is not code");
    }
    assert_eq!(Kind::of(&[0xEF, 0xF0, 3, 0]), None);
    assert_eq!(Kind::of(&[]), None);
    assert!(Kind::Root.is_program() && !Kind::Fragment.is_program());
}

/// A root of `count` fragments at addresses 1, 2, …, announcing `len` bytes.
fn root(len: u32, count: u8) -> Vec<u8> {
    let mut code = vec![0xEF, 0xF0, 0x02, 0x00];
    code.extend(len.to_be_bytes());
    code.extend((1..=count).flat_map(|last| Address::with_last_byte(last).into_array()));
    code
}

/// Cuts a program's stream into `count` fragments and returns the one at an address.
fn fragment_of(wasm: &[u8], count: usize) -> impl Fn(Address) -> Vec<u8> {
    let stream = compressed(wasm);
    let size = stream.len().div_ceil(count);
    let slices: Vec<Vec<u8>> = stream.chunks(size).map(<[u8]>::to_vec).collect();
    move |address| {
        let index = usize::from(address.into_array()[19]) - 1;
        [&[0xEF, 0xF0, 0x01], slices[index].as_slice()].concat()
    }
}

#[test]
fn a_root_is_assembled_from_its_fragments() {
    let wasm = entry("");
    let params = Params::default();
    let len = u32::try_from(wasm.len()).expect("small");
    for count in 1..=4 {
        let fragments = fragment_of(&wasm, usize::from(count));
        assert_eq!(code::wasm(&root(len, count), &params, fragments), Ok(wasm.clone()));
    }
    let mismatch = CodeError::LengthMismatch { declared: len + 1, actual: wasm.len() };
    let fragments = fragment_of(&wasm, 2);
    assert_eq!(code::wasm(&root(len + 1, 2), &params, fragments), Err(mismatch));
}

#[test]
fn a_malformed_root_is_refused_before_its_fragments_are_read() {
    let params = Params::default();
    let refused = |code: &[u8]| code::wasm(code, &params, no_fragments).expect_err("refused");
    assert_eq!(refused(&root(1, 0)), CodeError::FragmentCount { count: 0, max: 4 });
    assert_eq!(refused(&root(1, 5)), CodeError::FragmentCount { count: 5, max: 4 });
    let declared = CodeError::DeclaredLength { declared: 262_145, max: 262_144 };
    assert_eq!(refused(&root(262_145, 1)), declared);
    assert_eq!(refused(&root(1, 1)[..27]), CodeError::RootLength(27));
    assert_eq!(refused(&root(1, 1)[..7]), CodeError::RootLength(7));
    let not_fragment = code::wasm(&root(1, 1), &params, |_| vec![0xFE]);
    assert_eq!(not_fragment, Err(CodeError::NotAFragment(Address::with_last_byte(1))));
    assert_eq!(Root::parse(&root(9, 2), &params).map(|root| root.wasm_len), Ok(9));
}
