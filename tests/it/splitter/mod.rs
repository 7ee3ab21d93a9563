//! The revenue splitter.

mod payments;
mod receipts;

use alloy::primitives::{Address, B256, U256};
use eyre::Result;
use tributary::abi::{ISplitter, IToken};
use tributary_tests::{Case, World};

/// Payee kinds of the interface.
const ACCOUNT: u8 = 0;
const STREAM: u8 = 1;
const SPLITTER: u8 = 2;
const BURN: u8 = 3;

pub(crate) fn cases() -> Vec<Case> {
    [payments::cases(), receipts::cases()].concat()
}

/// Deposits `amount` of `token` under `source`, from the owner.
async fn deposit(world: &World, source: B256, token: Address, amount: U256) -> Result<()> {
    let spender = world.system.splitter();
    world.send(&world.owner, token, &IToken::approveCall { spender, value: amount }).await?;
    let call = ISplitter::depositCall { source, token, amount };
    world.send(&world.owner, spender, &call).await?;
    Ok(())
}

/// One payee: account, basis points, kind, tag.
type Payee = (Address, u32, u8, B256);

/// Creates a policy and returns its id.
async fn create_policy(world: &World, payees: &[Payee]) -> Result<U256> {
    let call = ISplitter::createPolicyCall {
        name: B256::right_padding_from(b"of a test"),
        payees: payees.iter().map(|payee| payee.0).collect(),
        bps: payees.iter().map(|payee| payee.1).collect(),
        kinds: payees.iter().map(|payee| payee.2).collect(),
        tags: payees.iter().map(|payee| payee.3).collect(),
    };
    let sent = world.send(&world.owner, world.system.splitter(), &call).await?;
    let log = sent.decoded_log::<ISplitter::PolicyCreated>().expect("a PolicyCreated").data;
    assert_eq!((log.payees, log.bps, log.kinds), (call.payees, call.bps, call.kinds));
    Ok(log.policyId)
}

/// Points `source` at another policy.
async fn point(world: &World, source: B256, policy_id: U256) -> Result<()> {
    let call = ISplitter::setSourcePolicyCall { source, policyId: policy_id };
    let sent = world.send(&world.owner, world.system.splitter(), &call).await?;
    let log = sent.decoded_log::<ISplitter::SourcePolicyChanged>();
    assert_eq!(log.expect("a SourcePolicyChanged").policyId, policy_id);
    Ok(())
}
