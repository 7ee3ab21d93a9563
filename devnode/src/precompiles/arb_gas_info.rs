//! ArbGasInfo: what gas and data cost, in wei and in gas.

use alloy::sol_types::SolValue;
use revm::primitives::U256;

use super::{
    abi::ArbGasInfo::ArbGasInfoCalls as Method,
    call::{Answer, Call, Mutability},
};
use crate::evm::arbos::{Field, storage::Storage};

/// Units of L1 data per byte of calldata, as EIP-2028 prices a non-zero byte.
const UNITS_PER_BYTE: u64 = 16;
/// Bytes of L1 data of a simple transaction.
const SIMPLE_TX_BYTES: u64 = 140;
/// Gas that a batch of transactions is charged for itself.
const PER_BATCH_GAS: i64 = 210_000;
/// Units of data over which the L1 price finds its balance: ten million bytes.
const EQUILIBRATION_UNITS: u64 = UNITS_PER_BYTE * 10_000_000;
/// Gas to write a storage slot.
const STORAGE_GAS: u64 = 20_000;

pub(super) fn mutability(_method: &Method) -> Mutability {
    Mutability::View
}

pub(super) fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    match method {
        Method::getPricesInWei(_) | Method::getPricesInWeiWithAggregator(_) => prices_in_wei(call),
        Method::getPricesInArbGas(_) | Method::getPricesInArbGasWithAggregator(_) => {
            prices_in_gas(call)
        }
        Method::getGasAccountingParams(_) => accounting(call),
        Method::getMinimumGasPrice(_) => word(call, Field::MinBaseFee),
        Method::getL1BaseFeeEstimate(_) | Method::getL1GasPriceEstimate(_) => {
            word(call, Field::L1PricePerUnit)
        }
        Method::getL1BaseFeeEstimateInertia(_) => word(call, Field::L1Inertia),
        Method::getL1RewardRate(_) => word(call, Field::L1RewardRate),
        Method::getL1RewardRecipient(_) => word(call, Field::L1RewardRecipient),
        Method::getPricingInertia(_) => word(call, Field::PricingInertia),
        Method::getGasBacklogTolerance(_) => word(call, Field::BacklogTolerance),
        Method::getMaxTxGasLimit(_) => word(call, Field::TxGasLimit),
        Method::getMaxBlockGasLimit(_) => word(call, Field::BlockGasLimit),
        Method::getCurrentTxL1GasFees(_) => {
            let (gas, price) = (call.ctx.chain.poster_gas, call.ctx.block.basefee);
            Ok((U256::from(gas) * U256::from(price)).abi_encode())
        }
        // No backlog builds up on a development chain.
        Method::getGasBacklog(_) => Ok(U256::ZERO.abi_encode()),
        // Nothing has been posted to the parent chain, so nothing is due or left over.
        Method::getL1PricingSurplus(_)
        | Method::getL1FeesAvailable(_)
        | Method::getLastL1PricingUpdateTime(_)
        | Method::getL1PricingFundsDueForRewards(_)
        | Method::getL1PricingUnitsSinceUpdate(_)
        | Method::getLastL1PricingSurplus(_) => Ok(U256::ZERO.abi_encode()),
        Method::getPerBatchGasCharge(_) => Ok(PER_BATCH_GAS.abi_encode()),
        Method::getL1PricingEquilibrationUnits(_) => Ok(EQUILIBRATION_UNITS.abi_encode()),
        Method::getGasPricingConstraints(_) => Ok(Vec::<[u64; 3]>::new().abi_encode()),
    }
}

/// A field whose storage word is also its encoding.
fn word(call: &mut Call<'_, '_>, field: Field) -> Answer<Vec<u8>> {
    Ok(call.get(field.slot())?.abi_encode())
}

/// Wei per byte of calldata on L1, and the block's base fee.
fn base_prices(call: &mut Call<'_, '_>) -> Answer<(U256, U256)> {
    let unit = call.get(Field::L1PricePerUnit.slot())?;
    Ok((unit.saturating_mul(U256::from(UNITS_PER_BYTE)), U256::from(call.ctx.block.basefee)))
}

fn prices_in_wei(call: &mut Call<'_, '_>) -> Answer<Vec<u8>> {
    let (byte, basefee) = base_prices(call)?;
    let minimum = call.get(Field::MinBaseFee.slot())?.min(basefee);
    let simple = byte.saturating_mul(U256::from(SIMPLE_TX_BYTES));
    let storage = basefee.saturating_mul(U256::from(STORAGE_GAS));
    let congestion = basefee.saturating_sub(minimum);
    Ok((simple, byte, storage, minimum, congestion, basefee).abi_encode_params())
}

fn prices_in_gas(call: &mut Call<'_, '_>) -> Answer<Vec<u8>> {
    let (byte, basefee) = base_prices(call)?;
    let in_gas = |wei: U256| wei.checked_div(basefee).unwrap_or_default();
    let simple = byte.saturating_mul(U256::from(SIMPLE_TX_BYTES));
    Ok((in_gas(simple), in_gas(byte), U256::from(STORAGE_GAS)).abi_encode_params())
}

fn accounting(call: &mut Call<'_, '_>) -> Answer<Vec<u8>> {
    let speed = call.get(Field::SpeedLimit.slot())?;
    let limit = call.get(Field::BlockGasLimit.slot())?;
    Ok((speed, limit, limit).abi_encode_params())
}
