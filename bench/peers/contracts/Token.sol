// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// The asset and the reward of every measurement: OpenZeppelin's ERC-20 as it is, all of it minted once.
contract Token is ERC20("Token", "TKN") {
    constructor(uint256 supply) {
        _mint(msg.sender, supply);
    }
}
