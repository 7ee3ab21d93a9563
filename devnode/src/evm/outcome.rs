//! What came of a transaction.

use revm::{
    context_interface::result::{ExecutionResult, HaltReason, Output},
    interpreter::{InstructionResult, SuccessOrHalt},
    primitives::{Address, Bytes, Log},
};

/// How a transaction ended. All three end in a receipt; only success changes more than the sender's
/// nonce and the balances that pay for the gas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It did what it was asked to do.
    Success,
    /// It was reverted by the contract; unused gas was returned and there may be output.
    Revert,
    /// It failed in a way that consumes all gas; the text is what a node reports.
    Halt(String),
}

/// The result of a transaction that could be executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub kind: Kind,
    /// Gas the sender pays for, refunds deducted (`gasUsed` of the receipt).
    pub gas_used: u64,
    /// The part of `gas_used` that pays for posting the transaction to the parent chain.
    pub gas_used_for_l1: u64,
    /// Gas returned for storage that was cleared; already deducted from `gas_used`.
    pub gas_refunded: u64,
    /// Return data, revert data, or nothing.
    pub output: Bytes,
    /// Events, in order; none unless it succeeded.
    pub logs: Vec<Log>,
    /// The contract that was created.
    pub created: Option<Address>,
}

impl Outcome {
    /// Whether the receipt's status is 1.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.kind == Kind::Success
    }

    pub(super) fn new(result: ExecutionResult) -> Self {
        let (kind, gas, output, logs, created) = match result {
            ExecutionResult::Success { gas, logs, output: Output::Call(output), .. } => {
                (Kind::Success, gas, output, logs, None)
            }
            ExecutionResult::Success {
                gas, logs, output: Output::Create(output, created), ..
            } => (Kind::Success, gas, output, logs, created),
            ExecutionResult::Revert { gas, output, .. } => {
                (Kind::Revert, gas, output, Vec::new(), None)
            }
            ExecutionResult::Halt { gas, reason, .. } => {
                (Kind::Halt(text(reason)), gas, Bytes::new(), Vec::new(), None)
            }
        };
        let gas_refunded = gas.final_refunded();
        Self {
            kind,
            gas_used: gas.tx_gas_used(),
            gas_used_for_l1: 0,
            gas_refunded,
            output,
            logs,
            created,
        }
    }
}

/// Why a frame failed that did not succeed, in go-ethereum's words.
pub(super) fn failure(result: InstructionResult) -> String {
    halted(result).unwrap_or_else(|| "execution reverted".to_owned())
}

/// Why an instruction took all gas, in go-ethereum's words, if it did.
pub(super) fn halted(result: InstructionResult) -> Option<String> {
    match SuccessOrHalt::from(result) {
        SuccessOrHalt::Halt(reason) => Some(text(reason)),
        _ => None,
    }
}

/// The text go-ethereum has for a failure that consumes all gas.
fn text(reason: HaltReason) -> String {
    let text = match reason {
        HaltReason::PrecompileErrorWithContext(text) => return text,
        HaltReason::OutOfGas(_) => "out of gas",
        HaltReason::OpcodeNotFound | HaltReason::InvalidFEOpcode | HaltReason::NotActivated => {
            "invalid opcode"
        }
        HaltReason::InvalidJump => "invalid jump destination",
        HaltReason::StackUnderflow => "stack underflow",
        HaltReason::StackOverflow => "stack limit reached",
        HaltReason::OutOfOffset => "return data out of bounds",
        HaltReason::CreateCollision => "contract address collision",
        HaltReason::CreateContractSizeLimit => "max code size exceeded",
        HaltReason::CreateContractStartingWithEF => "invalid code: must not begin with 0xef",
        HaltReason::CreateInitCodeSizeLimit => "max initcode size exceeded",
        HaltReason::NonceOverflow => "nonce uint64 overflow",
        HaltReason::StateChangeDuringStaticCall | HaltReason::CallNotAllowedInsideStatic => {
            "write protection"
        }
        HaltReason::OutOfFunds | HaltReason::OverflowPayment => "insufficient balance for transfer",
        HaltReason::CallTooDeep => "max call depth exceeded",
        HaltReason::PrecompileError => "execution reverted",
    };
    text.to_owned()
}
