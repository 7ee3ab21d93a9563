//! Traces: the same transaction seen by every tracer.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, bytes, hex},
    providers::{Provider, ext::AnvilApi},
    rpc::types::{TransactionReceipt, TransactionRequest},
};
use serde_json::{Value, json};

use crate::{
    contract,
    programs::{COUNTER, activated, call},
    setup::{client, mined, node, refusal},
};

const FORWARDER: Address = Address::repeat_byte(0xf0);

/// Calls what its first calldata word names, with the rest, and passes failure on.
const STATIC_CALLER: &str = r#"(module
    (import "vm_hooks" "read_args" (func $args (param i32)))
    (import "vm_hooks" "static_call_contract" (func $call (param i32 i32 i32 i64 i32) (result i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param i32) (result i32)
        (call $args (i32.const 0))
        (call $call (i32.const 12) (i32.const 32) (i32.const 1) (i64.const -1) (i32.const 96))))"#;

/// Code that passes its call on to `target`, and its answer back.
fn forwarder(target: Address) -> Bytes {
    let (head, tail) = (
        bytes!("36 5f 5f 37 5f 5f 36 5f 34 73"),
        bytes!("5a f1 3d 5f 5f 3e 602a 57 3d 5f fd 5b 3d 5f f3"),
    );
    [&head[..], target.as_slice(), &tail].concat().into()
}

async fn trace(client: &impl Provider, hash: B256, options: Value) -> Value {
    let method = "debug_traceTransaction".into();
    client.raw_request(method, (hash, options)).await.expect("a trace")
}

/// A number as tracers write it.
fn number(value: &Value) -> u64 {
    let text = value.as_str().expect("a quantity").trim_start_matches("0x");
    u64::from_str_radix(text, 16).expect("hexadecimal")
}

/// A transaction that counts by way of another contract, and the client that sent it.
async fn forwarded() -> (devnode::Node, impl Provider, Address, TransactionReceipt) {
    let node = node().await;
    let client = client(&node);
    let contract = contract::deploy(&client).await;
    client.anvil_set_code(FORWARDER, forwarder(contract)).await.unwrap();
    let receipt = mined(&client, contract::count(FORWARDER)).await;
    assert!(receipt.status());
    (node, client, contract, receipt)
}

#[tokio::test]
async fn the_call_tracer_shows_the_tree_of_calls() {
    let (node, client, contract, receipt) = forwarded().await;
    let options = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });
    let top = trace(&client, receipt.transaction_hash, options).await;

    assert_eq!(top["type"], "CALL");
    assert_eq!(top["from"], json!(node.accounts()[0].address));
    assert_eq!(top["to"], json!(FORWARDER));
    assert_eq!(number(&top["gasUsed"]), receipt.gas_used);
    assert_eq!(number(&top["output"]), 1);
    let inner = &top["calls"][0];
    assert_eq!((&inner["from"], &inner["to"]), (&json!(FORWARDER), &json!(contract)));
    assert!(number(&inner["gasUsed"]) < receipt.gas_used);
    assert_eq!(inner["logs"][0]["topics"], json!([contract::COUNTED]));
    assert_eq!(inner["logs"][0]["position"], "0x0");
    assert_eq!(top.get("logs"), None);
}

#[tokio::test]
async fn the_call_tracer_can_leave_out_all_but_the_top() {
    let (_node, client, _, receipt) = forwarded().await;
    let options = json!({ "tracer": "callTracer", "tracerConfig": { "onlyTopCall": true } });
    let top = trace(&client, receipt.transaction_hash, options).await;
    assert_eq!(top.get("calls"), None);
    assert_eq!(top["to"], json!(FORWARDER));
}

#[tokio::test]
async fn the_call_tracer_says_why_something_failed_and_shows_no_logs_of_it() {
    let (_node, client, _, _) = forwarded().await;
    let reason = "08c379a0".to_owned()
        + "0000000000000000000000000000000000000000000000000000000000000020"
        + "0000000000000000000000000000000000000000000000000000000000000002"
        + "6e6f000000000000000000000000000000000000000000000000000000000000";
    let request = contract::revert(FORWARDER, hex::decode(reason).unwrap());
    let options = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });
    let method = "debug_traceCall".into();
    let top: Value = client.raw_request(method, (request, "latest", options)).await.unwrap();
    for frame in [&top, &top["calls"][0]] {
        assert_eq!(frame["error"], "execution reverted");
        assert_eq!(frame["revertReason"], "no");
        assert_eq!(frame.get("logs"), None);
    }
}

#[tokio::test]
async fn the_opcodes_account_for_all_gas() {
    const INTRINSIC: u64 = 21_000;
    let (_node, client, contract, receipt) = forwarded().await;
    let trace = trace(&client, receipt.transaction_hash, json!({})).await;
    assert_eq!(trace["gas"], json!(receipt.gas_used));
    assert_eq!(trace["failed"], json!(false));
    assert_eq!(trace["returnValue"].as_str().map(|value| value.len()), Some(2 + 64));
    let steps = trace["structLogs"].as_array().unwrap();
    let depth = |step: &Value| step["depth"].as_u64().unwrap();
    let inner: Vec<_> = steps.iter().filter(|step| depth(step) == 2).collect();
    let outer: Vec<_> = steps.iter().filter(|step| depth(step) == 1).collect();
    let gas = |step: &Value| step["gas"].as_u64().unwrap();
    let cost = |step: &Value| step["gasCost"].as_u64().unwrap();
    let first_gas = gas(outer[0]);
    let last = outer[outer.len() - 1];
    assert_eq!(first_gas - (gas(last) - cost(last)), receipt.gas_used - INTRINSIC);
    let inner_used: u64 = inner.iter().map(|step| cost(step)).sum();
    let call = outer.iter().find(|step| step["op"] == "CALL").unwrap();
    let after = outer[outer.iter().position(|step| step["op"] == "CALL").unwrap() + 1];
    let access = gas(call) - gas(after) - inner_used;
    assert!(access == 100 || access == 2_600, "{access} for {contract}");
    let stored = inner.iter().find(|step| step["op"] == "SSTORE").unwrap();
    assert_eq!(stored["storage"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn the_opcodes_of_a_failure_end_with_the_reason() {
    let node = node().await;
    let client = client(&node);
    client.anvil_set_code(FORWARDER, bytes!("5f fe")).await.unwrap();
    let request = TransactionRequest::default().with_to(FORWARDER);
    let method = "debug_traceCall".into();
    let trace: Value = client.raw_request(method, (request, "latest", json!({}))).await.unwrap();
    assert_eq!(trace["failed"], json!(true));
    let last = trace["structLogs"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["op"], &last["error"]), (&json!("INVALID"), &json!("invalid opcode")));
}

#[tokio::test]
async fn the_prestate_tracer_shows_what_was_and_what_changed() {
    let (node, client, contract, receipt) = forwarded().await;
    let sender = json!(node.accounts()[0].address).as_str().unwrap().to_owned();
    let contract = json!(contract).as_str().unwrap().to_owned();
    let hash = receipt.transaction_hash;
    let before = trace(&client, hash, json!({ "tracer": "prestateTracer" })).await;
    assert!(before[&sender]["balance"].is_string());
    assert!(before[&contract]["code"].is_string());
    assert_eq!(before[&contract].get("storage"), None, "it was zero");

    let config = json!({ "tracer": "prestateTracer", "tracerConfig": { "diffMode": true } });
    let diff = trace(&client, hash, config).await;
    let slots = diff["post"][&contract]["storage"].as_object().unwrap();
    assert_eq!(slots.values().collect::<Vec<_>>(), [&json!(B256::with_last_byte(1))]);
    assert!(diff["post"][&sender]["nonce"].as_u64() > diff["pre"][&sender]["nonce"].as_u64());
    assert_eq!(diff["post"][&contract].get("code"), None, "it did not change");
}

#[tokio::test]
async fn the_stylus_tracer_shows_the_host_functions_and_their_ink() {
    let node = node().await;
    let client = client(&node);
    let program = activated(&client, COUNTER).await;
    mined(&client, call(program)).await;
    let receipt = mined(&client, call(program)).await;
    let steps = trace(&client, receipt.transaction_hash, json!({ "tracer": "stylusTracer" })).await;
    let steps = steps.as_array().unwrap();

    let names: Vec<_> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
    let expected = [
        "user_entrypoint",
        "storage_load_bytes32",
        "storage_cache_bytes32",
        "storage_flush_cache",
        "emit_log",
        "write_result",
        "user_returned",
    ];
    assert_eq!(names, expected);
    let slot = json!(B256::ZERO);
    assert_eq!((&steps[1]["args"], &steps[1]["outs"]), (&slot, &json!(B256::with_last_byte(1))));
    let stored = [B256::ZERO, B256::with_last_byte(2)].concat();
    assert_eq!(steps[2]["args"], json!(Bytes::from(stored)));
    assert_eq!(steps[6]["outs"], "0x00000000");
    let ink = |step: &Value, end: &str| step[end].as_u64().unwrap();
    assert!(steps.iter().all(|step| ink(step, "startInk") >= ink(step, "endInk")));
    assert!(steps.windows(2).all(|two| ink(&two[0], "endInk") >= ink(&two[1], "startInk")));
}

#[tokio::test]
async fn the_stylus_tracer_shows_what_a_program_calls_within_the_call() {
    let node = node().await;
    let client = client(&node);
    let caller = activated(&client, STATIC_CALLER).await;
    let contract = contract::deploy(&client).await;
    let data = [contract.into_word().as_slice(), &[0]].concat();
    let receipt = mined(&client, call(caller).with_input(data)).await;
    assert!(receipt.status());
    for tracer in ["stylusTracer", "{ \"hostio\": function() {}, nests: [\"evm_call_contract\"] }"]
    {
        let steps = trace(&client, receipt.transaction_hash, json!({ "tracer": tracer })).await;
        let nested = &steps[2];
        assert_eq!(nested["name"], "static_call_contract");
        assert_eq!(nested["address"], json!(contract));
        assert_eq!(nested["steps"], json!([]), "EVM code calls no host functions");
        let outs = hex::decode(nested["outs"].as_str().unwrap()).unwrap();
        assert_eq!(outs, [0, 0, 0, 32, 0], "32 bytes and success");
    }
}

#[tokio::test]
async fn the_other_tracers_count_functions_or_show_nothing() {
    let (_node, client, _, receipt) = forwarded().await;
    let hash = receipt.transaction_hash;
    assert_eq!(trace(&client, hash, json!({ "tracer": "noopTracer" })).await, json!({}));
    let request = contract::revert(FORWARDER, bytes!("0102030405"));
    let options = json!({ "tracer": "4byteTracer" });
    let method = "debug_traceCall".into();
    let counts: Value = client.raw_request(method, (request, "latest", options)).await.unwrap();
    assert_eq!(counts, json!({ "0x01020304-1": 2 }));
}

#[tokio::test]
async fn the_frames_can_be_had_as_a_list_with_their_paths() {
    let (_node, client, contract, receipt) = forwarded().await;
    let hash = receipt.transaction_hash;
    let list: Value = client.raw_request("trace_transaction".into(), [hash]).await.unwrap();
    let flat = trace(&client, hash, json!({ "tracer": "flatCallTracer" })).await;
    assert_eq!(list, flat);
    let frames = list.as_array().unwrap();
    assert_eq!(frames.len(), 2);
    assert_eq!((&frames[0]["traceAddress"], &frames[0]["subtraces"]), (&json!([]), &json!(1)));
    assert_eq!(frames[1]["traceAddress"], json!([0]));
    assert_eq!(frames[1]["action"]["callType"], "call");
    assert_eq!(frames[1]["action"]["to"], json!(contract));
    assert_eq!(frames[1]["transactionHash"], json!(hash));
    assert_eq!(number(&frames[1]["result"]["output"]), 1);
}

#[tokio::test]
async fn a_block_is_traced_transaction_by_transaction() {
    let (_node, client, _, receipt) = forwarded().await;
    let options = json!({ "tracer": "callTracer" });
    let number = format!("{:#x}", receipt.block_number.unwrap());
    let method = "debug_traceBlockByNumber".into();
    let traces: Value = client.raw_request(method, (number, &options)).await.unwrap();
    assert_eq!(traces[0]["txHash"], json!(receipt.transaction_hash));
    assert_eq!(traces[0]["result"]["to"], json!(FORWARDER));
    let method = "debug_traceBlockByHash".into();
    let hash = receipt.block_hash.unwrap();
    assert_eq!(client.raw_request::<_, Value>(method, (hash, options)).await.unwrap(), traces);
}

#[tokio::test]
async fn a_tracer_that_does_not_exist_is_refused_and_those_that_do_are_named() {
    let (_node, client, _, receipt) = forwarded().await;
    for (tracer, word) in
        [("{ step: function() {} }", "JavaScript"), ("magicTracer", "magicTracer")]
    {
        let options = json!({ "tracer": tracer });
        let params = (receipt.transaction_hash, options);
        let method = "debug_traceTransaction".into();
        let error = client.raw_request::<_, Value>(method, params).await.unwrap_err();
        let (code, message) = refusal(&error);
        assert_eq!(code, -32602);
        assert!(message.contains(word) && message.contains("callTracer"), "{message}");
    }
}

#[tokio::test]
async fn a_transaction_that_does_not_exist_has_no_trace() {
    let node = node().await;
    let method = "debug_traceTransaction".into();
    let error = client(&node).raw_request::<_, Value>(method, [B256::ZERO]).await.unwrap_err();
    assert!(refusal(&error).1.contains("not found"));
}

#[tokio::test]
async fn an_endless_trace_ends_in_an_error() {
    let node = node().await;
    let client = client(&node);
    client.anvil_set_code(FORWARDER, bytes!("5b 5f 56")).await.unwrap();
    let request = TransactionRequest::default().with_to(FORWARDER);
    let method = "debug_traceCall".into();
    let answer: Result<Value, _> = client.raw_request(method, (request, "latest", json!({}))).await;
    assert!(refusal(&answer.unwrap_err()).1.contains("too large"));
    assert_eq!(U256::from(client.get_block_number().await.unwrap()), U256::ZERO);
}
