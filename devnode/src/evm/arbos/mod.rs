//! ArbOS: what the chain itself remembers, and how it starts.
//!
//! All of it is storage of the account [`ARBOS_STATE`]. Precompiles read and write it for gas, the
//! machine for free; see `storage` for how it is laid out.

mod address_set;
mod genesis;
pub(crate) mod modules;
pub(crate) mod peek;
pub(crate) mod programs;
pub(crate) mod storage;
mod words;

use revm::primitives::{Address, B256, U256};

pub(crate) use self::address_set::{AddressSet, as_address};
pub use self::storage::ARBOS_STATE;
use self::{
    programs::Record,
    storage::{Space, Storage},
};
use super::{Context, State};
use crate::stylus::Params;

/// The ArbOS version of this chain.
pub const VERSION: u64 = 61;

/// A single number or address of the chain, by the slot it is kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// The ArbOS version.
    Version,
    /// The ArbOS version of a scheduled upgrade.
    UpgradeVersion,
    /// When that upgrade happens, in Unix seconds.
    UpgradeTimestamp,
    /// Who receives the fees.
    NetworkFeeAccount,
    /// Who receives the part of the fees that pays for infrastructure.
    InfraFeeAccount,
    /// Quality of the brotli compression that prices L1 data.
    BrotliLevel,
    /// Whether tips are collected.
    CollectTips,
    /// Gas per second the chain aims at.
    SpeedLimit,
    /// Most gas of a block.
    BlockGasLimit,
    /// The base fee of the next block in wei.
    BaseFee,
    /// Least base fee in wei.
    MinBaseFee,
    /// How slowly the base fee reacts.
    PricingInertia,
    /// Seconds of backlog that do not raise the base fee.
    BacklogTolerance,
    /// Most gas a transaction executes with.
    TxGasLimit,
    /// Who is paid for posting data to L1.
    L1RewardRecipient,
    /// How slowly the L1 price reacts.
    L1Inertia,
    /// Reward in wei per unit of L1 data.
    L1RewardRate,
    /// Price in wei of one unit of L1 data.
    L1PricePerUnit,
}

impl Field {
    /// The slot the field is kept in.
    pub(crate) fn slot(self) -> U256 {
        let (space, number) = match self {
            Self::Version => (Space::ROOT, 0),
            Self::UpgradeVersion => (Space::ROOT, 1),
            Self::UpgradeTimestamp => (Space::ROOT, 2),
            Self::NetworkFeeAccount => (Space::ROOT, 3),
            Self::InfraFeeAccount => (Space::ROOT, 6),
            Self::BrotliLevel => (Space::ROOT, 7),
            Self::CollectTips => (Space::ROOT, 11),
            Self::L1RewardRecipient => (l1_pricing(), 0),
            Self::L1Inertia => (l1_pricing(), 2),
            Self::L1RewardRate => (l1_pricing(), 3),
            Self::L1PricePerUnit => (l1_pricing(), 7),
            Self::SpeedLimit => (l2_pricing(), 0),
            Self::BlockGasLimit => (l2_pricing(), 1),
            Self::BaseFee => (l2_pricing(), 2),
            Self::MinBaseFee => (l2_pricing(), 3),
            Self::PricingInertia => (l2_pricing(), 5),
            Self::BacklogTolerance => (l2_pricing(), 6),
            Self::TxGasLimit => (l2_pricing(), 7),
        };
        space.field(number)
    }
}

fn l1_pricing() -> Space {
    Space::ROOT.sub(&[0])
}

fn l2_pricing() -> Space {
    Space::ROOT.sub(&[1])
}

/// The chain's owners.
pub(crate) fn chain_owners() -> AddressSet {
    AddressSet::new(Space::ROOT.sub(&[4]))
}

/// The addresses that have a number.
pub(crate) fn address_table() -> AddressSet {
    AddressSet::new(Space::ROOT.sub(&[3]))
}

/// Where the messages sent to L1 are accumulated.
pub(crate) fn send_merkle() -> Space {
    Space::ROOT.sub(&[5])
}

impl State {
    /// The base fee ArbOS has set for the next block, in wei.
    #[must_use]
    pub fn base_fee(&self) -> u64 {
        self.storage(ARBOS_STATE, Field::BaseFee.slot()).saturating_to()
    }

    /// What it costs to post one unit of data to the parent chain, in wei.
    #[must_use]
    pub fn l1_price(&self) -> U256 {
        self.storage(ARBOS_STATE, Field::L1PricePerUnit.slot())
    }

    /// Sets the least base fee, in wei.
    pub fn set_min_base_fee(&mut self, wei: u64) {
        self.set_storage(ARBOS_STATE, Field::MinBaseFee.slot(), U256::from(wei));
        self.set_storage(ARBOS_STATE, Field::BaseFee.slot(), U256::from(wei));
    }

    /// The least base fee, in wei.
    #[must_use]
    pub fn min_base_fee(&self) -> u64 {
        self.storage(ARBOS_STATE, Field::MinBaseFee.slot()).saturating_to()
    }
}

/// The Stylus parameters, read free of charge.
pub(super) fn params(ctx: &mut Context<'_>) -> Params {
    let Ok(params) = programs::read_params(ctx);
    params
}

/// The record of a code hash, read free of charge.
pub(super) fn program(ctx: &mut Context<'_>, codehash: B256) -> Record {
    let Ok(record) = Record::read(ctx, codehash);
    record
}

/// The most gas a transaction executes with.
pub(super) fn max_tx_gas(ctx: &mut Context<'_>) -> u64 {
    let Ok(limit) = ctx.get(Field::TxGasLimit.slot());
    limit.saturating_to()
}

/// Who receives the fees.
pub(super) fn network_fee_account(ctx: &mut Context<'_>) -> Address {
    let Ok(account) = ctx.get(Field::NetworkFeeAccount.slot());
    as_address(account)
}
