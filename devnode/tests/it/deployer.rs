//! The StylusDeployer: salts, activation, constructors, refunds, errors.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, U256, b256, bytes, keccak256, utils::parse_ether},
    providers::{Provider, ext::AnvilApi},
    rpc::types::{TransactionReceipt, TransactionRequest},
    sol,
    sol_types::{SolCall, SolError, SolEvent},
};
use devnode::STYLUS_DEPLOYER;

use crate::{
    contract,
    programs::{COUNTER, code, init_code},
    setup::{alice, client, mined, node, refusal},
};

sol! {
    interface StylusDeployer {
        event ContractDeployed(address deployedContract);

        error EmptyBytecode();
        error ContractDeploymentError(bytes bytecode);
        error ContractInitializationError(address newContract, bytes data);
        error InitValueButNotInitData();
        error RefundExcessValueError(uint256 excessValue);

        function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
        function requiresActivation(address program) external view returns (bool);
        function initSalt(bytes32 salt, bytes initData) external pure returns (bytes32);
    }
}

/// Succeeds whatever it is called with.
const WILLING: &str = r#"(module (memory (export "memory") 0 0)
    (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;

const SALT: B256 = B256::repeat_byte(7);

/// Code that passes a call with data on to the deployer, and refuses one without, such as a refund.
const UNGRATEFUL: Bytes = bytes!(
    "36 80 6008 57 5f 5f fd"
    "5b 36 5f 5f 37 5f 5f 36 5f 34 73 cEcba2F1DC234f70Dd89F2041029807F8D03A990 5a f1"
    "3d 5f 5f 3e 6033 57 3d 5f fd 5b 3d 5f f3"
);

fn ether() -> U256 {
    parse_ether("1").expect("a number")
}

fn request(
    init_code: impl Into<Bytes>,
    init_data: impl Into<Bytes>,
    init_value: U256,
    salt: B256,
) -> TransactionRequest {
    let call = StylusDeployer::deployCall {
        bytecode: init_code.into(),
        initData: init_data.into(),
        initValue: init_value,
        salt,
    };
    TransactionRequest::default()
        .with_to(STYLUS_DEPLOYER)
        .with_value(ether())
        .with_input(call.abi_encode())
}

fn deployed(receipt: &TransactionReceipt) -> Address {
    assert!(receipt.status());
    let log = receipt.logs().iter().find(|log| log.address() == STYLUS_DEPLOYER).expect("its log");
    assert_eq!(
        log.topics(),
        [b256!("8ffcdc15a283d706d38281f500270d8b5a656918f555de0913d7455e3e6bc1bf")],
        "the topic that tools look for, and nothing else"
    );
    StylusDeployer::ContractDeployed::decode_log(&log.inner).expect("an address").deployedContract
}

/// The data with which a deployment reverts.
async fn revert_data(client: &impl Provider, request: TransactionRequest) -> Bytes {
    let error = client.call(request).await.expect_err("a refusal");
    assert_eq!(refusal(&error).0, 3);
    error.as_error_resp().expect("an answer").as_revert_data().unwrap_or_default()
}

#[tokio::test]
async fn with_a_salt_the_address_depends_on_the_constructors_arguments_too() {
    let node = node().await;
    let client = client(&node);
    for data in [bytes!(""), bytes!("5585258d")] {
        let receipt = mined(&client, request(init_code(WILLING), data.clone(), U256::ZERO, SALT));
        let salt = keccak256([SALT.as_slice(), &data].concat());
        let expected = STYLUS_DEPLOYER.create2(salt, keccak256(init_code(WILLING)));
        assert_eq!(deployed(&receipt.await), expected);
    }
}

#[tokio::test]
async fn without_a_salt_the_address_depends_on_the_deployers_nonce() {
    let node = node().await;
    let client = client(&node);
    for nonce in 1..=2 {
        let request = request(init_code(WILLING), bytes!("01"), U256::ZERO, B256::ZERO);
        let receipt = mined(&client, request).await;
        assert_eq!(deployed(&receipt), STYLUS_DEPLOYER.create(nonce));
    }
}

#[tokio::test]
async fn a_program_is_activated_once_and_what_is_left_comes_back() {
    let node = node().await;
    let client = client(&node);
    let sender = node.accounts()[0].address;
    let mut fees = Vec::new();
    for _ in 0..2 {
        let before = client.get_balance(sender).await.unwrap();
        let request = request(init_code(WILLING), bytes!("01"), U256::from(5), B256::ZERO);
        let receipt = mined(&client, request).await;
        let program = deployed(&receipt);
        let gas = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
        let spent = before - client.get_balance(sender).await.unwrap() - gas;
        assert_eq!(client.get_balance(program).await.unwrap(), U256::from(5));
        fees.push(spent - U256::from(5));
        client.call(TransactionRequest::default().with_to(program)).await.expect("it is active");
    }
    assert!(fees[0] > U256::ZERO && fees[0] < ether());
    assert_eq!(fees[1], U256::ZERO, "the same code is active already");
    assert_eq!(client.get_balance(STYLUS_DEPLOYER).await.unwrap(), U256::ZERO);
}

#[tokio::test]
async fn it_says_what_has_to_be_activated() {
    let node = node().await;
    let client = client(&node);
    let asks = |program| {
        let call = StylusDeployer::requiresActivationCall { program };
        client.call(
            TransactionRequest::default().with_to(STYLUS_DEPLOYER).with_input(call.abi_encode()),
        )
    };
    let program = alice(&node);
    client.anvil_set_code(program, code(WILLING).into()).await.unwrap();
    assert_eq!(asks(program).await.unwrap(), U256::ONE.to_be_bytes_vec());
    let request = request(init_code(WILLING), bytes!(""), U256::ZERO, SALT);
    mined(&client, request).await;
    assert_eq!(asks(program).await.unwrap(), U256::ZERO.to_be_bytes_vec());
}

#[tokio::test]
async fn nothing_to_deploy_is_refused() {
    let node = node().await;
    let data = revert_data(&client(&node), request(bytes!(""), bytes!(""), U256::ZERO, SALT)).await;
    assert_eq!(data, StylusDeployer::EmptyBytecode {}.abi_encode());
}

#[tokio::test]
async fn a_failing_init_code_is_told_with_its_own_words_or_if_it_has_none_with_its_bytes() {
    let node = node().await;
    let client = client(&node);
    let silent = bytes!("5f 5f fd");
    let data = revert_data(&client, request(silent.clone(), bytes!(""), U256::ZERO, SALT)).await;
    let expected = StylusDeployer::ContractDeploymentError { bytecode: silent };
    assert_eq!(data, expected.abi_encode());

    let outspoken = bytes!("602a 5f 52 6020 5f fd");
    let data = revert_data(&client, request(outspoken, bytes!(""), U256::ZERO, B256::ZERO)).await;
    assert_eq!(U256::from_be_slice(&data), U256::from(42));
}

#[tokio::test]
async fn a_refusing_constructor_is_told_with_its_words() {
    let node = node().await;
    let data = bytes!("0102");
    let answer =
        revert_data(&client(&node), request(init_code(COUNTER), data, U256::ZERO, SALT)).await;
    let error = StylusDeployer::ContractInitializationError::abi_decode(&answer).unwrap();
    let salt = keccak256([SALT.as_slice(), &[1, 2]].concat());
    assert_eq!(error.newContract, STYLUS_DEPLOYER.create2(salt, keccak256(init_code(COUNTER))));
    assert_eq!(U256::from_be_slice(&error.data), U256::ONE, "the counter's output");
}

#[tokio::test]
async fn value_for_a_constructor_that_is_not_called_is_refused() {
    let node = node().await;
    let request = request(init_code(WILLING), bytes!(""), U256::ONE, SALT);
    let data = revert_data(&client(&node), request).await;
    assert_eq!(data, StylusDeployer::InitValueButNotInitData {}.abi_encode());
}

#[tokio::test]
async fn more_value_for_the_constructor_than_there_is_is_an_underflow() {
    const OVERFLOW: u8 = 0x11;
    let node = node().await;
    let too_much = ether() + U256::ONE;
    let request = request(init_code(WILLING), bytes!("01"), too_much, SALT);
    let data = revert_data(&client(&node), request).await;
    let panic = alloy::sol_types::Panic::abi_decode(&data).unwrap();
    assert_eq!(panic.code, U256::from(OVERFLOW));
}

#[tokio::test]
async fn what_cannot_be_activated_is_told_with_arb_wasms_words() {
    let node = node().await;
    let evm = contract::deployment().input.input().cloned().unwrap_or_default();
    let data = revert_data(&client(&node), request(evm, bytes!(""), U256::ZERO, SALT)).await;
    assert_eq!(data, bytes!("27f38212"), "ProgramNotWasm()");
}

#[tokio::test]
async fn a_sender_who_does_not_take_the_rest_back_is_refused() {
    let node = node().await;
    let client = client(&node);
    let sender = Address::repeat_byte(9);
    client.anvil_set_code(sender, UNGRATEFUL).await.unwrap();
    let request = request(init_code(WILLING), bytes!(""), U256::ZERO, SALT).with_to(sender);
    let data = revert_data(&client, request).await;
    let error = StylusDeployer::RefundExcessValueError::abi_decode(&data).unwrap();
    assert!(error.excessValue > U256::ZERO && error.excessValue < ether());
}

#[tokio::test]
async fn the_salt_it_uses_can_be_asked_for() {
    let node = node().await;
    let call = StylusDeployer::initSaltCall { salt: SALT, initData: bytes!("0102") };
    let request =
        TransactionRequest::default().with_to(STYLUS_DEPLOYER).with_input(call.abi_encode());
    let answer = client(&node).call(request).await.unwrap();
    assert_eq!(answer, keccak256([SALT.as_slice(), &[1, 2]].concat()).to_vec());
}
