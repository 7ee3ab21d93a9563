//! Stylus programs for tests, and how to deploy, activate and call them.

use std::io::Write;

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, U256, address, bytes, utils::parse_ether},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol,
    sol_types::SolCall,
};

use crate::setup::mined;

sol! {
    /// Activation.
    #[derive(Debug)]
    interface ArbWasm {
        function activateProgram(address program) external payable returns (uint16, uint256);
        function codehashVersion(bytes32 codehash) external view returns (uint16);
        error ProgramNotActivated();
    }
}

/// Where ArbWasm is.
pub(crate) const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

/// Adds one to slot 0, logs the new number and returns it; with calldata it reverts instead.
pub(crate) const COUNTER: &str = r#"(module
    (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
    (import "vm_hooks" "storage_cache_bytes32" (func $store (param i32 i32)))
    (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
    (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
    (import "vm_hooks" "write_result" (func $result (param i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param $calldata i32) (result i32)
        (call $load (i32.const 0) (i32.const 32))
        (i32.store8 (i32.const 63) (i32.add (i32.load8_u (i32.const 63)) (i32.const 1)))
        (call $store (i32.const 0) (i32.const 32))
        (call $flush (i32.const 0))
        (call $log (i32.const 32) (i32.const 32) (i32.const 0))
        (call $result (i32.const 32) (i32.const 32))
        (i32.ne (local.get $calldata) (i32.const 0))))"#;

/// Never ends by itself.
pub(crate) const ENDLESS: &str = r#"(module
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param i32) (result i32)
        (loop $again (br $again))
        (unreachable)))"#;

/// The code of an account that holds the program.
pub(crate) fn code(program: &str) -> Vec<u8> {
    let wasm = wat::parse_str(program).expect("valid text");
    let mut code = vec![0xef, 0xf0, 0x00, 0x00];
    let mut compressor = brotli::CompressorWriter::new(&mut code, 4_096, 11, 22);
    compressor.write_all(&wasm).expect("writing to memory");
    drop(compressor);
    code
}

/// The init code that `cargo stylus` uses for the program.
pub(crate) fn init_code(program: &str) -> Vec<u8> {
    let code = code(program);
    let length = U256::from(code.len()).to_be_bytes::<32>();
    let prelude = bytes!("80602b6000396000f300");
    [&[0x7f], length.as_slice(), &prelude, &code].concat()
}

/// A transaction that deploys the program.
pub(crate) fn deployment(program: &str) -> TransactionRequest {
    TransactionRequest::default().with_deploy_code(init_code(program))
}

/// A transaction that activates the program and pays more than enough.
pub(crate) fn activation(program: Address) -> TransactionRequest {
    TransactionRequest::default()
        .with_to(ARB_WASM)
        .with_value(parse_ether("1").expect("a number"))
        .with_input(ArbWasm::activateProgramCall { program }.abi_encode())
}

/// Deploys and activates a program; returns its address.
pub(crate) async fn activated(client: &impl Provider, program: &str) -> Address {
    let address = mined(client, deployment(program)).await.contract_address.expect("a creation");
    assert!(mined(client, activation(address)).await.status());
    address
}

/// A call without data.
pub(crate) fn call(program: Address) -> TransactionRequest {
    TransactionRequest::default().with_to(program)
}
