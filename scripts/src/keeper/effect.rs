//! What a call brings: by what it returns before it is sent, and by its logs afterwards.
//!
//! Contracts skip a payee that cannot be paid instead of failing, so that one does not hold up the others.
//! Success says nothing, then: a call that pays nobody costs as much as one that pays.

use alloy::{
    primitives::U256,
    rpc::types::Log,
    sol_types::{SolCall, SolEvent},
};

use crate::abi::{ISplitter, IVault};

/// How much a call with `data` moves, if it is one that moves tokens; of several accounts, all together.
#[must_use]
pub fn moved(data: &[u8], returned: &[u8]) -> Option<U256> {
    let selector = *data.first_chunk::<4>()?;
    let one = [
        ISplitter::distributeCall::SELECTOR,
        ISplitter::releaseCall::SELECTOR,
        ISplitter::releaseManyCall::SELECTOR,
        ISplitter::syncCall::SELECTOR,
    ];
    if one.contains(&selector) {
        return ISplitter::distributeCall::abi_decode_returns(returned).ok();
    }
    if selector != IVault::claimManyCall::SELECTOR {
        return None;
    }
    let amounts = IVault::claimManyCall::abi_decode_returns(returned).ok()?;
    Some(amounts.into_iter().fold(U256::ZERO, U256::saturating_add))
}

/// Whom a transaction with `logs` meant to pay and did not.
#[must_use]
pub fn skipped(logs: &[Log]) -> Vec<String> {
    logs.iter().filter_map(|log| payee(log).or_else(|| account(log))).collect()
}

fn payee(log: &Log) -> Option<String> {
    let skipped = ISplitter::PayeeSkipped::decode_log(&log.inner).ok()?;
    let (index, policy) = (skipped.payeeIndex, skipped.policyId);
    Some(format!("payee {index} of policy {policy}, {}, was skipped", skipped.payee))
}

fn account(log: &Log) -> Option<String> {
    let skipped = IVault::ClaimSkipped::decode_log(&log.inner).ok()?;
    Some(format!("{} was skipped", skipped.account))
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Address, B256};

    use super::*;

    fn words(words: &[u64]) -> Vec<u8> {
        words.iter().flat_map(|word| B256::from(U256::from(*word)).0).collect()
    }

    #[test]
    fn what_a_call_moves_is_read_from_what_it_returns() {
        let token = Address::ZERO;
        let distribute = ISplitter::distributeCall { policyId: U256::from(1), token }.abi_encode();
        assert_eq!(moved(&distribute, &words(&[7])), Some(U256::from(7)));
        assert_eq!(moved(&distribute, &[]), None, "no answer says nothing");
        let many = IVault::claimManyCall { accounts: vec![token; 3], token }.abi_encode();
        assert_eq!(moved(&many, &words(&[32, 3, 4, 0, 5])), Some(U256::from(9)));
        let checkpoint = IVault::checkpointCall { maxWeeks: U256::from(1) }.abi_encode();
        assert_eq!(moved(&checkpoint, &words(&[0])), None, "it moves no tokens");
    }

    #[test]
    fn a_payee_that_was_skipped_is_named() {
        let skipped = ISplitter::PayeeSkipped {
            policyId: U256::from(1),
            token: Address::ZERO,
            payee: Address::repeat_byte(0x77),
            payeeIndex: U256::from(2),
            amount: U256::from(3),
        };
        let inner =
            alloy::primitives::Log { address: Address::ZERO, data: skipped.encode_log_data() };
        let log = Log { inner, ..Log::default() };
        let payee = Address::repeat_byte(0x77);
        let told = format!("payee 2 of policy 1, {payee}, was skipped");
        assert_eq!(super::skipped(&[log, Log::default()]), [told]);
    }
}
