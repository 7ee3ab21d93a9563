//! The access list that a transaction would profit from.

use alloy::{
    eips::{
        BlockId,
        eip2930::{AccessList, AccessListItem},
    },
    primitives::U256,
    rpc::types::TransactionRequest,
};

use super::{
    Chain, ChainError, Overrides, Scene,
    call::{GAS_CAP, output},
    request,
};
use crate::{
    evm::{SEQUENCER, Trace, Transaction, Wanted},
    precompiles,
};

/// How often a list may change what the transaction looks at, before the last one has to do.
const ROUNDS: usize = 4;

/// Ethereum's precompiles have addresses below this.
const LAST_PRECOMPILE: u64 = 0x1ff;

/// A list, and what came of the transaction that has it.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The accounts it looks at and their slots.
    pub(crate) list: AccessList,
    /// The gas it uses with the list.
    pub(crate) gas_used: u64,
    /// Why it fails, if it does.
    pub(crate) error: Option<ChainError>,
}

impl Chain {
    /// The list of what `request` looks at, if it ran after the block that `id` names.
    ///
    /// # Errors
    /// When the request can't be run at all. That it fails when it runs is part of the answer.
    pub(crate) fn access_list(
        &self,
        request: &TransactionRequest,
        id: BlockId,
    ) -> Result<Listed, ChainError> {
        let scene = self.scene(id, Overrides::default())?;
        let gas = request.gas.unwrap_or(GAS_CAP).min(GAS_CAP);
        let mut transaction = request::simulated(request, gas)?;
        let mut trace = run(&scene, &transaction)?;
        for _ in 0..ROUNDS {
            let list = looked_at(&trace, &transaction);
            if list == transaction.access_list {
                break;
            }
            transaction.access_list = list;
            trace = run(&scene, &transaction)?;
        }
        let gas_used = trace.outcome.gas_used;
        let error = output(trace.outcome).err();
        Ok(Listed { list: transaction.access_list, gas_used, error })
    }
}

fn run(scene: &Scene, transaction: &Transaction) -> Result<Trace, ChainError> {
    scene.trace(transaction, Wanted::default())
}

/// What the transaction looked at, less what is warm anyway.
fn looked_at(trace: &Trace, transaction: &Transaction) -> AccessList {
    let called = trace.top.as_ref().and_then(|top| top.to);
    let accessed = trace.accessed.iter().filter(|(address, slots)| {
        let is_warm = **address == transaction.from
            || **address == SEQUENCER
            || Some(**address) == called
            || U256::from_be_bytes(address.into_word().0) <= U256::from(LAST_PRECOMPILE)
            || precompiles::addresses(true).any(|known| known == **address);
        !is_warm || !slots.is_empty()
    });
    let items = accessed.map(|(address, slots)| AccessListItem {
        address: *address,
        storage_keys: slots.iter().map(|slot| (*slot).into()).collect(),
    });
    AccessList(items.collect())
}
