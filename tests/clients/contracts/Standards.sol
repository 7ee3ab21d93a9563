// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20} from "@openzeppelin/contracts/interfaces/IERC20.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC165Checker} from "@openzeppelin/contracts/utils/introspection/ERC165Checker.sol";

/// @title The vault as those see it who only know the standards
/// @notice Uses OpenZeppelin's interfaces and helpers, and none of ours.
contract Standards {
    using SafeERC20 for IERC20;
    using ERC165Checker for address;

    /// @notice Whether `vault` answers ERC-165 for each standard, and for one that nobody has.
    function supported(address vault) external view returns (bool[] memory) {
        bytes4[] memory ids = new bytes4[](7);
        ids[0] = type(IERC20).interfaceId;
        ids[1] = type(IERC20Permit).interfaceId;
        ids[2] = type(IERC4626).interfaceId;
        ids[3] = type(IERC5267).interfaceId;
        ids[4] = type(IVotes).interfaceId;
        ids[5] = type(IERC6372).interfaceId;
        ids[6] = 0x0badc0de;
        return vault.getSupportedInterfaces(ids);
    }

    /// @notice Puts all it has of the asset in, half by deposit and half by mint, and takes it out again.
    function roundTrip(IERC4626 vault) external returns (uint256 given, uint256 taken) {
        IERC20 asset = IERC20(vault.asset());
        given = asset.balanceOf(address(this));
        asset.forceApprove(address(vault), given);
        uint256 shares = vault.deposit(given / 2, address(this));
        uint256 rest = vault.previewDeposit(given - given / 2);
        taken = vault.mint(rest, address(this));
        assert(taken == given - given / 2 && IERC20(address(vault)).balanceOf(address(this)) == shares + rest);
        vault.withdraw(vault.maxWithdraw(address(this)) / 2, address(this), address(this));
        vault.redeem(vault.maxRedeem(address(this)), address(this), address(this));
        taken = asset.balanceOf(address(this));
    }

    /// @notice The votes of `account`, now and a second ago, and of all at the beginning of the week.
    function votes(IERC5805 vault, address account) external view returns (uint256, uint256, uint256) {
        require(keccak256(bytes(vault.CLOCK_MODE())) == keccak256("mode=timestamp"));
        require(vault.clock() == block.timestamp);
        uint256 ago = block.timestamp - 1;
        return (vault.getVotes(account), vault.getPastVotes(account, ago), vault.getPastTotalSupply(ago));
    }
}
