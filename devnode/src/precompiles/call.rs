//! A call of a precompile while it is answered: its gas, its rights, and what it can do.

use alloy::sol_types::{SolError, SolEvent, SolInterface};
use revm::{
    context_interface::{ContextTr, JournalTr, LocalContextTr},
    interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult},
    primitives::{Address, Bytes, Log, U256},
};

use crate::evm::{
    Context,
    arbos::{peek, storage::Storage},
};

/// Gas to open the state of ArbOS, which every method does that is not `pure`.
const OPEN_STATE: u64 = 800;
/// Gas per word of arguments or results.
const COPY_WORD: u64 = 3;
/// Gas of a storage read.
pub(super) const READ: u64 = 800;
const WRITE: u64 = 20_000;
const WRITE_ZERO: u64 = 5_000;
/// Gas of a log, and of each of its topics.
const LOG: u64 = 375;
const LOG_BYTE: u64 = 8;

/// What a method may do, as its declaration says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mutability {
    /// Neither reads nor writes.
    Pure,
    /// Reads.
    View,
    /// Writes.
    Write,
    /// Writes and takes value.
    Payable,
}

/// How a method can fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The gas is used up.
    OutOfGas,
    /// A declared error: a revert with data that leaves the gas.
    Declared(Bytes),
    /// Another error of the method: a revert without data that leaves the gas.
    Rejected,
    /// The call was not one the precompile answers: a revert without data that takes all gas.
    Refused,
    /// A failure with a reason, reported if the transaction fails by it. Takes all gas.
    Fatal(String),
}

/// What a method returns.
pub(super) type Answer<T> = Result<T, Failure>;

impl<E: SolError> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Declared(error.abi_encode().into())
    }
}

/// A call in progress.
pub(super) struct Call<'b, 'a> {
    /// The transaction.
    pub(super) ctx: &'b mut Context<'a>,
    /// Gas left.
    pub(super) gas: u64,
    /// Who called.
    pub(super) caller: Address,
    /// Wei sent along, already in the precompile's account.
    pub(super) value: U256,
    /// The precompile.
    pub(super) address: Address,
    /// The address acted as: another one in a delegate call.
    acting: Address,
    is_static: bool,
    /// Whether nothing is charged: owners act for free.
    free: bool,
}

impl<'b, 'a> Call<'b, 'a> {
    pub(super) fn new(ctx: &'b mut Context<'a>, inputs: &CallInputs) -> Self {
        Self {
            ctx,
            gas: inputs.gas_limit,
            caller: inputs.caller,
            value: inputs.value.get(),
            address: inputs.bytecode_address,
            acting: inputs.target_address,
            is_static: inputs.is_static,
            free: false,
        }
    }

    /// Decodes the input, checks that the call is admissible, and lets `method` answer it.
    pub(super) fn answer<I: SolInterface>(
        &mut self,
        data: &[u8],
        mutability: impl FnOnce(&I) -> Mutability,
        method: impl FnOnce(&mut Self, I) -> Answer<Vec<u8>>,
    ) -> Answer<Vec<u8>> {
        let input = I::abi_decode(data).map_err(|_| Failure::Refused)?;
        let mutability = mutability(&input);
        self.admit(mutability)?;
        if mutability != Mutability::Pure {
            self.burn(OPEN_STATE)?;
        }
        self.burn(COPY_WORD * words(data.len().saturating_sub(4)))?;
        let output = method(self, input)?;
        self.burn(COPY_WORD * words(output.len()))?;
        Ok(output)
    }

    fn admit(&self, mutability: Mutability) -> Answer<()> {
        let writes = matches!(mutability, Mutability::Write | Mutability::Payable);
        let is_delegated = self.acting != self.address;
        let refused = (self.is_static && writes)
            || (is_delegated && mutability != Mutability::Pure)
            || (!self.value.is_zero() && mutability != Mutability::Payable);
        if refused { Err(Failure::Refused) } else { Ok(()) }
    }

    /// From here on, nothing is charged.
    pub(super) fn make_free(&mut self) {
        self.free = true;
    }

    /// Takes `gas`.
    pub(super) fn burn(&mut self, gas: u64) -> Answer<()> {
        if !self.free {
            self.gas = self.gas.checked_sub(gas).ok_or(Failure::OutOfGas)?;
        }
        Ok(())
    }

    /// Emits an event of the precompile.
    pub(super) fn emit(&mut self, event: &impl SolEvent) -> Answer<()> {
        let data = event.encode_log_data();
        let (topics, bytes) = (data.topics().len() as u64, data.data.len() as u64);
        self.burn(LOG + LOG * topics + LOG_BYTE * bytes)?;
        self.ctx.journaled_state.log(Log { address: self.address, data });
        Ok(())
    }

    /// Moves wei out of the precompile's account.
    pub(super) fn pay(&mut self, to: Address, value: U256) -> Answer<()> {
        let Ok(problem) = self.ctx.journaled_state.transfer(self.address, to, value);
        if problem.is_some() { Err(Failure::Rejected) } else { Ok(()) }
    }

    /// Seconds since the Unix epoch, by the block's clock.
    pub(super) fn now(&self) -> u64 {
        self.ctx.journaled_state.database.block().timestamp
    }

    /// The result of the call as revm takes it.
    pub(super) fn finish(self, answer: Answer<Vec<u8>>, limit: u64) -> InterpreterResult {
        let (result, output, left) = match answer {
            Ok(output) => (InstructionResult::Return, output.into(), self.gas),
            Err(Failure::Declared(data)) => (InstructionResult::Revert, data, self.gas),
            Err(Failure::Rejected) => (InstructionResult::Revert, Bytes::new(), self.gas),
            Err(Failure::Refused) => (InstructionResult::Revert, Bytes::new(), 0),
            Err(Failure::OutOfGas) => (InstructionResult::PrecompileOOG, Bytes::new(), 0),
            Err(Failure::Fatal(reason)) => {
                // Only the reason why the transaction itself failed is reported.
                if self.ctx.journaled_state.depth() == 1 {
                    self.ctx.local_mut().set_precompile_error_context(reason);
                }
                (InstructionResult::PrecompileError, Bytes::new(), 0)
            }
        };
        let mut gas = Gas::new(limit);
        let affordable = gas.record_regular_cost(limit.saturating_sub(left));
        debug_assert!(affordable, "a call can't spend more than its limit");
        InterpreterResult { result, output, gas }
    }
}

/// The state of ArbOS, at the price precompiles pay for it.
impl Storage for Call<'_, '_> {
    type Error = Failure;

    fn get(&mut self, slot: U256) -> Answer<U256> {
        self.burn(READ)?;
        let Ok(value) = self.ctx.get(slot);
        Ok(value)
    }

    fn set(&mut self, slot: U256, value: U256) -> Answer<()> {
        self.burn(if value.is_zero() { WRITE_ZERO } else { WRITE })?;
        let Ok(()) = self.ctx.set(slot, value);
        Ok(())
    }
}

impl Call<'_, '_> {
    /// The code hash of an account, for the price of looking at a cold account. Zero if the account
    /// is empty.
    pub(super) fn code_hash(&mut self, account: Address) -> Answer<revm::primitives::B256> {
        const COLD_ACCOUNT: u64 = 2_600;
        self.burn(COLD_ACCOUNT)?;
        let info = peek::info(self.ctx, account);
        Ok(if info.is_empty() { Default::default() } else { info.code_hash })
    }
}

/// The 32-byte words that `bytes` bytes fill.
pub(super) fn words(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(32)
}
