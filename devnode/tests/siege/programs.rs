//! Hostile programs, through JSON-RPC: each ends in an error or in what it paid for, soon, and within
//! bounded memory.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{http::Client, node::Node, properties::program::account_code};

crate::trials![
    endless_loops_run_out_of_gas,
    recursion_is_cut_off_by_the_stack_meter,
    recursion_through_a_table_is_cut_off_by_the_stack_meter,
    memory_that_grows_and_grows_stops_at_the_page_limit,
    memory_claimed_at_the_start_is_claimed_once_per_transaction_and_no_more,
    a_program_that_claims_all_memory_there_is_is_refused,
    giant_outputs_cost_what_they_weigh,
    giant_logs_cost_what_they_weigh,
    a_hundred_thousand_host_calls_are_answered,
    programs_nest_as_deep_as_their_pages_allow,
    contracts_and_programs_that_call_each_other_nest_to_the_limit,
    contracts_that_create_themselves_for_ever_run_out_of_gas,
    programs_that_create_for_ever_end_when_they_cannot_pay,
    a_brotli_bomb_is_refused_without_being_unpacked,
    damaged_streams_and_modules_are_refused,
    modules_made_to_exhaust_the_validator_are_refused_or_loaded_soon,
    all_workers_busy_with_endless_programs_leave_the_node_answering,
    traces_without_end_are_given_up,
];

/// Where the program under test is.
const PROGRAM: &str = "0x00000000000000000000000000000000000000aa";
/// Where a contract that helps is.
const HELPER: &str = "0x00000000000000000000000000000000000000bb";
const SENDER: &str = "0x3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E";
const ARB_WASM: &str = "0x0000000000000000000000000000000000000071";
const ETHER: &str = "0xde0b6b3a7640000";

/// Gas for attacks that end when it does: a second's worth or so.
const SOME_GAS: u64 = 2_000_000;

/// Nothing here takes longer, on a slow and busy machine.
const SOON: Duration = Duration::from_secs(90);

/// What a node may hold in memory after an attack, in MiB; at rest it is a few dozen.
const MEMORY_MIB: u64 = 700;

/// The same, for a trace as long as traces may be, and its answer.
const TRACE_MIB: u64 = 2_000;

/// A node with a program under attack.
struct Siege {
    node: Node,
    client: Client,
    begin: Instant,
}

impl Siege {
    fn begin() -> Self {
        let node = Node::start();
        let client = node.client();
        Self { node, client, begin: Instant::now() }
    }

    /// A node on which `wat` is active.
    fn of(wat: &str) -> Self {
        let mut siege = Self::begin();
        let status = siege.activate(&account_code(&wat::parse_str(wat).expect("valid text")));
        assert_eq!(status, "0x1", "the program is activated");
        siege
    }

    fn set_code(&mut self, address: &str, code: &[u8]) {
        let code = format!("0x{}", revm::primitives::hex::encode(code));
        self.client.ask("anvil_setCode", json!([address, code])).expect("a code is set");
    }

    /// Puts code where the program is and activates it; returns the status of the activation.
    fn activate(&mut self, code: &[u8]) -> Value {
        self.set_code(PROGRAM, code);
        let data = format!("0x58c780c2{:0>64}", &PROGRAM[2..]);
        let request = json!([{
            "from": SENDER, "to": ARB_WASM, "gas": "0x1e84800", "value": ETHER, "data": data,
        }]);
        let hash = self.client.ask("eth_sendTransaction", request).expect("it is mined");
        let receipt = self.client.ask("eth_getTransactionReceipt", json!([hash]));
        receipt.expect("a receipt")["status"].take()
    }

    /// Calls the program.
    fn call(&mut self, gas: u64) -> Result<Value, Value> {
        let request = json!([{ "from": SENDER, "to": PROGRAM, "gas": format!("{gas:#x}") }]);
        self.client.ask("eth_call", request)
    }

    /// Calls the program, which must fail in these words.
    fn fails(&mut self, gas: u64, words: &str) {
        let error = self.call(gas).expect_err("an attack is no success");
        assert!(error["message"].as_str().expect("words").contains(words), "{error}");
    }

    /// The attack is over: the node is well, was quick, and did not eat up the memory.
    fn survived(mut self) {
        self.node.assert_alive();
        assert!(self.begin.elapsed() < SOON, "took {:?}", self.begin.elapsed());
        assert!(self.node.peak_mib() < MEMORY_MIB, "{} MiB", self.node.peak_mib());
    }
}

/// A program with this body, and more `items` before it.
fn program(memory: &str, items: &str, body: &str) -> String {
    format!(
        r#"(module
            (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
            (import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
            (import "vm_hooks" "native_keccak256" (func $keccak (param i32 i32 i32)))
            (import "vm_hooks" "contract_address" (func $contract (param i32)))
            (import "vm_hooks" "call_contract"
                (func $call (param i32 i32 i32 i32 i64 i32) (result i32)))
            (import "vm_hooks" "create1" (func $create (param i32 i32 i32 i32 i32)))
            (import "vm_hooks" "read_return_data"
                (func $return_data (param i32 i32 i32) (result i32)))
            (import "vm_hooks" "pay_for_memory_grow" (func $pay (param i32)))
            (memory (export "memory") {memory}) {items}
            (func (export "user_entrypoint") (param i32) (result i32) (local $i i32)
                {body} (i32.const 0)))"#
    )
}

/// A body that does `what` `times` times.
fn repeated(times: u32, what: &str) -> String {
    format!(
        "(loop $again {what}
            (br_if $again (i32.lt_u
                (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const {times}))))"
    )
}

fn endless_loops_run_out_of_gas() {
    let bodies = [
        "(loop $again (br $again))",
        "(loop $again (block (br_if $again (i32.const 1))) (br $again))",
        "(loop $again (br_table $again $again $again (local.get 0)))",
        "(loop $again (memory.fill (i32.const 0) (i32.const 7) (i32.const 65536)) (br $again))",
    ];
    for body in bodies {
        let mut siege = Siege::of(&program("1 1", "", body));
        siege.fails(SOME_GAS, "out of gas");
        siege.survived();
    }
}

fn recursion_is_cut_off_by_the_stack_meter() {
    let mut siege = Siege::of(&program("0 0", "(func $deep (call $deep))", "(call $deep)"));
    siege.fails(30_000_000, "max call depth exceeded");
    siege.survived();
}

fn recursion_through_a_table_is_cut_off_by_the_stack_meter() {
    let items = "(type $f (func)) (table 1 1 funcref) (elem (i32.const 0) $deep)
        (func $deep (call_indirect (type $f) (i32.const 0)))";
    let mut siege = Siege::of(&program("0 0", items, "(call $deep)"));
    siege.fails(30_000_000, "max call depth exceeded");
    siege.survived();
}

fn memory_that_grows_and_grows_stops_at_the_page_limit() {
    let grow = "(drop (memory.grow (i32.const 1)))";
    let body = format!(
        "{} (i32.store (i32.const 0) (memory.size)) (call $write_result (i32.const 0) (i32.const 4))",
        repeated(1_000, grow)
    );
    let mut siege = Siege::of(&program("1", "", &body));
    // The pages of the whole limit cost a block's gas: out of gas, or out of pages.
    let _ = siege.call(50_000_000);
    siege.survived();

    let pay = program("1", "", "(loop $again (call $pay (i32.const 65535)) (br $again))");
    let mut siege = Siege::of(&pay);
    siege.fails(50_000_000, "out of gas");
    siege.survived();
}

fn memory_claimed_at_the_start_is_claimed_once_per_transaction_and_no_more() {
    // Calls itself with all gas: the second instance would need 120 pages too.
    let body = "(call $contract (i32.const 0))
        (i32.store (i32.const 64) (call $call (i32.const 0) (i32.const 0) (i32.const 0)
            (i32.const 32) (i64.const -1) (i32.const 96)))
        (call $write_result (i32.const 64) (i32.const 4))";
    let mut siege = Siege::of(&program("120 120", "", body));
    assert_eq!(siege.call(50_000_000), Ok(json!("0x02000000")), "the inner call fails");
    siege.survived();
}

fn a_program_that_claims_all_memory_there_is_is_refused() {
    for memory in ["129", "65536", "65536 65536"] {
        let mut siege = Siege::begin();
        let wasm = wat::parse_str(program(memory, "", "")).expect("valid text");
        assert_eq!(siege.activate(&account_code(&wasm)), "0x0", "{memory} pages");
        siege.survived();
    }
}

fn giant_outputs_cost_what_they_weigh() {
    // 7.5 MiB, again and again.
    let write = "(call $write_result (i32.const 0) (i32.const 7864320))";
    let mut siege = Siege::of(&program("120 120", "", &repeated(10_000, write)));
    siege.fails(50_000_000, "out of gas");
    siege.survived();
}

fn giant_logs_cost_what_they_weigh() {
    let log = "(call $emit_log (i32.const 0) (i32.const 7864320) (i32.const 0))";
    let mut siege = Siege::of(&program("120 120", "", &repeated(10_000, log)));
    siege.fails(50_000_000, "out of gas");
    siege.survived();

    let log = "(call $emit_log (i32.const 0) (i32.const -1) (i32.const 0))";
    let mut siege = Siege::of(&program("1 1", "", log));
    assert!(siege.call(50_000_000).is_err(), "beyond the memory's end");
    siege.survived();
}

fn a_hundred_thousand_host_calls_are_answered() {
    let hash = "(call $keccak (i32.const 0) (i32.const 32) (i32.const 0))";
    let body =
        format!("{} (call $write_result (i32.const 0) (i32.const 32))", repeated(100_000, hash));
    let mut siege = Siege::of(&program("1 1", "", &body));
    assert!(siege.call(50_000_000).is_ok());
    siege.survived();
}

/// Calls the account whose address is at 0 with all gas, and returns one more than it returned.
const ONE_MORE: &str = "
    (drop (call $call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32)
        (i64.const -1) (i32.const 64)))
    (drop (call $return_data (i32.const 128) (i32.const 0) (i32.const 4)))
    (i32.store (i32.const 128) (i32.add (i32.load (i32.const 128)) (i32.const 1)))
    (call $write_result (i32.const 128) (i32.const 4))";

fn programs_nest_as_deep_as_their_pages_allow() {
    let body = format!("(call $contract (i32.const 0)) {ONE_MORE}");
    let mut siege = Siege::of(&program("1 1", "", &body));
    let depth = siege.call(50_000_000).expect("the innermost fails, and the others go on");
    assert!(depth.as_str().expect("bytes").len() == 10, "{depth}");
    siege.survived();
}

fn contracts_and_programs_that_call_each_other_nest_to_the_limit() {
    // The program calls the contract at 0xbb, which calls whoever called it, with all gas.
    let body = format!("(i32.store8 (i32.const 19) (i32.const 0xbb)) {ONE_MORE}");
    let mut siege =
        Siege::of(&program("0 1", "", &format!("(drop (memory.grow (i32.const 1))) {body}")));
    siege.set_code(HELPER, &revm::primitives::hex!("5f5f5f5f5f335af13d5f5f3e3d5ff3"));
    assert!(siege.call(50_000_000).is_ok());
    siege.survived();
}

fn contracts_that_create_themselves_for_ever_run_out_of_gas() {
    let mut siege = Siege::begin();
    // Creates a contract with its own code as the init code, for ever.
    siege.set_code(PROGRAM, &revm::primitives::hex!("385f5f395b385f5ff050600456"));
    siege.fails(50_000_000, "out of gas");
    siege.survived();
}

fn programs_that_create_for_ever_end_when_they_cannot_pay() {
    let create =
        "(call $create (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 96))";
    let mut siege = Siege::of(&program("1 1", "", &format!("(loop $again {create} (br $again))")));
    siege.fails(50_000_000, "execution reverted");
    siege.survived();
}

fn a_brotli_bomb_is_refused_without_being_unpacked() {
    let mut siege = Siege::begin();
    let (zeros, mut bomb) = (vec![0; 128 << 20], vec![0xef, 0xf0, 0x00, 0x00]);
    let params = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    brotli::BrotliCompress(&mut &zeros[..], &mut bomb, &params).expect("memory can be written");
    assert!(bomb.len() < 24_576, "it looks innocent: {} bytes", bomb.len());
    assert_eq!(siege.activate(&bomb), "0x0");
    assert!(siege.node.peak_mib() < 128, "{} MiB", siege.node.peak_mib());
    siege.survived();
}

fn damaged_streams_and_modules_are_refused() {
    let wasm = wat::parse_str(program("1 1", "", "")).expect("valid text");
    let whole = account_code(&wasm);
    let mut siege = Siege::begin();
    for length in [0, 1, 2, 3, 4, 5, whole.len() / 2, whole.len() - 1] {
        assert_eq!(siege.activate(&whole[..length]), "0x0", "{length} bytes of the code");
    }
    for length in [0, 1, 4, 8, 9, wasm.len() / 2, wasm.len() - 1] {
        let code = account_code(&wasm[..length]);
        assert_eq!(siege.activate(&code), "0x0", "{length} bytes of the module");
    }
    // A root without fragments, one that names itself, one that announces four gigabytes.
    let itself = [&revm::primitives::hex!("eff00200000000ff")[..], &[0; 19], &[0xaa]].concat();
    let huge = [&revm::primitives::hex!("eff00200ffffffff")[..], &[0; 40]].concat();
    for root in [vec![0xef, 0xf0, 0x02, 0x00], itself, huge, [0xef, 0xf0, 0x01, 0x00].to_vec()] {
        assert_eq!(siege.activate(&root), "0x0", "{root:02x?}");
    }
    assert_eq!(siege.activate(&whole), "0x1", "and the whole one is accepted");
    siege.survived();
}

fn modules_made_to_exhaust_the_validator_are_refused_or_loaded_soon() {
    let nested = format!("{} {}", "block ".repeat(30_000), "end ".repeat(30_000));
    let table = format!("(block (br_table {} (i32.const 1)))", "0 ".repeat(60_000));
    let long = "(drop (i32.add (local.get 0) (i32.const 1)))".repeat(16_000);
    let mut siege = Siege::begin();
    for body in [nested, table, long] {
        let wasm = wat::parse_str(program("1 1", "", &body)).expect("valid text");
        if siege.activate(&account_code(&wasm)) == "0x1" {
            siege.call(SOME_GAS).expect("it does nothing much");
        }
    }
    siege.survived();
}

fn all_workers_busy_with_endless_programs_leave_the_node_answering() {
    let mut siege = Siege::of(&program("1 1", "", "(loop $again (br $again))"));
    let call = json!([{ "to": PROGRAM, "gas": format!("{SOME_GAS:#x}") }]);
    let body = crate::http::request("eth_call", &call);
    let mut busy: Vec<_> = (0..32).map(|_| siege.node.client()).collect();
    for client in &mut busy {
        client.write(&crate::http::head(body.len())).expect("the node listens");
        client.write(body.as_bytes()).expect("the node listens");
    }
    let begin = Instant::now();
    for _ in 0..100 {
        siege.client.ask("eth_getBalance", json!([SENDER, "latest"])).expect("a balance");
    }
    assert!(begin.elapsed() < Duration::from_secs(20), "took {:?}", begin.elapsed());
    for client in &mut busy {
        let answer = client.read().expect("an answer").json();
        assert_eq!(answer["error"]["message"], "out of gas");
    }
    siege.survived();
}

fn traces_without_end_are_given_up() {
    let mut siege = Siege::begin();
    // Takes some memory, and loops for ever.
    siege.set_code(PROGRAM, &revm::primitives::hex!("5f62010000525b600656"));
    let request = json!({ "to": PROGRAM, "gas": "0x2faf080" });
    for options in [
        json!({ "enableMemory": true, "enableReturnData": true }),
        json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } }),
        json!({ "tracer": "prestateTracer" }),
    ] {
        // However it ends, it ends.
        let _ = siege.client.ask("debug_traceCall", json!([request, "latest", options]));
    }
    siege.node.assert_alive();
    assert!(siege.node.peak_mib() < TRACE_MIB, "{} MiB", siege.node.peak_mib());
}
