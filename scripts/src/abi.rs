//! The contracts as the world sees them: bindings made from `abi/*.sol`, and the precompile by which a
//! Stylus program is activated.

use std::sync::LazyLock;

use alloy::{
    json_abi::JsonAbi,
    sol_types::{GenericContractError, SolInterface},
};

/// `abi/IToken.sol`.
#[expect(clippy::too_many_arguments, reason = "the binding of `permit` takes what `permit` takes")]
mod token {
    alloy::sol!(
        #![sol(rpc, abi, extra_derives(Debug))]
        "../abi/IToken.sol"
    );
}

/// `abi/IWeth.sol`.
mod weth {
    alloy::sol!(
        #![sol(rpc, abi, extra_derives(Debug))]
        "../abi/IWeth.sol"
    );
}

/// `abi/IVault.sol`.
#[expect(clippy::too_many_arguments, reason = "the binding of `permit` takes what `permit` takes")]
mod vault {
    alloy::sol!(
        #![sol(rpc, abi, extra_derives(Debug))]
        "../abi/IVault.sol"
    );
}

/// `abi/ISplitter.sol`.
mod splitter {
    alloy::sol!(
        #![sol(rpc, abi, extra_derives(Debug))]
        "../abi/ISplitter.sol"
    );
}

/// The chain's own interface.
mod precompile {
    alloy::sol! {
        /// Activates Stylus programs, at `0x…71`.
        #[sol(rpc, abi, extra_derives(Debug))]
        interface ArbWasm {
            error ProgramNotWasm();
            error ProgramNotActivated();
            error ProgramNeedsUpgrade(uint16 version, uint16 stylusVersion);
            error ProgramExpired(uint64 ageInSeconds);
            error ProgramUpToDate();
            error ProgramInsufficientValue(uint256 have, uint256 want);
            error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
            function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
            function codehashVersion(bytes32 codehash) external view returns (uint16 version);
            function stylusVersion() external view returns (uint16 version);
            function programTimeLeft(address program) external view returns (uint64 secondsLeft);
            function activationGas() external view returns (uint64 gas);
            function codehashKeepalive(bytes32 codehash) external payable;
            event ProgramActivated(bytes32 indexed codehash, bytes32 moduleHash, address program, uint256 dataFee, uint16 version);
            event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);
        }

        /// Keeps programs ready, at `0x…72`.
        #[sol(rpc, abi)]
        interface ArbWasmCache {
            function codehashIsCached(bytes32 codehash) external view returns (bool cached);
            function allCacheManagers() external view returns (address[] memory managers);
            function cacheProgram(address program) external;
        }

        /// Sells places in the cache to the highest bidders; a contract that Arbitrum's chains have.
        #[sol(rpc, abi)]
        interface CacheManager {
            function getMinBid(address program) external view returns (uint192 min);
            function placeBid(address program) external payable;
        }

        /// What the chain's owners have set, at `0x…6b`.
        #[sol(rpc)]
        interface ArbOwnerPublic {
            function getMaxStylusContractFragments() external view returns (uint8 count);
        }

        /// Prices and limits of gas, at `0x…6c`.
        #[sol(rpc)]
        interface ArbGasInfo {
            function getMaxTxGasLimit() external view returns (uint256 gas);
        }

        /// What only a node knows, at `0x…c8`.
        #[sol(rpc)]
        interface NodeInterface {
            function gasEstimateL1Component(address to, bool contractCreation, bytes data) external payable returns (uint64 gasEstimateForL1, uint256 baseFee, uint256 l1BaseFeeEstimate);
        }

        /// Deploys a program in one transaction; a contract that Arbitrum's chains have.
        #[sol(extra_derives(Debug))]
        interface IStylusDeployer {
            error EmptyBytecode();
            error ContractDeploymentError(bytes bytecode);
            error ContractInitializationError(address newContract, bytes data);
            error InitValueButNotInitData();
            error RefundExcessValueError(uint256 excessValue);
            function deploy(bytes bytecode, bytes initData, uint256 initValue, bytes32 salt) external payable returns (address);
        }
    }
}

pub use precompile::{
    ArbGasInfo, ArbOwnerPublic, ArbWasm, ArbWasmCache, CacheManager, IStylusDeployer, NodeInterface,
};
pub use splitter::ISplitter;
pub use token::IToken;
pub use vault::IVault;
pub use weth::IWeth;

/// Every interface by its file's name, as the JSON that other tools read.
#[must_use]
pub fn interfaces() -> [(&'static str, JsonAbi); 4] {
    [
        ("ISplitter", ISplitter::abi::contract()),
        ("IToken", IToken::abi::contract()),
        ("IVault", IVault::abi::contract()),
        ("IWeth", IWeth::abi::contract()),
    ]
}

/// The interfaces, and the precompiles that operators call: everything that can be told by name.
#[must_use]
pub fn known() -> &'static [JsonAbi] {
    static KNOWN: LazyLock<Vec<JsonAbi>> = LazyLock::new(|| {
        let precompiles = [
            ArbWasm::abi::contract(),
            ArbWasmCache::abi::contract(),
            CacheManager::abi::contract(),
        ];
        interfaces().into_iter().map(|(_, abi)| abi).chain(precompiles).collect()
    });
    &KNOWN
}

/// What a revert says, in words, as far as our interfaces or Solidity itself define it.
#[must_use]
pub fn explain(data: &[u8]) -> String {
    let name = |text: String| text.split_once('(').map_or(text.clone(), |(_, rest)| trimmed(rest));
    if let Ok(error) = IVault::IVaultErrors::abi_decode(data) {
        return name(format!("{error:?}"));
    }
    if let Ok(error) = ISplitter::ISplitterErrors::abi_decode(data) {
        return name(format!("{error:?}"));
    }
    if let Ok(error) = IToken::ITokenErrors::abi_decode(data) {
        return name(format!("{error:?}"));
    }
    if let Ok(error) = IWeth::IWethErrors::abi_decode(data) {
        return name(format!("{error:?}"));
    }
    if let Ok(error) = ArbWasm::ArbWasmErrors::abi_decode(data) {
        return name(format!("{error:?}"));
    }
    if let Ok(error) = IStylusDeployer::IStylusDeployerErrors::abi_decode(data) {
        return inner_reason(error);
    }
    match GenericContractError::abi_decode(data) {
        Ok(error) => error.to_string(),
        Err(_) => format!("reverted with data 0x{}", alloy::hex::encode(data)),
    }
}

/// What went wrong in a deployment, which is mostly what the constructor says.
fn inner_reason(error: IStylusDeployer::IStylusDeployerErrors) -> String {
    use IStylusDeployer::IStylusDeployerErrors as Error;
    match error {
        Error::ContractInitializationError(error) => {
            format!("the constructor refuses: {}", explain(&error.data))
        }
        Error::ContractDeploymentError(_) => {
            "the code was not accepted; is it there already?".to_owned()
        }
        error => format!("{error:?}"),
    }
}

/// The inner part of `Variant(Inner { .. })`.
fn trimmed(inner: &str) -> String {
    inner.strip_suffix(')').unwrap_or(inner).to_owned()
}

#[cfg(test)]
mod tests {
    use alloy::{primitives::U256, sol_types::SolError};

    use super::*;

    #[test]
    fn a_custom_error_is_told_by_name_with_its_values() {
        let sum = U256::from(9_999);
        let told = explain(&ISplitter::SharesDoNotAddUp { sum }.abi_encode());
        assert_eq!(told, "SharesDoNotAddUp { sum: 9999 }");
        assert_eq!(explain(&ArbWasm::ProgramUpToDate {}.abi_encode()), "ProgramUpToDate");
    }

    #[test]
    fn data_that_nobody_knows_is_shown_raw() {
        assert_eq!(explain(&[1, 2, 3, 4, 5]), "reverted with data 0x0102030405");
    }
}
