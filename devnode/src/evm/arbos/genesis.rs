//! The state a fresh development chain starts with.

use revm::primitives::{Address, Bytes, U256};

use super::{ARBOS_STATE, Field, VERSION, chain_owners, programs, storage::Storage};
use crate::{evm::State, precompiles};

/// The code of every precompile of ArbOS: one invalid opcode, so that its account is not empty.
const PRECOMPILE_CODE: &[u8] = &[0xFE];

/// The numbers a fresh chain starts with.
const FIELDS: [(Field, u64); 12] = [
    (Field::Version, VERSION),
    (Field::BrotliLevel, 1),
    (Field::SpeedLimit, 7_000_000),
    (Field::BlockGasLimit, 32_000_000),
    (Field::BaseFee, 100_000_000),
    (Field::MinBaseFee, 100_000_000),
    (Field::PricingInertia, 102),
    (Field::BacklogTolerance, 10),
    (Field::TxGasLimit, 32_000_000),
    (Field::L1Inertia, 10),
    (Field::L1RewardRate, 10),
    // The chain of a development node posts nothing to L1, so data costs nothing there.
    (Field::L1PricePerUnit, 0),
];

impl State {
    /// A fresh chain: ArbOS and its precompiles, owned by `owner`, who also receives the fees.
    ///
    /// An official development chain starts with the zero address as its owner. `debug` adds
    /// ArbDebug, by which anyone can become an owner.
    #[must_use]
    pub fn genesis(owner: Address, debug: bool) -> Self {
        let mut state = Self::default();
        // An account without nonce, balance and code is empty, and its storage would be lost.
        state.set_nonce(ARBOS_STATE, 1);
        for address in precompiles::addresses(debug) {
            state.set_code(address, Bytes::from_static(PRECOMPILE_CODE));
        }
        let Ok(()) = initialise(&mut state, owner);
        state
    }
}

fn initialise<S: Storage>(storage: &mut S, owner: Address) -> Result<(), S::Error> {
    for (field, value) in FIELDS {
        storage.set(field.slot(), U256::from(value))?;
    }
    storage.set(Field::NetworkFeeAccount.slot(), owner.into_word().into())?;
    chain_owners().add(storage, owner)?;
    programs::initialise(storage)
}
