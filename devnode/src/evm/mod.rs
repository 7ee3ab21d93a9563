//! Transaction execution: revm, taught Stylus and ArbOS.
//!
//! [`execute`] runs one transaction against a [`State`] in a [`BlockContext`]. Underneath is revm's
//! own machine at Osaka rules, with three things exchanged:
//!
//! - **Frames.** A frame is either EVM code or a Stylus program. A program that calls out is
//!   suspended, the callee becomes the next frame on revm's frame stack, and its result resumes
//!   the program. Nothing recurses on the native stack, so the call depth of 1,024 is reached by
//!   Stylus programs just as by EVM code.
//! - **Precompiles.** Arbitrum's are added to Ethereum's. What they know lives in the storage of one
//!   account and goes through revm's journal: it reverts with the frame that changed it.
//! - **Fees and block values**, as Arbitrum has them: the effective gas price is the base fee, tips
//!   are not collected, `NUMBER` is the L1 block number, and gas above the per-transaction limit is
//!   held back and returned.

pub mod arbos;
mod block;
mod frame;
mod handler;
mod machine;
pub mod map;
mod opcodes;
mod outcome;
mod posting;
mod program;
mod recent;
mod state;
mod trace;
mod transaction;
mod world;

use revm::{context_interface::result::EVMError, state::EvmState};

pub use self::{
    block::{BlockContext, BlockHashes, GAS_LIMIT, MAX_CODE_SIZE, SEQUENCER},
    outcome::{Kind, Outcome},
    state::{Account, State},
    trace::{CallRecord, CallType, Detail, Event, OpStep, Trace, Wanted},
    transaction::{InvalidTransaction, Transaction},
};
use self::{handler::Arbitral, machine::Machine, recent::RecentPrograms, trace::Tracer};
pub(crate) use self::{
    machine::{Context, SPEC},
    posting::gas as posting_gas,
};

/// Whether a transaction is part of the chain or only a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// A signed transaction in a block: everything is checked, and what it does stays.
    Commit,
    /// As [`Mode::Commit`], for a sender who did not sign and may be a contract.
    Impersonate,
    /// `eth_call`, `eth_estimateGas`: any sender, any nonce, no price unless one is named, gas
    /// beyond the per-transaction limit, an empty recent-program cache, and nothing stays.
    Call,
}

/// Executes a transaction.
///
/// # Errors
///
/// [`InvalidTransaction`] when it cannot be part of a block; the state is then unchanged. A failing
/// execution is not an error but an [`Outcome`].
pub fn execute(
    state: &mut State,
    block: &BlockContext,
    tx: &Transaction,
    mode: Mode,
) -> Result<Outcome, InvalidTransaction> {
    let Finished { outcome, changes, recent, .. } = run(state, block, tx, mode, None)?;
    if mode != Mode::Call {
        state.commit(changes);
        state.recent = recent;
    }
    Ok(outcome)
}

/// Executes a transaction and records what it does. The state stays as it is.
///
/// # Errors
///
/// Those of [`execute`].
pub fn trace(
    state: &State,
    block: &BlockContext,
    tx: &Transaction,
    mode: Mode,
    wanted: Wanted,
) -> Result<Trace, InvalidTransaction> {
    let tracer = Box::new(Tracer::new(wanted));
    let finished = run(state, block, tx, mode, Some(tracer))?;
    let tracer = finished.tracer.unwrap_or_else(|| Box::new(Tracer::new(wanted)));
    Ok(tracer.finish(finished.outcome, state, finished.changes))
}

/// What an execution leaves behind.
struct Finished {
    outcome: Outcome,
    changes: EvmState,
    recent: RecentPrograms,
    tracer: Option<Box<Tracer>>,
}

fn run(
    state: &State,
    block: &BlockContext,
    tx: &Transaction,
    mode: Mode,
    tracer: Option<Box<Tracer>>,
) -> Result<Finished, InvalidTransaction> {
    tx.check(state, block, mode)?;
    let mut machine = Machine::new(state, block, tx, mode, tracer);
    let result = revm::handler::Handler::run(&mut Arbitral::default(), &mut machine);
    let result = result.map_err(|error| match error {
        EVMError::Transaction(reason) => tx.refused(block, &reason),
        other => InvalidTransaction::Other(other.to_string()),
    })?;
    let outcome = Outcome { gas_used_for_l1: machine.poster_gas(), ..Outcome::new(result) };
    let (changes, recent, tracer) = machine.finish();
    Ok(Finished { outcome, changes, recent, tracer })
}
