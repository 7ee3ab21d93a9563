//! Whatever bytes are loaded and run as a Stylus program: no panic, no more ink than was bought, and
//! the same end every time.

use devnode::{
    evm::{self, BlockContext, Kind, Mode, Outcome, State, Transaction},
    precompiles::ARB_WASM,
    stylus::{self, Params},
};
use revm::primitives::{Address, Bytes, U256, address, hex};

/// The account that sends everything.
const SENDER: Address = address!("a11ce00000000000000000000000000000000001");
/// Where the program under test is.
const PROGRAM: Address = address!("00000000000000000000000000000000000000aa");
/// What each account starts with, in wei.
const WEALTH: U256 = U256::from_limbs([0, 1 << 32, 0, 0]);
const CHAIN_ID: u64 = 412_346;
const NOW: u64 = 1_790_000_000;
const BASE_FEE: u64 = 100_000_000;
/// Enough to activate anything.
const ACTIVATION_GAS: u64 = 32_000_000;
/// The selector of `activateProgram(address)`.
const ACTIVATE: [u8; 4] = hex!("58c780c2");

/// Loads the bytes as a chain does at activation, twice, and once more with too little gas. Returns
/// whether they are a program.
pub fn loads_alike(wasm: &[u8]) -> bool {
    let params = Params::default();
    let activated = |mut gas: u64| {
        let result = stylus::activate(wasm, &params, 0, true, &mut gas);
        (result.map(|(module, metrics)| (module.footprint(), metrics)), gas)
    };
    let (first, left) = activated(u64::MAX);
    assert_eq!(activated(u64::MAX), (first.clone(), left));
    assert_eq!(stylus::load(wasm, &params, true).is_ok(), first.is_ok());
    if first.is_ok() {
        let cost = u64::MAX - left;
        assert_eq!(activated(cost).1, 0, "exactly enough is enough");
        assert!(activated(cost - 1).0.is_err(), "less is not");
    }
    first.is_ok()
}

/// Runs the program of these bytes in a chain of its own, with this calldata and gas, twice. Bytes
/// that are no program are refused at activation.
pub fn runs_alike(wasm: &[u8], calldata: &[u8], gas: u64) {
    let (mut state, block) = chain(wasm);
    let activation = transaction(&state, ARB_WASM, activation(), ACTIVATION_GAS);
    let activation = Transaction { value: WEALTH / U256::from(2), ..activation };
    let activated = once(&mut state, &block, &activation);
    if activated.kind != Kind::Success {
        return;
    }
    let next = BlockContext { l2_number: block.l2_number + 1, ..block };
    let call = transaction(&state, PROGRAM, calldata.to_vec().into(), gas);
    for _ in 0..2 {
        let (mut left, mut right) = (state.clone(), state.clone());
        let outcome = once(&mut left, &next, &call);
        assert_eq!(outcome, once(&mut right, &next, &call), "the same transaction ends the same");
        assert!(alike(&left, &right), "and leaves the same state");
        if outcome.kind != Kind::Success {
            assert!(outcome.logs.is_empty(), "what fails leaves no logs");
        }
    }
}

/// A state that holds the program and somebody to call it.
fn chain(wasm: &[u8]) -> (State, BlockContext) {
    let mut state = State::genesis(Address::ZERO, true);
    state.set_balance(SENDER, WEALTH);
    state.set_balance(PROGRAM, WEALTH);
    state.set_code(PROGRAM, account_code(wasm).into());
    (state, BlockContext::new(CHAIN_ID, 1, NOW, BASE_FEE))
}

/// What an account holds whose program is these bytes.
pub fn account_code(wasm: &[u8]) -> Vec<u8> {
    let mut code = vec![0xEF, 0xF0, 0x00, 0x00];
    let params = brotli::enc::BrotliEncoderParams { quality: 1, ..Default::default() };
    brotli::BrotliCompress(&mut &*wasm, &mut code, &params).expect("memory can be written");
    code
}

fn activation() -> Bytes {
    [&ACTIVATE[..], PROGRAM.into_word().as_slice()].concat().into()
}

fn transaction(state: &State, to: Address, data: Bytes, gas_limit: u64) -> Transaction {
    Transaction {
        from: SENDER,
        to: Some(to),
        data,
        gas_limit,
        max_fee_per_gas: BASE_FEE.into(),
        nonce: state.nonce(SENDER),
        chain_id: Some(CHAIN_ID),
        ..Transaction::default()
    }
}

/// Executes, and checks that nobody paid for more than was bought.
fn once(state: &mut State, block: &BlockContext, tx: &Transaction) -> Outcome {
    let outcome = evm::execute(state, block, tx, Mode::Commit).expect("a valid transaction");
    assert!(outcome.gas_used <= tx.gas_limit, "{} of {}", outcome.gas_used, tx.gas_limit);
    outcome
}

fn alike(left: &State, right: &State) -> bool {
    left.accounts().count() == right.accounts().count()
        && left.accounts().all(|(address, account)| right.account(address) == Some(account))
}
