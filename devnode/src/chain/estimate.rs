//! The least gas a transaction needs, found by trying.
//!
//! What a transaction uses is not what it needs: refunds are paid at the end, and a call keeps a
//! sixty-fourth back from its callee. So a binary search runs it again and again, as geth does, until
//! the answer is within 1.5 % of the least. It starts where most transactions end: at the gas used,
//! the refund, a value call's stipend, and the sixty-fourth.

use alloy::{eips::BlockId, primitives::U256, rpc::types::TransactionRequest};

use super::{
    Chain, ChainError, Overrides,
    call::{GAS_CAP, Scene, output},
    request,
};
use crate::evm::{InvalidTransaction, Kind, Outcome, Transaction};

/// What a plain transfer costs.
const TRANSFER_GAS: u64 = 21_000;

/// What a call that carries value gives its callee for free.
const CALL_STIPEND: u64 = 2_300;

/// The search ends when the least gas is known to one part in this many (1.5 %, rounded down).
const PRECISION: u64 = 67;

impl Chain {
    /// The gas limit to send `request` with, if it ran after the block that `id` names.
    ///
    /// # Errors
    /// When the transaction fails however much gas it gets: the failure's own error.
    pub(crate) fn estimate(
        &self,
        request: &TransactionRequest,
        id: BlockId,
        overrides: Overrides,
    ) -> Result<u64, ChainError> {
        let mut scene = self.scene(id, overrides)?;
        let mut transaction = request::simulated(request, GAS_CAP)?;
        let highest = allowance(request, &transaction, &scene)?;
        if is_transfer(&transaction, &scene) && runs(&mut scene, &mut transaction, TRANSFER_GAS)? {
            return Ok(TRANSFER_GAS);
        }
        let outcome = first_run(&mut scene, &mut transaction, highest)?;
        search(&outcome, highest, |gas| runs(&mut scene, &mut transaction, gas))
    }
}

/// The most gas worth trying: what was asked for and what the sender can pay.
fn allowance(
    request: &TransactionRequest,
    transaction: &Transaction,
    scene: &Scene,
) -> Result<u64, ChainError> {
    let asked = request.gas.filter(|gas| *gas >= TRANSFER_GAS).unwrap_or(GAS_CAP).min(GAS_CAP);
    if transaction.max_fee_per_gas == 0 {
        return Ok(asked);
    }
    let address = transaction.from;
    let left = scene
        .state
        .balance(address)
        .checked_sub(transaction.value)
        .ok_or(InvalidTransaction::InsufficientFundsForTransfer { address })?;
    let payable = left / U256::from(transaction.max_fee_per_gas);
    Ok(asked.min(payable.saturating_to()))
}

fn is_transfer(transaction: &Transaction, scene: &Scene) -> bool {
    let plain = transaction.data.is_empty() && transaction.authorization_list.is_none();
    plain && transaction.to.is_some_and(|to| scene.state.code(to).is_empty())
}

/// Runs it with all the gas there is: if that isn't enough, nothing is.
fn first_run(
    scene: &mut Scene,
    transaction: &mut Transaction,
    highest: u64,
) -> Result<Outcome, ChainError> {
    transaction.gas_limit = highest;
    let outcome = match scene.run(transaction) {
        Err(error) if lacks_gas(&error) => return Err(ChainError::GasAllowance(highest)),
        outcome => outcome?,
    };
    if outcome.kind == Kind::Halt("out of gas".into()) {
        return Err(ChainError::GasAllowance(highest));
    }
    output(outcome.clone()).map(|_| outcome)
}

/// Whether it succeeds with this much gas.
fn runs(scene: &mut Scene, transaction: &mut Transaction, gas: u64) -> Result<bool, ChainError> {
    transaction.gas_limit = gas;
    match scene.run(transaction) {
        Ok(outcome) => Ok(outcome.is_success()),
        Err(error) if lacks_gas(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn lacks_gas(error: &ChainError) -> bool {
    matches!(error, ChainError::Invalid(InvalidTransaction::IntrinsicGas { .. }))
}

/// Narrows the range between what is too little and what is enough, which `highest` is.
fn search(
    outcome: &Outcome,
    highest: u64,
    mut runs: impl FnMut(u64) -> Result<bool, ChainError>,
) -> Result<u64, ChainError> {
    let (mut low, mut high) = (outcome.gas_used.saturating_sub(1), highest);
    let mut middle = optimistic(outcome);
    while low + 1 < high && high - low > high / PRECISION {
        // Most transactions need little more than they use: lean to the lower end.
        middle = middle.clamp(low + 1, high - 1);
        if runs(middle)? {
            high = middle;
        } else {
            low = middle;
        }
        middle = low.midpoint(high).min(low.saturating_mul(2));
    }
    Ok(high)
}

/// What is probably enough.
fn optimistic(outcome: &Outcome) -> u64 {
    let needed = outcome.gas_used + outcome.gas_refunded + CALL_STIPEND;
    needed.saturating_mul(64) / 63
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(gas_used: u64) -> Outcome {
        let output = Default::default();
        Outcome {
            kind: Kind::Success,
            gas_used,
            gas_used_for_l1: 0,
            gas_refunded: 0,
            output,
            logs: Vec::new(),
            created: None,
        }
    }

    fn found(used: u64, needed: u64) -> (u64, usize) {
        let mut tries = 0;
        let gas = search(&outcome(used), GAS_CAP, |gas| {
            tries += 1;
            Ok(gas >= needed)
        });
        (gas.unwrap(), tries)
    }

    #[test]
    fn the_answer_is_enough_and_within_the_precision() {
        for (used, needed) in [(21_500, 21_500), (90_000, 400_000), (30_000, 30_000_000)] {
            let (gas, _) = found(used, needed);
            assert!(gas >= needed, "{gas} for {needed}");
            assert!(gas - needed <= gas / PRECISION, "{gas} for {needed}");
        }
    }

    #[test]
    fn an_ordinary_transaction_takes_few_tries() {
        let (_, tries) = found(200_000, 201_000);
        assert!(tries <= 2, "{tries}");
    }
}
