//! The events and errors that components raise: ERC-20, ERC-6093, ERC-2612 and OpenZeppelin's names
//! for ownership and pausing. `abi/*.sol` repeats those a contract can raise.

use alloy_sol_types::sol;

sol! {
    /// `value` tokens moved; minted if `from` is zero, burned if `to` is.
    event Transfer(address indexed from, address indexed to, uint256 value);
    /// `owner` allows `spender` to move `value` of its tokens.
    event Approval(address indexed owner, address indexed spender, uint256 value);
    /// Ownership was offered to `newOwner`.
    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
    /// `newOwner` is the owner from now on.
    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
    /// `newGuardian` may pause from now on; zero is nobody.
    event GuardianChanged(address indexed previousGuardian, address indexed newGuardian);
    /// `account` stopped entering.
    event Paused(address account);
    /// `account` allowed entering again.
    event Unpaused(address account);

    /// Thrown when `sender` moves more than it has.
    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    /// Thrown when `spender` moves more than it was allowed to.
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    /// Thrown when tokens would go where nobody can use them.
    error ERC20InvalidReceiver(address receiver);
    /// Thrown when the zero address would be allowed to spend.
    error ERC20InvalidSpender(address spender);
    /// Thrown when a permit is used after its deadline.
    error ERC2612ExpiredSignature(uint256 deadline);
    /// Thrown when a permit was signed by another than `owner`; `signer` is zero if by nobody.
    error ERC2612InvalidSigner(address signer, address owner);
    /// Thrown when `account` lacks the role that a function asks for.
    error OwnableUnauthorizedAccount(address account);
    /// Thrown when the zero address would become owner.
    error OwnableInvalidOwner(address owner);
    /// Thrown when somebody enters while entering is paused.
    error EnforcedPause();
    /// Thrown when a token refused a call or is no token.
    error TokenTransferFailed(address token);
    /// Thrown when `receiver` refused ETH.
    error EtherTransferFailed(address receiver);
    /// Thrown when a contract is constructed a second time.
    error AlreadyConstructed();
}
