//! What a transaction can learn about the block it runs in.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

use revm::{
    Database,
    bytecode::Bytecode,
    context::BlockEnv,
    context_interface::block::BlobExcessGasAndPrice,
    primitives::{Address, B256, U256, address},
    state::AccountInfo,
};

use super::State;

/// `COINBASE` of user blocks: the sequencer.
pub const SEQUENCER: Address = address!("A4b000000000000000000073657175656e636572");

/// `GASLIMIT` on Arbitrum: 2^50, a number that no block reaches.
pub const GAS_LIMIT: u64 = 1 << 50;

/// EIP-170: how many bytes of code an account can hold.
pub const MAX_CODE_SIZE: usize = 24_576;

/// Block hashes by number; a handle that is cheap to clone.
pub type BlockHashes = Arc<BTreeMap<u64, B256>>;

/// The block in which a transaction runs.
#[derive(Clone, Debug)]
pub struct BlockContext {
    /// The height of this block (`ArbSys.arbBlockNumber`).
    pub l2_number: u64,
    /// The L1 block number ArbOS has recorded: `NUMBER` and `block_number`.
    pub l1_number: u64,
    /// Seconds since the Unix epoch.
    pub timestamp: u64,
    /// L2 base fee in wei; it is also the price every transaction pays.
    pub basefee: u64,
    /// `COINBASE`, usually [`SEQUENCER`].
    pub coinbase: Address,
    /// `GASLIMIT`, usually [`GAS_LIMIT`].
    pub gas_limit: u64,
    /// The chain's id.
    pub chain_id: u64,
    /// Whether the chain has `ArbDebug` and the `console` host functions.
    pub debug: bool,
    /// How many bytes of code an account can hold, usually [`MAX_CODE_SIZE`].
    pub max_code_size: usize,
    /// Hashes of earlier blocks of this chain (`ArbSys.arbBlockHash`); the last 256 are enough.
    pub l2_hashes: BlockHashes,
    /// Hashes of L1 blocks (`BLOCKHASH`); the last 256 are enough.
    pub l1_hashes: BlockHashes,
}

impl BlockContext {
    /// Block `number` of chain `chain_id` at `timestamp`, with the values a fresh chain starts with.
    #[must_use]
    pub fn new(chain_id: u64, number: u64, timestamp: u64, basefee: u64) -> Self {
        Self {
            l2_number: number,
            l1_number: 0,
            timestamp,
            basefee,
            coinbase: SEQUENCER,
            gas_limit: GAS_LIMIT,
            chain_id,
            debug: true,
            max_code_size: MAX_CODE_SIZE,
            l2_hashes: BlockHashes::default(),
            l1_hashes: BlockHashes::default(),
        }
    }

    /// The block as revm's opcodes see it, with the base fee a transaction is charged.
    pub(super) fn env(&self, basefee: u64) -> BlockEnv {
        BlockEnv {
            number: U256::from(self.l1_number),
            beneficiary: self.coinbase,
            timestamp: U256::from(self.timestamp),
            gas_limit: self.gas_limit,
            basefee,
            difficulty: U256::ONE,
            prevrandao: Some(B256::with_last_byte(1)),
            // No blobs on Arbitrum; revm insists on a value from Cancun on.
            blob_excess_gas_and_price: Some(BlobExcessGasAndPrice {
                excess_blob_gas: 0,
                blob_gasprice: 1,
            }),
            slot_num: 0,
        }
    }
}

/// The state as a transaction reads it: accounts, and the hashes of L1 blocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(super) state: &'a State,
    pub(super) block: &'a BlockContext,
}

impl<'a> View<'a> {
    /// The block the transaction is in.
    pub(crate) fn block(&self) -> &'a BlockContext {
        self.block
    }
}

impl Database for View<'_> {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.state.info(address))
    }

    /// Never asked in practice: [`Database::basic`] already delivers the code.
    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, Infallible> {
        let found = self.state.accounts().find(|(_, account)| account.code_hash == hash);
        Ok(found.map(|(_, account)| account.code.clone()).unwrap_or_default())
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(self.state.storage(address, slot))
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Infallible> {
        Ok(self.block.l1_hashes.get(&number).copied().unwrap_or_default())
    }
}
