// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.20;

import {ISplitter} from "abi/ISplitter.sol";
import {IToken} from "abi/IToken.sol";
import {IVault} from "abi/IVault.sol";

/// @title A holder that is a contract
/// @notice Stakes, locks, earns and leaves, as a fund or a wallet written in Solidity would.
contract Holder {
    /// @notice What the vault's views say of this holder.
    struct Position {
        uint256 shares;
        uint256 unlocked;
        uint256 weight;
        uint256 claimable;
        uint256[] unlockTimes;
        uint256[] lockedAssets;
        uint256[] boosts;
    }

    IVault private immutable vault;
    IToken private immutable asset;

    constructor(IVault vault_) {
        vault = vault_;
        asset = IToken(vault_.asset());
    }

    /// @notice Stakes all that it has of the asset, and locks `locked` of it.
    function stakeAndLock(uint256 locked, uint256 durationWeeks) external returns (uint256 unlockTime) {
        uint256 assets = asset.balanceOf(address(this));
        asset.approve(address(vault), assets);
        uint256 shares = vault.deposit(assets - locked, address(this));
        assert(shares == vault.previewDeposit(assets - locked));
        return vault.depositAndLock(locked, durationWeeks);
    }

    function claim(address token) external returns (uint256 paid) {
        return vault.claim(only(token))[0];
    }

    /// @notice Stakes what it earned in the asset, and locks that without end.
    function restake(uint256 durationWeeks) external returns (uint256 earned, uint256 boost) {
        earned = vault.compound();
        boost = vault.lockStanding(earned, durationWeeks);
    }

    /// @notice Lets all that is locked without end run out.
    function wind() external returns (uint256 unlockTime) {
        (uint256 assets,,) = vault.standingOf(address(this));
        return vault.unwind(assets);
    }

    /// @notice Leaves a lock for at most a tenth of it.
    function exit(uint256 unlockTime, uint256 assets) external returns (uint256 penalty) {
        return vault.exitEarly(unlockTime, assets, assets / 10);
    }

    function voteBy(address delegate) external {
        vault.delegate(delegate);
    }

    /// @notice Takes everything out that is unlocked.
    function leaveTo(address receiver) external returns (uint256 assets) {
        return vault.redeem(vault.maxRedeem(address(this)), receiver, address(this));
    }

    /// @notice Locks, and lets the vault's error through.
    function lock(uint256 assets, uint256 durationWeeks) external {
        vault.lock(assets, durationWeeks);
    }

    /// @notice Locks, and says why it could not.
    function tryLock(uint256 assets, uint256 durationWeeks) external returns (string memory) {
        try vault.lock(assets, durationWeeks) returns (uint256) {
            return "locked";
        } catch (bytes memory reason) {
            if (bytes4(reason) == IVault.ZeroAmount.selector) return "nothing to lock";
            uint256 unlocked = vault.unlockedBalanceOf(address(this));
            bytes memory tooMuch = abi.encodeWithSelector(IVault.SharesLocked.selector, this, unlocked, assets);
            if (keccak256(reason) == keccak256(tooMuch)) return "more than is unlocked";
            bytes memory tooLong =
                abi.encodeWithSelector(IVault.LockDurationOutOfRange.selector, durationWeeks, 1, 208);
            if (keccak256(reason) == keccak256(tooLong)) return "for too long";
            return "for another reason";
        }
    }

    function position(address token) external view returns (Position memory seen) {
        seen.shares = vault.balanceOf(address(this));
        seen.unlocked = vault.unlockedBalanceOf(address(this));
        seen.weight = vault.weightOf(address(this));
        seen.claimable = vault.claimable(address(this), token);
        (seen.unlockTimes, seen.lockedAssets, seen.boosts) = vault.locksOf(address(this));
    }

    function only(address token) private pure returns (address[] memory tokens) {
        tokens = new address[](1);
        tokens[0] = token;
    }
}

/// @title A treasury that is a contract
contract Treasury {
    ISplitter private immutable splitter;

    constructor(ISplitter splitter_) {
        splitter = splitter_;
    }

    /// @notice Passes all that it has of `token` on as revenue of `source`.
    function push(bytes32 source, IToken token) external returns (uint256 received) {
        uint256 amount = token.balanceOf(address(this));
        token.approve(address(splitter), amount);
        return splitter.deposit(source, address(token), amount);
    }

    function pushNative(bytes32 source) external payable returns (uint256 received) {
        return splitter.depositNative{value: msg.value}(source);
    }

    /// @notice To whom revenue of `source` goes now.
    function payeesOf(bytes32 source) external view returns (address[] memory payees, uint32[] memory bps) {
        (, uint256 policyId) = splitter.sourceInfo(source);
        (, payees, bps,,) = splitter.policy(policyId);
    }
}

/// @title A payee that takes revenue as the vault does
contract StreamingPayee {
    error NotToday(address token);

    event Taken(address indexed from, address indexed token, uint256 amount);

    bool public closed;

    function close(bool closed_) external {
        closed = closed_;
    }

    /// @notice The splitter calls it with an allowance of `amount`.
    function notifyRevenue(address token, uint256 amount) external returns (uint256 received) {
        if (closed) revert NotToday(token);
        IToken(token).transferFrom(msg.sender, address(this), amount);
        emit Taken(msg.sender, token, amount);
        return amount;
    }
}
