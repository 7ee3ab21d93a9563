//! ArbOwnerPublic: what everybody may know of the chain's owners and settings.

use alloy::sol_types::SolValue;
use revm::primitives::{Address, U256};

use super::{
    abi::ArbOwnerPublic::ArbOwnerPublicCalls as Method,
    arb_wasm,
    call::{Answer, Call, Mutability},
};
use crate::evm::arbos::{Field, chain_owners, storage::Storage};

pub(super) fn mutability(_method: &Method) -> Mutability {
    Mutability::View
}

pub(super) fn answer(call: &mut Call<'_, '_>, method: Method) -> Answer<Vec<u8>> {
    match method {
        Method::isChainOwner(input) => {
            Ok(chain_owners().contains(call, input.account)?.abi_encode())
        }
        Method::getAllChainOwners(_) => Ok(chain_owners().members(call)?.abi_encode()),
        Method::getNetworkFeeAccount(_) => word(call, Field::NetworkFeeAccount),
        Method::getInfraFeeAccount(_) => word(call, Field::InfraFeeAccount),
        Method::getBrotliCompressionLevel(_) => word(call, Field::BrotliLevel),
        Method::getCollectTips(_) => word(call, Field::CollectTips),
        // The feature is off on a fresh chain, and nothing here switches it on.
        Method::isCalldataPriceIncreaseEnabled(_) => Ok(false.abi_encode()),
        // Nobody may mint or burn ether here.
        Method::isNativeTokenOwner(_) => Ok(false.abi_encode()),
        Method::getAllNativeTokenOwners(_) => Ok(Vec::<Address>::new().abi_encode()),
        Method::getNativeTokenManagementFrom(_) | Method::getParentGasFloorPerToken(_) => {
            Ok(U256::ZERO.abi_encode())
        }
        Method::getScheduledUpgrade(_) => {
            let version: U256 = call.get(Field::UpgradeVersion.slot())?;
            let timestamp: U256 = call.get(Field::UpgradeTimestamp.slot())?;
            Ok((version, timestamp).abi_encode_params())
        }
        Method::getMaxStylusContractFragments(_) => {
            let count = arb_wasm::params(call)?.max_fragment_count;
            Ok(U256::from(count).abi_encode())
        }
    }
}

/// A field whose storage word is also its encoding.
fn word(call: &mut Call<'_, '_>, field: Field) -> Answer<Vec<u8>> {
    Ok(call.get(field.slot())?.abi_encode())
}
