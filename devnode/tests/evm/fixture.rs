//! A chain of its own for each test, and the means to put programs and contracts on it.

use std::io::Write;

use devnode::{
    evm::{self, BlockContext, InvalidTransaction, Kind, Mode, Outcome, State, Transaction},
    precompiles::ARB_WASM,
};
use revm::primitives::{Address, Bytes, U256, address, keccak256};

/// The account that sends everything.
pub(crate) const ALICE: Address = address!("a11ce00000000000000000000000000000000001");
/// Another account.
pub(crate) const BOB: Address = address!("b0b0000000000000000000000000000000000002");
/// The time of the first block.
pub(crate) const NOW: u64 = 1_790_000_000;
/// Gas enough for anything a block can hold.
pub(crate) const GAS: u64 = 32_000_000;
/// Gas enough to reach the greatest call depth, which only a simulated call has.
pub(crate) const ENDLESS_GAS: u64 = 1 << 50;

const CHAIN_ID: u64 = 412_346;
const BASE_FEE: u64 = 100_000_000;
const ETHER: u64 = 1_000_000_000_000_000_000;

/// The smallest program: it succeeds.
pub(crate) const MINIMAL: &str = r#"(module (memory (export "memory") 0 0)
    (func (export "user_entrypoint") (param i32) (result i32) i32.const 0))"#;

/// One ether in wei.
pub(crate) fn ether() -> U256 {
    U256::from(ETHER)
}

/// A chain with one rich account.
pub(crate) struct Chain {
    /// The state.
    pub(crate) state: State,
    /// The block in progress.
    pub(crate) block: BlockContext,
}

impl Chain {
    /// A fresh chain at block 1.
    pub(crate) fn new() -> Self {
        let mut state = State::genesis(Address::ZERO, true);
        state.set_balance(ALICE, ether() * U256::from(1_000));
        Self { state, block: BlockContext::new(CHAIN_ID, 1, NOW, BASE_FEE) }
    }

    /// Begins the next block.
    pub(crate) fn mine(&mut self) {
        self.block.l2_number += 1;
    }

    /// A transaction of Alice's with her next nonce.
    pub(crate) fn transaction(&self, to: Option<Address>, data: impl Into<Bytes>) -> Transaction {
        Transaction {
            from: ALICE,
            to,
            data: data.into(),
            gas_limit: GAS,
            max_fee_per_gas: BASE_FEE.into(),
            nonce: self.state.nonce(ALICE),
            chain_id: Some(CHAIN_ID),
            ..Transaction::default()
        }
    }

    /// Executes a transaction that can be refused.
    pub(crate) fn try_send(&mut self, tx: &Transaction) -> Result<Outcome, InvalidTransaction> {
        evm::execute(&mut self.state, &self.block, tx, Mode::Commit)
    }

    /// Executes a transaction.
    pub(crate) fn send(&mut self, tx: &Transaction) -> Outcome {
        self.try_send(tx).expect("the transaction is valid")
    }

    /// Calls a contract in a transaction.
    pub(crate) fn call(&mut self, to: Address, data: impl Into<Bytes>) -> Outcome {
        self.send(&self.transaction(Some(to), data))
    }

    /// Calls a contract in a transaction that sends value.
    pub(crate) fn pay(&mut self, to: Address, value: U256, data: impl Into<Bytes>) -> Outcome {
        let tx = Transaction { value, ..self.transaction(Some(to), data) };
        self.send(&tx)
    }

    /// Simulates a free call with endless gas.
    pub(crate) fn simulate(&mut self, to: Address, data: impl Into<Bytes>) -> Outcome {
        let mut tx = self.transaction(Some(to), data);
        tx.max_fee_per_gas = 0;
        tx.gas_limit = ENDLESS_GAS;
        evm::execute(&mut self.state, &self.block, &tx, Mode::Call).expect("the call is valid")
    }

    /// Asks a precompile something and returns its answer.
    pub(crate) fn ask(&mut self, precompile: Address, data: impl Into<Bytes>) -> Bytes {
        let outcome = self.simulate(precompile, data);
        assert_eq!(outcome.kind, Kind::Success, "the precompile answers");
        outcome.output
    }

    /// Deploys code by a transaction with the init code that tools use.
    pub(crate) fn deploy(&mut self, code: &[u8]) -> Address {
        let outcome = self.send(&self.transaction(None, init_code(code)));
        assert_eq!(outcome.kind, Kind::Success, "the code is deployed");
        outcome.created.expect("a create creates")
    }

    /// Deploys a program without activating it.
    pub(crate) fn deploy_program(&mut self, wat: &str) -> Address {
        self.deploy(&program_code(wat))
    }

    /// Deploys and activates a program, and begins a new block.
    pub(crate) fn program(&mut self, wat: &str) -> Address {
        let program = self.deploy_program(wat);
        let outcome = self.activate(program);
        assert_eq!(outcome.kind, Kind::Success, "the program is activated");
        self.mine();
        program
    }

    /// Activates a program, paying more than enough.
    pub(crate) fn activate(&mut self, program: Address) -> Outcome {
        self.pay(ARB_WASM, ether(), activation(program))
    }

    /// The hash of an account's code.
    pub(crate) fn code_hash(&self, account: Address) -> U256 {
        keccak256(self.state.code(account)).into()
    }
}

/// The calldata of `activateProgram`.
pub(crate) fn activation(program: Address) -> Bytes {
    method("58c780c2", &[word(program)])
}

/// Calldata: a selector and words.
pub(crate) fn method(selector: &str, arguments: &[U256]) -> Bytes {
    let mut data = hex(selector);
    data.extend(arguments.iter().flat_map(|argument| argument.to_be_bytes::<32>()));
    data.into()
}

/// An address as a word.
pub(crate) fn word(address: Address) -> U256 {
    address.into_word().into()
}

/// The words of return data.
pub(crate) fn words(data: &Bytes) -> Vec<U256> {
    data.chunks(32).map(U256::from_be_slice).collect()
}

/// Bytes from hexadecimal, blanks allowed.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    revm::primitives::hex::decode(digits).expect("the text is hexadecimal")
}

/// A program's account code.
pub(crate) fn program_code(wat: &str) -> Vec<u8> {
    let mut code = vec![0xEF, 0xF0, 0x00, 0x00];
    code.extend(compress(&wat::parse_str(wat).expect("the program is WebAssembly")));
    code
}

/// Compresses bytes as tools do.
pub(crate) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut stream = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut stream, 4_096, 11, 22);
    writer.write_all(bytes).expect("memory can be written");
    drop(writer);
    stream
}

/// Init code that deploys `code`: a prelude of 43 bytes and the code.
pub(crate) fn init_code(code: &[u8]) -> Vec<u8> {
    let mut init = vec![0x7f];
    init.extend(U256::from(code.len()).to_be_bytes::<32>());
    init.extend(hex("80 602b 6000 39 6000 f3 00"));
    init.extend(code);
    init
}

/// EVM code that passes its call on to `target` by `CALL`, value and all, and its answer back.
pub(crate) fn forwarder(target: Address) -> Vec<u8> {
    let head = hex("36 5f 5f 37 5f 5f 36 5f 34 73");
    let tail = hex("5a f1 3d 5f 5f 3e 602a 57 3d 5f fd 5b 3d 5f f3");
    [head, target.to_vec(), tail].concat()
}

/// As [`forwarder`], by `DELEGATECALL`.
pub(crate) fn delegator(target: Address) -> Vec<u8> {
    let head = hex("36 5f 5f 37 5f 5f 36 5f 73");
    let tail = hex("5a f4 3d 5f 5f 3e 6029 57 3d 5f fd 5b 3d 5f f3");
    [head, target.to_vec(), tail].concat()
}

/// As [`forwarder`], by `STATICCALL`.
pub(crate) fn static_forwarder(target: Address) -> Vec<u8> {
    let head = hex("36 5f 5f 37 5f 5f 36 5f 73");
    let tail = hex("5a fa 3d 5f 5f 3e 6029 57 3d 5f fd 5b 3d 5f f3");
    [head, target.to_vec(), tail].concat()
}
