// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// The part of Arbitrum's ArbWasm precompile that deploying a program needs.
interface IArbWasm {
    function activateProgram(address program) external payable returns (uint16 version, uint256 dataFee);
    function codehashVersion(bytes32 codehash) external view returns (uint16 version);
    function stylusVersion() external view returns (uint16 version);
}

/// Deploys, activates and initialises a Stylus program in one transaction: what `cargo stylus deploy`
/// calls when a contract has a constructor.
///
/// An implementation of our own, written from a description of the contract that Arbitrum's chains
/// have. It has the same interface and the same behaviour, and other code: what depends on its code
/// (its own CREATE2 address, the gas it uses) differs, what it does for a caller doesn't. A program
/// deployed with a salt gets the address that it gets on any chain, since that depends on the
/// deployer's address, the salt and the init code only.
///
/// The value sent pays, in this order, the activation's data fee and the constructor; what is left goes
/// back to the sender.
contract StylusDeployer {
    /// Emitted when a contract is deployed.
    event ContractDeployed(address deployedContract);

    /// Thrown when there is no init code.
    error EmptyBytecode();
    /// Thrown when the init code fails without saying why.
    error ContractDeploymentError(bytes bytecode);
    /// Thrown when the new contract refuses its constructor's call.
    error ContractInitializationError(address newContract, bytes data);
    /// Thrown when value is meant for a constructor that isn't called.
    error InitValueButNotInitData();
    /// Thrown when the sender doesn't take back what is left.
    error RefundExcessValueError(uint256 excessValue);

    IArbWasm private constant ARB_WASM = IArbWasm(0x0000000000000000000000000000000000000071);

    /// Deploys `bytecode`, activates what it returns unless that is done already, calls it with
    /// `initData` and `initValue` if there is any, and gives back what is left of the value.
    ///
    /// With a salt the address is CREATE2's for `initSalt(salt, initData)`, so that it commits to the
    /// constructor's arguments; without one it is CREATE's.
    function deploy(bytes calldata bytecode, bytes calldata initData, uint256 initValue, bytes32 salt)
        external
        payable
        returns (address newContract)
    {
        newContract = _create(bytecode, salt == 0 ? salt : initSalt(salt, initData));
        uint256 dataFee = 0;
        if (requiresActivation(newContract)) {
            (, dataFee) = ARB_WASM.activateProgram{value: msg.value - initValue}(newContract);
        }
        _initialise(newContract, initData, initValue);
        _refund(msg.value - initValue - dataFee);
        emit ContractDeployed(newContract);
    }

    /// Whether the code at `program` isn't active at the chain's version of Stylus.
    function requiresActivation(address program) public view returns (bool) {
        try ARB_WASM.codehashVersion(program.codehash) returns (uint16 version) {
            return version != ARB_WASM.stylusVersion();
        } catch {
            return true;
        }
    }

    /// The salt of the CREATE2: one that the constructor's arguments are part of.
    function initSalt(bytes32 salt, bytes calldata initData) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(salt, initData));
    }

    function _create(bytes memory bytecode, bytes32 salt) private returns (address newContract) {
        if (bytecode.length == 0) revert EmptyBytecode();
        if (salt == 0) {
            assembly ("memory-safe") {
                newContract := create(0, add(bytecode, 0x20), mload(bytecode))
            }
        } else {
            assembly ("memory-safe") {
                newContract := create2(0, add(bytecode, 0x20), mload(bytecode), salt)
            }
        }
        if (newContract == address(0)) _rethrow(bytecode);
    }

    /// Reverts with what the init code reverted with.
    function _rethrow(bytes memory bytecode) private pure {
        assembly ("memory-safe") {
            if returndatasize() {
                let data := mload(0x40)
                returndatacopy(data, 0, returndatasize())
                revert(data, returndatasize())
            }
        }
        revert ContractDeploymentError(bytecode);
    }

    function _initialise(address newContract, bytes calldata initData, uint256 initValue) private {
        if (initData.length == 0) {
            if (initValue != 0) revert InitValueButNotInitData();
            return;
        }
        (bool success, bytes memory data) = newContract.call{value: initValue}(initData);
        if (!success) revert ContractInitializationError(newContract, data);
    }

    function _refund(uint256 excess) private {
        if (excess == 0) return;
        (bool success,) = msg.sender.call{value: excess}("");
        if (!success) revert RefundExcessValueError(excess);
    }
}
